//! A process is killed at every named place between the sealed page and the recorded delivery; then
//! another one takes over. Nothing is sent twice, nothing is lost without a trace.
//!
//! On SQLite only: what a killed process leaves behind is a rolled-back transaction, which the two
//! engines promise alike, and the child needs a database it can find again.

use std::process::Command;

use desk::{Timestamp, ids::DraftId};
use outbox::{Delivery, Door, Given, SmtpConfig, Tls, Transport};
use store::Store;

use crate::{
    desk_at::{KEY, TestDesk, settings},
    fake_smtp::{Behaviour, FakeSmtp},
    values,
};

const ORDERS: &str = "COUNTERSIGN_TEST_CHILD";

fn transport(port: u16) -> Transport {
    let config = SmtpConfig::new("127.0.0.1", port, Tls::PlaintextLoopback, None, "desk.example");
    Transport::Smtp(config.expect("good settings"))
}

/// What the child does when it is started with orders: seal, approve, deliver. Without orders, nothing.
#[test]
fn child() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let orders: Vec<&str> = orders.split(' ').collect();
    let [address, draft, session, now, port, undo] = orders.as_slice() else { panic!("orders") };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(address).await.expect("opens");
        let (door, draft): (Door, DraftId) = (Door::new(settings(), &KEY).expect("good"), draft.parse().expect("id"));
        let now = Timestamp::from_micros(now.parse().expect("number"));
        let live = store.read().await.expect("reads").session_again(session.parse().expect("id"), now).await;
        let session = live.expect("reads").expect("a live session");
        let page = outbox::seal(&door, &store, &session, draft, now).await.expect("seals");
        let given = outbox::approve(&door, &store, &session, TestDesk::yes(&page, &[]), now).await;
        let Ok(Given::Leaves(reply)) = given else { panic!("approves: {given:?}") };
        if *undo == "undo" {
            outbox::undo(&store, &session, reply.approval(), now).await.expect("undoes");
        }
        let later = || now.plus_seconds(11);
        let port = port.parse().expect("number");
        outbox::deliver(&door, &store, &transport(port), reply.outbox(), &later).await.expect("delivers");
    });
}

/// Place; mails that had arrived by then; state of the row; mails after everybody did their best.
const PLACES: [(&str, usize, &str, usize); 11] = [
    ("seal-written", 0, "", 0),
    ("approve-before-commit", 0, "", 0),
    ("approve-committed", 0, "ready", 1),
    ("undo-before-commit", 0, "ready", 1),
    ("deliver-checked", 0, "ready", 1),
    ("deliver-claimed", 0, "sending", 0),
    ("deliver-mail-from", 0, "sending", 0),
    ("deliver-data-sent", 0, "sending", 0),
    ("deliver-accepted", 1, "sending", 1),
    ("deliver-before-record", 1, "sending", 1),
    ("deliver-recorded", 1, "sent", 1),
];

#[test]
fn a_crash_anywhere_sends_nothing_twice_and_hides_nothing() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let desk = TestDesk::sqlite().await;
        let address = desk.address().expect("SQLite");
        for (place, arrived, state, in_the_end) in PLACES {
            let (case, server) = (desk.case().await, FakeSmtp::start(Behaviour::Normal).await);
            let undo = if place.starts_with("undo") { "undo" } else { "keep" };
            let (port, now, who) = (server.address.port(), desk.now().micros(), desk.mara.id());
            let orders = format!("{address} {} {who} {now} {port} {undo}", case.draft);
            let mut child = Command::new(std::env::current_exe().expect("myself"));
            child.args(["--exact", "crashes::child"]).env(ORDERS, orders).env("COUNTERSIGN_CRASH_AT", place);
            let died = tokio::task::spawn_blocking(move || child.output()).await.expect("ran").expect("started");
            assert!(!died.status.success(), "{place} was never reached");
            assert_eq!(server.arrived().len(), arrived, "{place}");
            let rows = desk.rows("select id, state from outbox where ticket_id = $1", values![case.ticket]).await;
            let found = rows.first().map(|row| {
                let mut c = row.columns();
                (c.take::<desk::ids::OutboxId>().expect("id"), c.take::<String>().expect("word"))
            });
            assert_eq!(found.as_ref().map_or("", |(_, state)| state.as_str()), state, "{place}");
            desk.wait(2000);
            let rescued = outbox::rescue(&desk.store, desk.now()).await.expect("looks");
            assert_eq!(rescued.len(), usize::from(state == "sending"), "{place}: a person is told");
            if let Some((id, _)) = found {
                let again = desk.deliver_by(&transport(port), id).await;
                assert_eq!(again == Delivery::NotDue, state != "ready", "{place}: {again:?}");
            }
            assert_eq!(server.arrived().len(), in_the_end, "{place}");
        }
        desk.close().await;
    });
}
