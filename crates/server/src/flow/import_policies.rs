//! Takes policies from files: what differs from the desk becomes the next version, all of it or nothing.

use desk::{
    audit::Service,
    policy_file::{PolicyFile, path, place},
};
use store::{Purpose, ServiceIdentity, Tx};

use super::{
    export_policies::current,
    set_policy::{NewPolicy, write},
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

/// Writes what changed, in one transaction. Returns the paths of what was written.
///
/// # Errors
/// As [`changed`], and as [`super::set_policy::set`] with the file's name in front.
pub async fn import(app: &App, files: &[(String, String)]) -> Result<Vec<String>, FlowError> {
    let mut written = Vec::new();
    let mut events = Vec::new();
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    for (seen, file) in changed(app, files).await? {
        let (name, head) = (path(file.kind, &file.key), file.head_lines);
        let told = |why: String| FlowError::Invalid(format!("{name}: {why}"));
        let new = new_version(&mut tx, file).await?.map_err(told)?;
        let event = write(app, &mut tx, seen, new, None).await.map_err(|error| match error {
            FlowError::Lines(problems) => {
                let lines = problems.iter().map(|p| format!("line {}: {}", p.line + head, p.why));
                FlowError::Invalid(format!("{name}, {}", lines.collect::<Vec<_>>().join("; ")))
            }
            FlowError::NotFound => FlowError::Invalid(format!("{name}: the desk has nothing of this name.")),
            FlowError::Invalid(why) => FlowError::Invalid(format!("{name}: {why}")),
            other => other,
        })?;
        events.push(event);
        written.push(name);
    }
    let Some(last) = events.pop() else { return Ok(written) };
    for event in events {
        tx.record(event).await?;
    }
    tx.commit(last).await?;
    app.live.committed();
    Ok(written)
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
