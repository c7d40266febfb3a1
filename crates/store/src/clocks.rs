//! The promise that presses most on each open ticket, for lists and warnings. What a clock says is counted by `desk`; these
//! rows only remember the next instant somebody has to hear of.

use desk::{
    Timestamp, closed_list,
    ids::TicketId,
    target::{Moment, Promised},
    ticket::{Priority, Status},
};

use crate::{
    Conn, Grant, Store, StoreError, Tx,
    columns::{Columns, Value, params},
    grant::queue_visible,
};

closed_list! {
    /// How far a promise's time is over.
    pub enum Stage ("stage of a clock") {
        /// There is time.
        Running = "running",
        /// Somebody was warned.
        Warned = "warned",
        /// It passed.
        Missed = "missed",
    }
}

/// A ticket's next promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockLine {
    /// The ticket.
    pub ticket: TicketId,
    /// What was promised.
    pub promised: Promised,
    /// Until when.
    pub due: Timestamp,
    /// When somebody is warned.
    pub warn: Timestamp,
    /// How far it is over.
    pub stage: Stage,
}

/// An open ticket with what its clocks ask.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedTicket {
    /// The ticket.
    pub ticket: TicketId,
    /// Queue key.
    pub queue: String,
    /// Order of work.
    pub priority: Priority,
    /// Where it is.
    pub status: Status,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Organisation's name and plan.
    pub organization: Option<(String, String)>,
    /// Messages of people, oldest first.
    pub moments: Vec<Moment>,
}

/// Rows written at once; more would be longer than a statement's parameters may be on one of the engines.
const AT_ONCE: usize = 8;

fn line(mut c: Columns<'_>) -> Result<ClockLine, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "a clock".to_owned() };
    let (ticket, promised): (TicketId, String) = (c.take()?, c.take()?);
    let (due, warn): (Timestamp, Timestamp) = (c.take()?, c.take()?);
    let stage: String = c.take()?;
    Ok(ClockLine {
        ticket,
        promised: promised.parse().map_err(damaged)?,
        due,
        warn,
        stage: stage.parse().map_err(damaged)?,
    })
}

impl Conn {
    /// Tickets whose promise presses at `now`, the soonest due first, at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn at_risk(&mut self, grant: &Grant, now: Timestamp, limit: i64) -> Result<Vec<ClockLine>, StoreError> {
        let rows = self
            .rows(
                concat!("select c.ticket_id, c.promised, c.due_at, c.warn_at, c.stage from clocks c join tickets t on t.id = c.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and c.warn_at <= $2 and t.waiting = 1 order by c.due_at, c.ticket_id limit $3"),
                params![grant.queues(), now, limit],
            )
            .await?;
        rows.iter().map(|row| line(row.columns())).collect()
    }

    /// The pressing promise of a ticket, as far as the grant sees it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn clock_of(&mut self, grant: &Grant, ticket: TicketId) -> Result<Option<ClockLine>, StoreError> {
        let row = self
            .maybe(
                concat!("select c.ticket_id, c.promised, c.due_at, c.warn_at, c.stage from clocks c join tickets t on t.id = c.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and c.ticket_id = $2"),
                params![grant.queues(), ticket],
            )
            .await?;
        row.map(|row| line(row.columns())).transpose()
    }

    /// Clocks of every queue that are to ring: past their warning and not warned, or past due and not missed.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn clocks_to_ring(&mut self, now: Timestamp, limit: i64) -> Result<Vec<ClockLine>, StoreError> {
        let rows = self
            .rows(
                "select ticket_id, promised, due_at, warn_at, stage from clocks
                 where (stage = 'running' and warn_at <= $1) or (stage = 'warned' and due_at <= $1) order by due_at, ticket_id limit $2",
                params![now, limit],
            )
            .await?;
        rows.iter().map(|row| line(row.columns())).collect()
    }

    /// Open tickets of every queue after `after`, with what their clocks ask; for services only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn timed_tickets(&mut self, after: Option<TicketId>, limit: i64) -> Result<Vec<TimedTicket>, StoreError> {
        let from = after.map(|id| id.to_string()).unwrap_or_default();
        let rows = self
            .rows(
                "select t.id, t.queue, t.priority, t.status, t.created_at, o.name, o.plan, m.direction, m.at
                 from (select * from tickets where id > $1 and status in ('new','open','pending','on_hold') order by id limit $2) t
                 left join organizations o on o.id = t.organization_id
                 left join messages m on m.ticket_id = t.id and ((m.direction = 'inbound' and m.machine is null) or (m.direction = 'outbound' and m.agent_id is not null))
                 order by t.id, m.at, m.id",
                params![from, limit],
            )
            .await?;
        timed(&rows)
    }

    /// Tickets that changed since an instant, over ones among them, with what their clocks ask; at most 2,000.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn timed_tickets_since(&mut self, since: Timestamp) -> Result<Vec<TimedTicket>, StoreError> {
        let rows = self
            .rows(
                "select t.id, t.queue, t.priority, t.status, t.created_at, o.name, o.plan, m.direction, m.at
                 from (select * from tickets where updated_at >= $1 order by updated_at limit 2000) t
                 left join organizations o on o.id = t.organization_id
                 left join messages m on m.ticket_id = t.id and ((m.direction = 'inbound' and m.machine is null) or (m.direction = 'outbound' and m.agent_id is not null))
                 order by t.id, m.at, m.id",
                params![since],
            )
            .await?;
        timed(&rows)
    }

    /// One ticket with what its clocks ask.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a ticket outside the grant.
    pub async fn timed_ticket(&mut self, grant: &Grant, ticket: TicketId) -> Result<TimedTicket, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.queue, t.priority, t.status, t.created_at, o.name, o.plan, m.direction, m.at
                 from tickets t left join organizations o on o.id = t.organization_id
                 left join messages m on m.ticket_id = t.id and ((m.direction = 'inbound' and m.machine is null) or (m.direction = 'outbound' and m.agent_id is not null))
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 order by m.at, m.id"),
                params![grant.queues(), ticket],
            )
            .await?;
        timed(&rows)?.into_iter().next().ok_or(StoreError::NotFound)
    }
}

