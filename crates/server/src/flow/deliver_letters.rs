//! Hands approved letters over when their undo window has passed.

use outbox::{Delivery, Setback};

use crate::{App, FlowError};

/// Delivers what is due; returns how many were tried.
///
/// # Errors
/// Whatever the database says; what a mail server says is an outcome, not an error.
pub async fn deliver_due(app: &App) -> Result<usize, FlowError> {
    let due = outbox::due(&app.store, app.clock.now()).await?;
    let mut tried = 0;
    for id in due {
        let clock = app.clock.clone();
        tried += 1;
        match outbox::deliver(&app.door, &app.store, &app.transport, id, &move || clock.now()).await {
            // The way is blocked for every letter: the others wait without an attempt.
            Ok(Delivery::Later { setback: Setback::Channel, .. }) => return Ok(0),
            Ok(delivery) => tracing::info!(outbox = %id, ?delivery, "letter"),
            // One letter's trouble must not hold up the others.
            Err(error) => tracing::error!(outbox = %id, detail = ?error, "letter"),
        }
        app.live.committed();
    }
    Ok(tried)
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
