//! Reading the door's tables: what is due, what became of it, what lies in the tray.

use desk::{
    Timestamp, closed_list,
    ids::{ApprovalId, OutboxId, TicketId},
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
fn reach(grant: &Grant) -> String {
    match grant.scope() {
        Scope::Desk => "*".to_owned(),
        Scope::Queues(keys) => format!(",{},", keys.join(",")),
    }
}
