//! What waits for a person: derived from what is stored, never stored itself.

use desk::{
    closed_list,
    ids::AgentId,
    policy::{Owner, Policy, Standing},
};
use store::AgentSession;

use crate::{App, FlowError};

closed_list! {
    /// What kind of thing waits.
    pub enum TaskKind ("kind of task") {
        /// A policy lapsed: the machine only sorts where it applies.
        PolicyLapsed = "policy_lapsed",
        /// A policy lapses soon, or nobody owns it yet.
        PolicyDue = "policy_due",
        /// Sampled suggestions wait for a real check.
        CheckWaiting = "check_waiting",
        /// Triage is right less often than promised.
        Drift = "drift",
    }
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What kind.
    pub kind: TaskKind,
    /// What to do, in a sentence.
    pub sentence: String,
    /// The console's page for it.
    pub link: String,
}

/// What waits for this person: of policies, everything for leads and administrators, for others what they own.
///
/// # Errors
/// Whatever the database says.
pub async fn of(app: &App, session: &AgentSession) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    let now = app.clock.now();
    let policies = app.store.read().await?.policies().await?;
    let leads = agent.role.leads();
    let (mut lapsed, mut due, mut unowned) = (Vec::new(), Vec::new(), 0);
    for policy in policies.all().iter().filter(|p| leads || is_owner(p, agent.id)) {
        match policy.standing(now) {
            Standing::Current => {}
            Standing::Due { .. } if policy.owner == Owner::Nobody => unowned += 1,
            Standing::Due { why } => due.push(task(TaskKind::PolicyDue, why, policy)),
            Standing::Lapsed { why } => {
                let sentence = format!("{why} Where it applies, the machine only sorts until somebody renews it.");
                lapsed.push(task(TaskKind::PolicyLapsed, sentence, policy));
            }
        }
    }
    if unowned > 0 {
        let sentence =
            format!("{unowned} policies are as shipped and nobody owns them; give each an owner and a review date.");
        due.push(Task { kind: TaskKind::PolicyDue, sentence, link: "/policies".to_owned() });
    }
    lapsed.extend(due);
    Ok(lapsed)
}

fn is_owner(policy: &Policy, agent: AgentId) -> bool {
    matches!(&policy.owner, Owner::Active { id, .. } if *id == agent)
}

fn task(kind: TaskKind, sentence: String, policy: &Policy) -> Task {
    Task { kind, sentence, link: format!("/policies/{}/{}", policy.kind, policy.key) }
}
