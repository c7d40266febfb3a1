//! The search index and the embedding model of this node, behind one face.
//!
//! What is in the index follows the record; what may be found follows the grant, as tags that the
//! index filters by before it ranks. Without weights everything works on words alone.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use desk::{
    Timestamp,
    consent::{DeskDefault, Voices, may_use_ai},
    ids::ArticleId,
    knowledge::may_ground,
    language::Language,
    looking::Looking,
};
use embed::Encoder;
use search::{Filter, Hit, Index, Opened, Passage, Query, Ranking};
use store::{Grant, PassageFeed, PastCase, Purpose, Scope, Store};

use crate::FlowError;

/// Passages embedded between two commits.
const BATCH: usize = 16;

/// Index and encoder.
pub struct Library {
    index: Index,
    encoder: Option<Arc<Encoder>>,
    no_encoder: String,
    todo: AtomicU64,
    next_due: Mutex<Option<Timestamp>>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Passages of articles.
    Passages,
    /// Solved cases.
    Cases,
}

/// A search within a grant.
pub struct SearchRequest<'a> {
    /// Words, any length.
    pub words: &'a str,
    /// Who looks, and for what.
    pub grant: &'a Grant,
    /// Passages or cases.
    pub kind: Kind,
    /// At most this many.
    pub limit: usize,
    /// Only cases of this queue, beside what the grant says.
    pub queue: Option<&'a str>,
    /// What else was asked of the passages: product, language, audience.
    pub about: Option<&'a Looking>,
}

/// The meaning of what is asked.
pub struct Question {
    /// Of all of it, as far as the encoder reads.
    pub whole: embed::Vector,
    /// Of its parts, when it has several.
    pub parts: Vec<embed::Vector>,
}

/// The state of the embedding model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingState {
    /// `ready`, `missing` or `filling`.
    pub state: &'static str,
    /// Vectors there.
    pub done: u64,
    /// Vectors wanted.
    pub total: u64,
    /// One sentence.
    pub detail: String,
}

impl Library {
    /// Opens index and weights. A damaged index is cleared and filled again; missing weights are said.
    ///
    /// # Errors
    /// When the folder cannot be used at all.
    pub fn open(folder: &Path, weights: &Path) -> Result<Self, FlowError> {
        let opened = Index::open(folder).map_err(|e| FlowError::Unavailable(e.to_string()))?;
        if let Opened::Rebuild { why, .. } = &opened {
            tracing::warn!(why, "the search index is filled again from the database");
        }
        let (encoder, no_encoder) = match Encoder::open(weights) {
            Ok(encoder) => (Some(Arc::new(encoder)), String::new()),
            Err(error) => (None, error.to_string()),
        };
        let index = opened.into_index();
        if let Some(encoder) = &encoder {
            index.use_vector_space(encoder.model_name());
        }
        Ok(Self { index, encoder, no_encoder, todo: AtomicU64::new(0), next_due: Mutex::new(None) })
    }

