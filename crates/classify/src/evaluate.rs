//! Figures of a model on labelled rows it has not seen.

use crate::metrics::{auroc, ece, share};
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
    /// Share of in-scope rows the model decides.
    pub coverage: f32,
    /// Share of decided in-scope rows that are right.
    pub precision: f32,
    /// Sets with an error rate of 10 %.
    pub sets_90: SetFigures,
    /// Sets with an error rate of 5 %.
    pub sets_95: SetFigures,
    /// Share of in-scope rows the model calls familiar; its promise is 1 minus the card's rate.
    pub familiar: f32,
    /// Probability that an in-scope row looks more familiar than an out-of-scope row.
    pub auroc_oos: Option<f32>,
    /// Share of out-of-scope rows the model calls unfamiliar.
    pub oos_recall: Option<f32>,
    /// Share of out-of-scope rows on which the model abstains, for whatever reason.
    pub oos_abstained: Option<f32>,
}

/// How sets of labels did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SetFigures {
    /// Share of rows whose set holds the right label.
    pub coverage: f32,
    /// Mean number of labels in a set.
    pub size: f32,
}

/// Evaluates `model` on in-scope rows and on texts that belong to none of its labels (their label is not read).
pub fn evaluate(model: &Model, test: &[Example], out_of_scope: &[Example]) -> Evaluation {
    let mut outcomes = Vec::new();
    let (mut decided, mut decided_right) = (0, 0);
    let mut sets = [(0, 0); 2];
    let mut inside = Vec::new();
    let rate = model.card().unfamiliar_rate;
    for example in test {
        let view = model.view(&example.text, example.vector.as_deref());
        let prediction = model.judge(&view);
        let (first, probability) = prediction.ranked.first().cloned().unwrap_or_default();
        let right = first == example.label;
        outcomes.push((probability, right));
        if matches!(prediction.decision, Decision::Label { .. }) {
            decided += 1;
            decided_right += usize::from(right);
        }
        for (error_rate, figures) in [0.1, 0.05].into_iter().zip(&mut sets) {
            let set = model.set(&prediction, error_rate);
            figures.0 += usize::from(set.contains(&example.label));
            figures.1 += set.len();
        }
        inside.push((model.calibration.familiarity_score(view.looks), prediction.familiarity));
    }
    let mut outside = Vec::new();
    let mut abstained = 0;
    for example in out_of_scope {
        let view = model.view(&example.text, example.vector.as_deref());
        let prediction = model.judge(&view);
        abstained += usize::from(matches!(prediction.decision, Decision::Abstain { .. }));
        outside.push((model.calibration.familiarity_score(view.looks), prediction.familiarity));
    }
    let both = !inside.is_empty() && !outside.is_empty();
    let familiar = |rows: &[(f32, f32)]| share(rows.iter().filter(|row| row.1 >= rate).count(), rows.len());
    let scores = |rows: &[(f32, f32)]| rows.iter().map(|row| row.0).collect::<Vec<f32>>();
    let figures = |(held, labels)| SetFigures { coverage: share(held, test.len()), size: share(labels, test.len()) };
    Evaluation {
        rows: test.len(),
        accuracy: share(outcomes.iter().filter(|(_, right)| *right).count(), test.len()),
        ece: ece(&outcomes),
        coverage: share(decided, test.len()),
        precision: share(decided_right, decided),
        sets_90: figures(sets[0]),
        sets_95: figures(sets[1]),
        familiar: familiar(&inside),
        auroc_oos: both.then(|| auroc(&scores(&inside), &scores(&outside))),
        oos_recall: both.then(|| 1.0 - familiar(&outside)),
        oos_abstained: both.then(|| share(abstained, outside.len())),
    }
}
