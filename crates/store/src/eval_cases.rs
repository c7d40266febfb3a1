//! Eval cases: what was taken from tickets, by its state. A case holds words about a person, so it is visible where its
//! ticket is, goes with it, and is not there for anybody once its people said no to AI.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, EvalCaseId, RequesterId, TicketId},
    people::AiSetting,
};

use crate::{
    Conn, Grant, Purpose, Store, StoreError, Tx,
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
    /// The case that stands for it; none where it stands alone.
    pub joined_to: Option<EvalCaseId>,
    /// How many cases of others it stands for, within the grant.
    pub stands_for: i64,
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
            "select c.id, c.ticket_id, t.number, c.state, c.body, p.name, c.proposed_at, d.name, c.decided_at, r.ai, coalesce(o.ai, 'default'), c.joined_to,
             (select count(*) from eval_cases j join tickets jt on jt.id = j.ticket_id where j.joined_to = c.id and ",
            queue_visible!("jt.queue", "$1"),
            ") from eval_cases c join tickets t on t.id = c.ticket_id join requesters r on r.id = t.requester_id
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
        joined_to: c.take()?,
        stands_for: c.take()?,
    })
}

impl Conn {
    /// Cases in a state, within the grant, newest first, at most 5,000; without those that another one stands for, unless that one
    /// is outside the grant.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn eval_cases(&mut self, grant: &Grant, state: EvalCaseState) -> Result<Vec<EvalCase>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                concat!(
                    case_select!(
                        " and c.state = $2 and not exists (select 1 from eval_cases h join tickets ht on ht.id = h.ticket_id where h.id = c.joined_to and "
                    ),
                    queue_visible!("ht.queue", "$1"),
                    ") order by c.proposed_at desc, c.id limit $3"
                ),
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
            // What a person takes stands by itself until somebody says otherwise.
            "insert into eval_cases (id, ticket_id, state, body, proposed_by, proposed_at, compared_at) values ($1,$2,'proposed',$3,$4,$5,$6)",
            params![id, new.ticket, new.body, new.by, now, new.by.map(|_| now)],
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

/// A doubt about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalChallenge {
    /// Why, in the person's words.
    pub reason: String,
    /// Who.
    pub by: AgentId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Who decided, when, and how; none while it is open.
    pub decided: Option<(String, Timestamp, ChallengeOutcome)>,
}

closed_list! {
    /// What became of a doubt about a case.
    pub enum ChallengeOutcome ("outcome of a challenge") {
        /// The case goes on to count.
        Kept = "kept",
        /// It counts no more.
        Retired = "retired",
    }
}

impl Conn {
    /// Cases that one stands for, within the grant, oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn eval_cases_joined(&mut self, grant: &Grant, head: EvalCaseId) -> Result<Vec<EvalCase>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(case_select!(" and c.joined_to = $2 order by c.proposed_at, c.id"), params![grant.queues(), head])
            .await?;
        rows.iter().map(|row| case(row.columns())).collect()
    }

    /// Cases of a queue that are not retired, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than work.
    pub async fn eval_cases_in(&mut self, grant: &Grant, queue: &str, limit: i64) -> Result<Vec<EvalCase>, StoreError> {
        for_work(grant)?;
        let rows = self
            .rows(
                case_select!(
                    " and t.queue = $2 and c.state <> 'retired' order by c.proposed_at desc, c.id desc limit $3"
                ),
                params![grant.queues(), queue, limit],
            )
            .await?;
        rows.iter().map(|row| case(row.columns())).collect()
    }

    /// Proposed cases that nobody compared yet, oldest first, with their queues.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn eval_cases_uncompared(&mut self, limit: i64) -> Result<Vec<(EvalCaseId, String)>, StoreError> {
        let rows = self
            .rows(
                "select c.id, t.queue from eval_cases c join tickets t on t.id = c.ticket_id
                 where c.compared_at is null and c.state = 'proposed' order by c.proposed_at, c.id limit $1",
                params![limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// Doubts about a case, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn eval_challenges(&mut self, case: EvalCaseId) -> Result<Vec<EvalChallenge>, StoreError> {
        let rows = self
            .rows(
                "select h.reason, h.made_by, a.name, h.made_at, d.name, h.decided_at, h.outcome from eval_challenges h
                 join agents a on a.id = h.made_by left join agents d on d.id = h.decided_by
                 where h.case_id = $1 order by h.made_at, h.id",
                params![case],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (reason, by, name, at) = (c.take()?, c.take()?, c.take()?, c.take()?);
                let (who, when, outcome): (Option<String>, Option<Timestamp>, Option<ChallengeOutcome>) =
                    (c.take()?, c.take()?, c.take()?);
                let decided = who.zip(when).zip(outcome).map(|((who, when), outcome)| (who, when, outcome));
                Ok(EvalChallenge { reason, by, name, at, decided })
            })
            .collect()
    }
}

