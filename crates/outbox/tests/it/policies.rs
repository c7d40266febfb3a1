//! What leads decide about a category holds at the door: who may approve, what is confirmed, what a machine may have
//! written, at approval and again when the letter leaves.

use desk::{
    Refusal,
    audit::AuditEvent,
    ids::AgentId,
    policy::{Owner, Policy, PolicyKind},
    risk::Flag,
};
use outbox::{CheckState, Delivery, DoorError, Given};

use crate::{
    desk_at::{Case, TestDesk, on_both, ticked},
    values,
};

const SHIPPED: &str = "model = \"product_question\"\n";

async fn policy(desk: &TestDesk, version: i64, body: &str, owner: AgentId) {
    let policy = Policy {
        kind: PolicyKind::OperatingModel,
        key: "product.how".into(),
        name: "How".into(),
        version,
        body: body.into(),
        categories: Vec::new(),
        owner: Owner::Active { id: owner, name: String::new() },
        review_by: Some(desk.now().plus_seconds(90 * 86_400)),
        made_by: Some(owner),
        made_at: Some(desk.now()),
        note: String::new(),
    };
    let mut tx = desk.tx().await;
    tx.add_policy(&policy).await.expect("added");
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
}

async fn by_timo(desk: &TestDesk, version: i64, body: &str) {
    policy(desk, version, body, desk.timo.agent().id).await;
}

fn refusal<T: std::fmt::Debug>(result: Result<T, DoorError>) -> Refusal {
    match result {
        Err(DoorError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn approve_with(desk: &TestDesk, case: Case, acknowledged: &[&str]) -> Result<Given, DoorError> {
    let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
    let acknowledged = ticked(acknowledged);
    desk.say(&desk.mara, TestDesk::yes(&page, &acknowledged)).await
}

#[test]
fn the_policy_says_who_may_approve() {
    on_both(async |desk| {
        by_timo(&desk, 2, "model = \"product_question\"\napprovers = [\"lead\"]\n").await;
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("she may look");
        let told = page.checks.iter().find(|c| c.key == "approver").expect("told beforehand");
        assert_eq!(told.state, CheckState::Block);
        let no = refusal(desk.approve(&desk.mara, &page).await);
        assert_eq!(no, Refusal::Approver { needs: "a lead".into() });
        let page = desk.seal(&desk.timo, case.draft).await.expect("seals");
        assert!(page.checks.iter().all(|c| c.key != "approver"));
        desk.approve(&desk.timo, &page).await.expect("a lead may");
    });
}

#[test]
fn what_the_policy_asks_for_is_confirmed_first() {
    on_both(async |desk| {
        let body = "model = \"product_question\"\nescalate_when = [\"payment\"]\n[[checks]]\nkey = \"plan\"\nsentence = \"The plan was looked up\"\n";
        by_timo(&desk, 2, body).await;
        let case = desk.case().await;
        let no = refusal(approve_with(&desk, case, &[]).await);
        assert_eq!(no, Refusal::Unacknowledged { label: "The plan was looked up".into() });
        let flagged = format!(",{},", Flag::Payment);
        desk.sql("update tickets set risk = $2 where id = $1", values![case.ticket, flagged]).await.expect("flagged");
        let no = refusal(approve_with(&desk, case, &["policy.plan"]).await);
        assert!(matches!(no, Refusal::Unacknowledged { ref label } if label.starts_with("escalated")), "{no:?}");
        approve_with(&desk, case, &["policy.plan", "escalation"]).await.expect("both were confirmed");
    });
}

#[test]
fn a_page_shown_under_another_version_is_not_approved() {
    on_both(async |desk| {
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        by_timo(&desk, 2, SHIPPED).await;
        assert_eq!(refusal(desk.approve(&desk.mara, &page).await), Refusal::PolicyChanged);
        desk.approved(case).await;
    });
}

#[test]
fn what_was_approved_under_a_wider_policy_does_not_leave() {
    on_both(async |desk| {
        let case = desk.case().await;
        let reply = desk.approved(case).await;
        by_timo(&desk, 2, "model = \"product_question\"\nwriting = \"nothing\"\n").await;
        desk.wait(60);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::PolicyChanged });
        assert!(desk.recording.letters().is_empty(), "nothing left");
        assert_eq!(desk.draft_state(case.draft).await, "open", "a person looks again");

        // Told at once, too, in the transaction that changes the policy.
        by_timo(&desk, 3, SHIPPED).await;
        let reply = desk.approved(desk.case().await).await;
        by_timo(&desk, 4, "model = \"legal\"\n").await;
        let mut tx = desk.tx().await;
        assert_eq!(outbox::withdraw_all_stale(&desk.door, &mut tx).await.expect("asked"), 1);
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        assert_eq!(desk.outbox_state(reply.outbox()).await, "stopped");
    });
}

#[test]
fn nobodys_policy_lets_no_word_of_the_machine_out() {
    on_both(async |desk| {
        let owner = desk.new_person().await.agent().id;
        policy(&desk, 2, SHIPPED, owner).await;
        let case = desk.case().await;
        let waiting = desk.approved(desk.case().await).await;
        desk.deactivate(owner).await;

        let no = refusal(approve_with(&desk, case, &[]).await);
        assert!(matches!(no, Refusal::Blocked { .. }), "{no:?}");
        desk.wait(60);
        let stopped = desk.deliver(waiting.outbox()).await;
        assert!(matches!(stopped, Delivery::Stopped { because: Refusal::Lapsed { .. } }), "{stopped:?}");
        assert!(desk.recording.letters().is_empty(), "nothing left");

        desk.edit(case.draft, "Dear Ana, I looked into this myself and will call you.").await.expect("her own words");
        approve_with(&desk, case, &[]).await.expect("a person may always answer in their own words");
    });
}

#[test]
fn a_page_cannot_be_given_another_policy_in_sql() {
    on_both(async |desk| {
        let reply = desk.approved(desk.case().await).await;
        by_timo(&desk, 2, SHIPPED).await;
        let pins = "operating_model/product.how@2 risk_rules/default@1 routing/default@1";
        desk.sql("update seals set policies = $1", values![pins]).await.expect("forged");
        desk.wait(60);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because: Refusal::DigestMismatch });
    });
}
