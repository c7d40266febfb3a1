//! `countersign consent`: who said no to AI, and the proof that it holds.

use super::{Failure, Outcome, output::line, place::Place};
use crate::{FlowError, flow::prove_consent};

/// People's say in whether AI touches their cases.
#[derive(Debug, clap::Subcommand)]
pub enum Consent {
    /// Look for a requester in everything a machine reads from: rows, vectors, index files, trained models. Changes nothing.
    Prove {
        /// Their address.
        address: String,
        #[command(flatten)]
        place: Place,
    },
}

impl Consent {
    /// Runs it.
    ///
    /// # Errors
    /// When somebody is out and something of theirs was found, or a file cannot be read.
    pub async fn run(self) -> Outcome {
        let Self::Prove { address, place } = self;
        let index = place.read()?.data.join("index");
        let app = place.open_beside().await?;
        let proof = match prove_consent::prove(&app, &index, &address).await {
            Ok(proof) => proof,
            Err(FlowError::NotFound) => {
                return Err(Failure::told(format!(
                    "Nobody here has the address {address}. Type it as a ticket shows it."
                )));
            }
            Err(other) => return Err(other.into()),
        };
        match &proof.allowed {
            Ok(()) => line("AI may be used for this person."),
            Err(why) => line(format!("AI is off for this person. {why}")),
        }
        for place in &proof.places {
            line(format!("{:>6}  {} (looked through {})", place.found, place.name, place.looked));
        }
        line(format!("{:>6}  requests to models, all made while AI was allowed", proof.sent_before));
        if proof.is_clean() {
            line("No model, vector or index of this desk holds them.");
            return Ok(());
        }
        if proof.allowed.is_ok() {
            line("They have not said no, so this is as it should be.");
            return Ok(());
        }
        Err(Failure::told(
            "Something of theirs is still held. A desk that serves clears its index within seconds and trains anew within minutes; ask again then.".to_owned(),
        ))
    }
}
