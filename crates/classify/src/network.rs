//! A second opinion on meaning vectors: one hidden layer, trained with Adam (Kingma and Ba 2015), dropout (Srivastava
//! et al. 2014) and smoothed targets (Szegedy et al. 2016).
//!
//! The linear head sees words and meaning side by side; this one sees bends in the space of meanings. They err on
//! different texts, so that their mean errs less than either.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};

use crate::random::Random;
use crate::regression::{Row, softmax};

/// Width of the hidden layer.
const HIDDEN: usize = 512;
/// Vectors have length 1; components near 1 train faster.
const SCALE: f32 = 15.0;
const BATCH: usize = 64;
const RATE: f32 = 2e-3;
/// Pulls weights to zero, uncoupled from the gradient (Loshchilov and Hutter 2019).
const DECAY: f32 = 1e-4;
/// Share of the target spread over all labels.
const SMOOTHING: f32 = 0.1;
/// Texts seen in training: rounds over the rows, within bounds.
const SEEN: usize = 225_000;

/// A matrix that is trained, with its running moments.
struct Layer {
    value: Array2<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    slope: Array2<f32>,
}

impl Layer {
    fn new(rows: usize, columns: usize, spread: f32, random: &mut Random) -> Layer {
        let value = Array2::from_shape_fn((rows, columns), |_| (2.0 * random.unit() - 1.0) * spread);
        let size = rows * columns;
        Layer { value, mean: vec![0.0; size], square: vec![0.0; size], slope: Array2::zeros((rows, columns)) }
    }

    /// One step of Adam; `warm` are the corrections of the two moments for their start at zero.
    fn step(&mut self, rate: f32, decay: f32, warm: (f32, f32)) {
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, &slope), (mean, square)) in self.value.iter_mut().zip(&self.slope).zip(moments) {
            *mean += 0.1 * (slope - *mean);
            *square += 0.001 * (slope * slope - *square);
            *weight -= rate * (*mean * warm.0 / ((*square * warm.1).sqrt() + 1e-8) + decay * *weight);
        }
    }
}

/// A trained network. Weights lie input by input, so that an input of zero costs nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Network {
    pub(crate) labels: usize,
    /// dimensions x hidden, then the hidden biases.
    pub(crate) first: Vec<f32>,
    /// hidden x labels, then the biases of the labels.
    pub(crate) second: Vec<f32>,
}

impl Network {
    /// Numbers in the two layers for so many dimensions and labels; none when they are beyond counting.
    pub(crate) fn sizes(dimensions: usize, labels: usize) -> Option<(usize, usize)> {
        Some((dimensions.checked_add(1)?.checked_mul(HIDDEN)?, (HIDDEN + 1).checked_mul(labels)?))
    }

    /// Scores before the softmax, centred.
    pub(crate) fn scores(&self, row: &Row) -> Vec<f32> {
        let (weights, bias) = self.first.split_at(self.first.len().saturating_sub(HIDDEN));
        let mut hidden = bias.to_vec();
        for (x, weights) in row.dense.iter().zip(weights.chunks_exact(HIDDEN)) {
            add(&mut hidden, weights, SCALE * x);
        }
        let (weights, bias) = self.second.split_at(self.second.len().saturating_sub(self.labels));
        let mut scores = bias.to_vec();
        for (&x, weights) in hidden.iter().zip(weights.chunks_exact(self.labels.max(1))) {
            if x > 0.0 {
                add(&mut scores, weights, x);
            }
        }
        let mean = scores.iter().sum::<f32>() / scores.len().max(1) as f32;
        scores.iter_mut().for_each(|s| *s -= mean);
        scores
    }

    /// Trains on the rows of `kept`.
    pub(crate) fn fit(rows: &[Row], targets: &[usize], labels: usize, kept: &[usize], random: &mut Random) -> Network {
        let dimensions = rows.first().map_or(0, |row| row.dense.len());
        let mut first = Layer::new(dimensions, HIDDEN, (6.0 / dimensions.max(1) as f32).sqrt(), random);
        let mut second = Layer::new(HIDDEN, labels, (3.0 / HIDDEN as f32).sqrt(), random);
        let mut bias = (Layer::new(1, HIDDEN, 0.0, random), Layer::new(1, labels, 0.0, random));
        let mut order = kept.to_vec();
        let rounds = (SEEN / kept.len().max(1)).clamp(10, 60);
        let steps = rounds * kept.len().div_ceil(BATCH);
        let mut step = 0;
        for _ in 0..rounds {
            random.shuffle(&mut order);
            for batch in order.chunks(BATCH) {
                let input = gather(rows, batch, dimensions);
                let (hidden, keep) = forward(&input, &first, &bias.0, random);
                let error = errors(&hidden, &second, &bias.1, batch, targets);
                back(&input, &hidden, &keep, &error, &mut first, &mut second, &mut bias);
                step += 1;
                let through = step as f32 / steps as f32;
                let rate = RATE * 0.5 * (1.0 + (std::f32::consts::PI * through).cos());
                let warm = (1.0 / (1.0 - 0.9_f32.powi(step)), 1.0 / (1.0 - 0.999_f32.powi(step)));
                first.step(rate, DECAY, warm);
                second.step(rate, DECAY, warm);
                bias.0.step(rate, 0.0, warm);
                bias.1.step(rate, 0.0, warm);
            }
        }
        let flat = |layer: Layer, bias: Layer| layer.value.into_iter().chain(bias.value).collect();
        Network { labels, first: flat(first, bias.0), second: flat(second, bias.1) }
    }
}

