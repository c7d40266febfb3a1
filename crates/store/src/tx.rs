//! A writing transaction: in somebody's name, at one instant, ended only by an audit event.

use std::ops::{Deref, DerefMut};

use desk::{
    Timestamp,
    audit::{Actor, AuditEvent, Entry},
    ids::{EntryId, SessionId},
};

use crate::{Conn, StoreError, columns::params, new_id};

/// An open writing transaction. Dropping it undoes everything.
pub struct Tx {
    conn: Conn,
    actor: Actor,
    now: Timestamp,
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Tx {
    pub(crate) const fn new(conn: Conn, actor: Actor, now: Timestamp) -> Self {
        Self { conn, actor, now }
    }

    /// The instant of everything in it.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// In whose name it runs.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Writes one more entry of the record; the last one goes to [`Tx::commit`].
    ///
    /// # Errors
    /// When the entry cannot be written: then nothing else is either.
    pub async fn record(&mut self, event: AuditEvent) -> Result<EntryId, StoreError> {
        let entry = Entry { v: 1, id: new_id(), at: self.now, by: self.actor, event };
        let (actor_kind, actor_id) = actor_words(self.actor);
        self.conn
            .execute(
                "insert into entries (id, at, kind, actor_kind, actor_id, ticket_id, article_id, leaf) values ($1,$2,$3,$4,$5,$6,$7,$8)",
                params![entry.id, entry.at, entry.event.kind(), actor_kind, actor_id, entry.event.ticket(), entry.event.article(), entry.leaf()],
            )
            .await?;
        self.conn.execute("insert into pending_entries (entry_id) values ($1)", params![entry.id]).await?;
        Ok(entry.id)
    }

    /// Writes the last entry and makes everything durable. There is no other way to end a writing
    /// transaction.
    ///
    /// # Errors
    /// When entry or commit fails: then nothing happened.
    pub async fn commit(mut self, event: AuditEvent) -> Result<EntryId, StoreError> {
        let id = self.record(event).await?;
        self.conn.commit().await?;
        Ok(id)
    }

    /// Undoes everything, saying so; dropping does the same later.
    ///
    /// # Errors
    /// When the connection is gone, which undoes it as well.
    pub async fn abandon(self) -> Result<(), StoreError> {
        self.conn.rollback().await
    }
}

fn actor_words(actor: Actor) -> (&'static str, String) {
    match actor {
        Actor::Agent { id, session } => {
            let _session: SessionId = session;
            ("agent", id.to_string())
        }
        Actor::Token { id } => ("token", id.to_string()),
        Actor::Service { name } => ("service", name.word().to_owned()),
    }
}
