//! Incidents, their tickets, and what people did with them. One is visible where one of its tickets is.

use desk::{
    Timestamp,
    ids::{AgentId, IncidentId, TicketId},
    incident::{IncidentKey, IncidentStatus, Proposal},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

/// An incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Id.
    pub id: IncidentId,
    /// What tells it from others.
    pub key: IncidentKey,
    /// What it is called.
    pub title: String,
    /// Why it was proposed.
    pub because: String,
    /// Where it stands.
    pub status: IncidentStatus,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Counts its changes.
    pub revision: i64,
    /// Its tickets within the grant.
    pub tickets: i64,
}

/// One of its tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentTicket {
    /// Which.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Who asked.
    pub requester: String,
    /// Its status, as a word.
    pub status: desk::ticket::Status,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// Who linked it; none for the machine.
    pub linked_by: Option<String>,
}

/// One step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStep {
    /// When.
    pub at: Timestamp,
    /// Who; none for the machine.
    pub by: Option<String>,
    /// Its status from then on.
    pub status: IncidentStatus,
    /// What they said.
    pub note: String,
}

macro_rules! incident_select {
    ($rest:literal) => {
        concat!(
            "select i.id, i.source, i.subject, i.signal, i.title, i.because, i.status, i.began_at, i.created_at, i.changed_at, i.revision,
         (select count(*) from incident_tickets l join tickets t on t.id = l.ticket_id where l.incident_id = i.id and l.unlinked_at is null and ",
            queue_visible!("t.queue", "$1"),
            ") from incidents i where exists (select 1 from incident_tickets l join tickets t on t.id = l.ticket_id where l.incident_id = i.id and ",
            queue_visible!("t.queue", "$1"),
            ")",
            $rest
        )
    };
}

fn incident(mut c: Columns<'_>) -> Result<Incident, StoreError> {
    Ok(Incident {
        id: c.take()?,
        key: IncidentKey { source: c.take()?, subject: c.take()?, signal: c.take()? },
        title: c.take()?,
        because: c.take()?,
        status: c.take()?,
        began_at: c.take()?,
        created_at: c.take()?,
        changed_at: c.take()?,
        revision: c.take()?,
        tickets: c.take()?,
    })
}

impl Conn {
    /// The newest within a grant, at most 200; those that are not done first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn incidents(&mut self, grant: &Grant) -> Result<Vec<Incident>, StoreError> {
        let rows = self
            .rows(
                incident_select!(" order by case when i.status in ('proposed','open','watching') then 0 else 1 end, i.changed_at desc, i.id limit 200"),
                params![grant.queues()],
            )
            .await?;
        rows.iter().map(|row| incident(row.columns())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn incident(&mut self, grant: &Grant, id: IncidentId) -> Result<Incident, StoreError> {
        let row = self.maybe(incident_select!(" and i.id = $2"), params![grant.queues(), id]).await?;
        row.map(|row| incident(row.columns())).transpose()?.ok_or(StoreError::NotFound)
    }

    /// The newest incident with this key, if it changed since then or is not done.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn incident_like(
        &mut self,
        key: &IncidentKey,
        since: Timestamp,
    ) -> Result<Option<(IncidentId, IncidentStatus)>, StoreError> {
        let row = self
            .maybe(
                "select id, status from incidents where source = $1 and subject = $2 and signal = $3
                 and (changed_at >= $4 or status in ('proposed','open','watching')) order by created_at desc limit 1",
                params![key.source, key.subject.as_str(), key.signal.as_str(), since],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }

    /// Its tickets within the grant, in the order they were linked.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn incident_tickets(&mut self, grant: &Grant, id: IncidentId) -> Result<Vec<IncidentTicket>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.number, t.subject, r.name, t.status, l.linked_at, a.name from incident_tickets l
                 join tickets t on t.id = l.ticket_id join requesters r on r.id = t.requester_id left join agents a on a.id = l.linked_by
                 where ", queue_visible!("t.queue", "$1"), " and l.incident_id = $2 and l.unlinked_at is null order by l.linked_at, t.number"),
                params![grant.queues(), id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (ticket, number, subject, requester) = (c.take()?, c.take()?, c.take()?, c.take()?);
                let (status, linked_at, linked_by) = (c.take()?, c.take()?, c.take()?);
                Ok(IncidentTicket { ticket, number, subject, requester, status, linked_at, linked_by })
            })
            .collect()
    }

    /// What became of it, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn incident_steps(&mut self, id: IncidentId) -> Result<Vec<IncidentStep>, StoreError> {
        let rows = self
            .rows(
                "select s.at, a.name, s.status, s.note from incident_steps s left join agents a on a.id = s.agent_id where s.incident_id = $1 order by s.at, s.id",
                params![id],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(IncidentStep { at: c.take()?, by: c.take()?, status: c.take()?, note: c.take()? })
            })
            .collect()
    }

    /// Incidents a ticket belongs to, newest first: id, title and status.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn incidents_of(
        &mut self,
        grant: &Grant,
        ticket: TicketId,
    ) -> Result<Vec<(IncidentId, String, IncidentStatus)>, StoreError> {
        let rows = self
            .rows(
                concat!("select i.id, i.title, i.status from incidents i join incident_tickets l on l.incident_id = i.id join tickets t on t.id = l.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 and l.unlinked_at is null and i.status <> 'dismissed' order by i.created_at desc"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?, c.take()?))
            })
            .collect()
    }
}

