//! Looks whether a case goes up: after every sorting, when a promise was missed, when a ticket is silent. The machine
//! proposes or raises, and never brings anything down again.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    conduct::Conduct,
    escalation::{Case, Contact, Decision, Escalating, Means, Place, Receiver, Rise, Signal, decide, signals},
    ids::{AgentId, EscalationId, TicketId},
    notice::Notice,
    risk::Raised,
    suggestion::Doubt,
    ticket::{Priority, Status},
    triage::Triage,
};
use store::{
    Escalation, EscalationState as State, MeansKind, Message, NewEscalation, NewJob, Purpose, SuggestionKind,
    TicketLine, Tx, UpdateDelivery,
};

use crate::{
    App, FlowError,
    flow::{PREPARATION, count_clocks, pack_case, prepare_reply::worked, triage_ticket, whom_to_ask::DISAGREE},
};

/// Name of the job.
pub const ESCALATE: &str = "escalate";
/// Who wrote longer ago is told nothing by itself any more: it would answer a question of another day.
const FRESH_SECONDS: i64 = 3_600;
/// Silent tickets read at once.
const SILENT_AT_ONCE: i64 = 50;

/// Looks at a ticket, and proposes or raises.
///
/// # Errors
/// Whatever the database says.
pub async fn look(app: &App, ticket: TicketId) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let now = app.clock.now();
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    let line = tx.ticket(&grant, ticket).await?;
    let messages = tx.messages(&grant, ticket).await?;
    let newest = messages.iter().rev().find(|m| Some(m.id) == line.ticket.last_inbound);
    let over = matches!(line.ticket.status, Status::Solved | Status::Closed);
    if over || newest.is_none_or(|m| m.machine.is_some()) {
        return Ok(());
    }
    let policies = tx.policies().await?;
    let queues: Vec<String> = tx.queues().await?.into_iter().map(|(key, _)| key).collect();
    let policy = pack_case::escalating(&policies, &queues);
    let timed = tx.timed_ticket(&grant, ticket).await?;
    let told = count_clocks::of(&count_clocks::levels(&policies, &queues), &timed, now);
    let unsure =
        line.ticket.doubt == Some(Doubt::Unknown) && triage_ticket::consent(app, &mut tx, &line).await?.is_ok();
    let look = tx.newest_suggestion::<Triage>(&grant, ticket, SuggestionKind::Triage).await?;
    let (flags, topics) = look.map_or((Vec::new(), 0), |l| (l.suggestion.value.risk, l.suggestion.value.also.len()));
    let requests = tx.own_requests_since(ticket, now.plus_seconds(-policy.repeated_days * 86_400)).await?;
    let case = Case {
        unsure,
        topics,
        sources_disagree: line.draft_why.as_deref().is_some_and(|why| why.starts_with(DISAGREE)),
        requests,
        waiting_seconds: told.worked(waits_since(&messages).unwrap_or(line.ticket.last_inbound_at), now),
        missed: told.missed.first().cloned(),
        ..in_hand(&messages, &flags, &line)
    };
    let conduct = Conduct::of(&policies, worked(&line), now);
    let place = Place {
        category: line.ticket.category.as_deref(),
        queue: &line.ticket.queue,
        open: told.open,
        demanded: &conduct.escalate,
    };
    let decision = decide(&policy, signals(&policy, &case), place);
    let earlier = tx.escalations_of(&grant, ticket).await?;
    let Some(step) = step(&decision, earlier.first()) else { return Ok(()) };
    if let (Step::Show(id) | Step::RaiseProposed(id), Some(old)) = (step, earlier.first()) {
        tx.escalation_shows(id, &together(&old.signals, &decision), &decision.because).await?;
    }
    let answer = told.answer();
    let asked = decision.signals.iter().any(|s| s.signal == Signal::PersonRequested);
    let event = go_up(app, &mut tx, &policy, &line, &decision, step).await?;
    let fresh = now.seconds_since(line.ticket.last_inbound_at) < FRESH_SECONDS;
    let goes_up = matches!(step, Step::Raise | Step::RaiseProposed(_));
    if fresh && (asked || (goes_up && !told.open)) {
        let notice = Notice::Person { number: line.ticket.number, answer };
        outbox::queue_notice(&app.door, &mut tx, ticket, &notice).await?;
    }
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// What a case shows by its words and by who asks.
pub(crate) fn in_hand<'a>(messages: &'a [Message], flags: &'a [Raised], line: &'a TicketLine) -> Case<'a> {
    Case { open: open_words(messages), flags, known: known(line), ..Case::default() }
}

/// What is done with a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Propose,
    Raise,
    /// What was proposed shows more than before, and is still a person's to decide.
    Show(EscalationId),
    /// What was proposed goes up by itself now.
    RaiseProposed(EscalationId),
}

/// What a case showed before and what it shows now, each once: a signal that is gone from the newest words was there.
fn together(before: &[Signal], decision: &Decision) -> Vec<Signal> {
    let new = decision.signals.iter().map(|s| s.signal).filter(|signal| !before.contains(signal));
    before.iter().copied().chain(new).collect()
}

/// Only ever up: an open case stays, a proposed one may go up, one that was answered comes again only with new signals.
fn step(decision: &Decision, earlier: Option<&Escalation>) -> Option<Step> {
    let new = |old: &Escalation| decision.signals.iter().any(|s| !old.signals.contains(&s.signal));
    match (decision.rise, earlier) {
        (Rise::Stay, _) => None,
        (Rise::Enforce, Some(old)) if old.state == State::Proposed => Some(Step::RaiseProposed(old.id)),
        (Rise::Propose, Some(old)) if old.state == State::Proposed && new(old) => Some(Step::Show(old.id)),
        (_, Some(old)) if matches!(old.state, State::Proposed | State::Raised | State::Accepted) => None,
        (_, Some(old)) if !new(old) => None,
        (Rise::Enforce, _) => Some(Step::Raise),
        (Rise::Propose, _) => Some(Step::Propose),
    }
}

