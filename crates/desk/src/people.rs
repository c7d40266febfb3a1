//! Agents, requesters, organizations. An agent is always a person; the machine has no row.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    ids::{AgentId, OrganizationId, RequesterId},
    refusal::Refusal,
};

closed_list! {
    /// What a person may do at the desk.
    pub enum Role ("role") {
        /// Answers customers in own queues.
        Agent = "agent",
        /// Runs queues, sees all of the own ones, edits policies.
        Lead = "lead",
        /// Keeps sources true.
        KnowledgeOwner = "knowledge_owner",
        /// Reads the record; writes nothing.
        Auditor = "auditor",
        /// Sets the desk up.
        Admin = "admin",
    }
}

impl Role {
    /// Whether this role answers customers at all.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::Agent | Self::Lead | Self::KnowledgeOwner | Self::Admin)
    }

    /// Whether this role writes policies and runs triage's models.
    #[must_use]
    pub const fn leads(self) -> bool {
        matches!(self, Self::Lead | Self::Admin)
    }

    /// Whether this role may read the record of the whole desk.
    #[must_use]
    pub const fn reads_record(self) -> bool {
        matches!(self, Self::Lead | Self::Auditor | Self::Admin)
    }
}

/// May one person change another's account: role, queues, whether they are let in?
///
/// # Errors
/// [`Refusal::Role`] for everybody but administrators, [`Refusal::Unfit`] for one's own account: so that one administrator is
/// always left.
pub fn may_manage(actor: &Agent, whom: &Agent) -> Result<(), Refusal> {
    if actor.role != Role::Admin {
        return Err(Refusal::Role { needs: "an administrator can".to_owned() });
    }
    if actor.id == whom.id {
        let why = "You cannot change your own account. Ask another administrator.".to_owned();
        return Err(Refusal::Unfit { why });
    }
    Ok(())
}

closed_list! {
    /// A say in whether AI touches a case.
    pub enum AiSetting ("AI setting") {
        /// What the next wider circle says: organization, then desk.
        Default = "default",
        /// Yes.
        In = "in",
        /// No.
        Out = "out",
    }
}

closed_list! {
    /// What kind of customer somebody is.
    pub enum Cohort ("cohort") {
        /// Buys for many.
        Enterprise = "enterprise",
        /// Signed up alone.
        SelfServe = "self_serve",
        /// Builds on the API.
        Developer = "developer",
        /// Has been here for years.
        Longtime = "longtime",
    }
}

/// A person who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Id.
    pub id: AgentId,
    /// Full name.
    pub name: String,
    /// Sign-in and sender address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Keys of the queues they work in; a lead or admin with none works in all.
    pub queues: Vec<String>,
    /// Whether the machine prepares drafts for them.
    pub ai: AiSetting,
}

impl Agent {
    /// First name, for a sign-off.
    #[must_use]
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }

    /// Whether this person works in `queue`.
    #[must_use]
    pub fn works_in(&self, queue: &str) -> bool {
        let runs_all = matches!(self.role, Role::Lead | Role::Admin) && self.queues.is_empty();
        runs_all || self.queues.iter().any(|own| own == queue)
    }
}

/// The company a requester belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// Name.
    pub name: String,
    /// Mail domain, lower case.
    pub domain: String,
    /// Its say on AI.
    pub ai: AiSetting,
    /// Contract in words, shown to agents.
    pub plan: String,
    /// Remark shown to agents.
    pub note: String,
}

/// Somebody who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Id.
    pub id: RequesterId,
    /// Display name; may be empty.
    pub name: String,
    /// Mail address, lower case.
    pub email: String,
    /// Company, when known.
    pub organization: Option<OrganizationId>,
    /// Kind of customer, when known.
    pub cohort: Option<Cohort>,
    /// What they do at their company, as an agent wrote it down.
    pub role: Option<String>,
    /// Own say on AI.
    pub ai: AiSetting,
}

impl Requester {
    /// First name when the display name looks like a person's, for a greeting.
    #[must_use]
    pub fn first_name(&self) -> Option<&str> {
        let first = self.name.split_whitespace().next()?;
        let like_a_name = first.chars().count() >= 2 && first.chars().all(|c| c.is_alphabetic() || "-'’".contains(c));
        like_a_name.then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_greeted() {
        let person = |name: &str| Requester {
            id: uuid::Uuid::nil().into(),
            name: name.into(),
            email: String::new(),
            organization: None,
            cohort: None,
            role: None,
            ai: AiSetting::Default,
        };
        let cases = [
            ("Ana Maria Souza", Some("Ana")),
            ("support@x.example", None),
            ("", None),
            ("J", None),
            ("O'Brien Pat", Some("O'Brien")),
            ("<b>Eve</b>", None),
        ];
        for (name, expected) in cases {
            assert_eq!(person(name).first_name(), expected, "{name}");
        }
    }
}
