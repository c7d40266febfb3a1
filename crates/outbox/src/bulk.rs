//! What became of the letters of a reply to many. Nothing here approves: each of its letters has an approval, a digest
//! and a mark of its own, given through [`crate::approve`] like any other.

use desk::{
    Timestamp,
    bulk::LetterFate,
    ids::{AgentId, ApprovalId, BulkId, DraftId, OutboxId, TicketId},
};
use store::{Conn, Grant, StoreError, raw::Row};

use crate::{
    DoorError, OutboxState,
    lookup::reach,
    sql::{params, sql},
};

/// One letter of a reply to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkLetter {
    /// Its draft.
    pub draft: DraftId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// The requester's name.
    pub requester: String,
    /// Their address.
    pub email: String,
    /// Where it is.
    pub fate: LetterFate,
    /// Its newest approval.
    pub approval: Option<ApprovalId>,
    /// Its newest place in the outbox.
    pub outbox: Option<OutboxId>,
    /// When it leaves or left.
    pub at: Option<Timestamp>,
    /// The record's word for why an approval of it was withdrawn; none where it stands.
    pub why: Option<String>,
    /// Who gave the first of two yeses.
    pub first_by: Option<AgentId>,
}

/// Every letter of a reply to many, by ticket number.
///
/// # Errors
/// What the database says.
pub async fn letters_of(conn: &mut Conn, grant: &Grant, bulk: BulkId) -> Result<Vec<BulkLetter>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select d.id, t.id, t.number, r.name, r.email, d.state, a.id, o.id, o.state, case when o.state = 'ready' then o.not_before else o.updated_at end, w.why,
                 (select f.agent_id from first_approvals f where f.draft_id = d.id and f.revision = d.revision and f.taken_back_at is null
                  and f.answered is not distinct from t.last_inbound_id order by f.approved_at desc limit 1)
                 from drafts d join tickets t on t.id = d.ticket_id join requesters r on r.id = t.requester_id
                 left join approvals a on a.draft_id = d.id and not exists (select 1 from approvals n where n.draft_id = d.id and (n.approved_at > a.approved_at or (n.approved_at = a.approved_at and n.id > a.id)))
                 left join outbox o on o.approval_id = a.id left join withdrawals w on w.approval_id = a.id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and d.bulk_id = $2 order by t.number, d.id"
            ),
            params![reach(grant), bulk],
        )
        .await?;
    rows.iter().map(|row| Ok(letter(row)?)).collect()
}

fn letter(row: &Row) -> Result<BulkLetter, StoreError> {
    let mut c = row.columns();
    let (draft, ticket, number, requester, email) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let state: String = c.take()?;
    let (approval, outbox) = (c.take()?, c.take()?);
    let waits: Option<String> = c.take()?;
    let at: Option<Timestamp> = c.take()?;
    let why: Option<String> = c.take()?;
    let first_by: Option<AgentId> = c.take()?;
    let damaged = |_| StoreError::Damaged { what: "a state in the outbox".to_owned() };
    let waits: Option<OutboxState> = waits.map(|word| word.parse()).transpose().map_err(damaged)?;
    let fate = match (state.as_str(), waits) {
        ("open", _) if first_by.is_some() => LetterFate::AwaitsSecond,
        ("open", _) => LetterFate::Open,
        (_, Some(OutboxState::Ready)) => LetterFate::Ready,
        (_, Some(OutboxState::Sending)) => LetterFate::Sending,
        (_, Some(OutboxState::Sent)) => LetterFate::Sent,
        (_, Some(OutboxState::Uncertain)) => LetterFate::Uncertain,
        _ => LetterFate::PutAside,
    };
    let at = at.filter(|_| fate != LetterFate::Open && fate != LetterFate::AwaitsSecond);
    Ok(BulkLetter { draft, ticket, number, requester, email, fate, approval, outbox, at, why, first_by })
}

/// Letters of replies to many that a person approved since `since` and that were not taken back.
///
/// # Errors
/// What the database says.
pub async fn approved_in_bulk(conn: &mut Conn, agent: AgentId, since: Timestamp) -> Result<i64, DoorError> {
    let row = conn
        .one(
            sql!(
                "select count(*) from approvals a join drafts d on d.id = a.draft_id where d.bulk_id is not null and a.agent_id = $1 and a.approved_at > $2
                 and not exists (select 1 from withdrawals w where w.approval_id = a.id)"
            ),
            params![agent, since],
        )
        .await?;
    Ok(row.columns().take()?)
}

/// Replies to many with letters that one person approved and a second has to, with who did and how many letters.
///
/// # Errors
/// What the database says.
pub async fn awaiting_second_in_bulk(
    conn: &mut Conn,
    grant: &Grant,
) -> Result<Vec<(BulkId, AgentId, String, i64)>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select d.bulk_id, f.agent_id, g.name, count(*) from first_approvals f join drafts d on d.id = f.draft_id join tickets t on t.id = f.ticket_id join agents g on g.id = f.agent_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and f.taken_back_at is null and d.bulk_id is not null and d.state = 'open' and d.revision = f.revision
                 and t.last_inbound_id is not distinct from f.answered group by d.bulk_id, f.agent_id, g.name order by d.bulk_id limit 50"
            ),
            params![reach(grant)],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?, c.take()?, c.take()?))
        })
        .collect()
}
