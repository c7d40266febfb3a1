//! One use of a standing approval: a letter for which nobody pressed a button, asked about when it is queued and again
//! before its first byte goes out.

use desk::{
    Refusal, Timestamp,
    audit::AuditEvent,
    calibration::Tally,
    consent::may_use_ai,
    envelope::{AiPart, Envelope},
    ids::{AgentId, MessageId, OutboxId, RequesterId, StandingId, TicketId},
    people::Role,
    standing::{REQUESTER_SECONDS, Unused, Use, is_earned, may_use},
    ticket::Status,
};
use store::{Conn, StoreError, Tx, new_id};

use crate::{
    Door, DoorError,
    choice::{Part, lines_under},
    letter::{self, Kind, Marks},
    rows::{Cargo, OutboxRow},
    seal::plain_subject,
    sql::{params, sql},
    standing::{Standing, whole},
    world::{Thread, Ticket},
};

const DAY_SECONDS: i64 = 86_400;

/// What the caller knows of a ticket that one might answer.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Whether triage was sure of its category, and no person said otherwise.
    pub is_surely_its: bool,
    /// Whether it holds one message of a person, and nobody wrote or works on it.
    pub is_first: bool,
    /// How people answered the machine's looks at its category.
    pub evidence: Tally,
}

/// Answers a ticket by the standing approval of its category, in the caller's transaction; says why not, or nothing
/// where there is none.
///
/// # Errors
/// What the database says.
pub async fn use_standing(
    door: &Door,
    tx: &mut Tx,
    ticket: TicketId,
    question: Question,
) -> Result<Option<Result<OutboxId, Unused>>, DoorError> {
    let now = tx.now();
    let ticket = Ticket::load(tx, ticket).await?;
    let (Some(category), Some(language)) = (ticket.category.clone(), ticket.language.clone()) else { return Ok(None) };
    let Some(standing) = Standing::active(tx, &category, &language).await? else { return Ok(None) };
    let Some(answers) = ticket.last_inbound else { return Ok(None) };
    let thread = Thread::load(tx, Some(answers)).await?;
    let conduct = ticket.conduct_alone(tx, now).await?;
    // Writing the row without changing it makes two uses for one requester wait for each other. Two for different
    // requesters at the same instant on two nodes may pass the limit of the day by one.
    tx.execute(sql!("update requesters set ai = ai where id = $1"), params![ticket.requester]).await?;
    let asked = Use {
        holds: standing.holds(door),
        until: standing.limits.until,
        sources_hold: standing.changed(tx, now).await?.is_none(),
        approver: role_now(tx, standing.agent).await?,
        is_surely_its: question.is_surely_its,
        conduct: &conduct,
        flags: ticket.flags.len(),
        consents: may_use_ai(ticket.voices(door.settings().ai_default)).is_ok(),
        is_first_question: question.is_first
            && thread.machine.is_none()
            && ticket.requester_email != door.settings().mailbox
            && ticket.status.waits_for_us(),
        used_today: used(tx, standing.id, None, now.plus_seconds(-DAY_SECONDS)).await?,
        used_for_requester: used(tx, standing.id, Some(ticket.requester), now.plus_seconds(-REQUESTER_SECONDS)).await?,
        limits: standing.limits,
        evidence: question.evidence,
    };
    if let Err(why) = may_use(&asked, now) {
        return Ok(Some(Err(why)));
    }
    let id: OutboxId = new_id();
    let approver = tx.agent(standing.agent).await?.name;
    let under = lines_under(door, tx, &ticket, Part::FIXED, now).await?;
    let body = whole(&standing.body, &approver, &door.settings().desk_name) + &under;
    let subject = thread.subject.clone().unwrap_or_else(|| ticket.subject.clone());
    let envelope = envelope(door, id, &ticket.requester_email, &subject, body, thread);
    let Ok(mime) = render(door, &envelope, ticket.number, now) else { return Ok(Some(Err(Unused::Conversation))) };
    let row = OutboxRow {
        id,
        cargo: Cargo::Standing { id: standing.id },
        ticket: ticket.id,
        // Nothing answers an empty sender (RFC 3834).
        mail_from: String::new(),
        recipients: envelope.to,
        mime,
        created_at: now,
    };
    row.insert(door, tx, now.plus_seconds(door.settings().undo_seconds)).await?;
    keep_use(tx, &standing, &ticket, id, answers).await?;
    tx.record(AuditEvent::StandingUsed { ticket: ticket.id, standing: standing.id, outbox: id }).await?;
    Ok(Some(Ok(id)))
}

async fn keep_use(
    tx: &mut Tx,
    standing: &Standing,
    ticket: &Ticket,
    outbox: OutboxId,
    answers: MessageId,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        sql!("insert into standing_uses (outbox_id, standing_id, ticket_id, requester_id, answers, status_before, at) values ($1,$2,$3,$4,$5,$6,$7)"),
        params![outbox, standing.id, ticket.id, ticket.requester, answers, ticket.status, now],
    )
    .await?;
    let moved = tx
        .execute(
            sql!(
                "update tickets set status = 'pending', waiting = 0, revision = revision + 1, updated_at = $1 where id = $2 and status = $3 and last_inbound_id = $4"
            ),
            params![now, ticket.id, ticket.status, answers],
        )
        .await?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

