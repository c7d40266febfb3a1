//! Shows exactly what would leave, frozen.

use desk::ids::DraftId;
use store::{AgentSession, Grant, Purpose};

use crate::{App, FlowError};

/// Seals a draft for this person's eyes and yes.
///
/// # Errors
/// [`FlowError::Invalid`] where a placeholder was never put back; what the door refuses, or the database says.
pub async fn seal(app: &App, session: &AgentSession, draft: DraftId) -> Result<outbox::Sealed, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let body = app.store.read().await?.draft(&grant, draft).await?.body;
    if let Some(word) = redact::left_over(&body) {
        return Err(FlowError::Invalid(format!(
            "{word} stands for something that was hidden from the model and was never put back. Write what belongs there, then try again."
        )));
    }
    let sealed = outbox::seal(&app.door, &app.store, session, draft, app.clock.now()).await?;
    app.live.committed();
    Ok(sealed)
}
