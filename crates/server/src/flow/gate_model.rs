//! A candidate model takes over once its shadow is not worse and the approved eval cases, drafted by both, lose no severe one.
//! Both are asked about every case, through the same gate as any draft; how many requests that makes is said before it starts.

use std::time::Instant;

use desk::{
    audit::{AuditEvent, Service},
    draft::DraftOrigin,
    eval,
    gate::{Compared, Outcome, State, Subject, judge},
    ids::{EvalCaseId, GateId},
    operating::Writing,
    shadow::{Verdict, compare, overall},
};
use store::{AgentSession, Claimed, ExchangeSide, GateEnd, Grant, Identity, NewGate, Purpose, Tx};

use super::{
    PREPARATION,
    ask_model_too::{self, Drafted},
    gate_policy::{self, Found},
    prepare_reply::{self, Room, room},
    run_case::Rules,
    run_suite::{self, Suite},
    set_policy, shadow_draft,
    which_model::{self, Both, Endpoint},
    write_draft,
};
use crate::{App, FlowError, meanings::OnDemand};

/// Requests that one case makes: one to each.
pub const REQUESTS_EACH: usize = 2;

/// Begins to let the candidate take over, for a lead who says why.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, without a candidate, or where its shadow is worse.
pub async fn ask(app: &App, session: &AgentSession, reason: &str) -> Result<GateId, FlowError> {
    set_policy::may_write(session)?;
    begin(app, session, gate_policy::reasoned(reason)?).await
}

/// The same for anybody the caller let pass.
///
/// # Errors
/// As [`ask`].
pub async fn begin(app: &App, who: &impl Identity, reason: &str) -> Result<GateId, FlowError> {
    let all = shadow_draft::pairs(app, &app.service_grant(Service::Preparation, Purpose::Work)?).await?;
    let pairs: Vec<_> = all.iter().map(|one| one.pair).collect();
    if overall(&compare(&pairs)) == Verdict::Worse {
        let why = "The candidate's drafts are worse than those of the model in use. Look at them on the page Shadow.";
        return Err(FlowError::Invalid(why.to_owned()));
    }
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let Some(Both { candidate: Some(candidate), .. }) = which_model::both(app, &mut tx).await? else {
        let why = "There is no candidate. Name one under [candidate] in the configuration.";
        return Err(FlowError::Invalid(why.to_owned()));
    };
    let suite = run_suite::approved(app, &mut tx).await?;
    let by = match tx.actor() {
        desk::audit::Actor::Agent { id, .. } => Some(id),
        _ => None,
    };
    let new = NewGate {
        subject: Subject::Model,
        name: &candidate.config.name,
        candidate: &candidate.fingerprint(),
        basis: reason,
        cases: suite.len(),
        by,
    };
    let id = tx.add_gate(new).await?;
    gate_policy::asked(app, tx, id, Subject::Model, suite.len()).await?;
    Ok(id)
}

/// Drafts every case by both, with progress, and does what follows.
///
/// # Errors
/// Whatever the database says; the job comes back then.
pub async fn run(app: &App, job: &Claimed, id: GateId) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let gate = conn.gate(id).await?;
    let both = which_model::both(app, &mut conn).await?;
    let Some(Both { present, candidate: Some(candidate) }) = both.filter(|both| is(both, &gate.candidate)) else {
        drop(conn);
        return gate_policy::drop_it(app, id, Subject::Model, "there is no such candidate any more").await;
    };
    let suite = run_suite::approved(app, &mut conn).await?;
    let rules = run_suite::rules(app, &mut conn, &[]).await?;
    drop(conn);
    let started = Instant::now();
    let all = run_both(app, job, (present, candidate), &rules, &suite).await?;
    let (judgement, ms) = (judge(&all), u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    let drafted = Drafted::of(&gate.candidate, all.iter().map(|c| (c.case, c.after))).text()?;
    let findings = all.into_iter().filter(|c| c.before != c.after).collect();
    // The basis keeps the reason that was given.
    let found = Found { judgement, findings, ms, basis: gate.basis.clone() };
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let state = gate_policy::judged(&mut tx, id, &found).await?;
    let judged = gate_policy::judgement_of(id, Subject::Model, &found);
    match state {
        State::Promoted => {
            tx.record(judged).await?;
            tx.set_setting(ask_model_too::LAST, &drafted).await?;
            take_over(app, tx, id, &gate.candidate, GateEnd { state, by: None, why: &gate.basis }).await
        }
        State::Refused => {
            tx.record(judged).await?;
            let end = GateEnd { state, by: None, why: "a severe case fails that held" };
            let event = gate_policy::ended(&mut tx, id, Subject::Model, end).await?;
            tx.commit(event).await?;
            app.live.committed();
            Ok(())
        }
        _ => {
            tx.commit(judged).await?;
            app.live.committed();
            Ok(())
        }
    }
}

