//! Looks at telemetry for tickets, and what people said of the causes they name.

use desk::{
    Timestamp,
    diagnosis::{Diagnosis, Runbook},
    ids::{AgentId, DiagnosisId, MessageId, RequesterId, TicketId},
    suggestion::VerdictKind,
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{params, to_json},
    grant::queue_visible,
    new_id,
};

/// A look as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDiagnosis {
    /// Id.
    pub id: DiagnosisId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it is about.
    pub message: MessageId,
    /// What it says.
    pub diagnosis: Diagnosis,
    /// When it was made.
    pub made_at: Timestamp,
    /// What people said of its causes.
    pub marks: Vec<CauseMark>,
}

/// A person's word on a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseMark {
    /// Its place among the causes, from 0.
    pub cause: i64,
    /// Accepted or rejected.
    pub verdict: VerdictKind,
    /// Who.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An open ticket as far as incidents are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplaintRow {
    /// Which.
    pub ticket: TicketId,
    /// Who asked.
    pub requester: RequesterId,
    /// Category key.
    pub category: Option<String>,
    /// When the newest message came.
    pub at: Timestamp,
    /// The newest look, where there is one.
    pub diagnosis: Option<Diagnosis>,
    /// When that was made.
    pub made_at: Option<Timestamp>,
}

impl Tx {
    /// Keeps a look.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_diagnosis(
        &mut self,
        ticket: TicketId,
        message: MessageId,
        diagnosis: &Diagnosis,
    ) -> Result<DiagnosisId, StoreError> {
        let (id, now): (DiagnosisId, _) = (new_id(), self.now());
        self.execute(
            "insert into diagnoses (id, ticket_id, message_id, value, made_at) values ($1,$2,$3,$4,$5)",
            params![id, ticket, message, to_json(diagnosis)?, now],
        )
        .await?;
        Ok(id)
    }

    /// Keeps a person's word on a cause; a later one takes its place.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mark_cause(
        &mut self,
        diagnosis: DiagnosisId,
        cause: i64,
        agent: AgentId,
        verdict: VerdictKind,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into cause_verdicts (diagnosis_id, cause, agent_id, verdict, reason, at) values ($1,$2,$3,$4,$5,$6)
             on conflict (diagnosis_id, cause) do update set agent_id = excluded.agent_id, verdict = excluded.verdict, reason = excluded.reason, at = excluded.at",
            params![diagnosis, cause, agent, verdict, reason, now],
        )
        .await?;
        Ok(())
    }
}

impl Conn {
    /// The newest look at a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_diagnosis(
        &mut self,
        grant: &Grant,
        ticket: TicketId,
    ) -> Result<Option<StoredDiagnosis>, StoreError> {
        let row = self
            .maybe(
                concat!("select d.id, d.ticket_id, d.message_id, d.value, d.made_at from diagnoses d join tickets t on t.id = d.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 order by d.made_at desc, d.id desc limit 1"),
                params![grant.queues(), ticket],
            )
            .await?;
        self.diagnosis_from(row).await
    }

    /// One look.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn diagnosis(&mut self, grant: &Grant, id: DiagnosisId) -> Result<StoredDiagnosis, StoreError> {
        let row = self
            .maybe(
                concat!("select d.id, d.ticket_id, d.message_id, d.value, d.made_at from diagnoses d join tickets t on t.id = d.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and d.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        self.diagnosis_from(row).await?.ok_or(StoreError::NotFound)
    }

    async fn diagnosis_from(
        &mut self,
        row: Option<crate::columns::Row>,
    ) -> Result<Option<StoredDiagnosis>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let mut c = row.columns();
        let (id, ticket, message) = (c.take()?, c.take()?, c.take()?);
        let (diagnosis, made_at) = (c.json()?, c.take()?);
        let rows = self
            .rows(
                "select v.cause, v.verdict, a.name, v.reason, v.at from cause_verdicts v join agents a on a.id = v.agent_id where v.diagnosis_id = $1 order by v.cause",
                params![id],
            )
            .await?;
        let mark = |row: &crate::columns::Row| {
            let mut c = row.columns();
            let (cause, verdict, by) = (c.take()?, c.take()?, c.take()?);
            Ok(CauseMark { cause, verdict, by, reason: c.take()?, at: c.take()? })
        };
        let marks = rows.iter().map(mark).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Some(StoredDiagnosis { id, ticket, message, diagnosis, made_at, marks }))
    }

    /// Tickets that somebody wrote to since then and that are not done, newest first, each with its newest look.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn complaints_since(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<ComplaintRow>, StoreError> {
        if grant.purpose() != Purpose::Index {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                concat!("select t.id, t.requester_id, t.category, t.last_inbound_at, d.value, d.made_at from tickets t
                 left join diagnoses d on d.id = (select x.id from diagnoses x where x.ticket_id = t.id order by x.made_at desc, x.id desc limit 1)
                 where ", queue_visible!("t.queue", "$1"), " and t.last_inbound_at >= $2 and t.status not in ('solved','closed') order by t.last_inbound_at desc, t.id desc limit 2000"),
                params![grant.queues(), since],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (ticket, requester, category, at) = (c.take()?, c.take()?, c.take()?, c.take()?);
                Ok(ComplaintRow { ticket, requester, category, at, diagnosis: c.maybe_json()?, made_at: c.take()? })
            })
            .collect()
    }

    /// When tickets were opened since then, with queue and category, within a grant: what ticket flow is counted from.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn opened_since(
        &mut self,
        grant: &Grant,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, String, Option<String>)>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select t.created_at, t.queue, t.category from tickets t where ",
                    queue_visible!("t.queue", "$1"),
                    " and t.created_at >= $2 order by t.created_at limit 100000"
                ),
                params![grant.queues(), since],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?, c.take()?))
            })
            .collect()
    }

    /// Approved texts of sources that hold runbooks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant that grounds replies: runbooks are for people.
    pub async fn runbooks(&mut self, grant: &Grant) -> Result<Vec<Runbook>, StoreError> {
        if grant.purpose() == Purpose::Reply {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select a.id, a.title, v.body from articles a join sources s on s.id = a.source_id join versions v on v.id = a.current_version
                 where s.kind = 'runbook' and a.state = 'approved' order by a.id limit 500",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let id: desk::ids::ArticleId = c.take()?;
                Ok(Runbook { id: id.to_string(), title: c.take()?, text: c.take()? })
            })
            .collect()
    }
}
