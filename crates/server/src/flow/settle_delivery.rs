//! A person's word on a letter whose fate no program can know.

use desk::ids::OutboxId;
use store::AgentSession;

use crate::{App, FlowError};

/// Settles it.
///
/// # Errors
/// [`FlowError::Stale`] when its fate is known by now; what the door refuses.
pub async fn settle(
    app: &App,
    session: &AgentSession,
    letter: OutboxId,
    verdict: outbox::Verdict,
) -> Result<(), FlowError> {
    outbox::resolve(&app.store, session, letter, verdict, app.clock.now()).await?;
    app.live.committed();
    Ok(())
}
