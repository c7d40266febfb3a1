//! Figures of a model on labelled rows it has not seen.

use crate::calibration::{ece, share};
use crate::{Decision, Example, Model};

/// Figures of one evaluation; shares lie in 0..=1. Out-of-scope figures are `None` without such rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// In-scope rows.
    pub rows: usize,
    /// Share of in-scope rows whose first label is right, without abstention.
    pub accuracy: f32,
    /// Expected calibration error of the first label, 15 bins.
    pub ece: f32,
    /// Share of in-scope rows decided at the model's threshold.
    pub coverage: f32,
    /// Share of decided in-scope rows that are right.
    pub precision: f32,
    /// Share of in-scope rows whose right label is in the 90 % set.
    pub set_coverage_90: f32,
    /// Mean number of labels in that set.
    pub set_size_90: f32,
    /// Probability that an in-scope row gets more assurance than an out-of-scope row.
    pub auroc_oos: Option<f32>,
    /// Share of out-of-scope rows below the assurance that 95 % of in-scope rows reach.
    pub oos_recall_at_95: Option<f32>,
    /// Share of out-of-scope rows on which the model abstains at its own threshold.
    pub oos_abstained: Option<f32>,
}

/// Evaluates `model` on in-scope rows and on texts that belong to none of its labels (their label is not read).
pub fn evaluate(model: &Model, test: &[Example], out_of_scope: &[Example]) -> Evaluation {
    let mut outcomes = Vec::new();
    let (mut decided, mut decided_right, mut in_set, mut set_sizes) = (0, 0, 0, 0);
    let mut inside = Vec::new();
    for example in test {
        let prediction = model.predict(&example.text, example.vector.as_deref());
        let (first, probability) = prediction.ranked.first().cloned().unwrap_or_default();
        let right = first == example.label;
        outcomes.push((probability, right));
        if matches!(prediction.decision, Decision::Label { .. }) {
            decided += 1;
            decided_right += usize::from(right);
        }
        set_sizes += prediction.likely;
        let mut set = prediction.ranked.iter().take(prediction.likely);
        in_set += usize::from(set.any(|(label, _)| *label == example.label));
        inside.push(prediction.assurance);
    }
    let mut outside = Vec::new();
    let mut abstained = 0;
    for example in out_of_scope {
        let prediction = model.predict(&example.text, example.vector.as_deref());
        abstained += usize::from(matches!(prediction.decision, Decision::Abstain { .. }));
        outside.push(prediction.assurance);
    }
    let both = !inside.is_empty() && !outside.is_empty();
    Evaluation {
        rows: test.len(),
        accuracy: share(outcomes.iter().filter(|(_, right)| *right).count(), test.len()),
        ece: ece(&outcomes),
        coverage: share(decided, test.len()),
        precision: share(decided_right, decided),
        set_coverage_90: share(in_set, test.len()),
        set_size_90: share(set_sizes, test.len()),
        auroc_oos: both.then(|| auroc(&inside, &outside)),
        oos_recall_at_95: both.then(|| recall_at_95(&inside, &outside)),
        oos_abstained: both.then(|| share(abstained, outside.len())),
    }
}

/// Area under the ROC curve as the Mann-Whitney statistic; ties count half.
fn auroc(inside: &[f32], outside: &[f32]) -> f32 {
    let mut sorted = outside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let wins = |x: &f32| sorted.partition_point(|y| y < x) + sorted.partition_point(|y| y <= x);
    let total: usize = inside.iter().map(wins).sum();
    (total as f64 / 2.0 / (inside.len() * outside.len()) as f64) as f32
}

fn recall_at_95(inside: &[f32], outside: &[f32]) -> f32 {
    let mut sorted = inside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let floor = sorted.get(sorted.len() / 20).copied().unwrap_or(f32::MIN);
    share(outside.iter().filter(|x| **x < floor).count(), outside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroc_by_hand() {
        assert_eq!(auroc(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(auroc(&[0.0, 2.0], &[1.0, 1.0]), 0.5);
        assert_eq!(auroc(&[1.0], &[1.0]), 0.5);
    }

    #[test]
    fn recall_counts_what_falls_below_the_floor() {
        let inside: Vec<f32> = (0..100).map(|x| x as f32).collect();
        assert_eq!(recall_at_95(&inside, &[4.0, 5.0, -1.0, 50.0]), 0.5);
    }
}
