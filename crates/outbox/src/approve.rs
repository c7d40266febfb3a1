//! A signed-in person's yes to exactly the bytes they were shown. One transaction, and every write
//! in it is conditional, so that of two people who click at the same instant one is refused.

use desk::{
    Digest, Refusal, Timestamp,
    approval::{Facts, Step, may_approve, may_wait_until},
    audit::AuditEvent,
    closed_list,
    draft::DraftState,
    ids::{ApprovalId, DraftId, FirstApprovalId, OutboxId, SealId, TicketId},
    terms::{Confirmation, Signers},
    ticket::Status,
};
use store::{AgentSession, Store, StoreError, Tx, new_id};

use crate::{
    Door, DoorError,
    checks::{Check, CheckState, cleared, look},
    crash,
    first::{FirstApproval, standing},
    reading::{self, Attention, Pace},
    rows::{Approval, Cargo, OutboxRow},
    seal::Evidence,
    sql::{params, sql},
    world::{self, Draft, Seal, Source, Ticket},
};

closed_list! {
    /// What the ticket becomes with the reply.
    pub enum StatusAfter ("status after a reply") {
        /// Answered for good, as we think.
        Solved = "solved",
        /// Waiting for the requester.
        Pending = "pending",
        /// Still ours.
        Open = "open",
    }
}

impl StatusAfter {
    const fn status(self) -> Status {
        match self {
            Self::Solved => Status::Solved,
            Self::Pending => Status::Pending,
            Self::Open => Status::Open,
        }
    }
}

/// That a person approved, and where the reply waits. Only [`approve`] makes one; it cannot be
/// copied, and nothing can be read into it.
#[derive(Debug)]
pub struct ApprovedReply {
    approval: ApprovalId,
    outbox: OutboxId,
    draft: DraftId,
    ticket: TicketId,
    digest: Digest,
    leaves_at: Timestamp,
}

impl ApprovedReply {
    /// The approval.
    #[must_use]
    pub const fn approval(&self) -> ApprovalId {
        self.approval
    }
    /// Its place in the outbox.
    #[must_use]
    pub const fn outbox(&self) -> OutboxId {
        self.outbox
    }
    /// The draft.
    #[must_use]
    pub const fn draft(&self) -> DraftId {
        self.draft
    }
    /// The ticket.
    #[must_use]
    pub const fn ticket(&self) -> TicketId {
        self.ticket
    }
    /// Of everything that was approved.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
    /// Until when it can be undone.
    #[must_use]
    pub const fn leaves_at(&self) -> Timestamp {
        self.leaves_at
    }
}

/// Longest note under a check, in characters.
const NOTE_CHARS_MAX: usize = 1_000;

/// A warning that the person confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The check's key.
    pub key: String,
    /// What they wrote down about it; empty where nothing is asked for.
    pub note: String,
}

impl Acknowledged {
    pub(crate) fn has_note(&self) -> bool {
        self.note.chars().any(char::is_alphanumeric)
    }
}

/// A person's yes as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Yes<'a> {
    /// The page's one-time token.
    pub token: &'a str,
    /// The digest the browser sends back.
    pub shown: Digest,
    /// The draft it believes to approve.
    pub draft: DraftId,
    /// What the ticket becomes.
    pub after: StatusAfter,
    /// The warnings the person confirmed.
    pub acknowledged: &'a [Acknowledged],
    /// The hour to send it at; none for now.
    pub send_at: Option<Timestamp>,
    /// How they read it.
    pub attention: &'a Attention,
}

/// What a yes brought about.
#[derive(Debug)]
pub enum Given {
    /// The reply waits in the outbox.
    Leaves(ApprovedReply),
    /// Nothing leaves before a second person approves the same bytes.
    AwaitsSecond {
        /// The ticket.
        ticket: TicketId,
        /// The draft; it stays open.
        draft: DraftId,
    },
}

