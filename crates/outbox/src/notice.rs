//! Fixed automatic mails: a closed list, at most one a day for each requester, never to a machine.

use desk::{
    Refusal,
    audit::AuditEvent,
    closed_list,
    envelope::{AiPart, Envelope},
    ids::{OutboxId, TicketId},
    language::Language,
    notice::Notice,
};
use store::{Tx, new_id};

use crate::{
    Door, DoorError,
    choice::{Part, lines_under},
    letter::{self, Kind, Marks},
    rows::{Cargo, OutboxRow},
    seal::plain_subject,
    sql::{params, sql},
    world::{Thread, Ticket},
};

/// At most one notice for a requester in this many seconds.
const QUIET_SECONDS: i64 = 24 * 60 * 60;

closed_list! {
    /// What became of a notice.
    pub enum NoticeOutcome ("outcome of a notice") {
        /// It waits to leave.
        Queued = "queued",
        /// The newest message comes from a machine, or from ourselves: nobody is there to read it.
        Machine = "machine",
        /// The requester had one within a day.
        Enough = "enough",
        /// The address cannot be written to.
        NoAddress = "no_address",
        /// The address is a requester's, or nobody's who may be called.
        NotOurs = "not_ours",
    }
}

/// Queues a notice in the caller's transaction, or says why not. No person is asked: its words are
/// fixed in [`Notice`], and its envelope sender is empty so that nothing answers it (RFC 3834).
///
/// # Errors
/// What the database says.
pub async fn queue_notice(
    door: &Door,
    tx: &mut Tx,
    ticket: TicketId,
    notice: &Notice,
) -> Result<NoticeOutcome, DoorError> {
    let now = tx.now();
    let ticket = Ticket::load(tx, ticket).await?;
    let thread = Thread::load(tx, ticket.last_inbound).await?;
    if thread.machine.is_some() || ticket.requester_email == door.settings().mailbox {
        return Ok(NoticeOutcome::Machine);
    }
    // Writing the requester's row without changing it makes two such transactions wait for each other.
    tx.execute(sql!("update requesters set ai = ai where id = $1"), params![ticket.requester]).await?;
    // "We have it" may be followed by "a person will answer by then" once; neither comes twice, and neither stands in the way
    // of a link that somebody asked for.
    let recent = tx
        .maybe(
            sql!(
                "select o.id from outbox o join tickets t on t.id = o.ticket_id where o.kind = 'notice' and (o.notice = $3 or (o.notice = 'person' and $3 <> 'requests')) and t.requester_id = $1 and o.created_at > $2 limit 1"
            ),
            params![ticket.requester, now.plus_seconds(-QUIET_SECONDS), notice.word()],
        )
        .await?;
    if recent.is_some() {
        return Ok(NoticeOutcome::Enough);
    }
    let to = ticket.requester_email.clone();
    let language = language(tx, &ticket).await?;
    let ticket = Ticket { language: Some(language.word().to_owned()), ..ticket };
    let under = lines_under(door, tx, &ticket, Part::FIXED, now).await?;
    queue(door, tx, &ticket, thread, (notice, language, &under), to).await
}

/// The language a requester chose on their page, else that of their ticket, else of their newest words, which may not have
/// been sorted yet.
async fn language(tx: &mut Tx, ticket: &Ticket) -> Result<Language, DoorError> {
    if let Some(chosen) = tx.requester_language(ticket.requester).await? {
        return Ok(chosen);
    }
    if let Some(found) = ticket.language.as_deref().and_then(|word| word.parse().ok()) {
        return Ok(found);
    }
    let newest = tx.maybe(sql!("select latest from messages where id = $1"), params![ticket.last_inbound]).await?;
    let words: Option<String> = newest.map(|row| row.columns().take()).transpose()?;
    Ok(Language::guess(&words.unwrap_or_default()))
}

/// Queues a mail to a colleague. A call goes to somebody who works here, or to an address that a lead named as a receiver; the week
/// to people who work here alone. Never to a requester's: it holds no word of the case, but it is not theirs.
///
/// # Errors
/// What the database says.
pub async fn queue_call(
    door: &Door,
    tx: &mut Tx,
    ticket: TicketId,
    notice: &Notice,
    to: &str,
) -> Result<NoticeOutcome, DoorError> {
    let ours = tx
        .maybe(sql!("select id from agents where email = $1 and deactivated_at is null limit 1"), params![to])
        .await?;
    let theirs = tx.maybe(sql!("select id from requesters where email = $1 limit 1"), params![to]).await?;
    let may = match notice {
        Notice::OnCall { .. } => ours.is_some() || theirs.is_none(),
        Notice::Digest { .. } => ours.is_some(),
        _ => false,
    };
    if !may {
        return Ok(NoticeOutcome::NotOurs);
    }
    let ticket = Ticket::load(tx, ticket).await?;
    // Nothing under it: the requester's own link is nobody else's.
    queue(door, tx, &ticket, Thread::default(), (notice, Language::English, ""), to.to_owned()).await
}

async fn queue(
    door: &Door,
    tx: &mut Tx,
    ticket: &Ticket,
    thread: Thread,
    (notice, language, under): (&Notice, Language, &str),
    to: String,
) -> Result<NoticeOutcome, DoorError> {
    let now = tx.now();
    let id: OutboxId = new_id();
    let envelope = envelope(door, id, to, thread, (notice, language, under));
    let marks = Marks { kind: Kind::Notice, ticket_number: ticket.number, domain: &door.settings().domain, at: now };
    let mime = match letter::render(&envelope, &marks) {
        Ok(mime) => mime,
        Err(Refusal::NoRecipient { .. }) => return Ok(NoticeOutcome::NoAddress),
        Err(other) => return Err(other.into()),
    };
    let cargo = Cargo::Notice { word: notice.word().to_owned() };
    let row = OutboxRow {
        id,
        cargo,
        ticket: ticket.id,
        mail_from: String::new(),
        recipients: envelope.to,
        mime,
        created_at: now,
    };
    row.insert(door, tx, now).await?;
    tx.record(AuditEvent::NoticeQueued { ticket: ticket.id, outbox: id, notice: notice.word().to_owned() }).await?;
    Ok(NoticeOutcome::Queued)
}

fn envelope(
    door: &Door,
    id: OutboxId,
    to: String,
    thread: Thread,
    (notice, language, under): (&Notice, Language, &str),
) -> Envelope {
    let settings = door.settings();
    Envelope {
        from_name: settings.desk_name.clone(),
        from_address: settings.mailbox.clone(),
        to: vec![to],
        cc: Vec::new(),
        subject: plain_subject(&notice.subject(language)).trim_start_matches("Re: ").to_owned(),
        body: format!("{}{under}", notice.body(language).trim_end()),
        enclosures: Vec::new(),
        message_id: door.message_id(id),
        in_reply_to: thread.in_reply_to,
        references: thread.references,
        ai: AiPart::None,
    }
}
