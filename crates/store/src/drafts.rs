//! Drafts and their revisions. Approving one is the door's business, not this file's.

use desk::{
    Timestamp,
    draft::{Composed, DraftOrigin, DraftState, Sentence},
    ids::{AgentId, BulkId, DraftId, ExchangeId, MessageId, SuggestionId, TicketId, VersionId},
    knowledge::may_ground,
    persona::Chosen,
    rewrite::apply::Applied,
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params, to_json},
    dialect,
    grant::queue_visible,
    new_id,
};

/// A draft as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftRow {
    /// Id.
    pub id: DraftId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it answers.
    pub answers: Option<MessageId>,
    /// What was put before the drafter.
    pub retrieval: Option<SuggestionId>,
    /// Who wrote the first version.
    pub origin: DraftOrigin,
    /// Where it is.
    pub state: DraftState,
    /// Counts every edit, from 1.
    pub revision: i64,
    /// The text now.
    pub body: String,
    /// The text as the machine wrote it.
    pub machine_body: Option<String>,
    /// The machine's sentences.
    pub machine_sentences: Vec<Sentence>,
    /// The machine's words in it once some were rewritten, with their sentences.
    pub rewritten: Option<(String, Vec<Sentence>)>,
    /// Doubts in words.
    pub doubts: Vec<String>,
    /// The drafter's own score.
    pub score: Option<f64>,
    /// What the model was given and said.
    pub exchange: Option<ExchangeId>,
    /// The voice it was made in; none for drafts of earlier versions.
    pub voice: Option<Chosen>,
    /// The calibrated chance that it is sent without a changed fact; none where too little is known.
    pub confidence: Option<f64>,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// When it was looked at again after a night.
    pub checked_at: Option<Timestamp>,
}

impl DraftRow {
    /// What of its words is the machine's, and its sentences: with what was rewritten since.
    #[must_use]
    pub fn machines(&self) -> (Option<&str>, &[Sentence]) {
        match &self.rewritten {
            Some((body, sentences)) => (Some(body), sentences),
            None => (self.machine_body.as_deref(), &self.machine_sentences),
        }
    }
}

/// A draft after words of it were rewritten.
#[derive(Debug, Clone, Copy)]
pub struct RewrittenDraft<'a> {
    /// Its text and what in it is the machine's.
    pub applied: &'a Applied,
    /// What rewrote it, for people.
    pub by: &'a str,
    /// What a model was given and said for it.
    pub exchange: Option<ExchangeId>,
}

/// One saved version of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftVersion {
    /// Counts from 1.
    pub revision: i64,
    /// Who saved it; none for the machine.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The text.
    pub body: String,
    /// What rewrote words of it; none where a person typed.
    pub rewritten_by: Option<String>,
}

/// What became of one draft of the machine.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftEnd {
    /// Category of its ticket.
    pub category: Option<String>,
    /// The drafter's own score.
    pub score: f64,
    /// The machine's sentences.
    pub machine_sentences: Vec<Sentence>,
    /// The letter that left in answer to the same message, whoever wrote it.
    pub sent: String,
    /// Whether a reviewer found that what the machine states is wrong.
    pub found_wrong: bool,
}

/// Sentences of a draft that stand in a past reply and in no source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidBefore {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// When the draft was made.
    pub at: Timestamp,
    /// The draft's doubts in words, those among them.
    pub doubts: Vec<String>,
}

/// A draft to be kept.
#[derive(Debug, Clone)]
pub struct NewDraft<'a> {
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it answers.
    pub answers: Option<MessageId>,
    /// What was put before the drafter.
    pub retrieval: Option<SuggestionId>,
    /// Who writes it.
    pub origin: DraftOrigin,
    /// Its words; empty sentences for a person's.
    pub composed: &'a Composed,
    /// What the model was given and said.
    pub exchange: Option<ExchangeId>,
    /// The voice it is made in.
    pub voice: Option<&'a Chosen>,
    /// The calibrated chance that it is sent without a changed fact.
    pub confidence: Option<f64>,
    /// The person, when one writes it.
    pub agent: Option<AgentId>,
    /// The reply to many it is a letter of.
    pub bulk: Option<BulkId>,
}