    /// Entries of the record that the index has followed.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        i64::try_from(self.index.cursor()).unwrap_or(i64::MAX)
    }

    /// Makes everything put in so far searchable, and notes how far the record was followed.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn commit(&self, cursor: i64) -> Result<(), FlowError> {
        Ok(self.index.commit(u64::try_from(cursor).unwrap_or(0))?)
    }

    /// Passages and vectors there.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let passages = self.index.len();
        let vectors =
            if self.encoder.is_some() { passages.saturating_sub(self.todo.load(Ordering::Relaxed)) } else { 0 };
        (passages, vectors)
    }

    /// The state of the embedding model, for people.
    #[must_use]
    pub fn embedding(&self) -> EmbeddingState {
        let (total, done) = self.counts();
        if self.encoder.is_none() {
            return EmbeddingState {
                state: "missing",
                done: 0,
                total,
                detail: format!("Search and triage use words alone. {}", self.no_encoder),
            };
        }
        let todo = total.saturating_sub(done);
        if todo == 0 {
            return EmbeddingState { state: "ready", done, total, detail: "Meaning search is ready.".to_owned() };
        }
        EmbeddingState {
            state: "filling",
            done,
            total,
            detail: format!("Reading sources for meaning search: {done} of {total}."),
        }
    }

    /// The meaning of a text; none without weights.
    #[must_use]
    pub fn vector(&self, text: &str) -> Option<embed::Vector> {
        self.encoder.as_ref().map(|encoder| compute(|| encoder.encode(text)))
    }

    /// The meaning of a question and of its parts; none without weights.
    #[must_use]
    pub fn question(&self, text: &str) -> Option<Question> {
        let parts = search::parts(text);
        let texts: Vec<&str> = std::iter::once(text).chain(parts.iter().map(String::as_str)).collect();
        let vectors = compute(|| self.encoder.as_ref().map(|encoder| encoder.encode_all(&texts, 1)))?;
        let mut vectors = vectors.into_iter();
        Some(Question { whole: vectors.next()?, parts: vectors.collect() })
    }

    /// The meanings of several texts; empty without weights.
    #[must_use]
    pub fn vectors(&self, texts: &[String]) -> Vec<embed::Vector> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.encoder.as_ref().map_or_else(Vec::new, |encoder| compute(|| encoder.encode_all(&texts, 1)))
    }

    /// The meanings of several texts as plain numbers, for the classifier; none without weights.
    #[must_use]
    pub fn meanings(&self, texts: &[&str]) -> Option<Vec<Vec<f32>>> {
        let encoder = self.encoder.as_ref()?;
        let vectors = compute(|| encoder.encode_all(texts, 1));
        Some(vectors.into_iter().map(|vector| vector.as_slice().to_vec()).collect())
    }

    /// Searches. The grant's reach is part of the query.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn search(&self, request: &SearchRequest<'_>) -> Result<Vec<Hit>, FlowError> {
        let question = match request.kind {
            Kind::Passages => self.question(request.words),
            Kind::Cases => self.vector(request.words).map(|whole| Question { whole, parts: Vec::new() }),
        };
        self.search_with(request, question.as_ref())
    }

    /// Searches with a meaning already at hand.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn search_with(&self, request: &SearchRequest<'_>, question: Option<&Question>) -> Result<Vec<Hit>, FlowError> {
        let filter = filter(request);
        let mut query = Query::new(request.words, &filter);
        query.vector = question.map(|question| question.whole.as_slice());
        query.parts = question.into_iter().flat_map(|question| &question.parts).map(embed::Vector::as_slice).collect();
        query.limit = request.limit;
        (query.per_group, query.ranking) = match request.kind {
            Kind::Cases => (1, Ranking::Alike),
            Kind::Passages => (2, Ranking::Answers),
        };
        Ok(compute(|| self.index.search(&query))?)
    }

    /// Puts an article's current passages in place of what was there.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn put_article(&self, article: ArticleId, passages: Vec<PassageFeed>, now: Timestamp) -> Result<(), FlowError> {
        self.watch_due(&passages, now);
        let passages = passages
            .into_iter()
            .map(|p| {
                let grounds =
                    if may_ground(p.state, p.audience, p.review_by, now) { "ground:yes" } else { "ground:no" };
                let language = format!("language:{}", Language::guess(&p.text));
                Passage {
                    id: p.id.to_string(),
                    group: article.to_string(),
                    title: p.title,
                    heading: p.heading,
                    text: p.text,
                    scopes: vec![
                        "kind:passage".to_owned(),
                        grounds.to_owned(),
                        format!("product:{}", p.product.to_lowercase()),
                        format!("audience:{}", p.audience),
                        format!("region:{}", p.region.to_lowercase()),
                        language,
                    ],
                    boost: 1.0,
                    as_of: None,
                }
            })
            .collect();
        Ok(self.index.replace_group(&article.to_string(), passages)?)
    }

    /// Puts a solved case in, or takes it out when its people opted out.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn put_case(&self, case: &PastCase, desk: DeskDefault) -> Result<(), FlowError> {
        let group = case.ticket.to_string();
        if !may_use(case, desk) {
            self.index.remove_group(&group);
            return Ok(());
        }
        Ok(self.index.replace_group(&group, vec![passage_of(case)])?)
    }

    /// Takes a solved case out.
    pub fn remove_case(&self, ticket: desk::ids::TicketId) {
        self.index.remove_group(&ticket.to_string());
    }

    /// Rewrites index files so that nothing of what was taken out remains in them.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn purge(&self) -> Result<(), FlowError> {
        Ok(compute(|| self.index.purge())?)
    }

    fn watch_due(&self, passages: &[PassageFeed], now: Timestamp) {
        let next = passages.iter().filter_map(|p| p.review_by).filter(|by| *by > now).min();
        if let (Some(next), Ok(mut due)) = (next, self.next_due.lock()) {
            *due = Some(due.map_or(next, |known| known.min(next)));
        }
    }

    /// True once when an article's review date has passed since it was put in: then its right to
    /// ground replies has ended and the index must be told.
    #[must_use]
    pub fn review_date_passed(&self, now: Timestamp) -> bool {
        let Ok(mut due) = self.next_due.lock() else { return false };
        let passed = due.is_some_and(|next| next <= now);
        if passed {
            *due = None;
        }
        passed
    }

    /// Takes every vector that is cached already. Returns how many passages still lack one.
    ///
    /// # Errors
    /// Whatever index or database say.
    pub async fn fill_from_cache(&self, store: &Store) -> Result<u64, FlowError> {
        let Some(encoder) = &self.encoder else { return Ok(0) };
        let missing = self.index.missing_vectors(usize::MAX)?;
        let mut left = 0;
        for passage in &missing {
            let text = meaning_of(&passage.title, &passage.heading, &passage.text);
            let digest = desk::Digest::of(text.as_bytes()).to_string();
            let cached = store.vector(&digest, encoder.model_name()).await?;
            match cached.and_then(|bytes| embed::Vector::from_bytes(&bytes).ok()) {
                Some(vector) => self.index.set_vector(passage.key, vector.as_slice())?,
                None => left += 1,
            }
        }
        self.index.commit(self.index.cursor())?;
        self.todo.store(left, Ordering::Relaxed);
        Ok(left)
    }

    /// Embeds one batch of passages that have no vector yet. Returns how many are left.
    ///
    /// # Errors
    /// Whatever index or database say.
    pub async fn fill(&self, store: &Store) -> Result<u64, FlowError> {
        let Some(encoder) = &self.encoder else { return Ok(0) };
        let missing = self.index.missing_vectors(usize::MAX)?;
        self.todo.store(missing.len() as u64, Ordering::Relaxed);
        let mut fresh = Vec::new();
        for passage in missing.iter().take(BATCH) {
            let text = meaning_of(&passage.title, &passage.heading, &passage.text);
            let digest = desk::Digest::of(text.as_bytes()).to_string();
            let cached = store.vector(&digest, encoder.model_name()).await?;
            let vector = match cached.and_then(|bytes| embed::Vector::from_bytes(&bytes).ok()) {
                Some(vector) => vector,
                None => {
                    let vector = compute(|| encoder.encode(&text));
                    fresh.push((digest, vector.to_bytes()));
                    vector
                }
            };
            self.index.set_vector(passage.key, vector.as_slice())?;
        }
        if !fresh.is_empty() {
            store.keep_vectors(encoder.model_name(), &fresh).await?;
        }
        if !missing.is_empty() {
            self.index.commit(self.index.cursor())?;
        }
        let left = missing.len().saturating_sub(BATCH) as u64;
        self.todo.store(left, Ordering::Relaxed);
        Ok(left)
    }

    /// The name of the space that vectors of this node are in; none without weights.
    #[must_use]
    pub fn vector_space(&self) -> Option<&str> {
        self.encoder.as_ref().map(|encoder| encoder.model_name())
    }

    /// Whether weights are there.
    #[must_use]
    pub const fn has_encoder(&self) -> bool {
        self.encoder.is_some()
    }
}

