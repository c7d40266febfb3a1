//! What was observed of the services around a complaint: plain values, made by whoever holds the telemetry.
//!
//! One `Observed` is made per look, within a grant, and thrown away afterwards. It is bounded by its maker.

use serde::{Deserialize, Serialize};

use super::entity::Entity;
use crate::{closed_list, time::Timestamp};

/// The stretch of time that was looked at, and how far the look can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
    /// Length of one bucket of the counts below, in seconds; more than 0.
    pub bucket_seconds: i64,
    /// What is missing, each a sentence for a person: "120 lines of ledger were dropped", "Loki answered half".
    pub gaps: Vec<String>,
}

impl Window {
    /// The bucket an instant falls into; none outside.
    #[must_use]
    pub fn bucket(&self, at: Timestamp) -> Option<usize> {
        if at < self.from || at > self.to {
            return None;
        }
        usize::try_from(at.seconds_since(self.from) / self.bucket_seconds.max(1)).ok()
    }
}

/// Everything one look saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// What was looked at.
    pub window: Window,
    /// Services that sent anything in the window.
    pub services: Vec<String>,
    /// Templates of log lines, at least those that are odd, speak of failure, or hold an entity of the ticket.
    pub templates: Vec<Template>,
    /// Metrics that left their usual band; calm ones are left out.
    pub metrics: Vec<OddMetric>,
    /// Traces with an error in them: those with an entity of the ticket first, then the newest.
    pub traces: Vec<FailedTrace>,
    /// Deploys in the window, and in the day before it.
    pub deploys: Vec<Deploy>,
    /// Incidents that somebody declared and that were open in the window.
    pub incidents: Vec<KnownIncident>,
}

closed_list! {
    /// How a template's or metric's rate stands to what is usual.
    pub enum Course ("course") {
        /// Never seen before the window.
        New = "new",
        /// Far more than usual.
        More = "more",
        /// Far less than usual.
        Fewer = "fewer",
        /// As usual.
        Usual = "usual",
    }
}

closed_list! {
    /// What a line says of how things went, by its level and words.
    pub enum Tone ("tone") {
        /// An error.
        Failure = "failure",
        /// A warning.
        Warning = "warning",
        /// Anything else.
        Plain = "plain",
    }
}

/// A template of log lines in the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Service that logs it.
    pub service: String,
    /// Stable id within the service: 16 hexadecimal digits.
    pub id: String,
    /// Its text, parameters as `<*>`.
    pub text: String,
    /// What it says.
    pub tone: Tone,
    /// First line in the window.
    pub first: Timestamp,
    /// Last line.
    pub last: Timestamp,
    /// Lines per bucket, oldest first, from the window's begin.
    pub counts: Vec<u32>,
    /// Lines a bucket usually has.
    pub baseline: f64,
    /// How the counts stand to it.
    pub course: Course,
    /// When it became odd; none when it did not.
    pub odd_from: Option<Timestamp>,
    /// A few lines, masked as the grant asks: those with an entity of the ticket first.
    pub lines: Vec<Line>,
}

impl Template {
    /// Lines in the window.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|n| u64::from(*n)).sum()
    }
}

/// One log line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it was written.
    pub at: Timestamp,
    /// Its words, at most 400 characters.
    pub text: String,
    /// The trace it belongs to.
    pub trace: Option<String>,
    /// What [`super::entity::entities`] finds in it and in its attributes.
    pub entities: Vec<Entity>,
}

/// A metric that left its band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OddMetric {
    /// Service it measures.
    pub service: String,
    /// Name, with the labels that tell series apart.
    pub name: String,
    /// A query a person can rerun where it came from.
    pub query: String,
    /// One value per bucket, where there is one.
    pub values: Vec<Option<f64>>,
    /// The usual band: lower and upper end.
    pub band: (f64, f64),
    /// How it stands to the band.
    pub course: Course,
    /// When it left the band.
    pub odd_from: Timestamp,
}

/// One call in a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Service that was called.
    pub service: String,
    /// What was called.
    pub operation: String,
    /// How it ended, in the words of the trace; none when it went well.
    pub failed: Option<String>,
    /// Milliseconds it took.
    pub milliseconds: f64,
}

/// A trace with an error in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedTrace {
    /// Its id.
    pub id: String,
    /// When it began.
    pub at: Timestamp,
    /// The calls from its root down to the deepest failed one, each the parent of the next.
    pub path: Vec<Call>,
    /// What its attributes name.
    pub entities: Vec<Entity>,
}

/// A deploy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deploy {
    /// Service that changed.
    pub service: String,
    /// To which version.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// An incident somebody declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownIncident {
    /// Its id where it was declared.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Services it concerns.
    pub services: Vec<String>,
    /// Ids of templates it is known by, in those services.
    pub templates: Vec<String>,
    /// Begin.
    pub from: Timestamp,
    /// End; none while it is open.
    pub to: Option<Timestamp>,
}
