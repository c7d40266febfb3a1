//! What letters of ours say that we will do by a day, and what people said of it.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, MessageId, PromiseId, RequesterId, TicketId},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Row, params},
    grant::queue_visible,
    new_id,
};

/// Most lines at once.
const LINES_MAX: i64 = 50;

closed_list! {
    /// Where a promise stands.
    pub enum PromiseState ("state of a promise") {
        /// Found in a letter; a person is asked whether it is one.
        Found = "found",
        /// It is one.
        Confirmed = "confirmed",
        /// It is none.
        Dismissed = "dismissed",
        /// What it says was done.
        Kept = "kept",
    }
}

impl PromiseState {
    /// Whether something is still to be done.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Found | Self::Confirmed)
    }

    /// Whether a person may answer with `to`: nothing is found twice, and what is over stays so unless it is taken back.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        match to {
            Self::Found => false,
            Self::Confirmed => !matches!(self, Self::Confirmed),
            Self::Dismissed | Self::Kept => self.is_open(),
        }
    }
}

/// A promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseRow {
    /// Id.
    pub id: PromiseId,
    /// Ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// The letter.
    pub message: MessageId,
    /// Who signed it.
    pub agent: AgentId,
    /// Their name.
    pub by: String,
    /// Who is on the ticket now.
    pub assignee: Option<AgentId>,
    /// The sentence.
    pub words: String,
    /// By when.
    pub due: Timestamp,
    /// Where it stands.
    pub state: PromiseState,
}

macro_rules! promise_select {
    ($rest:literal) => {
        concat!(
            "select p.id, p.ticket_id, t.number, p.message_id, p.agent_id, a.name, t.assignee_id, p.words, p.due_at, p.state
             from promises p join tickets t on t.id = p.ticket_id join agents a on a.id = p.agent_id
             where ", queue_visible!("t.queue", "$1"), $rest
        )
    };
}

fn promise(row: &Row) -> Result<PromiseRow, StoreError> {
    let mut c = row.columns();
    let (id, ticket, number, message, agent) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let (by, assignee, words, due, state): (_, _, _, _, String) =
        (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let state = state.parse().map_err(|_| StoreError::Damaged { what: "a promise".to_owned() })?;
    Ok(PromiseRow { id, ticket, number, message, agent, by, assignee, words, due, state })
}

impl Conn {
    /// Open promises to a requester within the grant, the soonest due first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn promises_to(&mut self, grant: &Grant, requester: RequesterId) -> Result<Vec<PromiseRow>, StoreError> {
        let sql = promise_select!(
            " and t.requester_id = $2 and p.state in ('found','confirmed') order by p.due_at, p.id limit $3"
        );
        let rows = self.rows(sql, params![grant.queues(), requester, LINES_MAX]).await?;
        rows.iter().map(promise).collect()
    }

    /// Promises that ask something: those just found, and confirmed ones due before an instant, on tickets that are not
    /// over; the soonest due first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn promises_asking(&mut self, grant: &Grant, before: Timestamp) -> Result<Vec<PromiseRow>, StoreError> {
        let sql = promise_select!(
            " and (p.state = 'found' or (p.state = 'confirmed' and p.due_at < $2)) order by p.due_at, p.id limit $3"
        );
        let rows = self.rows(sql, params![grant.queues(), before, LINES_MAX]).await?;
        rows.iter().map(promise).collect()
    }

    /// One promise of a ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or none for this grant.
    pub async fn promise(&mut self, grant: &Grant, ticket: TicketId, id: PromiseId) -> Result<PromiseRow, StoreError> {
        let sql = promise_select!(" and p.ticket_id = $2 and p.id = $3");
        promise(&self.one(sql, params![grant.queues(), ticket, id]).await?)
    }

    /// The letter whose promises are looked for: its ticket, who signed it, when it left, its words. None for what no
    /// person signed, and for one that was read before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn unread_letter(
        &mut self,
        message: MessageId,
    ) -> Result<Option<(TicketId, AgentId, Timestamp, String)>, StoreError> {
        let row = self
            .maybe(
                "select ticket_id, agent_id, at, latest from messages where id = $1 and direction = 'outbound' and agent_id is not null
                 and ticket_id is not null and not exists (select 1 from promises where message_id = $1)",
                params![message],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?, c.take()?, c.take()?))
        })
        .transpose()
    }
}

impl Tx {
    /// Keeps a promise that was found in a letter.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_promise(
        &mut self,
        ticket: TicketId,
        message: MessageId,
        agent: AgentId,
        words: &str,
        due: Timestamp,
    ) -> Result<PromiseId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into promises (id, ticket_id, message_id, agent_id, words, due_at, state, made_at) values ($1,$2,$3,$4,$5,$6,'found',$7)",
            params![id, ticket, message, agent, words, due, now],
        )
        .await?;
        Ok(id)
    }

    /// A person's word on it, if it stands as they saw it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn answer_promise(
        &mut self,
        id: PromiseId,
        from: PromiseState,
        to: PromiseState,
        agent: AgentId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "update promises set state = $3, answered_by = $4, answered_at = $5 where id = $1 and state = $2",
                params![id, from.word(), to.word(), agent, now],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}
