//! A person answers what the machine made of a ticket, or takes an answer back. What an answer changes
//! on the ticket is kept with it; a changed operating model has the reply prepared anew.

use desk::{
    audit::{AuditEvent, Service},
    correction::{Changes, Correction, Rules, Sorting},
    eval::{Origin, Severity},
    failure::Failure,
    ids::{SuggestionId, TicketId, VerdictId},
    people::Role,
    suggestion::VerdictKind,
    ticket::DraftReadiness,
    triage::{Category, Triage},
};
use store::{AgentSession, GivenVerdict, Grant, NewJob, Purpose, StoreError, StoredSuggestion, Tx};

use crate::{
    App, FlowError,
    flow::{
        prepare_reply::PREPARE,
        propose_case::{self, Because},
        train_triage,
        ways::{About, Ways},
    },
};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 2_000;

/// A person's answer.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Right, right after a change, or wrong.
    pub verdict: VerdictKind,
    /// What it should have been; for [`VerdictKind::Edited`] only.
    pub correction: Correction,
    /// Why, in the person's words.
    pub reason: Option<&'a str>,
    /// Somebody else's answer that this one replaces, as the person saw it.
    pub instead_of: Option<VerdictId>,
}

/// Keeps the answer, and with a correction sorts the ticket anew in the same transaction.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Invalid`] for a correction that
/// is missing, superfluous or unknown, [`FlowError::Conflict`] when somebody else answered first.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    suggestion: SuggestionId,
    answer: &Answer<'_>,
) -> Result<VerdictId, FlowError> {
    makes_sense(answer)?;
    answer.correction.permitted(session.agent().role)?;
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let found: StoredSuggestion<Triage> = match tx.suggestion(&grant, suggestion).await {
        // A suggestion of another kind does not read as triage: for this route there is none.
        Err(StoreError::Damaged { .. }) => return Err(FlowError::NotFound),
        other => other?,
    };
    tx.hold_ticket(found.ticket).await?;
    nobody_was_faster(&mut tx, session, suggestion, answer).await?;
    let changes = if answer.correction.is_empty() {
        None
    } else {
        Some(correct(&mut tx, &grant, found.ticket, &found.suggestion.value, &answer.correction).await?)
    };
    let category = answer.correction.category.as_deref();
    let id = tx.add_verdict(suggestion, session, answer.verdict, category, answer.reason, changes.as_ref()).await?;
    if category.is_some() {
        train_triage::ask_when_due(&mut tx).await?;
        // By the service's own grant: the ticket may have left the person's queues by their correction.
        let all = app.service_grant(Service::Preparation, Purpose::Work)?;
        let because =
            Because { origin: Origin::CorrectedTriage, failure: Failure::WrongPolicy, severity: Severity::Minor };
        propose_case::beside(app, &mut tx, &all, found.ticket, because).await?;
    }
    tx.commit(AuditEvent::VerdictGiven { ticket: found.ticket, suggestion, verdict: answer.verdict.word().to_owned() })
        .await?;
    app.live.committed();
    app.reload_triage().await?;
    Ok(id)
}

fn makes_sense(answer: &Answer<'_>) -> Result<(), FlowError> {
    let no = |why: &str| Err(FlowError::Invalid(why.to_owned()));
    if answer.reason.is_some_and(|r| r.chars().count() > REASON_CHARS_MAX || r.contains('\0')) {
        return Err(FlowError::Invalid(format!("A reason has at most {REASON_CHARS_MAX} characters.")));
    }
    match (answer.verdict, answer.correction.is_empty()) {
        (VerdictKind::Edited, true) => return no("Say what is right: a category, priority, queue or flag."),
        (VerdictKind::Accepted | VerdictKind::Rejected, false) => {
            return no("Only an edited suggestion takes something else.");
        }
        _ => {}
    }
    if !answer.correction.dismissed.is_empty() && answer.reason.is_none_or(|r| r.trim().is_empty()) {
        return no("Say why the flag does not apply.");
    }
    Ok(())
}

/// Nobody's answer is replaced by somebody who did not see it.
async fn nobody_was_faster(
    tx: &mut Tx,
    session: &AgentSession,
    suggestion: SuggestionId,
    answer: &Answer<'_>,
) -> Result<(), FlowError> {
    match tx.standing_verdict(suggestion).await? {
        Some((id, who, name)) if who != session.agent().id && answer.instead_of != Some(id) => {
            Err(FlowError::Conflict(format!("{name} answered this first. Load it again, then repeat your answer.")))
        }
        _ => Ok(()),
    }
}

