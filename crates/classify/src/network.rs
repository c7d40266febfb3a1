//! A second opinion on meaning and words: one hidden layer, trained with Adam (Kingma and Ba 2015), dropout (Srivastava
//! et al. 2014) and smoothed targets (Szegedy et al. 2016).
//!
//! Words come in as a sketch: each feature is added to or taken from two of 512 places, or more where there are many
//! texts (Charikar, Chen and Farach-Colton 2002), which keeps distances between texts nearly as they are. The linear
//! head weighs words and meaning one by one; this one sees what they say together. They err on different texts, so that
//! their mean errs less than either.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};

use crate::fixed::Fixed;
use crate::random::Random;
use crate::regression::{Row, softmax};

/// Width of the hidden layer.
const HIDDEN: usize = 256;
/// Vectors have length 1; components near 1 train faster.
const SCALE: f32 = 15.0;
/// Places of the sketch of words, at least and at most. 512 do for 15,000 texts: twice as many change nothing on
/// clinc150's validation rows. Each further place is for so many further texts: on goemotions (51,000 rows) 4,096 places
/// instead of 1,600 raise the area for frustration on the dev split by 0.001, for half as much training again.
const SKETCH: (usize, usize) = (512, 4096);
const SKETCHED: usize = 15_000;
const TEXTS_PER_PLACE: usize = 10;
/// Places each feature is added to.
const PLACES: usize = 2;
/// Weight of the sketch beside the meaning vector. A quarter does as well on validation data, half and more worse.
const SKETCH_SCALE: f32 = 0.35;
const BATCH: usize = 64;
const RATE: f32 = 2e-3;
/// Pulls weights to zero, uncoupled from the gradient (Loshchilov and Hutter 2019).
const DECAY: f32 = 1e-4;
/// Share of the target spread over all labels.
const SMOOTHING: f32 = 0.1;
/// Texts seen in training: rounds over the rows, within bounds. More rounds over few rows change nothing on validation data,
/// more over many learn their noise.
const SEEN: usize = 150_000;
const ROUNDS: (usize, usize) = (3, 24);

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

/// A trained network.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Network {
    pub(crate) labels: usize,
    /// Chooses the sketch.
    pub(crate) salt: u64,
    /// (dimensions + sketch) x hidden, then the hidden biases.
    pub(crate) first: Vec<f32>,
    /// hidden x labels, then the biases of the labels.
    pub(crate) second: Vec<f32>,
    /// Both without their biases, as predictions use them.
    fixed: (Fixed, Fixed),
}

impl Network {
    /// Numbers in the two layers for so many inputs and labels; none when they are beyond counting.
    pub(crate) fn sizes(inputs: usize, labels: usize) -> Option<(usize, usize)> {
        Some((inputs.checked_add(1)?.checked_mul(HIDDEN)?, (HIDDEN + 1).checked_mul(labels)?))
    }

    /// Components of a meaning vector and places of the sketch.
    pub(crate) fn inputs(&self) -> usize {
        (self.first.len() / HIDDEN).saturating_sub(1)
    }

    /// From weights that lie input by input, the biases last.
    pub(crate) fn of(labels: usize, salt: u64, first: Vec<f32>, second: Vec<f32>) -> Network {
        let fixed = |values: &[f32], outputs: usize| {
            Fixed::of(values.get(..values.len().saturating_sub(outputs)).unwrap_or_default(), outputs)
        };
        let fixed = (fixed(&first, HIDDEN), fixed(&second, labels));
        Network { labels, salt, first, second, fixed }
    }

