//! Training: hold rows back, calibrate on them, then learn from everything.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::Example;
use crate::calibration::{Calibration, Held};
use crate::features::Vocabulary;
use crate::memory::Memory;
use crate::model::{Card, Model, row};
use crate::regression::{Row, Weights, softmax};

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
    /// Stored in the card: microseconds since 1970 UTC.
    pub trained_at: i64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { seed: 1, target_precision: 0.95, trained_at: 0 }
    }
}

/// Why no model can be made from the examples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Fewer than two labels with two examples each.
    #[error("training needs two labels with two examples each, found {found} such labels: label more examples")]
    TooFew {
        /// Labels with at least two examples.
        found: usize,
    },
    /// A label without a name.
    #[error("example {index} has an empty label: name it or leave the example out")]
    EmptyLabel {
        /// Position in the examples.
        index: usize,
    },
    /// A vector that is zero or not finite.
    #[error("example {index} has a vector without direction: encode its text again")]
    BadVector {
        /// Position in the examples.
        index: usize,
    },
}

/// Trains a model. Well under 1 ms per example on one core with a hundred labels.
///
/// # Errors
/// [`TrainError`] when the examples cannot make a model.
pub fn train(examples: &[Example], settings: &Settings) -> Result<Model, TrainError> {
    let (labels, targets) = targets(examples)?;
    let dimensions = dimensions(examples);
    let vocabulary = Vocabulary::learn(examples.iter().map(|e| e.text.as_str()));
    let mut rows = Vec::with_capacity(examples.len());
    for (index, example) in examples.iter().enumerate() {
        let row = row(&vocabulary, &example.text, example.vector.as_deref(), dimensions);
        if row.dense.len() != dimensions {
            return Err(TrainError::BadVector { index });
        }
        rows.push(row);
    }
    let data = Data { rows, targets, labels: labels.len(), features: vocabulary.len(), seed: settings.seed };
    let (calibration, metrics) = Calibration::fit(&data.held_back(), settings.target_precision, dimensions > 0);
    let all: Vec<usize> = (0..examples.len()).collect();
    let weights = data.fit(&all);
    let memory = Memory::new(&data.rows, &all, &data.targets, data.labels);
    let card = Card {
        labels,
        examples: examples.len(),
        fingerprint: fingerprint(examples),
        trained_at: settings.trained_at,
        dimensions,
        target_precision: settings.target_precision,
        metrics,
    };
    Ok(Model { card, calibration, vocabulary, weights, memory })
}

struct Data {
    rows: Vec<Row>,
    targets: Vec<usize>,
    labels: usize,
    features: usize,
    seed: u64,
}

impl Data {
    fn fit(&self, kept: &[usize]) -> Weights {
        let dimensions = self.rows.first().map_or(0, |row| row.dense.len());
        let mut weights = Weights::new(self.labels, self.features, dimensions);
        let rounds = (200_000 / kept.len().max(1)).clamp(15, 60);
        let mut random = Random(self.seed);
        weights.fit(&self.rows, &self.targets, &mut kept.to_vec(), rounds, |order| random.shuffle(order));
        weights
    }

    /// Scores of rows by models that have not seen them. The vocabulary has, which moves only the idf.
    fn held_back(&self) -> Vec<Held> {
        let small = self.rows.len() <= SMALL;
        let folds = self.folds(if small { FOLDS } else { LARGE_FOLDS });
        let mut held = Vec::new();
        for fold in 0..if small { FOLDS } else { 1 } {
            let (out, kept): (Vec<usize>, Vec<usize>) =
                (0..self.rows.len()).partition(|&at| folds.get(at) == Some(&fold));
            let weights = self.fit(&kept);
            let memory = Memory::new(&self.rows, &kept, &self.targets, self.labels);
            for at in out {
                let (Some(row), Some(&target)) = (self.rows.get(at), self.targets.get(at)) else { continue };
                let scores = weights.scores(row);
                let p = softmax(&scores, 1.0);
                let mut order: Vec<usize> = (0..p.len()).collect();
                order.sort_by(|&a, &b| p.get(b).partial_cmp(&p.get(a)).unwrap_or(std::cmp::Ordering::Equal));
                order.truncate(10);
                let similarity = memory.nearest(row, &order, 1).first().map_or(0.0, |n| n.similarity);
                held.push(Held { scores, target, similarity });
            }
        }
        held
    }

    /// A fold per row, each label spread evenly. The only example of a label is never held back.
    fn folds(&self, folds: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
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

fn targets(examples: &[Example]) -> Result<(Vec<String>, Vec<usize>), TrainError> {
    if let Some(index) = examples.iter().position(|e| e.label.trim().is_empty()) {
        return Err(TrainError::EmptyLabel { index });
    }
    let labels: Vec<String> = examples.iter().map(|e| e.label.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let targets: Vec<usize> = examples.iter().filter_map(|e| labels.binary_search(&e.label).ok()).collect();
    let mut sizes = vec![0_usize; labels.len()];
    for &target in &targets {
        if let Some(size) = sizes.get_mut(target) {
            *size += 1;
        }
    }
    let found = sizes.iter().filter(|&&n| n >= 2).count();
    if found < 2 { Err(TrainError::TooFew { found }) } else { Ok((labels, targets)) }
}

/// The common length of all vectors; 0 when one is missing or differs.
fn dimensions(examples: &[Example]) -> usize {
    let length = |e: &Example| e.vector.as_ref().map_or(0, Vec::len);
    let first = examples.first().map_or(0, length);
    if examples.iter().all(|e| length(e) == first) { first } else { 0 }
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

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    /// Fisher-Yates.
    fn shuffle(&mut self, order: &mut [usize]) {
        for at in (1..order.len()).rev() {
            let other = self.below(at + 1);
            order.swap(at, other);
        }
    }
}
