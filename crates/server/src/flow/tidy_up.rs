//! Clears away what has served its time: what retention says, kept answers after a day, searches after ninety, and sealed pages nobody approved.

use crate::{App, FlowError};

/// Clears once. Any number of nodes may do so at once.
///
/// # Errors
/// Whatever the database says.
pub async fn tidy_up(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    let answers = app.store.purge_keys(now).await?;
    let searches = app.store.purge_searches(now).await?;
    let pages = outbox::clear_pages(&app.store, now).await?;
    if pages > 0 {
        app.live.committed();
    }
    let gone = super::retain::run(app).await?;
    tracing::debug!(?gone, answers, searches, pages, "tidied up");
    Ok(())
}
