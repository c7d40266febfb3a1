//! Cases that go up: who receives them, what came of it, what both sides said since.

use desk::{
    Timestamp, closed_list,
    escalation::{Rise, Signal},
    ids::{AgentId, EscalationId, EscalationUpdateId, TicketId},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

closed_list! {
    /// Where an escalation is.
    pub enum EscalationState ("state of an escalation") {
        /// The machine asks whether it should go up.
        Proposed = "proposed",
        /// It waits for its receiver.
        Raised = "raised",
        /// The receiver took it.
        Accepted = "accepted",
        /// The receiver gave it back, with a reason.
        Returned = "returned",
        /// A person said that it need not go up.
        Dismissed = "dismissed",
        /// It is over.
        Ended = "ended",
    }
}

closed_list! {
    /// How a receiver is reached, as stored.
    pub enum MeansKind ("means of a receiver") {
        /// The leads of the ticket's queue.
        Leads = "leads",
        /// A queue here.
        Queue = "queue",
        /// A person on call.
        OnCall = "on_call",
        /// Another system.
        System = "system",
        /// Colleagues elsewhere.
        Mail = "mail",
    }
}

closed_list! {
    /// What became of an update for another system.
    pub enum UpdateDelivery ("delivery of an update") {
        /// It stays here.
        None = "none",
        /// It waits to leave.
        Waiting = "waiting",
        /// It was taken.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
    }
}

/// An escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Id.
    pub id: EscalationId,
    /// Its ticket.
    pub ticket: TicketId,
    /// Ticket's number.
    pub number: i64,
    /// Ticket's subject.
    pub subject: String,
    /// Ticket's queue.
    pub queue: String,
    /// Where it is.
    pub state: EscalationState,
    /// Proposed, or carried out.
    pub rise: Rise,
    /// What showed it.
    pub signals: Vec<Signal>,
    /// Why, in a sentence.
    pub because: String,
    /// Receiver's key; none for the leads of its queue.
    pub receiver: Option<String>,
    /// How the receiver is reached.
    pub means: MeansKind,
    /// Queue, addresses or the system's name.
    pub target: String,
    /// Who raised it; none for the machine.
    pub raised_by: Option<String>,
    /// When it was proposed or raised.
    pub made_at: Timestamp,
    /// When it went up.
    pub raised_at: Option<Timestamp>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// Why it was returned or dismissed.
    pub reason: Option<String>,
    /// Steps of calling that were made.
    pub paged: i64,
}

/// An escalation to be made.
#[derive(Debug, Clone)]
pub struct NewEscalation<'a> {
    /// Its ticket.
    pub ticket: TicketId,
    /// Proposed or raised.
    pub state: EscalationState,
    /// What the machine decided.
    pub rise: Rise,
    /// What showed it.
    pub signals: &'a [Signal],
    /// Why.
    pub because: &'a str,
    /// Receiver's key.
    pub receiver: Option<&'a str>,
    /// How it is reached.
    pub means: MeansKind,
    /// Queue, addresses or the system's name.
    pub target: &'a str,
    /// Who raised it.
    pub raised_by: Option<AgentId>,
}

/// What one side told the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationUpdate {
    /// Id.
    pub id: EscalationUpdateId,
    /// Which case.
    pub escalation: EscalationId,
    /// From us, or to us.
    pub outward: bool,
    /// Who.
    pub author: String,
    /// What.
    pub body: String,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub delivery: UpdateDelivery,
    /// Tries so far.
    pub attempts: i64,
    /// Why it did not get through.
    pub detail: Option<String>,
}

/// Which escalations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Proposed ones.
    Proposed,
    /// Raised ones that nobody answered.
    Raised,
}

macro_rules! escalation_select {
    ($rest:literal) => {
        concat!(
            "select e.id, e.ticket_id, t.number, t.subject, t.queue, e.state, e.rise, e.signals, e.because, e.receiver, e.means, e.target, a.name, e.made_at, e.raised_at,
             e.answered_by, e.answered_at, e.reason, e.paged
             from escalations e join tickets t on t.id = e.ticket_id left join agents a on a.id = e.raised_by where ",
            queue_visible!("t.queue", "$1"),
            $rest
        )
    };
}

