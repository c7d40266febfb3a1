//! Answers as they stand: what was corrected, what can be taken back, what is learnt from. Whether an answer stands is a query, never a second column.

use desk::{
    Timestamp,
    correction::{Changes, Sorting},
    ids::{AgentId, SuggestionId, TicketId, VerdictId},
    people::AiSetting,
    suggestion::VerdictKind,
    triage::Triage,
};
use serde::Deserialize;

use crate::{
    AgentSession, Conn, Grant, Page, Purpose, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    tickets::flag_words,
};

/// Newest corrections that are learnt from.
const LEARNT_MAX: i64 = 5_000;

/// `v` is the newest answer to its suggestion that nobody took back.
macro_rules! stands {
    () => {
        "not exists (select 1 from verdict_withdrawals w where w.verdict_id = v.id)
         and not exists (select 1 from verdicts n where n.suggestion_id = v.suggestion_id and (n.at > v.at or (n.at = v.at and n.id > v.id))
                         and not exists (select 1 from verdict_withdrawals x where x.verdict_id = n.id))"
    };
}
pub(crate) use stands;

/// An answer with what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenVerdict {
    /// Id.
    pub id: VerdictId,
    /// What it answers.
    pub suggestion: SuggestionId,
    /// The ticket.
    pub ticket: TicketId,
    /// Who gave it.
    pub agent: AgentId,
    /// Kind.
    pub verdict: VerdictKind,
    /// The right category, when it was that which changed.
    pub category: Option<String>,
    /// What it changed on the ticket.
    pub changes: Option<Changes>,
    /// Whether it stands: newest, and not taken back.
    pub stands: bool,
}

/// A correction as listed.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionLine {
    /// Its answer.
    pub verdict: VerdictId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// What the machine had said.
    pub from: Option<String>,
    /// What the person said.
    pub to: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// A text with what a person called it.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// The answer.
    pub verdict: VerdictId,
    /// The ticket.
    pub ticket: TicketId,
    /// The message's subject.
    pub subject: String,
    /// Its newest part.
    pub latest: String,
    /// The right category.
    pub category: String,
    /// When the person said so.
    pub at: Timestamp,
    /// What requester and organization said about AI.
    pub said: (AiSetting, AiSetting),
}

/// A past case or corrected ticket that a suggestion resembles.
#[derive(Debug, Clone, PartialEq)]
pub struct NearCase {
    /// Ticket.
    pub ticket: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// Category key.
    pub category: Option<String>,
    /// Cosine.
    pub similarity: f64,
    /// What requester and organization said about AI.
    pub said: (AiSetting, AiSetting),
}

/// A suggestion with what became of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Ticket.
    pub ticket: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// What was suggested.
    pub look: Triage,
    /// Probability of a decision; none when the machine abstained.
    pub confidence: Option<f64>,
    /// Whether it was drawn for a real look.
    pub sampled: bool,
    /// When it was made.
    pub at: Timestamp,
    /// The answer that stands, with the right category when that changed.
    pub verdict: Option<(VerdictKind, Option<String>)>,
    /// When the first reply after it left.
    pub replied_at: Option<Timestamp>,
    /// When the next suggestion took its place.
    pub next_at: Option<Timestamp>,
}

fn json<T: for<'de> Deserialize<'de>>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Damaged { what: format!("{what}: {e}") })
}

/// Looks that somebody answered, or replied after.
macro_rules! answered_select {
    ($($which:expr),+) => {
        concat!("select * from (select t.id, t.number, t.subject, s.value, s.confidence, s.sampled, s.made_at, v.verdict, v.value as category,
                   (select min(m.at) from messages m where m.ticket_id = s.ticket_id and m.direction = 'outbound' and m.agent_id is not null and m.at >= s.made_at) as replied_at,
                   (select min(y.made_at) from suggestions y where y.ticket_id = s.ticket_id and y.kind = 'triage' and y.made_at > s.made_at) as next_at
                 from suggestions s join tickets t on t.id = s.ticket_id left join verdicts v on v.suggestion_id = s.id and ", stands!(), "
                 where ", $($which,)+ ") as found
                 where found.verdict is not null or found.replied_at is not null order by found.made_at")
    };
}

