//! `countersign logs`: what a file of log lines says, beside any desk or to one that runs.

pub mod import;
pub mod labels;
pub mod templates;

use super::Outcome;

/// Find the templates of log lines.
#[derive(Debug, clap::Subcommand)]
pub enum Logs {
    /// Mine the templates of a file, one log content per line; measure them against labels.
    Templates(templates::Templates),
    /// Send the lines of a file to a desk that runs.
    Import(import::Import),
}

impl Logs {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(&self) -> Outcome {
        match self {
            Self::Templates(templates) => templates.run(),
            Self::Import(import) => import.run().await,
        }
    }
}
