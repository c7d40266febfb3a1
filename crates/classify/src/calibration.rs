//! From scores on held-back rows to probabilities that mean what they say, and to the threshold for abstaining.

use serde::{Deserialize, Serialize};

use crate::regression::softmax;

/// How the model did on rows it was not trained on. All but the count lie in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Rows held back (out of fold in small sets).
    pub rows: usize,
    /// Share whose first label was right, without abstention.
    pub accuracy: f32,
    /// Expected calibration error, 15 bins (Naeini et al. 2015).
    pub ece: f32,
    /// Share the model decides at its threshold.
    pub coverage: f32,
    /// Share of the decided rows that were right.
    pub precision: f32,
}

/// One held-back row.
pub(crate) struct Held {
    pub(crate) scores: Vec<f32>,
    pub(crate) target: usize,
    pub(crate) similarity: f32,
}

/// What the held-back rows decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calibration {
    pub(crate) temperature: f32,
    /// How much similarity counts in [`Calibration::assurance`].
    pub(crate) similarity_weight: f32,
    /// Least [`Calibration::assurance`] for a decision.
    pub(crate) least_assurance: f32,
    /// Below this similarity a text is called unfamiliar.
    pub(crate) least_similarity: f32,
    /// Labels with at least this probability form the 90 % set.
    pub(crate) set_floor: f32,
}

impl Calibration {
    /// Fits on held-back rows. `meaning` tells whether similarities are those of meaning vectors: on validation data
    /// these told foreign texts from known ones, and similarities of words did not.
    pub(crate) fn fit(held: &[Held], target_precision: f32, meaning: bool) -> (Calibration, Metrics) {
        let temperature = temperature(held);
        let similarity_weight = if meaning { 3.0 } else { 0.0 };
        let mut outcomes = Vec::new();
        let mut true_probabilities = Vec::new();
        let mut similarities = Vec::new();
        for row in held {
            let p = softmax(&row.scores, temperature);
            let (top, probability) = top(&p);
            outcomes.push((assurance(probability, row.similarity, similarity_weight), probability, top == row.target));
            true_probabilities.push(p.get(row.target).copied().unwrap_or_default());
            similarities.push(row.similarity);
        }
        let least_assurance = threshold(&outcomes, target_precision);
        let decided: Vec<_> = outcomes.iter().filter(|(a, ..)| *a >= least_assurance).collect();
        let right = decided.iter().filter(|(.., right)| *right).count();
        let calibration = Calibration {
            temperature,
            similarity_weight,
            least_assurance,
            least_similarity: low_quantile(similarities, 0.02),
            set_floor: low_quantile(true_probabilities, 0.1),
        };
        let metrics = Metrics {
            rows: held.len(),
            accuracy: share(outcomes.iter().filter(|(.., right)| *right).count(), held.len()),
            ece: ece(&outcomes.iter().map(|&(_, p, right)| (p, right)).collect::<Vec<_>>()),
            coverage: share(decided.len(), held.len()),
            precision: share(right, decided.len()),
        };
        (calibration, metrics)
    }

    /// How sure the model may be that the label is right *and* the text is of a known kind: the logarithm of the top
    /// probability, plus the similarity to the nearest training example, which unlike a probability does not have to
    /// sum to one over known labels.
    pub(crate) fn assurance(&self, probability: f32, similarity: f32) -> f32 {
        assurance(probability, similarity, self.similarity_weight)
    }
}

fn assurance(probability: f32, similarity: f32, similarity_weight: f32) -> f32 {
    probability.max(1e-9).ln() + similarity_weight * similarity
}

/// Index and value of the largest; the first of equals.
pub(crate) fn top(p: &[f32]) -> (usize, f32) {
    p.iter().copied().enumerate().fold((0, 0.0), |best, (at, x)| if x > best.1 { (at, x) } else { best })
}

