//! `countersign eval`: suites of cases that judge a change before people meet it.

mod convert;
mod from_export;
mod grade;
mod grader;
mod pin;
mod pull;
mod report;
mod rules;
mod run;
mod suite;

use super::Outcome;

/// Suites of cases in files.
#[derive(Debug, clap::Subcommand)]
pub enum Eval {
    /// Run every case of a folder through this desk's policies. Exit code 0: all held. 1: some did not. 2: they cannot be run.
    Run(run::Run),
    /// Write a desk's approved cases into a folder.
    Pull(pull::Pull),
    /// Say that cases were looked at under today's policies: write those into their files.
    Pin(pin::Pin),
    /// Say how far the model that grades agrees with people.
    Grader(grader::GraderOf),
    /// Write a folder's cases for other tools.
    Export(convert::Export),
    /// Make cases of another tool's file.
    Import(convert::Import),
    /// Find complaints about your own AI product in what another desk exported, and write proposed cases for its suite.
    FromExport(from_export::FromExport),
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Run(run) => Box::pin(run.run()).await,
            Self::Pull(pull) => Box::pin(pull.run()).await,
            Self::Pin(pin) => Box::pin(pin.run()).await,
            Self::Grader(grader) => Box::pin(grader.run()).await,
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
            Self::FromExport(from) => from.run(),
        }
    }
}