macro_rules! draft_select {
    ($rest:literal) => {
        concat!("select d.id, d.ticket_id, d.answers, d.retrieval_id, d.origin, d.state, d.revision, d.body, d.machine_body, d.machine_sentences, d.rewritten_body, d.rewritten_sentences, d.doubts, d.score, d.exchange_id, d.voice, d.confidence, d.saved_at, d.checked_at
         from drafts d join tickets t on t.id = d.ticket_id where ", queue_visible!("t.queue", "$1"), $rest)
    };
}

fn draft(mut c: Columns<'_>) -> Result<DraftRow, StoreError> {
    Ok(DraftRow {
        id: c.take()?,
        ticket: c.take()?,
        answers: c.take()?,
        retrieval: c.take()?,
        origin: c.take()?,
        state: c.take()?,
        revision: c.take()?,
        body: c.take()?,
        machine_body: c.take()?,
        machine_sentences: c.json()?,
        rewritten: c.take::<Option<String>>()?.zip(c.maybe_json()?),
        doubts: c.json()?,
        score: c.take()?,
        exchange: c.take()?,
        voice: c.maybe_json()?,
        confidence: c.take()?,
        saved_at: c.take()?,
        checked_at: c.take()?,
    })
}

impl Tx {
    /// Holds a ticket's drafts until this transaction ends: what is read of them after this stays true.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_drafts(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        for lock in dialect::drafts_locks(self.is_postgres()) {
            self.rows(lock, params![ticket]).await?;
        }
        Ok(())
    }

    /// Keeps a new draft; open drafts before it are superseded.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_draft(&mut self, new: NewDraft<'_>) -> Result<DraftId, StoreError> {
        let (id, now): (DraftId, _) = (new_id(), self.now());
        let sentences = to_json(&new.composed.sentences)?;
        let doubts = to_json(&new.composed.doubts)?;
        let voice = new.voice.map(to_json).transpose()?;
        let machine_body = (new.origin != DraftOrigin::Agent).then_some(new.composed.body.as_str());
        self.execute(
            "update drafts set state = 'superseded' where ticket_id = $1 and state = 'open'",
            params![new.ticket],
        )
        .await?;
        self.execute(
            "insert into drafts (id, ticket_id, answers, retrieval_id, origin, state, revision, body, machine_body, machine_sentences, doubts, score, exchange_id, saved_at, created_at, bulk_id, voice, confidence)
             values ($1,$2,$3,$4,$5,'open',1,$6,$7,$8,$9,$10,$11,$12,$12,$13,$14,$15)",
            params![id, new.ticket, new.answers, new.retrieval, new.origin, &new.composed.body, machine_body, sentences, doubts, new.composed.score, new.exchange, now, new.bulk, voice, new.confidence],
        )
        .await?;
        self.add_revision(id, 1, &new.composed.body, new.agent).await?;
        Ok(id)
    }

    async fn add_revision(
        &mut self,
        id: DraftId,
        revision: i64,
        body: &str,
        agent: Option<AgentId>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into draft_revisions (draft_id, revision, body, agent_id, at) values ($1,$2,$3,$4,$5)",
            params![id, revision, body, agent, now],
        )
        .await?;
        Ok(())
    }

    /// Saves a person's text over `revision`; returns the new revision.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the draft moved on or is no longer open.
    pub async fn edit_draft(
        &mut self,
        id: DraftId,
        revision: i64,
        body: &str,
        agent: AgentId,
    ) -> Result<i64, StoreError> {
        let now = self.now();
        let touched = self
            .execute("update drafts set body = $3, revision = revision + 1, saved_at = $4 where id = $1 and revision = $2 and state = 'open'", params![id, revision, body, now])
            .await?;
        if touched == 0 {
            return Err(StoreError::Stale);
        }
        self.add_revision(id, revision + 1, body, Some(agent)).await?;
        Ok(revision + 1)
    }

    /// Saves a text in which the machine rewrote words at a person's wish; returns the new revision.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the draft moved on or is no longer open.
    pub async fn rewrite_draft(
        &mut self,
        id: DraftId,
        revision: i64,
        new: RewrittenDraft<'_>,
        agent: AgentId,
    ) -> Result<i64, StoreError> {
        let RewrittenDraft { applied, by, exchange } = new;
        let now = self.edit_draft(id, revision, &applied.body, agent).await?;
        let sentences = to_json(&applied.sentences)?;
        self.execute(
            "update drafts set rewritten_body = $2, rewritten_sentences = $3 where id = $1",
            params![id, &applied.machine, sentences],
        )
        .await?;
        self.execute(
            "update draft_revisions set rewritten_by = $3, exchange_id = $4 where draft_id = $1 and revision = $2",
            params![id, now, by, exchange],
        )
        .await?;
        Ok(now)
    }

    /// Sets an open draft aside; its text stays among its revisions.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not open any more.
    pub async fn set_draft_aside(&mut self, id: DraftId) -> Result<(), StoreError> {
        match self
            .execute("update drafts set state = 'superseded' where id = $1 and state = 'open'", params![id])
            .await?
        {
            0 => Err(StoreError::Stale),
            _ => Ok(()),
        }
    }

    /// Ends every open draft of a ticket: a new question came.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn supersede_untouched_drafts(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        self.execute("update drafts set state = 'superseded' where ticket_id = $1 and state = 'open' and revision = 1 and origin <> 'agent'", params![ticket]).await?;
        Ok(())
    }
}

impl Tx {
    /// Writes down that a draft was looked at again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn draft_checked(&mut self, draft: DraftId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update drafts set checked_at = $2 where id = $1", params![draft, now]).await?;
        Ok(())
    }
}

