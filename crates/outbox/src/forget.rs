//! Forgetting what a ticket's letters said: recipients and bytes go, digests, marks and who approved stay. An emptied
//! letter fits none of its locks any more, so it can never leave.

use desk::ids::TicketId;
use store::Tx;

use crate::{
    DoorError,
    sql::{params, sql},
};

/// How far a ticket's letters could be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// Nothing of them is left here.
    Everything,
    /// One is leaving at this moment: nothing was changed.
    OneIsLeaving,
}

/// Forgets the letters of a ticket: for use in the transaction that forgets their requester. Waiting ones are cancelled.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, ticket: TicketId) -> Result<Forgotten, DoorError> {
    let now = tx.now();
    tx.execute(
        sql!("update outbox set state = 'cancelled', updated_at = $2 where ticket_id = $1 and state = 'ready'"),
        params![ticket, now],
    )
    .await?;
    let leaving = tx
        .rows(sql!("select id from outbox where ticket_id = $1 and state = 'sending' limit 1"), params![ticket])
        .await?;
    if !leaving.is_empty() {
        return Ok(Forgotten::OneIsLeaving);
    }
    tx.execute(
        sql!("delete from tray_letters where outbox_id in (select id from outbox where ticket_id = $1)"),
        params![ticket],
    )
    .await?;
    tx.execute(
        sql!("update deliveries set reply = null where outbox_id in (select id from outbox where ticket_id = $1)"),
        params![ticket],
    )
    .await?;
    tx.execute(
        sql!("update approval_answers set note = '' where seal_id in (select id from seals where ticket_id = $1)"),
        params![ticket],
    )
    .await?;
    let none: Vec<u8> = Vec::new();
    tx.execute(
        sql!("update outbox set recipients = '[]', mime = $2, detail = null, updated_at = $3 where ticket_id = $1"),
        params![ticket, none.clone(), now],
    )
    .await?;
    tx.execute(
        sql!("update seals set recipients = '[]', mime = $2, envelope = '{}', spent_at = coalesce(spent_at, $3) where ticket_id = $1"),
        params![ticket, none, now],
    )
    .await?;
    Ok(Forgotten::Everything)
}
