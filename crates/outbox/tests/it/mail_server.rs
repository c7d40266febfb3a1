//! What the tables say after each way a mail server can behave.

use std::time::Duration;

use desk::Refusal;
use outbox::{Delivery, DoorError, Scripted, Setback, SmtpConfig, Tls, Transport, Verdict};
use store::StoreError;

use crate::{
    desk_at::{TestDesk, on_both},
    fake_smtp::{Behaviour, FakeSmtp},
    values,
};

fn to(server: &FakeSmtp) -> Transport {
    let config = SmtpConfig::new("127.0.0.1", server.address.port(), Tls::PlaintextLoopback, None, "desk.example");
    Transport::Smtp(config.expect("good settings").with_final_dot_wait(Duration::from_millis(300)))
}

#[test]
fn approved_bytes_are_received_bytes() {
    on_both(async |desk| {
        let server = FakeSmtp::start(Behaviour::Normal).await;
        let case = desk.case().await;
        desk.edit(case.draft, "Hello Ana,\n.\n..\n.hidden\n\nGrüße 🙂\nFrom here on: =20 \nMAIL FROM:<x@evil.example>")
            .await
            .expect("edits");
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        let reply = desk.approve(&desk.mara, &page).await.expect("approves");
        desk.wait(11);
        assert_eq!(desk.deliver_by(&to(&server), reply.outbox()).await, Delivery::Sent { refused: vec![] });
        let arrived = server.arrived();
        let [mail] = arrived.as_slice() else { panic!("exactly one mail") };
        let stored: Vec<u8> = desk.rows("select mime from outbox where id = $1", values![reply.outbox()]).await[0]
            .columns()
            .take()
            .expect("bytes");
        assert_eq!(mail.bytes, stored);
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("support@fernhill.example", ["ana@kunde.example".to_owned()].as_slice())
        );
        assert!(page.letter.body.contains("\n.\n..\n.hidden\n"));
    });
}

#[test]
fn after_the_dot_without_an_answer_a_person_decides() {
    on_both(async |desk| {
        for (behaviour, verdict) in
            [(Behaviour::HangAfterDot, Verdict::Sent), (Behaviour::CloseAfterDot, Verdict::NotSent)]
        {
            let server = FakeSmtp::start(behaviour).await;
            let case = desk.case().await;
            let reply = desk.approved(case).await;
            desk.wait(11);
            assert_eq!(desk.deliver_by(&to(&server), reply.outbox()).await, Delivery::Uncertain);
            desk.wait(3600);
            assert_eq!(desk.deliver_by(&to(&server), reply.outbox()).await, Delivery::NotDue, "never on its own");
            assert_eq!(server.arrived().len(), 1);
            assert_eq!(desk.draft_state(case.draft).await, "approved", "nor by a second approval meanwhile");
            let grant = store::Grant::for_agent(&desk.mara, store::Purpose::Work).expect("granted");
            let open = outbox::unsettled(&mut desk.store.read().await.expect("reads"), &grant).await.expect("reads");
            assert!(open.iter().any(|f| f.outbox == reply.outbox()));
            let stranger = outbox::resolve(&desk.store, &desk.olga, reply.outbox(), verdict, desk.now()).await;
            assert!(matches!(stranger, Err(DoorError::Refused(Refusal::NotYours))));
            outbox::resolve(&desk.store, &desk.timo, reply.outbox(), verdict, desk.now()).await.expect("settles");
            let twice = outbox::resolve(&desk.store, &desk.timo, reply.outbox(), verdict, desk.now()).await;
            assert!(matches!(twice, Err(DoorError::Store(StoreError::Stale))));
            let messages =
                desk.count("select count(*) from messages where outbox_id = $1", values![reply.outbox()]).await;
            match verdict {
                Verdict::Sent => assert_eq!((desk.draft_state(case.draft).await.as_str(), messages), ("sent", 1)),
                Verdict::NotSent => {
                    assert_eq!((desk.draft_state(case.draft).await.as_str(), messages), ("open", 0));
                    assert!(desk.seal(&desk.mara, case.draft).await.is_ok(), "a new approval can send it");
                }
            }
        }
    });
}

#[test]
fn not_now_is_tried_again_with_growing_pauses_until_the_approval_ends() {
    on_both(async |desk| {
        let case = desk.case().await;
        let reply = desk.approved(case).await;
        desk.wait(11);
        desk.recording.script(vec![Scripted::Later; 200]);
        let (mut tries, mut last, mut pauses) = (0, desk.now(), Vec::new());
        loop {
            match desk.deliver(reply.outbox()).await {
                Delivery::Later { at, setback: Setback::Server } => {
                    pauses.push(at.seconds_since(desk.now()));
                    assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue, "not before its time");
                    desk.wait(at.seconds_since(desk.now()) + 1);
                    last = at;
                    tries += 1;
                }
                Delivery::Failed { .. } => break,
                other => panic!("{other:?}"),
            }
            assert!(tries < 100, "retried for ever");
        }
        assert!(pauses.windows(2).all(|w| w[0] <= w[1]) && tries > 10, "{pauses:?}");
        assert!(last.seconds_since(desk.now()) > -2 * 3600);
        assert_eq!(desk.outbox_state(reply.outbox()).await, "failed");
        assert_eq!((desk.draft_state(case.draft).await.as_str(), desk.recording.letters().len()), ("open", 0));
        let attempts = desk
            .count(
                "select count(*) from deliveries where outbox_id = $1 and outcome = 'later'",
                values![reply.outbox()],
            )
            .await;
        assert_eq!(attempts, tries + 1);
    });
}

