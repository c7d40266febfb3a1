//! Two at the same instant: exactly one wins, and one mail leaves.

use std::sync::Arc;

use desk::Refusal;
use outbox::{Delivery, DoorError};

use crate::{
    desk_at::{TestDesk, on_both},
    values,
};

/// Rounds of two approvals in the long suite.
const LONG: usize = 10_000;

fn approval_rounds(desk: &TestDesk) -> usize {
    if std::env::var_os("COUNTERSIGN_SOAK").is_some() { LONG } else { rounds(desk) }
}

fn rounds(desk: &TestDesk) -> usize {
    if desk.store.engine() == store::Engine::Postgres { 150 } else { 60 }
}

/// T029: two people approve one draft at the same instant; one wins, the other learns why.
#[test]
fn two_people_approve_one_draft() {
    on_both(async |desk: Arc<TestDesk>| {
        for _ in 0..approval_rounds(&desk) {
            let case = desk.case().await;
            let mine = desk.seal(&desk.mara, case.draft).await.expect("seals");
            let theirs = desk.seal(&desk.timo, case.draft).await.expect("seals");
            let (a, b) = (desk.clone(), desk.clone());
            let first = tokio::spawn(async move { a.approve(&a.mara, &mine).await });
            let second = tokio::spawn(async move { b.approve(&b.timo, &theirs).await });
            let answers = [first.await.expect("ran"), second.await.expect("ran")];
            assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1, "{answers:?}");
            let lost = answers.into_iter().find_map(Result::err);
            assert!(
                matches!(&lost, Some(DoorError::Refused(Refusal::DraftState { state })) if state == "approved"),
                "{lost:?}"
            );
        }
        let approvals = desk.count("select count(*) from approvals", values![]).await;
        assert_eq!(approvals, i64::try_from(approval_rounds(&desk)).expect("small"));
    });
}

#[test]
fn undo_and_two_deliveries() {
    on_both(async |desk: Arc<TestDesk>| {
        let mut left = 0;
        for round in 0..rounds(&desk) {
            let reply = desk.approved(desk.case().await).await;
            desk.wait(11);
            let (a, b, c) = (desk.clone(), desk.clone(), desk.clone());
            let (id, approval) = (reply.outbox(), reply.approval());
            let undo = tokio::spawn(async move {
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                outbox::undo(&a.store, &a.mara, approval, a.now()).await
            });
            let one = tokio::spawn(async move { b.deliver(id).await });
            let two = tokio::spawn(async move { c.deliver(id).await });
            let (undone, one, two) = (undo.await.expect("ran"), one.await.expect("ran"), two.await.expect("ran"));
            let sent = [one, two].iter().filter(|d| matches!(d, Delivery::Sent { .. })).count();
            assert_eq!(sent, usize::from(undone.is_err()), "undone: {undone:?}");
            left += sent;
            assert_eq!(desk.recording.letters().len(), left);
        }
    });
}

/// T030, at the same instant.
#[test]
fn mail_arriving_while_a_person_approves() {
    on_both(async |desk: Arc<TestDesk>| {
        for _ in 0..rounds(&desk) / 2 {
            let case = desk.case().await;
            let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
            let (a, b) = (desk.clone(), desk.clone());
            let yes = tokio::spawn(async move { a.approve(&a.mara, &page).await });
            let mail = tokio::spawn(async move { b.inbound(case.ticket, "meanwhile@kunde.example").await });
            let (yes, _) = (yes.await.expect("ran"), mail.await.expect("ran"));
            desk.wait(11);
            match yes {
                Ok(reply) => {
                    let because = Refusal::NewMessage;
                    assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Stopped { because });
                }
                Err(DoorError::Refused(refusal)) => assert_eq!(refusal, Refusal::NewMessage),
                Err(other) => panic!("{other}"),
            }
        }
        assert!(desk.recording.letters().is_empty());
    });
}
