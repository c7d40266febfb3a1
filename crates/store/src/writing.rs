//! Articles as people write them: proposed versions, the owner's yes or no, reviews, and the drafts that rest on
//! an article.

use desk::{
    Digest, Timestamp,
    article::VersionState,
    ids::{AgentId, ArticleId, DraftId, PassageId, SourceId, SuggestionId, TicketId, VersionId},
    knowledge::{ArticleState, Audience},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{folded, params},
    grant::queue_visible,
    new_id,
};

/// A text somebody proposes.
#[derive(Debug, Clone, Copy)]
pub struct NewText<'a> {
    /// Its article.
    pub article: ArticleId,
    /// Title.
    pub title: &'a str,
    /// Markdown.
    pub body: &'a str,
    /// Why, in the writer's words.
    pub note: &'a str,
    /// Who writes; none for what was read from a source.
    pub by: Option<AgentId>,
    /// Words that its document hides from a reader; they are not in the text.
    pub hidden: &'a [String],
    /// Who may read it, where it says so; holds from its approval.
    pub audience: Option<Audience>,
}

/// A proposed or approved text, as whoever decides about it needs it.
#[derive(Debug, Clone)]
pub struct Text {
    /// The version.
    pub id: VersionId,
    /// Where it stands.
    pub state: VersionState,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Of title and text.
    pub digest: Digest,
}

/// Who keeps an article true, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepers {
    /// The article's owner.
    pub owner: AgentId,
    /// Its source's owner.
    pub source_owner: AgentId,
    /// Days between two reviews.
    pub interval_days: i64,
}

/// Where knowledge comes from, with its health in numbers.
#[derive(Debug, Clone)]
pub struct SourceLine {
    /// Id.
    pub id: SourceId,
    /// Stable key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Kind word.
    pub kind: String,
    /// Owner's id and name.
    pub owner: (AgentId, String),
    /// Whether the owner can still sign in.
    pub owned: bool,
    /// Who may read it.
    pub audience: Audience,
    /// Days between two reviews.
    pub interval_days: i64,
    /// Articles, all states.
    pub articles: i64,
    /// Those that may speak today, by state alone.
    pub approved: i64,
    /// Approved ones whose review date has passed.
    pub due: i64,
    /// Texts that wait for the owner.
    pub proposed: i64,
    /// Expired or withdrawn ones.
    pub retired: i64,
}

/// An open draft that was made from an article.
#[derive(Debug, Clone)]
pub struct Touched {
    /// The draft.
    pub draft: DraftId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// What was put before its drafter.
    pub retrieval: SuggestionId,
}

