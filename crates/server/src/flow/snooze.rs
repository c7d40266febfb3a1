//! A ticket is put off: out of the lists until its minute has come, or until the requester writes. What presses by its
//! promise is shown all the same: putting off hides a ticket, never a promise.

use desk::{
    Timestamp,
    audit::AuditEvent,
    hours::{Calendar, Later},
    ids::TicketId,
};
use store::{AgentSession, AskedWhy, Conn, Grant, Purpose, Snooze, Tx};

use crate::{
    App, FlowError,
    flow::{PREPARATION, count_clocks},
};

/// The furthest a ticket can be put off, in seconds: a year.
const LATEST_SECONDS: i64 = 366 * 86_400;
const MINUTE: i64 = 60_000_000;

/// Puts a ticket off, or to another time. Without a time it stays away until the requester writes. Returns how it was put
/// off before, for whoever takes it back.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Conflict`] for a ticket that is over,
/// [`FlowError::Invalid`] for a time that is past or more than a year ahead.
pub async fn put_off(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    until: Option<Timestamp>,
) -> Result<Option<Snooze>, FlowError> {
    let now = app.clock.now();
    let until = until.map(|at| Timestamp::from_micros(at.micros() - at.micros().rem_euclid(MINUTE)));
    if until.is_some_and(|at| at <= now) {
        return Err(FlowError::Invalid("This time has passed. Name one that lies ahead.".to_owned()));
    }
    if until.is_some_and(|at| at.seconds_since(now) > LATEST_SECONDS) {
        return Err(FlowError::Invalid("A ticket can be put off for a year at most.".to_owned()));
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, now).await?;
    let line = tx.ticket(&grant, ticket).await?;
    if line.ticket.status.is_over() {
        return Err(FlowError::Conflict("This ticket is over; open it again before you put it off.".to_owned()));
    }
    tx.put_snooze(ticket, session.agent().id, until).await?;
    tx.touch_ticket(ticket).await?;
    tx.commit(AuditEvent::TicketSnoozed { ticket, until }).await?;
    app.live.committed();
    Ok(line.snooze)
}

/// Brings a ticket back before its time. Nothing happens where it was not put off.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues.
pub async fn bring_back(app: &App, session: &AgentSession, ticket: TicketId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.ticket(&grant, ticket).await?;
    if !tx.end_snooze(ticket).await? {
        return Ok(());
    }
    tx.touch_ticket(ticket).await?;
    tx.commit(AuditEvent::TicketWoken { ticket, why: "person".to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// The requester wrote: a ticket that was put off is back. Part of the transaction that keeps their mail.
///
/// # Errors
/// Whatever the database says.
pub async fn woken_by_reply(tx: &mut Tx, ticket: TicketId) -> Result<(), FlowError> {
    let Some(snooze) = tx.snooze(ticket).await? else { return Ok(()) };
    tx.end_snooze(ticket).await?;
    tx.ask_to_look(ticket, snooze.agent, AskedWhy::Woken, snooze.agent).await?;
    tx.record(AuditEvent::TicketWoken { ticket, why: "reply".to_owned() }).await?;
    Ok(())
}

/// Brings back what is due, each in a transaction of its own. One that is over meanwhile stays over. Returns how many.
///
/// # Errors
/// Whatever the database says.
pub async fn wake_due(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let due = app.store.read().await?.snoozes_due(now).await?;
    for ticket in &due {
        wake(app, *ticket, now).await?;
    }
    if !due.is_empty() {
        app.live.committed();
    }
    Ok(due.len())
}

async fn wake(app: &App, ticket: TicketId, now: Timestamp) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    let status = tx.ticket(&count_clocks::grant(app)?, ticket).await?.ticket.status;
    let snooze = tx.snooze(ticket).await?;
    // Another node was faster, or somebody moved the time on.
    let (Some(snooze), true) = (snooze, tx.end_due_snooze(ticket).await?) else { return Ok(()) };
    let why = if status.is_over() { "over" } else { "time" };
    if !status.is_over() {
        tx.ask_to_look(ticket, snooze.agent, AskedWhy::Woken, snooze.agent).await?;
        tx.set_status(ticket, status.after_snooze()).await?;
    }
    tx.commit(AuditEvent::TicketWoken { ticket, why: why.to_owned() }).await?;
    Ok(())
}

/// Times to offer for a ticket, as the calendar of its target has them, and that calendar's time zone.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket outside the grant.
pub async fn offered(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
) -> Result<(Vec<(Later, Timestamp)>, String), FlowError> {
    let calendar = count_clocks::calendar(conn, grant, ticket).await?.unwrap_or_else(Calendar::usual);
    Ok((calendar.later(app.clock.now()), calendar.zone().to_owned()))
}
