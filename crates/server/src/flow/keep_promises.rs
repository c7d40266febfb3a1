//! What a letter of ours says that we will do by a day becomes a follow-up, once a person says that it is a promise.

use desk::{
    audit::AuditEvent,
    handover,
    ids::{MessageId, PromiseId, TicketId},
};
use store::{AgentSession, Grant, PromiseRow, PromiseState, Purpose};

use crate::{App, FlowError, flow::PREPARATION};

/// Looks for promises with a day in a letter that left. A letter that was read before is not read again.
///
/// # Errors
/// Whatever the database says.
pub async fn find(app: &App, message: MessageId) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let Some((ticket, agent, sent_at, words)) = tx.unread_letter(message).await? else { return Ok(()) };
    let mut events = Vec::new();
    for found in handover::promises(&words, sent_at) {
        let promise = tx.add_promise(ticket, message, agent, &found.words, found.due).await?;
        events.push(AuditEvent::PromiseFound { ticket, promise, due: found.due });
    }
    let Some(last) = events.pop() else { return Ok(()) };
    for event in events {
        tx.record(event).await?;
    }
    tx.commit(last).await?;
    app.live.committed();
    Ok(())
}

/// A person says what it is: a promise, none, or one that was kept.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`FlowError::Conflict`] where that cannot follow.
pub async fn answer(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    id: PromiseId,
    to: PromiseState,
) -> Result<PromiseRow, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let promise = tx.promise(&grant, ticket, id).await?;
    if !promise.state.may_become(to) {
        return Err(FlowError::Conflict(format!("This promise was {} already.", promise.state.word())));
    }
    tx.answer_promise(id, promise.state, to, session.agent().id).await?;
    tx.commit(AuditEvent::PromiseAnswered { ticket, promise: id, state: to.word().to_owned() }).await?;
    app.live.committed();
    Ok(PromiseRow { state: to, ..promise })
}
