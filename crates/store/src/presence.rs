//! Who has a ticket open now. Looking is not doing, so it leaves no entry in the record; a row that nobody renewed for
//! [`PRESENT_SECONDS`] says nothing any more.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, TicketId},
};

use crate::{Conn, Grant, Store, StoreError, columns::params};

/// How long a sign of life counts, in seconds; a browser gives one every ten.
pub const PRESENT_SECONDS: i64 = 25;
/// Rows older than this are taken away, in seconds.
const KEPT_SECONDS: i64 = 300;

closed_list! {
    /// What a person does at a ticket.
    pub enum Doing ("way of being present") {
        /// Looks at it.
        Viewing = "viewing",
        /// Writes a reply.
        Writing = "writing",
        /// Reads the sealed view, about to approve.
        Approving = "approving",
        /// Left.
        Gone = "gone",
    }
}

/// A person at a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// What they do.
    pub doing: Doing,
    /// Their last sign of life.
    pub at: Timestamp,
}

impl Store {
    /// A sign of life of a person at a ticket. The caller asked whether they may see it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn present(
        &self,
        ticket: TicketId,
        agent: AgentId,
        doing: Doing,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute("delete from presence where at < $1", params![now.plus_seconds(-KEPT_SECONDS)]).await?;
        tx.execute(
            "insert into presence (ticket_id, agent_id, doing, at) values ($1,$2,$3,$4)
             on conflict (ticket_id, agent_id) do update set doing = excluded.doing, at = excluded.at",
            params![ticket, agent, doing.word(), now],
        )
        .await?;
        tx.commit().await
    }
}

impl Conn {
    /// Who else is at a ticket, by name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a ticket outside the grant.
    pub async fn others_at(
        &mut self,
        grant: &Grant,
        ticket: TicketId,
        but: AgentId,
        now: Timestamp,
    ) -> Result<Vec<Present>, StoreError> {
        self.ticket(grant, ticket).await?;
        let rows = self
            .rows(
                "select p.agent_id, a.name, p.doing, p.at from presence p join agents a on a.id = p.agent_id
                 where p.ticket_id = $1 and p.agent_id <> $2 and p.doing <> 'gone' and p.at > $3 order by a.name, a.id",
                params![ticket, but, now.plus_seconds(-PRESENT_SECONDS)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (agent, name, doing): (_, _, String) = (c.take()?, c.take()?, c.take()?);
                let doing = doing.parse().map_err(|_| StoreError::Damaged { what: "a presence".to_owned() })?;
                Ok(Present { agent, name, doing, at: c.take()? })
            })
            .collect()
    }

    /// Tickets where somebody came, left or did something else after `since`, with the newest moment; at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn presence_since(&mut self, since: Timestamp) -> Result<Vec<(TicketId, Timestamp)>, StoreError> {
        let rows = self
            .rows("select ticket_id, at from presence where at > $1 order by at, ticket_id limit 200", params![since])
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }
}
