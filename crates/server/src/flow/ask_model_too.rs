//! A start is judged without a model. Where the model in use, its address or its prompt is another than the one that drafted the
//! eval cases last, a lead has them drafted by it too: behind, with progress, and what comes of it decides as after any start.

use std::time::Instant;

use desk::{
    audit::AuditEvent,
    eval::Severity,
    gate::{Compared, Outcome, State, Subject, judge},
    ids::{EvalCaseId, GateId},
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Claimed, Conn, ExchangeSide, Gate, GateEnd, NewGate, Tx};

use super::{
    PREPARATION, gate_model,
    gate_policy::{self, Found},
    gate_program, run_suite, set_policy,
    which_model::{self, Endpoint},
};
use crate::{App, FlowError};

/// Name of its gates.
pub const NAME: &str = "model";
/// Where the last such run is kept.
pub const LAST: &str = "gate_model_drafted";
/// What a request takes where none was made yet, in milliseconds.
const REQUEST_MS: u64 = 5_000;

/// What the cases came to when a model drafted them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drafted {
    /// The model with its prompt, as one word.
    by: String,
    held: Vec<EvalCaseId>,
    failed: Vec<EvalCaseId>,
}

/// What asking is about to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unasked {
    /// The model's name.
    pub model: String,
    /// Requests, at most: one a case.
    pub requests: usize,
    /// About how long.
    pub seconds: u64,
}

impl Drafted {
    /// Of cases that were drafted by the model with this fingerprint.
    pub(super) fn of<'a>(by: &str, outcomes: impl Iterator<Item = (EvalCaseId, Outcome)> + Clone + 'a) -> Self {
        let with = |outcome| outcomes.clone().filter(|(_, o)| *o == outcome).map(|(id, _)| id).collect();
        Self { by: by.to_owned(), held: with(Outcome::Held), failed: with(Outcome::Failed) }
    }

    /// As it is kept.
    pub(super) fn text(&self) -> Result<String, FlowError> {
        serde_json::to_string(self).map_err(|e| FlowError::Internal(e.to_string()))
    }
}

