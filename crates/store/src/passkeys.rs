//! Keys that prove a signed-in person is there, and what they were asked. What an answer is worth is not decided here.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, PasskeyId, SessionId},
};

use crate::{Conn, Store, StoreError, Tx, columns::params, new_id};

closed_list! {
    /// What a key is asked for.
    pub enum ChallengeFor ("purpose of a challenge") {
        /// To become known.
        Register = "register",
        /// To prove that its person is there.
        Confirm = "confirm",
    }
}

/// A key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Id.
    pub id: PasskeyId,
    /// Whose.
    pub agent: AgentId,
    /// The id its authenticator knows it by, base64url.
    pub credential: String,
    /// What its person calls it.
    pub name: String,
    /// Subject public key info, base64url.
    pub public_key: String,
    /// The site it was made for.
    pub relying_party: String,
    /// Its counter when it was last used.
    pub use_count: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A key to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewPasskey<'a> {
    /// Whose.
    pub agent: AgentId,
    /// The id its authenticator knows it by, base64url.
    pub credential: &'a str,
    /// What its person calls it.
    pub name: &'a str,
    /// Subject public key info, base64url.
    pub public_key: &'a str,
    /// The site it was made for.
    pub relying_party: &'a str,
    /// Its counter.
    pub use_count: i64,
}

impl Store {
    /// Keeps what a session's key is asked; it takes the place of an older question. Asking is not doing: no entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ask_passkey(
        &self,
        session: SessionId,
        purpose: ChallengeFor,
        challenge: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "insert into passkey_challenges (session_id, purpose, challenge, at) values ($1,$2,$3,$4)
             on conflict (session_id, purpose) do update set challenge = excluded.challenge, at = excluded.at",
            params![session, purpose.word(), challenge, now],
        )
        .await?;
        tx.commit().await
    }

    /// Takes what a session's key was asked, so that it is answered once, whatever the answer is worth.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn take_challenge(
        &self,
        session: SessionId,
        purpose: ChallengeFor,
        since: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let mut tx = self.transaction().await?;
        let row = tx
            .maybe(
                "delete from passkey_challenges where session_id = $1 and purpose = $2 returning challenge, at",
                params![session, purpose.word()],
            )
            .await?;
        let found = match row {
            None => None,
            Some(row) => {
                let mut c = row.columns();
                let (challenge, at): (String, Timestamp) = (c.take()?, c.take()?);
                (at >= since).then_some(challenge)
            }
        };
        tx.commit().await?;
        Ok(found)
    }
}

impl Conn {
    /// A person's keys, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn passkeys(&mut self, agent: AgentId) -> Result<Vec<Passkey>, StoreError> {
        let rows = self
            .rows(
                "select id, agent_id, credential, name, public_key, relying_party, use_count, created_at, last_used_at
                 from passkeys where agent_id = $1 order by created_at, id",
                params![agent],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Passkey {
                    id: c.take()?,
                    agent: c.take()?,
                    credential: c.take()?,
                    name: c.take()?,
                    public_key: c.take()?,
                    relying_party: c.take()?,
                    use_count: c.take()?,
                    created_at: c.take()?,
                    last_used_at: c.take()?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is known already.
    pub async fn add_passkey(&mut self, new: NewPasskey<'_>) -> Result<PasskeyId, StoreError> {
        let (id, now): (PasskeyId, _) = (new_id(), self.now());
        let added = self
            .execute(
                "insert into passkeys (id, agent_id, credential, name, public_key, relying_party, use_count, created_at)
                 values ($1,$2,$3,$4,$5,$6,$7,$8) on conflict (credential) do nothing",
                params![id, new.agent, new.credential, new.name, new.public_key, new.relying_party, new.use_count, now],
            )
            .await?;
        if added == 0 { Err(StoreError::Stale) } else { Ok(id) }
    }

    /// Notes that a key was used, if its counter is still what the caller saw.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it was used meanwhile.
    pub async fn passkey_used(&mut self, key: &Passkey, use_count: i64) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "update passkeys set use_count = $2, last_used_at = $3 where id = $1 and use_count = $4",
                params![key.id, use_count, now, key.use_count],
            )
            .await?;
        if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// Forgets a person's key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs.
    pub async fn remove_passkey(&mut self, id: PasskeyId, agent: AgentId) -> Result<(), StoreError> {
        match self.execute("delete from passkeys where id = $1 and agent_id = $2", params![id, agent]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}
