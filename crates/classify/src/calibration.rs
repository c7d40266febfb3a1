//! From scores on held-back rows to probabilities that mean what they say, sets that hold the right label as often as
//! stated, and the thresholds for abstaining.

use serde::{Deserialize, Serialize};

use crate::heads::{Heads, Scores};
use crate::memory::Memory;
use crate::metrics::{ece, share};
use crate::regression::{Row, softmax};

/// How the model did on rows it was not trained on. All but the count lie in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Rows held back (out of fold in small sets).
    pub rows: usize,
    /// Share whose first label was right, without abstention.
    pub accuracy: f32,
    /// Expected calibration error, 15 bins (Naeini et al. 2015).
    pub ece: f32,
    /// Share at or above the threshold of its label.
    pub coverage: f32,
    /// Share of those that were right.
    pub precision: f32,
}

/// One held-back row.
pub(crate) struct Held {
    pub(crate) scores: Vec<f32>,
    pub(crate) target: usize,
    pub(crate) looks: Looks,
}

/// How much a row looks like what the model was trained on, in two ways; larger is more alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looks {
    pub(crate) energy: f32,
    /// Mean cosine to the nearest examples of the first label (Sun et al. 2022, within the label only).
    pub(crate) near: f32,
}

/// Neighbours that [`Looks::near`] is the mean of.
const NEAR: usize = 5;

impl Looks {
    pub(crate) fn of(scores: &Scores, first: usize, memory: &Memory, row: &Row) -> Looks {
        let nearest = memory.nearest(row, &[first], NEAR);
        let sum: f32 = nearest.iter().map(|n| n.1).sum();
        Looks { energy: scores.energy, near: sum / nearest.len().max(1) as f32 }
    }
}

/// The held-back row at hand.
pub(crate) fn held(heads: &Heads, memory: &Memory, row: &Row, target: usize) -> Held {
    let scores = heads.scores(row);
    let looks = Looks::of(&scores, top(&scores.labels).0, memory, row);
    Held { scores: scores.labels, target, looks }
}

/// What the held-back rows decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Calibration {
    pub(crate) temperature: f32,
    /// Mean and spread of energy and of nearness.
    pub(crate) energy: (f32, f32),
    pub(crate) near: (f32, f32),
    /// Familiarity scores, ascending.
    pub(crate) familiar: Vec<f32>,
    /// Probabilities of the right label, ascending.
    pub(crate) truths: Vec<f32>,
    /// Least probability of each label for a decision; above 1 when no row proves the label.
    pub(crate) least: Vec<f32>,
}

impl Calibration {
    pub(crate) fn fit(held: &[Held], labels: usize, target_precision: f32) -> (Calibration, Metrics) {
        let temperature = temperature(held);
        let mut calibration = Calibration {
            temperature,
            energy: moments(held.iter().map(|row| row.looks.energy)),
            near: moments(held.iter().map(|row| row.looks.near)),
            ..Calibration::default()
        };
        let mut outcomes = Vec::new();
        for row in held {
            let p = softmax(&row.scores, temperature);
            let (label, probability) = top(&p);
            outcomes.push(Outcome { label, probability, right: label == row.target });
            calibration.truths.push(p.get(row.target).copied().unwrap_or_default());
            calibration.familiar.push(calibration.familiarity_score(row.looks));
        }
        calibration.truths.sort_by(f32::total_cmp);
        calibration.familiar.sort_by(f32::total_cmp);
        calibration.least = thresholds(&outcomes, labels, target_precision);
        let least = |label: usize| calibration.least.get(label).copied().unwrap_or(f32::MAX);
        let decided: Vec<&Outcome> = outcomes.iter().filter(|o| o.probability >= least(o.label)).collect();
        let metrics = Metrics {
            rows: held.len(),
            accuracy: share(outcomes.iter().filter(|o| o.right).count(), held.len()),
            ece: ece(&outcomes.iter().map(|o| (o.probability, o.right)).collect::<Vec<_>>()),
            coverage: share(decided.len(), held.len()),
            precision: share(decided.iter().filter(|o| o.right).count(), decided.len()),
        };
        (calibration, metrics)
    }

    /// Both looks on one scale.
    pub(crate) fn familiarity_score(&self, looks: Looks) -> f32 {
        let on_scale = |x: f32, (mean, spread): (f32, f32)| (x - mean) / spread.max(1e-6);
        on_scale(looks.energy, self.energy) + on_scale(looks.near, self.near)
    }

    /// Share of held-back rows that were no more familiar than a row of this score; a conformal p-value
    /// (Laxhammar and Falkman 2010). 1 when nothing was held back.
    pub(crate) fn familiarity(&self, score: f32) -> f32 {
        let below = self.familiar.partition_point(|x| *x <= score);
        share(below + 1, self.familiar.len() + 1)
    }

