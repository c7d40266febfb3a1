//! Reads everything that happened: mail server, database and record must tell the same story.

use super::{
    mailbox::Mailbox,
    person::{Gone, Person},
    place::{Place, until},
    sink::Sink,
};

/// Queries that must answer with zero on any healthy desk, and what it would mean if they did not.
const NEVER: &[(&str, &str)] = &[
    ("a letter hangs in sending", "select count(*) from outbox where state = 'sending'"),
    (
        "a letter is there without its approval",
        "select count(*) from outbox where kind = 'reply' and approval_id not in (select id from approvals)",
    ),
    ("the order of the record has a gap", "select count(*) - 1 - coalesce(max(seq), -1) from entry_order"),
    ("an entry has no place", "select count(*) from entries where id not in (select entry_id from entry_order)"),
    ("the checkpoint lags", "select (select count(*) from entry_order) - (select max(size) from checkpoints)"),
    (
        "a mail is known to the record and to nobody else, or the reverse",
        "select (select count(*) from entries where kind = 'mail.received') - (select count(*) from mails)",
    ),
    (
        "mails and messages differ",
        "select (select count(*) from mails where state = 'accepted') - (select count(*) from messages where mail_id is not null)",
    ),
    (
        "an acceptance is not in the record, or only there",
        "select (select count(*) from entries where kind = 'mail.accepted') - (select count(*) from mails where state = 'accepted')",
    ),
    (
        "an approval is not in the record, or only there",
        "select (select count(*) from entries where kind = 'reply.approved') - (select count(*) from approvals)",
    ),
    (
        "a delivery is not in the record, or only there",
        "select (select count(*) from entries where kind = 'reply.sent') - (select count(*) from outbox where state = 'sent')",
    ),
    (
        "an attempt is not in the record, or only there",
        "select (select count(*) from entries where kind = 'delivery.started') - (select count(*) from deliveries)",
    ),
    (
        "a letter that left is not on its ticket, or the reverse",
        "select (select count(*) from messages where direction = 'outbound') - (select count(*) from outbox where state = 'sent')",
    ),
    (
        "a mail became two messages",
        "select count(*) from (select mail_id from messages where mail_id is not null group by mail_id having count(*) > 1) as twice",
    ),
    (
        "a ticket has two open drafts",
        "select count(*) from (select ticket_id from drafts where state = 'open' group by ticket_id having count(*) > 1) as twice",
    ),
];

/// Looks at everything once the desk is quiet. `letters` mails were in the mailbox.
pub async fn check(place: &Place, person: &Person, mailbox: &Mailbox, sink: &Sink, letters: i64) -> Result<(), Gone> {
    person.quiet().await?;
    until("every entry has its place", async || Ok(place.number("select count(*) from pending_entries").await == 0))
        .await?;
    for &(wrong, query) in NEVER {
        assert_eq!(place.number(query).await, 0, "{wrong}");
    }
    let fetched = place.number("select count(*) from mails where source = 'imap' and state = 'accepted'").await;
    assert_eq!(fetched, letters, "mail lost or doubled");
    let tickets = place.number("select count(distinct ticket_id) from mails where source = 'imap'").await;
    assert_eq!(tickets, letters, "tickets lost or doubled");
    // Killed between keeping a mail and marking it, the desk marks it when it fetches again.
    until("every mail is marked as seen", async || Ok(i64::try_from(mailbox.seen()).unwrap() == letters)).await?;
    letters_fit(place, sink).await;
    let (status, found) = person.ask("POST", "/audit/verification", None).await?;
    assert_eq!((status, &found["ok"]), (200, &true.into()), "{found}");
    Ok(())
}

/// What the mail server holds, letter by letter: approved by these bytes, once, and known to have gone.
async fn letters_fit(place: &Place, sink: &Sink) {
    let rows = place.rows("select a.digest, o.state from approvals a join outbox o on o.approval_id = a.id").await;
    let approved: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            let mut c = row.columns();
            (c.take().unwrap(), c.take().unwrap())
        })
        .collect();
    let arrived: Vec<String> = sink.arrived().iter().map(super::sink::Arrived::digest).collect();
    for digest in &arrived {
        let fates: Vec<&str> =
            approved.iter().filter(|(of, _)| of == digest).map(|(_, state)| state.as_str()).collect();
        assert!(matches!(fates.as_slice(), ["sent" | "uncertain"]), "a letter left that nobody approved so: {fates:?}");
    }
    for (digest, state) in &approved {
        let times = arrived.iter().filter(|of| *of == digest).count();
        let allowed = match state.as_str() {
            "sent" => times == 1,
            "uncertain" => times <= 1,
            _ => times == 0,
        };
        assert!(allowed, "a letter that is {state} arrived {times} times");
    }
}
