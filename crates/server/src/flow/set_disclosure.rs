//! Whether mails say in plain words that the machine had a part. They do; only an administrator takes the line away, and the
//! record says who. The header and the stored marks stay whatever is chosen.

use desk::{Refusal, audit::AuditEvent, disclosure::Disclosure, people::Role};
use store::AgentSession;

use crate::{App, FlowError};

/// What holds now, for anybody who is signed in.
///
/// # Errors
/// Whatever the database says.
pub async fn read(app: &App, _: &AgentSession) -> Result<Disclosure, FlowError> {
    let kept = app.store.read().await?.setting(outbox::DISCLOSURE).await?;
    Ok(kept.and_then(|word| word.parse().ok()).unwrap_or(Disclosure::Shown))
}

/// Sets it for letters sealed from now on.
///
/// # Errors
/// [`Refusal::Role`] for all but administrators.
pub async fn set(app: &App, session: &AgentSession, line: Disclosure) -> Result<(), FlowError> {
    if session.agent().role != Role::Admin {
        return Err(Refusal::Role { needs: "administrators can".to_owned() }.into());
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.set_setting(outbox::DISCLOSURE, line.word()).await?;
    tx.commit(AuditEvent::DisclosureChanged { setting: line.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}
