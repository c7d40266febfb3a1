//! A lead writes the next version of a policy, based on the version they saw. Once it holds, replies that wait to
//! leave are asked again, and tickets that wait for an answer are prepared again.

use desk::{
    Refusal, Timestamp,
    audit::AuditEvent,
    correction::{Correction, Rules, Sorting},
    ids::{AgentId, GateId, TicketId},
    policy::{BODY_BYTES_MAX, Desk, Owner, Policies, Policy, PolicyKind, REVIEW_DAYS_MAX, Standing, is_key},
    terms::Terms,
    ticket::DraftReadiness,
    triage::{Category, Triage},
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Grant, NewJob, Purpose, SuggestionKind, Tx};

use crate::{
    App, FlowError,
    flow::{PREPARATION, gate_policy, prepare_reply::PREPARE, run_suite, sign_in::recently_confirmed},
};

/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 500;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The next version, as a person wrote it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPolicy {
    /// What it is about.
    pub kind: PolicyKind,
    /// Which of its kind.
    pub key: String,
    /// Its text.
    pub body: String,
    /// Who answers for it.
    pub owner: AgentId,
    /// Until when it counts as looked at.
    pub review_by: Timestamp,
    /// Why.
    pub note: String,
    /// Name; none keeps it. For personas and macros.
    pub name: Option<String>,
    /// Categories it applies to; none keeps them. For personas and macros.
    pub categories: Option<Vec<String>>,
}

/// Lets leads and administrators pass.
///
/// # Errors
/// [`Refusal::Role`] for everybody else.
pub fn may_write(session: &AgentSession) -> Result<(), FlowError> {
    if session.agent().role.leads() {
        return Ok(());
    }
    Err(Refusal::Role { needs: "leads and administrators can".to_owned() }.into())
}

/// Writes the next version after `seen`; 0 begins a new persona or macro. Where eval cases can fail by it, they are asked first.
///
/// # Errors
/// [`FlowError::Lines`] for a text that does not hold, [`FlowError::Invalid`] for owner, date or note,
/// [`FlowError::Stale`] when `seen` is not the current version, [`FlowError::NotFound`] for an unknown policy,
/// [`Refusal::ConfirmFirst`] where it leaves the machine more than before, [`Refusal::Regressed`] where a severe case fails by it.
pub async fn set(app: &App, session: &AgentSession, seen: i64, new: NewPolicy) -> Result<Saved, FlowError> {
    may_write(session)?;
    let by = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    confirm(&mut tx, session, seen, new.kind, &new.key, &new.body).await?;
    let next = candidate(&mut tx, seen, &new, Some(by)).await?;
    if gate_policy::is_gated(new.kind) {
        let suite = run_suite::approved(app, &mut tx).await?;
        if !suite.is_empty() {
            tx.abandon().await?;
            return gate_policy::offer(app, session, gate_policy::Offer { seen, new, next, suite }).await;
        }
    }
    let event = write(app, &mut tx, seen, new, Some(by)).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(Saved::Holds)
}

/// Where a saved version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is the current one.
    Holds,
    /// It waits for eval cases, or for a person to look at them.
    Waits(GateId),
}

/// Lets a version pass that leaves the machine more than before only for somebody who proved lately that it is them.
///
/// # Errors
/// [`Refusal::ConfirmFirst`].
pub async fn confirm(
    tx: &mut Tx,
    session: &AgentSession,
    seen: i64,
    kind: PolicyKind,
    key: &str,
    body: &str,
) -> Result<(), FlowError> {
    let now = tx.now();
    if widens(&tx.policies().await?, seen, (kind, key), body) {
        recently_confirmed(tx, session, now).await?;
    }
    Ok(())
}

/// Whether a category is to leave the machine more, or ask people for less, than it does now. A text that cannot be read widens
/// nothing: it is refused with its lines.
fn widens(policies: &Policies, seen: i64, (kind, key): (PolicyKind, &str), body: &str) -> bool {
    let Some(shipped) = policies.shipped_categories().iter().find(|c| c.key == key).map(|c| c.operating_model) else {
        return false;
    };
    let current = policies.find(kind, key).filter(|p| p.version == seen).map(|p| Terms::parse(&p.body, shipped));
    match (kind, current, Terms::parse(body, shipped)) {
        (PolicyKind::OperatingModel, Some(Ok(before)), Ok(after)) => after.widen(&before),
        _ => false,
    }
}

