//! Learning from the whole train split, and the figures whose names are fixed.

use classify::{Evaluation, Example, Lessons, Model, Settings, evaluate, train};

use super::{
    super::{Figure, Goal, cpu},
    sets::Set,
};
use crate::cli::Failure;

/// Share of familiar texts that may be called unfamiliar: outside texts are counted at the threshold that keeps 95 % of
/// the rows held back.
const UNFAMILIAR_RATE: f32 = 0.05;
/// Predictions timed: rounds over the test texts until there are this many.
const TIMED: usize = 20_000;

/// One training, measured on the test split.
pub struct Run {
    /// What was learnt.
    pub model: Model,
    /// On the test split and the texts outside.
    pub found: Evaluation,
    /// Processor seconds of training, vectors at hand; none for a model that was read from a file.
    pub train_s: Option<f64>,
}

impl Run {
    /// Trains on `training`, calibrates on `held_back` (or rows of its own), measures on the set's test split.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when no model can be made.
    pub fn train(set: &Set, training: &[Example], held_back: &[Example], seed: u64) -> Result<Self, Failure> {
        let lessons = Lessons { examples: training, labels: &[], held_back };
        let settings = Settings { unfamiliar_rate: UNFAMILIAR_RATE, seed, ..Settings::default() };
        let (model, seconds) = cpu::of(|| train(lessons, &settings));
        let model = model.map_err(|e| Failure::BadInput(format!("{}: {e}.", set.name)))?;
        let found = evaluate(&model, &set.test, &set.outside);
        Ok(Self { model, found, train_s: Some(seconds) })
    }
}

/// A figure without goal or prefix.
pub struct Named {
    /// One of the fixed names.
    pub name: &'static str,
    /// The mean over the runs.
    pub value: f64,
    /// Empty for shares.
    pub unit: &'static str,
    /// Measurements.
    pub n: usize,
}

/// The figures with fixed names, as the mean over `runs`. Those about outside texts are there when such texts are, and
/// the time of training when there was one.
pub fn named(set: &Set, runs: &[Run]) -> Vec<Named> {
    let (n, out) = (runs.len() * set.test.len(), runs.len() * set.outside.len());
    let mean = |of: &dyn Fn(&Run) -> Option<f64>| -> Option<f64> {
        let values: Option<Vec<f64>> = runs.iter().map(of).collect();
        values.filter(|v| !v.is_empty()).map(|v| v.iter().sum::<f64>() / v.len() as f64)
    };
    let some = |x: f32| Some(f64::from(x));
    let examples = |run: &Run| run.model.card().examples;
    let per_s = |run: &Run| predictions_per_cpu_s(&run.model, &set.test);
    let all = [
        ("accuracy", mean(&|r| some(r.found.accuracy)), "", n),
        ("ece", mean(&|r| some(r.found.ece)), "", n),
        ("auroc_oos", mean(&|r| r.found.auroc_oos.map(f64::from)), "", n + out),
        ("oos_recall_at_95", mean(&|r| r.found.oos_recall.map(f64::from)), "", out),
        ("coverage_90", mean(&|r| some(r.found.sets_90.coverage)), "", n),
        ("set_size_90", mean(&|r| some(r.found.sets_90.size)), "labels", n),
        ("train_cpu_s", mean(&|r| r.train_s), "s", runs.iter().map(examples).sum()),
        ("predictions_per_cpu_s", runs.first().map(per_s), "1/s", set.test.len()),
    ];
    let there =
        |(name, value, unit, n): (&'static str, Option<f64>, _, _)| Some(Named { name, value: value?, unit, n });
    all.into_iter().filter_map(there).collect()
}

/// Labels with their probability, one text after the other, vectors at hand.
pub fn predictions_per_cpu_s(model: &Model, test: &[Example]) -> f64 {
    let rounds = TIMED.div_ceil(test.len().max(1));
    let (_, seconds) = cpu::of(|| {
        for e in (0..rounds).flat_map(|_| test) {
            std::hint::black_box(model.likeliest(&e.text, e.vector.as_deref()));
        }
    });
    (rounds * test.len()) as f64 / seconds
}

/// Trains on the whole split, measures, and hands the model on.
///
/// # Errors
/// [`Failure::BadInput`] when no model can be made.
pub fn measure(set: &Set, figures: &mut Vec<Figure>) -> Result<Model, Failure> {
    let goals = Goals::of(&set.name);
    let runs = [Run::train(set, &set.train, &set.validation, 1)?];
    for Named { name, value, unit, n } in named(set, &runs) {
        figures.push(Figure::new("triage", format!("{}.{name}", set.name), value, unit, n, goals.goal(name)));
    }
    let [Run { model, found: e, .. }] = runs;
    let n = set.test.len();
    let mut figure = |name: &str, value: f32, unit, n, goal| {
        figures.push(Figure::new("triage", format!("{}.{name}", set.name), f64::from(value), unit, n, goal));
    };
    let off = |coverage: f32, promised: f32| (coverage - promised).abs() * 100.0;
    let promise = if set.validation.is_empty() { Goal::Unset } else { Goal::AtMost(1.0) };
    figure("coverage_90_off_by", off(e.sets_90.coverage, 0.9), "points", n, promise);
    figure("coverage_95", e.sets_95.coverage, "", n, Goal::Unset);
    figure("coverage_95_off_by", off(e.sets_95.coverage, 0.95), "points", n, promise);
    figure("set_size_95", e.sets_95.size, "labels", n, Goal::Unset);
    figure("decided", e.coverage, "", n, Goal::Unset);
    figure("decided_precision", e.precision, "", n, Goal::Unset);
    figure("familiar", e.familiar, "", n, Goal::Unset);
    if let Some(abstained) = e.oos_abstained {
        figure("oos_abstained", abstained, "", set.outside.len(), Goal::Unset);
    }
    Ok(model)
}

/// What a set should reach, by its name; a set nobody knows is only measured.
pub struct Goals {
    accuracy: Goal,
    ece: Goal,
    train_s: Goal,
    /// With ten examples a label.
    pub ten: Goal,
}

impl Goals {
    /// Of a folder's name.
    pub fn of(name: &str) -> Self {
        let of = |accuracy, ece, ten| Self {
            accuracy: Goal::AtLeast(accuracy),
            ece: Goal::AtMost(ece),
            train_s: Goal::AtMost(20.0),
            ten: Goal::AtLeast(ten),
        };
        match name {
            "clinc150" => of(0.965, 0.010, 0.91),
            name if name.starts_with("banking") => of(0.942, 0.012, 0.865),
            _ => Self { accuracy: Goal::Unset, ece: Goal::Unset, train_s: Goal::Unset, ten: Goal::Unset },
        }
    }

    fn goal(&self, name: &str) -> Goal {
        match name {
            "accuracy" => self.accuracy,
            "ece" => self.ece,
            "auroc_oos" => Goal::AtLeast(0.980),
            "oos_recall_at_95" => Goal::AtLeast(0.90),
            "train_cpu_s" => self.train_s,
            _ => Goal::Unset,
        }
    }
}
