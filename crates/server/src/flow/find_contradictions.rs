//! Looks for approved articles that say different things about the same. Worked out again when an article changed, kept in
//! between; it decides nothing, it shows both sentences to their owners.

use std::sync::{Arc, Mutex};

use desk::{
    contradiction::{self, Difference},
    ids::{AgentId, ArticleId},
    knowledge::Audience,
};
use store::{ApprovedPassage, Grant, KnowledgeMark};

use crate::{App, FlowError, library::compute};

/// Contradictions shown, at most.
const MOST: usize = 100;

/// What was found the last time.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(KnowledgeMark, Arc<Vec<Contradiction>>)>>);

/// One side of a contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The article.
    pub article: ArticleId,
    /// Its title.
    pub title: String,
    /// Heading path.
    pub heading: String,
    /// Who may read it.
    pub audience: Audience,
    /// The sentence.
    pub sentence: String,
    /// Name of the article's owner: whom to ask.
    pub owner: String,
    /// The article's owner and the source's.
    pub owners: (AgentId, AgentId),
}

/// Two approved sentences that cannot both hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What they differ in.
    pub difference: Difference,
    /// The two sides.
    pub sides: [Side; 2],
}

/// Contradictions between articles that may speak now.
///
/// # Errors
/// Whatever the database says.
pub async fn current(app: &App, grant: &Grant) -> Result<Arc<Vec<Contradiction>>, FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let mark = conn.knowledge_mark(now).await?;
    if let Ok(kept) = app.contradictions.0.lock()
        && let Some((of, found)) = kept.as_ref()
        && *of == mark
    {
        return Ok(Arc::clone(found));
    }
    let passages = conn.approved_passages(grant, now).await?;
    let found = Arc::new(compute(|| among(&passages)));
    if let Ok(mut kept) = app.contradictions.0.lock() {
        *kept = Some((mark, Arc::clone(&found)));
    }
    Ok(found)
}

fn among(passages: &[ApprovedPassage]) -> Vec<Contradiction> {
    let (mut places, mut statements) = (Vec::new(), Vec::new());
    for passage in passages {
        for statement in contradiction::statements(&passage.text) {
            places.push(passage);
            statements.push(statement);
        }
    }
    let may_meet = |left: usize, right: usize| match (places.get(left), places.get(right)) {
        (Some(left), Some(right)) => about_one_thing(left, right),
        _ => false,
    };
    let side = |at: usize| {
        let (passage, statement) = (places.get(at)?, statements.get(at)?);
        Some(Side {
            article: passage.article,
            title: passage.title.clone(),
            heading: passage.heading.clone(),
            audience: passage.audience,
            sentence: statement.sentence.clone(),
            owner: passage.owner.clone(),
            owners: passage.owners,
        })
    };
    let pairs = contradiction::find(&statements, may_meet);
    let mut found: Vec<Contradiction> = Vec::new();
    for pair in pairs {
        let (Some(left), Some(right)) = (side(pair.left), side(pair.right)) else { continue };
        let sides = [left, right];
        // Two clauses of one sentence can contradict the same other sentence.
        if found.len() < MOST && !found.iter().any(|known| known.sides == sides) {
            found.push(Contradiction { difference: pair.difference, sides });
        }
    }
    found
}

/// Two articles, and nothing says that they are about different products, versions or regions.
fn about_one_thing(a: &ApprovedPassage, b: &ApprovedPassage) -> bool {
    let meets = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    a.article != b.article
        && meets(&a.product, &b.product)
        && meets(&a.applies_to, &b.applies_to)
        && meets(&a.region, &b.region)
}
