//! A ticket that is about two things: letters of it become a ticket of their own, which says where it came from. It belongs
//! to the same requester and the same people take part, so that nobody reads anything they could not read before.

use desk::{
    audit::AuditEvent,
    ids::{MessageId, TicketId},
    relocation::{Part, Relocation, Take, may_split},
    ticket::Status,
};
use store::{AgentSession, FirstMessage, Grant, Message, NewJob, NewRelocation, NewTicket, Purpose, Tx};

use super::merge_tickets::{side, thread_changed};
use crate::{App, FlowError, flow::triage_ticket::TRIAGE};

/// Splits off the letter `chosen`, alone or with all that follows. Returns the new ticket and its number.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`desk::Refusal::Stays`] with the reason, whatever the database says.
pub async fn split(
    app: &App,
    session: &AgentSession,
    from: TicketId,
    chosen: MessageId,
    take: Take,
) -> Result<(TicketId, i64), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.hold_drafts(from).await?;
    let (old, ticket) = side(&mut tx, &grant, from).await?;
    let messages = tx.messages(&grant, from).await?;
    let thread: Vec<Part> = messages.iter().map(|m| Part { id: m.id, inbound: m.inbound }).collect();
    let letters = may_split(&old, &thread, chosen, take)?;
    let first = messages.iter().find(|m| m.id == chosen).ok_or(FlowError::NotFound)?;
    let participants = tx.participants(from).await?;
    let (into, number) = open(&mut tx, &ticket, first).await?;
    for email in &participants {
        tx.add_participant(into, email).await?;
    }
    let agent = session.agent().id;
    let kind = Relocation::Split;
    tx.relocate(NewRelocation { kind, from, to: into, agent, status_before: None, letters: &letters }).await?;
    if let Some(newest) = tx.newest_question(into).await? {
        tx.inbound_arrived(into, newest.id, &newest.excerpt, Status::Open, newest.at).await?;
    }
    let run_at = tx.now();
    tx.queue_job(NewJob { kind: TRIAGE, subject: &into.to_string(), run_at }).await?;
    thread_changed(app, &mut tx, &ticket, ticket.status).await?;
    let letters = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    tx.record(AuditEvent::TicketSplit { ticket: into, from, into, letters }).await?;
    tx.commit(AuditEvent::TicketSplit { ticket: from, from, into, letters }).await?;
    app.live.committed();
    Ok((into, number))
}

/// A ticket of the same requester, in the same queue, under the letter's own subject.
async fn open(tx: &mut Tx, ticket: &desk::ticket::Ticket, first: &Message) -> Result<(TicketId, i64), FlowError> {
    let subject = if first.subject.trim().is_empty() { &ticket.subject } else { &first.subject };
    let new = NewTicket {
        requester: ticket.requester,
        organization: ticket.organization,
        queue: &ticket.queue,
        subject,
        at: first.at,
        status: Status::Open,
    };
    Ok(tx.open_ticket_with(new, FirstMessage { id: first.id, excerpt: "" }).await?)
}
