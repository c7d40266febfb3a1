//! What came lately, within a memory that is given: lines as templates with rates and some of the newest lines themselves,
//! metrics by the minute, calls, and what people did. `now` comes from outside; times are microseconds since 1970.
//!
//! Whatever comes too much is left away, the least useful first: repeated lines of well-known templates before rare ones
//! and before those that speak of failure, calm metrics before restless ones. What is left away is counted by its
//! kind ([`Loss`]), and counts of lines stay when the lines go.

mod calls;
mod kept;
mod lines;
mod loss;
mod metrics;
mod read;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::miner::{Miner, Templates};
use crate::rates::Rates;
use crate::shapes::Limits;

pub use calls::{Call, Edge, FailedCall, Operation, OperationMinute};
pub use kept::{Kept, KeptError};
pub use lines::{KeptLine, Line, Seen};
pub use loss::{Loss, Losses};
pub use metrics::{Measured, Metric, MetricKey, Point};
pub use read::{LineView, ServiceView};

use calls::Calls;
use lines::Lines;
use metrics::Metrics;

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const SECOND: i64 = 1_000_000;
/// Hours of counts that say how an hour of the day or week usually is: three weeks.
const HOURS: usize = 21 * 24;
/// Batches remembered, so that one sent twice counts once.
const BATCHES: usize = 2_048;
/// Events kept.
const EVENTS: usize = 1_000;
/// Versions of a service remembered.
const VERSIONS: usize = 16;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How far back, in minutes, 5 to 10080.
    pub minutes: u32,
    /// Memory in bytes, at least 8 MB. Half of it is for lines; the miner, counts and metrics have a sixth each.
    pub bytes: usize,
    /// Services told apart.
    pub services: usize,
    /// Label sets kept of one metric of one service.
    pub label_sets: usize,
    /// How far ahead of `now` a time may be, in seconds, before `now` is taken instead.
    pub ahead_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { minutes: 1_440, bytes: 256 << 20, services: 200, label_sets: 200, ahead_seconds: 60 }
    }
}

impl Settings {
    fn line_bytes(&self) -> usize {
        self.bytes / 2
    }

    /// Shapes over all services; one takes some 700 bytes.
    fn shapes(&self) -> usize {
        (self.bytes / 6 / 700).max(1_000)
    }

    /// Counts of shapes over all windows; one takes some 24 bytes.
    fn cells(&self) -> usize {
        (self.bytes / 8 / 24).max(10_000)
    }

    fn series(&self) -> usize {
        (self.bytes / 7 / (self.minutes as usize * 8 + 400)).max(20)
    }

    /// Minutes of operations; one takes some 60 bytes.
    fn operation_minutes(&self) -> usize {
        (self.bytes / 20 / 60).max(1_000)
    }

    fn span(&self) -> i64 {
        i64::from(self.minutes) * MINUTE
    }
}

/// Something that people or their tools did, or found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: i64,
    /// What it was.
    pub kind: EventKind,
    /// Which service; empty for all.
    pub service: String,
    /// In words, or the version.
    pub text: String,
}

/// What an [`Event`] was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Another version runs since then.
    Deploy,
    /// Something is known to be wrong since then.
    Incident,
    /// It is over.
    IncidentEnd,
}

/// One service.
#[derive(Debug)]
struct Service {
    minutes: Rates,
    hours: Rates,
    lines: Lines,
    versions: VecDeque<String>,
    /// The templates as of so many shapes.
    grouped: Option<(usize, Arc<Templates>)>,
    /// Since when it takes no further shapes.
    closed: Option<i64>,
    last: i64,
}

/// What came lately.
pub struct Window {
    settings: Settings,
    miner: Miner,
    services: BTreeMap<Box<str>, Service>,
    metrics: Metrics,
    calls: Calls,
    events: VecDeque<Event>,
    batches: VecDeque<u64>,
    losses: Losses,
    /// Bytes of all lines kept.
    line_bytes: usize,
    shapes: usize,
    tidied: i64,
}

impl Window {
    /// An empty one.
    pub fn new(settings: Settings) -> Self {
        let settings = Settings {
            minutes: settings.minutes.clamp(5, 10_080),
            bytes: settings.bytes.max(8 << 20),
            services: settings.services.max(1),
            ..settings
        };
        Self {
            settings,
            miner: Miner::new(limits(&settings)),
            services: BTreeMap::new(),
            metrics: Metrics::default(),
            calls: Calls::default(),
            events: VecDeque::new(),
            batches: VecDeque::new(),
            losses: Losses::default(),
            line_bytes: 0,
            shapes: 0,
            tidied: 0,
        }
    }

