//! What this node last observed of the services, for looks at tickets. Derived and in memory: whoever holds telemetry tells it here.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use desk::{Timestamp, diagnosis::Observed};
use embed::Vector;

/// Vectors of templates held: at 1.5 kB each, some 6 MB.
const HELD: usize = 4_096;

/// The newest observation, and the meaning of what its templates say.
#[derive(Default)]
pub struct Observations {
    newest: RwLock<Option<(Timestamp, Arc<Observed>)>>,
    vectors: Mutex<HashMap<String, Vector>>,
    /// Size of the record when incidents were last looked for.
    looked_at: AtomicI64,
}

impl Observations {
    /// Takes the place of what was told before.
    pub fn tell(&self, observed: Observed, now: Timestamp) {
        if let Ok(mut newest) = self.newest.write() {
            *newest = Some((now, Arc::new(observed)));
        }
    }

    /// What was told last, and when; none where nobody observes anything.
    #[must_use]
    pub fn held(&self) -> Option<(Timestamp, Arc<Observed>)> {
        self.newest.read().ok().and_then(|newest| newest.clone())
    }

    /// Whether the record grew since the last time this was asked.
    pub fn grew(&self, head: i64) -> bool {
        self.looked_at.swap(head, Ordering::Relaxed) != head
    }

    /// The meaning of a template, made once.
    pub fn vector(&self, text: &str, make: impl FnOnce() -> Option<Vector>) -> Option<Vector> {
        if let Some(known) = self.vectors.lock().ok()?.get(text) {
            return Some(known.clone());
        }
        let made = make()?;
        let mut vectors = self.vectors.lock().ok()?;
        if vectors.len() >= HELD {
            vectors.clear();
        }
        vectors.insert(text.to_owned(), made.clone());
        Some(made)
    }
}
