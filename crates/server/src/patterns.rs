//! What this node counted of requests that come again and again. Derived, in memory, counted anew when the record grew.
//!
//! A pattern stays within one queue, so that whoever may not read a queue sees neither its numbers nor its words.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering},
};

use desk::{
    Timestamp,
    ids::{ArticleId, TicketId},
    pattern::{Fared, GapKind},
};
use store::{Grant, Scope};

/// Requests that ask for the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Its oldest request, which names it as long as it is looked at.
    pub id: TicketId,
    /// Queue of all its requests.
    pub queue: String,
    /// Its own words, the most telling first; empty where its people share none.
    pub words: Vec<String>,
    /// Its requests, the most typical first.
    pub requests: Vec<TicketId>,
    /// Different people who asked.
    pub people: usize,
    /// Requests by week, oldest first.
    pub weeks: Vec<usize>,
    /// Categories by how often they occur.
    pub categories: Vec<(String, usize)>,
    /// Minutes of agents; none where no reply was ever timed.
    pub minutes: Option<f64>,
    /// Requests whose own minutes are known.
    pub timed: usize,
    /// Articles that answer them.
    pub sources: Vec<Answering>,
    /// How drafting fared.
    pub fared: Fared,
    /// Whether knowledge is wanting.
    pub gap: Option<GapKind>,
}

/// An article that answers requests of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answering {
    /// Which.
    pub article: ArticleId,
    /// Replies to these requests that cited it.
    pub cited: usize,
}

/// One count over everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// When.
    pub at: Timestamp,
    /// Size of the record then.
    pub head: i64,
    /// Requests looked at, by queue.
    pub requests: Vec<(String, usize)>,
    /// Largest first.
    pub patterns: Vec<Pattern>,
}

/// The newest count.
#[derive(Default)]
pub struct Patterns {
    held: RwLock<Option<Arc<Counted>>>,
    asked: AtomicBool,
}

impl Patterns {
    /// What was counted last.
    #[must_use]
    pub fn held(&self) -> Option<Arc<Counted>> {
        self.held.read().ok().and_then(|held| held.clone())
    }

    /// Takes the place of what was counted before.
    pub fn hold(&self, counted: Counted) {
        if let Ok(mut held) = self.held.write() {
            *held = Some(Arc::new(counted));
        }
    }

    /// Drops the count, because somebody whose requests are in it may have opted out.
    pub fn forget(&self) {
        if let Ok(mut held) = self.held.write() {
            *held = None;
        }
    }

    /// Asks for a new count soon.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked since the last time this was asked.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
    }
}

impl Counted {
    /// The patterns within a grant.
    pub fn within<'a>(&'a self, grant: &'a Grant) -> impl Iterator<Item = &'a Pattern> {
        self.patterns.iter().filter(|pattern| reaches(grant, &pattern.queue))
    }

    /// Requests looked at within a grant.
    #[must_use]
    pub fn requests_within(&self, grant: &Grant) -> usize {
        self.requests.iter().filter(|(queue, _)| reaches(grant, queue)).map(|(_, n)| n).sum()
    }
}

fn reaches(grant: &Grant, queue: &str) -> bool {
    match grant.scope() {
        Scope::Desk => true,
        Scope::Queues(queues) => queues.iter().any(|known| known == queue),
    }
}
