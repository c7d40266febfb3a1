//! What the rows of a ticket tell about how it ended: times, letters, drafts, readings. For counting only; every other reader
//! asks for what it needs by itself.

use desk::{
    Timestamp,
    draft::Sentence,
    ids::{SealId, TicketId},
    persona::Chosen,
    ticket::Status,
};

use crate::{
    Conn, StoreError,
    columns::{Columns, params},
};

/// A ticket that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Subject and the beginning of its newest words.
    pub text: String,
    /// Where it is now.
    pub status: Status,
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: Option<String>,
    /// Language word.
    pub language: Option<String>,
    /// The product it is about, when that was known as it was sorted.
    pub product: Option<String>,
    /// The plan of its organisation.
    pub plan: Option<String>,
    /// Whether the desk knows that it did not end well: "reopened" or "rated_low".
    pub outcome: Option<String>,
    /// When it came.
    pub created: Timestamp,
    /// When it changed last.
    pub changed: Timestamp,
    /// When a person first answered.
    pub first_reply: Option<Timestamp>,
    /// When a person answered last.
    pub last_reply: Option<Timestamp>,
    /// Letters that left with a draft as it was.
    pub unchanged: i64,
    /// Letters that left with a draft that a person changed.
    pub edited: i64,
    /// Answers approved beforehand that it got.
    pub standing: i64,
    /// Escalations that went up.
    pub raised: i64,
    /// Of these, taken.
    pub taken: i64,
    /// Of these, returned.
    pub returned: i64,
    /// What the requester gave it, 1 to 5.
    pub rating: Option<i64>,
    /// Requests to language models.
    pub requests: i64,
    /// Tokens of these, as far as the models said.
    pub tokens: i64,
    /// Whether they were asked how it went.
    pub asked: bool,
    /// How much work they said it was, 1 to 5.
    pub effort: Option<i64>,
    /// Texts that left and failed a review.
    pub failed_reviews: i64,
}

/// A draft that the machine made.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// What wrote it.
    pub origin: String,
    /// The model's address, where one did.
    pub endpoint: Option<String>,
    /// The voice.
    pub voice: Option<Chosen>,
    /// Its words as the machine wrote them.
    pub written: String,
    /// What it stated.
    pub sentences: Vec<Sentence>,
    /// The words that left, where it left.
    pub sent: Option<String>,
    /// Whether a person turned it down.
    pub rejected: bool,
    /// What was wrong, where they said so.
    pub why: Option<String>,
}

/// A page that was read before a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRead {
    /// The page.
    pub seal: SealId,
    /// Its words of the machine.
    pub words: i64,
    /// How long it stood before its reader.
    pub seconds: i64,
    /// Words they had changed.
    pub changed: i64,
}

fn ended(c: &mut Columns<'_>) -> Result<Ended, StoreError> {
    Ok(Ended {
        ticket: c.take()?,
        number: c.take()?,
        text: format!("{} {}", c.take::<String>()?, c.take::<String>()?),
        status: c.take()?,
        queue: c.take()?,
        category: c.take()?,
        language: c.take()?,
        product: c.take()?,
        plan: c.take()?,
        outcome: c.take()?,
        created: c.take()?,
        changed: c.take()?,
        first_reply: c.take()?,
        last_reply: c.take()?,
        unchanged: c.take()?,
        edited: c.take()?,
        standing: c.take()?,
        raised: c.take()?,
        taken: c.take()?,
        returned: c.take()?,
        rating: c.take()?,
        requests: c.take()?,
        tokens: c.take()?,
        failed_reviews: c.take()?,
        asked: c.take::<i64>()? > 0,
        effort: c.take()?,
    })
}

impl Conn {
    /// Tickets that changed since, that are over or were once, in the order they changed; for services only. One that was merged
    /// into another ended there.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ended_since(&mut self, since: Timestamp, limit: i64) -> Result<Vec<Ended>, StoreError> {
        let rows = self
            .rows(
                "select t.id, t.number, t.subject, t.excerpt, t.status, t.queue, t.category, t.language, t.product, o.plan, t.outcome, t.created_at, t.updated_at,
                 (select min(m.at) from messages m where m.ticket_id = t.id and m.direction = 'outbound' and m.agent_id is not null),
                 (select max(m.at) from messages m where m.ticket_id = t.id and m.direction = 'outbound' and m.agent_id is not null),
                 (select count(*) from messages m where m.ticket_id = t.id and m.ai_part = 'unchanged'),
                 (select count(*) from messages m where m.ticket_id = t.id and m.ai_part = 'edited'),
                 (select count(*) from standing_uses u where u.ticket_id = t.id),
                 (select count(*) from escalations e where e.ticket_id = t.id and e.raised_at is not null),
                 (select count(*) from escalations e where e.ticket_id = t.id and e.raised_at is not null and e.answered_at is not null and e.returned = 0),
                 (select count(*) from escalations e where e.ticket_id = t.id and e.returned > 0),
                 coalesce((select s.rating from surveys s where s.ticket_id = t.id), (select p.rating from past_cases p where p.ticket_id = t.id)),
                 (select count(*) from exchanges x where x.ticket_id = t.id),
                 (select cast(coalesce(sum(x.tokens),0) as bigint) from exchanges x where x.ticket_id = t.id),
                 (select count(*) from review_samples q where q.ticket_id = t.id and q.side = 'sent'
                    and coalesce(q.settled, (select min(w.verdict) from reviews w where w.sample_id = q.id)) = 'fails'),
                 (select count(*) from surveys s where s.ticket_id = t.id), (select s.effort from surveys s where s.ticket_id = t.id)
                 from tickets t left join organizations o on o.id = t.organization_id
                 where t.updated_at >= $1 and (t.status in ('solved','closed') or exists (select 1 from outcomes c where c.ticket_id = t.id))
                 and not exists (select 1 from relocations l where l.from_ticket = t.id and l.kind = 'merge' and l.undone_at is null)
                 order by t.updated_at, t.id limit $2",
                params![since, limit],
            )
            .await?;
        rows.iter().map(|row| ended(&mut row.columns())).collect()
    }

    /// Drafts the machine made for a ticket, oldest first; for services only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn prepared(&mut self, ticket: TicketId) -> Result<Vec<Prepared>, StoreError> {
        let rows = self
            .rows(
                "select d.origin, x.endpoint, d.voice, d.machine_body, d.machine_sentences, case when d.state = 'sent' then d.body end,
                 case when r.draft_id is null then cast(0 as bigint) else cast(1 as bigint) end, r.why
                 from drafts d left join exchanges x on x.id = d.exchange_id left join draft_rejections r on r.draft_id = d.id
                 where d.ticket_id = $1 and d.machine_body is not null order by d.created_at, d.id",
                params![ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Prepared {
                    origin: c.take()?,
                    endpoint: c.take()?,
                    voice: c.maybe_json()?,
                    written: c.take()?,
                    sentences: c.json()?,
                    sent: c.take()?,
                    rejected: c.take::<i64>()? == 1,
                    why: c.take()?,
                })
            })
            .collect()
    }

    /// Pages of a ticket that were read before a yes; for services only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn pages_read(&mut self, ticket: TicketId) -> Result<Vec<PageRead>, StoreError> {
        let rows = self
            .rows(
                "select r.seal_id, r.words, r.seconds, r.changed from readings r join seals s on s.id = r.seal_id
                 where s.ticket_id = $1 order by r.at, r.seal_id",
                params![ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(PageRead { seal: c.take()?, words: c.take()?, seconds: c.take()?, changed: c.take()? })
            })
            .collect()
    }
}
