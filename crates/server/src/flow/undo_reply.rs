//! Takes an approval back while the letter is still here: text, status and place return.

use desk::ids::{ApprovalId, DraftId, TicketId};
use store::AgentSession;

use crate::{App, FlowError};

/// Undoes.
///
/// # Errors
/// [`desk::Refusal::Left`] when it is too late.
pub async fn undo(app: &App, session: &AgentSession, approval: ApprovalId) -> Result<(TicketId, DraftId), FlowError> {
    let undone = outbox::undo(&app.store, session, approval, app.clock.now()).await?;
    app.live.committed();
    Ok(undone)
}

/// Takes one's own first yes back, where a second is still awaited.
///
/// # Errors
/// [`FlowError::NotFound`] without one.
pub async fn take_back_first(app: &App, session: &AgentSession, draft: DraftId) -> Result<TicketId, FlowError> {
    let ticket = outbox::take_back_first(&app.store, session, draft, app.clock.now()).await?;
    app.live.committed();
    Ok(ticket)
}