impl Tx {
    /// Keeps a proposal, without its tickets.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_incident(&mut self, proposal: &Proposal) -> Result<IncidentId, StoreError> {
        let (id, now): (IncidentId, _) = (new_id(), self.now());
        let (key, status) = (&proposal.key, IncidentStatus::Proposed);
        self.execute(
            "insert into incidents (id, source, subject, signal, title, because, status, began_at, created_at, changed_at, revision) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$9,1)",
            params![id, key.source, key.subject.as_str(), key.signal.as_str(), proposal.title.as_str(), proposal.because.as_str(), status, proposal.began, now],
        )
        .await?;
        self.add_incident_step(id, None, status, &proposal.because).await?;
        Ok(id)
    }

    /// Writes down a step.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_incident_step(
        &mut self,
        id: IncidentId,
        by: Option<AgentId>,
        status: IncidentStatus,
        note: &str,
    ) -> Result<(), StoreError> {
        let (step, now) = (uuid::Uuid::from(new_id::<IncidentId>()).to_string(), self.now());
        self.execute(
            "insert into incident_steps (id, incident_id, at, agent_id, status, note) values ($1,$2,$3,$4,$5,$6)",
            params![step, id, now, by, status, note],
        )
        .await?;
        Ok(())
    }

    /// Links a ticket. Returns whether it was not linked before; the machine never brings back what a person took out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn link_ticket(
        &mut self,
        id: IncidentId,
        ticket: TicketId,
        by: Option<AgentId>,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let new = self
            .execute(
                "insert into incident_tickets (incident_id, ticket_id, linked_at, linked_by) values ($1,$2,$3,$4) on conflict (incident_id, ticket_id) do nothing",
                params![id, ticket, now, by],
            )
            .await?;
        if new == 1 || by.is_none() {
            return Ok(new == 1);
        }
        let again = self
            .execute(
                "update incident_tickets set unlinked_at = null, linked_at = $3, linked_by = $4 where incident_id = $1 and ticket_id = $2 and unlinked_at is not null",
                params![id, ticket, now, by],
            )
            .await?;
        Ok(again == 1)
    }

    /// Takes a ticket out. Returns whether it was linked.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn unlink_ticket(&mut self, id: IncidentId, ticket: TicketId) -> Result<bool, StoreError> {
        let now = self.now();
        let gone = self
            .execute(
                "update incident_tickets set unlinked_at = $3 where incident_id = $1 and ticket_id = $2 and unlinked_at is null",
                params![id, ticket, now],
            )
            .await?;
        Ok(gone == 1)
    }

    /// Moves it, where it still is as the person saw it. Returns whether it was.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn move_incident(
        &mut self,
        id: IncidentId,
        seen: i64,
        status: IncidentStatus,
        title: Option<&str>,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let moved = self
            .execute(
                "update incidents set status = $3, title = coalesce($4, title), changed_at = $5, revision = revision + 1 where id = $1 and revision = $2",
                params![id, seen, status, title, now],
            )
            .await?;
        Ok(moved == 1)
    }
}
