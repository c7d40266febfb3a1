//! Who stands behind a letter: two people where the case asks for two, a password where it asks for one, notes where
//! it asks for notes, and an hour that was chosen. With `policies.rs`, T038: each switch about approving is turned on
//! and seen to make the difference.

use desk::{
    Refusal,
    approval::{APPROVAL_SECONDS, SCHEDULE_SECONDS},
    audit::AuditEvent,
    ids::OutboxId,
    policy::{Owner, Policy, PolicyKind},
};
use outbox::{Acknowledged, Delivery, DoorError, Given, Sealed, Yes};
use store::AgentSession;

use crate::{
    desk_at::{TestDesk, on_both, ticked},
    values,
};

/// From now on the cases of [`TestDesk::case`] are worked under these terms.
pub async fn terms(desk: &TestDesk, version: i64, more: &str) {
    let owner = Owner::Active { id: desk.timo.agent().id, name: "Timo".into() };
    let policy = Policy {
        kind: PolicyKind::OperatingModel,
        key: "product.how".into(),
        name: "How".into(),
        version,
        body: format!("model = \"product_question\"\n{more}"),
        categories: Vec::new(),
        owner,
        review_by: Some(desk.now().plus_seconds(400 * 86_400)),
        made_by: Some(desk.timo.agent().id),
        made_at: Some(desk.now()),
        note: String::new(),
    };
    let mut tx = desk.tx().await;
    tx.add_policy(&policy).await.expect("adds");
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
}

