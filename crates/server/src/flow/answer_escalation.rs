//! People raise, accept, give back, dismiss or end a case, and both sides tell each other how it goes.

use desk::{
    audit::AuditEvent,
    escalation::Rise,
    eval::{Origin, Severity},
    failure::Failure,
    ids::{EscalationId, TicketId},
    ticket::Status,
};
use store::{
    AgentSession, EscalationState as State, Grant, Identity, MeansKind, NewEscalation, Purpose, UpdateDelivery,
};

use crate::{
    App, FlowError,
    flow::{
        escalate, pack_case,
        propose_case::{self, Because},
    },
};

/// Longest reason or update, in characters.
const CHARS_MAX: usize = 4_000;

/// A person raises a case, or what was proposed.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`FlowError::Conflict`] when it is up already, [`FlowError::Invalid`] for an
/// unknown receiver.
pub async fn raise(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    receiver: Option<&str>,
) -> Result<EscalationId, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let line = tx.ticket(&grant, ticket).await?;
    if matches!(line.ticket.status, Status::Solved | Status::Closed) {
        return Err(FlowError::Conflict("This ticket is over; open it again before it goes up.".to_owned()));
    }
    let policy = pack_case::load(&mut tx).await?;
    let chosen = match receiver {
        None => None,
        Some(key) => Some(policy.named(key).ok_or_else(|| {
            FlowError::Invalid("There is no receiver of this name in the escalation policy.".to_owned())
        })?),
    };
    let (means, target) = escalate::stored(chosen, &line.ticket.queue);
    let by = Some(session.agent().id);
    let earlier = tx.escalations_of(&grant, ticket).await?;
    let escalation = match earlier.first() {
        Some(old) if matches!(old.state, State::Proposed | State::Returned) => {
            tx.raise_escalation(old.id, receiver, means, &target, by).await?;
            old.id
        }
        Some(old) if matches!(old.state, State::Raised | State::Accepted) => {
            return Err(FlowError::Conflict("This case is up already.".to_owned()));
        }
        _ => {
            let new = NewEscalation {
                ticket,
                state: State::Raised,
                rise: Rise::Propose,
                signals: &[],
                because: "A person decided it.",
                receiver,
                means,
                target: &target,
                raised_by: by,
            };
            tx.add_escalation(&new).await?
        }
    };
    escalate::raised(app, &mut tx, &line, escalation, chosen).await?;
    tx.commit(AuditEvent::EscalationAnswered { ticket, escalation, state: State::Raised.word().to_owned() }).await?;
    app.live.committed();
    Ok(escalation)
}

/// A person answers: takes it, gives it back or dismisses it with a reason, or ends it.
///
/// # Errors
/// [`FlowError::Invalid`] without the reason that is asked for, [`FlowError::Stale`] when somebody was faster,
/// [`FlowError::Conflict`] where this answer does not fit.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    id: EscalationId,
    to: State,
    reason: Option<&str>,
) -> Result<(), FlowError> {
    let reason = reason.map(str::trim).filter(|r| !r.is_empty());
    if matches!(to, State::Returned | State::Dismissed) && reason.is_none() {
        return Err(FlowError::Invalid("Say why: whoever raised it has to know what is missing.".to_owned()));
    }
    length(reason.unwrap_or_default())?;
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let case = tx.escalation(&grant, id).await?;
    let fits = match to {
        State::Accepted | State::Returned => case.state == State::Raised,
        State::Dismissed => case.state == State::Proposed,
        State::Ended => case.state == State::Accepted,
        State::Proposed | State::Raised => false,
    };
    if !fits {
        let now = case.state.word();
        return Err(FlowError::Conflict(format!("This case is {now}; it cannot become {to} from there.")));
    }
    tx.answer_escalation(id, case.state, to, &session.agent().name, reason).await?;
    if to == State::Accepted && case.means != MeansKind::System {
        let line = tx.ticket(&grant, case.ticket).await?.ticket;
        if line.assignee.is_none() {
            let (me, queue) = (session.agent().id, line.queue.clone());
            tx.change_ticket(line.id, line.revision, line.status, line.priority, &queue, Some(me)).await?;
        }
    }
    if to == State::Returned {
        let because =
            Because { origin: Origin::ReturnedEscalation, failure: Failure::WrongAction, severity: Severity::Minor };
        propose_case::beside(app, &mut tx, &grant, case.ticket, because).await?;
    }
    let escalation = id;
    tx.commit(AuditEvent::EscalationAnswered { ticket: case.ticket, escalation, state: to.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// One side tells the other something: people outward, programs inward.
///
/// # Errors
/// [`FlowError::Invalid`] for an empty or endless text.
pub async fn tell(
    app: &App,
    who: &impl Identity,
    grant: &Grant,
    id: EscalationId,
    (author, outward): (&str, bool),
    body: &str,
) -> Result<(), FlowError> {
    let body = body.trim();
    if body.is_empty() {
        return Err(FlowError::Invalid("Write what is to be said.".to_owned()));
    }
    length(body)?;
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let case = tx.escalation(grant, id).await?;
    let leaves = outward && case.means == MeansKind::System;
    let delivery = if leaves { UpdateDelivery::Waiting } else { UpdateDelivery::None };
    tx.add_escalation_update(id, outward, author, body, delivery).await?;
    let direction = if outward { "out" } else { "in" }.to_owned();
    tx.commit(AuditEvent::EscalationUpdated { ticket: case.ticket, escalation: id, direction }).await?;
    app.live.committed();
    Ok(())
}

fn length(text: &str) -> Result<(), FlowError> {
    if text.chars().count() > CHARS_MAX || text.contains('\0') {
        return Err(FlowError::Invalid(format!("This has at most {CHARS_MAX} characters.")));
    }
    Ok(())
}
