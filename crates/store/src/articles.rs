//! Sources, articles, versions and passages.

use desk::{
    Digest, Timestamp,
    article::VersionState,
    ids::{AgentId, ArticleId, PassageId, SourceId, VersionId},
    knowledge::{ArticleState, Audience, Kind},
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{Columns, containing, folded, params},
    new_id,
};

/// A place knowledge comes from.
#[derive(Debug, Clone)]
pub struct NewSource<'a> {
    /// Stable key.
    pub key: &'a str,
    /// Name.
    pub name: &'a str,
    /// Kind word.
    pub kind: &'a str,
    /// Who keeps it true.
    pub owner: AgentId,
    /// Who may read it.
    pub audience: Audience,
}

/// A source as stored.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// Id.
    pub id: SourceId,
    /// Stable key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// An article to be added.
#[derive(Debug, Clone)]
pub struct NewArticle<'a> {
    /// Stable short name.
    pub slug: &'a str,
    /// Its source.
    pub source: SourceId,
    /// Title.
    pub title: &'a str,
    /// Product word.
    pub product: &'a str,
    /// Who may read it.
    pub audience: Audience,
    /// Where it stands.
    pub state: ArticleState,
    /// Who keeps it true.
    pub owner: AgentId,
    /// Product version it applies to.
    pub applies_to: &'a str,
    /// Last review.
    pub reviewed_at: Option<Timestamp>,
    /// Next review.
    pub review_by: Option<Timestamp>,
}

/// An article as stored.
#[derive(Debug, Clone)]
pub struct Article {
    /// Id.
    pub id: ArticleId,
    /// Stable short name.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Source's name.
    pub source: String,
    /// Product word.
    pub product: String,
    /// Who may read it.
    pub audience: Audience,
    /// Where it stands.
    pub state: ArticleState,
    /// Owner's name.
    pub owner: String,
    /// Current version.
    pub current: Option<VersionId>,
    /// Its number.
    pub number: i64,
    /// Product version it applies to.
    pub applies_to: String,
    /// Last review.
    pub reviewed_at: Option<Timestamp>,
    /// Next review.
    pub review_by: Option<Timestamp>,
    /// How many versions there are.
    pub versions: i64,
    /// What it is for.
    pub kind: Kind,
    /// Key of the category a macro is for; empty for all.
    pub category: String,
    /// Language word of a macro; empty when it says none.
    pub language: String,
    /// Article whose change sent a macro back to review.
    pub sent_back_by: Option<ArticleId>,
}

