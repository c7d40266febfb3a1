//! Eval cases: what was taken from tickets, by its state. A case holds words about a person, so it is visible where its
//! ticket is, goes with it, and is not there for anybody once its people said no to AI.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, EvalCaseId, TicketId},
    people::AiSetting,
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
};

/// Most rows of one answer.
const ROWS_MAX: i64 = 5_000;

closed_list! {
    /// Where an eval case is in its life.
    pub enum EvalCaseState ("state of an eval case") {
        /// Nobody checked it yet.
        Proposed = "proposed",
        /// A person checked it; it is in the suite.
        Approved = "approved",
        /// It counts no more.
        Retired = "retired",
    }
}

/// A case with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalCase {
    /// Id.
    pub id: EvalCaseId,
    /// Its ticket.
    pub ticket: TicketId,
    /// The ticket's number.
    pub number: i64,
    /// Where it is.
    pub state: EvalCaseState,
    /// Its file's text.
    pub body: String,
    /// Who proposed it; none for the machine.
    pub proposed_by: Option<String>,
    /// When.
    pub proposed_at: Timestamp,
    /// Who approved or retired it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What requester and organization say about AI today.
    pub said: (AiSetting, AiSetting),
}

/// A case to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewEvalCase<'a> {
    /// Its ticket.
    pub ticket: TicketId,
    /// Its file's text.
    pub body: &'a str,
    /// Who proposes it; none for the machine.
    pub by: Option<AgentId>,
}

macro_rules! case_select {
    ($rest:literal) => {
        concat!(
            "select c.id, c.ticket_id, t.number, c.state, c.body, p.name, c.proposed_at, d.name, c.decided_at, r.ai, coalesce(o.ai, 'default')
             from eval_cases c join tickets t on t.id = c.ticket_id join requesters r on r.id = t.requester_id
             left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
             left join agents p on p.id = c.proposed_by left join agents d on d.id = c.decided_by where ",
            queue_visible!("t.queue", "$1"),
            $rest
        )
    };
}

fn case(mut c: Columns<'_>) -> Result<EvalCase, StoreError> {
    Ok(EvalCase {
        id: c.take()?,
        ticket: c.take()?,
        number: c.take()?,
        state: c.take()?,
        body: c.take()?,
        proposed_by: c.take()?,
        proposed_at: c.take()?,
        decided_by: c.take()?,
        decided_at: c.take()?,
        said: (c.take()?, c.take()?),
    })
}

impl Conn {
    /// Cases in a state, within the grant, newest first, at most 5,000.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn eval_cases(&mut self, grant: &Grant, state: EvalCaseState) -> Result<Vec<EvalCase>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                case_select!(" and c.state = $2 order by c.proposed_at desc, c.id limit $3"),
                params![grant.queues(), state, ROWS_MAX],
            )
            .await?;
        rows.iter().map(|row| case(row.columns())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn eval_case(&mut self, grant: &Grant, id: EvalCaseId) -> Result<EvalCase, StoreError> {
        for_work(grant)?;
        let row = self.one(case_select!(" and c.id = $2"), params![grant.queues(), id]).await?;
        case(row.columns())
    }

    /// Cases taken from a ticket that are not retired, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn eval_cases_of(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<EvalCase>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                case_select!(" and c.ticket_id = $2 and c.state <> 'retired' order by c.proposed_at, c.id"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter().map(|row| case(row.columns())).collect()
    }
}

fn for_work(grant: &Grant) -> Result<(), StoreError> {
    if grant.purpose() == Purpose::Work { Ok(()) } else { Err(StoreError::NotFound) }
}

impl Tx {
    /// Keeps a proposed case.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_eval_case(&mut self, new: NewEvalCase<'_>) -> Result<EvalCaseId, StoreError> {
        let (id, now): (EvalCaseId, _) = (new_id(), self.now());
        self.execute(
            "insert into eval_cases (id, ticket_id, state, body, proposed_by, proposed_at) values ($1,$2,'proposed',$3,$4,$5)",
            params![id, new.ticket, new.body, new.by, now],
        )
        .await?;
        Ok(id)
    }

    /// Moves a case on, with its text; `from` is the state it was seen in. False when it is in another by now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn decide_eval_case(
        &mut self,
        id: EvalCaseId,
        (from, to): (EvalCaseState, EvalCaseState),
        body: &str,
        by: AgentId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let changed = self
            .execute(
                "update eval_cases set state = $1, body = $2, decided_by = $3, decided_at = $4 where id = $5 and state = $6",
                params![to, body, by, now, id, from],
            )
            .await?;
        Ok(changed == 1)
    }
}
