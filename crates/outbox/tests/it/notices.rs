//! The only mails no person approves: fixed, rare, never to machines.

use desk::{audit::AuditEvent, ids::OutboxId, notice::Notice};
use outbox::{Delivery, NoticeOutcome};

use crate::{
    desk_at::{Case, TestDesk, on_both},
    values,
};

async fn queue(desk: &TestDesk, case: Case) -> NoticeOutcome {
    let mut tx = desk.tx().await;
    let outcome =
        outbox::queue_notice(&desk.door, &mut tx, case.ticket, &Notice::Received { number: 1001 }).await.expect("asks");
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
    outcome
}

async fn newest(desk: &TestDesk) -> OutboxId {
    desk.word("select id from outbox where kind = 'notice' order by created_at desc, id desc limit 1", values![])
        .await
        .parse()
        .expect("an id")
}

#[test]
fn one_a_day_with_a_null_sender_and_never_to_a_machine() {
    on_both(async |desk| {
        let case = desk.case().await;
        assert_eq!(queue(&desk, case).await, NoticeOutcome::Queued);
        assert_eq!(queue(&desk, desk.case().await).await, NoticeOutcome::Enough, "another ticket of the same person");
        assert_eq!(desk.deliver(newest(&desk).await).await, Delivery::Sent { refused: vec![] });
        let letters = desk.recording.letters();
        let [(from, to, mime)] = letters.as_slice() else { panic!("one letter") };
        assert_eq!((from.as_str(), to.as_slice()), ("", ["ana@kunde.example".to_owned()].as_slice()));
        let text = String::from_utf8(mime.clone()).expect("ASCII");
        assert!(
            text.contains("Auto-Submitted: auto-replied\r\n") && text.contains("X-Auto-Response-Suppress: All\r\n")
        );
        assert!(text.contains("In-Reply-To: <question-0@kunde.example>\r\n") && !text.contains("AI-Assisted"));
        assert_eq!(
            desk.count("select count(*) from messages where direction = 'outbound' and agent_id is null", values![])
                .await,
            1
        );

        desk.wait(24 * 3600 + 1);
        let machine = desk.case().await;
        desk.sql("update messages set machine = 'Auto-Submitted' where ticket_id = $1", values![machine.ticket])
            .await
            .expect("sets");
        assert_eq!(queue(&desk, machine).await, NoticeOutcome::Machine);
        assert_eq!(queue(&desk, desk.case().await).await, NoticeOutcome::Queued);
        desk.wait(24 * 3600 + 1);
        assert!(matches!(desk.deliver(newest(&desk).await).await, Delivery::Stopped { .. }), "old news");

        desk.sql("update requesters set email = 'support@fernhill.example'", values![]).await.expect("sets");
        assert_eq!(queue(&desk, desk.case().await).await, NoticeOutcome::Machine, "ourselves");
        desk.sql("update requesters set email = 'nobody'", values![]).await.expect("sets");
        assert_eq!(queue(&desk, desk.case().await).await, NoticeOutcome::NoAddress);
    });
}
