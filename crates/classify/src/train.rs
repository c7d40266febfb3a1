//! Training: hold rows back, calibrate on them, then learn from everything.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::Example;
use crate::calibration::{Calibration, Held, held};
use crate::features::{Vocabulary, digest, words};
use crate::heads::Heads;
use crate::memory::Memory;
use crate::model::{Card, Model, row};
use crate::random::Random;
use crate::regression::Row;

/// Up to this many examples every row is held back once (cross-validation); above it a share is enough.
const SMALL: usize = 2000;
const FOLDS: usize = 5;
/// One row in this many is held back in a large set.
const LARGE_FOLDS: usize = 7;

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Same seed and same examples in the same order: the same bytes.
    pub seed: u64,
    /// Precision that decided rows shall have, in 0..=1.
    pub target_precision: f32,
    /// Share of texts whose set of labels may miss the right one, in 0..=1.
    pub error_rate: f32,
    /// Share of familiar texts that may be called unfamiliar, in 0..=1.
    pub unfamiliar_rate: f32,
    /// Stored in the card: microseconds since 1970 UTC.
    pub trained_at: i64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { seed: 1, target_precision: 0.95, error_rate: 0.1, unfamiliar_rate: 0.02, trained_at: 0 }
    }
}

/// Why no model can be made from the examples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Fewer than two labels.
    #[error("training needs examples or descriptions of two labels, found {found}: label more examples")]
    TooFew {
        /// Labels found.
        found: usize,
    },
    /// A label without a name.
    #[error("example {index} has an empty label: name it or leave the example out")]
    EmptyLabel {
        /// Position in the examples; descriptions count on after them.
        index: usize,
    },
    /// A vector that is zero or not finite.
    #[error("example {index} has a vector without direction: encode its text again")]
    BadVector {
        /// Position in the examples; descriptions count on after them.
        index: usize,
    },
}

/// What is learnt from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lessons<'a> {
    /// Texts with their labels.
    pub examples: &'a [Example],
    /// Labels told by name and description; they need no example, and help while there are few.
    pub labels: &'a [Described],
    /// Rows to calibrate on, of the same kind as `examples` but not among them. When empty, training holds back rows
    /// of its own and learns from everything afterwards.
    pub held_back: &'a [Example],
}

impl<'a> From<&'a [Example]> for Lessons<'a> {
    fn from(examples: &'a [Example]) -> Lessons<'a> {
        Lessons { examples, ..Lessons::default() }
    }
}

impl<'a> From<&'a Vec<Example>> for Lessons<'a> {
    fn from(examples: &'a Vec<Example>) -> Lessons<'a> {
        examples.as_slice().into()
    }
}

/// A label in the words of whoever keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The label.
    pub label: String,
    /// Its name and what belongs to it, as a person would say it.
    pub text: String,
    /// Meaning of `text`, from the encoder of the examples.
    pub vector: Option<Vec<f32>>,
}

/// Trains a model. About 1 ms per example on one core with a hundred labels and vectors.
///
/// # Errors
/// [`TrainError`] when the examples cannot make a model; nothing is trained by half.
pub fn train<'a>(lessons: impl Into<Lessons<'a>>, settings: &Settings) -> Result<Model, TrainError> {
    let lessons = lessons.into();
    let examples = lessons.examples;
    let (labels, targets) = targets(&lessons)?;
    let dimensions = dimensions(&lessons);
    let texts = examples.iter().map(|e| e.text.as_str()).chain(lessons.labels.iter().map(|d| d.text.as_str()));
    let vocabulary = Vocabulary::learn(texts);
    let vectors = examples.iter().map(|e| &e.vector).chain(lessons.labels.iter().map(|d| &d.vector));
    let texts = examples.iter().map(|e| e.text.as_str()).chain(lessons.labels.iter().map(|d| d.text.as_str()));
    let rows = rows(&vocabulary, texts.zip(vectors), dimensions)?;
    let data = Data {
        rows,
        examples: examples.len(),
        targets,
        labels: labels.len(),
        features: vocabulary.len(),
        seed: settings.seed,
    };
    let all: Vec<usize> = (0..data.rows.len()).collect();
    let own: Vec<usize> = (0..examples.len()).collect();
    let heads = data.fit(&all);
    let memory = Memory::new(&data.rows, &own, &data.targets, data.labels);
    let held = if lessons.held_back.is_empty() {
        data.held_back()
    } else {
        let mut rows_held = Vec::new();
        for example in lessons.held_back {
            let Ok(target) = labels.binary_search(&example.label) else { continue };
            let row = row(&vocabulary, &words(&example.text), example.vector.as_deref(), dimensions);
            rows_held.push(held(&heads, &memory, &row, target));
        }
        rows_held
    };
    let (calibration, metrics) = Calibration::fit(&held, labels.len(), settings.target_precision);
    let mut examples_of = vec![0; labels.len()];
    for target in data.targets.iter().take(examples.len()) {
        if let Some(count) = examples_of.get_mut(*target) {
            *count += 1;
        }
    }
    let ids = examples.iter().zip(&data.targets).map(|(e, target)| (e.id.clone(), *target as u32)).collect();
    let card = Card {
        labels,
        examples_of,
        examples: examples.len(),
        conflicts: conflicts(examples),
        fingerprint: fingerprint(examples),
        trained_at: settings.trained_at,
        dimensions,
        target_precision: settings.target_precision,
        error_rate: settings.error_rate,
        unfamiliar_rate: settings.unfamiliar_rate,
        metrics,
    };
    Ok(Model { card, calibration, vocabulary, heads, memory, ids, notes: Vec::new() })
}

