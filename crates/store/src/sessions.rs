//! Signed-in people. Tokens are random; only their SHA-256 is stored.

use desk::{
    Timestamp,
    ids::{AgentId, EntryId, SessionId},
    terms::Confirmation,
};

use crate::{Conn, OpenedWith, StoreError, Tx, columns::params, identity::AgentSession, new_id};

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Whose.
    pub agent: AgentId,
    /// SHA-256 of the token.
    pub token_hash: &'a [u8],
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The program it is opened in, as far as it says.
    pub client: &'a str,
    /// How.
    pub opened_with: OpenedWith,
    /// When a provider made sure just now that it is them; what asks for a fresh proof counts from there.
    pub proved_at: Option<Timestamp>,
}

impl Tx {
    /// Opens a session. The caller checked who it is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open_session(&mut self, new: NewSession<'_>) -> Result<SessionId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into sessions (id, agent_id, token_hash, created_at, expires_at, client, opened_with, proved_at) values ($1,$2,$3,$4,$5,$6,$7,$8)",
            params![id, new.agent, new.token_hash, now, new.expires_at, new.client, new.opened_with.word(), new.proved_at],
        )
        .await?;
        Ok(id)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_session(&mut self, id: SessionId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update sessions set ended_at = $1 where id = $2 and ended_at is null", params![now, id]).await?;
        Ok(())
    }

    /// Notes that the person of a session proved again that it is them. The caller checked how.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn confirm_session(&mut self, session: &AgentSession, method: Confirmation) -> Result<(), StoreError> {
        let (id, now) = (new_id::<EntryId>(), self.now());
        self.execute(
            "insert into session_confirmations (id, session_id, agent_id, method, at) values ($1,$2,$3,$4,$5)",
            params![id, session.id(), session.agent().id, method.word(), now],
        )
        .await?;
        Ok(())
    }

    /// Notes a failed sign-in under a keyed digest of the address.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sign_in_failed(&mut self, email_digest: &str) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("insert into sign_in_failures (email_digest, at) values ($1,$2)", params![email_digest, now])
            .await?;
        Ok(())
    }
}

impl Conn {
    /// The live session behind a token, of an active agent.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn session(&mut self, token_hash: &[u8], now: Timestamp) -> Result<Option<AgentSession>, StoreError> {
        let row = self
            .maybe(
                "select s.id, s.agent_id, s.expires_at from sessions s join agents a on a.id = s.agent_id
                 where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 and a.deactivated_at is null",
                params![token_hash, now],
            )
            .await?;
        self.session_from(row).await
    }

    /// The same session, read again: none when it ended meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn session_again(&mut self, id: SessionId, now: Timestamp) -> Result<Option<AgentSession>, StoreError> {
        let row = self
            .maybe(
                "select s.id, s.agent_id, s.expires_at from sessions s join agents a on a.id = s.agent_id
                 where s.id = $1 and s.ended_at is null and s.expires_at > $2 and a.deactivated_at is null",
                params![id, now],
            )
            .await?;
        self.session_from(row).await
    }

    async fn session_from(&mut self, row: Option<crate::columns::Row>) -> Result<Option<AgentSession>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let mut c = row.columns();
        let (id, agent, expires_at) = (c.take()?, c.take()?, c.take()?);
        Ok(Some(AgentSession { id, agent: self.agent(agent).await?, expires_at }))
    }
}
