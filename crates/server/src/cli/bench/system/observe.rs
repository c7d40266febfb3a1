//! The made telemetry, mined once, and what a look at the day before a letter sees of it. Templates are mined over all lines; whether
//! one is odd is asked of what came before alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use desk::{
    Timestamp,
    diagnosis::{
        Course, Deploy, FailedTrace, Line, Observed, OddMetric, Signal, SignalKind, Template, Tone, Window, entities,
    },
};
use logmine::{Miner, Oddity, Rates, Series, ShapeId, anomalies, oddity};

use super::{
    BEGIN, DAYS,
    telemetry::{self, Fault, SERVICES, Written},
};
use crate::dice::Dice;

/// Length of a bucket, in seconds.
const BUCKET: i64 = 600;
/// Buckets of a window: one day.
const BUCKETS: usize = 144;
/// Share of ordinary buckets that may be called odd.
const RATE: f64 = 1e-5;
/// Lines of a template shown to a look.
const LINES: usize = 40;

struct Kind {
    service: String,
    id: String,
    text: String,
    tone: Tone,
    counts: Vec<f64>,
    odd: Vec<Option<Course>>,
    lines: Vec<Line>,
}

struct Metric {
    service: String,
    name: String,
    values: Vec<f64>,
}

/// Everything, mined.
pub struct Store {
    kinds: Vec<Kind>,
    metrics: Vec<Metric>,
    traces: Vec<FailedTrace>,
    deploys: Vec<Deploy>,
    /// Templates by the number of the fault that wrote them.
    own: HashMap<String, BTreeSet<(String, String)>>,
}

fn buckets() -> usize {
    usize::try_from((DAYS.0 + DAYS.1) * 86_400 / BUCKET).unwrap_or(0)
}

impl Store {
    pub fn fill(faults: &[Fault], seed: u64) -> Self {
        let lines = telemetry::lines(faults, seed);
        let (mut kinds, mut own) = (Vec::new(), HashMap::new());
        for service in SERVICES {
            let lines: Vec<&Written> = lines.iter().filter(|w| w.service == service).collect();
            kinds.extend(mine(service, &lines, faults, &mut own));
        }
        let (traces, deploys) = (telemetry::traces(faults, seed), telemetry::deploys(faults, seed));
        Self { kinds, metrics: metrics(faults, seed), traces, deploys, own }
    }

    /// Whether only this fault writes it.
    pub fn is_of(&self, service: &str, signal: &Signal, fault: &Fault) -> bool {
        match signal.kind {
            SignalKind::Template => {
                self.own.get(&fault.line).is_some_and(|own| own.contains(&(service.to_owned(), signal.id.clone())))
            }
            SignalKind::Metric => fault.metric.as_ref() == Some(&signal.id),
            SignalKind::Trace => {
                let inside = if fault.service == "gateway" { &fault.outside } else { &fault.inside };
                signal.id == format!("{} {inside}", fault.service)
            }
            SignalKind::Incident => false,
        }
    }

    /// What a look sees at `at`: the day before.
    pub fn observed(&self, at: Timestamp) -> Observed {
        let end = usize::try_from(at.seconds_since(BEGIN) / BUCKET).unwrap_or(0).min(buckets() - 1);
        let begin = end.saturating_sub(BUCKETS - 1);
        let from = BEGIN.plus_seconds(i64::try_from(begin).unwrap_or(0) * BUCKET);
        let inside = |t: Timestamp| t >= from && t <= at;
        Observed {
            window: Window { from, to: at, bucket_seconds: BUCKET, gaps: Vec::new() },
            services: SERVICES.map(str::to_owned).to_vec(),
            templates: self.kinds.iter().filter_map(|kind| kind.seen(begin, end, from, at)).collect(),
            metrics: self.metrics.iter().filter_map(|m| m.seen(begin, end)).collect(),
            traces: self.traces.iter().filter(|t| inside(t.at)).cloned().collect(),
            deploys: self.deploys.iter().filter(|d| inside(d.at)).cloned().collect(),
            incidents: Vec::new(),
        }
    }
}

type Own = HashMap<String, BTreeSet<(String, String)>>;

fn mine(service: &str, lines: &[&Written], faults: &[Fault], own: &mut Own) -> Vec<Kind> {
    let mut miner = Miner::default();
    let stream = miner.stream(service);
    let mut rates = Rates::new(u32::try_from(BUCKET).unwrap_or(600), buckets() + 1);
    let shapes: Vec<ShapeId> = lines
        .iter()
        .map(|w| {
            let shape = stream.add(w.text.as_bytes());
            rates.add(shape, w.at.micros() / 1_000_000);
            shape
        })
        .collect();
    let templates = stream.templates();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, shape) in shapes.iter().enumerate() {
        members.entry(templates.place(*shape).unwrap_or(usize::MAX)).or_default().push(n);
    }
    let mut kinds = Vec::new();
    for (place, template) in templates.list().iter().enumerate() {
        let written: Vec<&Written> =
            members.get(&place).into_iter().flatten().filter_map(|n| lines.get(*n).copied()).collect();
        let id = format!("{:016x}", template.id.0);
        for fault in written.iter().filter_map(|w| faults.get(w.fault?)) {
            own.entry(fault.line.clone()).or_default().insert((service.to_owned(), id.clone()));
        }
        let counts = counts(&written);
        kinds.push(Kind {
            service: service.to_owned(),
            id,
            text: template.text.clone(),
            tone: written.iter().map(|w| w.tone).min().unwrap_or(Tone::Plain),
            odd: odd(&counts),
            counts,
            lines: written.iter().map(|w| line(w)).collect(),
        });
    }
    kinds
}

