//! A new version of a policy that eval cases can fail by is a candidate first: the approved cases run under it and under what
//! holds. A few run while the person waits, many as a job. A severe case that held and fails now keeps it out.

use std::time::Instant;

use desk::{
    Refusal,
    audit::AuditEvent,
    eval::{self, Severity},
    gate::{AT_ONCE, Compared, Judgement, State, Subject, judge},
    ids::{AgentId, EvalCaseId, GateId},
    policy::{Policy, PolicyKind},
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Claimed, EvalCaseState, Gate, GateEnd, GateFound, Grant, NewGate, NewJob, Purpose, Tx};

use super::{
    PREPARATION, approve_case, ask_model_too,
    run_case::Rules,
    run_suite::{self, Suite},
    set_policy::{self, NewPolicy, Saved},
    train_triage::Progress,
};
use crate::{App, FlowError};

/// Name of the job.
pub const GATE: &str = "gate";
/// Cases run between two words about how far it is.
const STEP: usize = 20;
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A version somebody wants.
pub struct Offer {
    /// The version they saw.
    pub seen: i64,
    /// What they wrote.
    pub new: NewPolicy,
    /// The same as a version.
    pub next: Policy,
    /// The cases it is held against.
    pub suite: Suite,
}

/// What is kept of it until it holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// The version they saw.
    pub seen: i64,
    /// What they wrote.
    pub new: NewPolicy,
}

/// What running the cases came to.
pub struct Found {
    /// What they say.
    pub judgement: Judgement,
    /// Those that came out otherwise than before.
    pub findings: Vec<Compared<EvalCaseId>>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What held and which cases there were.
    pub basis: String,
}

/// Whether an eval case can fail by a policy of this kind; as `desk::eval::matter` has it.
#[must_use]
pub const fn is_gated(kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::OperatingModel | PolicyKind::Persona | PolicyKind::RiskRules | PolicyKind::Escalation => true,
        PolicyKind::Routing | PolicyKind::Macro | PolicyKind::Service => false,
    }
}

/// Name of a policy's gate.
#[must_use]
pub fn name(kind: PolicyKind, key: &str) -> String {
    format!("{kind}/{key}")
}

/// Holds a version against the cases: at once where they are few, else behind.
///
/// # Errors
/// [`Refusal::Regressed`] where a severe case fails by it; as [`set_policy::set`].
pub async fn offer(app: &App, session: &AgentSession, offer: Offer) -> Result<Saved, FlowError> {
    let Offer { seen, new, next, suite } = offer;
    let by = session.agent().id;
    let kept =
        serde_json::to_string(&Kept { seen, new: new.clone() }).map_err(|e| FlowError::Internal(e.to_string()))?;
    let named = name(new.kind, &new.key);
    let gate = NewGate {
        subject: Subject::Policy,
        name: &named,
        candidate: &kept,
        basis: "",
        cases: suite.len(),
        by: Some(by),
    };
    if suite.len() > AT_ONCE {
        let mut tx = app.store.begin(session, app.clock.now()).await?;
        let id = tx.add_gate(gate).await?;
        return asked(app, tx, id, Subject::Policy, suite.len()).await.map(|()| Saved::Waits(id));
    }
    let found = run_all(app, &[next], &suite, None).await?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let id = tx.add_gate(gate).await?;
    match settle(app, tx, (id, Kept { seen, new }, Some(by)), &found).await? {
        State::Promoted => Ok(Saved::Holds),
        State::Refused => {
            let grant = Grant::for_agent(session, Purpose::Work)?;
            Err(Refusal::Regressed { cases: severe(app, &grant, &found.findings).await? }.into())
        }
        _ => Ok(Saved::Waits(id)),
    }
}

/// Keeps what the cases said and does what follows from it.
async fn settle(
    app: &App,
    mut tx: Tx,
    (id, kept, by): (GateId, Kept, Option<AgentId>),
    found: &Found,
) -> Result<State, FlowError> {
    let state = judged(&mut tx, id, found).await?;
    let why = match state {
        State::Promoted => "no case fails that held",
        State::Refused => "a severe case fails that held",
        _ => {
            let event = judgement_of(id, Subject::Policy, found);
            tx.commit(event).await?;
            app.live.committed();
            return Ok(state);
        }
    };
    tx.record(judgement_of(id, Subject::Policy, found)).await?;
    let event = ended(&mut tx, id, Subject::Policy, GateEnd { state, by: None, why }).await?;
    if state == State::Promoted {
        let changed = set_policy::write(app, &mut tx, kept.seen, kept.new, by).await?;
        tx.record(changed).await?;
    }
    tx.commit(event).await?;
    app.live.committed();
    Ok(state)
}

