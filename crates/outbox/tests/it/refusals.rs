//! Every way in that stays shut, each for its own reason, at approval and again at the door.

use desk::{Digest, Refusal, ids::OutboxId};
use outbox::{CheckState, Delivery, DoorError, StatusAfter, Yes};
use store::{StoreError, new_id};

use crate::{
    desk_at::{TestDesk, on_both, ticked},
    values,
};

fn refusal<T: std::fmt::Debug>(result: Result<T, DoorError>) -> Refusal {
    match result {
        Err(DoorError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn nothing_waits(desk: &TestDesk) {
    assert_eq!(desk.count("select count(*) from outbox", values![]).await, 0);
    assert_eq!(desk.count("select count(*) from approvals", values![]).await, 0);
}

/// T030, T033, T034: a new message, an edit, another ticket's draft, a page that is too old or another's.
#[test]
fn between_display_and_approval_the_world_may_not_change() {
    on_both(async |desk| {
        let page = async || {
            let case = desk.case().await;
            (case, desk.seal(&desk.mara, case.draft).await.expect("seals"))
        };
        let (case, sealed) = page().await;
        desk.inbound(case.ticket, "later@kunde.example").await;
        assert_eq!(refusal(desk.approve(&desk.mara, &sealed).await), Refusal::NewMessage);

        let (case, sealed) = page().await;
        desk.edit(case.draft, "Other words entirely.").await.expect("edits");
        assert_eq!(refusal(desk.approve(&desk.mara, &sealed).await), Refusal::Edited);

        let (_, sealed) = page().await;
        desk.wait(31 * 60);
        assert_eq!(refusal(desk.approve(&desk.mara, &sealed).await), Refusal::Expired);

        let (_, sealed) = page().await;
        assert_eq!(refusal(desk.approve(&desk.timo, &sealed).await), Refusal::PageSpent, "another person's page");

        let (_, sealed) = page().await;
        let other = crate::desk_at::session(&desk.store, desk.mara.agent().id, desk.now()).await;
        assert_eq!(refusal(desk.approve(&other, &sealed).await), Refusal::PageSpent, "another session's page");

        let (_, sealed) = page().await;
        let yes = TestDesk::yes(&sealed, &[]);
        let wrong = Yes { shown: Digest::of(b"something else"), ..yes };
        assert_eq!(refusal(desk.say(&desk.mara, wrong).await), Refusal::DigestMismatch);
        let elsewhere = desk.case().await;
        let other = Yes { draft: elsewhere.draft, ..yes };
        assert_eq!(refusal(desk.say(&desk.mara, other).await), Refusal::DigestMismatch, "T034: another ticket's draft");
        let guessed = Yes { token: "guessed", ..yes };
        assert_eq!(refusal(desk.say(&desk.mara, guessed).await), Refusal::PageSpent);

        let (_, sealed) = page().await;
        desk.sql("update articles set state = 'withdrawn'", values![]).await.expect("withdraws");
        assert_eq!(
            refusal(desk.approve(&desk.mara, &sealed).await),
            Refusal::SourceChanged { title: "VAT settings".into() }
        );
        desk.sql("update articles set state = 'approved'", values![]).await.expect("approves");

        let (case, sealed) = page().await;
        desk.sql("update tickets set status = 'closed' where id = $1", values![case.ticket]).await.expect("closes");
        assert!(matches!(refusal(desk.approve(&desk.mara, &sealed).await), Refusal::Transition { .. }));
        nothing_waits(&desk).await;
    });
}

#[test]
fn only_a_live_person_of_the_queue_gets_in() {
    on_both(async |desk| {
        let case = desk.case().await;
        for stranger in [&desk.olga, &desk.auditor] {
            assert_eq!(refusal(desk.seal(stranger, case.draft).await), Refusal::NotYours);
        }
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        desk.sql("update sessions set ended_at = 1 where id = $1", values![desk.mara.id()]).await.expect("ends");
        assert_eq!(refusal(desk.approve(&desk.mara, &page).await), Refusal::SignedOut);
        assert_eq!(refusal(desk.seal(&desk.mara, case.draft).await), Refusal::SignedOut);
        desk.sql("update sessions set ended_at = null where id = $1", values![desk.mara.id()]).await.expect("revives");
        desk.sql("update sessions set expires_at = 1 where id = $1", values![desk.mara.id()]).await.expect("expires");
        assert_eq!(refusal(desk.approve(&desk.mara, &page).await), Refusal::SignedOut);
        desk.deactivate(desk.timo.agent().id).await;
        assert_eq!(refusal(desk.seal(&desk.timo, case.draft).await), Refusal::SignedOut);
        nothing_waits(&desk).await;
    });
}

#[test]
fn a_page_and_a_draft_are_used_once() {
    on_both(async |desk| {
        let case = desk.case().await;
        let first = desk.seal(&desk.mara, case.draft).await.expect("seals");
        let second = desk.seal(&desk.timo, case.draft).await.expect("seals");
        let reply = desk.approve(&desk.mara, &first).await.expect("approves");
        assert_eq!(refusal(desk.approve(&desk.mara, &first).await), Refusal::PageSpent, "T036");
        assert_eq!(refusal(desk.approve(&desk.timo, &second).await), Refusal::DraftState { state: "approved".into() });
        assert_eq!(refusal(desk.seal(&desk.timo, case.draft).await), Refusal::DraftState { state: "approved".into() });
        assert!(desk.edit(case.draft, "T033").await.is_err(), "an approved draft cannot be edited");
        outbox::undo(&desk.store, &desk.mara, reply.approval(), desk.now()).await.expect("undoes");
        let again = outbox::undo(&desk.store, &desk.mara, reply.approval(), desk.now()).await;
        assert!(matches!(refusal(again), Refusal::DraftState { .. }));
        assert_eq!(
            refusal(desk.approve(&desk.mara, &first).await),
            Refusal::PageSpent,
            "undo does not refresh the page"
        );
    });
}

/// T030, T031, T032, T033: the same, and a changed source or a lost right, after the approval.
#[test]
fn between_approval_and_delivery_the_world_may_not_change_either() {
    on_both(async |desk| {
        type Change = (&'static str, &'static str);
        let changes: [Change; 6] = [
            ("new_message", ""),
            ("source_changed", "update articles set review_by = 1"),
            ("source_changed", "update articles set current_version = '00000000-0000-0000-0000-000000000001'"),
            ("source_changed", "update sources set audience = 'internal'"),
            ("approver", "update agents set role = 'auditor' where name = 'Nia Okoro'"),
            ("approver", "delete from agent_queues where agent_id in (select id from agents where name = 'Nia Okoro')"),
        ];
        for (why, change) in changes {
            let (case, nia) = (desk.case().await, desk.new_person().await);
            let page = desk.seal(&nia, case.draft).await.expect("seals");
            let reply = desk.approve(&nia, &page).await.expect("approves");
            if change.is_empty() {
                desk.inbound(case.ticket, "again@kunde.example").await;
            } else {
                desk.sql(change, values![]).await.expect("changes");
            }
            desk.wait(11);
            let Delivery::Stopped { .. } = desk.deliver(reply.outbox()).await else { panic!("{why}: it left") };
            assert_eq!(desk.outbox_state(reply.outbox()).await, "stopped");
            assert_eq!(
                desk.word("select why from withdrawals where approval_id = $1", values![reply.approval()]).await,
                why
            );
            assert_eq!(desk.draft_state(case.draft).await, "open", "{why}");
            assert_eq!(desk.word("select status from tickets where id = $1", values![case.ticket]).await, "open");
            for repair in ["update articles set review_by = null", "update sources set audience = 'public'"] {
                desk.sql(repair, values![]).await.expect("repairs");
            }
            desk.sql("update articles set current_version = $1", values![desk.version]).await.expect("repairs");
            assert_eq!(
                desk.deliver(reply.outbox()).await,
                Delivery::NotDue,
                "{why}: repaired, but the approval is dead"
            );
        }
        let (case, nia) = (desk.case().await, desk.new_person().await);
        let page = desk.seal(&nia, case.draft).await.expect("seals");
        let reply = desk.approve(&nia, &page).await.expect("approves");
        desk.deactivate(nia.agent().id).await;
        desk.wait(11);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::NotYours }, "T032");

        let reply = desk.approved(desk.case().await).await;
        desk.wait(25 * 3600);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::Expired });
        assert!(desk.recording.letters().is_empty());
    });
}

