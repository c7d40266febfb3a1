//! Texts drawn for a second look, and what reviewers said of them. The words of a text stay in its draft, so whatever takes them
//! away there takes them away here.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    eval::Severity,
    ids::{AgentId, DraftId, ReviewSampleId, SuggestionId, TicketId},
    review::{Lot, Rubric, Side, Verdict, outcome},
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

/// Texts that are looked at before a draw, at most: the newest.
const CANDIDATES_MAX: i64 = 5_000;
/// Most rows of one answer.
const ROWS_MAX: i64 = 20_000;

/// A text that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its draft.
    pub draft: DraftId,
    /// The ticket.
    pub ticket: TicketId,
    /// Which words of it.
    pub side: Side,
    /// Category of the ticket; empty without one.
    pub category: String,
}

/// A text that waits for a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// The sample.
    pub id: ReviewSampleId,
    /// Category of its ticket when it was drawn.
    pub category: String,
    /// When it was drawn.
    pub drawn_at: Timestamp,
}

/// A text that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSample {
    /// The sample.
    pub id: ReviewSampleId,
    /// The ticket.
    pub ticket: TicketId,
    /// The words.
    pub text: String,
    /// Category of the ticket.
    pub category: String,
    /// What was before whoever wrote it, where that was kept.
    pub retrieval: Option<SuggestionId>,
    /// When the message it answers came; what came later is no part of the question.
    pub until: Timestamp,
    /// How many people are to look.
    pub wanted: i64,
    /// How many did.
    pub done: i64,
    /// What was settled.
    pub settled: Option<Verdict>,
}

/// What one reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Who.
    pub by: String,
    /// The answers.
    pub rubric: Rubric,
    /// Their remark; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// A text whose reviewers came to different verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The sample.
    pub id: ReviewSampleId,
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its category.
    pub category: String,
    /// The words.
    pub text: String,
    /// What each said, the first first.
    pub reviews: Vec<ReviewRow>,
}

/// How many texts of a category were reviewed since, each counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewsDone {
    /// The category; empty for tickets without one.
    pub category: String,
    /// Texts that somebody looked at.
    pub reviewed: i64,
    /// Of these, those that should not have left: the graver word counts until people settle it.
    pub failed: i64,
    /// Of these, those with a severe fault.
    pub severe: i64,
    /// When the last one was looked at.
    pub last: Timestamp,
}

/// Whether the person of `$param` wrote or decided anything about the words of the ticket `t`.
macro_rules! had_a_hand {
    ($param:literal) => {
        concat!(
            "(exists (select 1 from draft_revisions v join drafts y on y.id = v.draft_id where y.ticket_id = t.id and v.agent_id = ",
            $param,
            ") or exists (select 1 from approvals p where p.ticket_id = t.id and p.agent_id = ",
            $param,
            ") or exists (select 1 from draft_rejections j join drafts z on z.id = j.draft_id where z.ticket_id = t.id and j.agent_id = ",
            $param,
            "))"
        )
    };
}

/// The words of a sample `s` with its draft `d`.
macro_rules! sample_text {
    () => {
        "case when s.side = 'sent' then d.body else coalesce(d.machine_body, '') end"
    };
}

macro_rules! review_columns {
    () => {
        "w.correct, w.grounded, w.complete, w.tone, w.would_send, w.severity, w.failure"
    };
}

pub(crate) fn rubric(c: &mut Columns<'_>) -> Result<Rubric, StoreError> {
    Ok(Rubric {
        correct: c.take()?,
        grounded: c.take()?,
        complete: c.take()?,
        tone: c.take()?,
        would_send: c.take()?,
        severity: c.take()?,
        failure: c.take()?,
    })
}

pub(crate) fn for_work(grant: &Grant) -> Result<(), StoreError> {
    if grant.purpose() == Purpose::Work { Ok(()) } else { Err(StoreError::NotFound) }
}

