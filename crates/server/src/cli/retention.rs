//! `countersign retention`: what goes by age, and what is held.

use super::{Failure, Outcome, output::line, place::Place};
use crate::{FlowError, flow::retain};

/// What is kept how long.
#[derive(Debug, clap::Subcommand)]
pub enum Retention {
    /// Let go of what is older than the configuration's [retention] says. A serving desk does so by itself.
    Run {
        /// Count only.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Keep everything of a requester until it is released, whatever its age and whoever asks for erasure.
    Hold {
        /// Their address.
        address: String,
        /// What for: a case number. No names: it is shown.
        #[arg(long, value_name = "TEXT")]
        reference: String,
        #[command(flatten)]
        place: Place,
    },
    /// End a hold.
    Release {
        /// Their address.
        address: String,
        #[command(flatten)]
        place: Place,
    },
    /// Everybody who is held.
    Holds {
        #[command(flatten)]
        place: Place,
    },
}

impl Retention {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Run { dry_run, place } => run(dry_run, &place).await,
            Self::Hold { address, reference, place } => {
                let app = place.open_beside().await?;
                retain::hold(&app, &address, &reference).await.map_err(told)?;
                line(format!("{address} is held: nothing of theirs goes by age or on request."));
                Ok(())
            }
            Self::Release { address, place } => {
                let app = place.open_beside().await?;
                retain::release(&app, &address).await.map_err(told)?;
                line(format!("{address} is released."));
                Ok(())
            }
            Self::Holds { place } => {
                let app = place.open_beside().await?;
                for hold in retain::holds(&app).await? {
                    line(format!("{:<36} {}", hold.email, hold.reference));
                }
                Ok(())
            }
        }
    }
}

async fn run(dry_run: bool, place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    for found in retain::report(&app).await? {
        let after = if found.days == 0 { "kept".to_owned() } else { format!("after {} days", found.days) };
        line(format!("{:<16} {after:<18} due {:>8}  held {:>6}", found.class.word(), found.due.due, found.due.held));
    }
    if dry_run {
        line("This was a dry run; nothing was changed.");
        return Ok(());
    }
    for (class, count) in retain::run(&app).await? {
        line(format!("{count} of {} went.", class.word()));
    }
    Ok(())
}

fn told(error: FlowError) -> Failure {
    match error {
        FlowError::NotFound => Failure::told("Nobody here has this address, or they are not held.".to_owned()),
        other => other.into(),
    }
}