/// A list of texts in a column; writing one cannot fail.
fn json(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

impl Tx {
    /// Adds a proposed version with its passages; returns it with its number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an article that is not there.
    pub async fn propose_text(
        &mut self,
        new: NewText<'_>,
        passages: &[(String, String, i64, i64)],
    ) -> Result<(VersionId, i64), StoreError> {
        let (id, now): (VersionId, _) = (new_id(), self.now());
        let digest = Digest::of_fields("countersign/version/1", &[new.title.as_bytes(), new.body.as_bytes()]);
        // Holds the article's row, so that two writers do not take the same number.
        if self.execute("update articles set title = title where id = $1", params![new.article]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        let number: i64 = self
            .one("select coalesce(max(number), 0) + 1 from versions where article_id = $1", params![new.article])
            .await?
            .columns()
            .take()?;
        self.execute(
            "insert into versions (id, article_id, number, title, body, digest, state, approved_at, made_by, made_at, note, hidden, audience) values ($1,$2,$3,$4,$5,$6,$7,null,$8,$9,$10,$11,$12)",
            params![id, new.article, number, new.title, new.body, digest.to_string(), VersionState::Proposed, new.by, now, new.note, json(new.hidden), new.audience],
        )
        .await?;
        self.add_passages(new.article, id, passages).await?;
        Ok((id, number))
    }

    /// Makes a proposed version what its article says, reviewed now. Macros that rest on what it said go back to review.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not proposed any more.
    pub async fn approve_text(
        &mut self,
        article: ArticleId,
        text: &Text,
        review_by: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let replaced = self
            .execute("update versions set state = 'past' where article_id = $1 and state = 'current'", params![article])
            .await?;
        let touched = self
            .execute(
                "update versions set state = 'current', approved_at = $2 where id = $1 and state = 'proposed'",
                params![text.id, now],
            )
            .await?;
        if touched == 0 {
            return Err(StoreError::Stale);
        }
        self.execute(
            "update articles set current_version = $2, title = $3, folded = $4, state = $5, reviewed_at = $6, review_by = $7, sent_back_by = null,
             audience = coalesce((select v.audience from versions v where v.id = $2), audience) where id = $1",
            params![article, text.id, &text.title, folded(&text.title), ArticleState::Approved, now, review_by],
        )
        .await?;
        if replaced > 0 {
            self.send_macros_back(article).await?;
        }
        Ok(())
    }

    /// Turns a proposed version down.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not proposed any more.
    pub async fn decline_text(&mut self, version: VersionId) -> Result<(), StoreError> {
        let sql = "update versions set state = 'declined' where id = $1 and state = 'proposed'";
        match self.execute(sql, params![version]).await? {
            0 => Err(StoreError::Stale),
            _ => Ok(()),
        }
    }

    /// An article was read again and still holds: it is approved until `review_by`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when nothing of it was ever approved.
    pub async fn review_article(&mut self, article: ArticleId, review_by: Timestamp) -> Result<(), StoreError> {
        let now = self.now();
        let sql = "update articles set state = $2, reviewed_at = $3, review_by = $4, sent_back_by = null where id = $1 and current_version is not null";
        match self.execute(sql, params![article, ArticleState::Approved, now, review_by]).await? {
            0 => Err(StoreError::Stale),
            _ => Ok(()),
        }
    }
}

impl Conn {
    /// Who keeps an article true.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn keepers(&mut self, article: ArticleId) -> Result<Keepers, StoreError> {
        let row = self
            .one(
                "select a.owner_id, s.owner_id, s.interval_days from articles a join sources s on s.id = a.source_id where a.id = $1",
                params![article],
            )
            .await?;
        let mut c = row.columns();
        Ok(Keepers { owner: c.take()?, source_owner: c.take()?, interval_days: c.take()? })
    }

    /// One text by its number, for whoever works here.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn text(&mut self, article: ArticleId, number: i64) -> Result<Text, StoreError> {
        let row = self
            .one(
                "select id, state, title, body, digest from versions where article_id = $1 and number = $2",
                params![article, number],
            )
            .await?;
        let mut c = row.columns();
        Ok(Text { id: c.take()?, state: c.take()?, title: c.take()?, body: c.take()?, digest: c.take()? })
    }

    /// Words that a version's document hides from a reader.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn hidden_in(&mut self, version: VersionId) -> Result<Vec<String>, StoreError> {
        let row = self.one("select hidden from versions where id = $1", params![version]).await?;
        row.columns().json()
    }

    /// Whether a passage belongs to a version: the index may still hold the passages of the one before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_passage_of(&mut self, passage: PassageId, version: VersionId) -> Result<bool, StoreError> {
        let sql = "select 1 from passages where id = $1 and version_id = $2";
        Ok(self.maybe(sql, params![passage, version]).await?.is_some())
    }

    /// A source's id by its key, with its owner and the days between reviews.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn source_by_key(&mut self, key: &str) -> Result<(SourceId, AgentId, Audience, i64), StoreError> {
        let row =
            self.one("select id, owner_id, audience, interval_days from sources where key = $1", params![key]).await?;
        let mut c = row.columns();
        Ok((c.take()?, c.take()?, c.take()?, c.take()?))
    }

    /// Whether a slug is taken.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn slug_taken(&mut self, slug: &str) -> Result<bool, StoreError> {
        Ok(self.maybe("select 1 from articles where slug = $1", params![slug]).await?.is_some())
    }

    /// Every source with its health at `now`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn source_lines(&mut self, now: Timestamp) -> Result<Vec<SourceLine>, StoreError> {
        let rows = self
            .rows(
                "select s.id, s.key, s.name, s.kind, g.id, g.name, g.deactivated_at, s.audience, s.interval_days, count(a.id),
                   cast(coalesce(sum(case when a.state = 'approved' then 1 else 0 end), 0) as bigint),
                   cast(coalesce(sum(case when a.state = 'approved' and a.review_by < $1 then 1 else 0 end), 0) as bigint),
                   cast(coalesce(sum((select count(*) from versions v where v.article_id = a.id and v.state = 'proposed')), 0) as bigint),
                   cast(coalesce(sum(case when a.state in ('expired', 'withdrawn') then 1 else 0 end), 0) as bigint)
                 from sources s join agents g on g.id = s.owner_id left join articles a on a.source_id = s.id
                 group by s.id, s.key, s.name, s.kind, g.id, g.name, g.deactivated_at, s.audience, s.interval_days order by s.name",
                params![now],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(SourceLine {
                    id: c.take()?,
                    key: c.take()?,
                    name: c.take()?,
                    kind: c.take()?,
                    owner: (c.take()?, c.take()?),
                    owned: c.take::<Option<i64>>()?.is_none(),
                    audience: c.take()?,
                    interval_days: c.take()?,
                    articles: c.take()?,
                    approved: c.take()?,
                    due: c.take()?,
                    proposed: c.take()?,
                    retired: c.take()?,
                })
            })
            .collect()
    }

    /// Open drafts within the grant that an article was put before, newest first, at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drafts_resting_on(&mut self, grant: &Grant, article: ArticleId) -> Result<Vec<Touched>, StoreError> {
        let rows = self
            .rows(
                concat!("select d.id, t.id, t.number, t.subject, d.retrieval_id from drafts d join suggestions s on s.id = d.retrieval_id join tickets t on t.id = d.ticket_id
                 where d.state = 'open' and ", queue_visible!("t.queue", "$1"), " and s.value like '%\"article\":\"' || $2 || '\"%' order by t.number desc limit 200"),
                params![grant.queues(), article],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Touched {
                    draft: c.take()?,
                    ticket: c.take()?,
                    number: c.take()?,
                    subject: c.take()?,
                    retrieval: c.take()?,
                })
            })
            .collect()
    }
}