impl Conn {
    /// One answer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or none for this grant.
    pub async fn verdict(&mut self, grant: &Grant, id: VerdictId) -> Result<GivenVerdict, StoreError> {
        let row = self
            .one(
                concat!(
                    "select v.id, v.suggestion_id, t.id, v.agent_id, v.verdict, v.value, v.changes, case when ",
                    stands!(),
                    " then cast(1 as bigint) else cast(0 as bigint) end
                 from verdicts v join suggestions s on s.id = v.suggestion_id join tickets t on t.id = s.ticket_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and v.id = $2"
                ),
                params![grant.queues(), id],
            )
            .await?;
        let mut c = row.columns();
        let (id, suggestion, ticket, agent, verdict, category) =
            (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
        let changes: Option<String> = c.take()?;
        let stands: i64 = c.take()?;
        let changes = changes.map(|text| json(&text, "changes")).transpose()?;
        Ok(GivenVerdict { id, suggestion, ticket, agent, verdict, category, changes, stands: stands == 1 })
    }

    /// Who gave the answer that stands on a suggestion, and what it says in a word.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn standing_verdict(
        &mut self,
        suggestion: SuggestionId,
    ) -> Result<Option<(VerdictId, AgentId, String)>, StoreError> {
        let row = self
            .maybe(
                concat!("select v.id, v.agent_id, a.name from verdicts v join agents a on a.id = v.agent_id where v.suggestion_id = $1 and ", stands!()),
                params![suggestion],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?, c.take()?))
        })
        .transpose()
    }

    /// Whether a person's category stands on a ticket, said of it or of one it followed; a machine does not overrule them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn has_persons_category(&mut self, ticket: TicketId) -> Result<bool, StoreError> {
        let row = self
            .maybe(
                concat!(
                    "select 1 from verdicts v join suggestions s on s.id = v.suggestion_id
                 where s.ticket_id = $1 and v.verdict = 'edited' and v.value is not null and ",
                    stands!(),
                    " union all select 1 from moves where ticket_id = $1 and restored_at is null limit 1"
                ),
                params![ticket],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Corrections of categories, newest first, also those taken back; not those that a later answer replaced.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn corrections(
        &mut self,
        grant: &Grant,
        after: Option<(Timestamp, VerdictId)>,
        limit: i64,
    ) -> Result<Page<CorrectionLine>, StoreError> {
        let limit = limit.clamp(1, 200);
        let (at, id) = after.map_or((i64::MAX, "~".to_owned()), |(at, id)| (at.micros(), id.to_string()));
        let rows = self
            .rows(
                concat!("select v.id, v.at, a.name, t.id, t.number, s.value, v.value, v.reason, case when w.verdict_id is null then cast(0 as bigint) else cast(1 as bigint) end
                 from verdicts v join agents a on a.id = v.agent_id join suggestions s on s.id = v.suggestion_id join tickets t on t.id = s.ticket_id
                 left join verdict_withdrawals w on w.verdict_id = v.id
                 where ", queue_visible!("t.queue", "$1"), " and v.verdict = 'edited' and v.value is not null and s.kind = 'triage'
                 and (w.verdict_id is not null or (", stands!(), ")) and (v.at < $2 or (v.at = $2 and v.id < $3)) order by v.at desc, v.id desc limit $4"),
                params![grant.queues(), at, id, limit + 1],
            )
            .await?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        let items = rows.iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).map(|row| correction(row.columns()));
        Ok(Page { items: items.collect::<Result<_, _>>()?, more })
    }

    /// Standing corrections of categories with the words they are about, oldest first; the newest
    /// few thousand. Never of mail that a machine wrote.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn learnt(&mut self, grant: &Grant) -> Result<Vec<Learnt>, StoreError> {
        if grant.purpose() != Purpose::Index {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                concat!("select v.id, t.id, m.subject, m.latest, v.value, v.at, r.ai, coalesce(o.ai, 'default')
                 from verdicts v join suggestions s on s.id = v.suggestion_id join tickets t on t.id = s.ticket_id join messages m on m.id = s.message_id
                 join requesters r on r.id = t.requester_id left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 join categories c on c.key = v.value
                 where v.verdict = 'edited' and s.kind = 'triage' and m.machine is null and ", stands!(), " order by v.at desc, v.id desc limit $1"),
                params![LEARNT_MAX],
            )
            .await?;
        rows.iter()
            .rev()
            .map(|row| {
                let mut c = row.columns();
                Ok(Learnt {
                    verdict: c.take()?,
                    ticket: c.take()?,
                    subject: c.take()?,
                    latest: c.take()?,
                    category: c.take()?,
                    at: c.take()?,
                    said: (c.take()?, c.take()?),
                })
            })
            .collect()
    }

    /// How many corrections were made since.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn corrections_since(&mut self, at: Timestamp) -> Result<i64, StoreError> {
        let row = self
            .one(
                concat!("select count(*) from verdicts v where v.verdict = 'edited' and v.value is not null and v.at > $1 and ", stands!()),
                params![at],
            )
            .await?;
        row.columns().take()
    }

    /// Cases within the grant that a suggestion resembles, nearest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn nearest(&mut self, grant: &Grant, suggestion: SuggestionId) -> Result<Vec<NearCase>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select t.id, t.number, t.subject, t.category, n.similarity, r.ai, coalesce(o.ai, 'default')
                 from nearest_cases n join tickets t on t.id = n.ticket_id join requesters r on r.id = t.requester_id
                 left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and n.suggestion_id = $2 order by n.similarity desc, t.id"
                ),
                params![grant.queues(), suggestion],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(NearCase {
                    ticket: c.take()?,
                    number: c.take()?,
                    subject: c.take()?,
                    category: c.take()?,
                    similarity: c.take()?,
                    said: (c.take()?, c.take()?),
                })
            })
            .collect()
    }

    /// Tickets that are not over whose newest look was drawn for a check that nobody gave yet: id and number, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn checks_waiting(&mut self, grant: &Grant, limit: i64) -> Result<Vec<(TicketId, i64)>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.number from suggestions s join tickets t on t.id = s.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and s.kind = 'triage' and s.sampled = 1 and t.status in ('new','open','pending','on_hold')
                 and not exists (select 1 from verdicts v where v.suggestion_id = s.id and ", stands!(), ")
                 and not exists (select 1 from suggestions y where y.ticket_id = s.ticket_id and y.kind = 'triage' and y.made_at > s.made_at)
                 order by s.made_at, t.id limit $2"),
                params![grant.queues(), limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// Suggestions since an instant that somebody answered or replied after, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn answered(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<Answered>, StoreError> {
        let sql = answered_select!(queue_visible!("t.queue", "$1"), " and s.kind = 'triage' and s.made_at >= $2");
        let rows = self.rows(sql, params![grant.queues(), since]).await?;
        rows.iter().map(|row| answered(row.columns())).collect()
    }

    /// The same of one ticket; for services only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn answered_of(&mut self, ticket: TicketId) -> Result<Vec<Answered>, StoreError> {
        let rows = self.rows(answered_select!("s.ticket_id = $1 and s.kind = 'triage'"), params![ticket]).await?;
        rows.iter().map(|row| answered(row.columns())).collect()
    }
}