fn line(written: &Written) -> Line {
    Line { at: written.at, text: written.text.clone(), trace: None, entities: entities(&written.text) }
}

fn counts(written: &[&Written]) -> Vec<f64> {
    let mut counts = vec![0.0; buckets()];
    for w in written {
        let bucket = usize::try_from(w.at.seconds_since(BEGIN) / BUCKET).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(bucket) {
            *count += 1.0;
        }
    }
    counts
}

/// What is odd about each bucket, by the two days before it.
fn odd(counts: &[f64]) -> Vec<Option<Course>> {
    let back = 2 * BUCKETS;
    (0..counts.len())
        .map(|at| {
            let first = at.saturating_sub(back);
            let series = Series { start: 0, seconds: BUCKET, counts: counts[first..=at].to_vec() };
            match oddity(&series, at - first, RATE)? {
                // Seen before, only not lately.
                Oddity::New if counts[..first].iter().any(|n| *n > 0.0) => Some(Course::More),
                Oddity::New => Some(Course::New),
                Oddity::More(_) => Some(Course::More),
                Oddity::Less(_) => Some(Course::Fewer),
            }
        })
        .collect()
}

impl Kind {
    fn seen(&self, begin: usize, end: usize, from: Timestamp, to: Timestamp) -> Option<Template> {
        let inside: Vec<&Line> = self.lines.iter().filter(|l| l.at >= from && l.at <= to).collect();
        let (first, last) = (inside.first()?.at, inside.last()?.at);
        let odd = self.odd.get(begin..=end)?;
        let at = |n: usize| BEGIN.plus_seconds(i64::try_from(begin + n).unwrap_or(0) * BUCKET);
        // Fewer lines than usual is the weakest sign: more goes first.
        let strongest = odd.iter().flatten().min().copied().unwrap_or(Course::Usual);
        let odd_from = odd.iter().position(|o| *o == Some(strongest)).map(|n| at(n).max(first));
        let before = &self.counts[begin.saturating_sub(BUCKETS)..begin];
        let kept = inside.len().saturating_sub(LINES);
        Some(Template {
            service: self.service.clone(),
            id: self.id.clone(),
            text: self.text.clone(),
            tone: self.tone,
            first,
            last,
            counts: self.counts[begin..=end].iter().map(|n| *n as u32).collect(),
            baseline: before.iter().sum::<f64>() / before.len().max(1) as f64,
            course: strongest,
            odd_from,
            lines: inside.into_iter().skip(kept).cloned().collect(),
        })
    }
}

/// Two metrics of every service, and those that faults move.
fn metrics(faults: &[Fault], seed: u64) -> Vec<Metric> {
    let mut dice = Dice(seed ^ 5);
    let mut metrics = Vec::new();
    let mut make = |service: &str, name: &str, hurt: &[&Fault]| {
        let values = (0..buckets()).map(|n| {
            let at = BEGIN.plus_seconds(i64::try_from(n).unwrap_or(0) * BUCKET);
            let hurts = hurt.iter().any(|f| at >= f.from && at <= f.to);
            let noise = (0..4).map(|_| dice.share()).sum::<f64>() - 2.0;
            100.0 + 6.0 * noise + if hurts { 90.0 } else { 0.0 }
        });
        metrics.push(Metric { service: service.to_owned(), name: name.to_owned(), values: values.collect() });
    };
    for service in SERVICES {
        make(service, "cpu_percent", &[]);
        make(service, "request_latency_p95_ms", &[]);
    }
    for fault in faults {
        if let Some(name) = &fault.metric {
            make(&fault.service, name, &[fault]);
        }
    }
    metrics
}

impl Metric {
    fn seen(&self, begin: usize, end: usize) -> Option<OddMetric> {
        let first = begin.saturating_sub(BUCKETS);
        let values = self.values.get(first..=end)?;
        let calm = begin - first;
        let odd = anomalies(values, calm, RATE);
        let start = odd.first()?;
        let at = i64::try_from(first + start).unwrap_or(0) * BUCKET;
        Some(OddMetric {
            service: self.service.clone(),
            name: self.name.clone(),
            query: format!("{}{{service=\"{}\"}}", self.name, self.service),
            values: values.iter().skip(calm).map(|v| Some(*v)).collect(),
            band: (85.0, 115.0),
            course: Course::More,
            odd_from: BEGIN.plus_seconds(at),
        })
    }
}
