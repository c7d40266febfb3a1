//! One reply to many tickets: prepared as a draft for each, shown whole, approved letter by letter, slowly let go,
//! stoppable at any moment. It has no approval of its own; [`super::approve_reply`] is asked once for each letter.

use std::collections::{HashMap, HashSet};

use desk::{
    Digest, Refusal, Timestamp,
    approval::SEAL_SECONDS,
    audit::AuditEvent,
    bulk::{self, Candidate, LeftOut, LetterFate, Limits, Reviewed, TICKETS_MAX},
    draft::DraftState,
    ids::{BulkId, DraftId, RequesterId, TicketId},
    people::Requester,
    template::{Template, Values},
};
use outbox::{Attention, CheckState, Sealed, StatusAfter};
use store::{AgentSession, Bulk, Grant, NewBulk, Purpose, TicketLine, Tx};

use super::{
    approve_reply::{self, ApproveRequest, Approved},
    keep_draft::{Own, keep_own},
    prepare_reply::person_writes,
};
use crate::{App, FlowError};

/// A person's letters in bulk are counted over this long, in seconds.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// What an installation allows.
fn limits(app: &App) -> Limits {
    let desk = &app.config.desk;
    Limits { letters_a_day: desk.bulk_letters_a_day, two_people_from: desk.bulk_two_people_from }
}

/// Prepares a draft in each of `tickets` from one text with slots. Those that need words of their own are left out, with
/// the reason; nothing a person wrote is replaced.
///
/// # Errors
/// [`FlowError::Invalid`] for a text or a choice of tickets that cannot be used, [`FlowError::NotFound`] or
/// [`Refusal::NotYours`] for a ticket that is not theirs.
pub async fn prepare(app: &App, session: &AgentSession, tickets: &[TicketId], text: &str) -> Result<BulkId, FlowError> {
    let template = Template::read(text).map_err(|e| FlowError::Invalid(e.to_string()))?;
    let mut tickets = tickets.to_vec();
    tickets.sort_unstable();
    tickets.dedup();
    if tickets.len() < 2 || tickets.len() > TICKETS_MAX {
        return Err(FlowError::Invalid(format!("Choose between 2 and {TICKETS_MAX} tickets for one reply.")));
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let mut plan = Plan::default();
    for ticket in tickets {
        plan.look_at(&mut tx, session, &grant, &template, ticket).await?;
    }
    if plan.letters.is_empty() {
        return Err(FlowError::Invalid(
            "None of these tickets can get this text: each is closed, in hand, or lacks a value for a slot.".to_owned(),
        ));
    }
    let people = limits(app).signers(plan.letters.len());
    let bulk = tx.add_bulk(NewBulk { agent: session.agent().id, template: text, people }).await?;
    for (ticket, why, detail) in &plan.left_out {
        tx.leave_out(bulk, *ticket, *why, detail).await?;
    }
    for Planned { ticket, answers, body } in &plan.letters {
        let (ticket, answers, agent) = (*ticket, *answers, session.agent().id);
        let own = Own { ticket, answers, body, voice: None, agent, bulk: Some(bulk) };
        let (_, proposed) = keep_own(app, &mut tx, own).await?;
        tx.record(proposed).await?;
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let commitment = app.keys.commit_to("bulk", text.as_bytes());
    let (letters, left_out) = (count(plan.letters.len()), count(plan.left_out.len()));
    tx.commit(AuditEvent::BulkPrepared { bulk, letters, left_out, commitment }).await?;
    app.live.committed();
    Ok(bulk)
}

/// What the slots of a text hold for a ticket.
pub(super) fn values<'a>(line: &'a TicketLine, requester: &'a Requester, agent: &'a str) -> Values<'a> {
    Values {
        requester: Some(&requester.name),
        first_name: requester.first_name(),
        organization: line.organization.as_ref().map(|(name, _)| name.as_str()),
        number: line.ticket.number,
        subject: &line.ticket.subject,
        agent,
    }
}

struct Planned {
    ticket: TicketId,
    answers: Option<desk::ids::MessageId>,
    body: String,
}

/// Who gets the letter, and who does not.
#[derive(Default)]
struct Plan {
    letters: Vec<Planned>,
    left_out: Vec<(TicketId, LeftOut, String)>,
    told: HashSet<RequesterId>,
}

