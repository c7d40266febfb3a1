//! Which service a fault began in, from whatever there is of metrics, logs and traces.
//!
//! Every signal of a service is compared before and after a moment, and for reference within the calm time before it; what
//! was as restless before counts for nothing. Each kind of telemetry then has one vote, shared by how much each service's
//! strongest signs stand out in it; a kind in which nobody does has only part of a vote.

use std::collections::{BTreeMap, BTreeSet};

use crate::expectation::speaks_of_failure;
use crate::miner::Miner;
use crate::robust::{Usual, quantile};

/// One measured quantity of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The service.
    pub service: String,
    /// What is measured; two signals of a service differ in it.
    pub name: String,
    /// Seconds since 1970, and the value.
    pub points: Vec<(f64, f64)>,
}

/// A call that was traced.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Who served it.
    pub service: String,
    /// Its name.
    pub id: String,
    /// The span that caused it; empty for none.
    pub parent: String,
    /// When it began, in seconds since 1970.
    pub start: f64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Whether it failed.
    pub failed: bool,
}

/// A log line.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Who wrote it.
    pub service: String,
    /// Seconds since 1970.
    pub at: f64,
    /// What it says.
    pub text: String,
}

/// What is known of a case. Any of these may be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Telemetry {
    /// Metrics.
    pub metrics: Vec<Signal>,
    /// Logs.
    pub logs: Vec<LogLine>,
    /// Traces.
    pub spans: Vec<Span>,
}

/// A service with what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The service.
    pub service: String,
    /// What the order is by; a service that stands out in every kind of telemetry has as many as there are kinds.
    pub score: f64,
    /// The strongest sign of each kind: its name, and how strong.
    pub because: Vec<(String, f64)>,
}

/// The signs of each service: their names, and how strong.
type Signs = BTreeMap<String, Vec<(String, f64)>>;

/// Least share of the middle, and of all that a signal moves, that counts as one width of noise.
const LEAST_SHARE: f64 = 0.02;
/// How much the strongest signs of a service count: a fault shows in several, a fluke in one.
const WEIGHTS: [f64; 3] = [1.0, 0.5, 0.25];
/// How much of a signal's change is laid to a callee that shows the same: what is slow or fails below, is slow or fails above.
const PASSED_ON: f64 = 0.5;
/// Widths of chance that a count of log lines may move without saying anything.
const CHANCE: f64 = 2.0;
/// Strength at which a kind of telemetry has its whole vote; one in which nobody stands out says little.
const WHOLE_VOTE: f64 = 3.0;

/// Ranks services as the place where what happened at `moment` (seconds since 1970) began.
pub fn suspects(telemetry: &Telemetry, moment: f64) -> Vec<Suspect> {
    let calls = calls(&telemetry.spans);
    let ballots = [
        of_signals(&telemetry.metrics, &calls, moment),
        of_logs(&telemetry.logs, moment),
        // What callees do is taken out of these already.
        of_signals(&inner(&telemetry.spans), &Callees::new(), moment),
    ];
    let mut suspects: BTreeMap<String, Suspect> = BTreeMap::new();
    for signs in ballots {
        let votes: Vec<(String, f64, (String, f64))> =
            signs.into_iter().filter_map(|(service, signs)| vote(service, signs)).collect();
        let most = votes.iter().map(|(_, strength, _)| *strength).fold(WHOLE_VOTE, f64::max);
        for (service, strength, because) in votes {
            let suspect =
                suspects.entry(service.clone()).or_insert(Suspect { service, score: 0.0, because: Vec::new() });
            if strength > 0.0 {
                suspect.score += strength / most;
                suspect.because.push(because);
            }
        }
    }
    let mut ranked: Vec<Suspect> = suspects.into_values().collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.service.cmp(&b.service)));
    ranked
}

/// How strongly a service stands out in one kind of telemetry, and its strongest sign.
fn vote(service: String, mut signs: Vec<(String, f64)>) -> Option<(String, f64, (String, f64))> {
    signs.sort_by(|a, b| b.1.total_cmp(&a.1));
    let strength = signs.iter().zip(WEIGHTS).map(|((_, strength), weight)| strength.max(0.0) * weight).sum();
    Some((service, strength, signs.into_iter().next()?))
}

/// Services called, by caller.
type Callees<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn calls(spans: &[Span]) -> Callees<'_> {
    let service_of: BTreeMap<&str, &str> = spans.iter().map(|span| (span.id.as_str(), span.service.as_str())).collect();
    let mut calls = Callees::new();
    for span in spans {
        let caller = service_of.get(span.parent.as_str()).copied().filter(|caller| *caller != span.service);
        if let Some(caller) = caller {
            calls.entry(caller).or_default().insert(&span.service);
        }
    }
    calls
}

