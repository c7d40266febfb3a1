//! Faults in a made system of ten services, shown in metrics, logs and traces at once, with all that distracts.

use logmine::{LogLine, Signal, Span, Telemetry, suspects};

/// Who calls whom: a shop. The first serves requests from outside.
const CALLS: [(&str, &[&str]); 10] = [
    ("front", &["cart", "catalog", "checkout", "ads"]),
    ("cart", &["cart-db"]),
    ("cart-db", &[]),
    ("catalog", &["catalog-db"]),
    ("catalog-db", &[]),
    ("checkout", &["cart", "payment", "mail"]),
    ("payment", &[]),
    ("mail", &[]),
    ("ads", &[]),
    ("nightly", &[]),
];

const FAULTS: [&str; 5] = ["cpu", "memory", "delay", "errors", "missing call"];
const CALM_S: usize = 600;
const ALL_S: usize = 1_200;

struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
    }

    /// About normal, width 1.
    fn noise(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn callees(service: &str) -> &'static [&'static str] {
    CALLS.iter().find(|(name, _)| *name == service).map_or(&[], |(_, callees)| callees)
}

/// Whether a request that reaches `service` passes through `culprit`.
fn suffers(service: &str, culprit: &str) -> bool {
    service == culprit || callees(service).iter().any(|callee| suffers(callee, culprit))
}

fn series(service: &str, name: &str, value: impl FnMut(usize) -> f64) -> Signal {
    let points = (0..ALL_S).step_by(5).map(|s| s as f64).zip((0..ALL_S).step_by(5).map(value)).collect();
    Signal { service: service.into(), name: name.into(), points }
}

/// Metrics: the culprit's own resources move; latency and errors move with it in everything that calls it; load wanders.
fn metrics(service: &str, culprit: &str, fault: &str, random: &mut Random) -> Vec<Signal> {
    let (own, passed) = (service == culprit, suffers(service, culprit));
    let bad = |second: usize, when: bool, much: f64| if second >= CALM_S && when { much } else { 0.0 };
    let mut wander = 0.0;
    let mut load = Vec::new();
    for _ in 0..ALL_S {
        wander += 0.02 * random.noise();
        load.push(1.0 + 0.2 * f64::sin(wander));
    }
    vec![
        series(service, "cpu", |s| 0.2 * load[s] + 0.02 * random.noise() + bad(s, own && fault == "cpu", 0.5)),
        series(service, "memory", |s| {
            400.0 + 3.0 * random.noise() + bad(s, own && fault == "memory", 0.3 * (s - CALM_S.min(s)) as f64)
        }),
        series(service, "workload", |s| 20.0 * load[s] + random.noise()),
        series(service, "latency", |s| {
            let slow = matches!(fault, "delay" | "cpu");
            0.05 * load[s] * (1.0 + 0.2 * random.noise()).max(0.1)
                + bad(s, passed && slow, if fault == "delay" { 0.3 } else { 0.06 })
        }),
        series(service, "errors", |s| {
            let failing = if random.unit() < 0.02 { 1.0 } else { 0.0 };
            failing + bad(s, passed && fault == "errors", 3.0 * random.unit())
        }),
    ]
}

fn logs(service: &str, culprit: &str, fault: &str, random: &mut Random) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for second in 0..ALL_S {
        let after = second >= CALM_S;
        let mut say = |text: String| lines.push(LogLine { service: service.into(), at: second as f64, text });
        if random.unit() < 0.5 {
            say(format!("handled request {second} in {} ms", second % 90));
        }
        if random.unit() < 0.01 {
            say("connection reset by peer, error ignored".into());
        }
        if after && random.unit() < 0.01 {
            say(format!("housekeeping finished, {} entries", second % 17));
        }
        if after && fault == "errors" && random.unit() < 0.4 {
            if service == culprit {
                say(format!("request {second} failed: value must not be null"));
            } else if callees(service).contains(&culprit) && random.unit() < 0.5 {
                say(format!("call to {culprit} failed with status 500"));
            }
        }
    }
    lines
}

/// One request a second through the whole tree.
fn trace(
    second: usize,
    service: &str,
    parent: &str,
    culprit: &str,
    fault: &str,
    random: &mut Random,
    spans: &mut Vec<Span>,
) -> (f64, bool) {
    let after = second >= CALM_S;
    let id = format!("{service}-{second}-{}", spans.len());
    let mut seconds = 0.02 * (1.0 + 0.3 * random.noise()).max(0.2);
    let mut failed = false;
    if after && service == culprit {
        seconds += match fault {
            "delay" => 0.3,
            "cpu" => 0.04,
            _ => 0.0,
        };
        failed = fault == "errors" && random.unit() < 0.3;
    }
    for callee in callees(service) {
        if after && service == culprit && fault == "missing call" && random.unit() < 0.8 {
            continue;
        }
        let (took, broke) = trace(second, callee, &id, culprit, fault, random, spans);
        (seconds, failed) = (seconds + took, failed || broke);
    }
    spans.push(Span { service: service.into(), id, parent: parent.into(), start: second as f64, seconds, failed });
    (seconds, failed)
}

fn case(culprit: &str, fault: &str, seed: u64) -> Telemetry {
    let mut random = Random(seed);
    let mut telemetry = Telemetry::default();
    for (service, _) in CALLS {
        telemetry.metrics.extend(metrics(service, culprit, fault, &mut random));
        telemetry.logs.extend(logs(service, culprit, fault, &mut random));
    }
    for second in 0..ALL_S {
        trace(second, "front", "", culprit, fault, &mut random, &mut telemetry.spans);
    }
    telemetry
}

/// How often the culprit is first, and among the first three.
fn found(of: impl Fn(Telemetry) -> Telemetry) -> (f64, f64) {
    let (mut first, mut third, mut all) = (0, 0, 0);
    for (n, culprit) in ["cart", "catalog", "checkout", "payment", "mail", "ads", "cart-db", "catalog-db", "front"]
        .into_iter()
        .enumerate()
    {
        for fault in FAULTS {
            if fault == "missing call" && callees(culprit).is_empty() {
                continue;
            }
            let ranked = suspects(&of(case(culprit, fault, n as u64 + 1)), CALM_S as f64);
            let place = ranked.iter().position(|suspect| suspect.service == culprit).unwrap_or(99);
            if place > 0 {
                eprintln!("{culprit} {fault}: place {place}, {:?}", &ranked[..ranked.len().min(2)]);
            }
            (first, third, all) = (first + usize::from(place < 1), third + usize::from(place < 3), all + 1);
        }
    }
    (f64::from(first as u32) / f64::from(all), f64::from(third as u32) / f64::from(all))
}

#[test]
fn metrics_logs_and_traces_together_find_most_origins() {
    let (first, third) = found(|all| all);
    eprintln!("together: first {first:.2}, among three {third:.2}");
    assert!(first >= 0.8 && third >= 0.9, "first {first:.2}, among three {third:.2}");
}

#[test]
fn each_kind_alone_is_worth_less_than_all() {
    let together = found(|all| all).0;
    let metrics = found(|all| Telemetry { metrics: all.metrics, ..Telemetry::default() }).0;
    let logs = found(|all| Telemetry { logs: all.logs, ..Telemetry::default() }).0;
    let traces = found(|all| Telemetry { spans: all.spans, ..Telemetry::default() }).0;
    eprintln!("together {together:.2}; metrics {metrics:.2}, logs {logs:.2}, traces {traces:.2} alone");
    assert!(together >= metrics.max(logs).max(traces));
}