async fn used(
    conn: &mut Conn,
    standing: StandingId,
    requester: Option<RequesterId>,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let row = match requester {
        None => {
            conn.one(
                sql!("select count(*) from standing_uses where standing_id = $1 and at > $2"),
                params![standing, since],
            )
            .await?
        }
        // Of any standing approval: nobody is answered by machines again and again.
        Some(requester) => {
            conn.one(
                sql!("select count(*) from standing_uses where requester_id = $1 and at > $2"),
                params![requester, since],
            )
            .await?
        }
    };
    row.columns().take()
}

async fn role_now(conn: &mut Conn, agent: AgentId) -> Result<Option<Role>, StoreError> {
    let row = conn.one(sql!("select deactivated_at from agents where id = $1"), params![agent]).await?;
    if row.columns().take::<Option<i64>>()?.is_some() {
        return Ok(None);
    }
    Ok(Some(conn.agent(agent).await?.role))
}

/// Whether a use that waits may still leave.
pub(crate) async fn may_leave(
    door: &Door,
    conn: &mut Conn,
    row: &OutboxRow,
    id: StandingId,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let standing = Standing::load(conn, id).await?;
    let ticket = Ticket::load(conn, row.ticket).await?;
    let kept = conn
        .one(sql!("select standing_id, ticket_id, answers from standing_uses where outbox_id = $1"), params![row.id])
        .await?;
    let mut c = kept.columns();
    let (of, on, answers): (StandingId, TicketId, MessageId) = (c.take()?, c.take()?, c.take()?);
    let approver = conn.agent(standing.agent).await?.name;
    // The link is the one of the hour it was queued in.
    let under = lines_under(door, conn, &ticket, Part::FIXED, row.created_at).await?;
    let body = whole(&standing.body, &approver, &door.settings().desk_name) + &under;
    let says_it = letter::read(&row.mime).is_some_and(|l| l.body == body && l.to == [ticket.requester_email.clone()]);
    if !standing.holds(door) && standing.ended_at.is_none() || (of, on) != (id, row.ticket) || !says_it {
        return Ok(Err(Refusal::DigestMismatch));
    }
    if standing.ended_at.is_some() || now >= standing.limits.until {
        return Ok(Err(Refusal::Expired));
    }
    if let Some(article) = standing.changed(conn, now).await? {
        let row = conn.one(sql!("select title from articles where id = $1"), params![article]).await?;
        return Ok(Err(Refusal::SourceChanged { title: row.columns().take()? }));
    }
    if !role_now(conn, standing.agent).await?.is_some_and(Role::leads) {
        return Ok(Err(Refusal::NotYours));
    }
    if ticket.last_inbound != Some(answers) {
        return Ok(Err(Refusal::NewMessage));
    }
    let conduct = ticket.conduct_alone(conn, now).await?;
    let is_plain = ticket.category.as_deref() == Some(standing.category.as_str())
        && ticket.flags.is_empty()
        && ticket.status == Status::Pending
        && is_earned(&conduct);
    if !is_plain {
        return Ok(Err(Refusal::PolicyChanged));
    }
    Ok(may_use_ai(ticket.voices(door.settings().ai_default)))
}

pub(crate) fn envelope(door: &Door, id: OutboxId, to: &str, subject: &str, body: String, thread: Thread) -> Envelope {
    let settings = door.settings();
    Envelope {
        from_name: settings.desk_name.clone(),
        from_address: settings.mailbox.clone(),
        to: vec![to.to_owned()],
        cc: Vec::new(),
        subject: plain_subject(subject),
        body,
        enclosures: Vec::new(),
        message_id: door.message_id(id),
        in_reply_to: thread.in_reply_to,
        references: thread.references,
        ai: AiPart::None,
    }
}

pub(crate) fn render(door: &Door, envelope: &Envelope, number: i64, now: Timestamp) -> Result<Vec<u8>, Refusal> {
    let marks = Marks { kind: Kind::Notice, ticket_number: number, domain: &door.settings().domain, at: now };
    letter::render(envelope, &marks)
}

/// Gives a ticket back to people whose letter did not leave.
pub(crate) async fn reopen(tx: &mut Tx, outbox: OutboxId) -> Result<(), StoreError> {
    let row = tx
        .maybe(
            sql!("select ticket_id, status_before, answers from standing_uses where outbox_id = $1"),
            params![outbox],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    let mut c = row.columns();
    let (ticket, before, answers): (TicketId, Status, MessageId) = (c.take()?, c.take()?, c.take()?);
    let now = tx.now();
    tx.execute(
        sql!(
            "update tickets set status = $1, waiting = $2, revision = revision + 1, updated_at = $3 where id = $4 and status = 'pending' and last_inbound_id = $5"
        ),
        params![before, i64::from(before.waits_for_us()), now, ticket, answers],
    )
    .await?;
    Ok(())
}
