//! What changes only with a start: the program with its prompt, the weights, the model's endpoint, and the words of the sources.
//! What the eval cases said is kept with a fingerprint of these; where it differs at a start the cases run again, behind, and a
//! severe one that held keeps the machine from drafting until a lead accepts it or the old one is back.

use std::{collections::BTreeMap, time::Instant};

use desk::{
    Digest,
    audit::Service,
    eval::Case,
    gate::{Compared, Judgement, Outcome, State, Subject, judge},
    ids::{EvalCaseId, GateId},
    prompt::PROMPT_VERSION,
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Claimed, Conn, Gate, GateEnd, Grant, NewGate, Purpose, Tx};

use super::{
    PREPARATION, ask_model_too,
    gate_policy::{self, Found},
    run_suite::{self, Suite},
    set_policy, which_model,
};
use crate::{App, FlowError};

/// Where the last run is kept.
const LAST: &str = "gate_program";
/// Name of its gate.
const START: &str = "start";

/// What the cases said of what was running then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    /// What was running, by part.
    parts: BTreeMap<String, String>,
    /// Cases that held.
    held: Vec<EvalCaseId>,
    /// Cases that failed.
    failed: Vec<EvalCaseId>,
}

/// What is running, by part.
async fn parts(app: &App, conn: &mut Conn) -> Result<BTreeMap<String, String>, FlowError> {
    let weights = if app.library.has_encoder() { embed::weights::MODEL_NAME } else { "none" };
    let model = which_model::both(app, conn).await?.map(|both| both.present.fingerprint()).unwrap_or_default();
    let sources = conn.current_versions().await?;
    let fields: Vec<&[u8]> = sources.iter().map(String::as_bytes).collect();
    let sources = Digest::of_fields("countersign/sources/1", &fields).to_string();
    let all = [
        ("program", env!("CARGO_PKG_VERSION").to_owned()),
        ("prompt", PROMPT_VERSION.to_owned()),
        ("weights", weights.to_owned()),
        ("model", model),
        ("sources", sources),
    ];
    Ok(all.map(|(part, word)| (part.to_owned(), word)).into())
}

async fn last(conn: &mut Conn) -> Result<Option<Last>, FlowError> {
    let kept = conn.setting(LAST).await?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Where what the cases said is kept once it holds.
fn kept_under(gate: &Gate) -> &'static str {
    if gate.name == ask_model_too::NAME { ask_model_too::LAST } else { LAST }
}

/// Cases that held and cases that failed when they were run last, without a model.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn before(conn: &mut Conn) -> Result<(Vec<EvalCaseId>, Vec<EvalCaseId>), FlowError> {
    Ok(last(conn).await?.map(|last| (last.held, last.failed)).unwrap_or_default())
}

/// At a start: has the cases run where something else is running than when they last did. What is as it was again needs nobody.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_when_changed(app: &App) -> Result<(), FlowError> {
    ask_model_too::at_start(app).await?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let suite = run_suite::approved(app, &mut tx).await?;
    let (now, before) = (parts(app, &mut tx).await?, last(&mut tx).await?);
    if before.as_ref().is_some_and(|last| last.parts == now) {
        let open = tx.newest_gate(Subject::Program, START).await?;
        let Some(open) = open.filter(|g| matches!(g.state, State::Waiting | State::Undecided)) else {
            return Ok(tx.abandon().await?);
        };
        let end = GateEnd { state: State::Dropped, by: None, why: "what was running before is running again" };
        let event = gate_policy::ended(&mut tx, open.id, Subject::Program, end).await?;
        set_policy::prepare_all(&mut tx).await?;
        tx.commit(event).await?;
        app.live.committed();
        return Ok(());
    }
    if suite.is_empty() {
        return Ok(tx.abandon().await?);
    }
    let changed = changed(before.as_ref(), &now);
    let new = NewGate {
        subject: Subject::Program,
        name: START,
        candidate: &changed,
        basis: "",
        cases: suite.len(),
        by: None,
    };
    let id = tx.add_gate(new).await?;
    gate_policy::asked(app, tx, id, Subject::Program, suite.len()).await
}

