//! People write knowledge. What somebody proposes grounds nothing; the owner's yes makes it what the article says,
//! and from then on every open draft that cites the earlier words says so by itself.

use desk::{
    Refusal, Timestamp,
    article::{VersionState, check, may_approve, slug},
    audit::AuditEvent,
    ids::{AgentId, ArticleId, TicketId, VersionId},
    knowledge::{ArticleState, Audience, Kind},
    language::Language,
    macros,
};
use store::{AgentSession, NewArticle, NewText, StoreError, Text};

use crate::{App, FlowError};

/// Longest time between two reviews, in days.
const REVIEW_DAYS_MAX: i64 = 730;

/// A text as typed.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// Title.
    pub title: &'a str,
    /// Markdown.
    pub body: &'a str,
    /// Why, in the writer's words.
    pub note: &'a str,
    /// What a macro's text rests on.
    pub rests_on: &'a [ArticleId],
}

/// What a macro says of itself beside its text.
#[derive(Debug, Clone, Copy)]
pub struct AsMacro<'a> {
    /// Key of the category it is for; empty for all.
    pub category: &'a str,
    /// Its language; none when it says none.
    pub language: Option<Language>,
}

/// A new article as typed.
#[derive(Debug, Clone, Copy)]
pub struct NewPage<'a> {
    /// Key of its source.
    pub source: &'a str,
    /// Product word.
    pub product: &'a str,
    /// Who may read it; an internal source holds nothing public.
    pub audience: Audience,
    /// Product versions it applies to, in words.
    pub applies_to: &'a str,
    /// Its first text.
    pub text: Typed<'a>,
    /// When it is to be a macro.
    pub as_macro: Option<AsMacro<'a>>,
}

/// The passages of a text: heading, words, first and last byte.
#[must_use]
pub fn passages(body: &str) -> Vec<(String, String, i64, i64)> {
    let place = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    search::chunk(body, search::ChunkSettings::default())
        .into_iter()
        .map(|c| (c.heading(), c.text.clone(), place(c.start), place(c.end)))
        .collect()
}

fn answering(session: &AgentSession) -> Result<AgentId, Refusal> {
    let agent = session.agent();
    if agent.role.answers() {
        return Ok(agent.id);
    }
    Err(Refusal::Role { needs: "people who answer customers can".to_owned() })
}

/// Starts an article with its first, proposed text. It belongs to the owner of its source.
///
/// # Errors
/// [`FlowError::Invalid`] for a text or source that cannot be; [`Refusal::Role`].
pub async fn start(app: &App, session: &AgentSession, new: NewPage<'_>) -> Result<ArticleId, FlowError> {
    start_from(app, session, new, &[]).await
}

