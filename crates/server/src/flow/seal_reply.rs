//! Shows exactly what would leave, frozen.

use desk::ids::DraftId;
use store::AgentSession;

use crate::{App, FlowError};

/// Seals a draft for this person's eyes and yes.
///
/// # Errors
/// What the door refuses, or the database says.
pub async fn seal(app: &App, session: &AgentSession, draft: DraftId) -> Result<outbox::Sealed, FlowError> {
    let sealed = outbox::seal(&app.door, &app.store, session, draft, app.clock.now()).await?;
    app.live.committed();
    Ok(sealed)
}
