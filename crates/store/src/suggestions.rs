//! What the machine proposed, and what people answered. Nothing keeps a second count.

use desk::{
    Timestamp, closed_list,
    correction::Changes,
    ids::{MessageId, SuggestionId, TicketId, VerdictId},
    suggestion::{Confidence, Suggestion, VerdictKind},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    AgentSession, Conn, Grant, StoreError, Tx, columns::params, corrections::stands, grant::queue_visible, new_id,
};

closed_list! {
    /// What kind of thing was suggested.
    pub enum SuggestionKind ("suggestion kind") {
        /// Category, priority, flags.
        Triage = "triage",
        /// Passages, similar cases and the plan.
        Retrieval = "retrieval",
    }
}

/// A suggestion as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSuggestion<T> {
    /// Id.
    pub id: SuggestionId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it is about.
    pub message: MessageId,
    /// What was suggested.
    pub suggestion: Suggestion<T>,
    /// Whether it was drawn for a real look.
    pub sampled: bool,
    /// A person's answer that stands, when there is one.
    pub verdict: Option<VerdictRow>,
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// Id.
    pub id: VerdictId,
    /// Kind.
    pub verdict: VerdictKind,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they said instead.
    pub value: Option<String>,
    /// What that changed on the ticket.
    pub changes: Option<Changes>,
}

impl Tx {
    /// Keeps a suggestion.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_suggestion<T: Serialize + Sync>(
        &mut self,
        ticket: TicketId,
        message: MessageId,
        kind: SuggestionKind,
        s: &Suggestion<T>,
    ) -> Result<SuggestionId, StoreError> {
        let id: SuggestionId = new_id();
        let (confidence, abstained) = match &s.confidence {
            Confidence::Probability { value } => (Some(*value), None),
            Confidence::Abstain { why } => (None, Some(why.as_str())),
        };
        let json = |what: &str, e: serde_json::Error| StoreError::Damaged { what: format!("{what}: {e}") };
        let value = serde_json::to_string(&s.value).map_err(|e| json("suggestion", e))?;
        let because = serde_json::to_string(&s.because).map_err(|e| json("evidence", e))?;
        let made_by = serde_json::to_string(&s.made_by).map_err(|e| json("maker", e))?;
        self.execute(
            "insert into suggestions (id, ticket_id, message_id, kind, value, confidence, abstained, because, made_by, made_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
            params![id, ticket, message, kind, value, confidence, abstained, because, made_by, s.made_at],
        )
        .await?;
        Ok(id)
    }

    /// Keeps a person's answer.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_verdict(
        &mut self,
        suggestion: SuggestionId,
        session: &AgentSession,
        verdict: VerdictKind,
        value: Option<&str>,
        reason: Option<&str>,
        changes: Option<&Changes>,
    ) -> Result<VerdictId, StoreError> {
        let (id, now) = (new_id(), self.now());
        // Closed lists and texts into a string cannot fail.
        let changes = changes.map(|c| serde_json::to_string(c).unwrap_or_default());
        self.execute(
            "insert into verdicts (id, suggestion_id, agent_id, session_id, verdict, value, reason, changes, at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            params![id, suggestion, session.agent().id, session.id(), verdict, value, reason, changes, now],
        )
        .await?;
        Ok(id)
    }
}

impl Conn {
    /// The newest suggestion of a kind on a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_suggestion<T: DeserializeOwned>(
        &mut self,
        grant: &Grant,
        ticket: TicketId,
        kind: SuggestionKind,
    ) -> Result<Option<StoredSuggestion<T>>, StoreError> {
        let row = self
            .maybe(
                concat!("select s.id, s.ticket_id, s.message_id, s.value, s.confidence, s.abstained, s.because, s.made_by, s.made_at, s.sampled from suggestions s join tickets t on t.id = s.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 and s.kind = $3 order by s.made_at desc, s.id desc limit 1"),
                params![grant.queues(), ticket, kind],
            )
            .await?;
        self.suggestion_from(row).await
    }

    /// One suggestion.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn suggestion<T: DeserializeOwned>(
        &mut self,
        grant: &Grant,
        id: SuggestionId,
    ) -> Result<StoredSuggestion<T>, StoreError> {
        let row = self
            .maybe(
                concat!("select s.id, s.ticket_id, s.message_id, s.value, s.confidence, s.abstained, s.because, s.made_by, s.made_at, s.sampled from suggestions s join tickets t on t.id = s.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and s.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        self.suggestion_from(row).await?.ok_or(StoreError::NotFound)
    }

    async fn suggestion_from<T: DeserializeOwned>(
        &mut self,
        row: Option<crate::columns::Row>,
    ) -> Result<Option<StoredSuggestion<T>>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let mut c = row.columns();
        let (id, ticket, message) = (c.take()?, c.take()?, c.take()?);
        let value = c.json()?;
        let (probability, abstained): (Option<f64>, Option<String>) = (c.take()?, c.take()?);
        let confidence = probability.map_or_else(
            || Confidence::Abstain { why: abstained.unwrap_or_default() },
            |value| Confidence::Probability { value },
        );
        let suggestion = Suggestion { value, confidence, because: c.json()?, made_by: c.json()?, made_at: c.take()? };
        let sampled: i64 = c.take()?;
        Ok(Some(StoredSuggestion {
            id,
            ticket,
            message,
            suggestion,
            sampled: sampled == 1,
            verdict: self.verdict_on(id).await?,
        }))
    }

    async fn verdict_on(&mut self, id: SuggestionId) -> Result<Option<VerdictRow>, StoreError> {
        let row = self
            .maybe(
                concat!("select v.id, v.verdict, a.name, v.at, v.value, v.changes from verdicts v join agents a on a.id = v.agent_id where v.suggestion_id = $1 and ", stands!()),
                params![id],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            let (id, verdict, by, at, value) = (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
            let changes: Option<String> = c.take()?;
            let changes = changes
                .map(|t| serde_json::from_str(&t).map_err(|e| StoreError::Damaged { what: format!("changes: {e}") }))
                .transpose()?;
            Ok(VerdictRow { id, verdict, by, at, value, changes })
        })
        .transpose()
    }
}