impl Conn {
    /// Texts since then that may be drawn: letters that left, and what the machine prepared where something else became of it.
    /// Those drawn before are not among them, nor what was prepared for somebody who says no to AI.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn review_candidates(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<Candidate>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                concat!(
                    "select d.id, t.id, x.side, coalesce(t.category, '') from drafts d join tickets t on t.id = d.ticket_id
                     join requesters r on r.id = t.requester_id left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                     join (select 'sent' as side union all select 'prepared') x on
                       (x.side = 'sent' and d.state = 'sent' and d.body <> '')
                       or (x.side = 'prepared' and d.state in ('sent','superseded') and d.machine_body <> '' and (d.state = 'superseded' or d.machine_body <> d.body)
                           and r.ai <> 'out' and coalesce(o.ai, 'default') <> 'out')
                     where ",
                    queue_visible!("t.queue", "$1"),
                    " and d.saved_at >= $2 and d.bulk_id is null and not exists (select 1 from review_samples s where s.draft_id = d.id)
                     order by d.saved_at desc, d.id, x.side limit $3"
                ),
                params![grant.queues(), since, CANDIDATES_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Candidate { draft: c.take()?, ticket: c.take()?, side: c.take()?, category: c.take()? })
            })
            .collect()
    }

    /// Texts that wait for the grant's reader, oldest first: not their own, nor such as they have reviewed.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open_reviews(&mut self, grant: &Grant) -> Result<Vec<OpenReview>, StoreError> {
        for_work(grant)?;
        let Some(reader) = grant.reader() else { return Ok(Vec::new()) };
        let rows = self
            .rows(
                concat!(
                    "select s.id, s.category, s.drawn_at from review_samples s join drafts d on d.id = s.draft_id join tickets t on t.id = s.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and s.settled is null and ", sample_text!(), " <> ''
                     and (select count(*) from reviews w where w.sample_id = s.id) < s.wanted
                     and not exists (select 1 from reviews w where w.sample_id = s.id and w.agent_id = $2) and not ",
                    had_a_hand!("$2"),
                    " order by s.drawn_at, s.id limit $3"
                ),
                params![grant.queues(), reader, ROWS_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(OpenReview { id: c.take()?, category: c.take()?, drawn_at: c.take()? })
            })
            .collect()
    }

    /// One text that was drawn; none any more once its words are gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn review_sample(&mut self, grant: &Grant, id: ReviewSampleId) -> Result<ReviewSample, StoreError> {
        for_work(grant)?;
        let row = self
            .one(
                concat!(
                    "select s.id, t.id, ", sample_text!(), ", s.category,
                     coalesce(d.retrieval_id, (select g.id from suggestions g where g.ticket_id = t.id and g.kind = 'retrieval' and g.made_at <= d.saved_at order by g.made_at desc, g.id desc limit 1)),
                     coalesce((select m.at from messages m where m.id = d.answers), d.created_at), s.wanted,
                     (select count(*) from reviews w where w.sample_id = s.id), s.settled
                     from review_samples s join drafts d on d.id = s.draft_id join tickets t on t.id = s.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and s.id = $2 and ", sample_text!(), " <> ''"
                ),
                params![grant.queues(), id],
            )
            .await?;
        let mut c = row.columns();
        Ok(ReviewSample {
            id: c.take()?,
            ticket: c.take()?,
            text: c.take()?,
            category: c.take()?,
            retrieval: c.take()?,
            until: c.take()?,
            wanted: c.take()?,
            done: c.take()?,
            settled: c.take()?,
        })
    }

    /// Whether a person wrote or decided anything about the words of a ticket, and whether they reviewed the sample.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn stands_to_sample(
        &mut self,
        sample: ReviewSampleId,
        agent: AgentId,
    ) -> Result<(bool, bool), StoreError> {
        let row = self
            .one(
                concat!(
                    "select case when ",
                    had_a_hand!("$2"),
                    " then cast(1 as bigint) else cast(0 as bigint) end, (select count(*) from reviews w where w.sample_id = s.id and w.agent_id = $2)
                     from review_samples s join tickets t on t.id = s.ticket_id where s.id = $1"
                ),
                params![sample, agent],
            )
            .await?;
        let mut c = row.columns();
        let (hand, did): (i64, i64) = (c.take()?, c.take()?);
        Ok((hand > 0, did > 0))
    }

    /// Texts whose reviewers came to different verdicts and nobody settled yet, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn review_disputes(&mut self, grant: &Grant) -> Result<Vec<Dispute>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                concat!(
                    "select s.id, t.id, t.number, s.category, ", sample_text!(), ", a.name, ", review_columns!(), ", w.note, w.at
                     from review_samples s join drafts d on d.id = s.draft_id join tickets t on t.id = s.ticket_id
                     join reviews w on w.sample_id = s.id join agents a on a.id = w.agent_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and s.settled is null and (select count(distinct z.verdict) from reviews z where z.sample_id = s.id) > 1
                     order by s.drawn_at, s.id, w.at limit $2"
                ),
                params![grant.queues(), ROWS_MAX],
            )
            .await?;
        let mut found: Vec<Dispute> = Vec::new();
        for row in &rows {
            let mut c = row.columns();
            let (id, ticket, number, category, text) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
            let by = c.take()?;
            let review = ReviewRow { by, rubric: rubric(&mut c)?, note: c.take()?, at: c.take()? };
            match found.last_mut().filter(|last| last.id == id) {
                Some(last) => last.reviews.push(review),
                None => found.push(Dispute { id, ticket, number, category, text, reviews: vec![review] }),
            }
        }
        Ok(found)
    }

    /// What the first two reviewers of each text said, of those that two looked at since then.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn review_pairs(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<(Rubric, Rubric)>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                concat!(
                    "select s.id, ", review_columns!(), " from review_samples s join tickets t on t.id = s.ticket_id join reviews w on w.sample_id = s.id where ",
                    queue_visible!("t.queue", "$1"),
                    " and s.drawn_at >= $2 and (select count(*) from reviews z where z.sample_id = s.id) >= 2 order by s.id, w.at, w.agent_id limit $3"
                ),
                params![grant.queues(), since, ROWS_MAX],
            )
            .await?;
        let mut by_sample: BTreeMap<ReviewSampleId, Vec<Rubric>> = BTreeMap::new();
        for row in &rows {
            let mut c = row.columns();
            by_sample.entry(c.take()?).or_default().push(rubric(&mut c)?);
        }
        Ok(by_sample.into_values().filter_map(|said| Some((*said.first()?, *said.get(1)?))).collect())
    }

    /// Texts that were reviewed since then by category, of the whole desk; for what is decided about a category. Within one
    /// category every text was as likely to be drawn as any other.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn reviews_by_category(&mut self, since: Timestamp) -> Result<Vec<ReviewsDone>, StoreError> {
        let rows = self
            .rows(
                "select s.id, s.category, s.settled, w.verdict, w.severity, w.at from review_samples s join reviews w on w.sample_id = s.id
                 where w.at >= $1 order by s.category, s.id, w.at",
                params![since],
            )
            .await?;
        let mut texts: BTreeMap<(String, ReviewSampleId), Looked> = BTreeMap::new();
        for row in &rows {
            let mut c = row.columns();
            let (id, category) = (c.take()?, c.take()?);
            let text = texts.entry((category, id)).or_default();
            text.settled = c.take()?;
            text.verdicts.push(c.take()?);
            text.severity = text.severity.max(c.take()?);
            text.last = text.last.max(Some(c.take()?));
        }
        let mut done: Vec<ReviewsDone> = Vec::new();
        for ((category, _), text) in texts {
            let Some(last) = text.last else { continue };
            let fails = outcome(&text.verdicts, text.settled) == Some(Verdict::Fails);
            if done.last().is_none_or(|known| known.category != category) {
                done.push(ReviewsDone { category, reviewed: 0, failed: 0, severe: 0, last });
            }
            if let Some(sum) = done.last_mut() {
                sum.reviewed += 1;
                sum.failed += i64::from(fails);
                sum.severe += i64::from(fails && text.severity == Some(Severity::Severe));
                sum.last = sum.last.max(last);
            }
        }
        Ok(done)
    }

    /// How many texts were drawn since then.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drawn_since(&mut self, since: Timestamp) -> Result<i64, StoreError> {
        self.one("select count(*) from review_samples where drawn_at >= $1", params![since]).await?.columns().take()
    }
}