/// The version that would be written, if everything about it holds.
///
/// # Errors
/// As [`set`].
pub async fn candidate(tx: &mut Tx, seen: i64, new: &NewPolicy, made_by: Option<AgentId>) -> Result<Policy, FlowError> {
    let before = tx.policies().await?;
    let current = before.find(new.kind, &new.key).cloned();
    let begins = current.is_none() && is_key(&new.key) && matches!(new.kind, PolicyKind::Persona | PolicyKind::Macro);
    if current.is_none() && !begins {
        return Err(FlowError::NotFound);
    }
    if seen != current.as_ref().map_or(0, |p| p.version) {
        return Err(FlowError::Stale);
    }
    next(tx, &before, current.as_ref(), new.clone(), made_by).await
}

/// Writes it in a transaction that the caller ends with the event that comes back.
///
/// # Errors
/// As [`set`].
pub async fn write(
    app: &App,
    tx: &mut Tx,
    seen: i64,
    new: NewPolicy,
    made_by: Option<AgentId>,
) -> Result<AuditEvent, FlowError> {
    let next = candidate(tx, seen, &new, made_by).await?;
    hold(app, tx, next).await
}

/// Lets a version hold from now on, in a transaction that the caller ends with the event that comes back.
///
/// # Errors
/// [`FlowError::Stale`] when somebody else wrote this version first.
pub async fn hold(app: &App, tx: &mut Tx, next: Policy) -> Result<AuditEvent, FlowError> {
    let before = tx.policies().await?;
    let current = before.find(next.kind, &next.key).cloned();
    if let Some(shipped) = current.as_ref().filter(|p| p.made_at.is_none())
        && tx.policy_versions(next.kind, &next.key).await?.is_empty()
    {
        // What was shipped stays readable when a later release ships something else.
        tx.add_policy(shipped).await?;
    }
    let policy = tx.add_policy(&next).await?;
    outbox::withdraw_all_stale(&app.door, tx).await?;
    if matters(current.as_ref(), &next, tx.now()) {
        prepare_again(tx, &before, &next).await?;
    }
    let commitment = app.keys.commit_to("policy", format!("{}\n{}", next.key, next.body).as_bytes());
    Ok(AuditEvent::PolicyChanged { policy, kind: next.kind.word().to_owned(), version: next.version, commitment })
}

async fn next(
    tx: &mut Tx,
    before: &Policies,
    current: Option<&Policy>,
    new: NewPolicy,
    made_by: Option<AgentId>,
) -> Result<Policy, FlowError> {
    let no = |why: String| Err(FlowError::Invalid(why));
    if new.body.len() > BODY_BYTES_MAX || new.body.contains('\0') {
        return no(format!("A policy's text has at most {} kB and no NUL character.", BODY_BYTES_MAX / 1024));
    }
    if new.note.chars().count() > NOTE_CHARS_MAX || new.note.contains('\0') {
        return no(format!("A note has at most {NOTE_CHARS_MAX} characters."));
    }
    check(tx, before, new.kind, &new.key, &new.body).await?;
    let now = tx.now();
    if new.review_by <= now || new.review_by > now.plus_seconds(REVIEW_DAYS_MAX * 86_400) {
        return no("The review date lies in the future, at most two years ahead.".to_owned());
    }
    let Some(owner) = tx.agents().await?.into_iter().find(|a| a.id == new.owner && a.role.answers()) else {
        return no("The owner must be somebody who works at this desk and answers customers.".to_owned());
    };
    let kept = |p: &Policy| (p.name.clone(), p.categories.clone());
    let (mut name, mut categories) = current.map_or_else(|| (new.key.clone(), Vec::new()), kept);
    if matches!(new.kind, PolicyKind::Persona | PolicyKind::Macro) {
        name = new.name.map_or(name, |n| n.trim().to_owned());
        categories = new.categories.unwrap_or(categories);
    }
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return no(format!("A name has 1 to {NAME_CHARS_MAX} characters on one line."));
    }
    if let Some(unknown) = categories.iter().find(|key| !before.shipped_categories().iter().any(|c| c.key == **key)) {
        return no(format!("There is no category “{}”.", unknown.chars().take(60).collect::<String>()));
    }
    Ok(Policy {
        kind: new.kind,
        key: new.key,
        name,
        version: current.map_or(0, |p| p.version) + 1,
        body: new.body,
        categories,
        owner: Owner::Active { id: owner.id, name: owner.name },
        review_by: Some(new.review_by),
        made_by,
        made_at: Some(now),
        note: new.note.trim().to_owned(),
    })
}

