//! Programs' keys. A key reads and proposes; no scope exists with which it could approve.

use desk::{
    Timestamp,
    ids::{AgentId, TokenId},
};

use crate::{Conn, Store, StoreError, Tx, columns::params, identity::TokenSession, new_id};

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub token_hash: &'a [u8],
    /// Scope words.
    pub scopes: &'a [String],
    /// Who made it.
    pub made_by: AgentId,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A key as listed; the secret is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Scope words.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Tx {
    /// Makes a key.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn make_token(&mut self, new: NewToken<'_>) -> Result<TokenId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into tokens (id, name, token_hash, scopes, made_by, created_at, expires_at) values ($1,$2,$3,$4,$5,$6,$7)",
            params![id, new.name, new.token_hash, new.scopes.join(" "), new.made_by, now, new.expires_at],
        )
        .await?;
        Ok(id)
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_token(&mut self, id: TokenId) -> Result<(), StoreError> {
        let now = self.now();
        match self
            .execute("update tokens set revoked_at = $1 where id = $2 and revoked_at is null", params![now, id])
            .await?
        {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}

impl Conn {
    /// Every key, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tokens(&mut self) -> Result<Vec<TokenRow>, StoreError> {
        let rows = self.rows("select id, name, scopes, created_at, expires_at, last_used_at, revoked_at from tokens order by created_at desc limit 500", params![]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(TokenRow {
                    id: c.take()?,
                    name: c.take()?,
                    scopes: words(&c.take::<String>()?),
                    created_at: c.take()?,
                    expires_at: c.take()?,
                    last_used_at: c.take()?,
                    revoked_at: c.take()?,
                })
            })
            .collect()
    }
}

impl Store {
    /// The live key behind a secret; notes its use at most once a minute.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn token_session(&self, token_hash: &[u8], now: Timestamp) -> Result<Option<TokenSession>, StoreError> {
        let mut conn = self.read().await?;
        let row = conn.maybe("select id, scopes, last_used_at from tokens where token_hash = $1 and revoked_at is null and expires_at > $2", params![token_hash, now]).await?;
        drop(conn);
        let Some(row) = row else { return Ok(None) };
        let mut c = row.columns();
        let (id, scopes, used): (TokenId, String, Option<Timestamp>) = (c.take()?, c.take()?, c.take()?);
        if used.is_none_or(|used| now.seconds_since(used) >= 60) {
            let mut tx = self.transaction().await?;
            tx.execute("update tokens set last_used_at = $1 where id = $2", params![now, id]).await?;
            tx.commit().await?;
        }
        Ok(Some(TokenSession { id, scopes: words(&scopes) }))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
