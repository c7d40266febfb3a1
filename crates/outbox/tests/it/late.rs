//! Deliveries that outlive their lease, and those whose process does not outlive them.

use std::{sync::Arc, time::Duration};

use desk::{Refusal, ids::OutboxId};
use outbox::{CheckState, Delivery, Door, DoorError, Lease, SmtpConfig, Tls, Transport, Verdict};
use store::Engine;
use tokio::task::JoinHandle;

use crate::{
    desk_at::{KEY, TestDesk, on_both, settings},
    fake_smtp::{Behaviour, FakeSmtp},
    values,
};

/// Waits for the server's answer as long as a test may take.
fn to(server: &FakeSmtp) -> Transport {
    let config = SmtpConfig::new("127.0.0.1", server.address.port(), Tls::PlaintextLoopback, None, "desk.example");
    Transport::Smtp(config.expect("good settings"))
}

/// Begins a delivery that is held after its final dot.
async fn held(desk: &Arc<TestDesk>, server: &FakeSmtp, id: OutboxId, lease: Lease) -> JoinHandle<Delivery> {
    let (desk, transport, before) = (Arc::clone(desk), to(server), server.arrived().len());
    let delivery = tokio::spawn(async move {
        let door = Door::new(settings(), &KEY).expect("good settings").with_lease(lease);
        let now = || desk.now();
        outbox::deliver(&door, &desk.store, &transport, id, &now).await.expect("delivers")
    });
    while server.arrived().len() == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    delivery
}

async fn attempt(desk: &TestDesk, id: OutboxId) -> String {
    desk.word("select coalesce(outcome, 'open') from deliveries where outbox_id = $1", values![id]).await
}

#[test]
fn what_the_server_said_is_written_down_whatever_became_of_the_row() {
    on_both(async |desk| {
        let cases = [
            (Behaviour::HeldAfterDot, Verdict::NotSent, "uncertain", "accepted"),
            (Behaviour::HeldThenCloses, Verdict::NotSent, "uncertain", "unanswered"),
            (Behaviour::HeldAfterDot, Verdict::Sent, "sent", "accepted"),
            (Behaviour::HeldThenCloses, Verdict::Sent, "sent", "unanswered"),
        ];
        for (behaviour, verdict, state, outcome) in cases {
            let (case, server) = (desk.case().await, FakeSmtp::start(behaviour).await);
            let reply = desk.approved(case).await;
            let id = reply.outbox();
            desk.wait(11);
            let delivery = held(&desk, &server, id, Lease::default()).await;
            desk.wait(31);
            assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [id]);
            outbox::resolve(&desk.store, &desk.timo, id, verdict, desk.now()).await.expect("settles");
            let before = desk.kinds(case.ticket).await;
            server.go_on();
            let ended = delivery.await.expect("ran");
            assert_eq!(ended == Delivery::Uncertain, outcome == "unanswered" || state == "uncertain", "{ended:?}");

            let told = (desk.outbox_state(id).await, attempt(&desk, id).await);
            assert_eq!(told, (state.to_owned(), outcome.to_owned()), "{behaviour:?} {verdict:?}");
            let new = desk.kinds(case.ticket).await.split_off(before.len());
            let expected = if state == "sent" && outcome == "accepted" { "reply.sent" } else { "delivery.uncertain" };
            assert_eq!(new, [expected], "{behaviour:?} {verdict:?}");
            desk.wait(7200);
            assert_eq!(desk.deliver_by(&to(&server), id).await, Delivery::NotDue, "never on its own");
            if state == "uncertain" {
                a_person_settles_it(&desk, case.draft, id).await;
            }
            let messages = desk.count("select count(*) from messages where outbox_id = $1", values![id]).await;
            assert_eq!((messages, server.arrived().len()), (1, 1));
        }
    });
}

/// The draft is open again; nobody sends it a second time without having been told.
async fn a_person_settles_it(desk: &TestDesk, draft: desk::ids::DraftId, id: OutboxId) {
    let page = desk.seal(&desk.mara, draft).await.expect("seals");
    let earlier = page.checks.iter().find(|c| c.key == "earlier").map(|c| c.state);
    assert_eq!(earlier, Some(CheckState::Warn));
    let blindly = desk.approve(&desk.mara, &page).await;
    assert!(matches!(blindly, Err(DoorError::Refused(Refusal::Unacknowledged { .. }))), "{blindly:?}");
    outbox::resolve(&desk.store, &desk.timo, id, Verdict::Sent, desk.now()).await.expect("settles");
    let page = desk.seal(&desk.mara, draft).await.expect("seals");
    assert!(page.checks.iter().all(|c| c.key != "earlier" || c.state == CheckState::Ok));
}

