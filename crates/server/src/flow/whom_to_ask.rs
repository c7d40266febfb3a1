//! Where sources disagree or are silent no draft is made up: the ticket says so, and whom to ask.

use desk::{
    assemble::plain,
    audit::Service,
    draft::{Composed, Sentence},
    grounding,
    ids::ArticleId,
    knowledge::{Cited, Origin},
};
use store::Purpose;

use super::find_contradictions::{self, Contradiction, Side};
use crate::{App, FlowError};

/// How the sentence begins that says so on the ticket.
pub const DISAGREE: &str = "The sources disagree.";
/// Share of a source's sentence that a draft must say to have quoted it.
const QUOTED_MIN: f64 = 0.8;

/// Why a draft that says this would hide a contradiction between approved sources: both sentences, and whom to ask.
///
/// # Errors
/// Whatever the database says.
pub async fn disagreement(app: &App, cited: &[Cited], composed: &Composed) -> Result<Option<String>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let all = find_contradictions::current(app, &grant).await?;
    let met = all.iter().find_map(|pair| composed.sentences.iter().find_map(|s| ours_first(pair, s, cited)));
    let Some((ours, theirs)) = met else { return Ok(None) };
    let mut conn = app.store.read().await?;
    let (here, there) = (conn.article(&grant, ours.article).await?, conn.article(&grant, theirs.article).await?);
    let whom = if here.owner == there.owner { here.owner } else { format!("{} or {}", here.owner, there.owner) };
    Ok(Some(format!(
        "{DISAGREE} {}: “{}” {}: “{}” Ask {whom} which holds before you answer.",
        ours.title,
        plain(&ours.sentence),
        theirs.title,
        plain(&theirs.sentence)
    )))
}

/// The two sides, that of the sentence first, when the sentence quotes one of them.
fn ours_first<'a>(pair: &'a Contradiction, sentence: &Sentence, cited: &[Cited]) -> Option<(&'a Side, &'a Side)> {
    let [left, right] = &pair.sides;
    let quotes = |side: &Side| {
        let of_article = |c: &&Cited| sentence.citations.contains(&c.citation) && article_of(c) == Some(side.article);
        let (theirs, said) =
            (grounding::content_words(&plain(&side.sentence)), grounding::content_words(&sentence.text));
        let shared = theirs.iter().filter(|word| said.contains(word)).count();
        // Two ways to split a text into sentences differ by a word or two.
        cited.iter().any(|c| of_article(&c)) && shared as f64 >= QUOTED_MIN * theirs.len() as f64
    };
    if quotes(left) { Some((left, right)) } else { quotes(right).then_some((right, left)) }
}

/// Whom to ask where nothing answers: who keeps the article that comes nearest, or the requester.
///
/// # Errors
/// Whatever the database says.
pub async fn keeper(app: &App, cited: &[Cited]) -> Result<String, FlowError> {
    let Some(nearest) = cited.iter().find_map(article_of) else {
        return Ok("Ask the customer what they need, or a colleague who knows.".to_owned());
    };
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let article = app.store.read().await?.article(&grant, nearest).await?;
    Ok(format!("Ask {}, who keeps “{}”, or ask the customer back.", article.owner, article.title))
}

const fn article_of(cited: &Cited) -> Option<ArticleId> {
    match cited.origin {
        Origin::Passage { article, .. } => Some(article),
        Origin::Reply { .. } => None,
    }
}
