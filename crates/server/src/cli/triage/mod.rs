//! `countersign triage`: sort one text as the desk would, train the desk's model anew or take it back, or train, measure
//! and use a model of files beside any desk.

mod eval;
mod file;
mod models;
mod text;

use super::Outcome;

/// Sort a text and say why; train the desk's model anew; or train, measure and use a model from files.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Triage {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    text: Option<text::Text>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    #[command(flatten)]
    Files(file::Command),
    #[command(flatten)]
    Desk(models::Model),
}

impl Triage {
    /// Runs it. A text and models of files change no desk.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match (self.command, self.text) {
            (Some(Command::Files(command)), _) => command.run(),
            (Some(Command::Desk(command)), _) => command.run().await,
            (None, Some(text)) => text.run().await,
            (None, None) => Err(super::Failure::BadInput(
                "Give a text, or train, eval, explain, apply, retrain or rollback; see --help.".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
