//! `countersign erase`: forgets a requester, on their request.

use super::{Failure, Outcome, output::line, place::Place};
use crate::{FlowError, flow::erase_requester};

/// Erase a requester: their tickets' words, mails, files, vectors and cases leave the desk for good.
#[derive(Debug, clap::Args)]
pub struct Erase {
    /// Their address.
    address: String,
    /// The address again: what is erased cannot be brought back.
    #[arg(long, value_name = "ADDRESS")]
    confirm: String,
    #[command(flatten)]
    place: Place,
}

impl Erase {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        if !self.confirm.eq_ignore_ascii_case(&self.address) {
            return Err(Failure::BadInput("The two addresses differ; nothing was erased.".to_owned()));
        }
        let app = self.place.open_beside().await?;
        match erase_requester::by_command(&app, &self.address).await {
            Ok(erased) => {
                line(format!(
                    "Erased {} with {} tickets. A serving desk clears its indexes within seconds.",
                    self.address, erased.tickets
                ));
                line(format!("Receipt: requester {} at {}", erased.requester, erased.at));
                for (table, rows) in &erased.rows.0 {
                    line(format!("{rows:>8}  {table}"));
                }
                line(
                    "Keep erased.txt of the data folder when you put a backup back. Your mail server's copies and a PostgreSQL's dead rows are not reached from here; see docs/operate/erasure.md.",
                );
                Ok(())
            }
            Err(FlowError::NotFound) => {
                Err(Failure::told(format!("Nobody here has the address {}; nothing was erased.", self.address)))
            }
            Err(other) => Err(other.into()),
        }
    }
}
