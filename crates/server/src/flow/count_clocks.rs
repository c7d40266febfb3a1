//! When open tickets are due. The rows are derived from messages and policy: they follow tickets that changed, are counted
//! anew when the policy does, and ring when somebody has to hear of one.

use std::sync::{Mutex, PoisonError};

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    hours::{Calendar, Hours},
    ids::TicketId,
    notice::Answer,
    policy::{DEFAULT_KEY, Policies, PolicyKind},
    target::{self, Asked, Clock, Promised, Service as Levels, clocks, pressing},
};
use store::{ClockLine, Conn, Grant, NewJob, Purpose, Stage, TimedTicket};

use crate::{
    App, FlowError,
    flow::{PREPARATION, escalate::ESCALATE},
};

/// Tickets counted at once.
const AT_ONCE: i64 = 4_000;
/// Clocks that ring at once.
const RINGS: i64 = 200;
/// A node that starts looks this far back, in seconds; what is older was counted by then or is counted with the policy.
const LOOK_BACK_SECONDS: i64 = 600;

/// How far times are counted, and under which version of the policy.
#[derive(Debug, Default)]
pub struct Counted(Mutex<Option<(String, Timestamp)>>);

/// Service levels of the desk as they are now. A text that does not read promises nothing.
#[must_use]
pub fn levels(policies: &Policies, queues: &[String]) -> Levels {
    let body = policies.find(PolicyKind::Service, DEFAULT_KEY).map_or("", |p| p.body.as_str());
    Levels::parse(body, queues).unwrap_or_else(|problems| {
        tracing::error!(?problems, "the service levels cannot be read; nothing is promised");
        Levels::nothing()
    })
}

/// The levels, loaded.
///
/// # Errors
/// Whatever the database says.
pub async fn load(conn: &mut Conn) -> Result<Levels, FlowError> {
    let policies = conn.policies().await?;
    let queues: Vec<String> = conn.queues().await?.into_iter().map(|(key, _)| key).collect();
    Ok(levels(&policies, &queues))
}

/// Calendars laid out, so that many tickets of one year share the work.
#[derive(Default)]
struct LaidOut(Vec<(String, String, Hours)>);

impl LaidOut {
    fn of(&mut self, calendar: &Calendar, at: Timestamp) -> &Hours {
        let year: String = at.date().chars().take(4).collect();
        let place = self.0.iter().position(|(key, y, _)| *key == calendar.key && *y == year);
        let place = place.unwrap_or_else(|| {
            self.0.push((calendar.key.clone(), year, calendar.around(at)));
            self.0.len() - 1
        });
        &self.0[place].2
    }
}

fn asked(ticket: &TimedTicket) -> Asked<'_> {
    Asked {
        queue: &ticket.queue,
        priority: ticket.priority,
        organization: ticket.organization.as_ref().map(|(name, plan)| (name.as_str(), plan.as_str())),
        status: ticket.status,
        created_at: ticket.created_at,
    }
}

/// One ticket's clocks, and why one was missed.
pub struct Told {
    /// All of them.
    pub clocks: Vec<Clock>,
    /// The missed ones, each in a sentence.
    pub missed: Vec<String>,
    /// Whether somebody works now.
    pub open: bool,
    /// When somebody works next.
    pub opens: Option<Timestamp>,
    /// Time zone of its calendar.
    pub zone: String,
    hours: Hours,
}

impl Told {
    /// Working seconds between two instants of these years.
    #[must_use]
    pub fn worked(&self, from: Timestamp, until: Timestamp) -> i64 {
        self.hours.worked(from, until, &[])
    }

    /// When a person will answer: what was promised, else when somebody is there, else no time at all.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let answers = self.clocks.iter().filter(|c| c.runs() && c.promised != Promised::Resolution);
        match (answers.filter_map(|c| c.due).min(), self.opens) {
            (Some(at), _) => Answer::By { at, zone: self.zone.clone() },
            (None, Some(at)) if !self.open => Answer::Opens { at, zone: self.zone.clone() },
            _ => Answer::Soon,
        }
    }
}

/// The clocks of one ticket as they are now, by the calendar of its target, else the first there is, else around the clock.
#[must_use]
pub fn of(levels: &Levels, ticket: &TimedTicket, now: Timestamp) -> Told {
    let about = asked(ticket);
    let found = levels.of(&about);
    let calendar = found.map(|(_, calendar)| calendar).or(levels.calendars.first());
    let calendar = calendar.cloned().unwrap_or_else(Calendar::always);
    let (mut all, mut missed) = (Vec::new(), Vec::new());
    if let Some((target, calendar)) = found {
        let hours = calendar.around(ticket.created_at);
        all = clocks(levels, target, (calendar, &hours), &about, &ticket.moments, now);
        missed = all.iter().filter_map(|c| target::breach(c, &hours, now)).collect();
    }
    let hours = calendar.around(now);
    let opens = hours.next_opening(now);
    Told { clocks: all, missed, open: opens == Some(now), opens, zone: calendar.zone().to_owned(), hours }
}

