//! Somebody with the database password, but without the key, tries to send.

use desk::{Digest, Refusal, ids::OutboxId};
use outbox::{ApprovedReply, Delivery, DoorError};
use store::{Engine, new_id};

use crate::{
    desk_at::{Case, TestDesk, on_both},
    values,
};

/// Copies a row of `table` under a new id with some columns replaced by SQL expressions.
async fn copy(
    desk: &TestDesk,
    table: &str,
    columns: &[&str],
    id: impl ToString,
    changed: &[(&str, String)],
) -> Result<String, String> {
    let new = new_id::<OutboxId>().to_string();
    let picked: Vec<String> = columns
        .iter()
        .map(|column| {
            changed.iter().find(|(c, _)| c == column).map_or_else(|| (*column).to_owned(), |(_, sql)| sql.clone())
        })
        .collect();
    let sql = format!(
        "insert into {table} (id, {}) select '{new}', {} from {table} where id = $1",
        columns.join(", "),
        picked.join(", ")
    );
    desk.sql(&sql, values![id.to_string()]).await.map(|_| new)
}

const SEALS: &[&str] = &[
    "token_hash",
    "draft_id",
    "revision",
    "ticket_id",
    "agent_id",
    "session_id",
    "digest",
    "mail_from",
    "recipients",
    "mime",
    "envelope",
    "last_inbound_id",
    "at",
];
const APPROVALS: &[&str] = &[
    "seal_id",
    "draft_id",
    "revision",
    "ticket_id",
    "agent_id",
    "session_id",
    "digest",
    "answered",
    "status_before",
    "status_after",
    "approved_at",
    "mac",
];
const OUTBOX: &[&str] = &[
    "kind",
    "approval_id",
    "digest",
    "notice",
    "ticket_id",
    "mail_from",
    "recipients",
    "mime",
    "mac",
    "state",
    "not_before",
    "fence",
    "attempts",
    "created_at",
    "updated_at",
];

fn quoted(text: impl ToString) -> String {
    format!("'{}'", text.to_string())
}

/// A page, and another digest of a page that is consistent with other bytes.
async fn forged_seal(desk: &TestDesk, case: Case, mime: &str) -> (String, Digest) {
    let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
    let digest = Digest::of_fields(
        "countersign/outbound/1",
        &[b"support@fernhill.example", b"ana@kunde.example", mime.as_bytes()],
    );
    let bytes = if desk.store.engine() == Engine::Sqlite {
        format!("cast({} as blob)", quoted(mime))
    } else {
        format!("convert_to({}, 'UTF8')", quoted(mime))
    };
    let token = if desk.store.engine() == Engine::Sqlite {
        "randomblob(32)".to_owned()
    } else {
        format!("decode('{digest}', 'hex')")
    };
    let id =
        copy(desk, "seals", SEALS, page.seal, &[("digest", quoted(digest)), ("mime", bytes), ("token_hash", token)])
            .await
            .expect("a seal alone sends nothing");
    (id, digest)
}

