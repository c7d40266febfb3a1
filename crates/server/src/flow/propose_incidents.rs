//! Proposes incidents from open tickets, and lets people confirm, watch, close or dismiss them. The machine links; a person decides.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    ids::{IncidentId, TicketId},
    incident::{BURST_HOURS, BURST_MIN, Complaint, IncidentStatus, Proposal, TOGETHER_HOURS, proposals},
};
use store::{AgentSession, ComplaintRow, Grant, Purpose};

use crate::{App, FlowError, flow::PREPARATION};

/// Days that ticket flow is compared with.
const USUAL_DAYS: i64 = 28;
/// Longest title and note, in characters.
const TITLE_CHARS_MAX: usize = 200;
const NOTE_CHARS_MAX: usize = 4_000;

/// Proposes when the record grew since the last time. Returns how many tickets were linked.
///
/// # Errors
/// Whatever the database says.
pub async fn propose_when_due(app: &App) -> Result<usize, FlowError> {
    let head = app.store.read().await?.log_size().await?;
    if app.observations.grew(head) { propose(app).await } else { Ok(0) }
}

/// Proposes what the open tickets of the last day make, and links new tickets to what is proposed or open. Returns how many tickets
/// were linked.
///
/// # Errors
/// Whatever the database says.
pub async fn propose(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut conn = app.store.read().await?;
    let rows = conn.complaints_since(&grant, now.plus_seconds(-TOGETHER_HOURS * 3_600)).await?;
    if rows.len() < desk::incident::POINTING_MIN {
        return Ok(0);
    }
    // What is usual is only asked where so many came that they might be a burst.
    let opened = if may_be_a_burst(&rows, now) {
        conn.opened_since(&grant, now.plus_seconds(-USUAL_DAYS * 86_400)).await?
    } else {
        Vec::new()
    };
    drop(conn);
    let complaints: Vec<Complaint<'_>> = rows
        .iter()
        .map(|row| Complaint {
            ticket: row.ticket,
            requester: row.requester,
            category: row.category.as_deref(),
            at: row.at,
            diagnosis: row.diagnosis.as_ref(),
        })
        .collect();
    let mut linked = 0;
    for proposal in proposals(&complaints, &usual(&opened, now), now) {
        linked += keep(app, &proposal, now).await?;
    }
    Ok(linked)
}

fn may_be_a_burst(rows: &[ComplaintRow], now: Timestamp) -> bool {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let since = now.plus_seconds(-BURST_HOURS * 3_600);
    for category in rows.iter().filter(|r| r.at >= since).filter_map(|r| r.category.as_deref()) {
        *counts.entry(category).or_default() += 1;
    }
    counts.values().any(|n| *n >= BURST_MIN)
}

/// Tickets of a category in a stretch of [`BURST_HOURS`], on the mean of the weeks before the last day.
fn usual(opened: &[(Timestamp, String, Option<String>)], now: Timestamp) -> BTreeMap<String, f64> {
    let before = now.plus_seconds(-TOGETHER_HOURS * 3_600);
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    for (_, _, category) in opened.iter().filter(|(at, ..)| *at < before) {
        if let Some(category) = category {
            *counts.entry(category.clone()).or_default() += 1.0;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "numbers of hours are small")]
    let stretches = ((USUAL_DAYS * 24 - TOGETHER_HOURS) / BURST_HOURS) as f64;
    counts.values_mut().for_each(|count| *count /= stretches);
    counts
}

async fn keep(app: &App, proposal: &Proposal, now: Timestamp) -> Result<usize, FlowError> {
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    let (id, is_new) = match tx.incident_like(&proposal.key, now.plus_seconds(-TOGETHER_HOURS * 3_600)).await? {
        Some((id, status)) if status.takes_tickets() => (id, false),
        // A person said that it is none, or that it is over: the machine does not bring it up again for a day.
        Some(_) => return Ok(0),
        None => (tx.add_incident(proposal).await?, true),
    };
    let mut linked = Vec::new();
    for ticket in &proposal.tickets {
        if tx.link_ticket(id, *ticket, None).await? {
            linked.push(*ticket);
        }
    }
    if linked.is_empty() {
        return Ok(0);
    }
    for ticket in &linked {
        tx.record(AuditEvent::IncidentTicket { ticket: *ticket, incident: id, way: "linked".to_owned() }).await?;
    }
    let tickets = i64::try_from(linked.len()).unwrap_or(i64::MAX);
    if is_new {
        tx.commit(AuditEvent::IncidentProposed { incident: id, tickets }).await?;
    } else {
        tx.commit(AuditEvent::IncidentMoved { incident: id, status: "joined".to_owned() }).await?;
    }
    app.live.committed();
    Ok(linked.len())
}

/// What a person makes of an incident.
#[derive(Debug, Clone)]
pub struct Move<'a> {
    /// Its revision as they saw it.
    pub seen: i64,
    /// Its status from now on.
    pub status: IncidentStatus,
    /// Another title.
    pub title: Option<&'a str>,
    /// What they say.
    pub note: &'a str,
}

/// Moves it.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`FlowError::Invalid`] for a step that is none or a text that is too long,
/// [`FlowError::Conflict`] when somebody else changed it.
pub async fn set_status(app: &App, session: &AgentSession, id: IncidentId, to: Move<'_>) -> Result<(), FlowError> {
    let long = |text: &str, max: usize| text.chars().count() > max || text.contains('\0');
    if to.title.is_some_and(|t| t.trim().is_empty() || long(t, TITLE_CHARS_MAX)) || long(to.note, NOTE_CHARS_MAX) {
        return Err(FlowError::Invalid(format!(
            "A title has 1 to {TITLE_CHARS_MAX} characters, a note at most {NOTE_CHARS_MAX}."
        )));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let incident = tx.incident(&grant, id).await?;
    if incident.status != to.status && !incident.status.may_become(to.status) {
        return Err(FlowError::Invalid(format!(
            "An incident that is {} cannot become {}.",
            incident.status, to.status
        )));
    }
    if !tx.move_incident(id, to.seen, to.status, to.title).await? {
        return Err(FlowError::Conflict(
            "Somebody changed this incident. Load it again, then repeat your step.".to_owned(),
        ));
    }
    tx.add_incident_step(id, Some(session.agent().id), to.status, to.note).await?;
    tx.commit(AuditEvent::IncidentMoved { incident: id, status: to.status.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Whether a person links a ticket or takes it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Into it.
    Link,
    /// Out of it.
    Unlink,
}

/// Links a ticket to an incident or takes it out.
///
/// # Errors
/// [`FlowError::NotFound`] where either is outside the person's queues, [`FlowError::Conflict`] when nothing would change.
pub async fn change_ticket(
    app: &App,
    session: &AgentSession,
    id: IncidentId,
    ticket: TicketId,
    way: Way,
) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.incident(&grant, id).await?;
    tx.ticket(&grant, ticket).await?;
    let (changed, word) = match way {
        Way::Link => (tx.link_ticket(id, ticket, Some(session.agent().id)).await?, "linked"),
        Way::Unlink => (tx.unlink_ticket(id, ticket).await?, "unlinked"),
    };
    if !changed {
        return Err(FlowError::Conflict(format!("This ticket is {word} already.")));
    }
    tx.commit(AuditEvent::IncidentTicket { ticket, incident: id, way: word.to_owned() }).await?;
    app.live.committed();
    Ok(())
}
