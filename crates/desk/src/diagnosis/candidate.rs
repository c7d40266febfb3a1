//! Everything in the telemetry that could be a cause, before the ticket is looked at: odd or failing templates, odd metrics, calls
//! that traces end at, known incidents.

use std::collections::BTreeMap;

use super::{
    cause::{Signal, SignalKind},
    concepts::{Terms, terms},
    entity::Entity,
    observed::{Course, Deploy, FailedTrace, Line, Observed, Tone},
    query,
};
use crate::time::Timestamp;

/// Seconds after a deploy in which what begins is put down to it.
const AFTER_DEPLOY: i64 = 45 * 60;
/// Most lines shown.
const LINES: usize = 5;
/// Failed traces a service must have before their shape says where the error starts.
const TRACES_MIN: usize = 2;

/// Something that could be a cause.
#[derive(Debug, Clone)]
pub(crate) struct Candidate<'a> {
    pub service: &'a str,
    pub signal: Signal,
    pub says: String,
    pub terms: Terms,
    /// Words and operations that bring its errors to the outside, by which a customer would know it.
    pub outside: Terms,
    pub texts: Vec<&'a str>,
    /// The calls that bring its errors to the outside, as words.
    pub calls: Option<String>,
    pub from: Timestamp,
    pub last: Timestamp,
    pub course: Course,
    /// How many times the usual, at least 1.
    pub over: f64,
    pub tone: Tone,
    pub entities: Vec<&'a Entity>,
    pub lines: Vec<&'a Line>,
    pub counts: &'a [u32],
    pub count: u64,
    pub usual: f64,
    pub query: String,
    pub deploy: Option<&'a Deploy>,
    /// The share of this service's failed traces that end here; 0.5 where none are known.
    pub root: f64,
    pub path: Vec<String>,
}

/// All candidates of a look.
pub(crate) fn candidates(observed: &Observed) -> Vec<Candidate<'_>> {
    let paths = Paths::of(&observed.traces);
    let mut all: Vec<Candidate<'_>> = templates(observed).chain(metrics(observed)).chain(incidents(observed)).collect();
    all.extend(paths.ends(&observed.traces, observed));
    for candidate in &mut all {
        candidate.deploy = deploy_before(observed, candidate.service, candidate.from);
        (candidate.root, candidate.path) = paths.shape(candidate.service);
        candidate.calls = (!candidate.path.is_empty()).then(|| in_words(&candidate.path));
        candidate.outside = paths.outside.get(candidate.service).cloned().unwrap_or_default();
        candidate.terms.things.extend(terms(candidate.service).things);
    }
    all
}

/// `gateway: POST /checkout/pay` as words.
fn in_words(path: &[String]) -> String {
    path.join(" ").replace(|c: char| !c.is_alphanumeric(), " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn deploy_before<'a>(observed: &'a Observed, service: &str, from: Timestamp) -> Option<&'a Deploy> {
    let near = |d: &&Deploy| d.service == service && (-300..=AFTER_DEPLOY).contains(&from.seconds_since(d.at));
    observed.deploys.iter().filter(near).max_by_key(|d| d.at)
}

fn templates(observed: &Observed) -> impl Iterator<Item = Candidate<'_>> {
    let could = |t: &&super::Template| t.tone != Tone::Plain || !matches!(t.course, Course::Usual);
    observed.templates.iter().filter(could).map(|t| {
        let buckets = t.counts.len().max(1);
        #[expect(clippy::cast_precision_loss, reason = "counts of lines in a window are small")]
        let (count, usual) = (t.total() as f64, t.baseline * buckets as f64);
        Candidate {
            signal: Signal { kind: SignalKind::Template, id: t.id.clone() },
            says: t.text.clone(),
            terms: terms(&t.text),
            outside: Terms::default(),
            texts: vec![&t.text],
            calls: None,
            service: &t.service,
            from: t.odd_from.unwrap_or(t.first),
            last: t.last,
            course: t.course,
            over: (count / usual.max(1.0)).max(1.0),
            tone: t.tone,
            entities: t.lines.iter().flat_map(|l| &l.entities).collect(),
            lines: t.lines.iter().take(LINES).collect(),
            counts: &t.counts,
            count: t.total(),
            usual,
            query: query::lines(&t.service, &t.text),
            deploy: None,
            root: 0.5,
            path: Vec::new(),
        }
    })
}

fn metrics(observed: &Observed) -> impl Iterator<Item = Candidate<'_>> {
    observed.metrics.iter().map(|m| Candidate {
        service: &m.service,
        signal: Signal { kind: SignalKind::Metric, id: m.name.clone() },
        says: m.name.clone(),
        terms: terms(&m.name),
        outside: Terms::default(),
        texts: Vec::new(),
        calls: None,
        from: m.odd_from,
        last: observed.window.to,
        course: m.course,
        over: 3.0,
        tone: Tone::Warning,
        entities: Vec::new(),
        lines: Vec::new(),
        counts: &[],
        count: u64::try_from(m.values.iter().flatten().filter(|v| **v > m.band.1 || **v < m.band.0).count())
            .unwrap_or(0),
        usual: 0.0,
        query: m.query.clone(),
        deploy: None,
        root: 0.5,
        path: Vec::new(),
    })
}

