//! What failed within a time, as people said it, and who is told of it by mail.

use desk::{
    Timestamp, closed_list,
    draft::Sentence,
    ids::{AgentId, SuggestionId, TicketId},
    weekly::Fault,
};

use crate::{Conn, Grant, StoreError, Tx, columns::params, grant::queue_visible};

/// Most failures of one week that are looked at.
const FAILED_MAX: i64 = 1_000;

closed_list! {
    /// Whether somebody gets the week by mail.
    pub enum DigestMail ("setting of the weekly mail") {
        /// They do.
        On = "on",
        /// They do not.
        Off = "off",
    }
}

/// Something that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// How.
    pub fault: Fault,
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its queue.
    pub queue: String,
    /// Its category; empty without one.
    pub category: String,
    /// What was wrong, where somebody said so.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was before the draft that failed, and what it stated.
    pub draft: Option<(SuggestionId, Vec<Sentence>)>,
}

impl Conn {
    /// What failed from then to then, within the grant, newest first; at most 1,000. The graver of two words on one text counts.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn failures(
        &mut self,
        grant: &Grant,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<Failed>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select f.fault, t.id, t.number, t.queue, coalesce(t.category, ''), f.why, f.at, d.retrieval_id, d.machine_sentences from (
                       select 'rejected' as fault, x.ticket_id, j.why, j.at, x.id as draft_id from draft_rejections j join drafts x on x.id = j.draft_id
                       union all select 'second_look', q.ticket_id, min(w.failure), max(w.at), min(q.draft_id) from review_samples q join reviews w on w.sample_id = q.id
                         where w.verdict = 'fails' and coalesce(q.settled, 'fails') = 'fails' group by q.id, q.ticket_id
                       union all select 'low_rating', s.ticket_id, null, s.answered_at, null from surveys s where s.rating <= 2
                       union all select 'returned', e.ticket_id, null, e.answered_at, null from escalations e where e.returned > 0
                       union all select 'corrected', g.ticket_id, null, v.at, null from verdicts v join suggestions g on g.id = v.suggestion_id
                         where v.verdict = 'edited' and v.value is not null and not exists (select 1 from verdict_withdrawals o where o.verdict_id = v.id)
                     ) f join tickets t on t.id = f.ticket_id left join drafts d on d.id = f.draft_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and f.at >= $2 and f.at < $3 order by f.at desc, t.id limit $4"
                ),
                params![grant.queues(), from, until, FAILED_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let word: String = c.take()?;
                let fault = word.parse().map_err(|_| StoreError::Damaged { what: "a failure".to_owned() })?;
                let (ticket, number, queue, category) = (c.take()?, c.take()?, c.take()?, c.take()?);
                let (why, at) = (c.take()?, c.take()?);
                let draft = c.take::<Option<SuggestionId>>()?.zip(c.maybe_json()?);
                Ok(Failed { fault, ticket, number, queue, category, why, at, draft })
            })
            .collect()
    }

    /// Whether somebody gets the week by mail, and which week they got last. None where they never said.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn digest_of(&mut self, agent: AgentId) -> Result<(Option<DigestMail>, Option<Timestamp>), StoreError> {
        let row = self.maybe("select mail, mailed_week from digests where agent_id = $1", params![agent]).await?;
        let Some(row) = row else { return Ok((None, None)) };
        let mut c = row.columns();
        let word: String = c.take()?;
        Ok((word.parse().ok(), c.take()?))
    }
}

impl Tx {
    /// Somebody wants the week by mail, or does not.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_digest_mail(&mut self, agent: AgentId, mail: DigestMail) -> Result<(), StoreError> {
        self.execute(
            "insert into digests (agent_id, mail) values ($1,$2) on conflict (agent_id) do update set mail = excluded.mail",
            params![agent, mail.word()],
        )
        .await?;
        Ok(())
    }

    /// They got this week; false when they had it before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn digest_mailed(&mut self, agent: AgentId, week: Timestamp) -> Result<bool, StoreError> {
        let new = self
            .execute(
                "insert into digests (agent_id, mail, mailed_week) values ($1,'on',$2) on conflict (agent_id) do update set mailed_week = excluded.mailed_week
                 where coalesce(digests.mailed_week, 0) < excluded.mailed_week",
                params![agent, week],
            )
            .await?;
        Ok(new == 1)
    }
}
