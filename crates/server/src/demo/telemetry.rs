//! What the invented company's services logged in the last day: an ordinary day, and since an hour and a half an export worker that loses
//! its lease. Five open letters are about it.

use desk::{
    Timestamp,
    diagnosis::{Call, Course, Deploy, FailedTrace, Line, Observed, OddMetric, Template, Tone, Window, entities},
};

/// Minutes since the disturbance began, and since the deploy before it.
const BEGAN: i64 = 95;
const DEPLOYED: i64 = 103;
/// Length of a bucket, in seconds, and how many make a day.
const BUCKET: i64 = 600;
const BUCKETS: usize = 144;

/// What is logged on any day: service, tone, lines in a bucket, template, a line.
const CALM: &[(&str, Tone, u32, &str, &str)] = &[
    ("ledger-web", Tone::Plain, 40, "GET <*> 200 in <*> ms", "GET /invoices 200 in 41 ms"),
    ("ledger-web", Tone::Warning, 1, "slow request <*> took <*> ms", "slow request /reports took 2210 ms"),
    ("ledger-web", Tone::Failure, 1, "upstream <*> answered 500", "upstream bank answered 500"),
    (
        "bank",
        Tone::Warning,
        2,
        "consent of connection <*> expires in <*> days",
        "consent of connection 8812 expires in 6 days",
    ),
    ("bank", Tone::Failure, 1, "bank <*> answered 503, retried", "bank nordea answered 503, retried"),
    ("mail", Tone::Plain, 12, "invoice mail <*> handed over", "invoice mail 99121 handed over"),
    ("mail", Tone::Warning, 1, "invoice mail <*> bounced: mailbox full", "invoice mail 99007 bounced: mailbox full"),
    ("relay-eu", Tone::Plain, 80, "event <*> delivered in <*> ms", "event evt_01JD1M8R3C delivered in 212 ms"),
    ("relay-eu", Tone::Warning, 3, "endpoint <*> answered 503, attempt <*>", "endpoint 4410 answered 503, attempt 2"),
    (
        "exports",
        Tone::Plain,
        3,
        "export <*> of workspace <*> written, <*> rows",
        "export 5512 of workspace 70218 written, 8214 rows",
    ),
];

/// What was observed up to `now`.
#[must_use]
pub fn observed(now: Timestamp) -> Observed {
    let from = now.plus_seconds(-BUCKET * i64::try_from(BUCKETS).unwrap_or(0));
    let mut templates: Vec<Template> = CALM.iter().enumerate().map(|(n, calm)| ordinary(n, *calm, from, now)).collect();
    templates.push(lost_lease(now));
    templates.push(harmless(now));
    Observed {
        window: Window { from, to: now, bucket_seconds: BUCKET, gaps: Vec::new() },
        services: ["bank", "exports", "ledger-web", "mail", "relay-eu"].map(str::to_owned).to_vec(),
        templates,
        metrics: vec![backlog(now)],
        traces: (0..6).map(|n| failed(n, now)).collect(),
        deploys: vec![
            Deploy { service: "relay-eu".to_owned(), version: "2026.11.3".to_owned(), at: ago(now, 900) },
            Deploy { service: "exports".to_owned(), version: "5.4.1".to_owned(), at: ago(now, DEPLOYED) },
        ],
        incidents: Vec::new(),
    }
}

fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    now.plus_seconds(-60 * minutes)
}

fn line(at: Timestamp, text: &str) -> Line {
    Line { at, text: text.to_owned(), trace: None, entities: entities(text) }
}

fn ordinary(
    number: usize,
    (service, tone, lines, text, example): (&str, Tone, u32, &str, &str),
    from: Timestamp,
    now: Timestamp,
) -> Template {
    // A day has a course of its own, a little different for each.
    let counts = (0..BUCKETS).map(|n| lines + u32::try_from((n * (number + 3)) % 3).unwrap_or(0) * (lines / 8));
    Template {
        service: service.to_owned(),
        id: format!("{:016x}", 0x5ca1_ab1e_u64 + u64::try_from(number).unwrap_or(0)),
        text: text.to_owned(),
        tone,
        first: from,
        last: ago(now, 1),
        counts: counts.collect(),
        baseline: f64::from(lines),
        course: Course::Usual,
        odd_from: None,
        lines: vec![line(ago(now, 4), example)],
    }
}

/// Counts that begin `minutes` ago.
fn since(minutes: i64, each: u32) -> Vec<u32> {
    let begins = BUCKETS.saturating_sub(usize::try_from(minutes * 60 / BUCKET).unwrap_or(0) + 1);
    (0..BUCKETS).map(|n| if n < begins { 0 } else { each + u32::try_from(n % 4).unwrap_or(0) }).collect()
}

fn lost_lease(now: Timestamp) -> Template {
    let lines = [(88, 70_218), (71, 70_007), (52, 70_330), (34, 70_441), (9, 70_118)];
    Template {
        service: "exports".to_owned(),
        id: "00000000e4b0a7ed".to_owned(),
        text: "export <*> of workspace <*> aborted: worker lost its lease".to_owned(),
        tone: Tone::Failure,
        first: ago(now, BEGAN),
        last: ago(now, 2),
        counts: since(BEGAN, 9),
        baseline: 0.0,
        course: Course::New,
        odd_from: Some(ago(now, BEGAN)),
        lines: lines
            .iter()
            .map(|(minutes, workspace)| {
                let text =
                    format!("export {} of workspace {workspace} aborted: worker lost its lease", 5_600 + minutes);
                line(ago(now, *minutes), &text)
            })
            .collect(),
    }
}

/// New, and no harm.
fn harmless(now: Timestamp) -> Template {
    Template {
        service: "relay-eu".to_owned(),
        id: "0000000000c0ffee".to_owned(),
        text: "warmed <*> route entries after start".to_owned(),
        tone: Tone::Plain,
        first: ago(now, 898),
        last: ago(now, 890),
        counts: (0..BUCKETS).map(|n| if n == 54 { 16 } else { 0 }).collect(),
        baseline: 0.0,
        course: Course::New,
        odd_from: Some(ago(now, 898)),
        lines: vec![line(ago(now, 896), "warmed 412 route entries after start")],
    }
}

fn backlog(now: Timestamp) -> OddMetric {
    let begins = BUCKETS.saturating_sub(usize::try_from(BEGAN * 60 / BUCKET).unwrap_or(0));
    let value = |n: usize| {
        if n < begins { 2.0 + f64::from(u8::try_from(n % 3).unwrap_or(0)) } else { 9.0 + 4.0 * (n - begins) as f64 }
    };
    OddMetric {
        service: "exports".to_owned(),
        name: "exports_waiting".to_owned(),
        query: "exports_waiting{service=\"exports\"}".to_owned(),
        values: (0..BUCKETS).map(|n| Some(value(n))).collect(),
        band: (0.0, 6.0),
        course: Course::More,
        odd_from: ago(now, BEGAN - 5),
    }
}

fn failed(number: i64, now: Timestamp) -> FailedTrace {
    let call = |service: &str, operation: &str, failed: &str, milliseconds: f64| Call {
        service: service.to_owned(),
        operation: operation.to_owned(),
        failed: Some(failed.to_owned()),
        milliseconds,
    };
    FailedTrace {
        id: format!("{:032x}", 0x9d3c_u128 * 1_000 + u128::from(number.unsigned_abs())),
        at: ago(now, 85 - 13 * number),
        path: vec![
            call("ledger-web", "POST /exports", "500", 61_204.0),
            call("exports", "write export", "worker lost its lease", 60_980.0),
        ],
        entities: Vec::new(),
    }
}
