//! Runs the approved eval cases of the desk under what holds and under what would, and keeps nothing of them but which came
//! out otherwise.

use std::{panic, thread, time::Instant};

use desk::{
    Digest,
    audit::Service,
    eval::{self, Case},
    gate::{CASE_SECONDS, Compared, Estimate, Outcome, estimate},
    ids::EvalCaseId,
    ladder::Ladder,
    policy::{Policies, Policy},
};
use store::{Conn, EvalCaseState, Purpose};

use super::run_case::{Ran, Rules};
use crate::{
    App, FlowError,
    library::compute,
    meanings::OnDemand,
    triager::{Opinion, may_learn_from, text_of},
};

/// The approved cases, in the order of their ids.
pub type Suite = Vec<(EvalCaseId, Case)>;

/// The cases a change is held against: approved, about this desk and no other product, and of people who let AI near them.
///
/// # Errors
/// Whatever the database says.
pub async fn approved(app: &App, conn: &mut Conn) -> Result<Suite, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let rows = conn.eval_cases(&grant, EvalCaseState::Approved).await?;
    let allowed = rows.into_iter().filter(|row| may_learn_from(row.said, app.config.desk.ai_default));
    let mut suite: Suite = allowed.filter_map(|row| Some((row.id, eval::read(&row.body).ok()?))).collect();
    suite.retain(|(_, case)| case.is_of_desk());
    suite.sort_by_key(|(id, _)| *id);
    Ok(suite)
}

/// What running them is about to take.
///
/// # Errors
/// Whatever the database says.
pub async fn before_start(conn: &mut Conn, cases: usize) -> Result<Estimate, FlowError> {
    let last = conn.last_run().await?;
    let last = last.and_then(|(n, ms)| Some((usize::try_from(n).ok()?, u64::try_from(ms).ok()?)));
    Ok(estimate(cases, last))
}

/// The desk's policies with `candidates` in the place of their versions, as a suite runs under them.
///
/// # Errors
/// Whatever the database says.
pub async fn rules(app: &App, conn: &mut Conn, candidates: &[Policy]) -> Result<Rules, FlowError> {
    let queues = conn.queues().await?.into_iter().map(|(key, _)| key).collect();
    // How much a category has earned today says nothing about a text: a case is judged by what would be drafted. Otherwise the
    // cases of a category that fell would fail under everything, and keep nothing out.
    let today = conn.policies().await?.on(Ladder::default());
    let policies = candidates.iter().cloned().fold(today, Policies::with);
    Ok(Rules::new(policies, queues, conn.products().await?, app.clock.now()))
}

/// What holds and which cases there are: while it stays the same, so does what they say.
#[must_use]
pub fn basis(rules: &Rules, suite: &Suite) -> String {
    let mut pins: Vec<String> = rules.policies().all().iter().map(Policy::pin).collect();
    pins.sort_unstable();
    let cases = suite.iter().map(|(id, case)| format!("{id} {}", Digest::of(eval::write(case).as_bytes())));
    let all: Vec<String> = pins.into_iter().chain(cases).collect();
    let fields: Vec<&[u8]> = all.iter().map(String::as_bytes).collect();
    Digest::of_fields("countersign/gate/1", &fields).to_string()
}

/// Runs one case as the desk stands, with its classifier and meanings.
#[must_use]
pub fn run(app: &App, rules: &Rules, case: &Case) -> Ran {
    let meanings = OnDemand::new(app);
    rules.run(case, &opinion(app, case), &|a, b| meanings.closeness(a, b))
}

/// What the desk's classifier says of a case, or why it says nothing.
///
/// # Errors
/// A sentence.
pub fn opinion(app: &App, case: &Case) -> Result<Opinion, String> {
    let Some(question) = case.question() else { return Err("The case asks nothing.".to_owned()) };
    if app.triager.running().is_none() {
        return Err("this desk has no classifier yet; train one with `countersign triage retrain`".to_owned());
    }
    let text = text_of(&question.subject, &question.text);
    Ok(app.triager.understand(&text, &|texts| app.library.meanings(texts)))
}

/// Runs a case under both. What breaks the program or takes too long has failed.
#[must_use]
pub fn compare(app: &App, (before, after): (&Rules, &Rules), (id, case): &(EvalCaseId, Case)) -> Compared<EvalCaseId> {
    let outcome = |rules: &Rules| {
        let started = Instant::now();
        let ran = panic::catch_unwind(panic::AssertUnwindSafe(|| run(app, rules, case).held()));
        let in_time = started.elapsed().as_secs() < CASE_SECONDS;
        if ran.unwrap_or(false) && in_time { Outcome::Held } else { Outcome::Failed }
    };
    Compared { case: *id, severity: case.severity, before: outcome(before), after: outcome(after) }
}

/// Runs a part of a suite under both, on every core.
#[must_use]
pub fn compare_all(app: &App, rules: (&Rules, &Rules), part: &[(EvalCaseId, Case)]) -> Vec<Compared<EvalCaseId>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = part.len().div_ceil(cores).max(1);
    compute(|| {
        thread::scope(|scope| {
            let parts: Vec<_> = part
                .chunks(share)
                .map(|some| scope.spawn(move || some.iter().map(|one| compare(app, rules, one)).collect::<Vec<_>>()))
                .collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        })
    })
}