fn is(both: &Both<'_>, candidate: &str) -> bool {
    both.candidate.is_some_and(|c| c.fingerprint() == candidate)
}

/// A person looked at the cases that fail and lets the candidate take over.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, [`FlowError::Stale`] when it is not to be decided.
pub async fn promote(app: &App, session: &AgentSession, id: GateId, reason: &str) -> Result<(), FlowError> {
    let reason = gate_policy::reasoned(reason)?;
    set_policy::may_write(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let gate = tx.gate(id).await?;
    let both = which_model::both(app, &mut tx).await?;
    if gate.state != State::Undecided || !both.is_some_and(|both| is(&both, &gate.candidate)) {
        return Err(FlowError::Stale);
    }
    let end = GateEnd { state: State::Promoted, by: Some(session.agent().id), why: reason };
    take_over(app, tx, id, &gate.candidate, end).await
}

async fn take_over(app: &App, mut tx: Tx, id: GateId, candidate: &str, end: GateEnd<'_>) -> Result<(), FlowError> {
    which_model::take_over(&mut tx, candidate).await?;
    let event = gate_policy::ended(&mut tx, id, Subject::Model, end).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// The model that wrote before writes again: the other one of the two.
///
/// # Errors
/// [`FlowError::Invalid`] where there is none.
pub async fn roll_back(app: &App, who: &impl Identity) -> Result<String, FlowError> {
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let own = which_model::both(app, &mut tx).await?;
    let Some(Both { present, candidate: Some(other) }) = own.filter(|both| !is_own(app, &both.present)) else {
        return Err(FlowError::Invalid("No candidate took over, so there is nothing to go back to.".to_owned()));
    };
    which_model::take_over(&mut tx, "").await?;
    let commitment = app.keys.commit_to("gate", present.fingerprint().as_bytes());
    tx.commit(AuditEvent::RolledBack { subject: Subject::Model.word().to_owned(), commitment }).await?;
    app.live.committed();
    Ok(other.config.name.clone())
}

/// Whether it is the model of the configuration's own section.
fn is_own(app: &App, present: &Endpoint<'_>) -> bool {
    app.config.model.as_ref().is_some_and(|own| std::ptr::eq(own, present.config))
}

async fn run_both(
    app: &App,
    job: &Claimed,
    (present, candidate): (Endpoint<'_>, Endpoint<'_>),
    rules: &Rules,
    suite: &Suite,
) -> Result<Vec<Compared<EvalCaseId>>, FlowError> {
    let mut all = Vec::with_capacity(suite.len());
    for (done, (id, case)) in suite.iter().enumerate() {
        gate_policy::at(app, job, done, suite.len()).await?;
        let before = run_one(app, (present, ExchangeSide::Present), rules, (*id, case)).await?;
        let after = run_one(app, (candidate, ExchangeSide::Candidate), rules, (*id, case)).await?;
        all.push(Compared { case: *id, severity: case.severity, before, after });
    }
    Ok(all)
}

/// One case, drafted by a model where its policies let one draft; else, and where the model gives nothing, as without a model.
pub(super) async fn run_one(
    app: &App,
    asked: (Endpoint<'_>, ExchangeSide),
    rules: &Rules,
    (id, case): (EvalCaseId, &eval::Case),
) -> Result<Outcome, FlowError> {
    let opinion = run_suite::opinion(app, case);
    let drafted = match rules.prepared(case, &opinion) {
        Some((prepared, cited)) if may_ask(&prepared) => match of_ticket(app, id, prepared).await? {
            Some(prepared) => write_draft::consulted(app, asked, &prepared, &cited).await.ok().map(|(_, draft)| draft),
            None => None,
        },
        _ => None,
    };
    let ran = crate::library::compute(|| {
        let meanings = OnDemand::new(app);
        rules.run_with(case, &opinion, &|prepared, cited| match &drafted {
            Some(draft) => Ok(draft.clone()),
            None => super::run_case::draft(prepared, cited, &|a, b| meanings.closeness(a, b)),
        })
    });
    Ok(if ran.held() { Outcome::Held } else { Outcome::Failed })
}

fn may_ask(case: &prepare_reply::Case) -> bool {
    matches!(room(case), Room::Draft(_))
        && case.conduct.writing == Writing::Draft
        && case.conduct.allows(DraftOrigin::Model).is_ok()
}

/// The case as asked about under the ticket it was taken from, whose people decide whether anything may leave; none when it is gone.
async fn of_ticket(
    app: &App,
    id: EvalCaseId,
    mut case: prepare_reply::Case,
) -> Result<Option<prepare_reply::Case>, FlowError> {
    let grant: Grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let Ok(row) = conn.eval_case(&grant, id).await else { return Ok(None) };
    let real = conn.ticket(&grant, row.ticket).await?;
    case.line.ticket.id = real.ticket.id;
    case.line.ticket.requester = real.ticket.requester;
    Ok(Some(case))
}