fn refusal<T: std::fmt::Debug>(result: Result<T, DoorError>) -> Refusal {
    match result {
        Err(DoorError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn first_yes(desk: &TestDesk, who: &AgentSession, page: &Sealed) {
    let given = desk.say(who, TestDesk::yes(page, &[])).await.expect("a first yes");
    assert!(matches!(given, Given::AwaitsSecond { .. }), "{given:?}");
}

#[test]
fn two_people_see_the_same_bytes_and_then_it_leaves_in_the_first_ones_name() {
    on_both(async |desk| {
        terms(&desk, 2, "people = \"two\"\n").await;
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        first_yes(&desk, &desk.mara, &page).await;
        assert_eq!(desk.count("select count(*) from outbox", values![]).await, 0, "nothing waits to leave");
        assert_eq!(desk.draft_state(case.draft).await, "open");
        assert_eq!(refusal(desk.say(&desk.mara, TestDesk::yes(&page, &[])).await), Refusal::PageSpent);
        let again = desk.seal(&desk.mara, case.draft).await.expect("she may look");
        assert!(again.checks.iter().any(|c| c.key == "approver"), "and is told that hers waits");
        assert_eq!(refusal(desk.say(&desk.mara, TestDesk::yes(&again, &[])).await), Refusal::NeedsSecond);

        let second = desk.seal(&desk.timo, case.draft).await.expect("seals");
        assert_eq!((second.digest, second.letter.from.contains("Mara")), (page.digest, true));
        assert_eq!(second.first.as_ref().map(|f| f.by.as_str()), Some("Mara Lindqvist"));
        let reply = desk.approve(&desk.timo, &second).await.expect("the second yes");
        desk.wait(11);
        assert!(matches!(desk.deliver(reply.outbox()).await, Delivery::Sent { .. }));
        let author = desk.word("select author_name from messages where direction = 'outbound'", values![]).await;
        assert_eq!(author, "Mara Lindqvist");
        let kinds = desk.kinds(case.ticket).await;
        let at = |kind: &str| kinds.iter().position(|k| k == kind).expect(kind);
        assert!(at("reply.first_approved") < at("reply.approved"));
    });
}

#[test]
fn a_first_yes_is_void_once_its_world_changed() {
    on_both(async |desk| {
        terms(&desk, 2, "people = \"two\"\n").await;
        let first = async || {
            let case = desk.case().await;
            let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
            first_yes(&desk, &desk.mara, &page).await;
            case
        };
        let alone = async |case: crate::desk_at::Case| {
            let page = desk.seal(&desk.timo, case.draft).await.expect("seals");
            assert_eq!(page.first, None);
            first_yes(&desk, &desk.timo, &page).await;
        };
        let case = first().await;
        desk.edit(case.draft, "Quite other words. Kind regards").await.expect("edits");
        alone(case).await;

        let case = first().await;
        desk.inbound(case.ticket, "again@kunde.example").await;
        alone(case).await;

        let case = first().await;
        desk.wait(APPROVAL_SECONDS + 1);
        alone(case).await;

        let case = first().await;
        outbox::take_back_first(&desk.store, &desk.mara, case.draft, desk.now()).await.expect("takes it back");
        alone(case).await;
        let none = outbox::take_back_first(&desk.store, &desk.mara, case.draft, desk.now()).await;
        assert!(none.is_err(), "only once");

        let case = first().await;
        terms(&desk, 3, "people = \"two\"\napprovers = [\"lead\"]\n").await;
        alone(case).await;
    });
}

#[test]
fn a_forged_first_yes_counts_for_nothing_and_cannot_be_rewritten() {
    on_both(async |desk| {
        terms(&desk, 2, "people = \"two\"\n").await;
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        // As somebody with the database but without the key would write it.
        desk.sql(
            "insert into first_approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, confirmed, approved_at, mac)
             select 'forged', s.id, s.draft_id, s.revision, s.ticket_id, s.agent_id, s.session_id, s.digest, s.last_inbound_id, 'session', s.at, s.token_hash from seals s where s.id = $1",
            values![page.seal],
        )
        .await
        .expect("a row that fits its columns");
        let second = desk.seal(&desk.timo, case.draft).await;
        let given = match second {
            Ok(page) => desk.say(&desk.timo, TestDesk::yes(&page, &[])).await,
            Err(error) => Err(error),
        };
        assert!(!matches!(given, Ok(Given::Leaves(_))), "{given:?}");
        assert_eq!(desk.count("select count(*) from outbox", values![]).await, 0);
        for change in ["digest = 'x'", "agent_id = 'x'", "taken_back_at = null"] {
            let refused = desk.sql(&format!("update first_approvals set {change}"), values![]).await;
            assert!(refused.is_err(), "{change}");
        }
        assert!(desk.sql("delete from first_approvals", values![]).await.is_err());
    });
}

#[test]
fn without_its_first_yes_an_approved_letter_does_not_leave() {
    on_both(async |desk| {
        terms(&desk, 2, "people = \"two\"\n").await;
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        first_yes(&desk, &desk.mara, &page).await;
        let page = desk.seal(&desk.timo, case.draft).await.expect("seals");
        let reply = desk.approve(&desk.timo, &page).await.expect("approves");
        desk.deactivate(desk.mara.agent().id).await;
        desk.wait(11);
        assert!(matches!(desk.deliver(reply.outbox()).await, Delivery::Stopped { .. }));
    });
}

#[test]
fn a_password_is_typed_while_the_page_is_open() {
    on_both(async |desk| {
        terms(&desk, 2, "confirm = \"password\"\n").await;
        let case = desk.case().await;
        desk.confirm(&desk.mara).await;
        desk.wait(1);
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        let no = desk.say(&desk.mara, TestDesk::yes(&page, &[])).await;
        assert_eq!(refusal(no), Refusal::Unconfirmed, "what was typed before the page was seen says nothing about it");
        desk.confirm(&desk.timo).await;
        let no = desk.say(&desk.mara, TestDesk::yes(&page, &[])).await;
        assert_eq!(refusal(no), Refusal::Unconfirmed, "nor does a colleague's");
        desk.confirm(&desk.mara).await;
        let reply = desk.approve(&desk.mara, &page).await.expect("approves");
        let how = desk.word("select confirmed from approvals where id = $1", values![reply.approval()]).await;
        assert_eq!(how, "password");
        desk.wait(11);
        assert!(matches!(desk.deliver(reply.outbox()).await, Delivery::Sent { .. }));
    });
}

#[test]
fn where_a_note_is_asked_for_a_tick_is_not_enough() {
    on_both(async |desk| {
        let check = "[[checks]]\nkey = \"identity\"\nsentence = \"Identity verified\"\nanswer = \"note\"\n";
        terms(&desk, 2, check).await;
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        let say = async |note: &str| {
            let ticked = [Acknowledged { key: "policy.identity".into(), note: note.into() }];
            desk.say(&desk.mara, TestDesk::yes(&page, &ticked)).await
        };
        for empty in ["", "  ", "..."] {
            let no = refusal(say(empty).await);
            assert_eq!(no, Refusal::Unacknowledged { label: "Identity verified".into() }, "{empty:?}");
        }
        say("Called back on the number in the contract.").await.expect("approves");
        let kept = desk.word("select note from approval_answers where key = 'policy.identity'", values![]).await;
        assert_eq!(kept, "Called back on the number in the contract.");
    });
}

/// Sealed and approved by Mara, to leave in `seconds`.
async fn put_off(desk: &TestDesk, page: &Sealed, seconds: i64) -> Result<Given, DoorError> {
    let send_at = Some(desk.now().plus_seconds(seconds));
    desk.say(&desk.mara, Yes { send_at, ..TestDesk::yes(page, &ticked(&[])) }).await
}

#[test]
fn a_reply_waits_for_its_hour_and_everything_is_asked_again_then() {
    on_both(async |desk| {
        let later = async |seconds: i64| {
            let case = desk.case().await;
            let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
            match put_off(&desk, &page, seconds).await.expect("approves") {
                Given::Leaves(reply) => (case, reply),
                other @ Given::AwaitsSecond { .. } => panic!("{other:?}"),
            }
        };
        let page = desk.seal(&desk.mara, desk.case().await.draft).await.expect("seals");
        for wrong in [0, -60, SCHEDULE_SECONDS + 1] {
            assert_eq!(refusal(put_off(&desk, &page, wrong).await), Refusal::Schedule);
        }
        let (_, reply) = later(3 * 86_400).await;
        desk.wait(2 * 86_400);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue);
        desk.wait(86_400 + 60);
        assert!(matches!(desk.deliver(reply.outbox()).await, Delivery::Sent { .. }), "a day is over, its hour is not");

        let (case, reply) = later(3_600).await;
        desk.inbound(case.ticket, "wrote-meanwhile@kunde.example").await;
        desk.wait(3_700);
        let stopped = desk.deliver(reply.outbox()).await;
        assert_eq!(stopped, Delivery::Stopped { because: Refusal::NewMessage });

        let (_, reply) = later(3_600).await;
        desk.wait(3_600 + APPROVAL_SECONDS + 60);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::Expired });

        let (_, reply) = later(2).await;
        assert_eq!(reply.leaves_at(), desk.now().plus_seconds(crate::desk_at::UNDO), "never before it can be undone");
        let _: OutboxId = reply.outbox();
    });
}
