//! Somebody's say in whether AI touches a case changes. From then on the rules in
//! [`desk::consent`] answer differently wherever they are asked; nothing else is switched here.

use desk::{audit::AuditEvent, ids::RequesterId, people::AiSetting};
use store::{AgentSession, Grant, Purpose};

use crate::{App, FlowError};

/// Writes down what a requester wants.
///
/// # Errors
/// [`FlowError::NotFound`] when this person sees no ticket of theirs.
pub async fn requester(
    app: &App,
    session: &AgentSession,
    requester: RequesterId,
    ai: AiSetting,
) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    if tx.tickets_of(&grant, requester, 1).await?.is_empty() {
        return Err(FlowError::NotFound);
    }
    tx.set_requester_ai(requester, ai).await?;
    tx.commit(AuditEvent::RequesterConsent { requester, setting: ai.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Writes down what an agent wants for their own work.
///
/// # Errors
/// Whatever the database says.
pub async fn agent(app: &App, session: &AgentSession, ai: AiSetting) -> Result<(), FlowError> {
    let agent = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.set_agent_ai(agent, ai).await?;
    tx.commit(AuditEvent::AgentConsent { agent, setting: ai.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}