async fn go_up(
    app: &App,
    tx: &mut Tx,
    policy: &Escalating,
    line: &TicketLine,
    decision: &Decision,
    step: Step,
) -> Result<AuditEvent, FlowError> {
    let ticket = line.ticket.id;
    let receiver = decision.receiver.as_deref().and_then(|key| policy.named(key));
    let (means, target) = stored(receiver, &line.ticket.queue);
    let words: Vec<Signal> = decision.signals.iter().map(|s| s.signal).collect();
    let (escalation, state) = match step {
        Step::Show(id) => (id, State::Proposed),
        Step::RaiseProposed(id) => {
            tx.raise_escalation(id, decision.receiver.as_deref(), means, &target, None).await?;
            (id, State::Raised)
        }
        Step::Propose | Step::Raise => {
            let state = if step == Step::Raise { State::Raised } else { State::Proposed };
            let new = NewEscalation {
                ticket,
                state,
                rise: decision.rise,
                signals: &words,
                because: &decision.because,
                receiver: decision.receiver.as_deref(),
                means,
                target: &target,
                raised_by: None,
            };
            (tx.add_escalation(&new).await?, state)
        }
    };
    if state == State::Raised {
        raised(app, tx, line, escalation, receiver).await?;
    }
    let signals = words.iter().map(|s| s.word()).collect::<Vec<_>>().join(",");
    Ok(AuditEvent::EscalationMade { ticket, escalation, state: state.word().to_owned(), signals })
}

/// How a receiver is reached, in the words of the table.
#[must_use]
pub fn stored(receiver: Option<&Receiver>, queue: &str) -> (MeansKind, String) {
    match receiver.map(|r| &r.means) {
        None => (MeansKind::Leads, queue.to_owned()),
        Some(Means::Queue(queue)) => (MeansKind::Queue, queue.clone()),
        Some(Means::OnCall { people, .. }) => (MeansKind::OnCall, people.join(",")),
        Some(Means::System(name)) => (MeansKind::System, name.clone()),
        Some(Means::Mail(addresses)) => (MeansKind::Mail, addresses.join(",")),
    }
}

/// What follows from going up: at least high priority, the receiver's queue, and something to send where another system
/// receives. Never lower, never to nobody.
///
/// # Errors
/// Whatever the database says.
pub async fn raised(
    app: &App,
    tx: &mut Tx,
    line: &TicketLine,
    escalation: EscalationId,
    receiver: Option<&Receiver>,
) -> Result<(), FlowError> {
    let ticket = &line.ticket;
    let queue = match receiver.map(|r| &r.means) {
        Some(Means::Queue(queue)) => queue.as_str(),
        _ => ticket.queue.as_str(),
    };
    let priority = ticket.priority.max(Priority::High);
    if queue != ticket.queue || priority != ticket.priority {
        let assignee: Option<AgentId> = ticket.assignee.filter(|_| queue == ticket.queue);
        tx.change_ticket(ticket.id, ticket.revision, ticket.status, priority, queue, assignee).await?;
    }
    if let Some(Means::System(_)) = receiver.map(|r| &r.means) {
        let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
        let package = pack_case::pack(app, tx, &grant, ticket.id, receiver.map(|r| r.key.as_str())).await?;
        tx.add_escalation_update(escalation, true, "Countersign", &package.text(), UpdateDelivery::Waiting).await?;
    }
    Ok(())
}

/// What the requester wrote since the last answer of a person.
fn open_messages(messages: &[Message]) -> impl Iterator<Item = &Message> {
    let answered = messages.iter().rposition(|m| m.agent.is_some()).map_or(0, |at| at + 1);
    messages.iter().skip(answered).filter(|m| m.inbound && m.machine.is_none())
}

fn open_words(messages: &[Message]) -> Vec<Contact<'_>> {
    open_messages(messages).map(|m| Contact { message: Some(m.id), text: &m.latest }).collect()
}

/// When the oldest message came that waits for us.
fn waits_since(messages: &[Message]) -> Option<Timestamp> {
    open_messages(messages).next().map(|m| m.at)
}

fn known(line: &TicketLine) -> Vec<&str> {
    let organization = line.organization.iter().flat_map(|(name, plan)| [name.as_str(), plan.as_str()]);
    line.cohort.as_deref().into_iter().chain(organization).collect()
}

/// Queues a look at tickets that have waited for more working hours than the policy allows; each newest message is looked
/// at once.
///
/// # Errors
/// Whatever the database says.
pub async fn look_at_silent(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let seconds = pack_case::load(&mut conn).await?.silence_hours * 3_600;
    let levels = count_clocks::load(&mut conn).await?;
    let Some(before) = count_clocks::worked_since(&levels, seconds, now) else { return Ok(0) };
    let (mut after, mut noticed) = (None, 0);
    loop {
        let some = conn.silent_tickets(before, after, SILENT_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(noticed) };
        after = Some((last.since, last.ticket));
        for silent in &some {
            let timed = conn.timed_ticket(&grant, silent.ticket).await?;
            // Its own calendar may have had fewer hours than the busiest one.
            if count_clocks::of(&levels, &timed, now).worked(silent.since, now) < seconds {
                continue;
            }
            let job = NewJob { kind: ESCALATE, subject: &silent.ticket.to_string(), run_at: now };
            app.store.silence_noticed(silent.ticket, silent.message, job).await?;
            noticed += 1;
        }
    }
}
