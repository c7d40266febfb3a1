//! A person turns a draft of the machine's down. No reason is asked for; one word may follow.

use desk::{
    Refusal,
    audit::AuditEvent,
    draft::{DraftOrigin, DraftState},
    eval::{Origin, Severity},
    failure::Failure,
    ids::DraftId,
    ticket::DraftReadiness,
};
use store::{AgentSession, Grant, Purpose};

use crate::{
    App, FlowError,
    flow::propose_case::{self, Because},
};

/// What the ticket says instead of a draft.
const REJECTED: &str = "The machine's draft was turned down. Write the reply yourself, or ask for another draft.";

/// Takes the draft away; its text stays among its revisions. Once it is gone, a reason may be added by whoever did it.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Invalid`] for a person's own draft,
/// [`Refusal::InHand`] where a colleague works on it, [`Refusal::DraftState`] when it is not open any more.
pub async fn reject(app: &App, session: &AgentSession, draft: DraftId, why: Option<Failure>) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let agent = session.agent();
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = tx.draft(&grant, draft).await?;
    let ticket = row.ticket;
    if !agent.role.answers() || !agent.works_in(&tx.ticket(&grant, ticket).await?.ticket.queue) {
        return Err(Refusal::NotYours.into());
    }
    tx.hold_drafts(ticket).await?;
    let row = tx.draft(&grant, draft).await?;
    if row.origin == DraftOrigin::Agent {
        return Err(FlowError::Invalid("This draft is a person's own. Change it, or begin another.".to_owned()));
    }
    let by = tx.draft_rejected_by(draft).await?;
    if row.state != DraftState::Open && by != Some(agent.id) {
        return Err(Refusal::DraftState { state: row.state.word().to_owned() }.into());
    }
    if row.state == DraftState::Open {
        let writers = tx.draft_writers(&grant, draft).await?;
        if let Some((_, by)) = writers.into_iter().rfind(|(who, _)| *who != agent.id) {
            return Err(Refusal::InHand { by }.into());
        }
        tx.set_draft_aside(draft).await?;
        tx.set_draft_readiness(ticket, DraftReadiness::Withheld, Some(REJECTED)).await?;
    }
    tx.reject_draft(draft, agent.id, why.map(Failure::word)).await?;
    if let Some(failure) = why {
        let because = Because { origin: Origin::RejectedDraft, failure, severity: Severity::Major };
        propose_case::beside(app, &mut tx, &Grant::for_agent(session, Purpose::Work)?, ticket, because).await?;
    }
    let why = why.map_or("unsaid", Failure::word).to_owned();
    tx.commit(AuditEvent::DraftRejected { ticket, draft, why }).await?;
    app.live.committed();
    Ok(())
}
