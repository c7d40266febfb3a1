//! Keeps what people looked for, so that what nobody finds becomes visible. Words with personal data in them are not kept.

use desk::ids::SearchId;
use store::AgentSession;

use crate::{App, FlowError};

/// Longest search kept, in characters.
const WORDS_CHARS: usize = 200;

/// Keeps a search with how much was found; none where its words name or number somebody.
///
/// # Errors
/// [`FlowError::Invalid`] for no words; whatever the database says.
pub async fn keep(app: &App, session: &AgentSession, words: &str, found: u32) -> Result<Option<SearchId>, FlowError> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().filter(|c| *c != '\0').take(WORDS_CHARS).collect();
    if words.is_empty() {
        return Err(FlowError::Invalid("A search has words.".to_owned()));
    }
    if !redact::find(&words, &[]).is_ok_and(|found| found.is_empty()) {
        return Ok(None);
    }
    let words = words.to_lowercase();
    Ok(Some(app.store.keep_search(session.agent().id, &words, i64::from(found), app.clock.now()).await?))
}

/// The person opened something they found.
///
/// # Errors
/// [`FlowError::NotFound`] for another's search.
pub async fn opened(app: &App, session: &AgentSession, search: SearchId) -> Result<(), FlowError> {
    Ok(app.store.search_opened(search, session.agent().id, app.clock.now()).await?)
}