/// What was said of one text.
#[derive(Default)]
struct Looked {
    settled: Option<Verdict>,
    verdicts: Vec<Verdict>,
    severity: Option<Severity>,
    last: Option<Timestamp>,
}

impl Tx {
    /// Keeps a drawn text; false when it was drawn before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_review_sample(
        &mut self,
        candidate: &Candidate,
        lot: Lot,
        wanted: i64,
    ) -> Result<bool, StoreError> {
        let (id, now): (ReviewSampleId, _) = (new_id(), self.now());
        let new = self
            .execute(
                "insert into review_samples (id, ticket_id, draft_id, side, category, lot, wanted, drawn_at) values ($1,$2,$3,$4,$5,$6,$7,$8)
                 on conflict (draft_id, side) do nothing",
                params![id, candidate.ticket, candidate.draft, candidate.side, &candidate.category, lot, wanted, now],
            )
            .await?;
        Ok(new == 1)
    }

    /// Holds a sample until this transaction ends, so that no more people review it than are wanted.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_review_sample(&mut self, id: ReviewSampleId) -> Result<(), StoreError> {
        self.execute("update review_samples set wanted = wanted where id = $1", params![id]).await?;
        Ok(())
    }

    /// Keeps what a person says of a text; false when they said something before. Its ticket is counted again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_review(
        &mut self,
        sample: &ReviewSample,
        agent: AgentId,
        rubric: &Rubric,
        note: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let new = self
            .execute(
                "insert into reviews (sample_id, agent_id, correct, grounded, complete, tone, would_send, severity, failure, note, verdict, at)
                 values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) on conflict (sample_id, agent_id) do nothing",
                params![
                    sample.id, agent, rubric.correct, rubric.grounded, rubric.complete, rubric.tone, rubric.would_send,
                    rubric.severity, rubric.failure, note, rubric.verdict(), now
                ],
            )
            .await?;
        self.count_again(sample.ticket).await?;
        Ok(new == 1)
    }

    /// Keeps what people settled about a text they saw differently; false when somebody settled it before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn settle_review(
        &mut self,
        sample: &ReviewSample,
        verdict: Verdict,
        reason: &str,
        by: AgentId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let changed = self
            .execute(
                "update review_samples set settled = $2, reason = $3, settled_by = $4, settled_at = $5 where id = $1 and settled is null",
                params![sample.id, verdict, reason, by, now],
            )
            .await?;
        self.count_again(sample.ticket).await?;
        Ok(changed == 1)
    }

    /// What became of a ticket is counted again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn count_again(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update tickets set updated_at = $2 where id = $1", params![ticket, now]).await?;
        Ok(())
    }
}
