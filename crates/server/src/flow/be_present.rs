//! A person gives a sign of life at a ticket and learns who else is there.

use desk::ids::TicketId;
use store::{AgentSession, Doing, Grant, Present, Purpose};

use crate::{App, FlowError};

/// Notes what the person does there; answers who else is.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket outside their queues.
pub async fn at(app: &App, session: &AgentSession, ticket: TicketId, doing: Doing) -> Result<Vec<Present>, FlowError> {
    let (grant, now) = (Grant::for_agent(session, Purpose::Work)?, app.clock.now());
    let agent = session.agent().id;
    let others = app.store.read().await?.others_at(&grant, ticket, agent, now).await?;
    app.store.present(ticket, agent, doing, now).await?;
    Ok(others)
}
