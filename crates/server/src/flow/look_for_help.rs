//! Looking for help without an account: passages of approved public articles in their own words. Nothing here is drafted, and
//! nothing internal can be reached, because the grant is the one that grounds replies.

use std::sync::Mutex;

use desk::{
    Timestamp,
    audit::Service,
    ids::ArticleId,
    knowledge::{Kind as ArticleKind, may_ground},
    portal::SEARCH_CHARS_MAX,
};
use store::{Conn, Grant, Purpose, StoreError};

use crate::{
    App, FlowError,
    library::{Kind, SearchRequest},
};

/// Passages in one answer.
const PASSAGES: usize = 5;
/// Searches in a minute that one node answers for people it does not know.
const SEARCHES_A_MINUTE: u32 = 300;

/// A passage that may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// Its article.
    pub article: ArticleId,
    /// Title.
    pub title: String,
    /// Path of headings.
    pub heading: String,
    /// Its words, as they stand in the article.
    pub text: String,
}

/// How much was looked for within the running minute.
#[derive(Debug, Default)]
pub struct Pace(Mutex<(i64, u32)>);

impl Pace {
    /// Whether one more is answered now.
    fn take(&self, now: Timestamp) -> bool {
        let minute = now.micros().div_euclid(60_000_000);
        let Ok(mut held) = self.0.lock() else { return false };
        if held.0 != minute {
            *held = (minute, 0);
        }
        held.1 = held.1.saturating_add(1);
        held.1 <= SEARCHES_A_MINUTE
    }
}

/// Passages for what somebody looks for.
///
/// # Errors
/// [`FlowError::NotFound`] where the help centre is closed, [`FlowError::Unavailable`] when too much is looked for.
pub async fn look(app: &App, asked: &str) -> Result<Vec<Help>, FlowError> {
    let grant = open(app)?;
    let words: String = asked.replace('\0', " ").chars().take(SEARCH_CHARS_MAX).collect();
    if words.trim().is_empty() {
        return Ok(Vec::new());
    }
    if !app.help_pace.take(app.clock.now()) {
        return Err(FlowError::Unavailable("Many people look for help just now. Try again in a minute.".to_owned()));
    }
    let request =
        SearchRequest { words: &words, grant: &grant, kind: Kind::Passages, limit: PASSAGES, queue: None, about: None };
    let mut conn = app.store.read().await?;
    let mut found = Vec::new();
    for hit in app.library.search(&request)? {
        let (Ok(article), Ok(passage)) = (hit.group.parse(), hit.id.parse()) else { continue };
        found.extend(as_it_stands(app, &mut conn, &grant, article, passage).await?);
    }
    Ok(found)
}

/// An article's title and text.
///
/// # Errors
/// [`FlowError::NotFound`] for one that is not approved, public and current, and where the help centre is closed.
pub async fn article(app: &App, id: ArticleId) -> Result<(String, String), FlowError> {
    let grant = open(app)?;
    let mut conn = app.store.read().await?;
    let row = conn.article(&grant, id).await?;
    let is_open = row.kind == ArticleKind::Article
        && row.current.is_some()
        && may_ground(row.state, row.audience, row.review_by, app.clock.now());
    if !is_open {
        return Err(FlowError::NotFound);
    }
    let version = conn.version(&grant, id, 0).await?;
    Ok((version.title, version.body))
}

/// Whether there is a help centre, and what it may read.
fn open(app: &App) -> Result<Grant, FlowError> {
    if app.config.portal.help_centre {
        app.service_grant(Service::Preparation, Purpose::Reply)
    } else {
        Err(FlowError::NotFound)
    }
}

/// The index may lag by a moment; the database has the last word on what is shown, and on its words.
async fn as_it_stands(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    id: ArticleId,
    passage: desk::ids::PassageId,
) -> Result<Option<Help>, FlowError> {
    let row = match conn.article(grant, id).await {
        Ok(row) => row,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let holds = may_ground(row.state, row.audience, row.review_by, app.clock.now());
    let Some(version) = row.current.filter(|_| holds && row.kind == ArticleKind::Article) else { return Ok(None) };
    let stands = conn.passages(grant, version).await?.into_iter().find(|p| p.id == passage);
    Ok(stands.map(|p| Help { article: id, title: row.title, heading: p.heading, text: p.text }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_an_end() {
        let (pace, now) = (Pace::default(), Timestamp::from_secs(1_795_000_000));
        let taken = (0..1_000).filter(|_| pace.take(now)).count();
        assert_eq!(taken, SEARCHES_A_MINUTE as usize);
        assert!(pace.take(now.plus_seconds(60)));
    }
}
