//! The only key to tickets, passages and the record: who reads, for which purpose, how far.
//!
//! Fields are private and there is no constructor but the three below, each of which asks the
//! identity first. The scope goes into the query; nothing is filtered afterwards.

use desk::{Refusal, audit::Service, ids::AgentId, people::Role};

use crate::identity::{AgentSession, ServiceIdentity, TokenSession};

/// What somebody reads for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Working tickets and reading sources in the console or API.
    Work,
    /// Finding words that may ground a reply: approved, public, current sources only.
    Reply,
    /// Keeping the search index.
    Index,
    /// Reading the record.
    Record,
    /// Looking at what services log and measure.
    Telemetry,
}

/// How far a grant reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every queue.
    Desk,
    /// These queues; an empty list reaches nothing.
    Queues(Vec<String>),
}

/// Permission to read, as a value.
///
/// ```compile_fail
/// let forged = store::Grant { reader: None, purpose: store::Purpose::Work, scope: store::Scope::Desk };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    reader: Option<AgentId>,
    purpose: Purpose,
    scope: Scope,
}

impl Grant {
    /// For a signed-in person.
    ///
    /// # Errors
    /// [`Refusal::Role`] when the role does not carry the purpose.
    pub fn for_agent(session: &AgentSession, purpose: Purpose) -> Result<Self, Refusal> {
        let agent = session.agent();
        let allowed = match purpose {
            Purpose::Work => agent.role.answers() || agent.role == Role::Auditor,
            Purpose::Reply | Purpose::Telemetry => agent.role.answers(),
            Purpose::Record => agent.role.reads_record(),
            Purpose::Index => false,
        };
        if !allowed {
            return Err(Refusal::Role { needs: "leads, auditors and administrators can".to_owned() });
        }
        let all = matches!(agent.role, Role::Lead | Role::Admin) && agent.queues.is_empty();
        let scope = match (purpose, agent.role) {
            (Purpose::Record, _) | (_, Role::Auditor) => Scope::Desk,
            _ if all => Scope::Desk,
            _ => Scope::Queues(agent.queues.clone()),
        };
        Ok(Self { reader: Some(agent.id), purpose, scope })
    }

    /// For a program: only what its scopes say, and never [`Purpose::Index`].
    ///
    /// # Errors
    /// [`Refusal::Role`] when the token lacks the scope.
    pub fn for_token(token: &TokenSession, purpose: Purpose) -> Result<Self, Refusal> {
        let needed = match purpose {
            Purpose::Work | Purpose::Reply => "tickets:read",
            Purpose::Record => "record:read",
            Purpose::Telemetry => "telemetry:read",
            Purpose::Index => return Err(Refusal::Role { needs: "no token can".to_owned() }),
        };
        if !token.has(needed) {
            return Err(Refusal::Role { needs: format!("a token with the scope {needed} can") });
        }
        Ok(Self { reader: None, purpose, scope: Scope::Desk })
    }

    /// For background work: each service reads for its own purposes only.
    ///
    /// # Errors
    /// [`Refusal::Role`] for any other.
    pub fn for_service(service: ServiceIdentity, purpose: Purpose) -> Result<Self, Refusal> {
        let allowed = match service.name() {
            Service::Preparation => purpose != Purpose::Record,
            Service::Intake | Service::Delivery => purpose == Purpose::Work,
            Service::Sequencer => purpose == Purpose::Record,
            Service::SignIn | Service::Requester => false,
            Service::CommandLine => true,
        };
        if !allowed {
            return Err(Refusal::Role { needs: "another service does this".to_owned() });
        }
        Ok(Self { reader: None, purpose, scope: Scope::Desk })
    }

    /// The purpose.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// How far it reaches.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The person, when there is one.
    #[must_use]
    pub const fn reader(&self) -> Option<AgentId> {
        self.reader
    }

    /// The scope as a query parameter: `*`, or `,queue,queue,`. Queue keys hold no comma or `%`
    /// or `_` (checked where queues are made), so `like` compares whole keys.
    pub(crate) fn queues(&self) -> String {
        match &self.scope {
            Scope::Desk => "*".to_owned(),
            Scope::Queues(keys) => format!(",{},", keys.join(",")),
        }
    }
}

/// `queue_visible!("t.queue", "$1")`: the SQL condition that a grant's parameter allows a queue.
macro_rules! queue_visible {
    ($queue:literal, $param:literal) => {
        concat!("(", $param, " = '*' or ", $param, " like '%,' || ", $queue, " || ',%')")
    };
}
pub(crate) use queue_visible;
