//! Replies to many: the text, whom it is for, who was left out, and what its person read. What was approved and left
//! is the door's to tell.

use desk::{
    Digest, Timestamp,
    bulk::LeftOut,
    ids::{AgentId, BulkId, DraftId, TicketId},
    terms::Signers,
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

/// A reply to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Id.
    pub id: BulkId,
    /// Who prepared it.
    pub agent: AgentId,
    /// Their name.
    pub by: String,
    /// The text with its slots.
    pub template: String,
    /// How many people it asks for.
    pub people: Signers,
    /// When it was last stopped.
    pub stopped_at: Option<Timestamp>,
    /// Who stopped it.
    pub stopped_by: Option<String>,
    /// When it was prepared.
    pub created_at: Timestamp,
}

/// A reply to many, to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewBulk<'a> {
    /// Who prepares it.
    pub agent: AgentId,
    /// The text with its slots.
    pub template: &'a str,
    /// How many people it asks for.
    pub people: Signers,
}

/// One letter of it that can still be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkLetter {
    /// Its draft.
    pub draft: DraftId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// Length of the text, in bytes.
    pub length: usize,
    /// Whether it answers the newest message; one that was overtaken needs an answer of its own.
    pub is_current: bool,
}

macro_rules! bulk_select {
    ($rest:literal) => {
        concat!(
            "select b.id, b.agent_id, a.name, b.template, b.people, b.stopped_at, s.name, b.created_at
         from bulk_replies b join agents a on a.id = b.agent_id left join agents s on s.id = b.stopped_by
         where exists (select 1 from drafts d join tickets t on t.id = d.ticket_id where d.bulk_id = b.id and ",
            queue_visible!("t.queue", "$1"),
            ")",
            $rest
        )
    };
}

fn bulk(mut c: Columns<'_>) -> Result<Bulk, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "a bulk reply".to_owned() };
    Ok(Bulk {
        id: c.take()?,
        agent: c.take()?,
        by: c.take()?,
        template: c.take()?,
        people: c.take::<String>()?.parse().map_err(damaged)?,
        stopped_at: c.take()?,
        stopped_by: c.take()?,
        created_at: c.take()?,
    })
}

impl Tx {
    /// Keeps a reply to many; its letters are drafts that name it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_bulk(&mut self, new: NewBulk<'_>) -> Result<BulkId, StoreError> {
        let (id, now): (BulkId, _) = (new_id(), self.now());
        self.execute(
            "insert into bulk_replies (id, agent_id, template, people, created_at) values ($1,$2,$3,$4,$5)",
            params![id, new.agent, new.template, new.people.word(), now],
        )
        .await?;
        Ok(id)
    }

    /// Leaves a ticket out of it, with the reason.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn leave_out(
        &mut self,
        bulk: BulkId,
        ticket: TicketId,
        why: LeftOut,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into bulk_left_out (bulk_id, ticket_id, why, detail) values ($1,$2,$3,$4)
             on conflict (bulk_id, ticket_id) do update set why = excluded.why, detail = excluded.detail",
            params![bulk, ticket, why.word(), detail],
        )
        .await?;
        Ok(())
    }

    /// Notes that a person opened one letter of it, as frozen under `digest`; the newest counts.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn note_reading(
        &mut self,
        bulk: BulkId,
        draft: DraftId,
        agent: AgentId,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into bulk_readings (bulk_id, draft_id, agent_id, at, digest) values ($1,$2,$3,$4,$5)
             on conflict (bulk_id, draft_id, agent_id) do update set at = excluded.at, digest = excluded.digest",
            params![bulk, draft, agent, now, digest],
        )
        .await?;
        Ok(())
    }

    /// Stops it: the door lets nothing of it leave that was approved before now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn stop_bulk(&mut self, bulk: BulkId, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update bulk_replies set stopped_at = $2, stopped_by = $3 where id = $1",
            params![bulk, now, agent],
        )
        .await?;
        Ok(())
    }

    /// Puts its open drafts aside; returns how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn discard_bulk(&mut self, grant: &Grant, bulk: BulkId) -> Result<u64, StoreError> {
        let tickets = concat!("update tickets set draft = 'none', draft_why = null, revision = revision + 1, updated_at = $3 where id in
             (select d.ticket_id from drafts d join tickets t on t.id = d.ticket_id where d.bulk_id = $2 and d.state = 'open' and ",
            queue_visible!("t.queue", "$1"), ")");
        let now = self.now();
        self.execute(tickets, params![grant.queues(), bulk, now]).await?;
        let drafts = concat!(
            "update drafts set state = 'superseded' where bulk_id = $2 and state = 'open' and ticket_id in
             (select t.id from tickets t where ",
            queue_visible!("t.queue", "$1"),
            ")"
        );
        self.execute(drafts, params![grant.queues(), bulk]).await
    }
}

