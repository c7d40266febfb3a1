//! What the window shows around a complaint, as plain values for [`desk::diagnosis`]: bounded, masked, within what may be seen.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    diagnosis::{
        Call, Course, Deploy, Entity, FailedTrace, KnownIncident, Line, Observed, OddMetric, Template, Tone, Window,
        entities,
    },
};
use logmine::window::{EventKind, FailedCall, KeptLine, Loss, Losses, MetricKey, Window as Kept};

use super::look_at_telemetry::hex;
use crate::{
    App,
    app::World,
    telemetry::{Seen, masked},
};

/// Buckets of a look, nearly.
const BUCKETS: i64 = 120;
/// Standard deviations from which a count or value is odd.
const ODD: f64 = 4.5;
/// Templates, metrics, traces and lines of one template that are handed on.
const TEMPLATES: usize = 400;
const METRICS: usize = 50;
const TRACES: usize = 50;
const LINES: usize = 5;
/// Characters of a line.
const LINE_CHARS: usize = 400;
/// Severity from which a line is a warning, as OTLP counts.
const WARNING: u8 = 13;
const DAY: i64 = 86_400;
/// How far back looks at tickets see.
const LOOKED_BACK_SECONDS: i64 = 6 * 3_600;

/// The stretch of time that is looked at, in microseconds, and its buckets.
#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    /// Minutes of a bucket.
    minutes: i64,
}

/// Tells looks at tickets what the last six hours show. One observation serves all tickets, so that it holds only what the people
/// of every queue may see. The demo tells of its own invented services instead.
pub fn tell(app: &App) {
    let (seen, now) = (app.telemetry.seen_by_all(), app.clock.now());
    if app.world == World::Demo || !app.telemetry.window().services().iter().any(|service| seen.shows(&service.name)) {
        return;
    }
    app.observations.tell(observe(app, &seen, &[], now.plus_seconds(-LOOKED_BACK_SECONDS), now), now);
}

/// Looks at everything that `seen` shows between two moments. `needles` are what the ticket names.
#[must_use]
pub fn observe(app: &App, seen: &Seen, needles: &[Entity], from: Timestamp, to: Timestamp) -> Observed {
    let minutes = (to.seconds_since(from) / 60 / BUCKETS).max(1);
    let stretch = Stretch { from: from.micros(), to: to.micros(), minutes };
    let mut window = app.telemetry.window();
    let mut services: Vec<String> = Vec::new();
    let mut templates = Vec::new();
    for service in window.services() {
        if !seen.shows(&service.name) || service.last < stretch.from {
            continue;
        }
        templates.extend(templates_of(&mut window, &service.name, needles, stretch));
        services.push(service.name);
    }
    let (metrics, traces) = (metrics(&window, seen, stretch), traces(&window, seen, needles, stretch));
    let (deploys, incidents) = events(&window, seen, stretch);
    let gaps = gaps(window.losses());
    drop(window);
    templates.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    templates.truncate(TEMPLATES);
    let templates = templates.into_iter().map(|(_, template)| shown(template)).collect();
    let bucket_seconds = minutes * 60;
    Observed {
        window: Window { from, to, bucket_seconds, gaps },
        services,
        templates,
        metrics,
        traces,
        deploys,
        incidents,
    }
}

/// Masks what people see; entities were read before.
fn shown(mut template: Template) -> Template {
    template.text = masked(&template.text);
    for line in &mut template.lines {
        line.text = masked(&line.text);
    }
    template
}

/// Templates that are odd, speak of failure, or hold what the ticket names, with what they weigh.
fn templates_of(window: &mut Kept, service: &str, needles: &[Entity], stretch: Stretch) -> Vec<(u32, Template)> {
    let Some(grouped) = window.templates(service) else { return Vec::new() };
    let mut found = Vec::new();
    for template in grouped.list() {
        let Some(shape) = window.seen(service, template) else { continue };
        if shape.last < stretch.from || shape.first > stretch.to {
            continue;
        }
        let series = window.series(service, template);
        let (before, counts) = buckets(series.start / 60, &series.counts, stretch);
        let rate = Rate::of(&before, &counts, shape.first >= stretch.from);
        let lines = window.lines_of(service, template);
        let (lines, named) = lines_of(lines.filter(|l| l.at >= stretch.from && l.at <= stretch.to), needles);
        let odd = rate.course != Course::Usual;
        if !(odd || shape.failing || named) {
            continue;
        }
        let tone = match (shape.failing, shape.severity) {
            (true, _) => Tone::Failure,
            (false, WARNING..) => Tone::Warning,
            _ => Tone::Plain,
        };
        let weight = 4 * u32::from(named) + 2 * u32::from(shape.failing) + u32::from(odd);
        let at = |bucket: usize| Timestamp::from_micros(stretch.from + bucket as i64 * stretch.minutes * 60_000_000);
        found.push((
            weight,
            Template {
                service: service.to_owned(),
                id: template.id.to_string(),
                text: template.text.clone(),
                tone,
                first: Timestamp::from_micros(shape.first.max(stretch.from)),
                last: Timestamp::from_micros(shape.last.min(stretch.to)),
                counts: counts.iter().map(|count| *count as u32).collect(),
                baseline: rate.baseline,
                course: rate.course,
                odd_from: rate.odd_from.map(at),
                lines,
            },
        ));
    }
    found
}

