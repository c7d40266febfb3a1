//! What the search index follows: the record's order, and the words behind each entry.

use desk::{
    Timestamp,
    ids::{ArticleId, PassageId, TicketId, VersionId},
    knowledge::{ArticleState, Audience},
    people::AiSetting,
};

use crate::{Conn, Grant, Purpose, StoreError, columns::params, grant::queue_visible};

/// One entry that may concern the index.
#[derive(Debug, Clone)]
pub struct FeedItem {
    /// Place in the order.
    pub seq: i64,
    /// Kind word.
    pub kind: String,
    /// Article it is about.
    pub article: Option<ArticleId>,
    /// Ticket it is about.
    pub ticket: Option<TicketId>,
}

/// A passage with what decides who may find it.
#[derive(Debug, Clone)]
pub struct PassageFeed {
    /// Passage.
    pub id: PassageId,
    /// Its version.
    pub version: VersionId,
    /// Article title.
    pub title: String,
    /// Heading path.
    pub heading: String,
    /// Its words.
    pub text: String,
    /// Article state.
    pub state: ArticleState,
    /// Who may read it.
    pub audience: Audience,
    /// Product word.
    pub product: String,
    /// Where it holds, in words; empty for everywhere.
    pub region: String,
    /// Next review.
    pub review_by: Option<Timestamp>,
}

/// A solved case: what was asked and what was answered.
#[derive(Debug, Clone)]
pub struct PastCase {
    /// Its ticket.
    pub ticket: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub reply: String,
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: Option<String>,
    /// How it turned out.
    pub outcome: String,
    /// When it was solved.
    pub solved_at: Timestamp,
    /// Whether requester or organization opted out of AI.
    pub opted_out: bool,
    /// What they said about AI.
    pub said: (AiSetting, AiSetting),
}

/// Who stands behind a case: what must not reach a model when its words do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Names and addresses of its requester, of everybody who wrote or answered in it.
    pub people: Vec<(String, String)>,
    /// Name and domain of its organization.
    pub organization: Option<(String, String)>,
}