#[test]
fn a_slow_delivery_keeps_its_row_and_a_dead_ones_is_set_aside_within_a_minute() {
    on_both(async |desk| {
        let server = FakeSmtp::start(Behaviour::HeldAfterDot).await;
        let lease = Lease { renewed_every: Duration::from_millis(10), ..Lease::default() };
        let reply = desk.approved(desk.case().await).await;
        let id = reply.outbox();
        desk.wait(11);
        let slow = held(&desk, &server, id, lease).await;
        for _ in 0..4 {
            desk.wait(outbox::LEASE_SECONDS - 5);
            let renewed = desk.now().plus_seconds(outbox::LEASE_SECONDS).micros();
            while desk.count("select lease_until from outbox where id = $1", values![id]).await < renewed {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [], "slow, not dead");
        }
        server.go_on();
        assert_eq!(slow.await.expect("ran"), Delivery::Sent { refused: vec![] });

        let reply = desk.approved(desk.case().await).await;
        let id = reply.outbox();
        desk.wait(11);
        let dying = held(&desk, &server, id, lease).await;
        dying.abort();
        assert!(dying.await.is_err_and(|e| e.is_cancelled()));
        desk.wait(outbox::LEASE_SECONDS - 1);
        assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [], "it might live");
        desk.wait(2);
        assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [id]);
        assert_eq!(desk.outbox_state(id).await, "uncertain");
        assert_eq!(desk.deliver_by(&to(&server), id).await, Delivery::NotDue);
        assert_eq!(server.arrived().len(), 2, "nothing was sent again");
    });
}

#[test]
fn an_attempt_without_an_end_keeps_a_row_from_leaving_again() {
    on_both(async |desk| {
        let server = FakeSmtp::start(Behaviour::HeldAfterDot).await;
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        let dying = held(&desk, &server, reply.outbox(), Lease::default()).await;
        dying.abort();
        desk.sql("update outbox set state = 'ready', lease_until = null where id = $1", values![reply.outbox()])
            .await
            .expect("the tables cannot tell");
        let again = desk.deliver(reply.outbox()).await;
        assert_eq!(again, Delivery::Stopped { because: Refusal::Left });
        assert!(desk.recording.letters().is_empty());
    });
}

/// On PostgreSQL only: SQLite has one writer, so nothing happens between reading and stopping there.
#[test]
fn a_letter_claimed_while_mail_arrives_is_on_its_way_and_not_taken_back() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for desk in TestDesk::each().await {
            let desk = Arc::new(desk);
            if desk.store.engine() == Engine::Postgres {
                claimed_meanwhile(&desk).await;
            }
            desk.close().await;
        }
    });
}

async fn claimed_meanwhile(desk: &Arc<TestDesk>) {
    let case = desk.case().await;
    let reply = desk.approved(case).await;
    let id = reply.outbox();
    desk.wait(11);
    desk.inbound(case.ticket, "again@kunde.example").await;
    // A delivery has the row, uncommitted, as `claim` takes it.
    let mut claiming = desk.tx().await;
    let claim = "update outbox set state = 'sending', fence = fence + 1, attempts = attempts + 1 where id = $1 and state = 'ready'";
    assert_eq!(claiming.execute(claim, values![id]).await.expect("claims"), 1);
    let arriving = {
        let desk = Arc::clone(desk);
        tokio::spawn(async move {
            let mut tx = desk.tx().await;
            let stopped = outbox::withdraw_stale(&desk.door, &mut tx, case.ticket).await.expect("asks");
            tx.commit(desk::audit::AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
            stopped
        })
    };
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while desk.count(waits, values![]).await == 0 {
        assert!(!arriving.is_finished(), "it saw a waiting letter and must wait for whoever claims it");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    claiming.commit(desk::audit::AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
    assert_eq!(arriving.await.expect("ran"), 0, "it is on its way; nothing is taken back");
    assert_eq!(desk.outbox_state(id).await, "sending");
    let withdrawn = "select count(*) from withdrawals where approval_id = $1";
    assert_eq!(desk.count(withdrawn, values![reply.approval()]).await, 0);
    assert_eq!(desk.draft_state(case.draft).await, "approved");
}

#[test]
fn pages_that_nobody_approved_are_gone_after_a_day() {
    on_both(async |desk| {
        let (old, approved, fresh) = (desk.case().await, desk.case().await, desk.case().await);
        desk.seal(&desk.mara, old.draft).await.expect("seals");
        let reply = desk.approved(approved).await;
        desk.wait(23 * 3600);
        let page = desk.seal(&desk.mara, fresh.draft).await.expect("seals");
        assert_eq!(outbox::clear_pages(&desk.store, desk.now()).await.expect("clears"), 0, "the day is not over");
        desk.wait(3601);
        assert_eq!(outbox::clear_pages(&desk.store, desk.now()).await.expect("clears"), 1);
        assert_eq!(outbox::clear_pages(&desk.store, desk.now()).await.expect("clears"), 0);
        let kept = "select count(*) from seals where id = $1 or id in (select seal_id from approvals where id = $2)";
        assert_eq!(desk.count(kept, values![page.seal, reply.approval()]).await, 2);
        assert_eq!(desk.count("select count(*) from seals where draft_id = $1", values![old.draft]).await, 0);
        let dangling = "select count(*) from seal_sources where seal_id not in (select id from seals)";
        assert_eq!(desk.count(dangling, values![]).await, 0);
        let told = "select count(*) from entries where kind = 'pages.cleared'";
        assert_eq!(desk.count(told, values![]).await, 1);
    });
}
