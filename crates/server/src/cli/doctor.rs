//! `countersign doctor`: what is configured, reachable and wrong, each with the next step. It opens
//! nothing that is not there, and changes nothing.

mod disk;
mod network;
mod rows;

use serde::Serialize;

use super::{
    Failure, Outcome,
    output::{self, line},
    place::{Place, has_desk},
};
use crate::config::Config;

/// Say what is configured, reachable and wrong.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, but somebody should know.
    Mind,
    /// Does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    what: &'static str,
    health: Health,
    detail: String,
    /// What to do; empty when there is nothing to do.
    next: String,
}

impl Finding {
    fn good(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, health: Health::Good, detail: detail.into(), next: String::new() }
    }
    fn mind(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, health: Health::Mind, detail: detail.into(), next: next.into() }
    }
    fn wrong(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, health: Health::Wrong, detail: detail.into(), next: next.into() }
    }
}

impl Doctor {
    /// Runs it; exit code 1 when something is wrong.
    ///
    /// # Errors
    /// [`Failure::Shown`] when something is wrong.
    pub async fn run(self) -> Outcome {
        let findings = match self.place.read() {
            Ok(config) => look(&config).await,
            Err(Failure::Told(sentence) | Failure::BadInput(sentence)) => vec![Finding::wrong(
                "configuration",
                sentence,
                "Correct the key; docs/operate/configuration.md lists all of them.",
            )],
            Err(Failure::Shown) => Vec::new(),
        };
        if self.json {
            output::json(&findings);
        } else {
            for finding in &findings {
                let sign = match finding.health {
                    Health::Good => '✓',
                    Health::Mind => '!',
                    Health::Wrong => '✗',
                };
                line(format!("{sign} {:<14} {}", finding.what, finding.detail));
                if !finding.next.is_empty() {
                    line(format!("  {:<14} → {}", "", finding.next));
                }
            }
        }
        if findings.iter().any(|f| f.health == Health::Wrong) { Err(Failure::Shown) } else { Ok(()) }
    }
}

async fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![Finding::good("configuration", format!("complete; serves on {}", config.listen))];
    found.extend(disk::look(config));
    if has_desk(&config.data) {
        found.extend(rows::look(config).await);
    } else {
        found.push(Finding::mind(
            "desk",
            format!("none in {} yet", config.data.display()),
            "`countersign serve` starts one, `countersign demo` an invented company.",
        ));
    }
    found.extend(network::look(config).await);
    found
}
