//! Somebody changes a ticket's status, priority, queue or assignee, based on a revision they saw.

use desk::{
    audit::{Actor, AuditEvent},
    ids::{AgentId, TicketId},
    ticket::{Priority, Status, Ticket},
};
use store::{AskedWhy, Grant, Identity, Tx};

use crate::{App, FlowError};

/// What is to change; none leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Where it goes.
    pub status: Option<Status>,
    /// Order of work.
    pub priority: Option<Priority>,
    /// Queue key.
    pub queue: Option<String>,
    /// Who is on it; the inner none takes the ticket from everybody.
    pub assignee: Option<Option<AgentId>>,
}

/// Changes a ticket that `grant` can see. Whoever is given a ticket by somebody else is asked to look at it; one that is
/// over is put off no longer.
///
/// # Errors
/// [`FlowError::NotFound`], [`FlowError::Stale`] when `revision` is not the current one, a refusal
/// when the status cannot follow, [`FlowError::Invalid`] for a queue or assignee that cannot be.
pub async fn change(
    app: &App,
    who: &impl Identity,
    grant: &Grant,
    ticket: TicketId,
    revision: i64,
    change: Change,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let before = tx.ticket(grant, ticket).await?.ticket;
    let status = change.status.map_or(Ok(before.status), |to| before.status.move_to(to))?;
    let priority = change.priority.unwrap_or(before.priority);
    let queue = change.queue.clone().unwrap_or_else(|| before.queue.clone());
    check(&mut tx, &before, &queue, change.assignee.flatten()).await?;
    let assignee = match change.assignee {
        Some(chosen) => chosen,
        None => stays(&mut tx, &before, &queue).await?,
    };
    tx.change_ticket(ticket, revision, status, priority, &queue, assignee).await?;
    if status.is_over() {
        tx.end_snooze(ticket).await?;
    }
    if let (Actor::Agent { id: by, .. }, Some(to)) = (tx.actor(), assignee.filter(|to| before.assignee != Some(*to)))
        && by != to
    {
        tx.ask_to_look(ticket, to, AskedWhy::Assigned, by).await?;
    }
    let said = words(&before, status, priority, &queue, assignee);
    tx.commit(AuditEvent::TicketChanged { ticket, change: said }).await?;
    app.live.committed();
    Ok(())
}

/// Who was on it, where they work in the queue it goes to: nobody keeps a ticket they cannot see.
async fn stays(tx: &mut Tx, before: &Ticket, queue: &str) -> Result<Option<AgentId>, FlowError> {
    let Some(assignee) = before.assignee.filter(|_| queue != before.queue) else { return Ok(before.assignee) };
    let works_there = tx.agents().await?.iter().any(|a| a.id == assignee && a.works_in(queue));
    Ok(works_there.then_some(assignee))
}

async fn check(tx: &mut Tx, before: &Ticket, queue: &str, assignee: Option<AgentId>) -> Result<(), FlowError> {
    if queue != before.queue && !tx.queues().await?.iter().any(|(key, _)| key == queue) {
        return Err(FlowError::Invalid("There is no queue of this name.".to_owned()));
    }
    let Some(assignee) = assignee else { return Ok(()) };
    let fits = tx.agents().await?.iter().any(|a| a.id == assignee && a.role.answers() && a.works_in(queue));
    if fits { Ok(()) } else { Err(FlowError::Invalid("This person does not work in the ticket's queue.".to_owned())) }
}

/// The change in closed words and ids, as the record keeps it.
fn words(before: &Ticket, status: Status, priority: Priority, queue: &str, assignee: Option<AgentId>) -> String {
    let mut said = Vec::new();
    if status != before.status {
        said.push(format!("status: {status}"));
    }
    if priority != before.priority {
        said.push(format!("priority: {priority}"));
    }
    if queue != before.queue {
        said.push(format!("queue: {queue}"));
    }
    if assignee != before.assignee {
        said.push(assignee.map_or_else(|| "assignee: nobody".to_owned(), |id| format!("assignee: {id}")));
    }
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
}
