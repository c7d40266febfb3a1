//! `countersign ground`: how far answers keep to the passages they were given, on files, beside any desk.

mod eval;
mod judge;
pub mod rated;

use super::Outcome;

/// Hold answers against the passages they were given.
#[derive(Debug, clap::Subcommand)]
pub enum Ground {
    /// Measure the check on answers that people rated.
    Eval(eval::Eval),
    /// Judge answers sentence by sentence and say why.
    Judge(judge::Judge),
}

impl Ground {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(self) -> Outcome {
        match self {
            Self::Eval(eval) => eval.run(),
            Self::Judge(judge) => judge.run(),
        }
    }
}
