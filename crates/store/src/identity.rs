//! Who is asking: a signed-in person, a program with a key, or background work. Three types, so
//! that a function can say which it serves; only `AgentSession` opens the door to customers.

use desk::{
    Timestamp,
    audit::{Actor, Service},
    ids::{SessionId, TokenId},
    people::Agent,
};

/// Somebody or something that acts.
pub trait Identity: sealed::Sealed {
    /// As the record names it.
    fn actor(&self) -> Actor;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::AgentSession {}
    impl Sealed for super::TokenSession {}
    impl Sealed for super::ServiceIdentity {}
}

/// A signed-in person. Only a live row of `sessions` makes one.
#[derive(Debug, Clone)]
pub struct AgentSession {
    pub(crate) id: SessionId,
    pub(crate) agent: Agent,
    pub(crate) expires_at: Timestamp,
}

impl AgentSession {
    /// The session's id.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }
    /// The person.
    #[must_use]
    pub const fn agent(&self) -> &Agent {
        &self.agent
    }
    /// When it ends by itself.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl Identity for AgentSession {
    fn actor(&self) -> Actor {
        Actor::Agent { id: self.agent.id, session: self.id }
    }
}

/// A program's key. Only a live row of `tokens` makes one; it can never approve.
#[derive(Debug, Clone)]
pub struct TokenSession {
    pub(crate) id: TokenId,
    pub(crate) scopes: Vec<String>,
}

impl TokenSession {
    /// The token's id.
    #[must_use]
    pub const fn id(&self) -> TokenId {
        self.id
    }
    /// Whether it was given this scope.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

impl Identity for TokenSession {
    fn actor(&self) -> Actor {
        Actor::Token { id: self.id }
    }
}

/// Background work under a fixed name.
#[derive(Debug, Clone, Copy)]
pub struct ServiceIdentity(Service);

impl ServiceIdentity {
    /// One of the closed list.
    #[must_use]
    pub const fn new(name: Service) -> Self {
        Self(name)
    }
    /// Its name.
    #[must_use]
    pub const fn name(self) -> Service {
        self.0
    }
}

impl Identity for ServiceIdentity {
    fn actor(&self) -> Actor {
        Actor::Service { name: self.0 }
    }
}
