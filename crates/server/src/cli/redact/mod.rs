//! `countersign redact`: personal data in files, beside any desk.

pub mod eval;
mod spans;

use ::redact::score::Score;

use super::{
    Outcome,
    bench::{Figure, Goal},
};

/// Find personal data in files and measure how well.
#[derive(Debug, clap::Subcommand)]
pub enum Redact {
    /// Measure on labelled texts.
    Eval(eval::Eval),
    /// Print what is found, one JSON line per text.
    Spans(spans::Spans),
}

impl Redact {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(self) -> Outcome {
        match self {
            Self::Eval(eval) => eval.run(),
            Self::Spans(spans) => spans.run(),
        }
    }
}

/// Goals of the figures over all classes.
#[derive(Clone, Copy)]
pub struct Goals {
    /// For F1.
    pub f1: Goal,
    /// For F2.
    pub f2: Goal,
}

/// f1, f2, precision and recall of everything labelled, then of each class.
pub fn figures(score: &Score, before: &str, goals: Goals) -> Vec<Figure> {
    let all = score.overall(|_| true);
    let mut figures = Vec::new();
    let mut four = |name: &str, tally: ::redact::score::Tally, f1, f2| {
        let figure = |what: &str, value, goal| {
            Figure::new("redact", format!("{before}{name}{what}"), value, "", tally.labelled(), goal)
        };
        figures.extend([
            figure("f1", tally.f(1.0), f1),
            figure("f2", tally.f(2.0), f2),
            figure("precision", tally.precision(), Goal::Unset),
            figure("recall", tally.recall(), Goal::Unset),
        ]);
    };
    four("", all, goals.f1, goals.f2);
    for (class, tally) in score.classes() {
        four(&format!("{class}."), tally, Goal::Unset, Goal::Unset);
    }
    figures
}
