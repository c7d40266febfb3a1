//! Reading the door's tables: what is due, what became of it, what lies in the tray.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, ApprovalId, OutboxId, TicketId},
};
use serde::Serialize;
use store::{Conn, Grant, Scope, Store, raw::Row};

use crate::{
    DoorError, Letter, letter,
    sql::{params, sql},
};

closed_list! {
    /// Where a row of the outbox is.
    pub enum OutboxState ("state in the outbox") {
        /// Waits; can be undone.
        Ready = "ready",
        /// Is leaving.
        Sending = "sending",
        /// Left.
        Sent = "sent",
        /// May have left; a person decides.
        Uncertain = "uncertain",
        /// Did not leave: the mail server said no.
        Failed = "failed",
        /// Did not leave: a lock held.
        Stopped = "stopped",
        /// Taken back.
        Cancelled = "cancelled",
    }
}

/// What became of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// The row.
    pub outbox: OutboxId,
    /// The approval; none for a notice.
    pub approval: Option<ApprovalId>,
    /// Its ticket.
    pub ticket: TicketId,
    /// Where it is.
    pub state: OutboxState,
    /// When it leaves, or is tried next.
    pub not_before: Timestamp,
    /// Attempts so far.
    pub attempts: i64,
    /// The last words about it.
    pub detail: Option<String>,
    /// Since when it is there.
    pub since: Timestamp,
}

fn fate(row: &Row) -> Result<Fate, DoorError> {
    let mut c = row.columns();
    let (outbox, approval, ticket) = (c.take()?, c.take()?, c.take()?);
    let state: String = c.take()?;
    let state = state.parse().map_err(|_| store::StoreError::Damaged { what: "a state in the outbox".to_owned() })?;
    Ok(Fate {
        outbox,
        approval,
        ticket,
        state,
        not_before: c.take()?,
        attempts: c.take()?,
        detail: c.take()?,
        since: c.take()?,
    })
}

/// Rows to be delivered now, oldest first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn due(store: &Store, now: Timestamp) -> Result<Vec<OutboxId>, DoorError> {
    let rows = store
        .read()
        .await?
        .rows(
            sql!("select id from outbox where state = 'ready' and not_before <= $1 order by not_before, id limit 100"),
            params![now],
        )
        .await?;
    rows.iter().map(|row| Ok(row.columns().take()?)).collect()
}

/// What became of every mail of a ticket, newest first.
///
/// # Errors
/// What the database says.
pub async fn fates(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Vec<Fate>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select o.id, o.approval_id, o.ticket_id, o.state, o.not_before, o.attempts, o.detail, o.updated_at from outbox o join tickets t on t.id = o.ticket_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and o.ticket_id = $2 order by o.created_at desc, o.id desc"
            ),
            params![reach(grant), ticket],
        )
        .await?;
    rows.iter().map(fate).collect()
}

/// Whether a reply of a ticket was approved, by one person or two, and has not left, or nobody knows whether it has.
///
/// # Errors
/// What the database says.
pub async fn letter_waits(conn: &mut Conn, ticket: TicketId) -> Result<bool, DoorError> {
    let waiting = sql!(
        "select id from outbox where ticket_id = $1 and kind <> 'notice' and state in ('ready','sending','uncertain')
         union all select id from drafts where ticket_id = $1 and state = 'approved' limit 1"
    );
    Ok(conn.maybe(waiting, params![ticket]).await?.is_some())
}

/// Mails that wait for a person's word, oldest first: uncertain ones, and those that failed.
///
/// # Errors
/// What the database says.
pub async fn unsettled(conn: &mut Conn, grant: &Grant) -> Result<Vec<Fate>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select o.id, o.approval_id, o.ticket_id, o.state, o.not_before, o.attempts, o.detail, o.updated_at from outbox o join tickets t on t.id = o.ticket_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and o.state in ('uncertain','failed') order by o.updated_at, o.id limit 200"
            ),
            params![reach(grant)],
        )
        .await?;
    rows.iter().map(fate).collect()
}