fn escalation(mut c: Columns<'_>) -> Result<Escalation, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "an escalation".to_owned() };
    let (id, ticket, number, subject, queue) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let (state, rise, signals): (String, String, String) = (c.take()?, c.take()?, c.take()?);
    let (because, receiver) = (c.take()?, c.take()?);
    let means: String = c.take()?;
    Ok(Escalation {
        id,
        ticket,
        number,
        subject,
        queue,
        state: state.parse().map_err(damaged)?,
        rise: rise.parse().map_err(damaged)?,
        signals: signals.split(',').filter_map(|w| w.parse().ok()).collect(),
        because,
        receiver,
        means: means.parse().map_err(damaged)?,
        target: c.take()?,
        raised_by: c.take()?,
        made_at: c.take()?,
        raised_at: c.take()?,
        answered_by: c.take()?,
        answered_at: c.take()?,
        reason: c.take()?,
        paged: c.take()?,
    })
}

fn update(mut c: Columns<'_>) -> Result<EscalationUpdate, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "an update of an escalation".to_owned() };
    let (id, escalation, direction): (_, _, String) = (c.take()?, c.take()?, c.take()?);
    let (author, body, at) = (c.take()?, c.take()?, c.take()?);
    let delivery: String = c.take()?;
    let delivery = delivery.parse().map_err(damaged)?;
    Ok(EscalationUpdate {
        id,
        escalation,
        outward: direction == "out",
        author,
        body,
        at,
        delivery,
        attempts: c.take()?,
        detail: c.take()?,
    })
}

impl Conn {
    /// Escalations of a ticket, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn escalations_of(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<Escalation>, StoreError> {
        let sql = escalation_select!(" and e.ticket_id = $2 order by e.made_at desc, e.id desc");
        self.rows(sql, params![grant.queues(), ticket]).await?.iter().map(|row| escalation(row.columns())).collect()
    }

    /// One escalation.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or none for this grant.
    pub async fn escalation(&mut self, grant: &Grant, id: EscalationId) -> Result<Escalation, StoreError> {
        escalation(self.one(escalation_select!(" and e.id = $2"), params![grant.queues(), id]).await?.columns())
    }

    /// Escalations that wait, oldest first; at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn escalations_waiting(&mut self, grant: &Grant, waits: Waits) -> Result<Vec<Escalation>, StoreError> {
        let sql = match waits {
            Waits::Proposed => escalation_select!(
                " and e.state = 'proposed' and t.status in ('new','open','pending','on_hold') order by e.made_at, e.id limit 200"
            ),
            Waits::Raised => escalation_select!(
                " and e.state = 'raised' and t.status in ('new','open','pending','on_hold') order by e.made_at, e.id limit 200"
            ),
        };
        self.rows(sql, params![grant.queues()]).await?.iter().map(|row| escalation(row.columns())).collect()
    }

    /// How many cases receivers took and gave back since an instant: escalation correctness.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn escalations_answered(&mut self, grant: &Grant, since: Timestamp) -> Result<(i64, i64), StoreError> {
        let row = self
            .one(
                concat!("select count(case when e.state in ('accepted','ended') then 1 end), cast(coalesce(sum(e.returned), 0) as bigint)
                 from escalations e join tickets t on t.id = e.ticket_id where ", queue_visible!("t.queue", "$1"), " and e.made_at >= $2"),
                params![grant.queues(), since],
            )
            .await?;
        let mut c = row.columns();
        Ok((c.take()?, c.take()?))
    }

    /// What both sides said, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a case outside the grant.
    pub async fn escalation_updates(
        &mut self,
        grant: &Grant,
        id: EscalationId,
    ) -> Result<Vec<EscalationUpdate>, StoreError> {
        self.escalation(grant, id).await?;
        let rows = self
            .rows(
                "select id, escalation_id, direction, author, body, at, delivery, attempts, detail from escalation_updates where escalation_id = $1 order by at, id",
                params![id],
            )
            .await?;
        rows.iter().map(|row| update(row.columns())).collect()
    }

    /// Updates that wait to leave, oldest first, at most 50; for services only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn updates_waiting(&mut self, now: Timestamp) -> Result<Vec<EscalationUpdate>, StoreError> {
        let rows = self
            .rows(
                "select id, escalation_id, direction, author, body, at, delivery, attempts, detail from escalation_updates
                 where delivery = 'waiting' and at + attempts * attempts * 60000000 <= $1 order by at, id limit 50",
                params![now],
            )
            .await?;
        rows.iter().map(|row| update(row.columns())).collect()
    }

    /// How many requests a requester made since an instant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn own_requests_since(&mut self, ticket: TicketId, since: Timestamp) -> Result<i64, StoreError> {
        let row = self
            .one(
                "select count(*) from tickets t join tickets own on own.requester_id = t.requester_id where own.id = $1 and t.created_at >= $2",
                params![ticket, since],
            )
            .await?;
        row.columns().take()
    }
}

