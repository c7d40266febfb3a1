//! Who is to look at a ticket, and when: tickets put off, tickets followed, people who are asked. A look at the ticket
//! answers what asks for a look; nothing here is ever set to "done".

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, TicketId},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Row, params},
    grant::queue_visible,
};

/// Most lines of one kind.
const LINES_MAX: i64 = 50;

closed_list! {
    /// Why a person is asked to look.
    pub enum AskedWhy ("reason to be asked") {
        /// A note calls them by name.
        Mentioned = "mentioned",
        /// A colleague gave them the ticket.
        Assigned = "assigned",
        /// They put it off, and it is back.
        Woken = "woken",
    }
}

/// How a ticket was put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    /// Until when; none until the requester writes.
    pub until: Option<Timestamp>,
    /// Who did it.
    pub by: String,
    /// Their id.
    pub agent: AgentId,
    /// When.
    pub at: Timestamp,
}

/// A ticket a person is asked to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Why.
    pub why: AskedWhy,
    /// Who asks.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

/// A followed ticket on which others did something since the follower looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stirred {
    /// Ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// How many things happened.
    pub count: i64,
}

impl Conn {
    /// How a ticket was put off; none when it was not. The caller asked whether it may be seen.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn snooze(&mut self, ticket: TicketId) -> Result<Option<Snooze>, StoreError> {
        let row = self
            .maybe(
                "select z.until_at, a.name, z.agent_id, z.made_at from snoozes z join agents a on a.id = z.agent_id where z.ticket_id = $1",
                params![ticket],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(Snooze { until: c.take()?, by: c.take()?, agent: c.take()?, at: c.take()? })
        })
        .transpose()
    }

    /// Tickets whose time has come, the longest due first; at most 50.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn snoozes_due(&mut self, now: Timestamp) -> Result<Vec<TicketId>, StoreError> {
        let due = "select ticket_id from snoozes where until_at <= $1 order by until_at, ticket_id limit $2";
        let rows = self.rows(due, params![now, LINES_MAX]).await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Whether a person follows a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_followed(&mut self, ticket: TicketId, agent: AgentId) -> Result<bool, StoreError> {
        let known = "select at from follows where ticket_id = $1 and agent_id = $2";
        Ok(self.maybe(known, params![ticket, agent]).await?.is_some())
    }

    /// Tickets the grant's reader is asked to look at and has not looked at since, newest first. One that was given to
    /// them and taken away again asks nothing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn asks(&mut self, grant: &Grant) -> Result<Vec<Ask>, StoreError> {
        let Some(reader) = grant.reader() else { return Ok(Vec::new()) };
        let rows = self
            .rows(
                concat!(
                    "select t.id, t.number, t.subject, k.why, a.name, k.at from asks k
                 join tickets t on t.id = k.ticket_id join agents a on a.id = k.by_id
                 left join ticket_reads rd on rd.ticket_id = k.ticket_id and rd.agent_id = k.agent_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and k.agent_id = $2 and (rd.read_at is null or rd.read_at < k.at)
                 and (k.why <> 'assigned' or t.assignee_id = k.agent_id) order by k.at desc, t.id limit $3"
                ),
                params![grant.queues(), reader, LINES_MAX],
            )
            .await?;
        rows.iter().map(ask).collect()
    }

    /// Tickets the grant's reader follows on which somebody else did something since they looked, or since they follow.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn stirred(&mut self, grant: &Grant) -> Result<Vec<Stirred>, StoreError> {
        let Some(reader) = grant.reader() else { return Ok(Vec::new()) };
        let rows = self
            .rows(
                concat!("select t.id, t.number, t.subject, count(*) from follows f
                 join tickets t on t.id = f.ticket_id
                 left join ticket_reads rd on rd.ticket_id = f.ticket_id and rd.agent_id = f.agent_id
                 join entries e on e.ticket_id = f.ticket_id and e.at > f.at and (rd.read_at is null or e.at > rd.read_at)
                 where ", queue_visible!("t.queue", "$1"), " and f.agent_id = $2 and e.actor_id <> $2
                 and e.kind in ('mail.accepted','reply.sent','note.written','ticket.changed','ticket.woken','escalation.made','escalation.answered')
                 group by t.id, t.number, t.subject order by max(e.at) desc, t.id limit $3"),
                params![grant.queues(), reader, LINES_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Stirred { ticket: c.take()?, number: c.take()?, subject: c.take()?, count: c.take()? })
            })
            .collect()
    }

    /// Who gave the ticket to the grant's reader, where that is why it is theirs and they have not looked since.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn given_by(&mut self, grant: &Grant, ticket: TicketId) -> Result<Option<String>, StoreError> {
        let asked = self.asks(grant).await?;
        Ok(asked.into_iter().find(|one| one.ticket == ticket && one.why == AskedWhy::Assigned).map(|one| one.by))
    }
}

fn ask(row: &Row) -> Result<Ask, StoreError> {
    let mut c = row.columns();
    let (ticket, number, subject, why): (_, _, _, String) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let why = why.parse().map_err(|_| StoreError::Damaged { what: "a request to look".to_owned() })?;
    Ok(Ask { ticket, number, subject, why, by: c.take()?, at: c.take()? })
}

impl Tx {
    /// Puts a ticket off; another time takes the place of the one before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_snooze(
        &mut self,
        ticket: TicketId,
        agent: AgentId,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into snoozes (ticket_id, agent_id, until_at, made_at) values ($1,$2,$3,$4)
             on conflict (ticket_id) do update set agent_id = excluded.agent_id, until_at = excluded.until_at, made_at = excluded.made_at",
            params![ticket, agent, until, now],
        )
        .await?;
        Ok(())
    }

    /// It is put off no longer; false when it was not.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_snooze(&mut self, ticket: TicketId) -> Result<bool, StoreError> {
        Ok(self.execute("delete from snoozes where ticket_id = $1", params![ticket]).await? == 1)
    }

    /// Its time has come: put off no longer, unless somebody moved the time on meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_due_snooze(&mut self, ticket: TicketId) -> Result<bool, StoreError> {
        let now = self.now();
        let due = "delete from snoozes where ticket_id = $1 and until_at <= $2";
        Ok(self.execute(due, params![ticket, now]).await? == 1)
    }

    /// A person follows a ticket from now on; false when they did.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn follow(&mut self, ticket: TicketId, agent: AgentId) -> Result<bool, StoreError> {
        let now = self.now();
        let new = "insert into follows (ticket_id, agent_id, at) values ($1,$2,$3) on conflict (ticket_id, agent_id) do nothing";
        Ok(self.execute(new, params![ticket, agent, now]).await? == 1)
    }

    /// And no longer; false when they did not.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn unfollow(&mut self, ticket: TicketId, agent: AgentId) -> Result<bool, StoreError> {
        let gone = "delete from follows where ticket_id = $1 and agent_id = $2";
        Ok(self.execute(gone, params![ticket, agent]).await? == 1)
    }

    /// Asks a person to look at a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ask_to_look(
        &mut self,
        ticket: TicketId,
        agent: AgentId,
        why: AskedWhy,
        by: AgentId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into asks (ticket_id, agent_id, why, by_id, at) values ($1,$2,$3,$4,$5)
             on conflict (ticket_id, agent_id, why) do update set by_id = excluded.by_id, at = excluded.at",
            params![ticket, agent, why.word(), by, now],
        )
        .await?;
        Ok(())
    }
}