impl Conn {
    /// One reply to many.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no letter of it is within the grant.
    pub async fn bulk(&mut self, grant: &Grant, id: BulkId) -> Result<Bulk, StoreError> {
        let row = self.one(bulk_select!(" and b.id = $2"), params![grant.queues(), id]).await?;
        bulk(row.columns())
    }

    /// The newest of them, at most 20.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn bulks(&mut self, grant: &Grant) -> Result<Vec<Bulk>, StoreError> {
        let rows =
            self.rows(bulk_select!(" order by b.created_at desc, b.id desc limit 20"), params![grant.queues()]).await?;
        rows.iter().map(|row| bulk(row.columns())).collect()
    }

    /// Its letters that are still open, in their order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open_letters(&mut self, grant: &Grant, bulk: BulkId) -> Result<Vec<BulkLetter>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select d.id, t.id, t.number, d.body, case when d.answers is not distinct from t.last_inbound_id then cast(1 as bigint) else cast(0 as bigint) end from drafts d join tickets t on t.id = d.ticket_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and d.bulk_id = $2 and d.state = 'open' order by t.number, d.id"
                ),
                params![grant.queues(), bulk],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(BulkLetter {
                    draft: c.take()?,
                    ticket: c.take()?,
                    number: c.take()?,
                    length: c.take::<String>()?.len(),
                    is_current: c.take::<i64>()? == 1,
                })
            })
            .collect()
    }

    /// Who was left out: ticket, its number, why and which slot or rule.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn left_out(
        &mut self,
        grant: &Grant,
        bulk: BulkId,
    ) -> Result<Vec<(TicketId, i64, LeftOut, String)>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select t.id, t.number, l.why, l.detail from bulk_left_out l join tickets t on t.id = l.ticket_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and l.bulk_id = $2 order by t.number"
                ),
                params![grant.queues(), bulk],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (ticket, number, why): (_, _, String) = (c.take()?, c.take()?, c.take()?);
                let why =
                    why.parse().map_err(|_| StoreError::Damaged { what: "a reason in a bulk reply".to_owned() })?;
                Ok((ticket, number, why, c.take()?))
            })
            .collect()
    }

    /// Which frozen letters of it a person opened, and when.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn readings(
        &mut self,
        bulk: BulkId,
        agent: AgentId,
    ) -> Result<Vec<(DraftId, Digest, Timestamp)>, StoreError> {
        let rows = self
            .rows(
                "select draft_id, digest, at from bulk_readings where bulk_id = $1 and agent_id = $2 order by at, draft_id",
                params![bulk, agent],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?, c.take()?))
            })
            .collect()
    }

    /// The reply to many that a draft is a letter of.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is of none, or outside the grant.
    pub async fn bulk_of_draft(&mut self, grant: &Grant, draft: DraftId) -> Result<BulkId, StoreError> {
        let row = self
            .one(
                concat!(
                    "select d.bulk_id from drafts d join tickets t on t.id = d.ticket_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and d.id = $2 and d.bulk_id is not null"
                ),
                params![grant.queues(), draft],
            )
            .await?;
        row.columns().take()
    }
}