    /// Whether a batch came before: `fingerprint` is a hash of its bytes. One that did is counted and is to be left away.
    pub fn is_repeated(&mut self, fingerprint: u64) -> bool {
        if self.batches.contains(&fingerprint) {
            self.losses.add(Loss::BatchRepeated, 1);
            return true;
        }
        if self.batches.len() >= BATCHES {
            self.batches.pop_front();
        }
        self.batches.push_back(fingerprint);
        false
    }

    /// Counts what was lost before it came here.
    pub fn lost(&mut self, loss: Loss, count: u64) {
        self.losses.add(loss, count);
    }

    /// What was left away since the window began.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// How much is kept.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Keeps an event. Further ones push out the oldest.
    pub fn note(&mut self, event: Event) {
        let place = self.events.iter().rposition(|known| known.at <= event.at).map_or(0, |at| at + 1);
        if self.events.get(place.wrapping_sub(1)) == Some(&event) {
            return;
        }
        self.events.insert(place, event);
        if self.events.len() > EVENTS {
            self.events.pop_front();
        }
    }

    /// A service says which version it is. Another one than before is a deploy.
    pub fn version(&mut self, service: &str, version: &str, now: i64) {
        let Some(known) = self.services.get_mut(service) else { return };
        if known.versions.iter().any(|v| v == version) {
            return;
        }
        let first = known.versions.is_empty();
        known.versions.push_back(version.to_owned());
        if known.versions.len() > VERSIONS {
            known.versions.pop_front();
        }
        if !first {
            let (service, text) = (service.to_owned(), version.to_owned());
            self.note(Event { at: now, kind: EventKind::Deploy, service, text });
        }
    }

    /// The time to count something under, or `None` when it is older than the window.
    fn time(&mut self, at: Option<i64>, now: i64) -> Option<i64> {
        let Some(at) = at else { return Some(now) };
        if at > now.saturating_add(i64::from(self.settings.ahead_seconds) * SECOND) {
            self.losses.add(Loss::ClockAhead, 1);
            return Some(now);
        }
        (at > now.saturating_sub(self.settings.span())).then_some(at)
    }

    /// Forgets what is older than the window. Does nothing when it was done less than 10 seconds ago.
    pub fn tidy(&mut self, now: i64) {
        if now.saturating_sub(self.tidied).saturating_abs() < 10 * SECOND {
            return;
        }
        self.tidied = now;
        let oldest = now.saturating_sub(self.settings.span());
        self.forget_lines_before(oldest);
        self.metrics.forget_before(oldest);
        self.calls.forget_before(oldest, self.settings.operation_minutes(), &mut self.losses);
        self.begin_again(oldest);
        self.few_cells();
    }

    /// Services that fell silent are forgotten when room is needed; one that had to be closed begins again after a window.
    fn begin_again(&mut self, oldest: i64) {
        let full = self.shapes >= self.settings.shapes() || self.services.len() >= self.settings.services;
        let gone =
            |service: &Service| service.closed.is_some_and(|closed| closed < oldest) || full && service.last < oldest;
        let names: Vec<Box<str>> =
            self.services.iter().filter(|(_, service)| gone(service)).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.shapes -= self.miner.known(&name).map_or(0, crate::Stream::shapes).min(self.shapes);
            self.miner.forget(&name);
            if let Some(service) = self.services.remove(&name) {
                self.line_bytes -= service.lines.bytes().min(self.line_bytes);
            }
            self.losses.add(Loss::ServiceForgotten, 1);
        }
    }

    /// Counts are within their share of the memory: the oldest minutes of the service with the most go first.
    fn few_cells(&mut self) {
        let cells = |service: &Service| service.minutes.cells() + service.hours.cells();
        let mut sum: usize = self.services.values().map(cells).sum();
        while sum > self.settings.cells() {
            let Some(largest) = self.services.values_mut().max_by_key(|service| cells(service)) else { return };
            let before = cells(largest);
            let from_hours = largest.hours.cells() > largest.minutes.cells();
            let rates = if from_hours { &mut largest.hours } else { &mut largest.minutes };
            if rates.forget_oldest().is_none() {
                return;
            }
            sum -= (before - cells(largest)).min(sum);
            self.losses.add(if from_hours { Loss::HourForgotten } else { Loss::MinuteForgotten }, 1);
        }
    }
}

fn limits(settings: &Settings) -> Limits {
    Limits { services: settings.services, shapes: (settings.shapes() / 4).clamp(500, 20_000), ..Limits::default() }
}

impl Service {
    fn new(settings: &Settings) -> Self {
        Self {
            minutes: Rates::new(60, settings.minutes as usize),
            hours: Rates::new(3_600, HOURS),
            lines: Lines::default(),
            versions: VecDeque::new(),
            grouped: None,
            closed: None,
            last: 0,
        }
    }
}
