//! Changes of a ticket, each in a transaction that ends in an entry.

use desk::{
    Timestamp,
    ids::{AgentId, MessageId, NoteId, TicketId},
    risk::Flag,
    suggestion::Doubt,
    ticket::{DraftReadiness, Priority, Status},
};

use super::{FirstMessage, NewTicket, flag_words};
use crate::{
    StoreError, Tx,
    columns::{folded, params},
    new_id,
};

impl Tx {
    /// Opens a ticket without a question and gives it the next number.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open_ticket(&mut self, new: NewTicket<'_>) -> Result<(TicketId, i64), StoreError> {
        let at = new.at;
        self.insert_ticket(new, None, DraftReadiness::Absent, at).await
    }

    /// Opens a ticket with its first question, as [`Tx::open_ticket`] and [`Tx::inbound_arrived`] would together.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn open_ticket_with(
        &mut self,
        new: NewTicket<'_>,
        first: FirstMessage<'_>,
    ) -> Result<(TicketId, i64), StoreError> {
        let now = self.now();
        self.insert_ticket(new, Some(first), DraftReadiness::Preparing, now).await
    }

    async fn insert_ticket(
        &mut self,
        new: NewTicket<'_>,
        first: Option<FirstMessage<'_>>,
        draft: DraftReadiness,
        updated_at: Timestamp,
    ) -> Result<(TicketId, i64), StoreError> {
        let id: TicketId = new_id();
        let excerpt = first.map_or("", |f| f.excerpt);
        let number: i64 = self
            .one("update counters set value = value + 1 where name = 'ticket' returning value", params![])
            .await?
            .columns()
            .take()?;
        self.execute(
            "insert into tickets (id, number, subject, excerpt, status, waiting, priority, queue, risk, requester_id, organization_id, draft, last_inbound_id, last_inbound_at, revision, created_at, updated_at, folded_subject, folded_excerpt)
             values ($1,$2,$3,$4,$5,$6,'normal',$7,'',$8,$9,$10,$11,$12,1,$12,$13,$14,$15)",
            params![id, number, new.subject, excerpt, new.status, i64::from(new.status.waits_for_us()), new.queue, new.requester, new.organization, draft, first.map(|f| f.id), new.at, updated_at, folded(new.subject), folded(excerpt)],
        )
        .await?;
        Ok((id, number))
    }

    /// Lets an address take part.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_participant(&mut self, ticket: TicketId, email: &str) -> Result<(), StoreError> {
        self.execute(
            "insert into participants (ticket_id, email) values ($1,$2) on conflict do nothing",
            params![ticket, email],
        )
        .await?;
        Ok(())
    }

    /// A person's mail arrived on a ticket: it is the newest question now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn inbound_arrived(
        &mut self,
        ticket: TicketId,
        message: MessageId,
        excerpt: &str,
        status: Status,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update tickets set last_inbound_id = $2, last_inbound_at = $3, excerpt = $4, status = $5, waiting = $6, draft = 'preparing', draft_why = null,
             revision = revision + 1, updated_at = $7, folded_excerpt = $8 where id = $1",
            params![ticket, message, at, excerpt, status, i64::from(status.waits_for_us()), now, folded(excerpt)],
        )
        .await?;
        Ok(())
    }

    /// A machine's mail was attached; nothing else changes but the revision.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn touch_ticket(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update tickets set revision = revision + 1, updated_at = $2 where id = $1", params![ticket, now])
            .await?;
        Ok(())
    }

    /// Puts the machine's look on the ticket, with its language and the product it is about. A queue or category a person chose stays.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_triage(
        &mut self,
        ticket: TicketId,
        triage: &desk::triage::Triage,
        doubt: Doubt,
        (language, product): (&str, Option<&str>),
        keep_persons_choice: bool,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let flags: Vec<Flag> = triage.risk.iter().map(|r| r.flag).collect();
        let keep = i64::from(keep_persons_choice);
        self.execute(
            "update tickets set category = case when $9 = 1 then category else $2 end, operating_model = $3, doubt = $4, risk = $5, priority = $6,
             queue = case when $9 = 1 then queue else $7 end, language = $8, product = $11, revision = revision + 1, updated_at = $10 where id = $1",
            params![ticket, triage.category.as_deref(), triage.operating_model, doubt, flag_words(&flags), triage.priority, &triage.queue, language, keep, now, product],
        )
        .await?;
        Ok(())
    }

    /// Whether a draft waits, and if not, why.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_draft_readiness(
        &mut self,
        ticket: TicketId,
        readiness: DraftReadiness,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update tickets set draft = $2, draft_why = $3, revision = revision + 1, updated_at = $4 where id = $1",
            params![ticket, readiness, why, now],
        )
        .await?;
        Ok(())
    }

    /// A person's changes, if the ticket is still at `revision`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn change_ticket(
        &mut self,
        ticket: TicketId,
        revision: i64,
        status: Status,
        priority: Priority,
        queue: &str,
        assignee: Option<AgentId>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "update tickets set status = $3, waiting = $4, priority = $5, queue = $6, assignee_id = $7, revision = revision + 1, updated_at = $8 where id = $1 and revision = $2",
                params![ticket, revision, status, i64::from(status.waits_for_us()), priority, queue, assignee, now],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// What a ticket becomes that was put off and is back, was merged, or is by itself again. Its revision goes on, as with
    /// any change.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_status(&mut self, ticket: TicketId, status: Status) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update tickets set status = $2, waiting = $3, revision = revision + 1, updated_at = $4 where id = $1",
            params![ticket, status, i64::from(status.waits_for_us()), now],
        )
        .await?;
        Ok(())
    }

    /// Adds a note.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_note(&mut self, ticket: TicketId, agent: AgentId, body: &str) -> Result<NoteId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "insert into notes (id, ticket_id, agent_id, body, at) values ($1,$2,$3,$4,$5)",
            params![id, ticket, agent, body, now],
        )
        .await?;
        Ok(id)
    }

    /// Marks the demo's first ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mark_first(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        self.execute("update tickets set is_first = 1 where id = $1", params![ticket]).await?;
        Ok(())
    }

    /// Keeps a case that was solved before this desk existed, with how it turned out.
    ///
    /// # Errors
    /// Whatever the database says.
    #[expect(clippy::too_many_arguments, reason = "one row of an import, used once")]
    pub async fn add_past_case(
        &mut self,
        ticket: TicketId,
        question: &str,
        reply: &str,
        agent: Option<AgentId>,
        rating: Option<i64>,
        outcome: &str,
        category: &str,
        solved_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "insert into past_cases (ticket_id, question, reply, agent_id, rating, solved_at) values ($1,$2,$3,$4,$5,$6)",
            params![ticket, question, reply, agent, rating, solved_at],
        )
        .await?;
        let excerpt: String = question.chars().take(160).collect();
        self.execute(
            "update tickets set outcome = $2, category = $3, excerpt = $4, folded_excerpt = $5 where id = $1",
            params![ticket, outcome, category, &excerpt, folded(&excerpt)],
        )
        .await?;
        Ok(())
    }
}