/// The same for a text that was drafted from cases: which line (from 1) comes from which of them is kept for the owner.
///
/// # Errors
/// As [`start`].
pub async fn start_from(
    app: &App,
    session: &AgentSession,
    new: NewPage<'_>,
    origins: &[(i64, TicketId)],
) -> Result<ArticleId, FlowError> {
    let by = answering(session)?;
    check(new.text.title, new.text.body, new.text.note).map_err(FlowError::Invalid)?;
    let plain = |text: &str| text.chars().count() <= 100 && !text.contains(['\0', '\n']);
    if !plain(new.product) || !plain(new.applies_to) {
        return Err(FlowError::Invalid("Product and versions are one line of at most 100 characters each.".to_owned()));
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let (source, owner, reach, _) = match tx.source_by_key(new.source).await {
        Err(StoreError::NotFound) => return Err(FlowError::Invalid("There is no such source here.".to_owned())),
        other => other?,
    };
    let audience = if reach == Audience::Internal { reach } else { new.audience };
    let kind = if new.as_macro.is_some() { Kind::Macro } else { Kind::Article };
    fits(&mut tx, kind, new.text, audience).await?;
    let name = free_slug(&mut tx, new.text.title).await?;
    let article = tx
        .add_article(NewArticle {
            slug: &name,
            source,
            title: new.text.title,
            product: new.product,
            audience,
            state: ArticleState::Draft,
            owner,
            applies_to: new.applies_to,
            reviewed_at: None,
            review_by: None,
        })
        .await?;
    if let Some(told) = new.as_macro {
        if !told.category.is_empty() && !tx.categories().await?.iter().any(|known| known.key == told.category) {
            return Err(FlowError::Invalid("There is no such category here.".to_owned()));
        }
        tx.make_macro(article, told.category, told.language.map_or("", Language::word)).await?;
    }
    keep(app, tx, (article, kind), by, new.text, origins).await?;
    Ok(article)
}

/// What a text of this kind must be beside what every text must: a macro's slots exist, and what it rests on does.
async fn fits(tx: &mut store::Tx, kind: Kind, text: Typed<'_>, audience: Audience) -> Result<(), FlowError> {
    if kind == Kind::Macro {
        macros::check(text.body, audience, text.rests_on.len()).map_err(FlowError::Invalid)?;
    } else if !text.rests_on.is_empty() {
        return Err(FlowError::Invalid("Only macros name articles they rest on.".to_owned()));
    }
    let grant = store::Grant::for_service(super::PREPARATION, store::Purpose::Work)?;
    for article in text.rests_on {
        match tx.article(&grant, *article).await {
            Ok(ground) if ground.kind == Kind::Article && ground.current.is_some() => {}
            Ok(_) | Err(StoreError::NotFound) => {
                let sentence = "A macro rests on articles that were approved. Choose others.";
                return Err(FlowError::Invalid(sentence.to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A short name that no article has.
pub(super) async fn free_slug(tx: &mut store::Tx, title: &str) -> Result<String, FlowError> {
    let name = slug(title);
    if !tx.slug_taken(&name).await? {
        return Ok(name);
    }
    let unique = store::new_id::<ArticleId>().to_string();
    Ok(format!("{name}-{}", &unique[unique.len() - 6..]))
}

/// Proposes a new text for an article, based on version `seen` (0 before there is one). Returns its number.
///
/// # Errors
/// [`FlowError::Stale`] when another version is current by now; [`FlowError::Invalid`]; [`Refusal::Role`].
pub async fn propose(
    app: &App,
    session: &AgentSession,
    article: ArticleId,
    seen: i64,
    text: Typed<'_>,
) -> Result<i64, FlowError> {
    let by = answering(session)?;
    check(text.title, text.body, text.note).map_err(FlowError::Invalid)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let grant = store::Grant::for_agent(session, store::Purpose::Work)?;
    let row = tx.article(&grant, article).await?;
    if row.number != seen {
        return Err(FlowError::Stale);
    }
    fits(&mut tx, row.kind, text, row.audience).await?;
    keep(app, tx, (article, row.kind), by, text, &[]).await
}

async fn keep(
    app: &App,
    mut tx: store::Tx,
    (article, kind): (ArticleId, Kind),
    by: AgentId,
    text: Typed<'_>,
    origins: &[(i64, TicketId)],
) -> Result<i64, FlowError> {
    let body = text.body.replace("\r\n", "\n").replace('\r', "\n");
    let new = NewText {
        article,
        title: text.title.trim(),
        body: &body,
        note: text.note.trim(),
        by: Some(by),
        hidden: &[],
        audience: None,
    };
    // A macro is wording: nothing searches it and no draft rests on it.
    let passages = if kind == Kind::Macro { Vec::new() } else { passages(&body) };
    let (version, number) = tx.propose_text(new, &passages).await?;
    tx.keep_rests(version, text.rests_on).await?;
    tx.keep_line_origins(version, origins).await?;
    let commitment = app.keys.commit_to("article", body.as_bytes());
    tx.commit(AuditEvent::ArticleProposed { article, version, commitment }).await?;
    app.live.committed();
    Ok(number)
}

/// What the owner says to a proposed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is what the article says from now on, until this date; the source's interval without one.
    Approve(Option<Timestamp>),
    /// It never will be.
    Decline,
}

/// The owner answers a proposed text.
///
/// # Errors
/// [`Refusal::Role`] for all but the owners and administrators; [`FlowError::Stale`] when it was answered already;
/// [`FlowError::Invalid`] for a review date that cannot be.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    article: ArticleId,
    number: i64,
    answer: Answer,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let keepers = owned(&mut tx, session, article).await?;
    let text: Text = tx.text(article, number).await?;
    if text.state != VersionState::Proposed {
        return Err(FlowError::Stale);
    }
    let version: VersionId = text.id;
    let event = match answer {
        Answer::Approve(until) => {
            let until = review_date(until, keepers.interval_days, app.clock.now())?;
            tx.approve_text(article, &text, until).await?;
            AuditEvent::ArticleApproved { article, version, digest: text.digest }
        }
        Answer::Decline => {
            tx.decline_text(version).await?;
            AuditEvent::ArticleDeclined { article, version }
        }
    };
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// The owner read an article again and it still holds, until this date; the source's interval without one.
///
/// # Errors
/// As [`answer`].
pub async fn review(
    app: &App,
    session: &AgentSession,
    article: ArticleId,
    until: Option<Timestamp>,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let keepers = owned(&mut tx, session, article).await?;
    let until = review_date(until, keepers.interval_days, app.clock.now())?;
    tx.review_article(article, until).await?;
    tx.commit(AuditEvent::ArticleReviewed { article }).await?;
    app.live.committed();
    Ok(())
}

/// The owner takes an article back: it grounds nothing from now on.
///
/// # Errors
/// [`Refusal::Role`] for all but the owners and administrators.
pub async fn withdraw(app: &App, session: &AgentSession, article: ArticleId) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    owned(&mut tx, session, article).await?;
    tx.set_article_state(article, ArticleState::Withdrawn).await?;
    tx.commit(AuditEvent::ArticleRetired { article, state: ArticleState::Withdrawn.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

async fn owned(tx: &mut store::Tx, session: &AgentSession, article: ArticleId) -> Result<store::Keepers, FlowError> {
    let keepers = tx.keepers(article).await?;
    may_approve(session.agent().id, session.agent().role, keepers.owner, keepers.source_owner)?;
    Ok(keepers)
}

fn review_date(asked: Option<Timestamp>, interval_days: i64, now: Timestamp) -> Result<Timestamp, FlowError> {
    let latest = now.plus_seconds(REVIEW_DAYS_MAX * 86_400);
    match asked {
        None => Ok(now.plus_seconds(interval_days.clamp(1, REVIEW_DAYS_MAX) * 86_400)),
        Some(date) if date > now && date <= latest => Ok(date),
        Some(_) => Err(FlowError::Invalid(format!(
            "The next review is a date in the future, at most {REVIEW_DAYS_MAX} days away."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_review_is_in_the_future_and_not_too_far() {
        let now = Timestamp::from_secs(1_000_000);
        let days = |n: i64| now.plus_seconds(n * 86_400);
        assert_eq!(review_date(None, 90, now).ok(), Some(days(90)));
        assert_eq!(review_date(None, 0, now).ok(), Some(days(1)));
        assert_eq!(review_date(Some(days(30)), 90, now).ok(), Some(days(30)));
        for wrong in [days(-1), now, days(REVIEW_DAYS_MAX + 1)] {
            assert!(review_date(Some(wrong), 90, now).is_err());
        }
    }
}