    /// Scores before the softmax, centred.
    pub(crate) fn scores(&self, row: &Row) -> Vec<f32> {
        let (_, bias) = self.first.split_at(self.first.len().saturating_sub(HIDDEN));
        let mut hidden = bias.to_vec();
        self.fixed.0.add(&input(row, self.salt, self.inputs()), &mut hidden);
        hidden.iter_mut().for_each(|x| *x = x.max(0.0));
        let (_, bias) = self.second.split_at(self.second.len().saturating_sub(self.labels));
        let mut scores = bias.to_vec();
        self.fixed.1.add(&hidden, &mut scores);
        let mean = scores.iter().sum::<f32>() / scores.len().max(1) as f32;
        scores.iter_mut().for_each(|s| *s -= mean);
        scores
    }

    /// Trains on the rows of `kept`. Seed and salt choose the random beginning.
    pub(crate) fn fit(
        rows: &[Row],
        targets: &[usize],
        labels: usize,
        kept: &[usize],
        (seed, salt): (u64, u64),
    ) -> Network {
        let random = &mut Random(seed ^ (salt << 32) ^ 0x6e65_7473);
        let dimensions = rows.first().map_or(0, |row| row.dense.len()) + places(kept.len());
        let mut first = Layer::new(dimensions, HIDDEN, (6.0 / dimensions as f32).sqrt(), random);
        let mut second = Layer::new(HIDDEN, labels, (3.0 / HIDDEN as f32).sqrt(), random);
        let mut bias = (Layer::new(1, HIDDEN, 0.0, random), Layer::new(1, labels, 0.0, random));
        let mut order = kept.to_vec();
        let rounds = (SEEN / kept.len().max(1)).clamp(ROUNDS.0, ROUNDS.1);
        let steps = rounds * kept.len().div_ceil(BATCH);
        let mut step = 0;
        for _ in 0..rounds {
            random.shuffle(&mut order);
            for batch in order.chunks(BATCH) {
                let input = gather(rows, batch, dimensions, salt);
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
        Network::of(labels, salt, flat(first, bias.0), flat(second, bias.1))
    }
}

/// Places of the sketch for so many texts.
fn places(texts: usize) -> usize {
    (SKETCH.0 + texts.saturating_sub(SKETCHED) / TEXTS_PER_PLACE).min(SKETCH.1)
}

pub(crate) fn add(sum: &mut [f32], weights: &[f32], x: f32) {
    for (sum, weight) in sum.iter_mut().zip(weights) {
        *sum += x * weight;
    }
}

/// A row as the network sees it: the meaning vector, then the sketch of its words.
/// Networks with different salts see different sketches.
fn input(row: &Row, salt: u64, inputs: usize) -> Vec<f32> {
    let mut input: Vec<f32> = row.dense.iter().map(|x| SCALE * x).collect();
    let dimensions = input.len();
    input.resize(inputs.max(dimensions), 0.0);
    let sketch = input.get_mut(dimensions..).unwrap_or_default();
    let places = sketch.len().max(1);
    // Each of the places adds its share of the variance.
    let scale = SCALE * SKETCH_SCALE / (PLACES as f32).sqrt();
    for &(feature, x) in &row.sparse {
        let mut draws = Random(u64::from(feature) ^ salt << 32);
        for _ in 0..PLACES {
            let drawn = draws.next();
            let signed = if drawn & 1 == 0 { scale * x } else { -scale * x };
            if let Some(cell) = sketch.get_mut((drawn >> 1) as usize % places) {
                *cell += signed;
            }
        }
    }
    input
}

fn gather(rows: &[Row], batch: &[usize], dimensions: usize, salt: u64) -> Array2<f32> {
    let mut inputs = Array2::zeros((batch.len(), dimensions));
    for (mut line, row) in inputs.rows_mut().into_iter().zip(batch.iter().filter_map(|&at| rows.get(at))) {
        line.iter_mut().zip(input(row, salt, dimensions)).for_each(|(cell, x)| *cell = x);
    }
    inputs
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
        let network = Network::fit(&rows, &targets, 2, &kept, (3, 1));
        for (row, target) in rows.iter().zip(targets) {
            assert!(softmax(&network.scores(row), 1.0)[target] > 0.7);
        }
    }
}
