//! Answers with the passages they were given, judged; and how the judgement agrees with people's.

use std::{cell::RefCell, collections::HashMap};

use classify::auroc;
use desk::grounding::{Faithfulness, Sources, faithfulness};
use embed::{Encoder, Vector};
use serde::Deserialize;

use crate::cli::{
    bench::{Figure, Goal},
    output::Progress,
};

/// An answer as a line of a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Answered {
    /// What it was given to answer from.
    pub passages: Vec<String>,
    /// What was asked.
    #[serde(default)]
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// The same with people's word on it.
#[derive(Debug, Clone, Deserialize)]
pub struct Rated {
    #[serde(flatten)]
    pub answered: Answered,
    /// 0 when nothing in the answer stands in the passages, 1 when everything does.
    pub label: f64,
}

/// Judges answers, with meaning where an encoder is there.
pub fn judge_all<'a>(
    answers: impl ExactSizeIterator<Item = &'a Answered>,
    encoder: Option<&Encoder>,
) -> Vec<Faithfulness> {
    let meaning = encoder.map(Known::new);
    let progress = Progress::of("answers judged");
    let total = answers.len();
    let one = |(at, answered): (usize, &Answered)| {
        progress.at(at, total);
        judge(answered, meaning.as_ref())
    };
    answers.enumerate().map(one).collect()
}

/// Judges one answer as a whole.
pub fn judge(answered: &Answered, meaning: Option<&Known<'_>>) -> Faithfulness {
    let sources = answered.sources();
    faithfulness(&answered.answer, &sources, &|a, b| meaning.map(|known| known.closeness(a, b)))
}

impl Answered {
    /// Its passages, laid out.
    pub fn sources(&self) -> Sources {
        Sources::of(&self.passages.iter().map(String::as_str).collect::<Vec<_>>(), &self.question)
    }
}

/// Vectors that were made already.
pub struct Known<'a> {
    encoder: &'a Encoder,
    vectors: RefCell<HashMap<String, Vector>>,
}

impl<'a> Known<'a> {
    /// With nothing made yet.
    pub fn new(encoder: &'a Encoder) -> Self {
        Self { encoder, vectors: RefCell::default() }
    }

    /// The cosine of two texts.
    pub fn closeness(&self, a: &str, b: &str) -> f64 {
        let mut vectors = self.vectors.borrow_mut();
        let mut of = |text: &str| vectors.entry(text.to_owned()).or_insert_with(|| self.encoder.encode(text)).clone();
        f64::from(of(a).cosine(&of(b)))
    }
}

/// How the check agrees with people.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    /// Chance that a low answer scores below another one; rated low is a label below one half.
    pub auroc: f64,
    /// Rank correlation of scores and labels, ties at their mean rank.
    pub spearman: f64,
    /// Share of answers that state nothing and were not judged; they count as faithful.
    pub abstained: f64,
    /// Share of fully faithful answers (label 1) that are doubted as a whole.
    pub false_alarms: f64,
    /// Share of answers rated low that are doubted as a whole.
    pub found: f64,
    low: usize,
    full: usize,
    all: usize,
}

impl Agreement {
    /// Of scores with labels.
    pub fn of(judged: &[(f64, Faithfulness)]) -> Self {
        let is_low = |label: f64| label < 0.5;
        let scores =
            |low: bool| judged.iter().filter(|(l, _)| is_low(*l) == low).map(|(_, f)| f.score as f32).collect();
        let (high, low): (Vec<f32>, Vec<f32>) = (scores(false), scores(true));
        let full: Vec<_> = judged.iter().filter(|(label, _)| *label >= 1.0).collect();
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        Self {
            auroc: f64::from(auroc(&high, &low)),
            spearman: spearman(&judged.iter().map(|(label, f)| (*label, f.score)).collect::<Vec<_>>()),
            abstained: share(judged.iter().filter(|(_, f)| f.judged == 0).count(), judged.len()),
            false_alarms: share(full.iter().filter(|(_, f)| f.alarm()).count(), full.len()),
            found: share(judged.iter().filter(|(l, f)| is_low(*l) && f.alarm()).count(), low.len()),
            low: low.len(),
            full: full.len(),
            all: judged.len(),
        }
    }

    /// As figures of a bench; `goals` for the two that have one.
    pub fn figures(&self, bench: &'static str, prefix: &str, goals: (Goal, Goal)) -> Vec<Figure> {
        let figure = |name: &str, value, n, goal| Figure::new(bench, format!("{prefix}{name}"), value, "", n, goal);
        // Where nothing is rated low, or everything, there is no order to speak of.
        let both = self.low > 0 && self.low < self.all;
        let auroc = both.then(|| figure("auroc", self.auroc, self.all, goals.0));
        let mut figures: Vec<Figure> = auroc.into_iter().collect();
        figures.extend([
            figure("spearman", self.spearman, self.all, Goal::Unset),
            figure("abstained", self.abstained, self.all, Goal::Unset),
            figure("false_alarms", self.false_alarms, self.full, goals.1),
            figure("found", self.found, self.low, Goal::Unset),
        ]);
        figures
    }
}

/// Spearman's rank correlation, -1..=1; 0 when one side never changes.
fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let a = ranks(&pairs.iter().map(|p| p.0).collect::<Vec<_>>());
    let b = ranks(&pairs.iter().map(|p| p.1).collect::<Vec<_>>());
    let mean = (pairs.len() as f64 + 1.0) / 2.0;
    let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        both += (x - mean) * (y - mean);
        left += (x - mean).powi(2);
        right += (y - mean).powi(2);
    }
    if left == 0.0 || right == 0.0 { 0.0 } else { both / (left * right).sqrt() }
}

/// Ranks from 1, ties at their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|v| *v < value).count() as f64;
        let same = values.iter().filter(|v| *v == value).count() as f64;
        below + (same + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_that_agree_and_do_not() {
        assert!((spearman(&[(1.0, 10.0), (2.0, 20.0), (3.0, 21.0)]) - 1.0).abs() < 1e-9);
        assert!((spearman(&[(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]) + 1.0).abs() < 1e-9);
        assert!(spearman(&[(1.0, 5.0), (2.0, 5.0)]).abs() < 1e-9);
        assert_eq!(ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
    }

    #[test]
    fn an_answer_that_keeps_to_its_passages_scores_above_one_that_does_not() {
        let rated = |answer: &str, label| {
            let passages = vec!["Refunds are paid within 14 days. A board is exported as CSV.".to_owned()];
            let answered = Answered { passages, question: "How?".to_owned(), answer: answer.to_owned() };
            (label, judge(&answered, None))
        };
        let all = [
            rated("Refunds are paid within 14 days.", 1.0),
            rated("A board is exported as CSV.", 1.0),
            rated("Refunds are paid within 30 days and include a voucher from our shop.", 0.0),
            rated("I don't know.", 1.0),
        ];
        let agreement = Agreement::of(&all);
        assert!((agreement.auroc - 1.0).abs() < 1e-6, "{agreement:?}");
        assert!((agreement.abstained - 0.25).abs() < 1e-9 && agreement.false_alarms < 1e-9, "{agreement:?}");
        assert!((agreement.found - 1.0).abs() < 1e-9, "{agreement:?}");
    }
}
