//! The classifiers side by side, and what they say together.

use crate::network::{Network, add};
use crate::random::Random;
use crate::regression::{Row, Weights};

/// Linear head on words and meaning, and networks where vectors are there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heads {
    pub(crate) linear: Weights,
    /// [`NETWORKS`] of them, or none.
    pub(crate) networks: Vec<Network>,
}

/// Networks that differ only in their random beginnings: together they err less, and look less alike on texts that are
/// like nothing (Lakshminarayanan et al. 2017). A third changes nothing on validation data.
const NETWORKS: u64 = 2;

/// What the heads say of one row.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    /// One per label: the sum of the heads' log-probabilities.
    pub(crate) labels: Vec<f32>,
    /// The largest score before it is made a probability: low for texts unlike any label, because unlike a
    /// probability it does not have to sum to one over known labels (Hendrycks et al. 2022, MaxLogit).
    pub(crate) energy: f32,
}

/// Texts that the linear head sees in training: rounds over the rows, within bounds.
const SEEN: usize = 200_000;
const ROUNDS: (usize, usize) = (3, 60);

impl Heads {
    /// Trains all on the rows of `kept`.
    pub(crate) fn fit(
        rows: &[Row],
        targets: &[usize],
        labels: usize,
        features: usize,
        kept: &[usize],
        seed: u64,
    ) -> Heads {
        let dimensions = rows.first().map_or(0, |row| row.dense.len());
        let mut linear = Weights::new(labels, features, dimensions);
        let rounds = (SEEN / kept.len().max(1)).clamp(ROUNDS.0, ROUNDS.1);
        let mut random = Random(seed);
        linear.fit(rows, targets, &mut kept.to_vec(), rounds, |order| random.shuffle(order));
        let salts = (1..=NETWORKS).filter(|_| dimensions > 0);
        let networks = salts.map(|salt| Network::fit(rows, targets, labels, kept, (seed, salt))).collect();
        Heads { linear, networks }
    }

    pub(crate) fn scores(&self, row: &Row) -> Scores {
        let mut scores = self.linear.scores(row);
        if self.networks.is_empty() || row.dense.is_empty() {
            let mean = scores.iter().sum::<f32>() / scores.len().max(1) as f32;
            return Scores { energy: largest(&scores) - mean, labels: scores };
        }
        log_probabilities(&mut scores);
        let mut centred = vec![0.0; scores.len()];
        for network in &self.networks {
            let mut own = network.scores(row);
            add(&mut centred, &own, 1.0);
            log_probabilities(&mut own);
            add(&mut scores, &own, 1.0);
        }
        Scores { labels: scores, energy: largest(&centred) }
    }
}

fn largest(scores: &[f32]) -> f32 {
    scores.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

fn log_probabilities(scores: &mut [f32]) {
    let largest = largest(scores);
    let total: f32 = scores.iter().map(|s| (s - largest).exp()).sum();
    scores.iter_mut().for_each(|s| *s -= largest + total.ln());
}