impl Plan {
    async fn look_at(
        &mut self,
        tx: &mut Tx,
        session: &AgentSession,
        grant: &Grant,
        template: &Template,
        ticket: TicketId,
    ) -> Result<(), FlowError> {
        let line = tx.ticket(grant, ticket).await?;
        if !session.agent().role.answers() || !session.agent().works_in(&line.ticket.queue) {
            return Err(Refusal::NotYours.into());
        }
        tx.hold_drafts(ticket).await?;
        let requester = tx.requester(line.ticket.requester).await?;
        let filled = template.fill(&values(&line, &requester, &session.agent().name));
        let candidate = Candidate {
            status: line.ticket.status,
            in_hand: person_writes(tx, grant, ticket).await?,
            told_already: self.told.contains(&requester.id),
            filled: filled.is_ok(),
        };
        let detail = filled.as_ref().err().map(|missing| missing.0.word().to_owned()).unwrap_or_default();
        match (bulk::may_join(candidate), filled) {
            (Ok(()), Ok(body)) => {
                self.told.insert(requester.id);
                self.letters.push(Planned { ticket, answers: line.ticket.last_inbound, body });
            }
            (Err(why), _) => self.left_out.push((ticket, why, detail)),
            (Ok(()), Err(_)) => self.left_out.push((ticket, LeftOut::Slot, detail)),
        }
        Ok(())
    }
}

/// Every letter that would leave, frozen for this person's eyes.
#[derive(Debug)]
pub struct SealedBulk {
    /// The reply to many.
    pub bulk: Bulk,
    /// Letters that may leave together, with their ticket numbers.
    pub letters: Vec<(i64, Sealed)>,
    /// Letters that need an answer of their own on their tickets, and what.
    pub alone: Vec<(TicketId, i64, String)>,
    /// Those to be read one by one.
    pub sample: Vec<DraftId>,
}

/// Freezes what is left of it.
///
/// # Errors
/// [`FlowError::NotFound`], or what the database says. A letter that cannot be frozen is named, not an error.
pub async fn seal(app: &App, session: &AgentSession, id: BulkId) -> Result<SealedBulk, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let bulk = conn.bulk(&grant, id).await?;
    let open = conn.open_letters(&grant, id).await?;
    drop(conn);
    let (mut letters, mut lengths, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for letter in open {
        if !letter.is_current {
            alone.push((letter.ticket, letter.number, "the customer wrote again".to_owned()));
            continue;
        }
        let sealed = match super::seal_reply::seal(app, session, letter.draft).await {
            Ok(sealed) => sealed,
            Err(FlowError::Refused(refusal)) => {
                alone.push((letter.ticket, letter.number, refusal.to_string()));
                continue;
            }
            Err(other) => return Err(other),
        };
        match sealed.checks.iter().find(|c| c.state != CheckState::Ok) {
            Some(check) => alone.push((letter.ticket, letter.number, check.label.clone())),
            None => {
                letters.push((letter.number, sealed));
                lengths.push(letter.length);
            }
        }
    }
    let sample = bulk::sample(&lengths).into_iter().filter_map(|at| letters.get(at).map(|(_, s)| s.draft)).collect();
    Ok(SealedBulk { bulk, letters, alone, sample })
}

/// Notes that this person opened one letter, as frozen under `digest`.
///
/// # Errors
/// [`FlowError::NotFound`] for a draft that is no letter of a reply to many, or not theirs to see.
pub async fn read(app: &App, session: &AgentSession, draft: DraftId, digest: Digest) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let bulk = tx.bulk_of_draft(&grant, draft).await?;
    let row = tx.draft(&grant, draft).await?;
    if row.state != DraftState::Open {
        return Err(Refusal::DraftState { state: row.state.word().to_owned() }.into());
    }
    tx.note_reading(bulk, draft, session.agent().id, digest).await?;
    tx.commit(AuditEvent::BulkLetterRead { ticket: row.ticket, bulk, digest }).await?;
    app.live.committed();
    Ok(())
}

/// One letter that a person says yes to, as its page showed it.
#[derive(Debug, Clone)]
pub struct SeenLetter {
    /// Its draft.
    pub draft: DraftId,
    /// Its page's one-time token.
    pub token: String,
    /// Digest of what the page showed.
    pub digest: Digest,
}

