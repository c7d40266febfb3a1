//! A lead says what somebody is good at, so that routing can propose them.

use desk::{audit::AuditEvent, ids::AgentId, routing::Skill};
use store::AgentSession;

use crate::{App, FlowError, flow::set_policy::may_write};

/// Most skills of one person.
const SKILLS_MAX: usize = 50;

/// Puts `skills` in the place of what was known of this person.
///
/// # Errors
/// A refusal for all but leads and administrators, [`FlowError::Invalid`] for what is no skill, [`FlowError::NotFound`]
/// when nobody of this id works here.
pub async fn set(app: &App, session: &AgentSession, agent: AgentId, skills: &[String]) -> Result<(), FlowError> {
    may_write(session)?;
    if skills.len() > SKILLS_MAX {
        return Err(FlowError::Invalid(format!("A person has at most {SKILLS_MAX} skills.")));
    }
    let read = |text: &String| text.parse::<Skill>().map_err(|unknown| FlowError::Invalid(format!("{unknown}.")));
    let skills: Vec<Skill> = skills.iter().map(read).collect::<Result<_, _>>()?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    if !tx.agents().await?.iter().any(|a| a.id == agent) {
        return Err(FlowError::NotFound);
    }
    tx.set_skills(agent, &skills).await?;
    tx.commit(AuditEvent::AgentChanged { agent, change: "skills".to_owned() }).await?;
    app.live.committed();
    Ok(())
}
