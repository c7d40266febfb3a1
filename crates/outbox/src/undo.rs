//! Changing one's mind while the reply still waits.

use desk::{
    Refusal, Timestamp,
    audit::AuditEvent,
    ids::{ApprovalId, DraftId, TicketId},
};
use store::{AgentSession, Store};

use crate::{
    DoorError, crash, give_back,
    rows::Approval,
    sql::{params, sql},
    world::{self, Ticket},
};

/// Takes an approval back: nothing leaves, the draft is open again, the ticket is as it was; says which they are.
/// Against a delivery that starts at the same instant exactly one of the two wins.
///
/// # Errors
/// [`Refusal::Left`] once delivery began, [`Refusal::DraftState`] when it was taken back or stopped
/// before, [`Refusal::SignedOut`], [`Refusal::NotYours`], or what the database says.
pub async fn undo(
    store: &Store,
    session: &AgentSession,
    approval: ApprovalId,
    now: Timestamp,
) -> Result<(TicketId, DraftId), DoorError> {
    let mut tx = store.begin(session, now).await?;
    let (approval, _) = Approval::load(&mut tx, approval).await?;
    let person = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    let ticket = Ticket::load(&mut tx, approval.ticket).await?;
    if !person.role.answers() || !person.works_in(&ticket.queue) {
        return Err(Refusal::NotYours.into());
    }
    let cancelled = tx
        .execute(
            sql!("update outbox set state = 'cancelled', updated_at = $1 where approval_id = $2 and state = 'ready'"),
            params![now, approval.id],
        )
        .await?;
    if cancelled != 1 {
        let (_, state) = give_back::row_of(&mut tx, &approval).await?;
        return Err(match state.as_str() {
            "cancelled" | "stopped" | "failed" => Refusal::DraftState { state: "no longer waiting".to_owned() },
            _ => Refusal::Left,
        }
        .into());
    }
    give_back::reopen(&mut tx, &approval, approval.status_before).await?;
    give_back::mark_withdrawn(&mut tx, &approval, "undone", Some(person.id)).await?;
    crash::point("undo-before-commit");
    let change = format!("status: {}", approval.status_before);
    tx.commit(AuditEvent::TicketChanged { ticket: approval.ticket, change }).await?;
    Ok((approval.ticket, approval.draft))
}