pub(crate) fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// The temperature of least log loss (Guo et al. 2017), by golden-section search on its logarithm. Targets are
/// softened by the number of rows (Platt 1999), so that a few rows without an error do not make the model certain.
fn temperature(held: &[Held]) -> f32 {
    let doubt = 1.0 / (held.len() as f64 + 2.0);
    let loss = |log: f32| -> f64 {
        let of = |row: &Held| softmax(&row.scores, log.exp()).get(row.target).copied().unwrap_or(1.0);
        let one = |p: f64| -(1.0 - doubt) * p.max(1e-12).ln() - doubt * (1.0 - p).max(1e-12).ln();
        held.iter().map(|row| one(f64::from(of(row)))).sum()
    };
    let golden = 0.618_034;
    let (mut low, mut high) = (-3.0_f32, 3.0_f32);
    for _ in 0..25 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if loss(a) <= loss(b) {
            high = b;
        } else {
            low = a;
        }
    }
    if held.is_empty() { 1.0 } else { f32::midpoint(low, high).exp() }
}

/// The lowest assurance at which the rows above it still reach the precision; out of reach when no row does.
fn threshold(outcomes: &[(f32, f32, bool)], target: f32) -> f32 {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut right = 0;
    let mut least = f32::MAX;
    for (n, &(assurance, _, correct)) in sorted.iter().enumerate() {
        right += usize::from(correct);
        if share(right, n + 1) >= target {
            least = assurance;
        }
    }
    least
}

/// The value that a share `q` of the values lies below, rounded to the cautious side (split conformal rank).
fn low_quantile(mut values: Vec<f32>, q: f32) -> f32 {
    values.sort_by(f32::total_cmp);
    let rank = (q * (values.len() + 1) as f32).floor() as usize;
    rank.checked_sub(1).and_then(|at| values.get(at)).copied().unwrap_or(0.0)
}

/// Expected calibration error over 15 equal bins of the top probability.
pub(crate) fn ece(outcomes: &[(f32, bool)]) -> f32 {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); 15];
    for &(p, right) in outcomes {
        if let Some(bin) = bins.get_mut(((p * 15.0) as usize).min(14)) {
            bin.0 += 1;
            bin.1 += f64::from(p);
            bin.2 += usize::from(right);
        }
    }
    let gap: f64 = bins.iter().map(|&(_, p, right)| (p - right as f64).abs()).sum();
    (gap / outcomes.len().max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ece_by_hand() {
        // Ten rows at 0.9 of which eight are right: a gap of 0.1. Ten at 0.5 of which five are right: none.
        let rows: Vec<_> = (0..10).flat_map(|i| [(0.9, i < 8), (0.5, i < 5)]).collect();
        assert!((ece(&rows) - 0.05).abs() < 1e-6);
    }

    #[test]
    fn overconfident_scores_are_cooled() {
        // The scores say 0.98; three of four are right, so the temperature must be well above 1.
        let held: Vec<Held> = (0..40)
            .map(|i| Held { scores: vec![4.0, 0.0], target: usize::from(i % 4 == 0), similarity: 0.5 })
            .collect();
        let t = temperature(&held);
        assert!((softmax(&[4.0, 0.0], t)[0] - 0.75).abs() < 0.02, "{t}");
    }

    #[test]
    fn a_few_faultless_rows_do_not_make_certain() {
        let held: Vec<Held> = (0..18).map(|_| Held { scores: vec![4.0, 0.0], target: 0, similarity: 0.5 }).collect();
        let p = softmax(&[4.0, 0.0], temperature(&held))[0];
        assert!((p - 0.95).abs() < 0.01, "{p}");
    }

    #[test]
    fn the_threshold_keeps_its_promise_or_is_out_of_reach() {
        let rows = [(3.0, 0.9, true), (2.0, 0.8, true), (1.0, 0.7, false), (0.0, 0.6, true)];
        assert_eq!(threshold(&rows, 0.95), 2.0);
        assert_eq!(threshold(&rows, 0.75), 0.0);
        assert_eq!(threshold(&[(1.0, 0.9, false)], 0.5), f32::MAX);
    }
}