async fn last(conn: &mut Conn) -> Result<Option<Drafted>, FlowError> {
    let kept = conn.setting(LAST).await?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What asking the model in use takes; none where it was asked, is being asked, waits for a lead's word, or there is no case.
///
/// # Errors
/// Whatever the database says.
pub async fn unasked(app: &App, conn: &mut Conn) -> Result<Option<Unasked>, FlowError> {
    let Some(both) = which_model::both(app, conn).await? else { return Ok(None) };
    let cases = run_suite::approved(app, conn).await?.len();
    let newest = conn.newest_gate(Subject::Program, NAME).await?;
    let is_open = newest.as_ref().is_some_and(|g| matches!(g.state, State::Waiting | State::Undecided));
    let was_asked = last(conn).await?.is_some_and(|drafted| drafted.by == both.present.fingerprint());
    if cases == 0 || is_open || was_asked {
        return Ok(None);
    }
    let each = newest.and_then(|g| u64::try_from(g.ms / g.cases.max(1)).ok()).filter(|ms| *ms > 0);
    let ms = each.unwrap_or(REQUEST_MS) * cases as u64;
    let model = both.present.config.name.clone();
    Ok(Some(Unasked { model, requests: cases, seconds: ms.div_ceil(1_000) }))
}

/// Begins to have the cases drafted by the model in use, for a lead.
///
/// # Errors
/// [`FlowError::Invalid`] where there is nothing to ask, [`FlowError::Unavailable`] where the endpoint may be given nothing.
pub async fn ask(app: &App, session: &AgentSession) -> Result<GateId, FlowError> {
    set_policy::may_write(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let Some(asked) = unasked(app, &mut tx).await? else {
        let why =
            "There is nothing to ask: no language model is configured, there is no case, or it was asked already.";
        return Err(FlowError::Invalid(why.to_owned()));
    };
    let present = which_model::both(app, &mut tx).await?.map(|both| both.present);
    let Some(present) = present else { return Err(FlowError::Stale) };
    present.may_grade(&app.config.desk.model_regions)?;
    let named = format!("the model {}", asked.model);
    let new = NewGate {
        subject: Subject::Program,
        name: NAME,
        candidate: &named,
        basis: &present.fingerprint(),
        cases: asked.requests,
        by: Some(session.agent().id),
    };
    let id = tx.add_gate(new).await?;
    gate_policy::asked(app, tx, id, Subject::Program, asked.requests).await?;
    Ok(id)
}

/// Drafts the cases with today's words of their sources, and holds them against what they came to last: drafted by a model, or at
/// a start without one.
///
/// # Errors
/// Whatever the database says; the job comes back then.
pub async fn run(app: &App, job: &Claimed, gate: &Gate) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let present = which_model::both(app, &mut conn).await?.map(|both| both.present);
    let Some(present) = present.filter(|present| present.fingerprint() == gate.basis) else {
        drop(conn);
        return gate_policy::drop_it(app, gate.id, Subject::Program, "another model is in use").await;
    };
    let (held, failed) = match last(&mut conn).await? {
        Some(drafted) => (drafted.held, drafted.failed),
        None => gate_program::before(&mut conn).await?,
    };
    drop(conn);
    let started = Instant::now();
    let Some(outcomes) = drafted(app, job, gate.id, present).await? else { return Ok(()) };
    let compared = |(case, severity, after): &(EvalCaseId, Severity, Outcome)| {
        // What was never run says nothing about a change.
        let before = match (held.contains(case), failed.contains(case)) {
            (true, _) => Outcome::Held,
            (_, true) => Outcome::Failed,
            _ => *after,
        };
        Compared { case: *case, severity: *severity, before, after: *after }
    };
    let all: Vec<_> = outcomes.iter().map(compared).collect();
    let (judgement, ms) = (judge(&all), u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    let basis = Drafted::of(&gate.basis, outcomes.iter().map(|(id, _, outcome)| (*id, *outcome))).text()?;
    let findings = all.into_iter().filter(|c| c.before != c.after).collect();
    gate_program::settle(app, gate, &Found { judgement, findings, ms, basis }).await
}

/// Every case as the model drafts it; none when a lead took the question back meanwhile.
async fn drafted(
    app: &App,
    job: &Claimed,
    gate: GateId,
    present: Endpoint<'_>,
) -> Result<Option<Vec<(EvalCaseId, Severity, Outcome)>>, FlowError> {
    let mut conn = app.store.read().await?;
    let suite = run_suite::approved(app, &mut conn).await?;
    let rules = run_suite::rules(app, &mut conn, &[]).await?;
    let todays = gate_program::todays(app, &mut conn, &suite).await?;
    drop(conn);
    let mut outcomes = Vec::with_capacity(todays.len());
    for (done, (id, case)) in todays.iter().enumerate() {
        gate_policy::at(app, job, done, todays.len()).await?;
        if app.store.read().await?.gate(gate).await?.state != State::Waiting {
            return Ok(None);
        }
        let outcome = gate_model::run_one(app, (present, ExchangeSide::Present), &rules, (*id, case)).await?;
        outcomes.push((*id, case.severity, outcome));
    }
    Ok(Some(outcomes))
}

/// Another model writes from now on: what was asked of this one decides nothing any more.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn overtaken(tx: &mut Tx) -> Result<Option<AuditEvent>, FlowError> {
    let newest = tx.newest_gate(Subject::Program, NAME).await?;
    let Some(open) = newest.filter(|g| matches!(g.state, State::Waiting | State::Undecided)) else { return Ok(None) };
    let end = GateEnd { state: State::Dropped, by: None, why: "another model is in use" };
    Ok(Some(gate_policy::ended(tx, open.id, Subject::Program, end).await?))
}

/// At a start: what was asked of a model that is not in use any more decides nothing.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn at_start(app: &App) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let now = which_model::both(app, &mut tx).await?.map(|both| both.present.fingerprint()).unwrap_or_default();
    let newest = tx.newest_gate(Subject::Program, NAME).await?;
    if newest.is_none_or(|gate| gate.basis.contains(&now) && !now.is_empty()) {
        return Ok(tx.abandon().await?);
    }
    match overtaken(&mut tx).await? {
        Some(event) => {
            set_policy::prepare_all(&mut tx).await?;
            tx.commit(event).await?;
            app.live.committed();
            Ok(())
        }
        None => Ok(tx.abandon().await?),
    }
}
