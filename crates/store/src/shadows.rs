//! What a candidate model drafted beside the present one. Words about a person: visible where their ticket is, gone with it, and
//! taken away by their no.

use desk::{
    Timestamp, closed_list,
    ids::{ExchangeId, MessageId, ShadowId, TicketId},
    shadow::{Pair, Side},
};

use crate::{
    Conn, ExchangeSide, ExchangeState, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

closed_list! {
    /// Where a shadow is in its life.
    pub enum ShadowState ("state of a shadow") {
        /// The candidate is to be asked.
        Waiting = "waiting",
        /// Both answered, each in its way.
        Compared = "compared",
        /// Something else was asked before the candidate was.
        Overtaken = "overtaken",
    }
}

/// A ticket's draft by the present model, for which the candidate is to be asked.
#[derive(Debug, Clone, Copy)]
pub struct NewShadow<'a> {
    /// Its ticket.
    pub ticket: TicketId,
    /// What both answer.
    pub message: MessageId,
    /// Which candidate, as a fingerprint.
    pub candidate: &'a str,
    /// What the present one did.
    pub present: &'a Side,
    /// Its words.
    pub present_body: &'a str,
}

/// One that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingShadow {
    /// Its ticket.
    pub ticket: TicketId,
    /// What both answer.
    pub message: MessageId,
    /// Which candidate.
    pub candidate: String,
    /// Where it is.
    pub state: ShadowState,
}

/// Both on one ticket, with their words.
#[derive(Debug, Clone, PartialEq)]
pub struct Shadow {
    /// Id.
    pub id: ShadowId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// The ticket's subject.
    pub subject: String,
    /// What both did, in numbers.
    pub pair: Pair,
    /// The present one's words.
    pub present: String,
    /// The candidate's words.
    pub candidate: String,
    /// What a person sent; none while nothing left.
    pub sent: Option<String>,
    /// Whether it was lived or generated.
    pub generated: bool,
    /// When.
    pub at: Timestamp,
}

/// How the last request of a ticket went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastExchange {
    /// Which.
    pub id: ExchangeId,
    /// How it went.
    pub state: ExchangeState,
    /// How long it took.
    pub ms: Option<i64>,
    /// Tokens of prompt and answer.
    pub tokens: Option<i64>,
}

fn shadow(mut c: Columns<'_>) -> Result<Shadow, StoreError> {
    let (id, ticket, number, subject) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let pair = Pair { present: c.json()?, candidate: c.json()? };
    let (present, candidate, sent, lived): (String, String, Option<String>, String) =
        (c.take()?, c.take()?, c.take()?, c.take()?);
    let generated = lived == "generated";
    Ok(Shadow { id, ticket, number, subject, pair, present, candidate, sent, generated, at: c.take()? })
}

fn json(side: &Side) -> String {
    // Serialising numbers and a word into a string cannot fail.
    serde_json::to_string(side).unwrap_or_default()
}