fn incidents(observed: &Observed) -> impl Iterator<Item = Candidate<'_>> {
    observed.incidents.iter().flat_map(|incident| {
        incident.services.iter().map(|service| Candidate {
            service,
            signal: Signal { kind: SignalKind::Incident, id: incident.id.clone() },
            says: incident.title.clone(),
            terms: terms(&incident.title),
            outside: Terms::default(),
            texts: vec![&incident.title],
            calls: None,
            from: incident.from,
            last: incident.to.unwrap_or(observed.window.to),
            course: Course::New,
            over: 1.0,
            tone: Tone::Failure,
            entities: Vec::new(),
            lines: Vec::new(),
            counts: &[],
            count: 1,
            usual: 0.0,
            query: String::new(),
            deploy: None,
            root: 0.5,
            path: Vec::new(),
        })
    })
}

/// What failed traces tell of services.
struct Paths {
    /// By service: failed traces that pass, and those of them that end there.
    seen: BTreeMap<String, (usize, usize)>,
    /// By service where traces end: the words of all their calls.
    outside: BTreeMap<String, Terms>,
    /// By service where traces end: the calls of the newest.
    calls: BTreeMap<String, Vec<String>>,
}

impl Paths {
    fn of(traces: &[FailedTrace]) -> Self {
        let mut paths = Self { seen: BTreeMap::new(), outside: BTreeMap::new(), calls: BTreeMap::new() };
        for trace in traces {
            let Some(end) = trace.path.last() else { continue };
            let mut services: Vec<&str> = trace.path.iter().map(|c| c.service.as_str()).collect();
            services.dedup();
            for service in services {
                let seen = paths.seen.entry(service.to_owned()).or_default();
                seen.0 += 1;
                seen.1 += usize::from(service == end.service);
            }
            let outside = paths.outside.entry(end.service.clone()).or_default();
            for call in &trace.path {
                outside.things.extend(terms(&call.operation).things);
            }
            let calls = trace.path.iter().map(|c| format!("{}: {}", c.service, c.operation));
            paths.calls.insert(end.service.clone(), calls.collect());
        }
        paths
    }

    fn shape(&self, service: &str) -> (f64, Vec<String>) {
        let calls = self.calls.get(service).cloned().unwrap_or_default();
        match self.seen.get(service) {
            #[expect(clippy::cast_precision_loss, reason = "counts of traces are small")]
            Some((pass, end)) if *pass >= TRACES_MIN => (*end as f64 / *pass as f64, calls),
            _ => (0.5, calls),
        }
    }

    /// One candidate for each call that traces end at.
    fn ends<'a>(&self, traces: &'a [FailedTrace], observed: &'a Observed) -> Vec<Candidate<'a>> {
        let mut ends: BTreeMap<(&str, &str), Vec<&'a FailedTrace>> = BTreeMap::new();
        for trace in traces {
            if let Some(end) = trace.path.last() {
                ends.entry((&end.service, &end.operation)).or_default().push(trace);
            }
        }
        let end = |((service, operation), group): ((&'a str, &'a str), Vec<&'a FailedTrace>)| {
            let said = group.iter().filter_map(|t| t.path.last()?.failed.as_deref()).next().unwrap_or_default();
            let from = group.iter().map(|t| t.at).min().unwrap_or(observed.window.from);
            let last = group.iter().map(|t| t.at).max().unwrap_or(from);
            let mut words = terms(operation);
            let of_end = terms(said);
            words.things.extend(of_end.things);
            words.harms.extend(of_end.harms);
            words.facets.extend(of_end.facets);
            Candidate {
                service,
                signal: Signal { kind: SignalKind::Trace, id: format!("{service} {operation}") },
                says: format!("{operation}: {said}"),
                terms: words,
                outside: Terms::default(),
                texts: Vec::new(),
                calls: None,
                from,
                last,
                course: Course::More,
                over: 2.0,
                tone: Tone::Failure,
                entities: group.iter().flat_map(|t| &t.entities).collect(),
                lines: Vec::new(),
                counts: &[],
                count: u64::try_from(group.len()).unwrap_or(u64::MAX),
                usual: 0.0,
                query: group.first().map(|t| t.id.clone()).unwrap_or_default(),
                deploy: None,
                root: 0.5,
                path: Vec::new(),
            }
        };
        ends.into_iter().filter(|(_, group)| group.len() >= TRACES_MIN).map(end).collect()
    }
}