/// Counts by the minute as buckets before the stretch and in it. Both begin with a bucket's begin.
fn buckets(first_minute: i64, counts: &[f64], stretch: Stretch) -> (Vec<f64>, Vec<f64>) {
    let begin = stretch.from.div_euclid(60_000_000);
    let number = (stretch.to.div_euclid(60_000_000) - begin) / stretch.minutes + 1;
    let mut inside = vec![0.0; usize::try_from(number).unwrap_or(1)];
    let earlier = (begin - first_minute).max(0).div_euclid(stretch.minutes);
    let mut before = vec![0.0; usize::try_from(earlier).unwrap_or(0)];
    for (minute, count) in (first_minute..).zip(counts) {
        let bucket = (minute - begin).div_euclid(stretch.minutes);
        let place = if bucket < 0 {
            usize::try_from(earlier + bucket).ok().and_then(|at| before.get_mut(at))
        } else {
            usize::try_from(bucket).ok().and_then(|at| inside.get_mut(at))
        };
        if let Some(place) = place {
            *place += count;
        }
    }
    (before, inside)
}

struct Rate {
    baseline: f64,
    course: Course,
    odd_from: Option<usize>,
}

impl Rate {
    fn of(before: &[f64], counts: &[f64], new: bool) -> Self {
        let all = [before, counts].concat();
        let series = logmine::Series { start: 0, seconds: 60, counts: all };
        let usual = logmine::expected(&series, before.len());
        let baseline = usual.map_or_else(|| logmine::median(counts).unwrap_or_default(), |usual| usual.count);
        if new && before.iter().all(|count| *count == 0.0) {
            let odd_from = counts.iter().position(|count| *count > 0.0);
            return Self { baseline: 0.0, course: Course::New, odd_from };
        }
        let Some(usual) = usual else { return Self { baseline, course: Course::Usual, odd_from: None } };
        let surprises: Vec<f64> = counts.iter().map(|count| usual.surprise(*count)).collect();
        if let Some(at) = surprises.iter().position(|surprise| *surprise >= ODD) {
            return Self { baseline, course: Course::More, odd_from: Some(at) };
        }
        // The last bucket may not be over yet.
        let whole = &surprises[..surprises.len().saturating_sub(1)];
        match whole.iter().position(|surprise| *surprise <= -ODD) {
            Some(at) => Self { baseline, course: Course::Fewer, odd_from: Some(at) },
            None => Self { baseline, course: Course::Usual, odd_from: None },
        }
    }
}

/// A few lines, those that hold most of what the ticket names first, then the newest; and whether any holds something that
/// tells tickets apart.
fn lines_of<'a>(lines: impl Iterator<Item = &'a KeptLine>, needles: &[Entity]) -> (Vec<Line>, bool) {
    let mut best: Vec<(f64, &KeptLine)> = Vec::new();
    let order = |best: &mut Vec<(f64, &KeptLine)>| {
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.at.cmp(&a.1.at)));
        best.truncate(LINES);
    };
    for line in lines {
        best.push((named_by(line, needles), line));
        if best.len() > 16 * LINES {
            order(&mut best);
        }
    }
    order(&mut best);
    let any = best.first().is_some_and(|(weight, _)| *weight >= 1.0);
    let line = |(_, line): (f64, &KeptLine)| {
        let mut found = entities(&line.text);
        found.extend(entities(&line.attributes.replace(['\n', '='], " ")));
        Line {
            at: Timestamp::from_micros(line.at),
            text: line.text.chars().take(LINE_CHARS).collect(),
            trace: line.trace.map(hex),
            entities: found,
        }
    };
    (best.into_iter().map(line).collect(), any)
}

