//! What a command says, and where.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use serde::Serialize;

use crate::{FlowError, config::ConfigError};

/// Why a command ends with another code than 0.
#[derive(Debug)]
pub enum Failure {
    /// A sentence, with the next step in it.
    Told(String),
    /// Everything was printed already.
    Shown,
    /// The input is not of the form the command reads; exit code 2, as for bad arguments.
    BadInput(String),
}

impl Failure {
    /// From a sentence.
    pub fn told(sentence: impl Into<String>) -> Self {
        Self::Told(sentence.into())
    }

    /// Prints the sentence and gives the exit code.
    #[must_use]
    pub fn report(self) -> ExitCode {
        match self {
            Self::Told(sentence) => {
                eprintln!("countersign: {sentence}");
                ExitCode::from(1)
            }
            Self::Shown => ExitCode::from(1),
            Self::BadInput(sentence) => {
                eprintln!("countersign: {sentence}");
                ExitCode::from(2)
            }
        }
    }
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        match error {
            // There is no operator's log on a command line: the detail belongs here.
            FlowError::Internal(detail) => {
                Self::Told(format!("Something went wrong and nothing was changed: {detail}."))
            }
            other => Self::Told(other.to_string()),
        }
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::Told(format!("{error}. `countersign doctor` looks closer."))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let said = error.to_string();
        Self::Told(format!(
            "{}. Correct it and start again; docs/operate/configuration.md lists every key.",
            said.trim_end()
        ))
    }
}

/// One line for whoever called, or their program. A reader that went away is no failure.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// One JSON value on one line.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(text),
        Err(error) => eprintln!("countersign: the answer could not be written as JSON: {error}"),
    }
}

/// Says on standard error how far long work is; silent when nobody watches.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    watched: bool,
}

impl Progress {
    /// Of `what`, such as `tickets`.
    #[must_use]
    pub fn of(what: &'static str) -> Self {
        Self { what, watched: io::stderr().is_terminal() }
    }

    /// `done` of `total`.
    pub fn at(&self, done: usize, total: usize) {
        if self.watched {
            eprint!("\r{done} of {total} {}   ", self.what);
            let _ = io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.watched {
            eprint!("\r\x1b[K");
        }
    }
}

/// Sends the operator's log to standard error; `RUST_LOG` chooses what is in it.
pub fn trace(serving: bool) {
    let quiet = if serving { "info,tantivy=warn" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
