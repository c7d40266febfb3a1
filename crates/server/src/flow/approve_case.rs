//! A person checked a case: it counts from then on, in the words they left. Or it counts no more, and they say why.

use desk::{
    Refusal,
    audit::AuditEvent,
    eval::{self, Case, Severity},
    ids::EvalCaseId,
};
use redact::{Known, Namespace, Redactor};
use store::{AgentSession, ChallengeOutcome, Conn, EvalCase, EvalCaseState as State, Grant, Purpose};

use crate::{
    App, FlowError,
    flow::{prepare_reply, propose_case, watch_ladder},
    triager::may_learn_from,
};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// Takes a proposed case into the suite, or an approved one in other words. What names somebody is hidden once more.
///
/// # Errors
/// [`FlowError::Lines`] for a text that is no case, [`FlowError::Invalid`] for an expectation that names somebody,
/// [`FlowError::NotFound`] outside the person's queues and where somebody said no to AI, [`FlowError::Stale`].
pub async fn approve(app: &App, session: &AgentSession, id: EvalCaseId, text: &str) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = seen(app, &mut tx, session, &grant, id).await?;
    let mut case = eval::read(text).map_err(FlowError::Lines)?;
    if row.state == State::Retired || case.retired.is_some() {
        return Err(FlowError::Invalid("This case is retired. Take another one from the ticket.".to_owned()));
    }
    let name = eval::read(&row.body).map(|kept| kept.id).unwrap_or_default();
    if case.id != name {
        return Err(FlowError::Invalid(format!("The case keeps its id, {name}.")));
    }
    let Some(prepared) = prepare_reply::Case::load(&mut tx, &grant, row.ticket, app.clock.now()).await? else {
        return Err(FlowError::NotFound);
    };
    case.proposed = None;
    unnamed(app, &case, &prepared.known)?;
    propose_case::hide(app, &mut case, prepared.known)?;
    let moved = tx.decide_eval_case(id, (row.state, State::Approved), &eval::write(&case), session.agent().id).await?;
    if !moved {
        return Err(FlowError::Stale);
    }
    if row.state == State::Proposed
        && case.is_of_desk()
        && case.severity == Severity::Severe
        && let Some(category) = &case.category
    {
        watch_ladder::severe(app, &mut tx, category, row.proposed_at).await?;
    }
    tx.commit(AuditEvent::EvalCaseApproved { ticket: row.ticket, case: id }).await?;
    app.live.committed();
    Ok(())
}

/// Takes a case out of the suite, or turns a proposed one down.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason, [`FlowError::NotFound`] outside the person's queues, [`FlowError::Stale`].
pub async fn retire(app: &App, session: &AgentSession, id: EvalCaseId, reason: &str) -> Result<(), FlowError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let why = format!("Say why, in at most {REASON_CHARS_MAX} characters.");
        return Err(FlowError::Invalid(why));
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = seen(app, &mut tx, session, &grant, id).await?;
    let mut case = eval::read(&row.body).map_err(FlowError::Lines)?;
    let doubts = tx.eval_challenges(id).await?;
    if doubts.iter().any(|doubt| doubt.decided.is_none() && doubt.by == session.agent().id) {
        let why = "You challenged this case; another person decides.";
        return Err(FlowError::Invalid(why.to_owned()));
    }
    case.retired = Some(reason.to_owned());
    let moved = tx.decide_eval_case(id, (row.state, State::Retired), &eval::write(&case), session.agent().id).await?;
    if row.state == State::Retired || !moved {
        return Err(FlowError::Stale);
    }
    tx.decide_eval_challenge(id, ChallengeOutcome::Retired, session.agent().id).await?;
    tx.commit(AuditEvent::EvalCaseRetired { ticket: row.ticket, case: id }).await?;
    app.live.committed();
    Ok(())
}

/// Cases of a state whose people let AI near them.
///
/// # Errors
/// Whatever the database says.
pub async fn list(app: &App, grant: &Grant, state: State) -> Result<Vec<EvalCase>, FlowError> {
    let rows = app.store.read().await?.eval_cases(grant, state).await?;
    Ok(rows.into_iter().filter(|row| may_learn_from(row.said, app.config.desk.ai_default)).collect())
}

/// One of them, for whoever works in its queue.
pub(crate) async fn seen(
    app: &App,
    conn: &mut Conn,
    session: &AgentSession,
    grant: &Grant,
    id: EvalCaseId,
) -> Result<EvalCase, FlowError> {
    let row = conn.eval_case(grant, id).await?;
    if !may_learn_from(row.said, app.config.desk.ai_default) {
        return Err(FlowError::NotFound);
    }
    let queue = conn.ticket(grant, row.ticket).await?.ticket.queue;
    let agent = session.agent();
    if agent.role.answers() && agent.works_in(&queue) { Ok(row) } else { Err(Refusal::NotYours.into()) }
}

/// What is expected is held against replies, so nothing in it can be hidden: it has to name nobody.
fn unnamed(app: &App, case: &Case, known: &[(redact::Class, String)]) -> Result<(), FlowError> {
    let closed = || FlowError::Unavailable("Personal data could not be looked for; nothing was saved.".to_owned());
    let namespace = Namespace::new(app.keys.random().map_err(|_| closed())?);
    let known = known.iter().map(|(class, value)| Known { class: *class, value: value.clone() }).collect();
    let mut redactor = Redactor::new(namespace, known).map_err(|_| closed())?;
    let expect = &case.expect;
    let phrases = [&expect.must_say, &expect.must_not_say, &expect.must_ask, &expect.graded];
    for phrase in phrases.into_iter().flatten() {
        if redactor.redact(phrase).map_err(|_| closed())?.as_str() != phrase {
            return Err(FlowError::Invalid(format!("“{phrase}” names somebody. Expect it in other words.")));
        }
    }
    Ok(())
}