#[test]
fn greylisted_then_taken_and_refused_for_good() {
    on_both(async |desk| {
        let grey = FakeSmtp::start(Behaviour::Greylists).await;
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        let Delivery::Later { at, setback } = desk.deliver_by(&to(&grey), reply.outbox()).await else {
            panic!("later")
        };
        assert_eq!(setback, Setback::Server);
        desk.wait(at.seconds_since(desk.now()) + 1);
        let gone = Transport::Smtp(
            SmtpConfig::new("127.0.0.1", 1, Tls::PlaintextLoopback, None, "desk.example").expect("good"),
        );
        let Delivery::Later { at, setback } = desk.deliver_by(&gone, reply.outbox()).await else { panic!("later") };
        assert_eq!(setback, Setback::Channel, "T028: the caller pauses the channel");
        desk.wait(at.seconds_since(desk.now()) + 1);
        let good = FakeSmtp::start(Behaviour::Normal).await;
        assert_eq!(desk.deliver_by(&to(&good), reply.outbox()).await, Delivery::Sent { refused: vec![] });
        assert_eq!((grey.arrived().len(), good.arrived().len()), (0, 1));

        let no = FakeSmtp::start(Behaviour::AfterDot(554)).await;
        let case = desk.case().await;
        let reply = desk.approved(case).await;
        desk.wait(11);
        let ended = desk.deliver_by(&to(&no), reply.outbox()).await;
        let Delivery::Failed { reply: words } = ended else { panic!("{ended:?}") };
        assert!(words.contains("554") && words.contains("answer to the dot"), "the server's own words: {words}");
        let kept = desk.word("select reply from deliveries where outbox_id = $1", values![reply.outbox()]).await;
        let grant = store::Grant::for_agent(&desk.mara, store::Purpose::Work).expect("granted");
        let mut conn = desk.store.read().await.expect("reads");
        let fates = outbox::fates(&mut conn, &grant, case.ticket).await.expect("reads");
        drop(conn);
        assert_eq!((kept, fates[0].detail.clone()), (words.clone(), Some(words)));
        desk.wait(7200);
        assert_eq!(desk.deliver_by(&to(&good), reply.outbox()).await, Delivery::NotDue, "5xx is never retried");
        assert_eq!(
            (desk.outbox_state(reply.outbox()).await.as_str(), desk.draft_state(case.draft).await.as_str()),
            ("failed", "open")
        );
    });
}

/// Puts a row where a process that died in the middle of a delivery would leave it.
async fn died_while_sending(desk: &TestDesk) -> outbox::ApprovedReply {
    let reply = desk.approved(desk.case().await).await;
    desk.wait(11);
    let lease = desk.now().plus_seconds(900);
    desk.sql(
        "update outbox set state = 'sending', lease_until = $1, fence = fence + 1 where id = $2",
        values![lease, reply.outbox()],
    )
    .await
    .expect("sets");
    reply
}

#[test]
fn a_delivery_that_never_came_back_is_set_aside_not_repeated() {
    on_both(async |desk| {
        let reply = died_while_sending(&desk).await;
        assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [], "the lease still runs");
        desk.wait(901);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue, "T023");
        assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), [reply.outbox()]);
        assert_eq!(outbox::rescue(&desk.store, desk.now()).await.expect("looks"), []);
        assert_eq!(desk.outbox_state(reply.outbox()).await, "uncertain");
        assert!(desk.kinds(reply.ticket()).await.contains(&"delivery.uncertain".to_owned()));
        assert!(desk.recording.letters().is_empty());
    });
}

#[test]
fn an_attempt_that_knows_corrects_the_doubt_its_late_end_raised() {
    on_both(async |desk| {
        let server = FakeSmtp::start(Behaviour::SlowAfterDot).await;
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        let (working, transport, id) = (desk.clone(), to(&server), reply.outbox());
        let delivery = tokio::spawn(async move { working.deliver_by(&transport, id).await });
        while server.arrived().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let late = desk.now().plus_seconds(2000);
        assert_eq!(outbox::rescue(&desk.store, late).await.expect("looks"), [id], "the lease is over");
        assert_eq!(desk.outbox_state(id).await, "uncertain");
        assert_eq!(delivery.await.expect("ran"), Delivery::Sent { refused: vec![] });
        assert_eq!(desk.outbox_state(id).await, "sent");
        assert_eq!(server.arrived().len(), 1);
    });
}