fn of_signals(signals: &[Signal], calls: &Callees<'_>, moment: f64) -> Signs {
    let mut changes: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for signal in signals {
        let first = signal.points.iter().map(|(at, _)| *at).fold(f64::INFINITY, f64::min);
        let between = |from: f64, to: f64| -> Vec<f64> {
            signal.points.iter().filter(|(at, v)| from <= *at && *at < to && v.is_finite()).map(|(_, v)| *v).collect()
        };
        let half = first + (moment - first) / 2.0;
        let (calm, after) = (between(f64::NEG_INFINITY, moment), between(moment, f64::INFINITY));
        let restless = strength(&between(f64::NEG_INFINITY, half), &between(half, moment));
        let changed = strength(&calm, &after) - restless;
        changes.insert((&signal.service, &signal.name), changed);
    }
    let mut signs = Signs::new();
    for ((service, name), changed) in &changes {
        let below = calls.get(service).into_iter().flatten().filter_map(|callee| changes.get(&(*callee, *name)));
        let passed_on = below.copied().fold(0.0, f64::max) * PASSED_ON;
        signs.entry((*service).to_owned()).or_default().push(((*name).to_owned(), changed - passed_on));
    }
    signs
}

/// How far `after` is out of what `before` makes usual, on a scale that lets no single signal drown the rest.
fn strength(before: &[f64], after: &[f64]) -> f64 {
    let Some(usual) = Usual::of(before) else { return 0.0 };
    let values = || before.iter().chain(after).copied();
    let range = values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
    let least = (usual.middle.abs() * LEAST_SHARE).max(range * LEAST_SHARE);
    let away: Vec<f64> = after.iter().map(|v| usual.above(*v, least).abs()).collect();
    // What lasts counts for more than what flashes up.
    let (lasting, peak) = (quantile(&away, 0.5).unwrap_or(0.0), quantile(&away, 0.95).unwrap_or(0.0));
    (1.0 + lasting).ln() + 0.5 * (1.0 + peak).ln()
}

/// Templates whose rate changed at the moment. Those that speak of failure, and came up only then, count for more.
fn of_logs(lines: &[LogLine], moment: f64) -> Signs {
    let (first, last) = lines.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), l| (a.min(l.at), b.max(l.at)));
    let (calm_s, after_s) = (moment - first, last - moment);
    if !(calm_s > 0.0 && after_s > 0.0) {
        return Signs::new();
    }
    let mut miner = Miner::default();
    let shapes: Vec<_> = lines.iter().map(|line| miner.stream(&line.service).add(line.text.as_bytes())).collect();
    let mut signs = Signs::new();
    let mut counts: BTreeMap<&str, BTreeMap<_, (f64, f64, f64)>> = BTreeMap::new();
    for (line, shape) in lines.iter().zip(shapes) {
        let count = counts.entry(&line.service).or_default().entry(shape).or_default();
        match line.at {
            at if at >= moment => count.2 += 1.0,
            at if at >= first + calm_s / 2.0 => count.1 += 1.0,
            _ => count.0 += 1.0,
        }
    }
    for stream in miner.streams() {
        let templates = stream.templates();
        let Some(counts) = counts.get(stream.name()) else { continue };
        for template in templates.list() {
            let of = template.shapes.iter().filter_map(|shape| counts.get(shape));
            let (early, late, after) = of.fold((0.0, 0.0, 0.0), |sum, c| (sum.0 + c.0, sum.1 + c.1, sum.2 + c.2));
            let changed = shift((early + late) * after_s / calm_s, after) - shift(early, late);
            let weight = match (speaks_of_failure(&template.text), early + late == 0.0) {
                (true, true) => 3.0,
                (true, false) => 2.0,
                (false, _) => 1.0,
            };
            let sign = (template.text.clone(), changed * weight);
            signs.entry(stream.name().to_owned()).or_default().push(sign);
        }
    }
    signs
}

/// How far a count is from what is expected, in widths of chance, on the same scale as [`strength`].
fn shift(expected: f64, count: f64) -> f64 {
    let even = |n: f64| 2.0 * (n + 0.375).sqrt();
    (1.0 + ((even(count) - even(expected)).abs() - CHANCE).max(0.0)).ln()
}