/// The grant as tags.
fn filter(request: &SearchRequest<'_>) -> Filter {
    let tag = |t: &str| vec![t.to_owned()];
    match request.kind {
        Kind::Passages => {
            let filter = about(request.about).fold(Filter::any_of(tag("kind:passage")), Filter::and_any_of);
            if request.grant.purpose() == Purpose::Reply { filter.and_any_of(tag("ground:yes")) } else { filter }
        }
        Kind::Cases => {
            let mut filter = Filter::any_of(tag("kind:case"));
            if let Scope::Queues(queues) = request.grant.scope() {
                filter = filter.and_any_of(queues.iter().map(|q| format!("queue:{q}")).collect::<Vec<_>>());
            }
            match request.queue {
                Some(queue) => filter.and_any_of(tag(&format!("queue:{queue}"))),
                None => filter,
            }
        }
    }
}

/// What was asked of the passages as tags.
fn about(looking: Option<&Looking>) -> impl Iterator<Item = Vec<String>> {
    let audience = looking.and_then(|l| l.audience).map(|audience| audience.to_string()).unwrap_or_default();
    let (product, language) = looking.map(|l| (l.product.clone(), l.language.clone())).unwrap_or_default();
    let named = [("product", product), ("language", language), ("audience", audience)];
    let named = named.into_iter().filter(|(_, value)| !value.is_empty());
    let region = looking.map(|l| l.region.clone()).filter(|region| !region.is_empty());
    // What names no region holds in all of them.
    let there = region.map(|region| vec![format!("region:{region}"), "region:".to_owned()]);
    named.map(|(name, value)| vec![format!("{name}:{value}")]).chain(there)
}

