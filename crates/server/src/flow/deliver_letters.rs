//! Hands approved letters over when their undo window has passed.

use crate::{App, FlowError};

/// Delivers what is due; returns how many were tried.
///
/// # Errors
/// Whatever the database says; what a mail server says is an outcome, not an error.
pub async fn deliver_due(app: &App) -> Result<usize, FlowError> {
    let due = outbox::due(&app.store, app.clock.now()).await?;
    for id in &due {
        let clock = app.clock.clone();
        let delivery = outbox::deliver(&app.door, &app.store, &app.transport, *id, &move || clock.now()).await?;
        tracing::info!(outbox = %id, ?delivery, "letter");
        app.live.committed();
    }
    Ok(due.len())
}

/// Finds letters whose worker died while sending: nobody can know whether they left, so a person decides.
///
/// # Errors
/// Whatever the database says.
pub async fn rescue(app: &App) -> Result<usize, FlowError> {
    let found = outbox::rescue(&app.store, app.clock.now()).await?.len();
    if found > 0 {
        tracing::warn!(found, "letters of unknown fate wait for a person");
        app.live.committed();
    }
    Ok(found)
}
