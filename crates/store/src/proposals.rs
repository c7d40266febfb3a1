//! Texts of a source that wait for their owner.

use desk::{
    Timestamp,
    ids::{ArticleId, SourceId, VersionId},
};

use crate::{Conn, Grant, Purpose, StoreError, columns::params};

/// Waiting texts that are listed at once.
const MOST: i64 = 200;

/// A proposed text.
#[derive(Debug, Clone)]
pub struct WaitingText {
    /// Article.
    pub article: ArticleId,
    /// The text.
    pub version: VersionId,
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Why, in the writer's words.
    pub note: String,
    /// Words that its document hides from a reader.
    pub hidden: Vec<String>,
    /// Whether the article says something already.
    pub is_change: bool,
    /// When it was proposed.
    pub made_at: Timestamp,
}

impl Conn {
    /// Proposed texts of a source, longest waiting first, at most 200.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn waiting_texts(&mut self, grant: &Grant, source: SourceId) -> Result<Vec<WaitingText>, StoreError> {
        if grant.purpose() != Purpose::Work {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select a.id, v.id, v.number, v.title, v.body, v.note, v.hidden, cast(case when a.current_version is null then 0 else 1 end as bigint), v.made_at
                 from versions v join articles a on a.id = v.article_id where a.source_id = $1 and v.state = 'proposed' order by v.made_at, v.id limit $2",
                params![source, MOST],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(WaitingText {
                    article: c.take()?,
                    version: c.take()?,
                    number: c.take()?,
                    title: c.take()?,
                    body: c.take()?,
                    note: c.take()?,
                    hidden: c.json()?,
                    is_change: c.take::<i64>()? == 1,
                    made_at: c.take()?,
                })
            })
            .collect()
    }
}
