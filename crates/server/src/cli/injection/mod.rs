//! `countersign injection`: what instructions hidden in mails achieve, against a model that obeys every one of them.

mod eval;
pub mod trial;

use super::Outcome;

/// Measure what instructions hidden in mails achieve.
#[derive(Debug, clap::Subcommand)]
pub enum Injection {
    /// Every mail with every attack in it, answered by a model that obeys the attack.
    Eval(eval::Eval),
}

impl Injection {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Eval(eval) => eval.run().await,
        }
    }
}