/// One version, with its text.
#[derive(Debug, Clone)]
pub struct ArticleVersion {
    /// Id.
    pub id: VersionId,
    /// Number.
    pub number: i64,
    /// Title then.
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// One version, without its text.
#[derive(Debug, Clone)]
pub struct VersionHead {
    /// Id.
    pub id: VersionId,
    /// Number.
    pub number: i64,
    /// Where it stands.
    pub state: VersionState,
    /// Title then.
    pub title: String,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// SHA-256 of the text.
    pub digest: String,
    /// Who wrote it, by name; none for what was loaded.
    pub made_by: Option<String>,
    /// When.
    pub made_at: Option<Timestamp>,
    /// Why, in the writer's words.
    pub note: String,
}

/// A passage as stored.
#[derive(Debug, Clone)]
pub struct PassageRow {
    /// Id.
    pub id: PassageId,
    /// Heading path.
    pub heading: String,
    /// Its words.
    pub text: String,
    /// First byte in the version's text.
    pub starts: i64,
    /// One past its last byte.
    pub ends: i64,
}

/// Which articles to list. Empty strings filter nothing.
#[derive(Debug, Clone, Default)]
pub struct ArticleFilter {
    /// Words of the title.
    pub words: String,
    /// Source key.
    pub source: String,
    /// State word.
    pub state: String,
    /// Kind word.
    pub kind: String,
}

/// `article_visible!("$1")`: internal articles are for those who work here; for [`Purpose::Reply`]
/// only approved public ones exist.
macro_rules! article_visible {
    ($param:literal) => {
        concat!("(", $param, " = 'work' or (a.state = 'approved' and a.audience = 'public'))")
    };
}

/// `version_visible!("$1")`: what is proposed or turned down is for those who work here.
macro_rules! version_visible {
    ($param:literal) => {
        concat!("(", $param, " = 'work' or v.state in ('current', 'past'))")
    };
}

macro_rules! article_select {
    ($rest:literal) => {
        concat!("select a.id, a.slug, a.title, s.name, a.product, a.audience, a.state, g.name, a.current_version, coalesce(v.number, 0), a.applies_to, a.reviewed_at, a.review_by,
         (select count(*) from versions w where w.article_id = a.id), a.kind, a.category, a.language, a.sent_back_by
         from articles a join sources s on s.id = a.source_id join agents g on g.id = a.owner_id left join versions v on v.id = a.current_version
         where ", article_visible!("$1"), $rest)
    };
}

fn article(mut c: Columns<'_>) -> Result<Article, StoreError> {
    Ok(Article {
        id: c.take()?,
        slug: c.take()?,
        title: c.take()?,
        source: c.take()?,
        product: c.take()?,
        audience: c.take()?,
        state: c.take()?,
        owner: c.take()?,
        current: c.take()?,
        number: c.take()?,
        applies_to: c.take()?,
        reviewed_at: c.take()?,
        review_by: c.take()?,
        versions: c.take()?,
        kind: c.take()?,
        category: c.take()?,
        language: c.take()?,
        sent_back_by: c.take()?,
    })
}

fn sees(grant: &Grant) -> &'static str {
    if grant.purpose() == Purpose::Reply { "reply" } else { "work" }
}

impl Conn {
    /// Articles by title, at most 500.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn articles(&mut self, grant: &Grant, filter: &ArticleFilter) -> Result<Vec<Article>, StoreError> {
        let pattern = containing(&filter.words);
        let rows = self
            .rows(
                article_select!(" and a.folded like $2 escape '\\' and ($3 = '' or s.key = $3) and ($4 = '' or a.state = $4) and ($5 = '' or a.kind = $5) order by a.title, a.id limit 500"),
                params![sees(grant), pattern, &filter.source, &filter.state, &filter.kind],
            )
            .await?;
        rows.iter().map(|row| article(row.columns())).collect()
    }

    /// One article.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn article(&mut self, grant: &Grant, id: ArticleId) -> Result<Article, StoreError> {
        let row = self.one(article_select!(" and a.id = $2"), params![sees(grant), id]).await?;
        article(row.columns())
    }

    /// Every version of an article, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn versions(&mut self, grant: &Grant, id: ArticleId) -> Result<Vec<VersionHead>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select v.id, v.number, v.state, v.title, v.approved_at, v.digest, g.name, v.made_at, v.note
                 from versions v join articles a on a.id = v.article_id left join agents g on g.id = v.made_by where ",
                    article_visible!("$1"),
                    " and ",
                    version_visible!("$1"),
                    " and a.id = $2 order by v.number desc"
                ),
                params![sees(grant), id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(VersionHead {
                    id: c.take()?,
                    number: c.take()?,
                    state: c.take()?,
                    title: c.take()?,
                    approved_at: c.take()?,
                    digest: c.take()?,
                    made_by: c.take()?,
                    made_at: Some(c.take::<Timestamp>()?).filter(|at| at.micros() > 0),
                    note: c.take()?,
                })
            })
            .collect()
    }

    /// One version with its text; the current one for number 0.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn version(
        &mut self,
        grant: &Grant,
        article: ArticleId,
        number: i64,
    ) -> Result<ArticleVersion, StoreError> {
        let row = self
            .one(
                concat!("select v.id, v.number, v.title, v.body from versions v join articles a on a.id = v.article_id where ", article_visible!("$1"), " and ", version_visible!("$1"),
                 " and a.id = $2 and (v.number = $3 or ($3 = 0 and v.id = a.current_version))"),
                params![sees(grant), article, number],
            )
            .await?;
        let mut c = row.columns();
        Ok(ArticleVersion { id: c.take()?, number: c.take()?, title: c.take()?, body: c.take()? })
    }

    /// The passages of a version, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn passages(&mut self, grant: &Grant, version: VersionId) -> Result<Vec<PassageRow>, StoreError> {
        let rows = self
            .rows(
                concat!("select p.id, p.heading, p.text, p.starts, p.ends from passages p join articles a on a.id = p.article_id where ", article_visible!("$1"), " and p.version_id = $2 order by p.ordinal"),
                params![sees(grant), version],
            )
            .await?;
        rows.iter().map(|row| passage(row.columns())).collect()
    }

    /// Sources by key.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sources(&mut self) -> Result<Vec<SourceRow>, StoreError> {
        let rows = self.rows("select id, key, name from sources order by key", params![]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(SourceRow { id: c.take()?, key: c.take()?, name: c.take()? })
            })
            .collect()
    }
}