/// How much of what the ticket names a line holds, by what each says.
fn named_by(line: &KeptLine, needles: &[Entity]) -> f64 {
    if needles.is_empty() {
        return 0.0;
    }
    let (text, attributes) = (line.text.to_ascii_lowercase(), line.attributes.to_ascii_lowercase());
    let trace = line.trace.map(hex);
    let holds = |needle: &&Entity| {
        text.contains(&needle.value) || attributes.contains(&needle.value) || trace.as_ref() == Some(&needle.value)
    };
    needles.iter().filter(holds).map(|needle| needle.kind.weight()).sum()
}

/// Metrics that left their usual band, the furthest first.
fn metrics(window: &Kept, seen: &Seen, stretch: Stretch) -> Vec<OddMetric> {
    let mut found: Vec<(f64, OddMetric)> = Vec::new();
    let begin = stretch.from.div_euclid(60_000_000);
    for (key, metric) in window.metrics().filter(|(key, _)| seen.shows(&key.service)) {
        let minutes: Vec<(i64, f64)> =
            (metric.first()..).zip(metric.values()).filter_map(|(minute, value)| Some((minute, value?))).collect();
        let calm: Vec<f64> = minutes.iter().filter(|(minute, _)| *minute < begin).map(|(_, value)| *value).collect();
        let Some(usual) = logmine::Usual::of(&calm).filter(|_| calm.len() >= 12) else { continue };
        let least = (usual.middle.abs() * 0.02).max(1e-9);
        let away = |value: f64| usual.above(value, least);
        let mut inside = minutes.iter().filter(|(minute, _)| *minute >= begin && *minute * 60_000_000 <= stretch.to);
        let mut last = None;
        // One value may be a fluke; two in a row that are odd the same way are not.
        let odd = inside.find_map(|(minute, value)| {
            let now = (away(*value).abs() >= ODD).then(|| away(*value).signum());
            let twice = now.is_some() && now == last.map(|(_, way)| way);
            let first = last.map_or(*minute, |(at, _)| at);
            last = now.map(|way| (*minute, way));
            twice.then(|| (first, away(*value)))
        });
        let Some((minute, strength)) = odd else { continue };
        found.push((strength.abs(), odd_metric(key, &minutes, usual, least, (minute, strength), stretch)));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(METRICS).map(|(_, metric)| metric).collect()
}

fn odd_metric(
    key: &MetricKey,
    minutes: &[(i64, f64)],
    usual: logmine::Usual,
    least: f64,
    (minute, strength): (i64, f64),
    stretch: Stretch,
) -> OddMetric {
    let begin = stretch.from.div_euclid(60_000_000);
    let number = (stretch.to.div_euclid(60_000_000) - begin) / stretch.minutes + 1;
    let mut sums = vec![(0.0, 0.0); usize::try_from(number).unwrap_or(1)];
    for (minute, value) in minutes {
        let bucket = usize::try_from((minute - begin).div_euclid(stretch.minutes)).ok();
        if let Some(sum) = bucket.and_then(|at| sums.get_mut(at)) {
            *sum = (sum.0 + value, sum.1 + 1.0);
        }
    }
    let width = usual.width.max(least);
    let labels = if key.labels.is_empty() { String::new() } else { format!("{{{}}}", key.labels) };
    OddMetric {
        service: key.service.to_string(),
        name: format!("{}{labels}", key.name),
        query: format!("{} {}{labels}", key.service, key.name),
        values: sums.iter().map(|(sum, number)| (*number > 0.0).then(|| sum / number)).collect(),
        band: (usual.middle - 3.0 * width, usual.middle + 3.0 * width),
        course: if strength > 0.0 { Course::More } else { Course::Fewer },
        odd_from: Timestamp::from_micros(minute * 60_000_000),
    }
}

/// Failed calls by trace, from the outermost that failed to the innermost; those the ticket names first, then the newest.
fn traces(window: &Kept, seen: &Seen, needles: &[Entity], stretch: Stretch) -> Vec<FailedTrace> {
    let mut by_trace: BTreeMap<[u8; 16], Vec<&FailedCall>> = BTreeMap::new();
    let inside = |call: &&FailedCall| call.at >= stretch.from && call.at <= stretch.to && seen.shows(&call.service);
    for call in window.failed_calls().filter(inside) {
        by_trace.entry(call.trace).or_default().push(call);
    }
    let mut found: Vec<(bool, FailedTrace)> = by_trace
        .into_iter()
        .map(|(id, calls)| {
            let id = hex(id);
            let named: Vec<Entity> = calls.iter().flat_map(|call| entities(&call.message)).collect();
            let hit = needles.iter().any(|needle| needle.value == id || named.contains(needle));
            let at = Timestamp::from_micros(calls.iter().map(|call| call.at).min().unwrap_or_default());
            (hit, FailedTrace { id, at, path: path(&calls), entities: named })
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.at.cmp(&a.1.at)));
    found.into_iter().take(TRACES).map(|(_, trace)| trace).collect()
}

/// From the deepest call upwards, as far as callers failed too. A trace that claims to be its own caller ends.
fn path(calls: &[&FailedCall]) -> Vec<Call> {
    let parent = |call: &FailedCall| calls.iter().find(|other| Some(other.id) == call.parent).copied();
    let chain = |call: &FailedCall| {
        let mut chain = vec![call.id];
        let mut at = call.parent;
        while let Some(next) = at.and_then(|id| calls.iter().find(|other| other.id == id)) {
            if chain.contains(&next.id) || chain.len() > 50 {
                break;
            }
            chain.push(next.id);
            at = next.parent;
        }
        chain.len()
    };
    let Some(deepest) = calls.iter().take(200).max_by_key(|call| chain(call)) else { return Vec::new() };
    let (mut path, mut at) = (Vec::new(), Some(*deepest));
    while let Some(call) = at.filter(|_| path.len() < 50) {
        path.push(Call {
            service: call.service.clone(),
            operation: call.operation.clone(),
            failed: Some(masked(&call.message)),
            milliseconds: call.seconds * 1_000.0,
        });
        at = parent(call);
    }
    path.reverse();
    path
}

fn events(window: &Kept, seen: &Seen, stretch: Stretch) -> (Vec<Deploy>, Vec<KnownIncident>) {
    let mut deploys = Vec::new();
    let mut incidents: Vec<KnownIncident> = Vec::new();
    let visible = |service: &str| service.is_empty() || seen.shows(service);
    for event in window.events().filter(|event| event.at <= stretch.to && visible(&event.service)) {
        let at = Timestamp::from_micros(event.at);
        let services: Vec<String> = (!event.service.is_empty()).then(|| event.service.clone()).into_iter().collect();
        match event.kind {
            EventKind::Deploy if event.at >= stretch.from - DAY * 1_000_000 => {
                deploys.push(Deploy { service: event.service.clone(), version: event.text.clone(), at });
            }
            EventKind::Deploy => {}
            EventKind::Incident => {
                let id = format!("{}/{}", event.service, at.rfc3339());
                let title = event.text.clone();
                incidents.push(KnownIncident { id, title, services, templates: Vec::new(), from: at, to: None });
            }
            EventKind::IncidentEnd => {
                let same = |i: &&mut KnownIncident| i.to.is_none() && i.services == services && i.title == event.text;
                if let Some(open) = incidents.iter_mut().rev().find(same) {
                    open.to = Some(at);
                }
            }
        }
    }
    incidents.retain(|incident| incident.to.is_none_or(|to| to.micros() >= stretch.from));
    (deploys, incidents)
}

/// What is missing, a sentence for each kind that changes what can be seen.
fn gaps(losses: &Losses) -> Vec<String> {
    let said = [
        (Loss::LineLate, "lines came too late to be counted"),
        (Loss::FailingLineForgotten, "lines that speak of failure were forgotten for want of room; they are counted"),
        (Loss::ServiceBeyond, "lines were of services beyond the number that is told apart"),
        (Loss::ShapeBeyond, "lines were beyond the number of templates"),
        (Loss::MinuteForgotten, "minutes of counts were forgotten for want of room"),
        (Loss::LabelSetBeyond, "metric points were refused: too many label sets"),
        (Loss::SeriesBeyond, "metric points were refused: too many series"),
        (Loss::BatchTurnedAway, "batches were turned away because too much came at once"),
        (Loss::BatchUnreadable, "batches could not be read"),
    ];
    said.into_iter()
        .filter_map(|(loss, words)| {
            let count = losses.of(loss);
            (count > 0).then(|| format!("{count} {words}."))
        })
        .collect()
}
