//! What a model was given and what it said, kept whole. The request is redacted by construction;
//! the table that undoes it is stored encrypted, by the caller's key.

use desk::{
    Timestamp, closed_list,
    ids::{ExchangeId, TicketId},
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
}

impl Tx {
    /// Keeps a request before it is sent.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_exchange(
        &mut self,
        ticket: TicketId,
        endpoint: &str,
        request: &[u8],
        hidden: i64,
        placeholders: &[u8],
    ) -> Result<ExchangeId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into exchanges (id, ticket_id, endpoint, request, state, hidden, placeholders, at) values ($1,$2,$3,$4,'pending',$5,$6,$7)",
            params![id, ticket, endpoint, request, hidden, placeholders, now],
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
        ms: i64,
    ) -> Result<(), StoreError> {
        self.execute(
            "update exchanges set state = $2, response = $3, detail = $4, ms = $5 where id = $1",
            params![id, state, response, detail, ms],
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
                concat!("select e.id, e.ticket_id, e.endpoint, e.request, e.response, e.state, e.detail, e.hidden, e.at, e.ms from exchanges e join tickets t on t.id = e.ticket_id
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
        })
    }
}