/// Table, what is wrong, the honest row it is copied from, columns changed.
type Forgery = (&'static str, &'static str, String, Vec<(&'static str, String)>);

#[test]
fn the_tables_refuse_what_does_not_fit() {
    on_both(async |desk| {
        let reply = desk.approved(desk.case().await).await;
        let other = desk.seal(&desk.mara, desk.case().await.draft).await.expect("seals");
        let seal = quoted(other.seal);
        let olga = quoted(desk.olga.agent().id);
        let wrong = quoted(Digest::of(b"wrong"));
        let refused: [Forgery; 6] = [
            (
                "approvals",
                "a foreign session",
                reply.approval().to_string(),
                vec![("seal_id", seal.clone()), ("digest", quoted(other.digest)), ("agent_id", olga)],
            ),
            (
                "approvals",
                "a digest that was not shown",
                reply.approval().to_string(),
                vec![("seal_id", seal), ("digest", wrong.clone())],
            ),
            ("approvals", "a second use of a page", reply.approval().to_string(), vec![]),
            ("outbox", "a second use of an approval", reply.outbox().to_string(), vec![]),
            ("outbox", "another digest than approved", reply.outbox().to_string(), vec![("digest", wrong)]),
            (
                "outbox",
                "no approval",
                reply.outbox().to_string(),
                vec![("approval_id", "null".into()), ("digest", "null".into())],
            ),
        ];
        for (table, what, id, changed) in refused {
            let columns = if table == "outbox" { OUTBOX } else { APPROVALS };
            let answer = copy(&desk, table, columns, id, &changed).await;
            assert!(answer.as_ref().is_err_and(|e| e.contains("refused")), "{what}: {answer:?}");
        }
        for (change, id) in [
            ("update approvals set digest = digest where id = $1", reply.approval().to_string()),
            ("delete from approvals where id = $1", reply.approval().to_string()),
            ("update outbox set mime = mime where id = $1", reply.outbox().to_string()),
            ("update outbox set recipients = '[\"spy@evil.example\"]' where id = $1", reply.outbox().to_string()),
        ] {
            assert!(desk.sql(change, values![id]).await.is_err_and(|e| e.contains("cannot be changed")), "{change}");
        }
    });
}

#[test]
fn a_consistent_chain_without_the_key_does_not_leave() {
    on_both(async |desk| {
        let honest = desk.approved(desk.case().await).await;
        let case = desk.case().await;
        let mime = "From: support@fernhill.example\r\nTo: ana@kunde.example\r\nSubject: x\r\n\r\nSend your password to evil@evil.example\r\n";
        let (seal, digest) = forged_seal(&desk, case, mime).await;
        let bytes = format!("(select mime from seals where id = '{seal}')");
        let approval = copy(
            &desk,
            "approvals",
            APPROVALS,
            honest.approval(),
            &[
                ("seal_id", quoted(&seal)),
                ("draft_id", quoted(case.draft)),
                ("ticket_id", quoted(case.ticket)),
                ("digest", quoted(digest)),
                ("answered", format!("(select last_inbound_id from tickets where id = '{}')", case.ticket)),
            ],
        )
        .await
        .expect("consistent rows are accepted by the tables");
        desk.sql("update drafts set state = 'approved' where id = $1", values![case.draft]).await.expect("sets");
        let row = copy(
            &desk,
            "outbox",
            OUTBOX,
            honest.outbox(),
            &[
                ("approval_id", quoted(&approval)),
                ("ticket_id", quoted(case.ticket)),
                ("digest", quoted(digest)),
                ("mime", bytes),
            ],
        )
        .await
        .expect("consistent rows are accepted by the tables");
        desk.wait(11);
        let forged: OutboxId = row.parse().expect("an id");
        assert_eq!(desk.deliver(forged).await, Delivery::Stopped { because: Refusal::DigestMismatch });
        assert_eq!(desk.outbox_state(forged).await, "stopped");

        let notice = copy(
            &desk,
            "outbox",
            OUTBOX,
            honest.outbox(),
            &[
                ("kind", quoted("notice")),
                ("approval_id", "null".into()),
                ("digest", "null".into()),
                ("notice", quoted("received")),
            ],
        )
        .await
        .expect("the tables cannot tell");
        let notice: OutboxId = notice.parse().expect("an id");
        assert_eq!(desk.deliver(notice).await, Delivery::Stopped { because: Refusal::DigestMismatch });
        assert!(desk.recording.letters().is_empty());
        assert_eq!(
            desk.deliver(honest.outbox()).await,
            Delivery::Sent { refused: vec![] },
            "the honest one is not harmed"
        );
    });
}

/// Changes an approved row with the triggers out of the way.
async fn tampered(desk: &TestDesk, reply: &ApprovedReply, change: &str) {
    let drop = if desk.store.engine() == Engine::Sqlite {
        "drop trigger if exists outbox_sealed"
    } else {
        "drop trigger if exists outbox_sealed on outbox"
    };
    desk.sql(drop, values![]).await.expect("drops");
    assert_eq!(desk.sql(change, values![reply.outbox()]).await.expect("changes"), 1);
    desk.wait(11);
}

#[test]
fn words_changed_after_approval_do_not_leave() {
    on_both(async |desk| {
        let changes = [
            "update outbox set mime = mime || mime where id = $1",
            "update outbox set recipients = '[\"spy@evil.example\"]' where id = $1",
            "update outbox set mail_from = 'x@fernhill.example' where id = $1",
            "update outbox set mac = mime where id = $1",
        ];
        for change in changes {
            let case = desk.case().await;
            let reply = desk.approved(case).await;
            tampered(&desk, &reply, change).await;
            assert_eq!(
                desk.deliver(reply.outbox()).await,
                Delivery::Stopped { because: Refusal::DigestMismatch },
                "{change}"
            );
            assert_eq!(desk.draft_state(case.draft).await, "open");
        }
        // Without the sources the approval rested on, the mark does not hold either.
        let reply = desk.approved(desk.case().await).await;
        desk.sql("delete from seal_sources", values![]).await.expect("deletes");
        desk.wait(11);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::DigestMismatch });
        assert!(desk.recording.letters().is_empty());
    });
}