fn rows<'a>(
    vocabulary: &Vocabulary,
    texts: impl Iterator<Item = (&'a str, &'a Option<Vec<f32>>)>,
    dimensions: usize,
) -> Result<Vec<Row>, TrainError> {
    let mut rows = Vec::new();
    for (index, (text, vector)) in texts.enumerate() {
        let row = row(vocabulary, &words(text), vector.as_deref(), dimensions);
        if row.dense.len() != dimensions {
            return Err(TrainError::BadVector { index });
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Rows to learn from: the examples, then the descriptions.
struct Data {
    rows: Vec<Row>,
    examples: usize,
    targets: Vec<usize>,
    labels: usize,
    features: usize,
    seed: u64,
}

impl Data {
    fn fit(&self, kept: &[usize]) -> Heads {
        Heads::fit(&self.rows, &self.targets, self.labels, self.features, kept, self.seed)
    }

    /// Examples seen by models that have not learnt them. The vocabulary has, which moves only the idf.
    fn held_back(&self) -> Vec<Held> {
        let small = self.examples <= SMALL;
        let folds = self.folds(if small { FOLDS } else { LARGE_FOLDS });
        let mut found = Vec::new();
        for fold in 0..if small { FOLDS } else { 1 } {
            let (out, kept): (Vec<usize>, Vec<usize>) =
                (0..self.rows.len()).partition(|&at| folds.get(at) == Some(&fold));
            if out.is_empty() {
                continue;
            }
            let heads = self.fit(&kept);
            let own: Vec<usize> = kept.into_iter().filter(|&at| at < self.examples).collect();
            let memory = Memory::new(&self.rows, &own, &self.targets, self.labels);
            for at in out {
                if let (Some(row), Some(&target)) = (self.rows.get(at), self.targets.get(at)) {
                    found.push(held(&heads, &memory, row, target));
                }
            }
        }
        found
    }

    /// A fold per example, each label spread evenly. The only example of a label and descriptions are never held back.
    fn folds(&self, folds: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.examples).collect();
        Random(self.seed ^ 0x5eed).shuffle(&mut order);
        let mut fold_of = vec![usize::MAX; self.rows.len()];
        for label in 0..self.labels {
            let members: Vec<usize> =
                order.iter().copied().filter(|&at| self.targets.get(at) == Some(&label)).collect();
            if members.len() < 2 {
                continue;
            }
            for (n, at) in members.into_iter().enumerate() {
                if let Some(fold) = fold_of.get_mut(at) {
                    // Labels start at different folds, so that small labels fill all of them.
                    *fold = (n + label) % folds;
                }
            }
        }
        fold_of
    }
}

/// The labels, sorted, and the position of each row's label among them.
fn targets(lessons: &Lessons<'_>) -> Result<(Vec<String>, Vec<usize>), TrainError> {
    let named = || lessons.examples.iter().map(|e| &e.label).chain(lessons.labels.iter().map(|d| &d.label));
    if let Some(index) = named().position(|label| label.trim().is_empty()) {
        return Err(TrainError::EmptyLabel { index });
    }
    let labels: Vec<String> = named().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let targets = named().filter_map(|label| labels.binary_search(label).ok()).collect();
    if labels.len() < 2 { Err(TrainError::TooFew { found: labels.len() }) } else { Ok((labels, targets)) }
}

/// Texts, as words in order, that stand under more than one label.
fn conflicts(examples: &[Example]) -> usize {
    let mut labels_of: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for example in examples {
        labels_of.entry(digest(&words(&example.text))).or_default().insert(&example.label);
    }
    labels_of.values().filter(|labels| labels.len() > 1).count()
}

/// The common length of all vectors; 0 when one is missing or differs.
fn dimensions(lessons: &Lessons<'_>) -> usize {
    let vectors = lessons.examples.iter().map(|e| &e.vector).chain(lessons.labels.iter().map(|d| &d.vector));
    let mut lengths = vectors.map(|vector| vector.as_ref().map_or(0, Vec::len));
    let first = lengths.next().unwrap_or(0);
    if lengths.all(|length| length == first) { first } else { 0 }
}

/// SHA-256 over the examples in sorted order, fields prefixed with their length.
fn fingerprint(examples: &[Example]) -> String {
    let mut sorted: Vec<(&str, &str, Vec<u8>)> = examples
        .iter()
        .map(|e| {
            let vector = e.vector.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
            (e.label.as_str(), e.text.as_str(), vector)
        })
        .collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for (label, text, vector) in sorted {
        for field in [label.as_bytes(), text.as_bytes(), &vector] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
