//! What a model was given and what it said, kept whole. The request is redacted by construction;
//! the table that undoes it is stored encrypted, by the caller's key.

use desk::{
    Timestamp, closed_list,
    ids::{ExchangeId, TicketId},
    leaving::{Hiding, ModelPurpose},
};

use crate::{Conn, Grant, StoreError, Tx, columns::params, grant::queue_visible, new_id};

closed_list! {
    /// How an exchange went.
    pub enum ExchangeState ("exchange state") {
        /// Sent; no answer yet.
        Pending = "pending",
        /// Answered in the agreed form.
        Answered = "answered",
        /// Answered, but not in the agreed form.
        Refused = "refused",
        /// No answer.
        Failed = "failed",
    }
}

closed_list! {
    /// Which model was asked.
    pub enum ExchangeSide ("side of an exchange") {
        /// The one in use.
        Present = "present",
        /// A candidate beside it, whose words agents do not see.
        Candidate = "candidate",
    }
}

/// An exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Id.
    pub id: ExchangeId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Endpoint's name.
    pub endpoint: String,
    /// The exact bytes that were sent.
    pub request: Vec<u8>,
    /// What came back, placeholders still in.
    pub response: Option<String>,
    /// How it went.
    pub state: ExchangeState,
    /// What went wrong, in words.
    pub detail: Option<String>,
    /// How many values were hidden.
    pub hidden: i64,
    /// When.
    pub at: Timestamp,
    /// How long it took.
    pub ms: Option<i64>,
    /// Where the endpoint stands.
    pub region: String,
    /// What it was asked for.
    pub purpose: ModelPurpose,
    /// How much was hidden.
    pub hiding: Hiding,
    /// Which model was asked.
    pub side: ExchangeSide,
}

/// A request about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct NewExchange<'a> {
    /// Endpoint's name.
    pub endpoint: &'a str,
    /// Where it stands.
    pub region: &'a str,
    /// What it is asked for.
    pub purpose: ModelPurpose,
    /// How much is hidden.
    pub hiding: Hiding,
    /// The exact bytes.
    pub request: &'a [u8],
    /// How many values are hidden.
    pub hidden: i64,
    /// What undoes it, encrypted.
    pub placeholders: &'a [u8],
    /// Which model is asked.
    pub side: ExchangeSide,
}

/// A line of the list of what left, without the texts.
#[derive(Debug, Clone)]
pub struct ExchangeLine {
    /// Id.
    pub id: ExchangeId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// Endpoint's name.
    pub endpoint: String,
    /// Where it stands.
    pub region: String,
    /// What it was asked for.
    pub purpose: ModelPurpose,
    /// How much was hidden.
    pub hiding: Hiding,
    /// How it went.
    pub state: ExchangeState,
    /// How many values were hidden.
    pub hidden: i64,
    /// How many bytes were sent.
    pub bytes: i64,
    /// When.
    pub at: Timestamp,
}

impl Tx {
    /// Keeps a request before it is sent.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_exchange(&mut self, ticket: TicketId, new: NewExchange<'_>) -> Result<ExchangeId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into exchanges (id, ticket_id, endpoint, request, state, hidden, placeholders, at, region, purpose, hiding, side)
             values ($1,$2,$3,$4,'pending',$5,$6,$7,$8,$9,$10,$11)",
            params![id, ticket, new.endpoint, new.request, new.hidden, new.placeholders, now, new.region, new.purpose, new.hiding, new.side],
        )
        .await?;
        Ok(id)
    }

    /// Keeps how it went.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_exchange(
        &mut self,
        id: ExchangeId,
        state: ExchangeState,
        response: Option<&str>,
        detail: Option<&str>,
        (ms, tokens): (i64, Option<i64>),
    ) -> Result<(), StoreError> {
        self.execute(
            "update exchanges set state = $2, response = $3, detail = $4, ms = $5, tokens = $6 where id = $1",
            params![id, state, response, detail, ms, tokens],
        )
        .await?;
        Ok(())
    }
}

impl Conn {
    /// One exchange.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn exchange(&mut self, grant: &Grant, id: ExchangeId) -> Result<Exchange, StoreError> {
        let row = self
            .one(
                concat!("select e.id, e.ticket_id, e.endpoint, e.request, e.response, e.state, e.detail, e.hidden, e.at, e.ms, e.region, e.purpose, e.hiding, e.side from exchanges e join tickets t on t.id = e.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and e.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        let mut c = row.columns();
        Ok(Exchange {
            id: c.take()?,
            ticket: c.take()?,
            endpoint: c.take()?,
            request: c.take()?,
            response: c.take()?,
            state: c.take()?,
            detail: c.take()?,
            hidden: c.take()?,
            at: c.take()?,
            ms: c.take()?,
            region: c.take()?,
            purpose: c.take()?,
            hiding: c.take()?,
            side: c.take()?,
        })
    }

    /// What left for models, newest first; what left before `before` when it is given.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn exchanges(
        &mut self,
        grant: &Grant,
        before: Option<ExchangeId>,
        limit: i64,
    ) -> Result<Vec<ExchangeLine>, StoreError> {
        // Ids are made in order of time; every id comes before this sign.
        let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let rows = self
            .rows(
                concat!("select e.id, e.ticket_id, t.number, e.endpoint, e.region, e.purpose, e.hiding, e.state, e.hidden, cast(length(e.request) as bigint), e.at
                 from exchanges e join tickets t on t.id = e.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and e.id < $2 order by e.id desc limit $3"),
                params![grant.queues(), before, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(ExchangeLine {
                    id: c.take()?,
                    ticket: c.take()?,
                    number: c.take()?,
                    endpoint: c.take()?,
                    region: c.take()?,
                    purpose: c.take()?,
                    hiding: c.take()?,
                    state: c.take()?,
                    hidden: c.take()?,
                    bytes: c.take()?,
                    at: c.take()?,
                })
            })
            .collect()
    }
}
