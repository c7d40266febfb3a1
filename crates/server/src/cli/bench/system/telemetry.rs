//! What the services write: calm lines all day, odd ones that harm nobody, and what forty faults add.

use super::{BEGIN, DAYS, Half};
use crate::dice::Dice;
use desk::{
    Timestamp,
    diagnosis::{Call, Deploy, FailedTrace, Tone, entities},
};

/// A fault.
pub struct Fault {
    pub service: String,
    pub tone: Tone,
    pub line: String,
    pub outside: String,
    pub inside: String,
    pub metric: Option<String>,
    pub deployed: bool,
    pub sentences: Vec<String>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub half: Half,
    /// Who and what it hits.
    pub hit: Vec<Hit>,
}

/// A customer and an order.
#[derive(Clone)]
pub struct Hit {
    pub customer: String,
    pub order: String,
}

/// One line as written.
pub struct Written {
    pub service: String,
    pub at: Timestamp,
    pub text: String,
    pub tone: Tone,
    /// Number of the fault that wrote it.
    pub fault: Option<usize>,
}

pub const SERVICES: [&str; 6] = ["gateway", "identity", "catalog", "orders", "payments", "documents"];

fn rows(text: &str, columns: usize) -> impl Iterator<Item = Vec<String>> + '_ {
    text.lines()
        .filter(|l| !l.starts_with('#'))
        .map(move |l| l.splitn(columns, '|').map(|c| c.trim().to_owned()).collect::<Vec<_>>())
        .filter(move |row| row.len() == columns)
}

fn tone(level: &str) -> Tone {
    match level {
        "ERROR" => Tone::Failure,
        "WARN" => Tone::Warning,
        _ => Tone::Plain,
    }
}

/// The faults, each at its time: four a day, at any hour, for one to four hours.
pub fn faults(seed: u64) -> Vec<Fault> {
    let mut dice = Dice(seed);
    let rows: Vec<Vec<String>> = rows(include_str!("faults.txt"), 8).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for n in (1..order.len()).rev() {
        order.swap(n, dice.below(n + 1));
    }
    let mut faults = Vec::new();
    for (n, row) in order.iter().filter_map(|at| rows.get(*at)).enumerate() {
        let [service, level, line, outside, inside, metric, deploy, sentences] = &row[..] else { continue };
        let day = DAYS.0 + i64::try_from(n / 4).unwrap_or(0);
        let from = BEGIN.plus_seconds(day * 86_400 + dice.seconds(76_000));
        let hit = (0..6).map(|_| Hit {
            customer: format!("{}", 40_000 + dice.below(50_000)),
            order: format!("ord_{:05}", dice.below(100_000)),
        });
        faults.push(Fault {
            service: service.clone(),
            tone: tone(level),
            line: line.clone(),
            outside: outside.clone(),
            inside: inside.clone(),
            metric: (metric != "-").then(|| metric.clone()),
            deployed: deploy == "deploy",
            sentences: sentences.split(";;").map(|s| s.trim().to_owned()).collect(),
            hit: hit.collect(),
            from,
            to: from.plus_seconds(3_600 + dice.seconds(3 * 3_600)),
            half: if n % 2 == 0 { Half::Tuning } else { Half::Test },
        });
    }
    faults
}

/// Every line of every service, in order of time.
pub fn lines(faults: &[Fault], seed: u64) -> Vec<Written> {
    let mut dice = Dice(seed ^ 1);
    let mut all = Vec::new();
    let hours = (DAYS.0 + DAYS.1) * 24;
    for row in rows(include_str!("calm.txt"), 4) {
        let [service, level, rate, line] = &row[..] else { continue };
        let rate: f64 = rate.parse().unwrap_or(1.0);
        for hour in 0..hours {
            // Nights are quieter.
            let day = if (7..22).contains(&(hour % 24)) { 1.3 } else { 0.5 };
            let count = (rate * day * (0.7 + 0.6 * dice.share())).round() as i64;
            for _ in 0..count {
                let at = BEGIN.plus_seconds(hour * 3_600 + dice.seconds(3_600));
                all.push(Written {
                    service: service.clone(),
                    at,
                    text: fill(line, None, &mut dice),
                    tone: tone(level),
                    fault: None,
                });
            }
        }
    }
    for row in rows(include_str!("odd.txt"), 3) {
        let [service, level, line] = &row[..] else { continue };
        let from = BEGIN.plus_seconds(DAYS.0 * 86_400 + dice.seconds(DAYS.1 * 86_400 - 7_200));
        for _ in 0..20 + dice.below(80) {
            let at = from.plus_seconds(dice.seconds(5_400));
            all.push(Written {
                service: service.clone(),
                at,
                text: fill(line, None, &mut dice),
                tone: tone(level),
                fault: None,
            });
        }
    }
    for (n, fault) in faults.iter().enumerate() {
        all.extend(of_fault(n, fault, &mut dice));
    }
    all.sort_by_key(|w| w.at);
    all
}