/// A person's yes to many letters.
#[derive(Debug, Clone)]
pub struct BulkYes {
    /// The reply to many.
    pub bulk: BulkId,
    /// How many letters they say there are.
    pub counted: usize,
    /// What becomes of the tickets.
    pub status_after: StatusAfter,
    /// The letters.
    pub letters: Vec<SeenLetter>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct BulkCame {
    /// Letters that wait to leave.
    pub leaving: usize,
    /// Letters that await a second person.
    pub awaiting: usize,
    /// Letters that were refused, with the sentence.
    pub refused: Vec<(DraftId, String)>,
}

/// Approves each letter on its own, each at its own hour. What a rule refuses stays where it is and is named.
///
/// # Errors
/// [`Refusal::Counted`], [`Refusal::Unread`] or [`Refusal::DayIsFull`] before anything is approved; [`FlowError::NotFound`]
/// for a letter that is not part of it.
pub async fn approve(app: &App, session: &AgentSession, yes: BulkYes) -> Result<BulkCame, FlowError> {
    reviewed(app, session, &yes).await?;
    let starts = app.clock.now().plus_seconds(app.config.desk.undo_seconds.max(1));
    let mut came = BulkCame::default();
    for letter in yes.letters {
        let request = ApproveRequest {
            draft: letter.draft,
            token: letter.token,
            digest: letter.digest,
            status_after: yes.status_after,
            acknowledged: Vec::new(),
            send_at: Some(starts.plus_seconds(bulk::leaves_after(came.leaving))),
            attention: Attention::default(),
        };
        match approve_reply::approve(app, session, request).await {
            Ok(Approved::Leaves { .. }) => came.leaving += 1,
            Ok(Approved::AwaitsSecond { .. }) => came.awaiting += 1,
            Err(FlowError::Refused(refusal)) => came.refused.push((letter.draft, refusal.to_string())),
            Err(FlowError::Stale) => came.refused.push((letter.draft, FlowError::Stale.to_string())),
            Err(other) => return Err(other),
        }
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let tx = app.store.begin(session, app.clock.now()).await?;
    let letters = count(came.leaving + came.awaiting);
    tx.commit(AuditEvent::BulkApproved { bulk: yes.bulk, letters, refused: count(came.refused.len()) }).await?;
    app.live.committed();
    Ok(came)
}

/// Whether the person did what so many letters ask for.
async fn reviewed(app: &App, session: &AgentSession, yes: &BulkYes) -> Result<(), FlowError> {
    let (grant, now) = (Grant::for_agent(session, Purpose::Work)?, app.clock.now());
    let agent = session.agent().id;
    let mut conn = app.store.read().await?;
    conn.bulk(&grant, yes.bulk).await?;
    let shown: HashMap<DraftId, Digest> = yes.letters.iter().map(|l| (l.draft, l.digest)).collect();
    let mut open = conn.open_letters(&grant, yes.bulk).await?;
    open.retain(|letter| shown.contains_key(&letter.draft));
    if shown.len() != yes.letters.len() || open.len() != shown.len() {
        return Err(FlowError::NotFound);
    }
    let read: HashMap<DraftId, Timestamp> = conn
        .readings(yes.bulk, agent)
        .await?
        .into_iter()
        .filter(|(draft, digest, at)| shown.get(draft) == Some(digest) && now.seconds_since(*at) <= SEAL_SECONDS)
        .map(|(draft, _, at)| (draft, at))
        .collect();
    let lengths: Vec<usize> = open.iter().map(|l| l.length).collect();
    let sample = bulk::sample(&lengths).into_iter().filter_map(|at| open.get(at));
    let reviewed = Reviewed {
        letters: open.len(),
        typed: yes.counted,
        sample: sample.map(|l| read.get(&l.draft).copied()).collect(),
        sent_today: outbox::approved_in_bulk(&mut conn, agent, now.plus_seconds(-DAY_SECONDS)).await?,
    };
    Ok(bulk::may_send(&reviewed, &limits(app))?)
}

/// Stops it: first the lock that the door asks before each letter, then every waiting letter is taken back.
///
/// # Errors
/// [`Refusal::Role`] for who does not answer, [`FlowError::NotFound`], or what the database says.
pub async fn stop(app: &App, session: &AgentSession, id: BulkId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.bulk(&grant, id).await?;
    tx.stop_bulk(id, session.agent().id).await?;
    tx.commit(AuditEvent::BulkStopped { bulk: id }).await?;
    app.live.committed();
    let mut conn = app.store.read().await?;
    let letters = outbox::letters_of(&mut conn, &grant, id).await?;
    drop(conn);
    for approval in letters.iter().filter(|l| l.fate == LetterFate::Ready).filter_map(|l| l.approval) {
        match super::undo_reply::undo(app, session, approval).await {
            // On its way already, or taken back by somebody else; of a queue that is not theirs the lock above keeps it.
            Ok(_) | Err(FlowError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Puts what is left of it aside: its open drafts go, what was approved stays as it is.
///
/// # Errors
/// [`FlowError::NotFound`], or what the database says.
pub async fn discard(app: &App, session: &AgentSession, id: BulkId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.bulk(&grant, id).await?;
    let letters = i64::try_from(tx.discard_bulk(&grant, id).await?).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::BulkDiscarded { bulk: id, letters }).await?;
    app.live.committed();
    Ok(())
}