/// The parts that differ, in words.
fn changed(before: Option<&Last>, now: &BTreeMap<String, String>) -> String {
    let Some(before) = before else { return "the first run".to_owned() };
    let differs = now.iter().filter(|(part, word)| before.parts.get(*part) != Some(*word));
    differs.map(|(part, _)| part.as_str()).collect::<Vec<_>>().join(", ")
}

/// Runs the cases with today's words of their sources, and holds them against what they said last.
///
/// # Errors
/// Whatever the database says; the job comes back then.
pub async fn run(app: &App, job: &Claimed, gate: &Gate) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let suite = run_suite::approved(app, &mut conn).await?;
    let (now, before) = (parts(app, &mut conn).await?, last(&mut conn).await?.unwrap_or_default());
    let rules = run_suite::rules(app, &mut conn, &[]).await?;
    let todays = todays(app, &mut conn, &suite).await?;
    drop(conn);
    let started = Instant::now();
    let mut outcomes = Vec::with_capacity(todays.len());
    for (done, (id, case)) in todays.iter().enumerate() {
        gate_policy::at(app, job, done, todays.len()).await?;
        let held = crate::library::compute(|| run_suite::run(app, &rules, case).held());
        outcomes.push((*id, case.severity, if held { Outcome::Held } else { Outcome::Failed }));
    }
    let compared = |(id, severity, after): &(EvalCaseId, desk::eval::Severity, Outcome)| {
        // What was never run says nothing about a change.
        let before = match (before.held.contains(id), before.failed.contains(id)) {
            (true, _) => Outcome::Held,
            (_, true) => Outcome::Failed,
            _ => *after,
        };
        Compared { case: *id, severity: *severity, before, after: *after }
    };
    let all: Vec<_> = outcomes.iter().map(compared).collect();
    let (judgement, ms) = (judge(&all), u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    let findings = all.into_iter().filter(|c| c.before != c.after).collect();
    let with = |outcome| outcomes.iter().filter(|(_, _, o)| *o == outcome).map(|(id, _, _)| *id).collect();
    let last = Last { parts: now, held: with(Outcome::Held), failed: with(Outcome::Failed) };
    let kept = serde_json::to_string(&last).map_err(|e| FlowError::Internal(e.to_string()))?;
    let found = Found { judgement, findings, ms, basis: kept.clone() };
    settle(app, gate, &found).await
}

/// Keeps what the cases said of what is running, and does what follows.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn settle(app: &App, gate: &Gate, found: &Found) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    gate_policy::judged(&mut tx, gate.id, found).await?;
    let event = gate_policy::judgement_of(gate.id, Subject::Program, found);
    if matches!(found.judgement, Judgement::Clear | Judgement::Unchecked) {
        tx.record(event).await?;
        tx.set_setting(kept_under(gate), &found.basis).await?;
        let why = format!("no case fails that held; changed: {}", gate.candidate);
        let end = GateEnd { state: State::Promoted, by: None, why: &why };
        let event = gate_policy::ended(&mut tx, gate.id, Subject::Program, end).await?;
        tx.commit(event).await?;
    } else {
        tx.commit(event).await?;
    }
    app.live.committed();
    Ok(())
}

