//! Writes down what a requester does at their company. Drafts made from then on, and pages that are looked at again, may
//! sound otherwise: a persona can be for a role.

use desk::{audit::AuditEvent, ids::RequesterId};
use store::{AgentSession, Grant, Purpose};

use crate::{App, FlowError};

/// Longest role, in characters.
const ROLE_CHARS_MAX: usize = 60;

/// Sets it; blanks alone take it away.
///
/// # Errors
/// [`FlowError::Invalid`] for more than one short line, [`FlowError::NotFound`] when this person sees no ticket of theirs.
pub async fn set(app: &App, session: &AgentSession, requester: RequesterId, role: &str) -> Result<(), FlowError> {
    let role = role.trim();
    if role.chars().count() > ROLE_CHARS_MAX || role.chars().any(char::is_control) {
        return Err(FlowError::Invalid(format!("A role is one line of at most {ROLE_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    if tx.tickets_of(&grant, requester, 1).await?.is_empty() {
        return Err(FlowError::NotFound);
    }
    tx.set_requester_role(requester, Some(role).filter(|role| !role.is_empty())).await?;
    tx.commit(AuditEvent::RequesterRole { requester }).await?;
    app.live.committed();
    Ok(())
}
