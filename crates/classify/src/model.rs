//! The trained model and its card.

use serde::{Deserialize, Serialize};

use crate::calibration::{Calibration, Metrics};
use crate::features::{Vocabulary, Word, unit, words};
use crate::heads::Heads;
use crate::memory::{Memory, Note};
use crate::regression::Row;
use crate::{Example, predict::Evidence};

/// What a model was made of and how it did; shown to people and stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Labels, in the order of the weights (sorted).
    pub labels: Vec<String>,
    /// Training examples of each label, in the same order.
    pub examples_of: Vec<usize>,
    /// Number of training examples.
    pub examples: usize,
    /// Texts that stand under more than one label, counted once each: nothing can tell those labels apart by them.
    pub conflicts: usize,
    /// SHA-256 over the sorted examples, in hexadecimal.
    pub fingerprint: String,
    /// When it was trained: microseconds since 1970 UTC, as handed in.
    pub trained_at: i64,
    /// Components of the meaning vectors; 0 when it was trained on words alone.
    pub dimensions: usize,
    /// The precision its thresholds were chosen for, in 0..=1.
    pub target_precision: f32,
    /// Share of texts whose set may miss the right label, in 0..=1.
    pub error_rate: f32,
    /// Share of familiar texts it may call unfamiliar, in 0..=1.
    pub unfamiliar_rate: f32,
    /// How it did on held-back rows.
    pub metrics: Metrics,
}

/// A trained classifier. Made by [`crate::train`] or [`Model::from_bytes`].
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) card: Card,
    pub(crate) calibration: Calibration,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) heads: Heads,
    pub(crate) memory: Memory,
    /// Ids of the examples in `memory`, and the position of each one's label.
    pub(crate) ids: Vec<(String, u32)>,
    pub(crate) notes: Vec<Note>,
}

impl Model {
    /// What the model was made of and how it did.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Whether an example of this id was among those it was trained on.
    pub fn has_learnt(&self, id: &str) -> bool {
        self.ids.iter().any(|(known, _)| known == id)
    }

    /// How much the model has seen of a label; [`Evidence::None`] for one it does not know.
    pub fn evidence(&self, label: &str) -> Evidence {
        let at = self.card.labels.iter().position(|known| known == label);
        Evidence::of(at.and_then(|at| self.card.examples_of.get(at)).copied().unwrap_or(0))
    }

    /// Takes a person's word on one text: from now on the same text, and one nearly the same, gets this label at
    /// once. A later word on the same id or the same text replaces the earlier one. The weights learn it only in the
    /// next training. The label need not be one of the card's.
    ///
    /// Returns whether it was taken: not when the label is empty or the text has neither a word nor a vector.
    pub fn remember(&mut self, example: &Example) -> bool {
        let found = words(&example.text);
        let row = self.row(&found, example.vector.as_deref());
        if example.label.trim().is_empty() || (found.is_empty() && row.dense.is_empty()) {
            return false;
        }
        let note = Note::new(&example.id, &example.label, &found, &row);
        self.notes.retain(|old| old.id != note.id && old.digest != note.digest);
        self.notes.push(note);
        true
    }

    /// Takes a remembered correction back. Returns whether there was one of this id.
    pub fn forget(&mut self, id: &str) -> bool {
        let before = self.notes.len();
        self.notes.retain(|note| note.id != id);
        self.notes.len() < before
    }

    /// The row of a text; `vector` is left out when it does not fit.
    pub(crate) fn row(&self, found: &[Word], vector: Option<&[f32]>) -> Row {
        row(&self.vocabulary, found, vector, self.card.dimensions)
    }
}

pub(crate) fn row(vocabulary: &Vocabulary, found: &[Word], vector: Option<&[f32]>, dimensions: usize) -> Row {
    let sparse = vocabulary.features(found);
    let dense = vector.filter(|_| dimensions > 0).and_then(|v| unit(v, dimensions)).unwrap_or_default();
    Row { sparse, dense }
}
