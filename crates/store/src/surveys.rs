//! What requesters say of how they were helped: one answer a ticket. The comment is theirs and goes with them.

use desk::{
    Timestamp,
    ids::{AgentId, RequesterId, TicketId},
    survey::{Facts, Step, is_low},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
};

/// Most lines of one list.
const LINES_MAX: i64 = 100;

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How it went.
    pub rating: Option<Step>,
    /// How much work it was for them.
    pub effort: Option<Step>,
    /// Their words; may be empty.
    pub comment: String,
    /// When they last answered.
    pub answered_at: Option<Timestamp>,
    /// How often they answered.
    pub changes: i64,
    /// When a person saw to it, after a low rating: who, and when.
    pub followed_up: Option<(String, Timestamp)>,
}

/// A ticket that somebody may be asked about.
#[derive(Debug, Clone, Copy)]
pub struct Askable {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Who would be asked.
    pub requester: RequesterId,
    /// What is known of both.
    pub facts: Facts,
}

/// A low rating that nobody saw to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowRating {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// The rating.
    pub rating: i64,
    /// When.
    pub at: Timestamp,
    /// Whose it is: of the ticket, or who wrote last.
    pub agent: Option<AgentId>,
}

fn step(c: &mut Columns<'_>) -> Result<Option<Step>, StoreError> {
    Ok(c.take::<Option<i64>>()?.and_then(Step::of))
}

impl Conn {
    /// Tickets that ended since and changed last before `until`, that somebody answered, of people who may be asked, the oldest
    /// first; for services only. Those that were merged ended elsewhere, and a machine's mail is answered by nobody.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn askable(
        &mut self,
        (since, until): (Timestamp, Timestamp),
        between_seconds: i64,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Askable>, StoreError> {
        let rows = self
            .rows(
                "select t.id, t.number, t.requester_id, t.status, t.updated_at,
                 (select count(*) from messages m where m.ticket_id = t.id and m.direction = 'outbound' and m.agent_id is not null)
                   + (select count(*) from standing_uses u where u.ticket_id = t.id),
                 (select max(s.asked_at) from surveys s where s.requester_id = t.requester_id),
                 (select count(*) from survey_refusals n where n.requester_id = t.requester_id)
                 from tickets t join requesters r on r.id = t.requester_id
                 where t.updated_at >= $1 and t.updated_at <= $2 and t.status in ('solved','closed') and r.email like '%@%'
                 and not exists (select 1 from surveys s where s.ticket_id = t.id or (s.requester_id = t.requester_id and s.asked_at > $3))
                 and not exists (select 1 from survey_refusals n where n.requester_id = t.requester_id)
                 and not exists (select 1 from messages m where m.id = t.last_inbound_id and m.machine is not null)
                 and (exists (select 1 from messages m where m.ticket_id = t.id and m.direction = 'outbound' and m.agent_id is not null)
                   or exists (select 1 from standing_uses u where u.ticket_id = t.id))
                 and not exists (select 1 from relocations l where l.from_ticket = t.id and l.kind = 'merge' and l.undone_at is null)
                 order by t.updated_at, t.id limit $4",
                params![since, until, now.plus_seconds(-between_seconds), limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (ticket, number, requester, status) = (c.take()?, c.take()?, c.take()?, c.take()?);
                let changed: Timestamp = c.take()?;
                let (answers, last, refusals): (i64, Option<Timestamp>, i64) = (c.take()?, c.take()?, c.take()?);
                let facts = Facts {
                    status,
                    quiet_seconds: now.seconds_since(changed),
                    answered: answers > 0,
                    asked: false,
                    last_asked_seconds: last.map(|at| now.seconds_since(at)),
                    declined: refusals > 0,
                };
                Ok(Askable { ticket, number, requester, facts })
            })
            .collect()
    }