#[test]
fn arriving_mail_can_stop_a_waiting_reply_at_once() {
    on_both(async |desk| {
        let (case, other) = (desk.case().await, desk.case().await);
        let (reply, untouched) = (desk.approved(case).await, desk.approved(other).await);
        desk.inbound(case.ticket, "again@kunde.example").await;
        let mut tx = desk.tx().await;
        assert_eq!(outbox::withdraw_stale(&desk.door, &mut tx, case.ticket).await.expect("stops"), 1);
        assert_eq!(outbox::withdraw_stale(&desk.door, &mut tx, other.ticket).await.expect("asks"), 0);
        tx.commit(desk::audit::AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        assert_eq!(desk.outbox_state(reply.outbox()).await, "stopped");
        assert_eq!(desk.outbox_state(untouched.outbox()).await, "ready");
    });
}

#[test]
fn what_a_person_must_see_is_asked_and_what_blocks_blocks() {
    on_both(async |desk| {
        let state = |page: &outbox::Sealed, key: &str| page.checks.iter().find(|c| c.key == key).map(|c| c.state);
        // A model that leaves every word to people, and the machine's words.
        let case = desk.case().await;
        desk.sql("update tickets set operating_model = 'legal' where id = $1", values![case.ticket])
            .await
            .expect("sets");
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        assert_eq!(state(&page, "category"), Some(CheckState::Block));
        let all: Vec<&str> = page.checks.iter().map(|c| c.key.as_str()).collect();
        let all = ticked(&all);
        let answer = desk.say(&desk.mara, TestDesk::yes(&page, &all)).await;
        assert!(matches!(refusal(answer), Refusal::Blocked { .. }), "acknowledging does not help");
        desk.edit(case.draft, "A colleague of our counsel writes to you today. Kind regards").await.expect("edits");
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        assert_eq!(state(&page, "category"), Some(CheckState::Ok), "a person's own words");
        desk.approve(&desk.mara, &page).await.expect("approves");

        // Opted out after the page was shown.
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        desk.sql("update requesters set ai = 'out'", values![]).await.expect("opts out");
        assert!(matches!(refusal(desk.approve(&desk.mara, &page).await), Refusal::Blocked { .. }));
        desk.sql("update requesters set ai = 'default'", values![]).await.expect("back");

        // Unsupported sentence, stray fact, doubt, language.
        let case = desk.case().await;
        desk.sql(
            "update drafts set machine_sentences = replace(machine_sentences, '\"supported\"', '\"unsupported\"'), doubts = '[\"No source names the rate.\"]' where id = $1",
            values![case.draft],
        )
        .await
        .expect("spoils");
        desk.sql("update tickets set language = 'de' where id = $1", values![case.ticket]).await.expect("sets");
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        for key in ["support", "doubts", "language"] {
            assert_eq!(state(&page, key), Some(CheckState::Warn), "{key}");
        }
        let approve = async |acknowledged: &[&str]| {
            let acknowledged = ticked(acknowledged);
            desk.say(&desk.mara, Yes { after: StatusAfter::Pending, ..TestDesk::yes(&page, &acknowledged) }).await
        };
        assert!(matches!(refusal(approve(&["doubts", "language"]).await), Refusal::Unacknowledged { .. }));
        approve(&["doubts", "language", "support"]).await.expect("approves");
        assert_eq!(
            desk.word("select status from status_choices where category = 'product.how'", values![]).await,
            "pending"
        );
    });
}

/// T037: what a page cannot show does not leave.
#[test]
fn what_cannot_be_seen_or_sent_is_not_sealed() {
    on_both(async |desk| {
        for hidden in ["a\u{202e}b", "a\u{200b}b", "a\rb", "a\u{7}b", &format!("a{}b", "\n".repeat(300)), " "] {
            let case = desk.case().await;
            desk.edit(case.draft, hidden).await.expect("edits");
            let answer = refusal(desk.seal(&desk.mara, case.draft).await);
            assert!(matches!(answer, Refusal::Unsendable { .. }), "{hidden:?}: {answer:?}");
        }
        let case = desk.case().await;
        for address in ["nobody", "a@b.example\r\nRCPT TO:<c@d.example>", "a b@c.example"] {
            desk.sql("update requesters set email = $1", values![address]).await.expect("sets");
            assert!(
                matches!(refusal(desk.seal(&desk.mara, case.draft).await), Refusal::NoRecipient { .. }),
                "{address}"
            );
        }
        desk.sql("update requesters set email = 'ana@kunde.example'", values![]).await.expect("sets");
        // T026: the requester writes the subject, so it is cleaned rather than refused.
        for subject in ["VAT\r\nBcc: spy@evil.example", "=?utf-8?q?hidden?=", &"x".repeat(1000), "a\u{202e}b", ""] {
            desk.sql("update messages set subject = $1 where ticket_id = $2", values![subject, case.ticket])
                .await
                .expect("sets");
            let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
            assert_eq!((page.letter.to.len(), page.letter.header("Bcc")), (1, None), "{subject}");
            assert!(page.letter.subject.starts_with("Re: ") && page.letter.subject.len() < 500);
        }
        let nobody = desk.seal(&desk.mara, new_id::<OutboxId>().to_string().parse().expect("id")).await;
        assert!(matches!(nobody, Err(DoorError::Store(StoreError::NotFound))));
    });
}
