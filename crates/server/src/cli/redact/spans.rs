//! What is found in texts of a file.

use std::path::PathBuf;

use ::redact::{Reach, score::Labelled, spans};
use serde::{Deserialize, Serialize};

use crate::cli::{
    Outcome, output,
    search::shelf::{bad_line, numbered},
};

/// Print what is found in texts, one JSON line each: `{"text":"..."}` in, `{"spans":[["class",start,end],...]}` out in the same order,
/// offsets in characters. Nothing is looked for but what has a form or stands in word lists; a desk also knows the ticket's people.
#[derive(Debug, clap::Args)]
pub struct Spans {
    /// The texts.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only what would be hidden from a model.
    #[arg(long)]
    hidden: bool,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Found {
    spans: Vec<(&'static str, usize, usize)>,
}

impl Spans {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`](crate::cli::Failure::BadInput) with the line that cannot be read.
    pub fn run(&self) -> Outcome {
        let reach = if self.hidden { Reach::Personal } else { Reach::Everything };
        for (number, Text { text }) in numbered(&self.file)? {
            let found = spans(&text, &[], reach).map_err(|e| bad_line(&self.file, number, &e))?;
            let named = |(class, start, end): Labelled| (class.name(), start, end);
            output::json(&Found { spans: found.into_iter().map(named).collect() });
        }
        Ok(())
    }
}