    /// The question about a ticket with its answer. The caller asked whether it may be seen, or holds its link.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn survey(&mut self, ticket: TicketId) -> Result<Option<Survey>, StoreError> {
        let row = self
            .maybe(
                "select s.asked_at, s.rating, s.effort, s.comment, s.answered_at, s.changes, a.name, s.follow_up_at
                 from surveys s left join agents a on a.id = s.follow_up_by where s.ticket_id = $1",
                params![ticket],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(Survey {
                asked_at: c.take()?,
                rating: step(&mut c)?,
                effort: step(&mut c)?,
                comment: c.take()?,
                answered_at: c.take()?,
                changes: c.take()?,
                followed_up: c.take::<Option<String>>()?.zip(c.take()?),
            })
        })
        .transpose()
    }

    /// Whether somebody asked not to be asked.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn declines_surveys(&mut self, requester: RequesterId) -> Result<bool, StoreError> {
        let known = "select at from survey_refusals where requester_id = $1";
        Ok(self.maybe(known, params![requester]).await?.is_some())
    }

    /// Low ratings that nobody saw to: no person has written since, and nobody said that it is done. Oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn low_ratings(&mut self, grant: &Grant) -> Result<Vec<LowRating>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select t.id, t.number, t.subject, s.rating, s.answered_at,
                     coalesce(t.assignee_id, (select m.agent_id from messages m where m.ticket_id = t.id and m.agent_id is not null order by m.at desc, m.id desc limit 1))
                     from surveys s join tickets t on t.id = s.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and s.rating <= 2 and s.follow_up_at is null
                     and not exists (select 1 from messages m where m.ticket_id = t.id and m.agent_id is not null and m.at > s.answered_at)
                     order by s.answered_at, t.id limit $2"
                ),
                params![grant.queues(), LINES_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(LowRating {
                    ticket: c.take()?,
                    number: c.take()?,
                    subject: c.take()?,
                    rating: c.take()?,
                    at: c.take()?,
                    agent: c.take()?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Writes down that somebody is asked about a ticket; false when they were, or about anything within so many seconds. Writing
    /// their row without changing it lets two who would ask the same person wait for each other.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_survey(
        &mut self,
        ticket: TicketId,
        requester: RequesterId,
        between_seconds: i64,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        self.execute("update requesters set ai = ai where id = $1", params![requester]).await?;
        let new = self
            .execute(
                "insert into surveys (ticket_id, requester_id, asked_at, comment, changes)
                 select id, requester_id, $3, '', cast(0 as bigint) from tickets where id = $1 and requester_id = $2
                 and not exists (select 1 from surveys s where s.requester_id = $2 and s.asked_at > $4) on conflict (ticket_id) do nothing",
                params![ticket, requester, now, now.plus_seconds(-between_seconds)],
            )
            .await?;
        Ok(new == 1)
    }

    /// Keeps an answer; what it does not say stays as it was. A low one stands on the ticket as its outcome, and goes when the
    /// answer gets better. Its ticket is counted again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where nobody was asked.
    pub async fn answer_survey(
        &mut self,
        ticket: TicketId,
        rating: Step,
        effort: Option<Step>,
        comment: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let changed = self
            .execute(
                "update surveys set rating = $2, effort = coalesce($3, effort), comment = coalesce($4, comment), answered_at = $5, changes = changes + 1
                 where ticket_id = $1",
                params![ticket, rating.number(), effort.map(Step::number), comment, now],
            )
            .await?;
        if changed == 0 {
            return Err(StoreError::NotFound);
        }
        let outcome = if is_low(rating) {
            "update tickets set outcome = 'rated_low' where id = $1 and coalesce(outcome, 'good') = 'good'"
        } else {
            "update tickets set outcome = null where id = $1 and outcome = 'rated_low'"
        };
        self.execute(outcome, params![ticket]).await?;
        self.count_again(ticket).await
    }

    /// Somebody does not want to be asked, or does again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn decline_surveys(&mut self, requester: RequesterId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into survey_refusals (requester_id, at) values ($1,$2) on conflict (requester_id) do nothing",
            params![requester, now],
        )
        .await?;
        Ok(())
    }

    /// A person saw to a low rating; false when there is none that waits.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn follow_survey_up(&mut self, ticket: TicketId, by: AgentId) -> Result<bool, StoreError> {
        let now = self.now();
        let done = self
            .execute(
                "update surveys set follow_up_by = $2, follow_up_at = $3 where ticket_id = $1 and rating <= 2 and follow_up_at is null",
                params![ticket, by, now],
            )
            .await?;
        Ok(done == 1)
    }
}
