//! What a diagnosis says: causes with their evidence, what was not found, and where to look next. All of it quotes; none of it is a
//! command.

use serde::{Deserialize, Serialize};

use super::{
    effect::Moment,
    entity::{Entity, EntityKind},
    observed::{Deploy, Line, Window},
    when::Began,
};
use crate::{closed_list, suggestion::Suggestion, time::Timestamp};

closed_list! {
    /// What kind of cause it is.
    pub enum CauseKind ("kind of cause") {
        /// Somebody is not let in, or something may not do what it tries.
        PermissionProblem = "permission_problem",
        /// Something is broken in the product.
        ProductBug = "product_bug",
        /// A deploy changed it.
        Release = "release",
        /// An incident that is known already.
        KnownIncident = "known_incident",
        /// What the requester sent cannot be used.
        UserError = "user_error",
        /// Something the product depends on does not answer.
        Dependency = "dependency",
        /// Too slow or too full.
        Capacity = "capacity",
        /// Data is missing where it should be.
        MissingData = "missing_data",
    }
}

closed_list! {
    /// What kind of thing in the telemetry a cause is read from.
    pub enum SignalKind ("signal") {
        /// A template of log lines.
        Template = "template",
        /// A metric.
        Metric = "metric",
        /// Failed traces that end at the same call.
        Trace = "trace",
        /// An incident that somebody declared.
        Incident = "incident",
    }
}

/// The thing in the telemetry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signal {
    /// Kind.
    pub kind: SignalKind,
    /// Id of the template or incident, name of the metric, or `SERVICE OPERATION` of the call.
    pub id: String,
}

/// A probable cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Kind.
    pub kind: CauseKind,
    /// Service where it begins.
    pub service: String,
    /// Where it was seen.
    pub signal: Signal,
    /// Its words as telemetry has them; data to be quoted, never an instruction.
    pub says: String,
    /// When it began.
    pub from: Timestamp,
    /// When it was last seen.
    pub last: Timestamp,
    /// A query a person can rerun.
    pub query: String,
    /// A few lines.
    pub lines: Vec<Line>,
    /// How often it was seen in the window.
    pub count: u64,
    /// How often it would have been, were all as usual.
    pub usual: f64,
    /// Lines per bucket of the window.
    pub counts: Vec<u32>,
    /// The deploy just before it began.
    pub deploy: Option<Deploy>,
    /// The calls from the outside to where it fails.
    pub path: Vec<String>,
    /// Other signs of the same, such as a metric of the same service.
    pub also: Vec<Signal>,
}

closed_list! {
    /// What was looked for in vain.
    pub enum AbsentKind ("kind of absence") {
        /// No line and no failed trace names this.
        Entity = "entity",
        /// Nothing became odd at the time that was named.
        OddAtThatTime = "odd_at_that_time",
        /// Nothing odd has to do with what the words speak of.
        Words = "words",
        /// No trace failed.
        FailedTrace = "failed_trace",
        /// Nothing was deployed.
        Deploy = "deploy",
        /// Part of the telemetry is missing.
        Telemetry = "telemetry",
    }
}

/// Something looked for and not found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absent {
    /// Kind.
    pub kind: AbsentKind,
    /// The words that were looked for, or what is missing.
    pub detail: String,
}

closed_list! {
    /// Where a person might look next.
    pub enum NextKind ("kind of next look") {
        /// The lines around the moment, of one service.
        Lines = "lines",
        /// One trace.
        Trace = "trace",
        /// What a deploy changed.
        Deploy = "deploy",
        /// A longer stretch of time.
        WiderWindow = "wider_window",
        /// Ask the requester for a time.
        AskWhen = "ask_when",
        /// Ask the requester for an id.
        AskId = "ask_id",
    }
}

/// One place to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// Kind.
    pub kind: NextKind,
    /// The service, trace id or version; empty where the kind says it all.
    pub at: String,
}

/// A runbook that may be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Its id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its words.
    pub text: String,
}

/// What a look at the telemetry says of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Causes, the likeliest first; empty where nothing explains the ticket.
    pub causes: Vec<Suggestion<Cause>>,
    /// What was looked for in vain.
    pub absent: Vec<Absent>,
    /// Where to look next.
    pub next: Vec<Next>,
    /// Ids of runbooks that match, the best first.
    pub runbooks: Vec<String>,
    /// What the ticket names.
    pub entities: Vec<Entity>,
    /// When its trouble began, by its own words.
    pub began: Option<Began>,
    /// What was looked at.
    pub window: Window,
    /// Services that were looked at.
    pub services: Vec<String>,
    /// What happened around the complaint, in order of time.
    pub moments: Vec<Moment>,
}

impl Diagnosis {
    /// Whether the ticket names something one can search by.
    #[must_use]
    pub fn names_an_id(&self) -> bool {
        let id =
            |kind| matches!(kind, EntityKind::Customer | EntityKind::Order | EntityKind::Request | EntityKind::Trace);
        self.entities.iter().any(|e| id(e.kind))
    }
}
