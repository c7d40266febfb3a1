//! Cases that are one: what the machine proposes joins a case of its queue that asks the same, and people part or join them. A
//! joined case keeps its own ticket, so that it goes with its people and is seen where its ticket is.

use desk::{
    Digest,
    audit::{AuditEvent, Service},
    eval::{self, Asked, Kept},
    ids::EvalCaseId,
};
use store::{AgentSession, EvalCase, EvalCaseState as State, Grant, Purpose};

use crate::{
    App, FlowError,
    flow::{PREPARATION, approve_case::seen},
    triager::may_learn_from,
};

/// Cases compared at once.
const AT_ONCE: i64 = 20;
/// Cases of a queue that a new one is held against: the newest.
const KEPT: i64 = 400;

/// Compares what was proposed since. Returns how many cases it looked at.
///
/// # Errors
/// Whatever the database says.
pub async fn follow(app: &App) -> Result<usize, FlowError> {
    let new = app.store.read().await?.eval_cases_uncompared(AT_ONCE).await?;
    for (id, queue) in &new {
        compare(app, *id, queue).await?;
    }
    Ok(new.len())
}

async fn compare(app: &App, id: EvalCaseId, queue: &str) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let rows = app.store.read().await?.eval_cases_in(&grant, queue, KEPT).await?;
    let mine = rows.iter().find(|row| row.id == id);
    let found = mine.and_then(|mine| among(app, mine, &rows));
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    match (mine, found) {
        (Some(mine), Some(into)) if tx.join_eval_case(id, Some(into)).await? => {
            tx.commit(AuditEvent::EvalCaseJoined { ticket: mine.ticket, case: id, into }).await?;
        }
        _ => {
            drop(tx);
            app.store.eval_case_compared(id, app.clock.now()).await?;
        }
    }
    app.live.committed();
    Ok(())
}

/// The case that one is, among older ones: those that stand alone and those behind them.
fn among(app: &App, mine: &EvalCase, rows: &[EvalCase]) -> Option<EvalCaseId> {
    if !may_learn_from(mine.said, app.config.desk.ai_default) {
        return None;
    }
    let asked = Asked::of(&eval::read(&mine.body).ok()?);
    let is_older = |row: &&EvalCase| (row.proposed_at, row.id) < (mine.proposed_at, mine.id);
    let mut kept = Vec::new();
    for row in rows.iter().filter(is_older).filter(|row| may_learn_from(row.said, app.config.desk.ai_default)) {
        let head = row.joined_to.unwrap_or(row.id);
        let Ok(case) = eval::read(&row.body) else { continue };
        let other = Asked::of(&case);
        if rows.iter().any(|row| row.id == head) && asked.agrees(&other) {
            let vector = meaning(app, &other);
            kept.push(Kept { head, asked: other, vector });
        }
    }
    eval::nearest(&asked, meaning(app, &asked).as_deref(), &kept)
}

fn meaning(app: &App, asked: &Asked) -> Option<Vec<f32>> {
    app.questions.meaning(&app.library, asked.text())
}

/// A person puts a proposed case behind another one.
///
/// # Errors
/// [`FlowError::NotFound`] where either is outside the person's queues, [`FlowError::Invalid`] for a case and itself,
/// [`FlowError::Stale`] when it is no longer proposed or stands there already.
pub async fn join(app: &App, session: &AgentSession, id: EvalCaseId, into: EvalCaseId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let (row, other) =
        (seen(app, &mut tx, session, &grant, id).await?, seen(app, &mut tx, session, &grant, into).await?);
    let head = other.joined_to.unwrap_or(other.id);
    if head == id {
        return Err(FlowError::Invalid("That case stands behind this one already.".to_owned()));
    }
    if other.state == State::Retired || !tx.join_eval_case(id, Some(head)).await? {
        return Err(FlowError::Stale);
    }
    tx.commit(AuditEvent::EvalCaseJoined { ticket: row.ticket, case: id, into: head }).await?;
    app.live.committed();
    Ok(())
}

/// A person lets a joined case stand alone again.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Stale`] where it stands alone.
pub async fn part(app: &App, session: &AgentSession, id: EvalCaseId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = seen(app, &mut tx, session, &grant, id).await?;
    if !tx.join_eval_case(id, None).await? {
        return Err(FlowError::Stale);
    }
    tx.commit(AuditEvent::EvalCaseParted { ticket: row.ticket, case: id }).await?;
    app.live.committed();
    Ok(())
}

/// Longest reason for a doubt, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A person doubts a case; it counts until another one decides.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, [`FlowError::NotFound`] outside the person's queues, [`FlowError::Stale`] for a retired
/// case and while a doubt is open.
pub async fn challenge(app: &App, session: &AgentSession, id: EvalCaseId, reason: &str) -> Result<(), FlowError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(FlowError::Invalid(format!("Say why, in at most {REASON_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = seen(app, &mut tx, session, &grant, id).await?;
    let is_open = tx.eval_challenges(id).await?.iter().any(|c| c.decided.is_none());
    if row.state == State::Retired || is_open {
        return Err(FlowError::Stale);
    }
    tx.challenge_eval_case(id, reason, session.agent().id).await?;
    tx.commit(AuditEvent::EvalCaseChallenged { ticket: row.ticket, case: id }).await?;
    app.live.committed();
    Ok(())
}

/// Another person keeps a case that somebody doubted.
///
/// # Errors
/// [`FlowError::Invalid`] for whoever doubted it, [`FlowError::NotFound`] outside the person's queues, [`FlowError::Stale`] when
/// nothing is open.
pub async fn keep(app: &App, session: &AgentSession, id: EvalCaseId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = seen(app, &mut tx, session, &grant, id).await?;
    let open = tx.eval_challenges(id).await?.into_iter().find(|c| c.decided.is_none()).ok_or(FlowError::Stale)?;
    if open.by == session.agent().id {
        return Err(FlowError::Invalid("You challenged this case; another person decides.".to_owned()));
    }
    tx.decide_eval_challenge(id, store::ChallengeOutcome::Kept, session.agent().id).await?;
    tx.commit(AuditEvent::EvalCaseKept { ticket: row.ticket, case: id }).await?;
    app.live.committed();
    Ok(())
}

/// Meanings of what cases ask, by digest: made when first wanted, gone with the process. No words are held.
#[derive(Default)]
pub struct Questions(std::sync::Mutex<std::collections::HashMap<Digest, Vec<f32>>>);

/// Meanings held: some 15 MB.
const HELD: usize = 10_000;

impl Questions {
    pub(crate) fn meaning(&self, library: &crate::library::Library, text: &str) -> Option<Vec<f32>> {
        let key = Digest::of(text.as_bytes());
        if let Some(known) = self.0.lock().ok()?.get(&key) {
            return Some(known.clone());
        }
        let made = library.vector(text)?.as_slice().to_vec();
        let mut held = self.0.lock().ok()?;
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(key, made.clone());
        Some(made)
    }
}
