//! The whole way of a reply, there and back and out.

use desk::{Digest, Refusal, draft::Change};
use outbox::{CheckState, Delivery, DoorError, Transport};

use crate::{desk_at::on_both, values};

#[test]
fn seal_approve_undo_seal_approve_deliver() {
    on_both(async |desk| {
        let case = desk.case().await;
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        assert_eq!(page.letter.from, "Mara Lindqvist (Fernhill) <support@fernhill.example>");
        assert_eq!((page.letter.to.as_slice(), page.letter.cc.len()), (["ana@kunde.example".to_owned()].as_slice(), 0));
        assert_eq!(page.letter.subject, "Re: VAT on invoices");
        assert!(
            page.letter.body.starts_with("Hi Ana,\n\nOpen Settings")
                && page.letter.body.contains("\n\nMara Lindqvist\nFernhill\n\n-- \nDrafted with AI, read and approved by Mara Lindqvist.\nHow AI helps here, and how to say no: https://desk.fernhill.example/choice/")
        );
        assert_eq!(page.letter.header("AI-Assisted"), Some("drafted; reviewed unchanged by a person"));
        assert_eq!(page.letter.header("References"), Some("<first@kunde.example> <question-0@kunde.example>"));
        assert!(page.checks.iter().all(|c| c.state == CheckState::Ok), "{:?}", page.checks);
        assert_eq!(page.sources.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), ["VAT settings"]);
        assert!(page.changes.iter().all(|(change, _)| *change == Change::Same));
        let message_id = page.letter.header("Message-ID").expect("has one").trim_matches(['<', '>']).to_owned();
        assert!(desk.door.made(&message_id));

        let reply = desk.approve(&desk.mara, &page).await.expect("approves");
        assert_eq!(desk.word("select status from tickets where id = $1", values![case.ticket]).await, "solved");
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue, "the undo window is open");
        outbox::undo(&desk.store, &desk.timo, reply.approval(), desk.now()).await.expect("undoes");
        assert_eq!(desk.word("select status from tickets where id = $1", values![case.ticket]).await, "open");
        assert_eq!(desk.draft_state(case.draft).await, "open");
        desk.wait(60);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue);

        desk.edit(case.draft, "Hi Ana,\n\nOpen Settings and change the VAT rate under Invoices. Takes a minute.")
            .await
            .expect("edits");
        let page = desk.seal(&desk.mara, case.draft).await.expect("seals");
        assert_eq!(page.letter.header("AI-Assisted"), Some("drafted; edited by a person"));
        let reply = desk.approve(&desk.mara, &page).await.expect("approves");
        assert_eq!(outbox::due(&desk.store, desk.now()).await.expect("reads"), []);
        desk.wait(11);
        assert_eq!(outbox::due(&desk.store, desk.now()).await.expect("reads"), [reply.outbox()]);
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::Sent { refused: vec![] });
        assert_eq!(desk.deliver(reply.outbox()).await, Delivery::NotDue);
        let late = outbox::undo(&desk.store, &desk.mara, reply.approval(), desk.now()).await;
        assert!(matches!(late, Err(DoorError::Refused(Refusal::Left))), "{late:?}");

        let letters = desk.recording.letters();
        let [(from, to, mime)] = letters.as_slice() else { panic!("one letter") };
        let mut fields: Vec<&[u8]> = vec![from.as_bytes()];
        fields.extend(to.iter().map(String::as_bytes));
        fields.push(mime);
        assert_eq!(Digest::of_fields("countersign/outbound/1", &fields), page.digest, "what left is what was shown");
        assert_eq!(desk.draft_state(case.draft).await, "sent");
        let message = desk
            .rows("select text, ai_part, author_name, refs from messages where outbox_id = $1", values![reply.outbox()])
            .await;
        let mut c = message[0].columns();
        assert_eq!(c.take::<String>().expect("text"), page.letter.body);
        assert_eq!(c.take::<String>().expect("word"), "edited");
        assert_eq!(c.take::<String>().expect("name"), "Mara Lindqvist");
        assert_eq!(c.json::<Vec<String>>().expect("ids").last().map(String::as_str), Some("question-0@kunde.example"));
        let kinds = desk.kinds(case.ticket).await;
        let door: Vec<&str> = kinds.iter().map(String::as_str).filter(|k| !k.starts_with("door")).collect();
        assert_eq!(
            door,
            [
                "draft.sealed",
                "reply.approved",
                "approval.withdrawn",
                "ticket.changed",
                "draft.sealed",
                "reply.approved",
                "delivery.started",
                "reply.sent"
            ]
        );
    });
}

#[test]
fn the_tray_keeps_the_letter_instead() {
    on_both(async |desk| {
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        assert_eq!(desk.deliver_by(&Transport::Tray, reply.outbox()).await, Delivery::Sent { refused: vec![] });
        let grant = store::Grant::for_agent(&desk.mara, store::Purpose::Work).expect("granted");
        let mut conn = desk.store.read().await.expect("reads");
        let tray = outbox::tray(&mut conn, &grant).await.expect("reads");
        assert_eq!(tray.iter().map(|l| l.outbox).collect::<Vec<_>>(), [reply.outbox()]);
        assert!(tray[0].letter.body.contains("VAT rate"));
        let elsewhere = store::Grant::for_agent(&desk.olga, store::Purpose::Work).expect("granted");
        assert_eq!(outbox::tray(&mut conn, &elsewhere).await.expect("reads"), [], "another queue's tray is empty");
        let fates = outbox::fates(&mut conn, &grant, reply.ticket()).await.expect("reads");
        assert_eq!(fates.iter().map(|f| f.state.word()).collect::<Vec<_>>(), ["sent"]);
    });
}
