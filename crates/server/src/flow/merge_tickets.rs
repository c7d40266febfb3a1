//! Two tickets of one requester that are about the same become one, and can become two again. Letters and notes go to the
//! ticket that goes on, mail to the old number follows, and what somebody drafted stays with the old one, to be taken over.

use desk::{
    audit::AuditEvent,
    ids::TicketId,
    relocation::{Relocation, Side, may_merge, may_put_back},
    ticket::{DraftReadiness, Status, Ticket},
};
use outbox::letter_waits;
use store::{AgentSession, EscalationState, Grant, NewJob, NewRelocation, Purpose, Tx};

use crate::{App, FlowError, flow::triage_ticket::TRIAGE};

/// Merges `from` into `into`, both in the person's queues.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`desk::Refusal::Stays`] with the reason, whatever the database says.
pub async fn merge(app: &App, session: &AgentSession, from: TicketId, into: TicketId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    hold(&mut tx, from, into).await?;
    let (old, _) = side(&mut tx, &grant, from).await?;
    let (new, goes_on) = side(&mut tx, &grant, into).await?;
    may_merge(&old, &new)?;
    let letters: Vec<_> = tx.messages(&grant, from).await?.iter().map(|m| m.id).collect();
    tx.relocate(NewRelocation {
        kind: Relocation::Merge,
        from,
        to: into,
        agent: session.agent().id,
        status_before: Some(old.status),
        letters: &letters,
    })
    .await?;
    outbox::close_pages(&mut tx, from).await?;
    tx.set_status(from, Status::Closed).await?;
    let status = if old.status.waits_for_us() { new.status.after_inbound() } else { new.status };
    thread_changed(app, &mut tx, &goes_on, status).await?;
    tx.record(AuditEvent::TicketsMerged { ticket: into, from, into }).await?;
    tx.commit(AuditEvent::TicketsMerged { ticket: from, from, into }).await?;
    app.live.committed();
    Ok(())
}

/// Undoes the merge of `from`: its letters and notes go back, and it is as it was. What came or was written since stays
/// with the other.
///
/// # Errors
/// [`FlowError::NotFound`] where it is not merged or outside the person's queues, else as [`merge`].
pub async fn undo(app: &App, session: &AgentSession, from: TicketId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let was = tx.ticket(&grant, from).await?.ticket;
    let into = tx.merge_of(from).await?.ok_or(FlowError::NotFound)?.to;
    hold(&mut tx, from, into).await?;
    let merge = tx.merge_of(from).await?.filter(|merge| merge.to == into).ok_or(FlowError::Stale)?;
    let (other, goes_on) = side(&mut tx, &grant, into).await?;
    may_put_back(&other, tx.has_moved_on(&merge).await?)?;
    tx.put_back(&merge, session.agent().id).await?;
    tx.set_status(from, merge.status_before.unwrap_or(Status::Open)).await?;
    // It may have been merged before a draft was made for it.
    if was.draft == DraftReadiness::Preparing {
        sort_next(&mut tx, from).await?;
    }
    thread_changed(app, &mut tx, &goes_on, other.status).await?;
    tx.record(AuditEvent::MergeUndone { ticket: into, from, into }).await?;
    tx.commit(AuditEvent::MergeUndone { ticket: from, from, into }).await?;
    app.live.committed();
    Ok(())
}

/// Holds both tickets, in an order in which nobody waits for somebody who waits for them.
async fn hold(tx: &mut Tx, one: TicketId, other: TicketId) -> Result<(), FlowError> {
    tx.hold_drafts(one.min(other)).await?;
    Ok(tx.hold_drafts(one.max(other)).await?)
}

/// A ticket as merging and splitting see it.
///
/// # Errors
/// [`FlowError::NotFound`] outside the grant.
pub(super) async fn side(tx: &mut Tx, grant: &Grant, id: TicketId) -> Result<(Side, Ticket), FlowError> {
    let ticket = tx.ticket(grant, id).await?.ticket;
    let up = [EscalationState::Raised, EscalationState::Accepted, EscalationState::Returned];
    let side = Side {
        ticket: id,
        number: ticket.number,
        requester: ticket.requester,
        status: ticket.status,
        merged_into: tx.merge_of(id).await?.map(|merge| merge.to_number),
        letter_waits: letter_waits(tx, id).await?,
        is_up: tx.escalations_of(grant, id).await?.iter().any(|one| up.contains(&one.state)),
    };
    Ok((side, ticket))
}

/// What a ticket is about changed: its newest question, its drafts and pages, and what was sorted, as when a letter comes.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn thread_changed(app: &App, tx: &mut Tx, ticket: &Ticket, status: Status) -> Result<(), FlowError> {
    let id = ticket.id;
    outbox::close_pages(tx, id).await?;
    tx.supersede_untouched_drafts(id).await?;
    let Some(newest) = tx.newest_question(id).await? else { return Ok(tx.touch_ticket(id).await?) };
    tx.inbound_arrived(id, newest.id, &newest.excerpt, status, newest.at).await?;
    outbox::withdraw_stale(&app.door, tx, id).await?;
    sort_next(tx, id).await
}

async fn sort_next(tx: &mut Tx, ticket: TicketId) -> Result<(), FlowError> {
    let run_at = tx.now();
    Ok(tx.queue_job(NewJob { kind: TRIAGE, subject: &ticket.to_string(), run_at }).await?)
}

/// Undoes a split: the ticket goes back, whole, to the one it was split from.
///
/// # Errors
/// [`FlowError::NotFound`] where it began otherwise or outside the person's queues, else as [`merge`].
pub async fn undo_split(app: &App, session: &AgentSession, ticket: TicketId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut conn = app.store.read().await?;
    conn.ticket(&grant, ticket).await?;
    let split = conn.split_of(ticket).await?.ok_or(FlowError::NotFound)?;
    drop(conn);
    merge(app, session, ticket, split.from).await
}