/// Approves what the page behind `yes.token` showed. Where the case asks for two people, the first yes is kept and
/// nothing leaves.
///
/// # Errors
/// The first [`Refusal`] of [`may_approve`]; then [`Refusal::Schedule`], [`Refusal::Hurried`], [`Refusal::Blocked`] or
/// [`Refusal::Unacknowledged`]; [`Refusal::Transition`] when the ticket cannot become `yes.after`; or what the database says.
pub async fn approve(
    door: &Door,
    store: &Store,
    session: &AgentSession,
    yes: Yes<'_>,
    now: Timestamp,
) -> Result<Given, DoorError> {
    let mut tx = store.begin(session, now).await?;
    let seal = Seal::by_token(&mut tx, Digest::of(yes.token.as_bytes())).await?.ok_or(Refusal::PageSpent)?;
    if seal.draft != yes.draft {
        return Err(Refusal::DigestMismatch.into());
    }
    let draft = Draft::load(&mut tx, yes.draft).await?;
    draft.may_go_on(seal.shown.at)?;
    let ticket = Ticket::load(&mut tx, draft.ticket).await?;
    let sources = Source::of_seal(&mut tx, seal.id, now).await?;
    let conduct = ticket.conduct(&mut tx, &draft, now).await?;
    let first = standing(door, &mut tx, &draft, &ticket, &conduct, Some(session.agent().id), now).await?;
    let facts = Facts {
        shown: seal.shown.clone(),
        claimed: yes.shown,
        approver: world::approver(&mut tx, session, &ticket.queue, now).await?,
        state: draft.state,
        revision: draft.revision,
        last_inbound: ticket.last_inbound,
        sources: Source::cited(&sources),
        conduct,
        pins: seal.policies.clone(),
        confirmed: world::confirmed(&mut tx, session, seal.shown.at).await?,
        first: first.as_ref().map(|f| f.yes.clone()),
    };
    let step = may_approve(&facts, now)?;
    yes.send_at.map_or(Ok(()), |at| may_wait_until(at, now))?;
    let pace = Pace::of(door, &mut tx, &draft, session.agent().id, seal.shown.at, now).await?;
    pace.allows(now)?;
    let evidence = Evidence::of(&mut tx, &draft, &ticket, now).await?;
    let looked = evidence.looked(door, &ticket, &draft, &facts.conduct, &facts.approver);
    let checks = look(&looked);
    cleared(&checks, yes.acknowledged)?;
    ticket.status.move_to(yes.after.status())?;
    keep_answers(&mut tx, seal.id, &checks, yes.acknowledged).await?;
    reading::keep(&mut tx, (&seal, &draft, &ticket), &sources, yes.attention, pace.brake).await?;
    if step == Step::AwaitsSecond {
        return wait_for_second(door, tx, session, &seal, &ticket, facts.confirmed).await;
    }
    take(&mut tx, &seal, &draft, &ticket, yes.after).await?;
    let first = first.filter(|_| facts.conduct.people == Signers::Two).map(|f| f.row.id);
    let behind = Behind { confirmed: facts.confirmed, first, send_at: yes.send_at };
    let given = Taken { session, seal, draft: &draft, ticket: &ticket, sources: &sources, choice: yes.after, behind };
    let reply = queue(door, &mut tx, given).await?;
    crash::point("approve-before-commit");
    tx.commit(AuditEvent::ReplyApproved {
        ticket: reply.ticket,
        draft: reply.draft,
        approval: reply.approval,
        outbox: reply.outbox,
        digest: reply.digest,
    })
    .await?;
    crash::point("approve-committed");
    Ok(Given::Leaves(reply))
}

/// Keeps the first yes. The page is spent, the draft stays open for the second person.
async fn wait_for_second(
    door: &Door,
    mut tx: Tx,
    session: &AgentSession,
    seal: &Seal,
    ticket: &Ticket,
    confirmed: Confirmation,
) -> Result<Given, DoorError> {
    spend(&mut tx, seal).await?;
    let first = FirstApproval::write(door, &mut tx, session, seal, ticket.id, confirmed).await?;
    let (ticket, draft, digest) = (ticket.id, seal.draft, seal.shown.digest);
    tx.commit(AuditEvent::FirstApproved { ticket, draft, first, digest }).await?;
    Ok(Given::AwaitsSecond { ticket, draft })
}

/// What was confirmed before the yes, and in which words.
async fn keep_answers(
    tx: &mut Tx,
    seal: SealId,
    checks: &[Check],
    acknowledged: &[Acknowledged],
) -> Result<(), StoreError> {
    for check in checks.iter().filter(|c| c.state == CheckState::Warn) {
        let Some(answer) = acknowledged.iter().find(|a| a.key == check.key) else { continue };
        let note: String = answer.note.trim().chars().take(NOTE_CHARS_MAX).collect();
        tx.execute(
            sql!("insert into approval_answers (seal_id, key, label, note) values ($1,$2,$3,$4) on conflict (seal_id, key) do nothing"),
            params![seal, &check.key, &check.label, note],
        )
        .await?;
    }
    Ok(())
}

/// Moves ticket, page and draft on, each only if it is still what was just looked at. The ticket
/// comes first, as it does for arriving mail, so that the two wait for each other in one order.
async fn take(tx: &mut Tx, seal: &Seal, draft: &Draft, ticket: &Ticket, choice: StatusAfter) -> Result<(), DoorError> {
    let (now, after) = (tx.now(), choice.status());
    let moved = tx
        .execute(
            sql!(
                "update tickets set status = $1, waiting = $2, draft = 'none', draft_why = null, revision = revision + 1, updated_at = $3
                 where id = $4 and status = $5 and last_inbound_id is not distinct from $6"
            ),
            params![after, i64::from(after.waits_for_us()), now, ticket.id, ticket.status, ticket.last_inbound],
        )
        .await?;
    if moved != 1 {
        return Err(overtaken(tx, draft, ticket).await?);
    }
    spend(tx, seal).await?;
    let taken = tx
        .execute(
            sql!("update drafts set state = 'approved' where id = $1 and state = 'open' and revision = $2"),
            params![draft.id, draft.revision],
        )
        .await?;
    if taken == 1 { Ok(()) } else { Err(overtaken(tx, draft, ticket).await?) }
}

