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
