//! What held before holds again: at once, without asking any case, because a roll-back is what one does when something is wrong.
//! It is a new version with the old text; owner and review date stay, for nobody looked at them.

use desk::{
    audit::{Actor, AuditEvent},
    gate::{Subject, before},
    policy::{Policy, PolicyKind},
};
use store::{AgentSession, Identity, Tx};

use super::{gate_policy, set_policy};
use crate::{App, FlowError};

/// Lets the version hold that did before, for a lead.
///
/// # Errors
/// [`FlowError::Invalid`] when nothing held before, [`FlowError::NotFound`], [`desk::Refusal::ConfirmFirst`] where it leaves the
/// machine more than the present one.
pub async fn policy_for(app: &App, session: &AgentSession, kind: PolicyKind, key: &str) -> Result<i64, FlowError> {
    set_policy::may_write(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let next = earlier(&mut tx, kind, key).await?;
    set_policy::confirm(&mut tx, session, next.version - 1, kind, key, &next.body).await?;
    hold(app, tx, next).await
}

/// The same at the command line.
///
/// # Errors
/// [`FlowError::Invalid`] when nothing held before, [`FlowError::NotFound`].
pub async fn policy(app: &App, who: &impl Identity, kind: PolicyKind, key: &str) -> Result<i64, FlowError> {
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let next = earlier(&mut tx, kind, key).await?;
    hold(app, tx, next).await
}

/// What would hold again, as the next version.
async fn earlier(tx: &mut Tx, kind: PolicyKind, key: &str) -> Result<Policy, FlowError> {
    let policies = tx.policies().await?;
    let current = policies.find(kind, key).ok_or(FlowError::NotFound)?;
    let all = tx.policy_history(kind, key).await?;
    let texts: Vec<_> = all.iter().map(|p| (p.version, (&p.body, &p.name, &p.categories))).collect();
    let again = before(&texts).and_then(|version| all.iter().find(|p| p.version == version));
    let Some(again) = again else {
        return Err(FlowError::Invalid(format!("Nothing held before this version of the {}.", current.title())));
    };
    let made_by = match tx.actor() {
        Actor::Agent { id, .. } => Some(id),
        Actor::Token { .. } | Actor::Service { .. } => None,
    };
    Ok(Policy {
        version: current.version + 1,
        body: again.body.clone(),
        name: again.name.clone(),
        categories: again.categories.clone(),
        made_by,
        made_at: Some(tx.now()),
        note: format!("version {} again", again.version),
        ..current.clone()
    })
}

async fn hold(app: &App, mut tx: Tx, next: Policy) -> Result<i64, FlowError> {
    let (version, name) = (next.version, gate_policy::name(next.kind, &next.key));
    let event = set_policy::hold(app, &mut tx, next).await?;
    tx.record(event).await?;
    let commitment = app.keys.commit_to("gate", name.as_bytes());
    tx.commit(AuditEvent::RolledBack { subject: Subject::Policy.word().to_owned(), commitment }).await?;
    app.live.committed();
    Ok(version)
}