/// Runs the cases of a change that waits, with progress.
///
/// # Errors
/// Whatever the database says; the job comes back then.
pub async fn run(app: &App, job: &Claimed) -> Result<(), FlowError> {
    let id: GateId = job.subject.parse().map_err(|_| FlowError::NotFound)?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let gate = tx.gate(id).await?;
    if gate.state != State::Waiting {
        return Ok(tx.abandon().await?);
    }
    if gate.subject == Subject::Model {
        tx.abandon().await?;
        return super::gate_model::run(app, job, id).await;
    }
    if gate.subject == Subject::Program {
        tx.abandon().await?;
        return match gate.name.as_str() {
            ask_model_too::NAME => ask_model_too::run(app, job, &gate).await,
            _ => super::gate_program::run(app, job, &gate).await,
        };
    }
    let kept = kept(&gate)?;
    let by = gate.asked_by.as_ref().map(|(id, _)| *id);
    let next = match set_policy::candidate(&mut tx, kept.seen, &kept.new, by).await {
        Ok(next) => next,
        Err(error) => {
            tx.abandon().await?;
            return drop_it(app, id, Subject::Policy, &error.to_string()).await;
        }
    };
    let suite = run_suite::approved(app, &mut tx).await?;
    tx.abandon().await?;
    let found = run_all(app, &[next], &suite, Some(job)).await?;
    let tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    settle(app, tx, (id, kept, by), &found).await.map(|_| ())
}

/// Somebody changed the thing meanwhile, or the text holds no more.
///
/// # Errors
/// Whatever the database says.
pub async fn drop_it(app: &App, id: GateId, subject: Subject, why: &str) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let event = ended(&mut tx, id, subject, GateEnd { state: State::Dropped, by: None, why }).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// The desk's policies with a change in place that is not over, to be looked at; none where it is, or cannot be read any more.
///
/// # Errors
/// Whatever the database says.
pub async fn rules_of(app: &App, gate: &Gate) -> Result<Option<Rules>, FlowError> {
    let is_start = gate.subject == Subject::Program && gate.name != ask_model_too::NAME;
    if is_start && gate.state == State::Undecided {
        return Ok(Some(run_suite::rules(app, &mut app.store.read().await?, &[]).await?));
    }
    let shows = matches!(gate.state, State::Undecided | State::Refused) && gate.subject == Subject::Policy;
    let Some(Kept { new, .. }) = kept(gate).ok().filter(|_| shows) else { return Ok(None) };
    let mut conn = app.store.read().await?;
    let policies = conn.policies().await?;
    let Some(next) = policies.find(new.kind, &new.key) else { return Ok(None) };
    let next = Policy {
        body: new.body,
        name: new.name.unwrap_or_else(|| next.name.clone()),
        categories: new.categories.unwrap_or_else(|| next.categories.clone()),
        ..next.clone()
    };
    Ok(Some(run_suite::rules(app, &mut conn, &[next]).await?))
}