impl Conn {
    /// The newest pairs of a candidate within the grant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn shadows(&mut self, grant: &Grant, candidate: &str, limit: i64) -> Result<Vec<Shadow>, StoreError> {
        let rows = self
            .rows(
                concat!("select s.id, s.ticket_id, t.number, t.subject, s.present, s.shadow, s.present_body, s.shadow_body,
                 (select max(d.body) from drafts d where d.ticket_id = s.ticket_id and d.answers = s.message_id and d.state = 'sent'), s.lived, s.made_at
                 from shadows s join tickets t on t.id = s.ticket_id
                 where s.state = 'compared' and s.candidate = $2 and ", queue_visible!("t.queue", "$1"),
                 " order by s.made_at desc, s.id desc limit $3"),
                params![grant.queues(), candidate, limit],
            )
            .await?;
        rows.iter().map(|row| shadow(row.columns())).collect()
    }

    /// What a candidate drafted on a ticket, oldest first, with when: whatever candidate it was.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn shadow_words(
        &mut self,
        grant: &Grant,
        ticket: TicketId,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select s.shadow_body, s.made_at from shadows s join tickets t on t.id = s.ticket_id
                     where s.ticket_id = $2 and s.shadow_body <> '' and ",
                    queue_visible!("t.queue", "$1"),
                    " order by s.made_at, s.id"
                ),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// One that a job is about.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn waiting_shadow(&mut self, id: ShadowId) -> Result<WaitingShadow, StoreError> {
        let row =
            self.one("select ticket_id, message_id, candidate, state from shadows where id = $1", params![id]).await?;
        let mut c = row.columns();
        Ok(WaitingShadow { ticket: c.take()?, message: c.take()?, candidate: c.take()?, state: c.take()? })
    }

    /// Whether a candidate was asked about a letter already.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_shadowed(&mut self, candidate: &str, message: MessageId) -> Result<bool, StoreError> {
        let sql = "select 1 from shadows where candidate = $1 and message_id = $2";
        Ok(self.maybe(sql, params![candidate, message]).await?.is_some())
    }

    /// How many were begun since `since`, generated ones aside.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn shadows_since(&mut self, since: Timestamp) -> Result<i64, StoreError> {
        let row =
            self.one("select count(*) from shadows where lived = 'here' and made_at >= $1", params![since]).await?;
        row.columns().take()
    }

    /// The candidate that was begun with last.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_shadowed(&mut self) -> Result<Option<String>, StoreError> {
        let row = self.maybe("select candidate from shadows order by made_at desc, id desc limit 1", params![]).await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// The last request about a ticket to one of the two.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn last_exchange(
        &mut self,
        ticket: TicketId,
        side: ExchangeSide,
    ) -> Result<Option<LastExchange>, StoreError> {
        let row = self
            .maybe(
                "select id, state, ms, tokens from exchanges where ticket_id = $1 and side = $2 order by at desc, id desc limit 1",
                params![ticket, side],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(LastExchange { id: c.take()?, state: c.take()?, ms: c.take()?, tokens: c.take()? })
        })
        .transpose()
    }
}

impl Tx {
    /// Keeps what the present model did, so that the candidate is asked for the same.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_shadow(&mut self, new: NewShadow<'_>) -> Result<ShadowId, StoreError> {
        let (id, now): (ShadowId, _) = (new_id(), self.now());
        self.execute(
            "insert into shadows (id, ticket_id, message_id, candidate, state, present, present_body, shadow_body, lived, made_at)
             values ($1,$2,$3,$4,'waiting',$5,$6,'','here',$7)",
            params![id, new.ticket, new.message, new.candidate, json(new.present), new.present_body, now],
        )
        .await?;
        Ok(id)
    }

    /// Keeps what the candidate did.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the row is gone, as after a no.
    pub async fn end_shadow(&mut self, id: ShadowId, candidate: &Side, body: &str) -> Result<(), StoreError> {
        let moved = self
            .execute(
                "update shadows set state = 'compared', shadow = $2, shadow_body = $3 where id = $1 and state = 'waiting'",
                params![id, json(candidate), body],
            )
            .await?;
        if moved == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Something else was asked meanwhile: the pair says nothing, and its words go.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn overtake_shadow(&mut self, id: ShadowId) -> Result<(), StoreError> {
        self.execute(
            "update shadows set state = 'overtaken', present_body = '', shadow_body = '' where id = $1",
            params![id],
        )
        .await?;
        Ok(())
    }

    /// Keeps a made-up pair, for the demo.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_generated_shadow(
        &mut self,
        new: NewShadow<'_>,
        candidate: &Side,
        body: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let id: ShadowId = new_id();
        self.execute(
            "insert into shadows (id, ticket_id, message_id, candidate, state, present, present_body, shadow, shadow_body, lived, made_at)
             values ($1,$2,$3,$4,'compared',$5,$6,$7,$8,'generated',$9)",
            params![id, new.ticket, new.message, new.candidate, json(new.present), new.present_body, json(candidate), body, at],
        )
        .await?;
        Ok(())
    }

    /// Takes away what was drafted beside the drafts of a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_shadows(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        self.execute("delete from shadows where ticket_id = $1", params![ticket]).await?;
        Ok(())
    }
}