macro_rules! past_select {
    ($rest:literal) => {
        concat!("select t.id, t.number, t.subject, p.question, p.reply, t.queue, t.category, coalesce(t.outcome, 'good'), p.solved_at, r.ai, coalesce(o.ai, 'default')
         from past_cases p join tickets t on t.id = p.ticket_id join requesters r on r.id = t.requester_id left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
         where ", queue_visible!("t.queue", "$1"), $rest)
    };
}

fn past(mut c: crate::columns::Columns<'_>) -> Result<PastCase, StoreError> {
    let mut case = PastCase {
        ticket: c.take()?,
        number: c.take()?,
        subject: c.take()?,
        question: c.take()?,
        reply: c.take()?,
        queue: c.take()?,
        category: c.take()?,
        outcome: c.take()?,
        solved_at: c.take()?,
        opted_out: false,
        said: (AiSetting::Default, AiSetting::Default),
    };
    let (requester, organization): (AiSetting, AiSetting) = (c.take()?, c.take()?);
    case.opted_out = requester == AiSetting::Out || organization == AiSetting::Out;
    case.said = (requester, organization);
    Ok(case)
}

fn index_only(grant: &Grant) -> Result<(), StoreError> {
    if grant.purpose() == Purpose::Index { Ok(()) } else { Err(StoreError::NotFound) }
}

impl Conn {
    /// The next passages after one, by id, of texts that may ground a reply, with their words.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn passages_said(
        &mut self,
        after: Option<PassageId>,
        limit: i64,
    ) -> Result<Vec<(PassageId, String)>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows = self
            .rows(
                "select p.id, p.text from passages p join articles a on a.current_version = p.version_id join sources s on s.id = a.source_id
                 where p.id > $1 and a.state = 'approved' and a.audience = 'public' and s.audience = 'public' order by p.id limit $2",
                params![after, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// Entries after place `after`, in order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn feed(&mut self, grant: &Grant, after: i64, limit: i64) -> Result<Vec<FeedItem>, StoreError> {
        index_only(grant)?;
        self.changes(after, limit).await
    }

    /// Entries after place `after`: ids and words only, for live updates.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn changes(&mut self, after: i64, limit: i64) -> Result<Vec<FeedItem>, StoreError> {
        let rows = self
            .rows("select n.seq, e.kind, e.article_id, e.ticket_id from entry_order n join entries e on e.id = n.entry_id where n.seq > $1 order by n.seq limit $2", params![after, limit])
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(FeedItem { seq: c.take()?, kind: c.take()?, article: c.take()?, ticket: c.take()? })
            })
            .collect()
    }

    /// The passages of an article's current version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn passages_of(&mut self, grant: &Grant, article: ArticleId) -> Result<Vec<PassageFeed>, StoreError> {
        index_only(grant)?;
        let rows = self
            .rows(
                "select p.id, p.version_id, a.title, p.heading, p.text, a.state, a.audience, a.product, a.region, a.review_by
                 from passages p join articles a on a.id = p.article_id and a.current_version = p.version_id where a.id = $1 order by p.ordinal",
                params![article],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(PassageFeed {
                    id: c.take()?,
                    version: c.take()?,
                    title: c.take()?,
                    heading: c.take()?,
                    text: c.take()?,
                    state: c.take()?,
                    audience: c.take()?,
                    product: c.take()?,
                    region: c.take()?,
                    review_by: c.take()?,
                })
            })
            .collect()
    }

    /// Every article's id, for a rebuild.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn article_ids(&mut self, grant: &Grant) -> Result<Vec<ArticleId>, StoreError> {
        index_only(grant)?;
        let rows = self.rows("select id from articles order by id", params![]).await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Every solved case's ticket, for a rebuild and for training.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn past_cases(&mut self, grant: &Grant) -> Result<Vec<PastCase>, StoreError> {
        index_only(grant)?;
        let rows = self.rows(past_select!(" order by t.id"), params![grant.queues()]).await?;
        rows.iter().map(|row| past(row.columns())).collect()
    }

    /// One solved case within the grant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn past_case(&mut self, grant: &Grant, ticket: TicketId) -> Result<Option<PastCase>, StoreError> {
        let row = self.maybe(past_select!(" and t.id = $2"), params![grant.queues(), ticket]).await?;
        row.map(|row| past(row.columns())).transpose()
    }

    /// Who stands behind a case within the grant; nobody behind one outside it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn behind(&mut self, grant: &Grant, ticket: TicketId) -> Result<Behind, StoreError> {
        let people = self
            .rows(
                concat!("select r.name, r.email from tickets t join requesters r on r.id = t.requester_id where ", queue_visible!("t.queue", "$1"), " and t.id = $2
                 union select m.author_name, m.from_address from messages m join tickets t on t.id = m.ticket_id where ", queue_visible!("t.queue", "$1"), " and t.id = $2
                 union select a.name, a.email from past_cases p join agents a on a.id = p.agent_id join tickets t on t.id = p.ticket_id where ", queue_visible!("t.queue", "$1"), " and t.id = $2
                 union select '', x.email from participants x join tickets t on t.id = x.ticket_id where ", queue_visible!("t.queue", "$1"), " and t.id = $2"),
                params![grant.queues(), ticket],
            )
            .await?;
        let organization = self
            .maybe(
                concat!("select o.name, o.domain from tickets t join requesters r on r.id = t.requester_id join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2"),
                params![grant.queues(), ticket],
            )
            .await?;
        let pair = |row: &crate::columns::Row| {
            let mut c = row.columns();
            Ok::<_, StoreError>((c.take()?, c.take()?))
        };
        Ok(Behind {
            people: people.iter().map(pair).collect::<Result<_, _>>()?,
            organization: organization.as_ref().map(pair).transpose()?,
        })
    }
}
