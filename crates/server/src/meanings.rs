//! The meaning of sentences while a draft is made. What articles say is read once, behind everything else or when it is
//! first cited, and kept by digest; only what is asked is read each time.

use std::{cell::RefCell, collections::HashMap, sync::Mutex};

use desk::{Digest, assemble, ids::PassageId, knowledge::Cited};
use embed::Vector;
use store::Store;

use crate::{App, FlowError, library::Library};

/// Passages whose sentences are read between two looks at other work.
const PASSAGES: i64 = 4;
/// Sentences held in memory: at 1.5 kB each, some 12 MB.
const HELD: usize = 8_192;

/// Sentences of articles that were used lately, and how far they were read behind everything else.
#[derive(Default)]
pub struct Recent {
    vectors: Mutex<HashMap<String, Vector>>,
    read_up_to: Mutex<Option<PassageId>>,
}

impl Recent {
    fn get(&self, text: &str) -> Option<Vector> {
        self.vectors.lock().ok()?.get(text).cloned()
    }

    fn put(&self, text: &str, vector: &Vector) {
        if let Ok(mut held) = self.vectors.lock() {
            if held.len() >= HELD {
                // All of it is in the database, one look away.
                held.clear();
            }
            held.insert(text.to_owned(), vector.clone());
        }
    }
}

/// The meaning of questions and of sentences that could be said; empty without weights.
#[derive(Default)]
pub struct Meanings(HashMap<String, Vector>);

impl Meanings {
    /// Reads what assembling will compare.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn know(&mut self, app: &App, question: &str, cited: &[Cited]) -> Result<(), FlowError> {
        let mut asked: Vec<String> = assemble::probes(question).into_iter().map(|probe| probe.full).collect();
        asked.retain(|text| !self.0.contains_key(text));
        // What a requester asks is kept nowhere.
        let vectors = app.library.vectors(&asked);
        self.0.extend(asked.into_iter().zip(vectors));
        let mut said = assemble::comparable(question, cited);
        said.retain(|text| !self.0.contains_key(text));
        self.0.extend(of_articles(&app.library, &app.store, &app.recent, said).await?);
        Ok(())
    }

    /// The cosine of two texts that are known.
    #[must_use]
    pub fn closeness(&self, a: &str, b: &str) -> Option<f64> {
        Some(f64::from(self.0.get(a)?.cosine(self.0.get(b)?)))
    }
}

/// Vectors of sentences that articles say: held, kept, or made now and kept.
async fn of_articles(
    library: &Library,
    store: &Store,
    recent: &Recent,
    texts: Vec<String>,
) -> Result<Vec<(String, Vector)>, FlowError> {
    let Some(model) = library.vector_space() else { return Ok(Vec::new()) };
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for text in texts {
        let kept = match recent.get(&text) {
            Some(vector) => Some(vector),
            None => store.vector(&key(&text), model).await?.and_then(|bytes| Vector::from_bytes(&bytes).ok()),
        };
        match kept {
            Some(vector) => found.push((text, vector)),
            None => unread.push(text),
        }
    }
    if !unread.is_empty() {
        let made = library.vectors(&unread);
        let fresh: Vec<(String, Vec<u8>)> =
            unread.iter().zip(&made).map(|(text, vector)| (key(text), vector.to_bytes())).collect();
        store.keep_vectors(model, &fresh).await?;
        found.extend(unread.into_iter().zip(made));
    }
    found.iter().for_each(|(text, vector)| recent.put(text, vector));
    Ok(found)
}

fn key(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

/// Reads the sentences of the next few passages that may ground a reply. Returns whether there are more.
///
/// # Errors
/// Whatever the database says.
pub async fn read_ahead(app: &App) -> Result<bool, FlowError> {
    let Some(model) = app.library.vector_space() else { return Ok(false) };
    let after = app.recent.read_up_to.lock().map(|at| *at).unwrap_or_default();
    let passages = app.store.read().await?.passages_said(after, PASSAGES).await?;
    for (passage, text) in &passages {
        let said = assemble::sayable(text);
        // Sentences of a passage are kept together: the last tells of all.
        let known = match said.last() {
            Some(last) => app.store.vector(&key(last), model).await?.is_some(),
            None => true,
        };
        if !known {
            of_articles(&app.library, &app.store, &app.recent, said).await?;
        }
        if let Ok(mut at) = app.recent.read_up_to.lock() {
            *at = Some(*passage);
        }
    }
    Ok(!passages.is_empty())
}

/// Meanings read when they are asked for.
pub struct OnDemand<'a> {
    app: &'a App,
    known: RefCell<HashMap<String, Vector>>,
}

impl<'a> OnDemand<'a> {
    /// With nothing read yet.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        Self { app, known: RefCell::default() }
    }

    /// The cosine of two texts; none without weights.
    #[must_use]
    pub fn closeness(&self, a: &str, b: &str) -> Option<f64> {
        Some(f64::from(self.of(a)?.cosine(&self.of(b)?)))
    }

    fn of(&self, text: &str) -> Option<Vector> {
        if let Some(known) = self.known.borrow().get(text) {
            return Some(known.clone());
        }
        let vector = self.app.library.vector(text)?;
        self.known.borrow_mut().insert(text.to_owned(), vector.clone());
        Some(vector)
    }
}