    /// A label belongs to the set of this error rate from this probability on (split conformal, Sadinle et al. 2019).
    /// 0 when too few rows were held back to promise it.
    pub(crate) fn set_floor(&self, error_rate: f32) -> f32 {
        let rank = (error_rate * (self.truths.len() + 1) as f32).floor() as usize;
        rank.checked_sub(1).and_then(|at| self.truths.get(at)).copied().unwrap_or(0.0)
    }
}

/// Index and value of the largest; the first of equals.
pub(crate) fn top(p: &[f32]) -> (usize, f32) {
    let best = |best: (usize, f32), (at, x)| if x > best.1 { (at, x) } else { best };
    p.iter().copied().enumerate().fold((0, f32::NEG_INFINITY), best)
}

fn moments(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let n = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / n;
    (mean, (values.map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt())
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

struct Outcome {
    label: usize,
    probability: f32,
    right: bool,
}

/// Rows of the whole that stand beside a label's own rows when its threshold is chosen: with a few rows a label
/// follows the whole, with many it follows itself (empirical Bayes).
const PRIOR_ROWS: f32 = 10.0;

/// A label less likely than all others together is never given.
const MAJORITY: f32 = 0.5;

/// For each label the least probability from which on its rows, beside [`PRIOR_ROWS`] of all, reach the precision.
fn thresholds(outcomes: &[Outcome], labels: usize, target: f32) -> Vec<f32> {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let mut all = (0, 0);
    let mut own = vec![(0_usize, 0_usize); labels];
    let mut least = vec![f32::MAX; labels];
    let mut whole = f32::MAX;
    for outcome in sorted {
        all = (all.0 + usize::from(outcome.right), all.1 + 1);
        let precision = share(all.0, all.1);
        if precision >= target {
            whole = outcome.probability;
        }
        let (Some(own), Some(least)) = (own.get_mut(outcome.label), least.get_mut(outcome.label)) else { continue };
        *own = (own.0 + usize::from(outcome.right), own.1 + 1);
        let blended = (own.0 as f32 + PRIOR_ROWS * precision) / (own.1 as f32 + PRIOR_ROWS);
        if blended >= target {
            *least = outcome.probability;
        }
    }
    let precision = share(all.0, all.1);
    for (least, own) in least.iter_mut().zip(own) {
        // A label that never came first among the held-back rows follows the whole.
        *least = if own.1 == 0 { whole } else { *least };
        let rows = own.1 as f32 + PRIOR_ROWS;
        let right = own.0 as f32 + PRIOR_ROWS * precision;
        if right / rows >= target && !outcomes.is_empty() {
            // All held-back rows pass. Below them one more row of this probability would still keep the promise.
            let next = target * (rows + 1.0) - right;
            *least = least.min(next.max(MAJORITY));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(scores: [f32; 2], target: usize) -> Held {
        Held { scores: scores.to_vec(), target, looks: Looks { energy: 0.0, near: 0.5 } }
    }

    #[test]
    fn overconfident_scores_are_cooled() {
        // The scores say 0.98; three of four are right, so the temperature must be well above 1.
        let held: Vec<Held> = (0..40).map(|i| row([4.0, 0.0], usize::from(i % 4 == 0))).collect();
        let t = temperature(&held);
        assert!((softmax(&[4.0, 0.0], t)[0] - 0.75).abs() < 0.02, "{t}");
    }

    #[test]
    fn a_few_faultless_rows_do_not_make_certain() {
        let held: Vec<Held> = (0..18).map(|_| row([4.0, 0.0], 0)).collect();
        let p = softmax(&[4.0, 0.0], temperature(&held))[0];
        assert!((p - 0.95).abs() < 0.01, "{p}");
    }

    fn outcome(label: usize, probability: f32, right: bool) -> Outcome {
        Outcome { label, probability, right }
    }

    #[test]
    fn a_label_with_many_errors_gets_a_higher_threshold() {
        let mut rows = Vec::new();
        for n in 0..100 {
            let probability = 1.0 - n as f32 / 200.0;
            rows.push(outcome(0, probability, true));
            rows.push(outcome(1, probability, n < 30 || n % 4 != 0));
        }
        let least = thresholds(&rows, 3, 0.95);
        assert!(least[0] < 0.51 && least[1] > 0.6 && least[1] < 1.0, "{least:?}");
        assert!(least[2] >= least[0], "a label without rows follows the whole: {least:?}");
    }

    #[test]
    fn a_promise_out_of_reach_is_not_made() {
        assert_eq!(thresholds(&[outcome(0, 0.9, false)], 1, 0.5), [f32::MAX]);
        assert_eq!(thresholds(&[], 2, 0.5), [f32::MAX, f32::MAX]);
    }

    #[test]
    fn sets_are_whole_until_enough_rows_were_held_back() {
        let mut calibration = Calibration { truths: (1..=8).map(|n| n as f32 / 10.0).collect(), ..Default::default() };
        assert_eq!(calibration.set_floor(0.1), 0.0);
        calibration.truths.push(0.9);
        assert_eq!(calibration.set_floor(0.1), 0.1);
    }
}
