//! What approved articles say, and which of them ask for their owner.

use desk::{
    Timestamp,
    ids::{AgentId, ArticleId},
    knowledge::Audience,
};

use crate::{Conn, Grant, Purpose, StoreError, columns::params};

/// A passage of an article that may speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedPassage {
    /// Its article.
    pub article: ArticleId,
    /// The article's title.
    pub title: String,
    /// Heading path.
    pub heading: String,
    /// The words.
    pub text: String,
    /// Product word; empty for all.
    pub product: String,
    /// Product versions in words; empty for all.
    pub applies_to: String,
    /// Region; empty for all.
    pub region: String,
    /// Who may read it.
    pub audience: Audience,
    /// Name of the article's owner.
    pub owner: String,
    /// The article's owner and the source's.
    pub owners: (AgentId, AgentId),
}

/// Changes with everything that decides what approved articles say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnowledgeMark(i64, i64, i64, i64);

/// An article that asks for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskingArticle {
    /// The article.
    pub article: ArticleId,
    /// Its title.
    pub title: String,
    /// Until when it speaks; none without a date.
    pub review_by: Option<Timestamp>,
    /// Whether it is approved or was, so that the date matters.
    pub is_dated: bool,
    /// Texts that wait for a yes or no, where another keeps the source: they are told of theirs by source.
    pub proposed: i64,
    /// For a macro that was sent back: title of the article that changed.
    pub changed: Option<String>,
}

impl Conn {
    /// The current version of every approved article, in one order that stays: what the machine may rest on, as a list of ids.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn current_versions(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows(
                "select current_version from articles where state = 'approved' and current_version is not null order by 1",
                params![],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Slug, number of the current version and words of every passage of approved articles.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn current_words(&mut self, grant: &Grant) -> Result<Vec<(String, i64, String)>, StoreError> {
        if grant.purpose() != Purpose::Work {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select a.slug, v.number, p.text from articles a join versions v on v.id = a.current_version
                 join passages p on p.article_id = a.id and p.version_id = a.current_version
                 where a.state = 'approved' order by a.slug, p.ordinal",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?, c.take()?))
            })
            .collect()
    }

    /// Passages of every article that is approved and in time `now`, in order of article and place.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn approved_passages(
        &mut self,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<Vec<ApprovedPassage>, StoreError> {
        if grant.purpose() != Purpose::Work {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select a.id, a.title, p.heading, p.text, a.product, a.applies_to, a.region, a.audience, g.name, a.owner_id, s.owner_id
                 from passages p join articles a on a.id = p.article_id and a.current_version = p.version_id join sources s on s.id = a.source_id join agents g on g.id = a.owner_id
                 where a.state = 'approved' and (a.review_by is null or a.review_by > $1) order by a.id, p.ordinal",
                params![now],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(ApprovedPassage {
                    article: c.take()?,
                    title: c.take()?,
                    heading: c.take()?,
                    text: c.take()?,
                    product: c.take()?,
                    applies_to: c.take()?,
                    region: c.take()?,
                    audience: c.take()?,
                    owner: c.take()?,
                    owners: (c.take()?, c.take()?),
                })
            })
            .collect()
    }

    /// A value that changes whenever approved words, their right to speak or their owners do.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn knowledge_mark(&mut self, now: Timestamp) -> Result<KnowledgeMark, StoreError> {
        let row = self
            .one(
                "select count(*), cast(coalesce(sum(case when state = 'approved' and (review_by is null or review_by > $1) then 1 else 0 end), 0) as bigint),
                 coalesce(max(reviewed_at), 0), (select coalesce(max(approved_at), 0) from versions) from articles",
                params![now],
            )
            .await?;
        let mut c = row.columns();
        Ok(KnowledgeMark(c.take()?, c.take()?, c.take()?, c.take()?))
    }

    /// Articles with a proposed text, or whose time ends before `soon`, that this person keeps: their own, their source's,
    /// and, for `everybody`, those whose owner can no longer sign in. Most pressing first, at most 50.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn asking_articles(
        &mut self,
        agent: AgentId,
        soon: Timestamp,
        everybody: bool,
    ) -> Result<Vec<AskingArticle>, StoreError> {
        let rows = self
            .rows(
                "select a.id, a.title, a.review_by, cast(case when a.state in ('approved', 'expired') then 1 else 0 end as bigint), count(case when s.owner_id <> $1 then v.id end), b.title from articles a join sources s on s.id = a.source_id
                 left join articles b on b.id = a.sent_back_by
                 join agents g on g.id = a.owner_id left join versions v on v.article_id = a.id and v.state = 'proposed'
                 where (a.owner_id = $1 or s.owner_id = $1 or ($3 = 1 and g.deactivated_at is not null)) and a.state <> 'withdrawn'
                 group by a.id, a.title, a.review_by, a.state, b.title having count(case when s.owner_id <> $1 then v.id end) > 0 or (a.state in ('approved', 'expired') and a.review_by < $2)
                 order by coalesce(a.review_by, 9000000000000000), a.id limit 50",
                params![agent, soon, i64::from(everybody)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(AskingArticle {
                    article: c.take()?,
                    title: c.take()?,
                    review_by: c.take()?,
                    is_dated: c.take::<i64>()? == 1,
                    proposed: c.take()?,
                    changed: c.take()?,
                })
            })
            .collect()
    }
}
