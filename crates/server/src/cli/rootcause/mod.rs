//! `countersign rootcause`: where disturbances began, on folders of telemetry, beside any desk.

pub mod eval;
mod folder;
mod plain;
mod table;

use super::Outcome;

/// Find where a disturbance began, from telemetry in a folder.
#[derive(Debug, clap::Subcommand)]
pub enum Rootcause {
    /// Measure on cases whose origin is known.
    Eval(eval::Eval),
}

impl Rootcause {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(&self) -> Outcome {
        match self {
            Self::Eval(eval) => eval.run(),
        }
    }
}
