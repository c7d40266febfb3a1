//! `countersign triage retrain` and `rollback`: the trained model, beside a running server or without.

use crate::cli::{Failure, Outcome, output::line, place::Place};
use crate::flow::train_triage::{self, COMMAND_LINE, Using};

/// What to do with the model.
#[derive(Debug, clap::Subcommand)]
pub enum Model {
    /// Train anew on past cases and corrections; use the result only when it is not worse.
    Retrain(Retrain),
    /// Go back to the model that sorted before this one.
    Rollback(Rollback),
}

/// Arguments of a training.
#[derive(Debug, clap::Args)]
pub struct Retrain {
    #[command(flatten)]
    place: Place,
}

/// Arguments of going back.
#[derive(Debug, clap::Args)]
pub struct Rollback {
    #[command(flatten)]
    place: Place,
}

impl Model {
    /// Runs it. Servers on the same database follow within a second or two.
    ///
    /// # Errors
    /// When there is no desk, too little to learn from, or nothing to go back to.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Retrain(Retrain { place }) => retrain(&place).await,
            Self::Rollback(Rollback { place }) => roll_back(&place).await,
        }
    }
}

async fn retrain(place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    let using = if app.library.has_encoder() { Using::Meaning } else { Using::Words };
    let trained = train_triage::train(&app, &COMMAND_LINE, using).await?;
    let Some(version) = trained.map(|t| t.version) else {
        return Err(Failure::told(
            "There is too little to learn from: two categories with two solved tickets or corrections each. Nothing was changed.",
        ));
    };
    line(format!("trained    {} examples, {} of them corrections", version.examples, version.corrections));
    line(format!("compared   {}", version.why));
    line(format!("model      {} is {}", version.id, version.state.word()));
    Ok(())
}

async fn roll_back(place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    let version = train_triage::roll_back(&app, &COMMAND_LINE).await?;
    line(format!("model      {} of {} sorts again", version.id, version.trained_at.date()));
    Ok(())
}
