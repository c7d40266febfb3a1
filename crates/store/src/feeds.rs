//! Sources that are read again and again: where they are, what came from which document, how the last reading ended.

use desk::{
    Digest, Timestamp,
    ids::{AgentId, ArticleId, SourceId, VersionId},
    knowledge::{ArticleState, Audience},
    source::{Arrival, FedBy, Report, SyncState, Use},
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params},
};

/// What a source's documents are, where they say nothing themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Product word.
    pub product: String,
    /// Product versions, in words.
    pub applies_to: String,
    /// Region, in words.
    pub region: String,
    /// What they may be used for.
    pub purposes: Vec<Use>,
}

/// How a source is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFeed<'a> {
    /// The source.
    pub source: SourceId,
    /// How.
    pub fed_by: FedBy,
    /// Absolute path, or address.
    pub place: &'a str,
    /// What a document is when it arrives.
    pub arrival: Arrival,
    /// What its documents are.
    pub labels: &'a Labels,
    /// Days between two reviews of what it holds.
    pub interval_days: i64,
}

/// A source that is read again and again.
#[derive(Debug, Clone)]
pub struct Feed {
    /// The source.
    pub source: SourceId,
    /// Stable key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Who keeps it true.
    pub owner: AgentId,
    /// Whether the owner can still sign in.
    pub owned: bool,
    /// Who may read it.
    pub audience: Audience,
    /// Days between two reviews.
    pub interval_days: i64,
    /// How.
    pub fed_by: FedBy,
    /// Absolute path, or address.
    pub place: String,
    /// What a document is when it arrives.
    pub arrival: Arrival,
    /// What its documents are.
    pub labels: Labels,
    /// How the last reading ended.
    pub state: SyncState,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// What it did.
    pub report: Option<Report>,
}

/// A document that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDocument {
    /// Path from the source's root, or address.
    pub place: String,
    /// Its article.
    pub article: ArticleId,
    /// Where the article stands.
    pub standing: ArticleState,
    /// Of what was taken last.
    pub hash: Digest,
    /// Whether it is gone.
    pub is_gone: bool,
    /// `ETag` and `Last-Modified`, as a server gave them.
    pub validators: (Option<String>, Option<String>),
}

/// A document as it is taken.
#[derive(Debug, Clone)]
pub struct NewDocument<'a> {
    /// Its source.
    pub source: SourceId,
    /// Path from the source's root, or address.
    pub place: &'a str,
    /// Its article.
    pub article: ArticleId,
    /// Of everything it says.
    pub hash: Digest,
    /// Of title and text.
    pub content: Digest,
    /// The address it calls its own.
    pub canonical: Option<&'a str>,
    /// `ETag` and `Last-Modified`, as a server gave them.
    pub validators: (Option<&'a str>, Option<&'a str>),
}

macro_rules! feed_select {
    ($rest:literal) => {
        concat!("select f.source_id, s.key, s.name, s.owner_id, g.deactivated_at, s.audience, s.interval_days, f.fed_by, f.place, f.arrival,
         f.product, f.applies_to, f.region, f.purposes, f.state, f.ended_at, f.report
         from feeds f join sources s on s.id = f.source_id join agents g on g.id = s.owner_id where ", $rest)
    };
}

fn feed(mut c: Columns<'_>) -> Result<Feed, StoreError> {
    Ok(Feed {
        source: c.take()?,
        key: c.take()?,
        name: c.take()?,
        owner: c.take()?,
        owned: c.take::<Option<i64>>()?.is_none(),
        audience: c.take()?,
        interval_days: c.take()?,
        fed_by: c.take()?,
        place: c.take()?,
        arrival: c.take()?,
        labels: Labels {
            product: c.take()?,
            applies_to: c.take()?,
            region: c.take()?,
            purposes: uses(&c.take::<String>()?)?,
        },
        state: c.take()?,
        ended_at: c.take()?,
        report: match c.take::<Option<String>>()? {
            Some(text) => Some(serde_json::from_str(&text).map_err(damaged)?),
            None => None,
        },
    })
}

fn uses(text: &str) -> Result<Vec<Use>, StoreError> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| StoreError::Damaged { what: format!("the use {word:?}") })).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { what: format!("a report of a reading: {error}") }
}

fn words(uses: &[Use]) -> String {
    uses.iter().map(|u| u.word()).collect::<Vec<_>>().join(",")
}

macro_rules! document_select {
    ($rest:literal) => {
        concat!("select d.place, d.article_id, a.state, d.hash, d.gone_at, d.etag, d.modified from documents d join articles a on a.id = d.article_id where d.source_id = $1", $rest)
    };
}

fn document(mut c: Columns<'_>) -> Result<KnownDocument, StoreError> {
    Ok(KnownDocument {
        place: c.take()?,
        article: c.take()?,
        standing: c.take()?,
        hash: c.take()?,
        is_gone: c.take::<Option<i64>>()?.is_some(),
        validators: (c.take()?, c.take()?),
    })
}

