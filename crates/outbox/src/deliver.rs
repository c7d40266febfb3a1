//! One attempt to hand one mail over: claim, ask everything again, speak, write down what came back.
//! While it speaks it says again and again that it lives; a row of one that fell silent is set aside.

use std::{convert::Infallible, time::Duration};

use desk::{
    Refusal, Timestamp,
    audit::{AuditEvent, Service},
    ids::{DeliveryId, OutboxId},
};
use store::{ServiceIdentity, Store, StoreError, Tx, new_id};

use crate::{
    Door, DoorError, crash, give_back, outcome,
    rows::{OutboxRow, Progress},
    sql::{params, sql},
    transport::{Parcel, Setback, Transport},
};

/// How long a row in delivery belongs to an attempt that gives no sign of life, in seconds.
pub const LEASE_SECONDS: i64 = 30;
/// How often a living attempt gives one.
const RENEWED_EVERY: Duration = Duration::from_secs(10);

/// How long a silent attempt keeps its row, and how often a living one speaks.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// In seconds.
    pub seconds: i64,
    /// Several times within those.
    pub renewed_every: Duration,
}

impl Default for Lease {
    fn default() -> Self {
        Self { seconds: LEASE_SECONDS, renewed_every: RENEWED_EVERY }
    }
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Not waiting, not yet due, or somebody else is at it.
    NotDue,
    /// The mail server took it. Names recipients it did not take, with its words.
    Sent {
        /// Refused recipients.
        refused: Vec<String>,
    },
    /// Not taken; will be tried again.
    Later {
        /// When.
        at: Timestamp,
        /// Whether the way is blocked for every mail, or for this one.
        setback: Setback,
    },
    /// Not taken, for good; the draft is open again.
    Failed {
        /// The server's words.
        reply: String,
    },
    /// A lock held: nothing left, the draft is open again.
    Stopped {
        /// Which.
        because: Refusal,
    },
    /// It may or may not have arrived; a person decides. Never tried again.
    Uncertain,
}

/// A row that this attempt owns.
pub(crate) struct Claimed {
    pub row: OutboxRow,
    pub fence: i64,
    pub attempt: i64,
}

enum Claim {
    NotDue,
    Stopped(Refusal),
    Go(Claimed),
}

/// Delivers a waiting row if it is due and everything still holds. Safe to call from any number of
/// nodes at once, and again after any failure; `clock` is asked before and after the conversation.
///
/// # Errors
/// What the database says. When that happens after the conversation, the row stays as it was
/// claimed and [`crate::rescue`] finds it: its fate is then uncertain, and it is not sent again.
pub async fn deliver(
    door: &Door,
    store: &Store,
    transport: &Transport,
    id: OutboxId,
    clock: &(dyn Fn() -> Timestamp + Send + Sync),
) -> Result<Delivery, DoorError> {
    let claimed = match claim(door, store, id, clock()).await? {
        Claim::NotDue => return Ok(Delivery::NotDue),
        Claim::Stopped(because) => return Ok(Delivery::Stopped { because }),
        Claim::Go(claimed) => claimed,
    };
    crash::point("deliver-claimed");
    let row = &claimed.row;
    let parcel = Parcel { mail_from: &row.mail_from, recipients: &row.recipients, mime: &row.mime };
    let report = tokio::select! {
        report = transport.send(parcel) => report,
        never = stay_alive(store, &claimed, door.lease(), clock) => match never {},
    };
    crash::point("deliver-before-record");
    let delivery = outcome::record(store, &claimed, report, matches!(transport, Transport::Tray), clock()).await?;
    crash::point("deliver-recorded");
    Ok(delivery)
}

/// Renews the lease for as long as it is polled. Where that fails the conversation goes on: its outcome is
/// written down whoever has the row by then.
async fn stay_alive(
    store: &Store,
    claimed: &Claimed,
    lease: Lease,
    clock: &(dyn Fn() -> Timestamp + Send + Sync),
) -> Infallible {
    loop {
        tokio::time::sleep(lease.renewed_every).await;
        let until = clock().plus_seconds(lease.seconds);
        match store.renew_letter(claimed.row.id, claimed.fence, until).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(outbox = %claimed.row.id, "this letter's row was set aside while it is on its way")
            }
            Err(error) => tracing::warn!(outbox = %claimed.row.id, %error, "the lease of a letter was not renewed"),
        }
    }
}

/// Takes the row and asks everything in one transaction, so that an undo either finds it waiting
/// or finds it gone.
async fn claim(door: &Door, store: &Store, id: OutboxId, now: Timestamp) -> Result<Claim, DoorError> {
    let mut tx = store.begin(&ServiceIdentity::new(Service::Delivery), now).await?;
    let taken = tx
        .execute(
            sql!(
                "update outbox set state = 'sending', lease_until = $1, fence = fence + 1, attempts = attempts + 1, updated_at = $2
                 where id = $3 and state = 'ready' and not_before <= $2"
            ),
            params![now.plus_seconds(door.lease().seconds), now, id],
        )
        .await?;
    if taken != 1 {
        return Ok(Claim::NotDue);
    }
    let (row, progress) = match OutboxRow::load(&mut tx, id).await {
        Ok(loaded) => loaded,
        Err(StoreError::Damaged { what }) => return unreadable(tx, id, &what).await,
        Err(other) => return Err(other.into()),
    };
    let asked = match give_back::may_go(door, &mut tx, &row, &progress, now).await {
        Err(StoreError::Damaged { .. } | StoreError::NotFound) => Err(Refusal::DigestMismatch),
        other => other?,
    };
    if let Err(because) = asked {
        tracing::warn!(outbox = %id, why = give_back::word(&because), "delivery stopped");
        let Some(last) = give_back::stop(&mut tx, &row, "sending", &because).await? else { return Ok(Claim::NotDue) };
        tx.commit(last).await?;
        return Ok(Claim::Stopped(because));
    }
    crash::point("deliver-checked");
    begin_attempt(tx, row, &progress).await.map(Claim::Go).map_err(DoorError::from)
}

/// A row that cannot even be read is stopped like a forged one, so that it does not hold up the others.
async fn unreadable(mut tx: Tx, id: OutboxId, what: &str) -> Result<Claim, DoorError> {
    tracing::error!(outbox = %id, what, "a row of the outbox cannot be read");
    let now = tx.now();
    tx.execute(
        sql!("update outbox set state = 'stopped', lease_until = null, detail = $1, updated_at = $2 where id = $3"),
        params!["this row cannot be read", now, id],
    )
    .await?;
    tx.commit(AuditEvent::DeliveryStopped { ticket: None, outbox: id, why: "unreadable".to_owned() }).await?;
    Ok(Claim::Stopped(Refusal::DigestMismatch))
}

async fn begin_attempt(mut tx: Tx, row: OutboxRow, progress: &Progress) -> Result<Claimed, StoreError> {
    let (delivery, now): (DeliveryId, _) = (new_id(), tx.now());
    tx.execute(
        sql!("insert into deliveries (id, outbox_id, attempt, started_at) values ($1,$2,$3,$4)"),
        params![delivery, row.id, progress.attempts, now],
    )
    .await?;
    let attempt = progress.attempts;
    tx.commit(AuditEvent::DeliveryStarted { ticket: Some(row.ticket), outbox: row.id, attempt }).await?;
    Ok(Claimed { row, fence: progress.fence, attempt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_misses_a_beat_keeps_the_row() {
        assert!(RENEWED_EVERY * 2 < Duration::from_secs(LEASE_SECONDS.unsigned_abs()));
    }
}
