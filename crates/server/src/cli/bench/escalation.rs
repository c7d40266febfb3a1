//! When cases go up, what goes with them, what a reply asks twice, and when tickets are due: on cases written for this
//! desk (`fixtures/escalation`), each split in two, one of which nothing was tuned on.

use std::{path::Path, time::Instant};

use desk::{
    Timestamp,
    asked::{self, Earlier},
    escalation::{Case, Contact, Escalating, Place, Rise, decide, signals},
    ids::MessageId,
    package::{Beside, Part, Turn, build},
    policy::{DEFAULT_KEY, Owner, Policy, PolicyKind},
    risk::{self, Flag, Raised},
    target::Service,
    ticket::Status,
};
use serde::{Deserialize, de::DeserializeOwned};
use store::new_id;

use super::{
    Figure, Goal, lists, percentile,
    tau2::{self, COMPANIES, Task},
};
use crate::{
    App,
    app::World,
    cli::{Failure, first_start, output::line},
    config::Config,
    flow::{PREPARATION, count_clocks},
};

const CASES: &str = include_str!("../../../../../fixtures/escalation/cases.jsonl");
const PACKAGES: &str = include_str!("../../../../../fixtures/escalation/packages.jsonl");
const ASKED: &str = include_str!("../../../../../fixtures/escalation/asked.jsonl");
const DEADLINES: &str = include_str!("../../../../../fixtures/escalation/deadlines.jsonl");
const CALENDARS: &str = include_str!("../../../../../fixtures/escalation/calendars.toml");
/// Each package is made so often for its time.
const BUILDS: usize = 20;
/// Two targets, so that every open ticket has clocks.
const LEVELS: &str = "
[[calendar]]
key = \"office\"
zone = \"Europe/Vienna\"
hours = { mon = \"09:00-17:00\", tue = \"09:00-17:00\", wed = \"09:00-17:00\", thu = \"09:00-17:00\", fri = \"09:00-13:00\" }
holidays = [\"2026-12-08 Immaculate Conception\", \"2026-12-25 Christmas Day\"]
[[target]]
queue = \"billing\"
calendar = \"office\"
first = \"4h\"
next = \"8h\"
resolution = \"40h\"
[[target]]
calendar = \"office\"
first = \"8h\"
next = \"16h\"
resolution = \"80h\"
";

fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, Failure> {
    let read = |line: &str| serde_json::from_str(line).map_err(|e| Failure::BadInput(format!("{line}: {e}")));
    text.lines().filter(|l| !l.is_empty()).map(read).collect()
}

/// Measures.
pub async fn measure(data: &Path) -> Result<Vec<Figure>, Failure> {
    let mut figures = cases()?;
    let tau2 = data.join("tau2_policies");
    if tau2.is_dir() {
        figures.extend(handed_over(&tau2)?);
    }
    figures.extend(packages()?);
    figures.extend(again()?);
    figures.push(deadlines()?);
    figures.push(recount().await?);
    Ok(figures)
}

#[derive(Deserialize)]
struct Written {
    id: String,
    split: String,
    must: bool,
    text: String,
    #[serde(default)]
    known: String,
    #[serde(default)]
    unsure: bool,
    #[serde(default)]
    vip: bool,
    #[serde(default)]
    missed: bool,
    #[serde(default)]
    sources_disagree: bool,
    #[serde(default)]
    topics: usize,
    #[serde(default)]
    requests: i64,
    /// Hours.
    #[serde(default)]
    waiting: i64,
}

fn goes_up(policy: &Escalating, written: &Written) -> bool {
    let mut flags = risk::raised(&written.text);
    if written.vip {
        flags.push(Raised { flag: Flag::Vip, quote: "named by the desk".to_owned(), span: None, message: None });
    }
    let case = Case {
        open: vec![Contact { message: None, text: &written.text }],
        flags: &flags,
        known: vec![&written.known],
        unsure: written.unsure,
        topics: written.topics,
        sources_disagree: written.sources_disagree,
        requests: written.requests,
        waiting_seconds: written.waiting * 3_600,
        missed: written.missed.then(|| "The first response was missed.".to_owned()),
    };
    let place = Place { category: None, queue: "support", open: true, demanded: &[] };
    decide(policy, signals(policy, &case), place).rise != Rise::Stay
}

/// Required escalations made and needless ones, on each half; every miss of the half that counts is named.
fn cases() -> Result<Vec<Figure>, Failure> {
    let (written, policy): (Vec<Written>, _) = (rows(CASES)?, Escalating::shipped());
    let mut figures = Vec::new();
    for (split, made, needless) in
        [("test", Goal::AtLeast(0.98), Goal::AtMost(0.08)), ("tune", Goal::Unset, Goal::Unset)]
    {
        let mut counts = [(0_usize, 0_usize); 2];
        for case in written.iter().filter(|c| c.split == split) {
            let up = goes_up(&policy, case);
            let (n, ups) = &mut counts[usize::from(case.must)];
            (*n, *ups) = (*n + 1, *ups + usize::from(up));
            if up != case.must {
                let what = if case.must { "missed" } else { "needless" };
                line(format!("# {split} {what} {}: {}", case.id, case.text));
            }
        }
        let share = |(n, ups): (usize, usize)| ups as f64 / n.max(1) as f64;
        let [stays, ups] = counts;
        figures.push(Figure::new("escalation", format!("cases.{split}.required_made"), share(ups), "", ups.0, made));
        figures.push(Figure::new("escalation", format!("cases.{split}.needless"), share(stays), "", stays.0, needless));
    }
    Ok(figures)
}

/// The cases of tau2 that end with a person, by their first words alone: a policy of theirs decides them, which is not
/// in the words, so this is a fact and no goal.
fn handed_over(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let policy = Escalating::shipped();
    let mut figures = Vec::new();
    for name in COMPANIES {
        let tasks = tau2::tasks(folder, name)?;
        let up = |t: &&&Task| {
            let text = t.text();
            let flags = risk::raised(&text);
            let case = Case { open: vec![Contact { message: None, text: &text }], flags: &flags, ..Case::default() };
            let place = Place { category: None, queue: "support", open: true, demanded: &[] };
            decide(&policy, signals(&policy, &case), place).rise != Rise::Stay
        };
        let (people, others): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(|t| t.is_handed_to_a_person());
        for (figure, some) in [("handed_over_up", &people), ("others_up", &others)] {
            let n = some.iter().filter(up).count();
            let name = format!("tau2.{name}.{figure}");
            figures.push(Figure::new("escalation", name, n as f64, "requests", some.len(), Goal::Unset));
        }
    }
    Ok(figures)
}

#[derive(Deserialize)]
struct WrittenCase {
    id: String,
    messages: Vec<Said>,
    facts: Vec<Fact>,
    unknown: Vec<Part>,
}
#[derive(Deserialize)]
struct Said {
    inbound: bool,
    text: String,
}
#[derive(Deserialize)]
struct Fact {
    part: Part,
    text: String,
}

/// Every planted fact in its part, every absent one named unknown; and how long making a package takes.
fn packages() -> Result<Vec<Figure>, Failure> {
    let written: Vec<WrittenCase> = rows(PACKAGES)?;
    let start = Timestamp::parse("2026-11-23T08:00:00Z").unwrap_or(Timestamp::from_secs(0));
    let (mut right, mut all, mut times) = (0_usize, 0_usize, Vec::new());
    for case in &written {
        let turns: Vec<Turn<'_>> = (0..)
            .zip(&case.messages)
            .map(|(n, said)| Turn {
                message: new_id::<MessageId>(),
                inbound: said.inbound,
                author: if said.inbound { "Requester" } else { "Agent" },
                at: start.plus_seconds(n * 7_200),
                text: &said.text,
            })
            .collect();
        let beside = Beside::default();
        let began = Instant::now();
        let mut package = build(&turns, &beside);
        for _ in 1..BUILDS {
            package = build(&turns, &beside);
        }
        times.push(began.elapsed().as_secs_f64() * 1_000.0 / BUILDS as f64);
        for fact in &case.facts {
            let there = package.of(fact.part).any(|l| l.text.contains(&fact.text));
            (right, all) = (right + usize::from(there), all + 1);
            if !there {
                line(format!("# package {}: {} is not in it: {}", case.id, fact.part, fact.text));
            }
        }
        for part in &case.unknown {
            let named = package.unknown.contains(part);
            (right, all) = (right + usize::from(named), all + 1);
            if !named {
                let said: Vec<&str> = package.of(*part).map(|l| l.text.as_str()).collect();
                line(format!("# package {}: {part} is not named unknown, but says {said:?}", case.id));
            }
        }
    }
    let share = right as f64 / all.max(1) as f64;
    Ok(vec![
        Figure::new("escalation", "package.complete", share, "", all, Goal::AtLeast(0.95)),
        Figure::new(
            "escalation",
            "package.build_median_ms",
            percentile(&mut times, 0.5),
            "ms",
            written.len(),
            Goal::AtMost(300.0),
        ),
    ])
}

#[derive(Deserialize)]
struct Pair {
    id: String,
    split: String,
    again: bool,
    earlier: Vec<Said>,
    reply: String,
}

fn again() -> Result<Vec<Figure>, Failure> {
    let pairs: Vec<Pair> = rows(ASKED)?;
    let mut figures = Vec::new();
    for (split, goal) in [("test", Goal::AtLeast(0.9)), ("tune", Goal::Unset)] {
        let (mut hits, mut warned, mut wanted) = (0_usize, 0_usize, 0_usize);
        for pair in pairs.iter().filter(|p| p.split == split) {
            let earlier: Vec<Earlier<'_>> =
                pair.earlier.iter().map(|s| Earlier { inbound: s.inbound, text: &s.text }).collect();
            let found = !asked::again(&pair.reply, &earlier).is_empty();
            warned += usize::from(found);
            wanted += usize::from(pair.again);
            hits += usize::from(found && pair.again);
            if found != pair.again {
                let what = if pair.again { "not warned" } else { "warned" };
                line(format!("# asked {split} {what} {}: {}", pair.id, pair.reply));
            }
        }
        let name = |figure: &str| format!("asked_again.{split}.{figure}");
        let share = |n: usize| hits as f64 / n.max(1) as f64;
        figures.push(Figure::new("escalation", name("precision"), share(warned), "", warned, goal));
        figures.push(Figure::new("escalation", name("recall"), share(wanted), "", wanted, goal));
    }
    Ok(figures)
}

#[derive(Deserialize)]
struct Dated {
    calendar: String,
    start: String,
    minutes: i64,
    #[serde(default)]
    pauses: Vec<(String, String)>,
    due: Option<String>,
}

fn deadlines() -> Result<Figure, Failure> {
    let bad = || Failure::BadInput("The dated cases do not read.".to_owned());
    let calendars = Service::parse(CALENDARS, &[]).map_err(|_| bad())?.calendars;
    let cases: Vec<Dated> = rows(DEADLINES)?;
    let mut exact = 0_usize;
    for case in &cases {
        let calendar = calendars.iter().find(|c| c.key == case.calendar).ok_or_else(bad)?;
        let start = Timestamp::parse(&case.start).ok_or_else(bad)?;
        let pauses: Option<Vec<_>> =
            case.pauses.iter().map(|(a, b)| Some((Timestamp::parse(a)?, Timestamp::parse(b)?))).collect();
        let due = calendar.around(start).due(start, case.minutes * 60, &pauses.ok_or_else(bad)?);
        exact += usize::from(due.map(Timestamp::rfc3339) == case.due);
    }
    let goal = Goal::AtLeast(cases.len() as f64);
    Ok(Figure::new("escalation", "deadlines.exact", exact as f64, "cases", cases.len(), goal))
}

/// Every open ticket's times after a calendar changed.
async fn recount() -> Result<Figure, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
    config.embedding.folder = "none".into();
    let app = App::open(config, World::Real).await?;
    first_start::lay_defaults(&app).await?;
    lists::fill(&app, &[Status::New, Status::Open]).await?;
    for (version, body) in [(2, LEVELS.to_owned()), (3, LEVELS.replace("17:00", "18:00"))] {
        let policy = Policy {
            kind: PolicyKind::Service,
            key: DEFAULT_KEY.to_owned(),
            name: "Service levels".to_owned(),
            version,
            body,
            categories: Vec::new(),
            owner: Owner::Nobody,
            review_by: None,
            made_by: None,
            made_at: Some(app.clock.now()),
            note: String::new(),
        };
        let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await.map_err(crate::FlowError::from)?;
        let id = tx.add_policy(&policy).await.map_err(crate::FlowError::from)?;
        let event = desk::audit::AuditEvent::PolicyChanged {
            policy: id,
            kind: PolicyKind::Service.word().to_owned(),
            version,
            commitment: desk::Digest::of(b"bench"),
        };
        tx.commit(event).await.map_err(crate::FlowError::from)?;
        if version == 2 {
            count_clocks::recount(&app).await?;
        }
    }
    let began = Instant::now();
    let counted = count_clocks::recount(&app).await?;
    let seconds = began.elapsed().as_secs_f64();
    app.store.close().await;
    Ok(Figure::new("escalation", "recount_100000_s", seconds, "s", counted, Goal::AtMost(10.0)))
}