/// A reply that somebody has to look at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// Who approved it.
    pub agent: AgentId,
    /// Their name.
    pub by: String,
    /// The record's word for why; empty where it only waits.
    pub why: String,
    /// Whether they are signed in now.
    pub is_here: bool,
}

fn waiting(row: &Row) -> Result<Waiting, DoorError> {
    let mut c = row.columns();
    Ok(Waiting {
        ticket: c.take()?,
        number: c.take()?,
        agent: c.take()?,
        by: c.take()?,
        why: c.take()?,
        is_here: c.take::<i64>()? > 0,
    })
}

/// Replies that were approved and stopped by a rule, where nobody approved another since, newest first, at most 50.
///
/// # Errors
/// What the database says.
pub async fn stopped_replies(conn: &mut Conn, grant: &Grant, now: Timestamp) -> Result<Vec<Waiting>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select a.ticket_id, t.number, a.agent_id, g.name, w.why,
                 (select count(*) from sessions s where s.agent_id = a.agent_id and s.ended_at is null and s.expires_at > $2)
                 from withdrawals w join approvals a on a.id = w.approval_id join tickets t on t.id = a.ticket_id join agents g on g.id = a.agent_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and w.why not in ('undone','halted') and t.waiting = 1
                 and not exists (select 1 from approvals n where n.ticket_id = a.ticket_id and n.approved_at > a.approved_at)
                 order by w.at desc, w.approval_id limit 50"
            ),
            params![reach(grant), now],
        )
        .await?;
    rows.iter().map(waiting).collect()
}

/// Drafts with one yes where two are asked for, oldest first, at most 50. Whether the yes still stands is asked when
/// the page is opened.
///
/// # Errors
/// What the database says.
pub async fn awaiting_second(conn: &mut Conn, grant: &Grant) -> Result<Vec<Waiting>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select f.ticket_id, t.number, f.agent_id, g.name, '', cast(1 as bigint)
                 from first_approvals f join drafts d on d.id = f.draft_id join tickets t on t.id = f.ticket_id join agents g on g.id = f.agent_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and f.taken_back_at is null and d.bulk_id is null and d.state = 'open' and d.revision = f.revision
                 and t.last_inbound_id is not distinct from f.answered order by f.approved_at, f.id limit 50"
            ),
            params![reach(grant)],
        )
        .await?;
    rows.iter().map(waiting).collect()
}

/// A letter in the tray.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TrayLetter {
    /// The row it came from.
    pub outbox: OutboxId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The mail, read from its bytes.
    pub letter: Letter,
    /// The exact bytes.
    pub mime: Vec<u8>,
    /// When it was put there.
    pub at: Timestamp,
}

/// The newest letters of the tray, at most 100.
///
/// # Errors
/// What the database says.
pub async fn tray(conn: &mut Conn, grant: &Grant) -> Result<Vec<TrayLetter>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select l.outbox_id, o.ticket_id, l.at, l.mime from tray_letters l join outbox o on o.id = l.outbox_id join tickets t on t.id = o.ticket_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') order by l.at desc, l.id desc limit 100"
            ),
            params![reach(grant)],
        )
        .await?;
    let mut letters = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut c = row.columns();
        let (outbox, ticket, at) = (c.take()?, c.take()?, c.take()?);
        let mime: Vec<u8> = c.take()?;
        if let Some(letter) = letter::read(&mime) {
            letters.push(TrayLetter { outbox, ticket, letter, mime, at });
        }
    }
    Ok(letters)
}

/// A grant's queues as a parameter: everything, or `,queue,queue,` for `like` to find a whole key in.
pub(crate) fn reach(grant: &Grant) -> String {
    match grant.scope() {
        Scope::Desk => "*".to_owned(),
        Scope::Queues(keys) => format!(",{},", keys.join(",")),
    }
}
