//! Taking an approval back: the draft opens again, the ticket returns to people, and the approval
//! is dead for good. A new yes is needed to send the same words.

use desk::{
    Refusal, Timestamp,
    approval::{LeavingFacts, may_leave},
    audit::AuditEvent,
    ids::{AgentId, OutboxId, TicketId},
    ticket::Status,
};
use store::{Conn, StoreError, Tx};

use crate::{
    Door, DoorError,
    first::FirstApproval,
    letter,
    rows::{Approval, Cargo, OutboxRow, Progress},
    seal::Evidence,
    sql::{params, sql},
    standing_use,
    world::{self, Draft, Source, Ticket},
};

/// A notice that could not leave for this long is not news any more, in seconds.
pub(crate) const NOTICE_SECONDS: i64 = 24 * 60 * 60;

/// Stops every waiting reply of a ticket whose world changed: for use in the transaction that
/// changes it (new mail, a retired source, an agent switched off), so that the person hears at once.
/// Delivery asks the same again.
///
/// # Errors
/// What the database says.
pub async fn withdraw_stale(door: &Door, tx: &mut Tx, ticket: TicketId) -> Result<usize, DoorError> {
    let waiting = tx
        .rows(
            sql!("select id from outbox where ticket_id = $1 and kind = 'reply' and state = 'ready' order by id"),
            params![ticket],
        )
        .await?;
    let mut stopped = 0;
    for row in &waiting {
        let now = tx.now();
        // What cannot be read is left to delivery, which stops it; arriving mail must not fail over it.
        let (row, progress) = match OutboxRow::load(tx, row.columns().take()?).await {
            Err(StoreError::Damaged { .. }) => continue,
            loaded => loaded?,
        };
        let asked = match may_go(door, tx, &row, &progress, now).await {
            Err(StoreError::Damaged { .. } | StoreError::NotFound) => Err(Refusal::DigestMismatch),
            other => other?,
        };
        if let Err(refusal) = asked {
            // A delivery may have claimed it since it was read: then it is on its way, and nothing is taken back.
            if let Some(last) = stop(tx, &row, "ready", &refusal).await? {
                tx.record(last).await?;
                stopped += 1;
            }
        }
    }
    Ok(stopped)
}

/// Stops every waiting reply of the desk whose world changed: for use in the transaction that changes a policy.
///
/// # Errors
/// What the database says.
pub async fn withdraw_all_stale(door: &Door, tx: &mut Tx) -> Result<usize, DoorError> {
    let rows = tx
        .rows(
            sql!("select distinct ticket_id from outbox where kind = 'reply' and state = 'ready' order by ticket_id"),
            params![],
        )
        .await?;
    let mut stopped = 0;
    for row in &rows {
        stopped += withdraw_stale(door, tx, row.columns().take()?).await?;
    }
    Ok(stopped)
}

/// Everything that is asked of a row before the first byte goes out.
pub(crate) async fn may_go(
    door: &Door,
    conn: &mut Conn,
    row: &OutboxRow,
    progress: &Progress,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    if !row.holds(door, &progress.mac) || !letter::is_clean(&row.mime) {
        return Ok(Err(Refusal::DigestMismatch));
    }
    if has_left(conn, row).await? {
        return Ok(Err(Refusal::Left));
    }
    match &row.cargo {
        Cargo::Notice { .. } if now.seconds_since(row.created_at) > NOTICE_SECONDS => Ok(Err(Refusal::Expired)),
        Cargo::Notice { .. } => Ok(Ok(())),
        Cargo::Standing { id } => standing_use::may_leave(door, conn, row, *id, now).await,
        Cargo::Reply { .. } => may_reply_go(door, conn, row, now).await,
    }
}

async fn may_reply_go(
    door: &Door,
    conn: &mut Conn,
    row: &OutboxRow,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let Cargo::Reply { approval, digest } = &row.cargo else { return Ok(Err(Refusal::DigestMismatch)) };
    let (approval, mac) = Approval::load(conn, *approval).await?;
    let gone = conn.maybe(sql!("select why from withdrawals where approval_id = $1"), params![approval.id]).await?;
    if gone.is_some() {
        return Ok(Err(Refusal::DraftState { state: "withdrawn".to_owned() }));
    }
    let ticket = Ticket::load(conn, row.ticket).await?;
    let draft = Draft::load(conn, approval.draft).await?;
    if let Err(halted) = draft.may_go_on(world::shown_at(conn, approval.seal).await?) {
        return Ok(Err(halted));
    }
    let sources = Source::of_seal(conn, approval.seal, now).await?;
    let versions: Vec<_> = sources.iter().map(|s| s.version).collect();
    let pins = world::pins_of_seal(conn, approval.seal).await?;
    let conduct = ticket.conduct(conn, &draft, now).await?;
    let evidence = Evidence::of(conn, &draft, &ticket, now).await?;
    let approver = world::approver_now(conn, approval.agent, approval.session, &ticket.queue).await?;
    let is_machines = evidence.looked(door, &ticket, &draft, &conduct, &approver).is_machines();
    let first = match approval.first {
        Some(first) => Some(FirstApproval::load(conn, first).await?.yes(door, conn, &ticket.queue).await?),
        None => None,
    };
    let facts = LeavingFacts {
        approver,
        approved_at: approval.approved_at,
        send_at: approval.send_at,
        confirmed: approval.confirmed,
        first,
        mac_holds: approval.holds(door, row.id, &versions, &pins, &mac)
            && (approval.ticket, draft.ticket) == (row.ticket, row.ticket)
            && approval.digest == *digest,
        approved: *digest,
        recomputed: letter::digest(&row.mail_from, &row.recipients, &row.mime),
        answered: approval.answered,
        last_inbound: ticket.last_inbound,
        state: draft.state,
        sources: Source::cited(&sources),
        conduct,
        pins,
        machines: is_machines.then_some(draft.origin),
    };
    if draft.revision != approval.revision {
        return Ok(Err(Refusal::Edited));
    }
    Ok(may_leave(&facts, now))
}