fn passage(mut c: Columns<'_>) -> Result<PassageRow, StoreError> {
    Ok(PassageRow { id: c.take()?, heading: c.take()?, text: c.take()?, starts: c.take()?, ends: c.take()? })
}

impl Tx {
    /// Adds a source.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the key is taken.
    pub async fn add_source(&mut self, new: NewSource<'_>) -> Result<SourceId, StoreError> {
        let id = new_id();
        self.execute(
            "insert into sources (id, key, name, kind, owner_id, audience) values ($1,$2,$3,$4,$5,$6)",
            params![id, new.key, new.name, new.kind, new.owner, new.audience],
        )
        .await?;
        Ok(id)
    }

    /// Adds an article without text.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the slug is taken.
    pub async fn add_article(&mut self, new: NewArticle<'_>) -> Result<ArticleId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into articles (id, slug, source_id, title, product, audience, state, owner_id, applies_to, reviewed_at, review_by, created_at, folded)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
            params![id, new.slug, new.source, new.title, new.product, new.audience, new.state, new.owner, new.applies_to, new.reviewed_at, new.review_by, now, folded(new.title)],
        )
        .await?;
        Ok(id)
    }

    /// Adds a version with its passages (heading, text, first and last byte). When `current`, it
    /// replaces the one before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_version(
        &mut self,
        article: ArticleId,
        number: i64,
        title: &str,
        body: &str,
        passages: &[(String, String, i64, i64)],
        current: bool,
    ) -> Result<(VersionId, Digest), StoreError> {
        let (id, now): (VersionId, _) = (new_id(), self.now());
        let digest = Digest::of_fields("countersign/version/1", &[title.as_bytes(), body.as_bytes()]);
        if current {
            self.execute(
                "update versions set state = 'past' where article_id = $1 and state = 'current'",
                params![article],
            )
            .await?;
        }
        let state = if current { VersionState::Current } else { VersionState::Past };
        self.execute(
            "insert into versions (id, article_id, number, title, body, digest, state, approved_at) values ($1,$2,$3,$4,$5,$6,$7,$8)",
            params![id, article, number, title, body, digest.to_string(), state, now],
        )
        .await?;
        if current {
            self.execute(
                "update articles set current_version = $2, title = $3, folded = $4 where id = $1",
                params![article, id, title, folded(title)],
            )
            .await?;
        }
        self.add_passages(article, id, passages).await?;
        Ok((id, digest))
    }

    pub(crate) async fn add_passages(
        &mut self,
        article: ArticleId,
        version: VersionId,
        passages: &[(String, String, i64, i64)],
    ) -> Result<(), StoreError> {
        for (ordinal, (heading, text, starts, ends)) in passages.iter().enumerate() {
            self.execute(
                "insert into passages (id, version_id, article_id, ordinal, heading, text, starts, ends) values ($1,$2,$3,$4,$5,$6,$7,$8)",
                params![new_id::<PassageId>(), version, article, i64::try_from(ordinal).unwrap_or(0), heading, text, *starts, *ends],
            )
            .await?;
        }
        Ok(())
    }

    /// Moves an article to another state. Macros that rest on it go back to review when it may not be used any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_article_state(&mut self, article: ArticleId, state: ArticleState) -> Result<(), StoreError> {
        if self.execute("update articles set state = $2 where id = $1", params![article, state]).await? == 0 {
            return Err(StoreError::NotFound);
        }
        if state == ArticleState::Approved { Ok(()) } else { self.send_macros_back(article).await }
    }
}