/// A solved case as the index holds it.
#[must_use]
pub fn passage_of(case: &PastCase) -> Passage {
    let group = case.ticket.to_string();
    Passage {
        id: group.clone(),
        group,
        title: case.subject.clone(),
        heading: String::new(),
        text: case.question.clone(),
        scopes: vec!["kind:case".to_owned(), format!("queue:{}", case.queue)],
        boost: if case.outcome == "good" { 1.0 } else { 0.6 },
        as_of: Some(case.solved_at.micros()),
    }
}

/// The text whose meaning stands for a passage or a case; its digest is the cache's key.
#[must_use]
pub fn meaning_of(title: &str, heading: &str, text: &str) -> String {
    format!("{title}\n{heading}\n{text}")
}

/// Whether a solved case may be indexed, learnt from or shown to a drafter.
#[must_use]
pub fn may_use(case: &PastCase, desk: DeskDefault) -> bool {
    let (requester, organization) = case.said;
    may_use_ai(Voices { requester, organization: Some(organization), desk }).is_ok()
}

/// Runs arithmetic without holding up the other tasks of this thread.
pub fn compute<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use desk::people::AiSetting::{self, Default, In, Out};

    use super::*;

    fn case(said: (AiSetting, AiSetting)) -> PastCase {
        PastCase {
            ticket: store::new_id(),
            number: 1,
            subject: "Invoice".to_owned(),
            question: "Where is my invoice?".to_owned(),
            reply: "Under Billing.".to_owned(),
            queue: "billing".to_owned(),
            category: None,
            outcome: "good".to_owned(),
            solved_at: Timestamp::from_secs(1),
            opted_out: said.0 == Out || said.1 == Out,
            said,
        }
    }

    #[test]
    fn a_desk_that_asks_first_uses_the_past_cases_of_those_who_agreed() {
        let cases = [
            ((Default, Default), true, false),
            ((In, Default), true, true),
            ((Default, In), true, true),
            ((Out, In), false, false),
            ((In, Out), false, false),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        for (n, (said, opt_out, opt_in)) in cases.into_iter().enumerate() {
            for (desk, expected) in [(DeskDefault::OptOut, opt_out), (DeskDefault::OptIn, opt_in)] {
                let case = case(said);
                assert_eq!(may_use(&case, desk), expected, "{said:?} {desk:?}");
                let place = folder.path().join(format!("{n}-{desk}"));
                let library = Library::open(&place, &folder.path().join("none")).expect("opens");
                library.put_case(&case, desk).expect("put");
                library.commit(1).expect("commits");
                assert_eq!(library.counts().0, u64::from(expected), "what may not be used is not indexed");
            }
        }
    }
}