/// Sorts a ticket as a person says.
///
/// # Errors
/// [`FlowError::Invalid`] for a category or queue that is not there, or a flag that does not stand.
pub async fn correct(
    tx: &mut Tx,
    grant: &Grant,
    ticket: TicketId,
    look: &Triage,
    correction: &Correction,
) -> Result<Changes, FlowError> {
    let categories = tx.categories().await?;
    if correction.category.as_ref().is_some_and(|key| !categories.iter().any(|c| c.key == *key)) {
        return Err(FlowError::Invalid("There is no category of this name.".to_owned()));
    }
    if let Some(queue) = &correction.queue
        && !tx.queues().await?.iter().any(|(key, _)| key == queue)
    {
        return Err(FlowError::Invalid("There is no queue of this name.".to_owned()));
    }
    let ways = Ways::load(tx).await?;
    let line = tx.ticket(grant, ticket).await?;
    let before = Sorting::of(&line.ticket);
    if let Some(flag) = correction.dismissed.iter().find(|f| !before.risk.contains(f)) {
        return Err(FlowError::Invalid(format!("The flag {} does not stand on this ticket.", flag.word())));
    }
    let text = format!("{}\n\n{}", line.ticket.subject, line.ticket.excerpt);
    let about = About::line(&line, &text);
    let route = |found: Option<&Category>| match found {
        Some(category) => ways.way(About { category: Some(&category.key), ..about }),
        // What a person has in hand does not go back to be sorted.
        None => None,
    };
    let rules = Rules { categories: &ways.categories, route: &route, now: tx.now() };
    let after = before.corrected(look, correction, rules);
    put(tx, ticket, &before, &after).await?;
    Ok(Changes { before, after, dismissed: correction.dismissed.clone() })
}

/// Puts a sorting on the ticket; what was prepared under another operating model goes.
///
/// # Errors
/// Whatever the database says.
pub async fn put(tx: &mut Tx, ticket: TicketId, before: &Sorting, after: &Sorting) -> Result<(), FlowError> {
    tx.set_sorting(ticket, after).await?;
    if before.category == after.category && before.operating_model == after.operating_model {
        return Ok(());
    }
    tx.supersede_untouched_drafts(ticket).await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Preparing, None).await?;
    let now = tx.now();
    tx.queue_job(NewJob { kind: PREPARE, subject: &ticket.to_string(), run_at: now }).await?;
    Ok(())
}

/// Takes an answer back: the ticket becomes what it was, where nobody changed it since, and nothing is
/// learnt from it any more. Its person may, and so may leads and administrators.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, a refusal for somebody else's answer,
/// [`FlowError::Conflict`] when it does not stand any more.
pub async fn undo(app: &App, session: &AgentSession, verdict: VerdictId) -> Result<GivenVerdict, FlowError> {
    let grant = visible(app, session, verdict).await?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let given = tx.verdict(&grant, verdict).await?;
    let agent = session.agent();
    if given.agent != agent.id && !matches!(agent.role, Role::Lead | Role::Admin) {
        let needs = "whoever answered takes it back, or a lead".to_owned();
        return Err(desk::Refusal::Role { needs }.into());
    }
    tx.hold_ticket(given.ticket).await?;
    let given = tx.verdict(&grant, verdict).await?;
    if !given.stands {
        return Err(FlowError::Conflict("This answer does not stand any more. Load the ticket again.".to_owned()));
    }
    tx.withdraw_verdict(verdict, session).await?;
    if let Some(changes) = &given.changes {
        let now = Sorting::of(&tx.ticket(&grant, given.ticket).await?.ticket);
        put(&mut tx, given.ticket, &now, &now.restored(changes)).await?;
    }
    let (ticket, suggestion) = (given.ticket, given.suggestion);
    tx.commit(AuditEvent::VerdictWithdrawn { ticket, suggestion, verdict }).await?;
    app.live.committed();
    app.reload_triage().await?;
    Ok(given)
}

/// A grant for a verdict that this person may see: one of their queues, or their own, which may have
/// moved the ticket out of them.
///
/// # Errors
/// [`FlowError::NotFound`] for any other.
pub async fn visible(app: &App, session: &AgentSession, verdict: VerdictId) -> Result<Grant, FlowError> {
    let own = Grant::for_agent(session, Purpose::Reply)?;
    let mut conn = app.store.read().await?;
    match conn.verdict(&own, verdict).await {
        Ok(_) => Ok(own),
        Err(StoreError::NotFound) => {
            let all = app.service_grant(Service::Intake, Purpose::Work)?;
            let given = conn.verdict(&all, verdict).await?;
            if given.agent == session.agent().id { Ok(all) } else { Err(FlowError::NotFound) }
        }
        Err(error) => Err(error.into()),
    }
}
