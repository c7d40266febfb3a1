//! `countersign export`: everything of a requester as JSON.

use super::{Failure, Outcome, output, place::Place};
use crate::{FlowError, flow::export_person};

/// Print everything the desk holds of a requester as one JSON document; AI's words are marked. Changes nothing.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Their address.
    address: String,
    #[command(flatten)]
    place: Place,
}

impl Export {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        let app = self.place.open_beside().await?;
        match export_person::by_address(&app, &self.address).await {
            Ok(export) => {
                output::json(&export);
                Ok(())
            }
            Err(FlowError::NotFound) => Err(Failure::told(format!(
                "Nobody here has the address {}. Type it as a ticket shows it.",
                self.address
            ))),
            Err(other) => Err(other.into()),
        }
    }
}
