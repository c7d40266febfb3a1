//! Takes policies from files: what differs from the desk becomes the next version, all of it or nothing.

use desk::{
    Refusal,
    audit::Service,
    gate::{Judgement, State, Subject},
    ids::GateId,
    policy::Policy,
    policy_file::{PolicyFile, path, place},
};
use store::{GateEnd, NewGate, Purpose, Tx};

use super::{
    export_policies::current,
    gate_policy::{self, Found, is_gated},
    run_suite::{self, Suite},
    set_policy::{NewPolicy, candidate, hold},
    train_triage::COMMAND_LINE,
    try_policy::{Tried, try_out},
};
use crate::{App, FlowError};

/// What would come of one file.
#[derive(Debug)]
pub struct Trial {
    /// Its path.
    pub path: String,
    /// What trying it showed.
    pub tried: Tried,
}

/// Reads files and keeps those that say something else than the desk.
///
/// # Errors
/// [`FlowError::Invalid`] naming file, line and cause.
pub async fn changed(app: &App, files: &[(String, String)]) -> Result<Vec<(i64, PolicyFile)>, FlowError> {
    let current = current(&mut app.store.read().await?).await?;
    let mut changed = Vec::new();
    for (name, text) in files {
        let Some((kind, key)) = place(name) else {
            return Err(FlowError::Invalid(format!("{name} is no policy's file; take it out of the folder.")));
        };
        let file = PolicyFile::read(kind, &key, text)
            .map_err(|problem| FlowError::Invalid(format!("{name}, line {}: {}", problem.line, problem.why)))?;
        let desk = current.iter().find(|(_, c)| c.kind == kind && c.key == key);
        if !desk.is_some_and(|(_, desk)| file.says_as(desk)) {
            changed.push((desk.map_or(0, |(version, _)| *version), file));
        }
    }
    Ok(changed)
}

/// What each changed file would have done to past tickets. Writes nothing.
///
/// # Errors
/// As [`changed`].
pub async fn try_all(app: &App, files: &[(String, String)]) -> Result<Vec<Trial>, FlowError> {
    let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
    let mut trials = Vec::new();
    for (_, file) in changed(app, files).await? {
        let mut tried = match try_out(app, &grant, file.kind, &file.key, &file.body).await {
            // A persona or macro that is new moves nothing.
            Err(FlowError::NotFound) => Tried::default(),
            other => other?,
        };
        for problem in &mut tried.problems {
            problem.line += file.head_lines;
        }
        trials.push(Trial { path: path(file.kind, &file.key), tried });
    }
    Ok(trials)
}

/// Writes what changed, in one transaction, once the eval cases were asked about all of it together. Cases that fail and held,
/// none of them severe, need the reason in `accept`. Returns the paths of what was written.
///
/// # Errors
/// As [`changed`], and as [`super::set_policy::set`] with the file's name in front.
pub async fn import(app: &App, files: &[(String, String)], accept: Option<&str>) -> Result<Vec<String>, FlowError> {
    let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
    let mut wanted = Vec::new();
    for (seen, file) in changed(app, files).await? {
        let (name, head) = (path(file.kind, &file.key), file.head_lines);
        let told = |why: String| FlowError::Invalid(format!("{name}: {why}"));
        let new = new_version(&mut tx, file).await?.map_err(told)?;
        let next = candidate(&mut tx, seen, &new, None).await.map_err(|error| in_file(error, &name, head))?;
        wanted.push((name, next));
    }
    let gated: Vec<Policy> = wanted.iter().filter(|(_, p)| is_gated(p.kind)).map(|(_, p)| p.clone()).collect();
    let suite = if gated.is_empty() { Vec::new() } else { run_suite::approved(app, &mut tx).await? };
    tx.abandon().await?;
    let found = match suite.is_empty() {
        true => None,
        false => Some(asked(app, &gated, &suite, accept).await?),
    };
    let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
    let mut last = None;
    if let Some(found) = &found {
        let (gate, _) = kept(&mut tx, &gated, &suite, found).await?;
        tx.record(gate_policy::judgement_of(gate, Subject::Policy, found)).await?;
        let end = GateEnd { state: State::Promoted, by: None, why: accept.unwrap_or("no case fails that held") };
        last = Some(gate_policy::ended(&mut tx, gate, Subject::Policy, end).await?);
    }
    let mut written = Vec::new();
    for (name, next) in wanted {
        let event = hold(app, &mut tx, next).await?;
        if let Some(before) = last.replace(event) {
            tx.record(before).await?;
        }
        written.push(name);
    }
    let Some(last) = last else { return Ok(written) };
    tx.commit(last).await?;
    app.live.committed();
    Ok(written)
}