/// The latest instant since which so much working time has passed by any of the desk's calendars; none when none reaches
/// that far.
#[must_use]
pub fn worked_since(levels: &Levels, seconds: i64, now: Timestamp) -> Option<Timestamp> {
    let always = Calendar::always();
    let calendars = if levels.calendars.is_empty() { std::slice::from_ref(&always) } else { &levels.calendars };
    calendars.iter().filter_map(|calendar| calendar.around(now).since(now, seconds)).max()
}

/// Counts what changed, or everything where the policy did; then lets ring what is due. Returns how many were counted.
///
/// # Errors
/// Whatever the database says.
pub async fn follow(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let policies = conn.policies().await?;
    let pin = policies.find(PolicyKind::Service, DEFAULT_KEY).map(|p| p.pin()).unwrap_or_default();
    let known = app.counted.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let counted = match known {
        Some((old, since)) if old == pin => changed(app, &mut conn, since, now).await?,
        _ => {
            drop(conn);
            recount(app).await?
        }
    };
    *app.counted.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((pin, now));
    ring(app, now).await?;
    Ok(counted)
}

/// Counts every open ticket anew. Returns how many there were.
///
/// # Errors
/// Whatever the database says.
pub async fn recount(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let levels = load(&mut app.store.read().await?).await?;
    if levels.targets.is_empty() {
        app.store.stop_every_clock().await?;
        return Ok(0);
    }
    app.store.stop_clocks_of_the_past().await?;
    let (mut after, mut counted, mut laid_out): (Option<TicketId>, usize, LaidOut) = (None, 0, LaidOut::default());
    loop {
        let tickets = app.store.read().await?.timed_tickets(after, AT_ONCE).await?;
        let Some(last) = tickets.last() else { return Ok(counted) };
        after = Some(last.ticket);
        counted += tickets.len();
        write(app, &levels, &tickets, &mut laid_out, now).await?;
    }
}

async fn changed(app: &App, conn: &mut Conn, since: Timestamp, now: Timestamp) -> Result<usize, FlowError> {
    let tickets = conn.timed_tickets_since(since.plus_seconds(-LOOK_BACK_SECONDS.min(5))).await?;
    let levels = load(conn).await?;
    if levels.targets.is_empty() {
        return Ok(0);
    }
    write(app, &levels, &tickets, &mut LaidOut::default(), now).await?;
    Ok(tickets.len())
}

async fn write(
    app: &App,
    levels: &Levels,
    tickets: &[TimedTicket],
    laid_out: &mut LaidOut,
    now: Timestamp,
) -> Result<(), FlowError> {
    let (mut lines, mut gone) = (Vec::new(), Vec::new());
    for ticket in tickets {
        let about = asked(ticket);
        let all = levels.of(&about).map(|(target, calendar)| {
            let hours = laid_out.of(calendar, ticket.created_at);
            clocks(levels, target, (calendar, hours), &about, &ticket.moments, now)
        });
        match all.as_deref().and_then(pressing).and_then(|c| Some((c.promised, c.due?, c.warn?))) {
            Some((promised, due, warn)) => {
                lines.push(ClockLine { ticket: ticket.ticket, promised, due, warn, stage: Stage::Running });
            }
            None => gone.push(ticket.ticket),
        }
    }
    app.store.put_clocks(&lines, &gone).await?;
    Ok(())
}

/// Tells of clocks whose time comes near or passed; each stage once.
async fn ring(app: &App, now: Timestamp) -> Result<(), FlowError> {
    let due = app.store.read().await?.clocks_to_ring(now, RINGS).await?;
    for clock in due {
        let stage = if clock.due <= now { Stage::Missed } else { Stage::Warned };
        let mut tx = app.store.begin(&PREPARATION, now).await?;
        tx.clock_rang(clock.ticket, stage).await?;
        if stage == Stage::Missed {
            tx.queue_job(NewJob { kind: ESCALATE, subject: &clock.ticket.to_string(), run_at: now }).await?;
        }
        let (promised, stage) = (clock.promised.word().to_owned(), stage.word().to_owned());
        tx.commit(AuditEvent::ClockRang { ticket: clock.ticket, promised, stage }).await?;
        app.live.committed();
    }
    Ok(())
}

/// What is promised for a ticket somebody may see.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket outside the grant.
pub async fn told(app: &App, conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Told, FlowError> {
    let timed = conn.timed_ticket(grant, ticket).await?;
    Ok(of(&load(conn).await?, &timed, app.clock.now()))
}

/// The calendar a ticket's times are counted by: its target's, or the first there is; none where nobody wrote one.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket outside the grant.
pub async fn calendar(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Option<Calendar>, FlowError> {
    let timed = conn.timed_ticket(grant, ticket).await?;
    let levels = load(conn).await?;
    let own = levels.of(&asked(&timed)).map(|(_, calendar)| calendar.clone());
    Ok(own.or_else(|| levels.calendars.first().cloned()))
}

/// The grant of background work about clocks.
///
/// # Errors
/// When services may not read.
pub fn grant(app: &App) -> Result<Grant, FlowError> {
    app.service_grant(Service::Preparation, Purpose::Work)
}
