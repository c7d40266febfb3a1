//! `countersign import`.

use std::path::PathBuf;

use connect::mail::sources;

use super::{
    Failure, Outcome, first_start,
    output::{self, Progress, line},
    place::Place,
};
use crate::flow::import_mail::Imported;

/// Take in mail from files.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// A message (.eml), an .mbox file, or a folder of messages.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Import {
    /// Runs it. A file that cannot be read is named and left out; the rest goes on.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        let messages = sources::files(&self.file).map_err(|e| Failure::BadInput(format!("{e} Name a message, an mbox file or a folder of messages.")))?;
        let app = self.place.open_beside().await?;
        first_start::lay_defaults(&app).await?;
        let progress = Progress::of("mails");
        let (mut imported, mut seen, mut unreadable) = (Imported::default(), 0, 0);
        for message in messages {
            seen += 1;
            match message {
                Ok(message) => imported.add(&app, &message.raw).await?,
                Err(error) => {
                    unreadable += 1;
                    eprintln!("countersign: {error} It was left out.");
                }
            }
            progress.at(seen, seen);
        }
        drop(progress);
        let imported = imported.finish(&app).await?;
        app.store.close().await;
        if self.json {
            output::json(&imported);
        } else {
            line(format!(
                "{} new mails taken in, {} were here before, {} wait in quarantine. Nothing was sent.",
                imported.taken, imported.repeated, imported.quarantined
            ));
        }
        if unreadable > 0 { Err(Failure::told(format!("{unreadable} files could not be read; correct them and import again, the rest will not be taken twice."))) } else { Ok(()) }
    }
}
