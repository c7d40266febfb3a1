//! The trained model and its card.

use serde::{Deserialize, Serialize};

use crate::calibration::{Calibration, Metrics};
use crate::features::{Vocabulary, unit, words};
use crate::memory::Memory;
use crate::regression::{Row, Weights};

/// What a model was made of and how it did; shown to people and stored with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Labels, in the order of the weights (sorted).
    pub labels: Vec<String>,
    /// Number of training examples.
    pub examples: usize,
    /// SHA-256 over the sorted examples, in hexadecimal.
    pub fingerprint: String,
    /// When it was trained: microseconds since 1970 UTC, as handed in.
    pub trained_at: i64,
    /// Components of the meaning vectors; 0 when it was trained on words alone.
    pub dimensions: usize,
    /// The precision its threshold was chosen for, in 0..=1.
    pub target_precision: f32,
    /// How it did on held-back rows.
    pub metrics: Metrics,
}

/// A trained classifier. Made by [`crate::train`] or [`Model::from_bytes`].
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) card: Card,
    pub(crate) calibration: Calibration,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) weights: Weights,
    pub(crate) memory: Memory,
}

impl Model {
    /// What the model was made of and how it did.
    pub fn card(&self) -> &Card {
        &self.card
    }
}

/// The row of a text; `vector` is left out when it does not fit.
pub(crate) fn row(vocabulary: &Vocabulary, text: &str, vector: Option<&[f32]>, dimensions: usize) -> Row {
    let sparse = vocabulary.features(&words(text)).into_iter().map(|f| (f.index, f.value)).collect();
    let dense = vector.filter(|_| dimensions > 0).and_then(|v| unit(v, dimensions)).unwrap_or_default();
    Row { sparse, dense }
}
