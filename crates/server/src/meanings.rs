//! The meaning of sentences while a draft is made: each text is read once.

use std::{cell::RefCell, collections::HashMap};

use desk::{assemble, knowledge::Cited};

use crate::App;

/// The meaning of questions and of sentences that could be said; empty without weights.
#[derive(Default)]
pub struct Meanings(HashMap<String, embed::Vector>);

impl Meanings {
    /// Reads what assembling will compare.
    pub fn know(&mut self, app: &App, question: &str, cited: &[Cited]) {
        let mut texts: Vec<String> = assemble::probes(question).into_iter().map(|probe| probe.full).collect();
        texts.extend(assemble::comparable(question, cited));
        texts.retain(|text| !self.0.contains_key(text));
        let vectors = app.library.vectors(&texts);
        self.0.extend(texts.into_iter().zip(vectors));
    }

    /// The cosine of two texts that are known.
    #[must_use]
    pub fn closeness(&self, a: &str, b: &str) -> Option<f64> {
        Some(f64::from(self.0.get(a)?.cosine(self.0.get(b)?)))
    }
}

/// Meanings read when they are asked for.
pub struct OnDemand<'a> {
    app: &'a App,
    known: RefCell<HashMap<String, embed::Vector>>,
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

    fn of(&self, text: &str) -> Option<embed::Vector> {
        if let Some(known) = self.known.borrow().get(text) {
            return Some(known.clone());
        }
        let vector = self.app.library.vector(text)?;
        self.known.borrow_mut().insert(text.to_owned(), vector.clone());
        Some(vector)
    }
}
