//! What a killed process left half done is taken up when the next one starts, without waiting for
//! leases to run out.

use store::Engine;

use crate::{App, FlowError};

/// Erases again who was erased and came back with a backup, frees claimed jobs, and sets letters that were leaving aside for a person. An embedded database has
/// one server, which is this one by the time it holds the index; on PostgreSQL other nodes may be at
/// work, so there the leases decide.
///
/// # Errors
/// Whatever the database says.
pub async fn take_up(app: &App) -> Result<(), FlowError> {
    if app.store.engine() == Engine::Postgres {
        return super::erase_requester::again(app).await.map(|_| ());
    }
    let jobs = app.store.release_jobs().await?;
    let letters = outbox::rescue_all(&app.store, app.clock.now()).await?.len();
    if jobs > 0 || letters > 0 {
        tracing::warn!(
            jobs,
            letters,
            "the last process ended in the middle of its work; letters of unknown fate wait for a person"
        );
        app.live.committed();
    }
    // After letters were set aside: nobody is forgotten while a letter to them is leaving.
    super::erase_requester::again(app).await.map(|_| ())
}
