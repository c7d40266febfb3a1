//! Deliveries whose fate nobody knows: finding them, and a person's word on them.

use desk::{
    Refusal, Timestamp,
    audit::{AuditEvent, Service},
    closed_list,
    ids::OutboxId,
};
use store::{AgentSession, ServiceIdentity, Store, StoreError};

use crate::{
    DoorError, give_back, outcome,
    rows::OutboxRow,
    sql::{params, sql},
    world::{self, Ticket},
};

closed_list! {
    /// What a person found out about an uncertain delivery.
    pub enum Verdict ("verdict on a delivery") {
        /// It arrived.
        Sent = "sent",
        /// It did not. The draft is open again, and sending it needs a new approval.
        NotSent = "not_sent",
    }
}

/// Finds rows whose delivery never reported back (its process died, or its lease ran out) and sets
/// them aside for a person. They are never sent again on our own: the final dot may have gone out.
///
/// # Errors
/// What the database says.
pub async fn rescue(store: &Store, now: Timestamp) -> Result<Vec<OutboxId>, DoorError> {
    lapsed_by(store, now, now).await
}

/// The same without waiting for leases: for a start after which no other process can be sending.
/// Should one be after all, its own outcome still counts; nothing is sent twice either way.
///
/// # Errors
/// What the database says.
pub async fn rescue_all(store: &Store, now: Timestamp) -> Result<Vec<OutboxId>, DoorError> {
    lapsed_by(store, Timestamp::from_micros(i64::MAX), now).await
}

async fn lapsed_by(store: &Store, end: Timestamp, now: Timestamp) -> Result<Vec<OutboxId>, DoorError> {
    let found = store
        .read()
        .await?
        .rows(
            sql!("select id from outbox where state = 'sending' and lease_until < $1 order by lease_until limit 100"),
            params![end],
        )
        .await?;
    let mut rescued = Vec::new();
    for row in &found {
        let id: OutboxId = row.columns().take()?;
        let mut tx = store.begin(&ServiceIdentity::new(Service::Delivery), now).await?;
        let taken = tx
            .maybe(
                sql!(
                    "update outbox set state = 'uncertain', lease_until = null, detail = $1, updated_at = $2 where id = $3 and state = 'sending' and lease_until < $4
                     returning ticket_id"
                ),
                params!["the delivery was interrupted", now, id, end],
            )
            .await?;
        if let Some(row) = taken {
            let ticket = Some(row.columns().take()?);
            tx.commit(AuditEvent::DeliveryUncertain { ticket, outbox: id }).await?;
            rescued.push(id);
        }
    }
    Ok(rescued)
}

/// Settles an uncertain delivery with what a person found out.
///
/// # Errors
/// [`Refusal::SignedOut`], [`Refusal::NotYours`], [`StoreError::Stale`] when it is not uncertain
/// (any more), or what the database says.
pub async fn resolve(
    store: &Store,
    session: &AgentSession,
    id: OutboxId,
    verdict: Verdict,
    now: Timestamp,
) -> Result<(), DoorError> {
    let mut tx = store.begin(session, now).await?;
    let person = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    let (row, _) = OutboxRow::load(&mut tx, id).await?;
    let ticket = Ticket::load(&mut tx, row.ticket).await?;
    if !person.role.answers() || !person.works_in(&ticket.queue) {
        return Err(Refusal::NotYours.into());
    }
    let state = if verdict == Verdict::Sent { "sent" } else { "failed" };
    let touched = tx
        .execute(
            sql!("update outbox set state = $1, updated_at = $2 where id = $3 and state = 'uncertain'"),
            params![state, now, id],
        )
        .await?;
    if touched != 1 {
        return Err(StoreError::Stale.into());
    }
    match verdict {
        Verdict::Sent => outcome::sent(&mut tx, &row, false).await?,
        Verdict::NotSent => give_back::withdraw(&mut tx, &row, "not_sent", Some(person.id)).await?,
    }
    let verdict = verdict.word().to_owned();
    tx.commit(AuditEvent::UncertaintyResolved { ticket: Some(row.ticket), outbox: id, verdict }).await?;
    Ok(())
}