impl Tx {
    /// Puts a proposed case behind another one, with what stood behind it, or lets it stand alone again. False when it is no longer
    /// proposed, or stands where it should.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn join_eval_case(&mut self, id: EvalCaseId, into: Option<EvalCaseId>) -> Result<bool, StoreError> {
        let now = self.now();
        let moved = self
            .execute(
                "update eval_cases set joined_to = $2, compared_at = $3 where id = $1 and state = 'proposed' and coalesce(joined_to, '') <> coalesce($4, '')",
                params![id, into, now, into],
            )
            .await?;
        if moved == 1 && into.is_some() {
            self.execute("update eval_cases set joined_to = $2 where joined_to = $1", params![id, into]).await?;
        }
        Ok(moved == 1)
    }

    /// Keeps a doubt about a case.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn challenge_eval_case(&mut self, case: EvalCaseId, reason: &str, by: AgentId) -> Result<(), StoreError> {
        let (id, now): (EvalCaseId, _) = (new_id(), self.now());
        self.execute(
            "insert into eval_challenges (id, case_id, reason, made_by, made_at) values ($1,$2,$3,$4,$5)",
            params![id, case, reason, by, now],
        )
        .await
        .map(|_| ())
    }

    /// Decides what is open against a case. False when nothing is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn decide_eval_challenge(
        &mut self,
        case: EvalCaseId,
        outcome: ChallengeOutcome,
        by: AgentId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let decided = self
            .execute(
                "update eval_challenges set outcome = $2, decided_by = $3, decided_at = $4 where case_id = $1 and outcome is null",
                params![case, outcome, by, now],
            )
            .await?;
        Ok(decided > 0)
    }

    /// Makes the oldest of those behind a requester's cases stand for the others, before theirs are taken away; theirs alone go.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(crate) async fn succeed_eval_cases(&mut self, requester: RequesterId) -> Result<(), StoreError> {
        let rows = self
            .rows(
                "select j.joined_to, min(j.id) from eval_cases j join tickets jt on jt.id = j.ticket_id
                 join eval_cases c on c.id = j.joined_to join tickets t on t.id = c.ticket_id
                 where t.requester_id = $1 and jt.requester_id <> $1 group by j.joined_to",
                params![requester],
            )
            .await?;
        for row in &rows {
            let mut c = row.columns();
            let (gone, next): (EvalCaseId, EvalCaseId) = (c.take()?, c.take()?);
            self.execute("update eval_cases set joined_to = $2 where joined_to = $1", params![gone, next]).await?;
            self.execute("update eval_cases set joined_to = null where id = $1", params![next]).await?;
        }
        // Theirs that stood behind theirs go together.
        self.execute(
            "update eval_cases set joined_to = null where ticket_id in (select id from tickets where requester_id = $1)",
            params![requester],
        )
        .await?;
        Ok(())
    }
}

impl Store {
    /// Says that a case was compared and stands alone. Nothing came of it, so there is no entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn eval_case_compared(&self, id: EvalCaseId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute("update eval_cases set compared_at = $2 where id = $1 and compared_at is null", params![id, now])
            .await?;
        tx.commit().await
    }
}

/// What takes a requester's cases away, after others were made to stand for theirs.
pub(crate) const FORGOTTEN: [&str; 2] = [
    "delete from eval_challenges where case_id in (select c.id from eval_cases c join tickets t on t.id = c.ticket_id where t.requester_id = $1)",
    "delete from eval_cases where ticket_id in (select id from tickets where requester_id = $1)",
];
