//! Raw mails: durable first, once per mailbox, and what became of them.

use store::{MailSource, MailState, Purpose, StoreError, Taken};

use crate::{
    engines::each,
    world::{NOON, add_question, ask, begin, event, furnish, whole_desk},
};

const RAW: &[u8] = b"From: ola@orchard.example\r\n\r\n\0\xff bytes of any kind";

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_to_the_same_mailbox_are_one_mail() {
    each(async |bench| {
        let store = &bench.store;
        let mut tx = begin(store).await;
        let Taken::New(first) = tx.take_mail("a@x.example", MailSource::Imap, RAW, NOON).await.expect("taken") else {
            panic!("nothing was there before");
        };
        let again = tx.take_mail("a@x.example", MailSource::Import, RAW, NOON).await.expect("taken");
        assert_eq!(again, Taken::Repeated(first));
        let elsewhere = tx.take_mail("b@x.example", MailSource::Api, RAW, NOON).await.expect("taken");
        assert!(matches!(elsewhere, Taken::New(_)), "another mailbox is another mail");
        tx.commit(event()).await.expect("committed");

        let mut conn = store.read().await.expect("a reader");
        let mail = conn.mail(first).await.expect("there");
        assert_eq!((mail.source, mail.state, mail.attempts), (MailSource::Imap, MailState::Received, 0));
        assert_eq!(conn.blob(mail.blob).await.expect("there"), RAW, "every byte as it came");
        assert_eq!(conn.mails_in(MailState::Received, 10).await.expect("listed").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_accepted_once_or_waits_for_a_person() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let Taken::New(mail) = tx.take_mail("a@x.example", MailSource::Imap, RAW, NOON).await.expect("taken") else {
            panic!("new");
        };
        assert_eq!(tx.count_attempt(mail).await.expect("counted"), 1);
        assert_eq!(tx.count_attempt(mail).await.expect("counted"), 2);
        tx.quarantine_mail(mail, "nested too deep").await.expect("set aside");
        assert_eq!(tx.mail(mail).await.expect("there").reason.as_deref(), Some("nested too deep"));
        assert_eq!(tx.mails_in(MailState::Quarantined, 10).await.expect("listed").len(), 1);
        tx.retry_mail(mail).await.expect("goes round again");
        assert!(matches!(tx.retry_mail(mail).await, Err(StoreError::NotFound)), "it waits no more");

        let (ticket, message) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.accept_mail(mail, ticket, message).await.expect("accepted");
        assert!(matches!(tx.accept_mail(mail, ticket, message).await, Err(StoreError::Stale)));
        let found = tx.mail(mail).await.expect("there");
        assert_eq!(
            (found.state, found.ticket, found.message, found.reason),
            (MailState::Accepted, Some(ticket), Some(message), None)
        );
        tx.commit(event()).await.expect("committed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_lead_to_tickets_and_their_participants() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let (ticket, first) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        let second = add_question(&mut tx, &world, ticket, "<second@orchard.example>", NOON.plus_seconds(1)).await;
        for _ in 0..2 {
            tx.add_participant(ticket, "ola@orchard.example").await.expect("takes part");
        }
        tx.add_participant(ticket, "kai@orchard.example").await.expect("takes part");
        tx.touch_ticket(ticket).await.expect("touched");
        tx.commit(event()).await.expect("committed");

        let mut conn = store.read().await.expect("a reader");
        let headers =
            ["<unknown@x>".to_owned(), "<second@orchard.example>".to_owned(), format!("<{ticket}@orchard.example>")];
        let found = conn.tickets_behind(&headers).await.expect("looked up");
        assert_eq!((found.len(), found[0].ticket, found[0].number), (1, ticket, 1001), "a ticket is named once");
        assert_eq!(found[0].participants, ["kai@orchard.example", "ola@orchard.example"]);

        let messages = conn.messages(&whole_desk(Purpose::Work), ticket).await.expect("listed");
        assert_eq!(messages.iter().map(|m| m.id).collect::<Vec<_>>(), [first, second], "oldest first");
        let message = &messages[0];
        assert!(message.inbound && message.has_html && message.delivery.is_none());
        assert_eq!((message.to.len(), message.refs.len(), message.ai_part.as_str()), (1, 1, "none"));
        assert!(
            matches!(conn.message_raw(&whole_desk(Purpose::Work), first).await, Err(StoreError::NotFound)),
            "no raw mail"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_s_claim_never_renames_a_known_person() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let known = tx.requester_for("ola@orchard.example", "Head of Security").await.expect("known");
        assert_eq!((known.id, known.name.as_str()), (world.customer, "Ola Nordmann"));
        let new = tx.requester_for("kai@orchard.example", "Kai").await.expect("made");
        assert_eq!(new.organization, Some(world.company), "the company follows from the domain");
        let alone = tx.requester_for("not an address", &"x".repeat(500)).await.expect("made");
        assert_eq!((alone.organization, alone.name.len()), (None, 200));
        tx.commit(event()).await.expect("committed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_a_text_is_no_reason_to_lose_it() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let (ticket, _) = ask(&mut tx, &world, "product", "In\0voice", NOON).await;
        tx.commit(event()).await.expect("committed");
        let line =
            store.read().await.expect("a reader").ticket(&whole_desk(Purpose::Work), ticket).await.expect("there");
        assert_eq!(line.ticket.subject, "In\u{fffd}voice");
    })
    .await;
}
