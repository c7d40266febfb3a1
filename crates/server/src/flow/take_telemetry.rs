//! A batch of telemetry comes in: decoded, masked, counted into the window. What is not kept is told to the sender.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use connect::otlp::{self, Batch, Format, Measured as Sent, Origin, Signal, Unreadable};
use logmine::window::{Call, Event, EventKind, Line, Loss, Measured, Point, Window};

use crate::{App, telemetry::Masks};

/// Attributes of a resource that a ticket may speak of, kept beside its lines.
const SPOKEN_OF: [&str; 4] =
    ["cloud.region", "deployment.environment.name", "deployment.environment", "service.namespace"];

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Records that were not kept; the sender must not send them again.
    pub rejected: u64,
    /// Why, in one sentence; empty where everything was kept.
    pub why: String,
}

/// Takes a batch that is unpacked. May take some milliseconds of processor time for thousands of records.
///
/// # Errors
/// [`Unreadable`], counted.
pub fn take(app: &App, signal: Signal, format: Format, body: &[u8]) -> Result<Taken, Unreadable> {
    let now = app.clock.now().micros();
    let taken = match signal {
        Signal::Logs => otlp::logs(body, format).map(|batch| kept(app, signal, body, batch, now, lines)),
        Signal::Metrics => otlp::metrics(body, format).map(|batch| kept(app, signal, body, batch, now, points)),
        Signal::Traces => otlp::traces(body, format).map(|batch| kept(app, signal, body, batch, now, calls)),
    };
    if taken.is_err() {
        app.telemetry.window().lost(Loss::BatchUnreadable, 1);
    }
    taken
}

type Put<T> = fn(&Masks, &mut Window, Vec<T>, i64) -> u64;

fn kept<T>(app: &App, signal: Signal, body: &[u8], batch: Batch<T>, now: i64, put: Put<T>) -> Taken {
    let mut hasher = DefaultHasher::new();
    (signal as u8, body).hash(&mut hasher);
    let mut window = app.telemetry.window();
    if window.is_repeated(hasher.finish()) {
        return Taken { rejected: 0, why: String::new() };
    }
    window.lost(Loss::RecordUnusable, batch.unusable);
    let before = window.losses().clone();
    let rejected = put(app.telemetry.masks(), &mut window, batch.records, now) + batch.unusable;
    window.tidy(now);
    let why = if rejected == 0 {
        String::new()
    } else {
        let reasons = [
            (Loss::LineLate, "older than the window"),
            (Loss::PointLate, "older than the window"),
            (Loss::SpanLate, "older than the window"),
            (Loss::LabelSetBeyond, "of too many label sets of one metric"),
            (Loss::SeriesBeyond, "of too many series"),
        ];
        let new = |loss: Loss| window.losses().of(loss) - before.of(loss);
        let mut said: Vec<String> = reasons
            .into_iter()
            .filter(|(loss, _)| new(*loss) > 0)
            .map(|(loss, words)| format!("{} {words}", new(loss)))
            .collect();
        if batch.unusable > 0 {
            said.push(format!("{} without content or ids", batch.unusable));
        }
        format!("Not kept: {}.", said.join(", "))
    };
    Taken { rejected, why }
}

/// Counts log records into a window. Returns how many were older than it.
pub fn lines(masks: &Masks, window: &mut Window, records: Vec<otlp::LogRecord>, now: i64) -> u64 {
    let mut late = 0;
    let mut versions: BTreeSet<(String, String)> = BTreeSet::new();
    let mut last: Option<(Arc<Origin>, Pairs)> = None;
    for mut record in records {
        if last.as_ref().is_none_or(|(origin, _)| !Arc::ptr_eq(origin, &record.origin)) {
            if let Some(version) = &record.origin.version {
                versions.insert((record.origin.service.clone(), version.clone()));
            }
            last = Some((Arc::clone(&record.origin), spoken_of(&record.origin)));
        }
        record.attributes.extend(last.iter().flat_map(|(_, more)| more.iter().cloned()));
        masks.apply(&mut record.attributes);
        if record.bytes > record.text.len() {
            window.lost(Loss::LineCut, 1);
        }
        let line = Line {
            service: &record.origin.service,
            at: record.at,
            severity: record.severity,
            text: record.text.as_bytes(),
            attributes: &record.attributes,
            trace: record.trace,
        };
        late += u64::from(!window.line(line, now));
    }
    for (service, version) in versions {
        window.version(&service, &version, now);
    }
    late
}

/// Names and values.
type Pairs = Vec<(String, String)>;

fn spoken_of(origin: &Origin) -> Pairs {
    let version = origin.version.iter().map(|version| ("service.version".to_owned(), version.clone()));
    let labels = origin.labels.iter().filter(|(name, _)| SPOKEN_OF.contains(&name.as_str())).cloned();
    version.chain(labels).collect()
}

fn points(masks: &Masks, window: &mut Window, records: Vec<otlp::MetricPoint>, now: i64) -> u64 {
    let mut refused = 0;
    for mut record in records {
        masks.apply(&mut record.labels);
        let measured = match record.measured {
            Sent::Level(value) => Measured::Level(value),
            Sent::Total(value, began) => Measured::Total(value, began),
            Sent::Increase(value) => Measured::Increase(value),
            Sent::TotalSpread(sum, count, began) => Measured::TotalSpread(sum, count, began),
            Sent::Spread(sum, count) => Measured::Spread(sum, count),
        };
        let (service, labels) = (record.origin.service.as_str(), record.labels.as_slice());
        let point = Point { service, name: &record.name, labels, at: record.at, measured };
        refused += u64::from(!window.point(point, now));
    }
    refused
}

fn calls(_: &Masks, window: &mut Window, records: Vec<otlp::SpanRecord>, now: i64) -> u64 {
    let mut late = 0;
    for record in records {
        let call = Call {
            service: &record.origin.service,
            operation: &record.name,
            trace: record.trace,
            id: record.id,
            parent: record.parent,
            at: record.start,
            seconds: record.seconds,
            failed: record.failed.then_some(record.message.as_str()),
        };
        late += u64::from(!window.call(call, now));
    }
    late
}

/// Keeps an event that people or their tools tell.
pub fn note(app: &App, kind: EventKind, service: String, text: String, at: Option<desk::Timestamp>) {
    let at = at.unwrap_or_else(|| app.clock.now()).micros();
    app.telemetry.window().note(Event { at, kind, service, text });
}
