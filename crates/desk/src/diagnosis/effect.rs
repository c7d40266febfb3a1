//! What a diagnosis adds to the look at a ticket: urgency, and a queue where nothing else decides. It never lowers and never widens.

use serde::{Deserialize, Serialize};

use super::{
    Diagnosis,
    cause::{Cause, CauseKind},
};
use crate::{
    closed_list,
    operating::OperatingModel,
    suggestion::{Doubt, Evidence, EvidenceKind, Suggestion},
    ticket::Priority,
    triage::{Category, Triage},
};

/// Least probability from which a cause moves a ticket.
pub const MOVES_FROM: f64 = 0.8;

closed_list! {
    /// What a moment of a ticket's time line is.
    pub enum MomentKind ("kind of moment") {
        /// The requester wrote.
        Letter = "letter",
        /// A line that names what the ticket names.
        Line = "line",
        /// An error that is a probable cause.
        Error = "error",
        /// A deploy.
        Deploy = "deploy",
        /// A failed trace with what the ticket names.
        Trace = "trace",
        /// A metric left its band.
        Metric = "metric",
    }
}

/// One moment around the complaint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: crate::Timestamp,
    /// What.
    pub kind: MomentKind,
    /// Service; empty for letters.
    pub service: String,
    /// Its words, as data.
    pub text: String,
}

/// Lets the likeliest cause, when it is sure enough and not the requester's own doing, raise a look: at least high, and into the queue
/// of technical cases where the category is in doubt. Returns the reason that is shown.
pub fn apply(diagnosis: &Diagnosis, look: &mut Triage, doubt: Doubt, categories: &[Category]) -> Option<Evidence> {
    let first = diagnosis.causes.first().filter(|c| moves(c))?;
    let cause = &first.value;
    let was = look.priority;
    look.priority = look.priority.max(Priority::High);
    let technical = categories.iter().find(|c| c.operating_model == OperatingModel::Technical);
    if let Some(technical) =
        technical.filter(|_| look.risk.is_empty() && doubt != Doubt::Sure && look.category.is_none())
    {
        technical.queue.clone_into(&mut look.queue);
        look.queue_because = format!("What {} logs explains it, and its category is in doubt.", cause.service);
    }
    let raises = if look.priority > was { format!(", raises to {}", look.priority) } else { String::new() };
    let text = format!("{} in {}{raises}: “{}”", cause.kind.word().replace('_', " "), cause.service, cause.says);
    Some(Evidence { kind: EvidenceKind::Telemetry, text, message: None, span: None, weight: None })
}

fn moves(cause: &Suggestion<Cause>) -> bool {
    cause.value.kind != CauseKind::UserError && cause.confidence.probability().is_some_and(|p| p >= MOVES_FROM)
}
