//! A person wants to hear of a ticket that is not theirs, or no longer.

use desk::{audit::AuditEvent, ids::TicketId};
use store::{AgentSession, Grant, Purpose};

use crate::{App, FlowError};

/// Follows a ticket from now on, or no longer. What is so already is no change.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues.
pub async fn set(app: &App, session: &AgentSession, ticket: TicketId, follows: Follows) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.ticket(&grant, ticket).await?;
    let agent = session.agent().id;
    let (changed, way) = match follows {
        Follows::Yes => (tx.follow(ticket, agent).await?, "followed"),
        Follows::No => (tx.unfollow(ticket, agent).await?, "left"),
    };
    if changed {
        tx.commit(AuditEvent::TicketFollowed { ticket, way: way.to_owned() }).await?;
        app.live.committed();
    }
    Ok(())
}

/// Whether somebody is to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// From now on.
    Yes,
    /// No longer.
    No,
}