/// Asks the cases about everything that changes, and says no where they do.
async fn asked(app: &App, gated: &[Policy], suite: &Suite, accept: Option<&str>) -> Result<Found, FlowError> {
    let found = gate_policy::run_all(app, gated, suite, None).await?;
    let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
    match found.judgement {
        Judgement::Severe => {
            let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
            let (gate, state) = kept(&mut tx, gated, suite, &found).await?;
            tx.record(gate_policy::judgement_of(gate, Subject::Policy, &found)).await?;
            let end = GateEnd { state, by: None, why: "a severe case fails that held" };
            let event = gate_policy::ended(&mut tx, gate, Subject::Policy, end).await?;
            tx.commit(event).await?;
            app.live.committed();
            Err(Refusal::Regressed { cases: gate_policy::severe(app, &grant, &found.findings).await? }.into())
        }
        Judgement::Worse if accept.is_none() => {
            let cases = gate_policy::titles(app, &grant, &found.findings).await?;
            Err(FlowError::Invalid(format!(
                "Nothing was written: eval cases would fail that hold today, none of them severe: {cases}. Look at them; if that is right, repeat it with --accept and a reason."
            )))
        }
        _ => Ok(found),
    }
}

async fn kept(tx: &mut Tx, gated: &[Policy], suite: &Suite, found: &Found) -> Result<(GateId, State), FlowError> {
    let names: Vec<String> = gated.iter().map(|p| gate_policy::name(p.kind, &p.key)).collect();
    let new = NewGate {
        subject: Subject::Policy,
        name: &names.join(", "),
        candidate: "",
        basis: "",
        cases: suite.len(),
        by: None,
    };
    let gate = tx.add_gate(new).await?;
    Ok((gate, gate_policy::judged(tx, gate, found).await?))
}

fn in_file(error: FlowError, name: &str, head: usize) -> FlowError {
    match error {
        FlowError::Lines(problems) => {
            let lines = problems.iter().map(|p| format!("line {}: {}", p.line + head, p.why));
            FlowError::Invalid(format!("{name}, {}", lines.collect::<Vec<_>>().join("; ")))
        }
        FlowError::NotFound => FlowError::Invalid(format!("{name}: the desk has nothing of this name.")),
        FlowError::Invalid(why) => FlowError::Invalid(format!("{name}: {why}")),
        other => other,
    }
}

/// The inner error is what the file lacks.
async fn new_version(tx: &mut Tx, file: PolicyFile) -> Result<Result<NewPolicy, String>, FlowError> {
    let (Some(address), Some(review_by)) = (&file.owner, file.review_by) else {
        return Ok(Err("Name an owner and a review_by date above the text.".to_owned()));
    };
    let Some(owner) = tx.agents().await?.into_iter().find(|a| a.email == *address) else {
        return Ok(Err(format!("Nobody signs in with {address}.")));
    };
    Ok(Ok(NewPolicy {
        kind: file.kind,
        key: file.key,
        body: file.body,
        owner: owner.id,
        review_by,
        note: "from files".to_owned(),
        name: file.name,
        categories: file.categories,
    }))
}