impl Conn {
    /// Tickets that wait with a draft nobody touched, made within a time and not looked at since its end; at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn night_drafts(
        &mut self,
        (from, until): (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<Vec<TicketId>, StoreError> {
        let rows = self
            .rows(
                "select distinct t.id from tickets t join drafts d on d.ticket_id = t.id
                 where t.waiting = 1 and t.draft = 'ready' and d.state = 'open' and d.revision = 1 and d.origin <> 'agent'
                 and d.created_at >= $1 and d.created_at < $2 and coalesce(d.checked_at, 0) < $2 order by t.id limit $3",
                params![from, until, limit],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Whether each version is its article's current one and may ground a reply still, as the door asks it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_current(&mut self, version: VersionId, now: Timestamp) -> Result<bool, StoreError> {
        let row = self
            .maybe(
                "select a.state, case when s.audience = 'internal' then s.audience else a.audience end, a.review_by
                 from articles a join sources s on s.id = a.source_id where a.current_version = $1",
                params![version],
            )
            .await?;
        let Some(row) = row else { return Ok(false) };
        let mut c = row.columns();
        Ok(may_ground(c.take()?, c.take()?, c.take()?, now))
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn draft(&mut self, grant: &Grant, id: DraftId) -> Result<DraftRow, StoreError> {
        let row = self.one(draft_select!(" and d.id = $2"), params![grant.queues(), id]).await?;
        draft(row.columns())
    }

    /// What became of the machine's newest drafts of an origin, newest letters first: the draft that was answered to a message
    /// beside the letter that left in answer to it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn draft_ends(
        &mut self,
        grant: &Grant,
        origin: DraftOrigin,
        limit: i64,
    ) -> Result<Vec<DraftEnd>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.category, m.score, m.machine_sentences, s.body,
                 case when exists (select 1 from review_samples q join reviews w on w.sample_id = q.id where q.draft_id = m.id and w.correct = 'no'
                   and coalesce(q.settled, 'fails') = 'fails' and (q.side = 'prepared' or s.body = m.machine_body)) then cast(1 as bigint) else cast(0 as bigint) end
                 from drafts s join tickets t on t.id = s.ticket_id
                 join drafts m on m.ticket_id = s.ticket_id and m.answers = s.answers
                 where ", queue_visible!("t.queue", "$1"), " and s.state = 'sent' and (m.id = s.id or s.origin = 'agent') and m.origin = $2
                 and m.score is not null and m.machine_body is not null
                 and m.created_at = (select max(x.created_at) from drafts x where x.ticket_id = m.ticket_id and x.answers = m.answers and x.origin = m.origin)
                 order by s.saved_at desc, s.id limit $3"),
                params![grant.queues(), origin, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(DraftEnd {
                    category: c.take()?,
                    score: c.take()?,
                    machine_sentences: c.json()?,
                    sent: c.take()?,
                    found_wrong: c.take::<i64>()? == 1,
                })
            })
            .collect()
    }

    /// Drafts since an instant one of whose doubts begins with these words, newest first, at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drafts_in_doubt(
        &mut self,
        grant: &Grant,
        begins: &str,
        since: Timestamp,
    ) -> Result<Vec<SaidBefore>, StoreError> {
        let rows = self
            .rows(
                concat!("select d.ticket_id, t.number, d.created_at, d.doubts from drafts d join tickets t on t.id = d.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and d.created_at >= $2 and d.doubts like '%' || $3 || '%'
                 order by d.created_at desc, d.id desc limit 200"),
                params![grant.queues(), since, begins],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(SaidBefore { ticket: c.take()?, number: c.take()?, at: c.take()?, doubts: c.json()? })
            })
            .collect()
    }

    /// Who wrote or changed a draft, each person once, the latest last.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn draft_writers(&mut self, grant: &Grant, id: DraftId) -> Result<Vec<(AgentId, String)>, StoreError> {
        let rows = self
            .rows(
                concat!("select a.id, a.name from draft_revisions v join agents a on a.id = v.agent_id join drafts d on d.id = v.draft_id join tickets t on t.id = d.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and d.id = $2 group by a.id, a.name order by max(v.revision)"),
                params![grant.queues(), id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// Every saved version of a draft, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn draft_versions(&mut self, grant: &Grant, id: DraftId) -> Result<Vec<DraftVersion>, StoreError> {
        let rows = self
            .rows(
                concat!("select v.revision, a.name, v.at, v.body, v.rewritten_by from draft_revisions v left join agents a on a.id = v.agent_id join drafts d on d.id = v.draft_id join tickets t on t.id = d.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and d.id = $2 order by v.revision"),
                params![grant.queues(), id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(DraftVersion {
                    revision: c.take()?,
                    by: c.take()?,
                    at: c.take()?,
                    body: c.take()?,
                    rewritten_by: c.take()?,
                })
            })
            .collect()
    }

    /// The draft on a ticket's desk: open or approved, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn current_draft(&mut self, grant: &Grant, ticket: TicketId) -> Result<Option<DraftRow>, StoreError> {
        let row = self
            .maybe(
                draft_select!(
                    " and t.id = $2 and d.state in ('open','approved') order by d.created_at desc, d.id desc limit 1"
                ),
                params![grant.queues(), ticket],
            )
            .await?;
        row.map(|row| draft(row.columns())).transpose()
    }
}
