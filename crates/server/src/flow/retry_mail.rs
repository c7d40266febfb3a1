//! A person sends a quarantined mail round again.

use desk::{audit::AuditEvent, ids::MailId};
use store::{AgentSession, NewJob};

use crate::{App, FlowError, flow::receive_mail::ACCEPT};

/// Puts the mail back in line.
///
/// # Errors
/// [`FlowError::NotFound`] when it is not in quarantine.
pub async fn retry(app: &App, session: &AgentSession, mail: MailId) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.retry_mail(mail).await?;
    let now = tx.now();
    tx.queue_job(NewJob { kind: ACCEPT, subject: &mail.to_string(), run_at: now }).await?;
    tx.commit(AuditEvent::MailRetried { mail }).await?;
    app.live.committed();
    Ok(())
}
