//! A person answers what the machine made of a ticket. A corrected category moves the ticket with it
//! and has the reply prepared anew under the right operating model.

use desk::{audit::AuditEvent, ids::SuggestionId, suggestion::VerdictKind, ticket::DraftReadiness, triage::Triage};
use store::{AgentSession, Grant, NewJob, Purpose, StoreError, StoredSuggestion, Tx};

use crate::{App, FlowError, flow::prepare_reply::PREPARE};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 2_000;

/// A person's answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Right, right after a change, or wrong.
    pub verdict: VerdictKind,
    /// What it should have been; for [`VerdictKind::Edited`] only.
    pub category: Option<&'a str>,
    /// Why, in the person's words.
    pub reason: Option<&'a str>,
}

/// Keeps the answer, and with a corrected category sets category, queue and operating model in the
/// same transaction.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Invalid`] for a category that
/// is missing, superfluous or unknown.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    suggestion: SuggestionId,
    answer: Answer<'_>,
) -> Result<(), FlowError> {
    if answer.reason.is_some_and(|r| r.chars().count() > REASON_CHARS_MAX || r.contains('\0')) {
        return Err(FlowError::Invalid(format!("A reason has at most {REASON_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let found: StoredSuggestion<Triage> = match tx.suggestion(&grant, suggestion).await {
        // A suggestion of another kind does not read as triage: for this route there is none.
        Err(StoreError::Damaged { .. }) => return Err(FlowError::NotFound),
        other => other?,
    };
    match (answer.verdict, answer.category) {
        (VerdictKind::Edited, Some(category)) => correct(&mut tx, &found, category).await?,
        (VerdictKind::Edited, None) => {
            return Err(FlowError::Invalid("Say which category is the right one.".to_owned()));
        }
        (VerdictKind::Accepted | VerdictKind::Rejected, None) => {}
        (VerdictKind::Accepted | VerdictKind::Rejected, Some(_)) => {
            return Err(FlowError::Invalid("Only an edited suggestion takes another category.".to_owned()));
        }
    }
    tx.add_verdict(suggestion, session, answer.verdict, answer.category, answer.reason).await?;
    tx.commit(AuditEvent::VerdictGiven { ticket: found.ticket, suggestion, verdict: answer.verdict.word().to_owned() })
        .await?;
    app.live.committed();
    Ok(())
}

async fn correct(tx: &mut Tx, found: &StoredSuggestion<Triage>, category: &str) -> Result<(), FlowError> {
    let categories = tx.categories().await?;
    let right = categories
        .iter()
        .find(|c| c.key == category)
        .ok_or_else(|| FlowError::Invalid("There is no category of this name.".to_owned()))?;
    tx.set_category(found.ticket, &right.key, right.operating_model, &right.queue).await?;
    tx.supersede_untouched_drafts(found.ticket).await?;
    tx.set_draft_readiness(found.ticket, DraftReadiness::Preparing, None).await?;
    let now = tx.now();
    tx.queue_job(NewJob { kind: PREPARE, subject: &found.ticket.to_string(), run_at: now }).await?;
    Ok(())
}
