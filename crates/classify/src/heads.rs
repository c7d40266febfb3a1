//! The two classifiers side by side, and what they say together.

use crate::network::{Network, add};
use crate::random::Random;
use crate::regression::{Row, Weights, softmax};

/// Linear head on words and meaning, and a network on meaning where vectors are there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heads {
    pub(crate) linear: Weights,
    pub(crate) network: Option<Network>,
}

/// What the heads say of one row.
#[derive(Debug, Clone)]
pub(crate) struct Scores {
    /// One per label: the sum of both heads' log-probabilities.
    pub(crate) labels: Vec<f32>,
    /// The largest score before it is made a probability: low for texts unlike any label, because unlike a
    /// probability it does not have to sum to one over known labels (Hendrycks et al. 2022, MaxLogit).
    pub(crate) energy: f32,
}

impl Heads {
    /// Trains both on the rows of `kept`.
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
        let rounds = (200_000 / kept.len().max(1)).clamp(15, 60);
        let mut random = Random(seed);
        linear.fit(rows, targets, &mut kept.to_vec(), rounds, |order| random.shuffle(order));
        let network =
            (dimensions > 0).then(|| Network::fit(rows, targets, labels, kept, &mut Random(seed ^ 0x006e_6574)));
        Heads { linear, network }
    }

    pub(crate) fn scores(&self, row: &Row) -> Scores {
        let mut scores = self.linear.scores(row);
        let largest = |s: &[f32]| s.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let Some(network) = self.network.as_ref().filter(|_| !row.dense.is_empty()) else {
            let mean = scores.iter().sum::<f32>() / scores.len().max(1) as f32;
            return Scores { energy: largest(&scores) - mean, labels: scores };
        };
        let second = network.scores(row);
        let energy = largest(&second);
        log_probabilities(&mut scores);
        let p = softmax(&second, 1.0);
        let logs: Vec<f32> = p.iter().map(|p| p.max(1e-12).ln()).collect();
        add(&mut scores, &logs, 1.0);
        Scores { labels: scores, energy }
    }
}

fn log_probabilities(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = scores.iter().map(|s| (s - largest).exp()).sum();
    scores.iter_mut().for_each(|s| *s -= largest + total.ln());
}
