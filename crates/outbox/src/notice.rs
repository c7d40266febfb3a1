//! Fixed automatic mails: a closed list, at most one a day for each requester, never to a machine.

use desk::{
    Refusal,
    audit::AuditEvent,
    closed_list,
    envelope::{AiPart, Envelope},
    ids::{OutboxId, TicketId},
    notice::Notice,
};
use store::{Tx, new_id};

use crate::{
    Door, DoorError,
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
    let recent = tx
        .maybe(
            sql!(
                "select o.id from outbox o join tickets t on t.id = o.ticket_id where o.kind = 'notice' and t.requester_id = $1 and o.created_at > $2 limit 1"
            ),
            params![ticket.requester, now.plus_seconds(-QUIET_SECONDS)],
        )
        .await?;
    if recent.is_some() {
        return Ok(NoticeOutcome::Enough);
    }
    let id: OutboxId = new_id();
    let envelope = envelope(door, id, &ticket, thread, notice);
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

fn envelope(door: &Door, id: OutboxId, ticket: &Ticket, thread: Thread, notice: &Notice) -> Envelope {
    let settings = door.settings();
    Envelope {
        from_name: settings.desk_name.clone(),
        from_address: settings.mailbox.clone(),
        to: vec![ticket.requester_email.clone()],
        cc: Vec::new(),
        subject: plain_subject(&notice.subject()).trim_start_matches("Re: ").to_owned(),
        body: notice.body(),
        enclosures: Vec::new(),
        message_id: door.message_id(id),
        in_reply_to: thread.in_reply_to,
        references: thread.references,
        ai: AiPart::None,
    }
}