impl Tx {
    /// Makes an escalation.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_escalation(&mut self, new: &NewEscalation<'_>) -> Result<EscalationId, StoreError> {
        let (id, now): (EscalationId, _) = (new_id(), self.now());
        let signals: Vec<&str> = new.signals.iter().map(|s| s.word()).collect();
        let raised = Some(now).filter(|_| new.state == EscalationState::Raised);
        self.execute(
            "insert into escalations (id, ticket_id, state, rise, signals, because, receiver, means, target, raised_by, made_at, raised_at)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)",
            params![
                id,
                new.ticket,
                new.state.word(),
                new.rise.word(),
                signals.join(","),
                new.because,
                new.receiver,
                new.means.word(),
                new.target,
                new.raised_by,
                now,
                raised
            ],
        )
        .await?;
        Ok(id)
    }

    /// Moves an escalation on, if it still is where the caller saw it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn answer_escalation(
        &mut self,
        id: EscalationId,
        from: EscalationState,
        to: EscalationState,
        by: &str,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "update escalations set state = $3, answered_by = $4, answered_at = $5, reason = $6,
                 returned = returned + case when $3 = 'returned' then 1 else 0 end where id = $1 and state = $2",
                params![id, from.word(), to.word(), by, now, reason],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// A case that nobody answered yet shows more, and says why now.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn escalation_shows(
        &mut self,
        id: EscalationId,
        signals: &[Signal],
        because: &str,
    ) -> Result<(), StoreError> {
        let signals: Vec<&str> = signals.iter().map(|s| s.word()).collect();
        let touched = self
            .execute(
                "update escalations set signals = $2, because = $3 where id = $1 and state = 'proposed'",
                params![id, signals.join(","), because],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// A proposed or given-back case goes up.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn raise_escalation(
        &mut self,
        id: EscalationId,
        receiver: Option<&str>,
        means: MeansKind,
        target: &str,
        by: Option<AgentId>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "update escalations set state = 'raised', receiver = $2, means = $3, target = $4, raised_by = $5, raised_at = $6, paged = 0, answered_by = null, answered_at = null, reason = null
                 where id = $1 and state in ('proposed','returned')",
                params![id, receiver, means.word(), target, by, now],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Adds what one side said.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_escalation_update(
        &mut self,
        escalation: EscalationId,
        outward: bool,
        author: &str,
        body: &str,
        delivery: UpdateDelivery,
    ) -> Result<EscalationUpdateId, StoreError> {
        let (id, now): (EscalationUpdateId, _) = (new_id(), self.now());
        let direction = if outward { "out" } else { "in" };
        self.execute(
            "insert into escalation_updates (id, escalation_id, direction, author, body, at, delivery) values ($1,$2,$3,$4,$5,$6,$7)",
            params![id, escalation, direction, author, body, now, delivery.word()],
        )
        .await?;
        Ok(id)
    }

    /// What became of an update that was to leave.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn update_delivered(
        &mut self,
        id: EscalationUpdateId,
        delivery: UpdateDelivery,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        self.execute(
            "update escalation_updates set delivery = $2, detail = $3, attempts = attempts + 1 where id = $1",
            params![id, delivery.word(), detail],
        )
        .await?;
        Ok(())
    }

    /// Another step of calling was made, if nobody made it before.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another node did.
    pub async fn paged(&mut self, id: EscalationId, steps: i64) -> Result<(), StoreError> {
        let touched = self
            .execute(
                "update escalations set paged = $2 where id = $1 and paged = $2 - 1 and state = 'raised'",
                params![id, steps],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}