/// A person looked at what fails now and lets the change hold, with a reason. Where anything changed since the cases ran, they
/// run once more first.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, [`FlowError::Stale`] when it is not to be decided; as [`set_policy::set`].
pub async fn promote(app: &App, session: &AgentSession, id: GateId, reason: &str) -> Result<(), FlowError> {
    let reason = reasoned(reason)?;
    set_policy::may_write(session)?;
    let by = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let gate = tx.gate(id).await?;
    if gate.subject != Subject::Policy || gate.state != State::Undecided {
        return Err(FlowError::Stale);
    }
    let Kept { seen, new } = kept(&gate)?;
    set_policy::confirm(&mut tx, session, seen, new.kind, &new.key, &new.body).await?;
    let suite = run_suite::approved(app, &mut tx).await?;
    let rules = run_suite::rules(app, &mut tx, &[]).await?;
    let basis = run_suite::basis(&rules, &suite);
    if basis != gate.basis {
        tx.rerun_gate(id, &basis, suite.len()).await?;
        return asked(app, tx, id, Subject::Policy, suite.len()).await;
    }
    let event =
        ended(&mut tx, id, Subject::Policy, GateEnd { state: State::Promoted, by: Some(by), why: reason }).await?;
    let changed = set_policy::write(app, &mut tx, seen, new, gate.asked_by.map(|(id, _)| id).or(Some(by))).await?;
    tx.record(changed).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// Nobody wants the change any more.
///
/// # Errors
/// [`FlowError::Stale`] when it ended already.
pub async fn withdraw(app: &App, session: &AgentSession, id: GateId) -> Result<(), FlowError> {
    set_policy::may_write(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let gate = tx.gate(id).await?;
    let subject = gate.subject;
    let is_asking = gate.name == ask_model_too::NAME && gate.state == State::Waiting;
    if subject == Subject::Program && !is_asking {
        let why = "What a start brought cannot be taken back here. Accept it with a reason, or start what ran before.";
        return Err(FlowError::Invalid(why.to_owned()));
    }
    let by = Some(session.agent().id);
    let event = ended(&mut tx, id, subject, GateEnd { state: State::Dropped, by, why: "taken back" }).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// A reason a person gave.
///
/// # Errors
/// [`FlowError::Invalid`] for none, or too long a one.
pub fn reasoned(reason: &str) -> Result<&str, FlowError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains('\0') {
        return Err(FlowError::Invalid(format!("Say why, in at most {REASON_CHARS_MAX} characters.")));
    }
    Ok(reason)
}

/// Runs cases under what holds and with `candidates` in their places; a job is told how far it is.
///
/// # Errors
/// Whatever the database says; [`FlowError::Stale`] for a job that another worker took over.
pub async fn run_all(
    app: &App,
    candidates: &[Policy],
    suite: &Suite,
    job: Option<&Claimed>,
) -> Result<Found, FlowError> {
    let started = Instant::now();
    let mut conn = app.store.read().await?;
    let before = run_suite::rules(app, &mut conn, &[]).await?;
    let after = run_suite::rules(app, &mut conn, candidates).await?;
    drop(conn);
    let basis = run_suite::basis(&before, suite);
    let mut all = Vec::with_capacity(suite.len());
    for part in suite.chunks(STEP) {
        if let Some(job) = job {
            at(app, job, all.len(), suite.len()).await?;
        }
        all.extend(run_suite::compare_all(app, (&before, &after), part));
        tokio::task::yield_now().await;
    }
    let judgement = judge(&all);
    all.retain(|c| c.before != c.after);
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Found { judgement, findings: all, ms, basis })
}

/// Titles of the severe cases that keep a change out, as far as the grant goes.
///
/// # Errors
/// Whatever the database says.
pub async fn severe(app: &App, grant: &Grant, findings: &[Compared<EvalCaseId>]) -> Result<String, FlowError> {
    let severe: Vec<_> = findings.iter().filter(|c| c.severity == Severity::Severe).copied().collect();
    titles(app, grant, &severe).await
}

/// Titles of cases that held and fail, as far as the grant goes.
///
/// # Errors
/// Whatever the database says.
pub async fn titles(app: &App, grant: &Grant, findings: &[Compared<EvalCaseId>]) -> Result<String, FlowError> {
    let seen = approve_case::list(app, grant, EvalCaseState::Approved).await?;
    let failing: Vec<_> = findings.iter().filter(|c| c.regressed()).collect();
    let rows = failing.iter().filter_map(|c| seen.iter().find(|row| row.id == c.case));
    let mut told: Vec<String> =
        rows.filter_map(|row| Some(format!("“{}”", eval::read(&row.body).ok()?.title))).collect();
    match failing.len() - told.len() {
        0 => {}
        1 => told.push("one of a queue that you do not see".to_owned()),
        more => told.push(format!("{more} of queues that you do not see")),
    }
    Ok(told.join(", "))
}

/// Says how far a run is. A job that another worker took over ends here.
///
/// # Errors
/// [`FlowError::Stale`].
pub async fn at(app: &App, job: &Claimed, done: usize, total: usize) -> Result<(), FlowError> {
    let progress = Progress { done, total, step: "cases".to_owned() };
    // Two numbers and a word into a string cannot fail.
    let detail = serde_json::to_string(&progress).unwrap_or_default();
    if app.store.job_is_at(job, &detail).await? { Ok(()) } else { Err(FlowError::Stale) }
}

/// Queues the run of a change and ends the transaction.
///
/// # Errors
/// Whatever the database says.
pub async fn asked(app: &App, mut tx: Tx, gate: GateId, subject: Subject, cases: usize) -> Result<(), FlowError> {
    let now = tx.now();
    tx.queue_job(NewJob { kind: GATE, subject: &gate.to_string(), run_at: now }).await?;
    let cases = i64::try_from(cases).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::GateAsked { gate, subject: subject.word().to_owned(), cases }).await?;
    app.live.committed();
    Ok(())
}

/// Keeps what the cases said, and says where that leads.
///
/// # Errors
/// [`FlowError::Stale`] when nobody asks any more.
pub async fn judged(tx: &mut Tx, gate: GateId, found: &Found) -> Result<State, FlowError> {
    let Found { judgement, findings, ms, basis } = found;
    tx.judge_gate(gate, GateFound { judgement: *judgement, findings, ms: *ms, basis }).await?;
    Ok(judgement.leads_to())
}

/// The same for the record.
#[must_use]
pub fn judgement_of(gate: GateId, subject: Subject, found: &Found) -> AuditEvent {
    let failing = found.findings.iter().filter(|c| c.regressed()).count();
    AuditEvent::GateJudged {
        gate,
        subject: subject.word().to_owned(),
        judgement: found.judgement.word().to_owned(),
        failing: i64::try_from(failing).unwrap_or(i64::MAX),
    }
}

/// Ends a change; the event is the caller's to record or to commit.
///
/// # Errors
/// [`FlowError::Stale`] when it ended already.
pub async fn ended(tx: &mut Tx, gate: GateId, subject: Subject, end: GateEnd<'_>) -> Result<AuditEvent, FlowError> {
    tx.end_gate(gate, end).await?;
    Ok(AuditEvent::GateEnded { gate, subject: subject.word().to_owned(), state: end.state.word().to_owned() })
}

fn kept(gate: &Gate) -> Result<Kept, FlowError> {
    serde_json::from_str(&gate.candidate).map_err(|e| FlowError::Internal(e.to_string()))
}
