//! What went wrong in production, as far as rows tell: which tickets, when, and by which sign. And what a demo made up.

use desk::{
    Timestamp, closed_list,
    coverage::Signal,
    failure::Failure,
    ids::{GeneratedId, TicketId},
};

use crate::{Conn, Grant, Purpose, Store, StoreError, columns::params, grant::queue_visible};

closed_list! {
    /// What was made up.
    pub enum GeneratedKind ("kind of generated failure") {
        /// Something that went wrong.
        Failure = "failure",
        /// A case that covers one.
        Case = "case",
    }
}

/// A failure or a case that never was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Id.
    pub id: GeneratedId,
    /// Which of both.
    pub kind: GeneratedKind,
    /// Queue.
    pub queue: String,
    /// Category.
    pub category: String,
    /// When.
    pub at: Timestamp,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// A sign that something went wrong with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// The ticket.
    pub ticket: TicketId,
    /// When.
    pub at: Timestamp,
    /// Which.
    pub signal: Signal,
    /// What was wrong, where a person said it.
    pub failure: Option<Failure>,
}

impl Conn {
    /// Signs since then within the grant, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn signs_since(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<Sign>, StoreError> {
        if grant.purpose() != Purpose::Index {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                concat!(
                    "select x.ticket_id, x.at, x.signal, x.why from (
                       select d.ticket_id as ticket_id, r.at as at, 'rejected_draft' as signal, coalesce(r.why, '') as why
                         from draft_rejections r join drafts d on d.id = r.draft_id where r.at >= $2
                       union all select o.ticket_id, o.ended_at, 'meaning_changed', '' from outcomes o where o.ended_at >= $2 and o.meaning_changed > 0
                       union all select o.ticket_id, o.ended_at, 'came_back', '' from outcomes o where o.ended_at >= $2 and o.found_later > 0
                       union all select e.ticket_id, coalesce(e.answered_at, e.made_at), 'returned_escalation', '' from escalations e where e.made_at >= $2 and e.returned > 0
                       union all select s.ticket_id, v.at, 'corrected_triage', '' from verdicts v join suggestions s on s.id = v.suggestion_id
                         where v.at >= $2 and s.kind = 'triage' and v.verdict = 'edited' and not exists (select 1 from verdict_withdrawals w where w.verdict_id = v.id)
                     ) x join tickets t on t.id = x.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " order by x.at, x.ticket_id, x.signal"
                ),
                params![grant.queues(), since],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let damaged = |_| StoreError::Damaged { what: "a sign of a failure".to_owned() };
                let (ticket, at) = (c.take()?, c.take()?);
                let signal = c.take::<String>()?.parse().map_err(damaged)?;
                Ok(Sign { ticket, at, signal, failure: c.take::<String>()?.parse().ok() })
            })
            .collect()
    }

    /// What was made up since then, oldest first; of all queues, for counting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn generated_failures(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<Generated>, StoreError> {
        if grant.purpose() != Purpose::Index {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select id, kind, queue, category, at, subject, text from generated_failures where at >= $1 order by at, id",
                params![since],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Generated {
                    id: c.take()?,
                    kind: c.take()?,
                    queue: c.take()?,
                    category: c.take()?,
                    at: c.take()?,
                    subject: c.take()?,
                    text: c.take()?,
                })
            })
            .collect()
    }
}

impl Store {
    /// Keeps what was made up, once: where anything is, nothing is added. Nobody did anything, so there is no entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_generated_failures(&self, rows: &[Generated]) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        if tx.maybe("select 1 from generated_failures limit 1", params![]).await?.is_none() {
            for row in rows {
                tx.execute(
                    "insert into generated_failures (id, kind, queue, category, at, subject, text) values ($1,$2,$3,$4,$5,$6,$7)",
                    params![row.id, row.kind, &row.queue, &row.category, row.at, &row.subject, &row.text],
                )
                .await?;
            }
        }
        tx.commit().await
    }
}