impl Conn {
    /// Every source that is read again and again, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn source_feeds(&mut self) -> Result<Vec<Feed>, StoreError> {
        let rows = self.rows(feed_select!("1 = 1 order by s.name, s.key"), params![]).await?;
        rows.iter().map(|row| feed(row.columns())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for a source that people write.
    pub async fn source_feed(&mut self, source: SourceId) -> Result<Feed, StoreError> {
        feed(self.one(feed_select!("f.source_id = $1"), params![source]).await?.columns())
    }

    /// Every document a source ever had.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn documents(&mut self, source: SourceId) -> Result<Vec<KnownDocument>, StoreError> {
        let rows = self.rows(document_select!(" order by d.place"), params![source]).await?;
        rows.iter().map(|row| document(row.columns())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn document(&mut self, source: SourceId, place: &str) -> Result<Option<KnownDocument>, StoreError> {
        let row = self.maybe(document_select!(" and d.place = $2"), params![source, place]).await?;
        row.map(|row| document(row.columns())).transpose()
    }

    /// Name of another source that has this document, and its place there: the same address of its own, or the same
    /// title and text.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn document_elsewhere(
        &mut self,
        source: SourceId,
        content: Digest,
        canonical: Option<&str>,
    ) -> Result<Option<(String, String)>, StoreError> {
        let row = self
            .maybe(
                "select s.name, d.place from documents d join sources s on s.id = d.source_id
                 where d.source_id <> $1 and d.gone_at is null and (d.content = $2 or d.canonical = $3) order by d.taken_at limit 1",
                params![source, content, canonical.unwrap_or_default()],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }
}

impl Tx {
    /// Says how a source is read.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when another source is read from this place.
    pub async fn add_feed(&mut self, new: NewFeed<'_>) -> Result<(), StoreError> {
        let labels = new.labels;
        self.execute(
            "insert into feeds (source_id, fed_by, place, arrival, product, applies_to, region, purposes, state) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            params![new.source, new.fed_by, new.place, new.arrival, &labels.product, &labels.applies_to, &labels.region, words(&labels.purposes), SyncState::Never],
        )
        .await?;
        let sql = "update sources set interval_days = $2 where id = $1";
        self.execute(sql, params![new.source, new.interval_days]).await?;
        Ok(())
    }

    /// Holds a source, so that two readings of it change it one after the other.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn hold_feed(&mut self, source: SourceId) -> Result<(), StoreError> {
        match self.execute("update feeds set place = place where source_id = $1", params![source]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Keeps how a reading ended.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a report that cannot be written.
    pub async fn end_sync(&mut self, source: SourceId, state: SyncState, report: &Report) -> Result<(), StoreError> {
        let text = serde_json::to_string(report).map_err(damaged)?;
        let now = self.now();
        self.execute(
            "update feeds set state = $2, ended_at = $3, report = $4 where source_id = $1",
            params![source, state, now, text],
        )
        .await?;
        Ok(())
    }

    /// Notes which document an article came from, or what it says by now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_document(&mut self, new: NewDocument<'_>) -> Result<(), StoreError> {
        let now = self.now();
        let (etag, modified) = new.validators;
        self.execute(
            "insert into documents (source_id, place, article_id, hash, content, canonical, etag, modified, taken_at, gone_at)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,null)
             on conflict (source_id, place) do update set hash = excluded.hash, content = excluded.content, canonical = excluded.canonical,
               etag = excluded.etag, modified = excluded.modified, taken_at = excluded.taken_at, gone_at = null",
            params![new.source, new.place, new.article, new.hash, new.content, new.canonical, etag, modified, now],
        )
        .await?;
        Ok(())
    }

    /// Notes that a document is gone.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn document_gone(&mut self, source: SourceId, place: &str) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update documents set gone_at = $3 where source_id = $1 and place = $2 and gone_at is null",
            params![source, place, now],
        )
        .await?;
        Ok(())
    }

    /// Sets what an article says of itself. A narrower audience holds at once; a wider one comes with an approved text.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn label_article(
        &mut self,
        article: ArticleId,
        labels: &Labels,
        audience: Audience,
    ) -> Result<(), StoreError> {
        self.execute(
            "update articles set product = $2, applies_to = $3, region = $4, purposes = $5,
             audience = case when $6 = 'internal' then 'internal' else audience end where id = $1",
            params![article, &labels.product, &labels.applies_to, &labels.region, words(&labels.purposes), audience],
        )
        .await?;
        Ok(())
    }

    /// Takes back the texts of an article that no person wrote and nobody answered: a later one is there. Returns them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn supersede_proposals(&mut self, article: ArticleId) -> Result<Vec<VersionId>, StoreError> {
        let rows = self
            .rows(
                "select id from versions where article_id = $1 and state = 'proposed' and made_by is null order by number",
                params![article],
            )
            .await?;
        let ids = rows.iter().map(|row| row.columns().take()).collect::<Result<Vec<VersionId>, _>>()?;
        for id in &ids {
            self.decline_text(*id).await?;
        }
        Ok(ids)
    }
}
