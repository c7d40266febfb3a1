//! Multinomial logistic regression, trained example by example with AdaGrad (Duchi, Hazan and Singer 2011).
//!
//! Weights lie feature by feature, so that one feature adds to all labels in one sweep. A label whose error on an
//! example is negligible is not updated: after the first rounds that is nearly all of them.

use crate::fixed::Fixed;

/// One training or prediction row: sparse features, then the dense tail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) sparse: Vec<(u32, f32)>,
    pub(crate) dense: Vec<f32>,
}

/// Weight of the meaning vector relative to the word features.
const DENSE_SCALE: f32 = 2.0;
/// Half and a quarter of this do as well on validation data, twice does worse.
const RATE: f32 = 0.15;
const RIDGE: f32 = 2e-6;
/// Errors below this change nothing that can be measured.
const NEGLIGIBLE: f32 = 2e-3;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    pub(crate) labels: usize,
    /// (features + dimensions + 1 for the bias) x labels.
    pub(crate) values: Vec<f32>,
    features: usize,
    /// The weights of the dense tail as predictions use them.
    dense: Fixed,
}

impl Weights {
    pub(crate) fn new(labels: usize, features: usize, dimensions: usize) -> Weights {
        Weights::of(labels, features, vec![0.0; (features + dimensions + 1) * labels])
    }

    pub(crate) fn of(labels: usize, features: usize, values: Vec<f32>) -> Weights {
        let mut weights = Weights { labels, values, features, dense: Fixed::default() };
        weights.settle();
        weights
    }

    /// Makes ready what predictions use.
    fn settle(&mut self) {
        let last = self.values.len().saturating_sub(self.labels);
        let dense = self.values.get(self.features * self.labels..last).unwrap_or_default();
        self.dense = Fixed::of(dense, self.labels);
    }

    /// The row of one feature, one weight per label; empty if there is none.
    pub(crate) fn feature(&self, index: usize) -> &[f32] {
        self.values.get(index * self.labels..(index + 1) * self.labels).unwrap_or_default()
    }

    fn inputs<'a>(&self, row: &'a Row) -> impl Iterator<Item = (usize, f32)> + 'a {
        let features = self.features;
        let dense = row.dense.iter().enumerate().map(move |(at, &x)| (features + at, DENSE_SCALE * x));
        row.sparse.iter().map(|&(at, x)| (at as usize, x)).chain(dense)
    }

    /// Scores before the softmax. Without a dense tail the bias alone is added.
    pub(crate) fn scores(&self, row: &Row) -> Vec<f32> {
        let mut scores = self.sums(row.sparse.iter().map(|&(at, x)| (at as usize, x)));
        let dense: Vec<f32> = row.dense.iter().map(|x| DENSE_SCALE * x).collect();
        self.dense.add(&dense, &mut scores);
        scores
    }

    fn sums(&self, inputs: impl Iterator<Item = (usize, f32)>) -> Vec<f32> {
        let bias = self.values.len() / self.labels.max(1) - 1;
        let mut scores = self.feature(bias).to_vec();
        for (at, x) in inputs {
            for (score, weight) in scores.iter_mut().zip(self.feature(at)) {
                *score += x * weight;
            }
        }
        scores
    }

    /// Trains on `order` (indices of rows) for `rounds` rounds; `shuffle` reorders it before each.
    pub(crate) fn fit(
        &mut self,
        rows: &[Row],
        targets: &[usize],
        order: &mut [usize],
        rounds: usize,
        mut shuffle: impl FnMut(&mut [usize]),
    ) {
        let mut history = vec![1e-4_f32; self.values.len()];
        let bias = self.values.len() / self.labels.max(1) - 1;
        for _ in 0..rounds {
            shuffle(order);
            for &at in order.iter() {
                let (Some(row), Some(&target)) = (rows.get(at), targets.get(at)) else { continue };
                let mut errors = softmax(&self.sums(self.inputs(row)), 1.0);
                if let Some(error) = errors.get_mut(target) {
                    *error -= 1.0;
                }
                let active: Vec<(usize, f32)> =
                    errors.into_iter().enumerate().filter(|(_, e)| e.abs() > NEGLIGIBLE).collect();
                if active.is_empty() {
                    continue;
                }
                for (feature, x) in self.inputs(row).chain([(bias, 1.0)]) {
                    let span = feature * self.labels..(feature + 1) * self.labels;
                    let (Some(weights), Some(squares)) = (self.values.get_mut(span.clone()), history.get_mut(span))
                    else {
                        continue;
                    };
                    for &(label, error) in &active {
                        if let (Some(weight), Some(square)) = (weights.get_mut(label), squares.get_mut(label)) {
                            let slope = x * error + RIDGE * *weight;
                            *square += slope * slope;
                            *weight -= RATE * slope / square.sqrt();
                        }
                    }
                }
            }
        }
        self.settle();
    }
}

/// Probabilities of `scores / temperature`.
pub(crate) fn softmax(scores: &[f32], temperature: f32) -> Vec<f32> {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut powers: Vec<f32> = scores.iter().map(|s| ((s - largest) / temperature).exp()).collect();
    let total: f32 = powers.iter().sum();
    powers.iter_mut().for_each(|p| *p /= total);
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_rows_are_separated() {
        let row = |at, x| Row { sparse: vec![(at, 1.0)], dense: vec![x] };
        let rows = [row(0, 1.0), row(1, -1.0), row(0, 0.5), row(2, -0.5)];
        let targets = [0, 1, 0, 1];
        let mut weights = Weights::new(2, 3, 1);
        weights.fit(&rows, &targets, &mut [0, 1, 2, 3], 50, |_| ());
        for (row, target) in rows.iter().zip(targets) {
            let p = softmax(&weights.scores(row), 1.0);
            assert!(p[target] > 0.9, "{p:?}");
        }
    }

    #[test]
    fn softmax_is_stable_and_temperature_flattens() {
        assert_eq!(softmax(&[1000.0, 1000.0], 1.0), [0.5, 0.5]);
        assert!(softmax(&[2.0, 0.0], 4.0)[0] < softmax(&[2.0, 0.0], 1.0)[0]);
    }
}
