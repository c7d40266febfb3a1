//! Eight live attempts to get a letter out without a person's yes, or to bend the record, against
//! the running desk. Each is real: the same doors, the same database, nothing simulated. They work
//! on a ticket of their own, of a customer who opted out of AI, and leave it solved.

mod attempts;
mod stage;

use std::sync::Arc;

use serde::Serialize;

use crate::{App, FlowError};
use stage::Stage;

/// One attempt and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// Stable name.
    pub key: &'static str,
    /// Short name.
    pub title: &'static str,
    /// What was tried.
    pub attempt: &'static str,
    /// Whether it was stopped.
    pub stopped: bool,
    /// What stopped it.
    pub stopped_by: &'static str,
    /// What it said.
    pub detail: String,
}

/// All of them, with the letters that had left before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attacks {
    /// In the order they were tried.
    pub items: Vec<Attack>,
    /// Letters in the tray before.
    pub tray_before: usize,
    /// Letters in the tray after; the same number when everything held.
    pub tray_after: usize,
}

impl Attacks {
    /// Whether everything held.
    #[must_use]
    pub fn all_stopped(&self) -> bool {
        self.tray_before == self.tray_after && self.items.iter().all(|a| a.stopped)
    }
}

/// Runs all eight.
///
/// # Errors
/// When the scene cannot be set, such as no person who could approve. An attempt that gets through
/// is no error; it is said in its line.
pub async fn run(app: &Arc<App>) -> Result<Attacks, FlowError> {
    let stage = Stage::set(app).await?;
    let tray_before = stage.letters().await?;
    let items = attempts::all(&stage).await;
    // Whatever got in would leave now.
    crate::flow::deliver_letters::deliver_due(app).await?;
    let tray_after = stage.letters().await?;
    stage.clear().await?;
    Ok(Attacks { items: items?, tray_before, tray_after })
}