pub(crate) fn add(sum: &mut [f32], weights: &[f32], x: f32) {
    for (sum, weight) in sum.iter_mut().zip(weights) {
        *sum += x * weight;
    }
}

fn gather(rows: &[Row], batch: &[usize], dimensions: usize) -> Array2<f32> {
    let mut input = Array2::zeros((batch.len(), dimensions));
    for (mut line, row) in input.rows_mut().into_iter().zip(batch.iter().filter_map(|&at| rows.get(at))) {
        line.iter_mut().zip(&row.dense).for_each(|(cell, x)| *cell = SCALE * x);
    }
    input
}

/// Adds the bias to every row of `x * weights`.
fn affine(x: &ArrayView2<'_, f32>, layer: &Layer, bias: &Layer) -> Array2<f32> {
    let mut out = Array2::zeros((x.nrows(), layer.value.ncols()));
    out += &bias.value.row(0);
    general_mat_mul(1.0, x, &layer.value, 1.0, &mut out);
    out
}

/// The hidden layer with half of it dropped, and what was kept (2, against the loss of half) or not (0).
fn forward(input: &Array2<f32>, first: &Layer, bias: &Layer, random: &mut Random) -> (Array2<f32>, Array2<f32>) {
    let mut hidden = affine(&input.view(), first, bias);
    let mut keep = Array2::zeros(hidden.dim());
    let (mut bits, mut left) = (0_u64, 0);
    for (x, keep) in hidden.iter_mut().zip(&mut keep) {
        if left == 0 {
            (bits, left) = (random.next(), 64);
        }
        if bits & 1 == 1 && *x > 0.0 {
            *keep = 2.0;
        }
        *x *= *keep;
        bits >>= 1;
        left -= 1;
    }
    (hidden, keep)
}

/// Probabilities minus smoothed targets, divided by the rows of the batch.
fn errors(hidden: &Array2<f32>, second: &Layer, bias: &Layer, batch: &[usize], targets: &[usize]) -> Array2<f32> {
    let mut error = affine(&hidden.view(), second, bias);
    let (labels, share) = (error.ncols() as f32, 1.0 / batch.len().max(1) as f32);
    for (mut line, at) in error.rows_mut().into_iter().zip(batch) {
        let p = softmax(&line.to_vec(), 1.0);
        line.iter_mut().zip(p).for_each(|(cell, p)| *cell = (p - SMOOTHING / labels) * share);
        if let Some(cell) = targets.get(*at).and_then(|&target| line.get_mut(target)) {
            *cell -= (1.0 - SMOOTHING) * share;
        }
    }
    error
}

fn back(
    input: &Array2<f32>,
    hidden: &Array2<f32>,
    keep: &Array2<f32>,
    error: &Array2<f32>,
    first: &mut Layer,
    second: &mut Layer,
    bias: &mut (Layer, Layer),
) {
    general_mat_mul(1.0, &hidden.t(), error, 0.0, &mut second.slope);
    bias.1.slope.row_mut(0).assign(&error.sum_axis(ndarray::Axis(0)));
    let mut inner = error.dot(&second.value.t());
    inner *= keep;
    general_mat_mul(1.0, &input.t(), &inner, 0.0, &mut first.slope);
    bias.0.slope.row_mut(0).assign(&inner.sum_axis(ndarray::Axis(0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no straight line separates: label 1 where exactly one of two components is large.
    #[test]
    fn it_bends_where_a_line_cannot() {
        let corner = |n: usize| [(n & 1) as f32 - 0.5, (n >> 1 & 1) as f32 - 0.5];
        let rows: Vec<Row> = (0..200).map(|n| Row { sparse: Vec::new(), dense: corner(n).to_vec() }).collect();
        let targets: Vec<usize> = (0..200).map(|n| (n & 1) ^ (n >> 1 & 1)).collect();
        let kept: Vec<usize> = (0..200).collect();
        let network = Network::fit(&rows, &targets, 2, &kept, &mut Random(3));
        for (row, target) in rows.iter().zip(targets) {
            assert!(softmax(&network.scores(row), 1.0)[target] > 0.7);
        }
    }
}