/// What each service does itself in its spans: the time its callees do not account for, failures they do not explain, and
/// how many calls it makes.
fn inner(spans: &[Span]) -> Vec<Signal> {
    let mut below: BTreeMap<&str, (f64, bool, f64)> = BTreeMap::new();
    for span in spans.iter().filter(|span| !span.parent.is_empty()) {
        let of = below.entry(&span.parent).or_default();
        *of = (of.0 + span.seconds, of.1 || span.failed, of.2 + 1.0);
    }
    let mut points: BTreeMap<(&str, &str), Vec<(f64, f64)>> = BTreeMap::new();
    for span in spans {
        let (waited, failed_below, calls) = below.get(span.id.as_str()).copied().unwrap_or_default();
        let failed = f64::from(u8::from(span.failed && !failed_below));
        let own = [("own time", (span.seconds - waited).max(0.0)), ("own failures", failed), ("calls made", calls)];
        for (name, value) in own {
            points.entry((&span.service, name)).or_default().push((span.start, value));
        }
    }
    let signals = points.into_iter().flat_map(|((service, name), points)| {
        let of = per_window(&points, name).into_iter();
        of.map(move |(name, points)| Signal { service: service.to_owned(), name, points })
    });
    signals.collect()
}

/// Windows over which spans are summed up, in seconds.
const WINDOW_S: f64 = 15.0;

/// Spans as series per window: their mean, and their 95th percentile.
fn per_window(points: &[(f64, f64)], name: &str) -> Vec<(String, Vec<(f64, f64)>)> {
    let mut windows: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (at, value) in points.iter().filter(|(at, _)| at.is_finite()) {
        windows.entry((at / WINDOW_S).floor() as i64).or_default().push(*value);
    }
    let series = |of: &dyn Fn(&[f64]) -> f64| {
        windows.iter().map(|(window, values)| ((*window as f64 + 0.5) * WINDOW_S, of(values))).collect::<Vec<_>>()
    };
    let mean = series(&|values| values.iter().sum::<f64>() / values.len().max(1) as f64);
    let high = series(&|values| quantile(values, 0.95).unwrap_or(0.0));
    vec![(format!("mean {name}"), mean), (format!("95th percentile of {name}"), high)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten minutes of three services, a fault of `kind` at `culprit` after five.
    fn case(culprit: &str, kind: &str) -> Telemetry {
        let mut telemetry = Telemetry::default();
        for service in ["front", "orders", "stock"] {
            let mut cpu = Vec::new();
            for second in 0..600_u32 {
                let at = f64::from(second);
                let bad = second >= 300 && service == culprit;
                let wobble = f64::from(second * 7 % 11) / 100.0;
                cpu.push((at, 0.3 + wobble + if bad && kind == "cpu" { 0.6 } else { 0.0 }));
                if second % 5 == 0 {
                    let text = if bad && kind == "log" {
                        format!("cannot parse order {second}: NumberFormatException")
                    } else {
                        format!("served request {second}")
                    };
                    telemetry.logs.push(LogLine { service: service.into(), at, text });
                }
            }
            telemetry.metrics.push(Signal { service: service.into(), name: "cpu".into(), points: cpu });
        }
        for second in 0..600_u32 {
            let slow = if second >= 300 && kind == "delay" { 0.5 } else { 0.0 };
            let span = |service: &str, parent: &str, seconds: f64| Span {
                service: service.into(),
                id: format!("{service}{second}"),
                parent: if parent.is_empty() { String::new() } else { format!("{parent}{second}") },
                start: f64::from(second),
                seconds: seconds + slow + f64::from(second % 3) / 1_000.0,
                failed: false,
            };
            telemetry.spans.extend([
                span("front", "", 0.3),
                span("orders", "front", 0.2),
                span("stock", "orders", 0.1),
            ]);
        }
        telemetry
    }

    #[test]
    fn each_kind_of_telemetry_finds_the_fault_that_shows_in_it() {
        for (culprit, kind) in
            [("orders", "cpu"), ("stock", "cpu"), ("front", "log"), ("orders", "log"), ("stock", "delay")]
        {
            let ranked = suspects(&case(culprit, kind), 300.0);
            assert_eq!(ranked[0].service, culprit, "{kind}: {ranked:?}");
            assert!(!ranked[0].because.is_empty());
        }
    }

    #[test]
    fn nothing_known_suspects_nobody() {
        assert!(suspects(&Telemetry::default(), 0.0).is_empty());
        let one = Telemetry {
            logs: vec![LogLine { service: "a".into(), at: f64::NAN, text: "x".into() }],
            ..Telemetry::default()
        };
        assert!(suspects(&one, 0.0).iter().all(|suspect| suspect.score == 0.0));
    }
}