/// Reads a text against the desk it is for.
///
/// # Errors
/// [`FlowError::Lines`] with every problem.
pub async fn check(tx: &mut Tx, policies: &Policies, kind: PolicyKind, key: &str, body: &str) -> Result<(), FlowError> {
    let queues: Vec<String> = tx.queues().await?.into_iter().map(|(key, _)| key).collect();
    let categories = policies.shipped_categories();
    let shipped = categories.iter().find(|c| c.key == key).map(|c| c.operating_model);
    Policy::check(kind, body, &Desk { shipped, queues: &queues, categories }).map_err(FlowError::Lines)
}

/// Whether waiting tickets are to be looked at again: the text changed what may be written, or a lapse ended.
fn matters(current: Option<&Policy>, next: &Policy, now: Timestamp) -> bool {
    let Some(current) = current else { return false };
    let lapsed = matches!(current.standing(now), Standing::Lapsed { .. });
    lapsed || (next.kind == PolicyKind::OperatingModel && next.body != current.body)
}

async fn prepare_again(tx: &mut Tx, before: &Policies, next: &Policy) -> Result<(), FlowError> {
    let all = || before.shipped_categories().iter().map(|c| c.key.clone()).collect();
    let (categories, unsorted): (Vec<String>, bool) = match next.kind {
        PolicyKind::OperatingModel => (vec![next.key.clone()], true),
        PolicyKind::RiskRules | PolicyKind::Routing => (all(), true),
        // A voice without categories may be anybody's.
        PolicyKind::Persona if next.categories.is_empty() => (all(), true),
        PolicyKind::Persona | PolicyKind::Macro => (next.categories.clone(), false),
        PolicyKind::Escalation | PolicyKind::Service => (Vec::new(), false),
    };
    prepare_waiting(tx, &categories, unsorted).await
}

/// Prepares open tickets of these categories anew, and those without one where asked; a person's words stay.
///
/// # Errors
/// Whatever the database says.
pub async fn prepare_waiting(tx: &mut Tx, categories: &[String], unsorted: bool) -> Result<(), FlowError> {
    let sorted_by = tx.policies().await?.categories();
    for ticket in tx.waiting_in(categories, unsorted).await? {
        again(tx, ticket, &sorted_by).await?;
    }
    Ok(())
}

/// Has every ticket prepared again that waits for an answer.
///
/// # Errors
/// Whatever the database says.
pub async fn prepare_all(tx: &mut Tx) -> Result<(), FlowError> {
    let policies = tx.policies().await?;
    let all: Vec<String> = policies.shipped_categories().iter().map(|c| c.key.clone()).collect();
    let sorted_by = policies.categories();
    for ticket in tx.waiting_in(&all, true).await? {
        again(tx, ticket, &sorted_by).await?;
    }
    Ok(())
}

async fn again(tx: &mut Tx, ticket: TicketId, categories: &[Category]) -> Result<(), FlowError> {
    let grant = Grant::for_service(PREPARATION, Purpose::Work)?;
    rework(tx, &grant, ticket, categories).await?;
    tx.supersede_untouched_drafts(ticket).await?;
    if tx.current_draft(&grant, ticket).await?.is_some() {
        // A person's own words stay where they are.
        return Ok(());
    }
    tx.set_draft_readiness(ticket, DraftReadiness::Preparing, None).await?;
    let now = tx.now();
    tx.queue_job(NewJob { kind: PREPARE, subject: &ticket.to_string(), run_at: now }).await?;
    Ok(())
}

/// Gives a ticket the operating model that it would be sorted under now; queue and category stay.
async fn rework(tx: &mut Tx, grant: &Grant, ticket: TicketId, categories: &[Category]) -> Result<(), FlowError> {
    let Some(look) = tx.newest_suggestion::<Triage>(grant, ticket, SuggestionKind::Triage).await? else {
        return Ok(());
    };
    let before = Sorting::of(&tx.ticket(grant, ticket).await?.ticket);
    let rules = Rules { categories, route: &|_| None, now: tx.now() };
    let ruled = before.corrected(&look.suggestion.value, &Correction::default(), rules);
    if ruled.operating_model != before.operating_model {
        tx.set_sorting(ticket, &Sorting { operating_model: ruled.operating_model, ..before }).await?;
    }
    Ok(())
}