/// A lead looked at the cases that fail and lets what is running draft all the same.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, [`FlowError::Stale`] when it is not to be decided.
pub async fn accept(app: &App, session: &AgentSession, id: GateId, reason: &str) -> Result<(), FlowError> {
    let reason = gate_policy::reasoned(reason)?;
    set_policy::may_write(session)?;
    let mut tx: Tx = app.store.begin(session, app.clock.now()).await?;
    let gate = tx.gate(id).await?;
    if gate.state != State::Undecided {
        return Err(FlowError::Stale);
    }
    tx.set_setting(kept_under(&gate), &gate.basis).await?;
    let end = GateEnd { state: State::Promoted, by: Some(session.agent().id), why: reason };
    let event = gate_policy::ended(&mut tx, id, Subject::Program, end).await?;
    set_policy::prepare_all(&mut tx).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// What waits for a lead's word, if anything.
///
/// # Errors
/// Whatever the database says.
pub async fn undecided(conn: &mut Conn) -> Result<Option<Gate>, FlowError> {
    let mut open = Vec::new();
    for name in [START, ask_model_too::NAME] {
        open.extend(conn.newest_gate(Subject::Program, name).await?.filter(|g| g.state == State::Undecided));
    }
    Ok(open.into_iter().max_by_key(|gate| gate.judgement == Some(Judgement::Severe)))
}

/// Why the machine drafts nothing now; none where it may.
///
/// # Errors
/// Whatever the database says.
pub async fn closed(conn: &mut Conn) -> Result<Option<String>, FlowError> {
    let severe = undecided(conn).await?.filter(|g| g.judgement == Some(Judgement::Severe));
    Ok(severe.map(|gate| {
        if gate.name == ask_model_too::NAME {
            return format!(
                "Drafted by {}, a severe eval case fails that held, so the machine drafts nothing until a lead decides under Gates.",
                gate.candidate
            );
        }
        format!(
            "Since the last start ({}) a severe eval case fails that held, so the machine drafts nothing until a lead decides under Gates.",
            gate.candidate
        )
    }))
}

/// Where a case's sources are today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The case's id.
    pub case: String,
    /// The source's.
    pub source: String,
    /// What became of it, in words.
    pub what: String,
}

/// Sources of cases that vanished or say something newer.
///
/// # Errors
/// Whatever the database says.
pub async fn moved<'a>(
    app: &App,
    conn: &mut Conn,
    cases: impl Iterator<Item = &'a Case>,
) -> Result<Vec<Moved>, FlowError> {
    let current = current(app, conn).await?;
    let mut all = Vec::new();
    for case in cases {
        for source in &case.sources {
            let what = match current.get(slug_of(&source.id, &current)) {
                None => "is no approved article here any more".to_owned(),
                Some(today) if today.version > source.version => {
                    format!("has version {} now; the case holds version {}", today.version, source.version)
                }
                Some(_) => continue,
            };
            all.push(Moved { case: case.id.clone(), source: source.id.clone(), what });
        }
    }
    Ok(all)
}

/// An article as it stands.
struct Today {
    version: i64,
    passages: Vec<String>,
}

async fn current(app: &App, conn: &mut Conn) -> Result<BTreeMap<String, Today>, FlowError> {
    let grant: Grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut all: BTreeMap<String, Today> = BTreeMap::new();
    for (slug, version, text) in conn.current_words(&grant).await? {
        all.entry(slug).or_insert(Today { version, passages: Vec::new() }).passages.push(text);
    }
    Ok(all)
}

/// A second passage of the same article is `slug-2` in a case.
fn slug_of<'a>(id: &'a str, current: &BTreeMap<String, Today>) -> &'a str {
    match id.rsplit_once('-') {
        Some((slug, n)) if !current.contains_key(id) && n.parse::<u32>().is_ok() => slug,
        _ => id,
    }
}

/// The cases with what their sources say today: of a newer version the passage that shares most words with the one they hold.
pub(super) async fn todays(app: &App, conn: &mut Conn, suite: &Suite) -> Result<Suite, FlowError> {
    let current = current(app, conn).await?;
    let mut all = suite.clone();
    for source in all.iter_mut().flat_map(|(_, case)| &mut case.sources) {
        let Some(today) = current.get(slug_of(&source.id, &current)).filter(|t| t.version > source.version) else {
            continue;
        };
        let words = desk::grounding::content_words(&source.text);
        let shared = |text: &&String| desk::grounding::content_words(text).iter().filter(|w| words.contains(w)).count();
        if let Some(text) = today.passages.iter().max_by_key(shared) {
            source.text.clone_from(text);
            source.version = today.version;
        }
    }
    Ok(all)
}