/// What a fault writes: its own lines, and what the gateway says of it.
fn of_fault(number: usize, fault: &Fault, dice: &mut Dice) -> Vec<Written> {
    let mut all = Vec::new();
    let lasts = fault.to.seconds_since(fault.from);
    let path = fault.outside.split(' ').nth(1).unwrap_or("/").to_owned();
    let mut line = |at: Timestamp, hit: Option<&Hit>, dice: &mut Dice| {
        let text = fill(&fault.line, hit, dice);
        all.push(Written { service: fault.service.clone(), at, text, tone: fault.tone, fault: Some(number) });
        if fault.service != "gateway" {
            let text = format!("upstream {} answered 500 on {path}", fault.service);
            all.push(Written { service: "gateway".to_owned(), at, text, tone: Tone::Failure, fault: None });
        }
    };
    for hit in &fault.hit {
        line(fault.from.plus_seconds(60 + dice.seconds(lasts)), Some(hit), dice);
    }
    for _ in 0..30 + dice.below(120) {
        line(fault.from.plus_seconds(dice.seconds(lasts)), None, dice);
    }
    all
}

fn fill(line: &str, hit: Option<&Hit>, dice: &mut Dice) -> String {
    const PATHS: [&str; 8] = ["/", "/search", "/products", "/orders", "/cart/items", "/invoices", "/login", "/files"];
    let own =
        Hit { customer: format!("{}", 40_000 + dice.below(50_000)), order: format!("ord_{:05}", dice.below(100_000)) };
    let hit = hit.unwrap_or(&own);
    line.replace("{n}", &format!("{}", 1_000 + dice.below(90_000)))
        .replace("{ms}", &format!("{}", 10 + dice.below(9_000)))
        .replace("{path}", PATHS[dice.below(PATHS.len())])
        .replace("{service}", SERVICES[1 + dice.below(SERVICES.len() - 1)])
        .replace("{customer}", &format!("customer={}", hit.customer))
        .replace("{order}", &hit.order)
}

/// Failed traces: those of faults, and a few an hour of anything.
pub fn traces(faults: &[Fault], seed: u64) -> Vec<FailedTrace> {
    let mut dice = Dice(seed ^ 2);
    let mut all = Vec::new();
    let call = |service: &str, operation: &str, failed: &str, dice: &mut Dice| Call {
        service: service.to_owned(),
        operation: operation.to_owned(),
        failed: Some(failed.to_owned()),
        milliseconds: 5.0 + 900.0 * dice.share(),
    };
    let mut add = |at: Timestamp, path: Vec<Call>, named: &str, dice: &mut Dice| {
        let id = format!("{:016x}{:016x}", dice.next(), dice.next());
        all.push(FailedTrace { id, at, path, entities: entities(named) });
    };
    for fault in faults {
        let lasts = fault.to.seconds_since(fault.from);
        for n in 0..12 + dice.below(20) {
            let mut path = vec![call("gateway", &fault.outside, "500", &mut dice)];
            if fault.service != "gateway" {
                path.push(call(&fault.service, &fault.inside, "error", &mut dice));
            }
            let named = fault.hit.get(n).map(|h| format!("customer={} {}", h.customer, h.order)).unwrap_or_default();
            add(fault.from.plus_seconds(dice.seconds(lasts)), path, &named, &mut dice);
        }
    }
    const INSIDE: [&str; 5] = ["check password", "read product", "read order", "authorise card", "read file"];
    const OUTSIDE: [&str; 5] = ["POST /login", "GET /products", "GET /orders", "POST /checkout/pay", "GET /files"];
    for _ in 0..(DAYS.0 + DAYS.1) * 24 {
        let n = dice.below(5);
        let at = BEGIN.plus_seconds(dice.seconds((DAYS.0 + DAYS.1) * 86_400));
        let path =
            vec![call("gateway", OUTSIDE[n], "500", &mut dice), call(SERVICES[n + 1], INSIDE[n], "timeout", &mut dice)];
        add(at, path, "", &mut dice);
    }
    all.sort_by_key(|t| t.at);
    all
}

/// Deploys: those that brought a fault, and two a day that brought none.
pub fn deploys(faults: &[Fault], seed: u64) -> Vec<Deploy> {
    let mut dice = Dice(seed ^ 3);
    let mut deploys = Vec::new();
    for fault in faults.iter().filter(|f| f.deployed) {
        let version = format!("2.{}.{}", dice.below(40), dice.below(10));
        deploys.push(Deploy {
            service: fault.service.clone(),
            version,
            at: fault.from.plus_seconds(-60 - dice.seconds(600)),
        });
    }
    for day in 0..DAYS.0 + DAYS.1 {
        for _ in 0..2 {
            let service = SERVICES[dice.below(SERVICES.len())].to_owned();
            let at = BEGIN.plus_seconds(day * 86_400 + 28_800 + dice.seconds(36_000));
            deploys.push(Deploy { service, version: format!("2.{}.{}", dice.below(40), dice.below(10)), at });
        }
    }
    deploys.sort_by_key(|d| d.at);
    deploys
}
