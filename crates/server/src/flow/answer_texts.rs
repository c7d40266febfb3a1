//! An owner answers several waiting texts of one source with one yes or no. Each is asked everything it would be asked
//! alone, in a transaction of its own; what hides words from its readers is never among them.

use std::collections::HashMap;

use desk::{
    article::hidden,
    ids::{ArticleId, SourceId},
};
use store::{AgentSession, Grant, Purpose, WaitingText};

use super::write_article::{self, Answer};
use crate::{App, FlowError};

/// Texts answered at once, at most.
pub const MOST: usize = 200;

/// Why a text with hidden words has to be opened.
const HIDES: &str = "It hides words from its readers. Open it, read them, and answer it there.";

/// Texts of a source that wait, and whether each may be answered together with others.
///
/// # Errors
/// Whatever the database says.
pub async fn waiting(app: &App, session: &AgentSession, source: SourceId) -> Result<Vec<WaitingText>, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    Ok(app.store.read().await?.waiting_texts(&grant, source).await?)
}

/// Whether a reader of the page would not see all of it.
#[must_use]
pub fn hides(text: &WaitingText) -> bool {
    !text.hidden.is_empty() || !hidden(&text.body).is_empty()
}

/// What became of one text: none when it was answered, or a sentence why it was not.
pub type Fate = (ArticleId, i64, Option<String>);

/// Answers these texts of a source; one that cannot be answered holds up no other.
///
/// # Errors
/// [`FlowError::Invalid`] for none or too many, or a review date that cannot be; [`desk::Refusal`] when none was answered because this person may not;
/// whatever the database says, with those before it answered.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    source: SourceId,
    texts: &[(ArticleId, i64)],
    answer: Answer,
) -> Result<Vec<Fate>, FlowError> {
    if texts.is_empty() || texts.len() > MOST {
        return Err(FlowError::Invalid(format!("Name 1 to {MOST} texts.")));
    }
    let waiting = waiting(app, session, source).await?;
    let known: HashMap<(ArticleId, i64), &WaitingText> =
        waiting.iter().map(|text| ((text.article, text.number), text)).collect();
    let (mut fates, mut refusals) = (Vec::new(), Vec::new());
    for (article, number) in texts {
        let why = match known.get(&(*article, *number)) {
            None => Some("It does not wait for an answer any more.".to_owned()),
            Some(text) if hides(text) => Some(HIDES.to_owned()),
            Some(_) => match write_article::answer(app, session, *article, *number, answer).await {
                Ok(()) => None,
                Err(FlowError::Stale) => Some("Somebody else answered it in the meantime.".to_owned()),
                Err(FlowError::Refused(refusal)) => {
                    let why = refusal.to_string();
                    refusals.push(refusal);
                    Some(why)
                }
                Err(error) => return Err(error),
            },
        };
        fates.push((*article, *number, why));
    }
    let is_any_answered = fates.iter().any(|(_, _, why)| why.is_none());
    match refusals.pop() {
        Some(refusal) if !is_any_answered => Err(refusal.into()),
        _ => Ok(fates),
    }
}