fn timed(rows: &[crate::columns::Row]) -> Result<Vec<TimedTicket>, StoreError> {
    let mut all: Vec<TimedTicket> = Vec::new();
    for row in rows {
        let mut c = row.columns();
        let (ticket, queue, priority, status, created_at) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
        let (name, plan): (Option<String>, Option<String>) = (c.take()?, c.take()?);
        let (direction, at): (Option<String>, Option<Timestamp>) = (c.take()?, c.take()?);
        if all.last().is_none_or(|last| last.ticket != ticket) {
            let (organization, moments) = (name.zip(plan), Vec::new());
            all.push(TimedTicket { ticket, queue, priority, status, created_at, organization, moments });
        }
        if let (Some(last), Some(direction), Some(at)) = (all.last_mut(), direction, at) {
            last.moments.push(Moment { inbound: direction == "inbound", at });
        }
    }
    Ok(all)
}

impl Store {
    /// Sets the pressing promise of tickets and takes away that of others; one whose time did not change keeps its stage.
    /// Derived rows, as an index is: nobody did anything, so there is no entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_clocks(&self, clocks: &[ClockLine], gone: &[TicketId]) -> Result<(), StoreError> {
        if clocks.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut tx = self.transaction().await?;
        for some in clocks.chunks(AT_ONCE) {
            if some.len() == AT_ONCE {
                let values = some.iter().flat_map(values).collect();
                tx.execute(
                    "insert into clocks (ticket_id, promised, due_at, warn_at, stage) values
                     ($1,$2,$3,$4,$5),($6,$7,$8,$9,$10),($11,$12,$13,$14,$15),($16,$17,$18,$19,$20),
                     ($21,$22,$23,$24,$25),($26,$27,$28,$29,$30),($31,$32,$33,$34,$35),($36,$37,$38,$39,$40)
                     on conflict (ticket_id) do update set promised = excluded.promised, warn_at = excluded.warn_at, due_at = excluded.due_at,
                     stage = case when clocks.due_at = excluded.due_at then clocks.stage else excluded.stage end",
                    values,
                )
                .await?;
                continue;
            }
            for one in some {
                tx.execute(
                    "insert into clocks (ticket_id, promised, due_at, warn_at, stage) values ($1,$2,$3,$4,$5)
                     on conflict (ticket_id) do update set promised = excluded.promised, warn_at = excluded.warn_at, due_at = excluded.due_at,
                     stage = case when clocks.due_at = excluded.due_at then clocks.stage else excluded.stage end",
                    values(one),
                )
                .await?;
            }
        }
        for ticket in gone {
            tx.execute("delete from clocks where ticket_id = $1", params![*ticket]).await?;
        }
        tx.commit().await
    }

    /// Takes away the clocks of tickets that are over.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn stop_clocks_of_the_past(&self) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        let past = "delete from clocks where ticket_id in (select id from tickets where status in ('solved','closed'))";
        tx.execute(past, params![]).await?;
        tx.commit().await
    }

    /// Takes every clock away: nothing is promised.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn stop_every_clock(&self) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute("delete from clocks", params![]).await?;
        tx.commit().await
    }
}

fn values(clock: &ClockLine) -> Vec<Value> {
    params![clock.ticket, clock.promised.word(), clock.due, clock.warn, clock.stage.word()]
}

impl Tx {
    /// A clock rang.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn clock_rang(&mut self, ticket: TicketId, stage: Stage) -> Result<(), StoreError> {
        self.execute("update clocks set stage = $2 where ticket_id = $1", params![ticket, stage.word()]).await?;
        Ok(())
    }
}