fn correction(mut c: Columns<'_>) -> Result<CorrectionLine, StoreError> {
    let (verdict, at, by, ticket, number) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let look: Triage = c.json()?;
    let (to, reason) = (c.take()?, c.take()?);
    let withdrawn: i64 = c.take()?;
    Ok(CorrectionLine { verdict, at, by, ticket, number, from: look.category, to, reason, withdrawn: withdrawn == 1 })
}

fn answered(mut c: Columns<'_>) -> Result<Answered, StoreError> {
    let (ticket, number, subject, look) = (c.take()?, c.take()?, c.take()?, c.json()?);
    let (confidence, sampled, at): (_, i64, _) = (c.take()?, c.take()?, c.take()?);
    let (verdict, category): (Option<VerdictKind>, _) = (c.take()?, c.take()?);
    Ok(Answered {
        ticket,
        number,
        subject,
        look,
        confidence,
        sampled: sampled == 1,
        at,
        verdict: verdict.map(|v| (v, category)),
        replied_at: c.take()?,
        next_at: c.take()?,
    })
}

impl Tx {
    /// Holds a ticket until this transaction ends, so that of two people at once one is second.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_ticket(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        self.execute("update tickets set revision = revision where id = $1", params![ticket]).await?;
        Ok(())
    }

    /// Puts a person's sorting on a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_sorting(&mut self, ticket: TicketId, sorting: &Sorting) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update tickets set category = $2, queue = $3, operating_model = $4, priority = $5, doubt = $6, risk = $7, revision = revision + 1, updated_at = $8 where id = $1",
            params![ticket, sorting.category.as_deref(), &sorting.queue, sorting.operating_model, sorting.priority, sorting.doubt, flag_words(&sorting.risk), now],
        )
        .await?;
        Ok(())
    }

    /// Takes an answer back. It stays where it is; this row says that it no longer stands.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it was taken back already.
    pub async fn withdraw_verdict(&mut self, verdict: VerdictId, session: &AgentSession) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "insert into verdict_withdrawals (verdict_id, agent_id, session_id, at) values ($1,$2,$3,$4) on conflict (verdict_id) do nothing",
                params![verdict, session.agent().id, session.id(), now],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Asks for a real look at a suggestion.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ask_check(&mut self, suggestion: SuggestionId) -> Result<(), StoreError> {
        self.execute("update suggestions set sampled = 1 where id = $1", params![suggestion]).await?;
        Ok(())
    }

    /// Keeps which cases a suggestion resembles.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_nearest(&mut self, suggestion: SuggestionId, near: &[(TicketId, f64)]) -> Result<(), StoreError> {
        for (ticket, similarity) in near {
            self.execute(
                "insert into nearest_cases (suggestion_id, ticket_id, similarity) values ($1,$2,$3) on conflict do nothing",
                params![suggestion, *ticket, *similarity],
            )
            .await?;
        }
        Ok(())
    }
}