/// Whether record or attempts say that this row left, or may have: then no state in a table sends it again.
async fn has_left(conn: &mut Conn, row: &OutboxRow) -> Result<bool, StoreError> {
    let told = conn
        .maybe(
            sql!("select id from entries where ticket_id = $1 and kind in ('reply.sent','delivery.uncertain') and leaf like $2 limit 1"),
            params![row.ticket, format!("%{}%", row.id)],
        )
        .await?;
    let attempt = conn
        .maybe(
            sql!("select id from deliveries where outbox_id = $1 and (ended_at is null or outcome in ('accepted','accepted_in_part','unanswered')) limit 1"),
            params![row.id],
        )
        .await?;
    let message = conn.maybe(sql!("select id from messages where outbox_id = $1"), params![row.id]).await?;
    Ok(told.is_some() || attempt.is_some() || message.is_some())
}

/// Ends a row that may not leave, if it is still in the state it was seen in. The last event is
/// handed back, for recording or committing.
pub(crate) async fn stop(
    tx: &mut Tx,
    row: &OutboxRow,
    seen: &str,
    refusal: &Refusal,
) -> Result<Option<AuditEvent>, StoreError> {
    let (now, why) = (tx.now(), word(refusal));
    let touched = tx
        .execute(
            sql!("update outbox set state = 'stopped', lease_until = null, detail = $1, updated_at = $2 where id = $3 and state = $4"),
            params![refusal.to_string(), now, row.id, seen],
        )
        .await?;
    if touched != 1 {
        return Ok(None);
    }
    withdraw(tx, row, why, None).await?;
    Ok(Some(AuditEvent::DeliveryStopped { ticket: Some(row.ticket), outbox: row.id, why: why.to_owned() }))
}

/// Withdraws the approval behind a row, if it has one, and returns draft and ticket to people.
pub(crate) async fn withdraw(tx: &mut Tx, row: &OutboxRow, why: &str, by: Option<AgentId>) -> Result<(), StoreError> {
    if let Cargo::Standing { .. } = row.cargo {
        return standing_use::reopen(tx, row.id).await;
    }
    let Some(approval) = row.approval() else { return Ok(()) };
    let approval = match Approval::load(tx, approval).await {
        Ok((approval, _)) => approval,
        // A forged approval need not be readable; there is nothing to give back then.
        Err(StoreError::Damaged { .. } | StoreError::NotFound) => return Ok(()),
        Err(other) => return Err(other),
    };
    reopen(tx, &approval, Status::Open).await?;
    mark_withdrawn(tx, &approval, why, by).await
}

/// Puts the ticket back to `status`, unless somebody moved it since the approval.
pub(crate) async fn reopen(tx: &mut Tx, approval: &Approval, status: Status) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        sql!(
            "update tickets set status = $1, waiting = $2 where id = $3 and status = $4 and last_inbound_id is not distinct from $5"
        ),
        params![status, i64::from(status.waits_for_us()), approval.ticket, approval.status_after, approval.answered],
    )
    .await?;
    tx.execute(
        sql!(
            "update tickets set draft = case when draft = 'none' then 'ready' else draft end, revision = revision + 1, updated_at = $1 where id = $2"
        ),
        params![now, approval.ticket],
    )
    .await?;
    Ok(())
}

/// Writes the withdrawal and opens the draft again, unless a newer one took its place.
pub(crate) async fn mark_withdrawn(
    tx: &mut Tx,
    approval: &Approval,
    why: &str,
    by: Option<AgentId>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        sql!(
            "update drafts set state = case when exists (select 1 from drafts n where n.ticket_id = drafts.ticket_id and n.state = 'open' and n.id <> drafts.id)
             then 'superseded' else 'open' end where id = $1 and state = 'approved'"
        ),
        params![approval.draft],
    )
    .await?;
    let new = tx
        .execute(
            sql!("insert into withdrawals (approval_id, why, agent_id, at) values ($1,$2,$3,$4) on conflict (approval_id) do nothing"),
            params![approval.id, why, by, now],
        )
        .await?;
    if new == 1 {
        let why = why.to_owned();
        tx.record(AuditEvent::ApprovalWithdrawn { ticket: approval.ticket, approval: approval.id, why }).await?;
    }
    Ok(())
}

/// The row of an approval.
pub(crate) async fn row_of(conn: &mut Conn, approval: &Approval) -> Result<(OutboxId, String), StoreError> {
    let row = conn.one(sql!("select id, state from outbox where approval_id = $1"), params![approval.id]).await?;
    let mut c = row.columns();
    Ok((c.take()?, c.take()?))
}

/// The record's word for a refusal; the sentence with its details stays out of the record.
pub(crate) const fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NewMessage => "new_message",
        Refusal::Edited => "edited",
        Refusal::DigestMismatch => "digest_mismatch",
        Refusal::Expired => "expired",
        Refusal::SourceChanged { .. } => "source_changed",
        Refusal::NotYours
        | Refusal::SignedOut
        | Refusal::NotAPerson
        | Refusal::Role { .. }
        | Refusal::NeedsSecond
        | Refusal::Unconfirmed
        | Refusal::Approver { .. } => "approver",
        Refusal::PolicyChanged
        | Refusal::Lapsed { .. }
        | Refusal::Category { .. }
        | Refusal::Inside
        | Refusal::Rung { .. } => "policy",
        Refusal::DraftState { .. } => "draft_state",
        Refusal::Left => "left_before",
        Refusal::Halted => "halted",
        _ => "rule",
    }
}