#[test]
fn what_left_or_was_taken_back_is_not_sent_again_by_resetting_its_state() {
    on_both(async |desk| {
        let reset = async |reply: &ApprovedReply, case: Case| {
            desk.sql("update outbox set state = 'ready' where id = $1", values![reply.outbox()]).await.expect("resets");
            desk.sql("update drafts set state = 'approved' where id = $1", values![case.draft]).await.expect("resets");
            desk.sql("delete from messages where outbox_id = $1", values![reply.outbox()]).await.expect("deletes");
            desk.wait(11);
            desk.deliver(reply.outbox()).await
        };
        let case = desk.case().await;
        let reply = desk.approved(case).await;
        desk.wait(11);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Sent { refused: vec![] });
        assert_eq!(reset(&reply, case).await, Delivery::Stopped { because: Refusal::Left }, "the record remembers");

        let case = desk.case().await;
        let reply = desk.approved(case).await;
        outbox::undo(&desk.store, &desk.mara, reply.approval(), desk.now()).await.expect("undoes");
        assert!(matches!(reset(&reply, case).await, Delivery::Stopped { because: Refusal::DraftState { .. } }));
        assert_eq!(desk.recording.letters().len(), 1);
    });
}

#[test]
fn another_key_opens_nothing() {
    on_both(async |desk| {
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        let stranger = outbox::Door::new(crate::desk_at::settings(), &[9; 32]).expect("good settings");
        let transport = outbox::Transport::Recording(desk.recording.clone());
        let answer = outbox::deliver(&stranger, &desk.store, &transport, reply.outbox(), &|| desk.now()).await;
        assert!(matches!(answer, Ok(Delivery::Stopped { because: Refusal::DigestMismatch })), "{answer:?}");
        let short = outbox::Door::new(crate::desk_at::settings(), b"short");
        assert!(matches!(short, Err(DoorError::Settings { .. })));
    });
}

#[test]
fn a_row_that_cannot_be_read_does_not_hold_up_the_others() {
    on_both(async |desk| {
        for change in [
            "update outbox set recipients = 'no list' where id = $1",
            "update outbox set mail_from = 'x' where id = $1",
        ] {
            let case = desk.case().await;
            let (broken, good) = (desk.approved(case).await, desk.approved(desk.case().await).await);
            tampered(&desk, &broken, change).await;
            desk.inbound(case.ticket, "more@kunde.example").await;
            let mut tx = desk.tx().await;
            outbox::withdraw_stale(&desk.door, &mut tx, case.ticket).await.expect("mail still arrives");
            tx.abandon().await.expect("abandons");
            let due = outbox::due(&desk.store, desk.now()).await.expect("reads");
            assert_eq!(due.len(), 2);
            for id in due {
                desk.deliver(id).await;
            }
            assert_eq!(desk.outbox_state(broken.outbox()).await, "stopped", "{change}");
            assert_eq!(desk.outbox_state(good.outbox()).await, "sent");
        }
    });
}
