//! `countersign search`: passages and past cases, best first; or the engine measured on files.

mod eval;
pub mod figures;
mod find;
pub mod meanings;
pub mod shelf;

use super::{Failure, Outcome};

/// Find passages and past cases, or measure search on files.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Search {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    find: Option<find::Find>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Measure ranking on documents and questions in files, beside any desk.
    Eval(eval::Eval),
}

impl Search {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match (self.command, self.find) {
            (Some(Command::Eval(eval)), _) => eval.run(),
            (None, Some(find)) => find.run().await,
            (None, None) => Err(Failure::BadInput("Give words to look for, or eval; see --help.".to_owned())),
        }
    }
}
