//! Somebody changes a ticket's status, priority, queue or assignee, based on a revision they saw.

use desk::{
    audit::AuditEvent,
    ids::{AgentId, TicketId},
    ticket::{Priority, Status, Ticket},
};
use store::{Grant, Identity, Tx};

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

/// Changes a ticket that `grant` can see.
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
    let assignee = change.assignee.unwrap_or(before.assignee);
    check(&mut tx, &before, &queue, change.assignee.flatten()).await?;
    tx.change_ticket(ticket, revision, status, priority, &queue, assignee).await?;
    let said = words(&before, status, priority, &queue, assignee);
    tx.commit(AuditEvent::TicketChanged { ticket, change: said }).await?;
    app.live.committed();
    Ok(())
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