/// Uses the page up; of two yeses to one page the second is refused.
async fn spend(tx: &mut Tx, seal: &Seal) -> Result<(), DoorError> {
    let now = tx.now();
    let spent = tx
        .execute(sql!("update seals set spent_at = $1 where id = $2 and spent_at is null"), params![now, seal.id])
        .await?;
    if spent == 1 { Ok(()) } else { Err(Refusal::PageSpent.into()) }
}

/// Somebody was faster by a moment: says who or what, from the facts as they are now.
async fn overtaken(tx: &mut Tx, draft: &Draft, ticket: &Ticket) -> Result<DoorError, StoreError> {
    let (draft_now, ticket_now) = (Draft::load(tx, draft.id).await?, Ticket::load(tx, ticket.id).await?);
    Ok(if ticket_now.last_inbound != ticket.last_inbound {
        Refusal::NewMessage.into()
    } else if draft_now.state != DraftState::Open {
        Refusal::DraftState { state: draft_now.state.word().to_owned() }.into()
    } else if draft_now.revision != draft.revision {
        Refusal::Edited.into()
    } else {
        StoreError::Stale.into()
    })
}

/// How a yes came about.
struct Behind {
    confirmed: Confirmation,
    first: Option<FirstApprovalId>,
    send_at: Option<Timestamp>,
}

/// What a person said yes to.
struct Taken<'a> {
    session: &'a AgentSession,
    seal: Seal,
    draft: &'a Draft,
    ticket: &'a Ticket,
    sources: &'a [Source],
    choice: StatusAfter,
    behind: Behind,
}

async fn queue(door: &Door, tx: &mut Tx, yes: Taken<'_>) -> Result<ApprovedReply, DoorError> {
    let (now, outbox): (_, OutboxId) = (tx.now(), new_id());
    let approval = Approval {
        id: new_id(),
        seal: yes.seal.id,
        draft: yes.draft.id,
        revision: yes.draft.revision,
        ticket: yes.ticket.id,
        agent: yes.session.agent().id,
        session: yes.session.id(),
        digest: yes.seal.shown.digest,
        answered: yes.ticket.last_inbound,
        status_before: yes.ticket.status,
        status_after: yes.choice.status(),
        approved_at: now,
        confirmed: yes.behind.confirmed,
        first: yes.behind.first,
        send_at: yes.behind.send_at,
    };
    let versions: Vec<_> = yes.sources.iter().map(|s| s.version).collect();
    write(tx, &approval, approval.mac(door, outbox, &versions, &yes.seal.policies)).await?;
    if let Some(category) = &yes.ticket.category {
        remember(tx, category, &approval, yes.choice).await?;
    }
    let undo_until = now.plus_seconds(door.settings().undo_seconds);
    let leaves_at = approval.send_at.map_or(undo_until, |at| at.max(undo_until));
    let row = OutboxRow {
        id: outbox,
        cargo: Cargo::Reply { approval: approval.id, digest: approval.digest },
        ticket: approval.ticket,
        mail_from: yes.seal.mail_from,
        recipients: yes.seal.recipients,
        mime: yes.seal.mime,
        created_at: now,
    };
    row.insert(door, tx, leaves_at).await?;
    Ok(ApprovedReply {
        approval: approval.id,
        outbox,
        draft: approval.draft,
        ticket: approval.ticket,
        digest: approval.digest,
        leaves_at,
    })
}

async fn write(tx: &mut Tx, approval: &Approval, mac: Vec<u8>) -> Result<(), StoreError> {
    tx.execute(
        sql!(
            "insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, status_before, status_after, approved_at, confirmed, first_id, send_at, mac)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)"
        ),
        params![
            approval.id,
            approval.seal,
            approval.draft,
            approval.revision,
            approval.ticket,
            approval.agent,
            approval.session,
            approval.digest,
            approval.answered,
            approval.status_before,
            approval.status_after,
            approval.approved_at,
            approval.confirmed.word(),
            approval.first,
            approval.send_at,
            mac
        ],
    )
    .await?;
    Ok(())
}

/// The next reply in this category offers the same status first.
async fn remember(tx: &mut Tx, category: &str, approval: &Approval, choice: StatusAfter) -> Result<(), StoreError> {
    tx.execute(
        sql!(
            "insert into status_choices (category, agent_id, status) values ($1,$2,$3)
             on conflict (category, agent_id) do update set status = excluded.status"
        ),
        params![category, approval.agent, choice.word()],
    )
    .await?;
    Ok(())
}
