//! Steps of categories on the autonomy ladder, and the counts that they are judged by.

use desk::{
    Timestamp,
    ids::{AgentId, StepId},
    ladder::{Cause, Ladder, Rung, Step, Trial},
    outcome::Counts,
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params},
    new_id,
    outcomes::{counts, counts_summed},
};

/// Most answers looked at for drift, newest last.
const WATCHED_MOST: i64 = 20_000;

/// A step with who took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// The step.
    pub step: Step,
    /// From when its evidence counted.
    pub since: Timestamp,
    /// Who took it, by name; none when it fell.
    pub by: Option<String>,
    /// Why, in their words or in the desk's.
    pub reason: String,
}

/// A step to be taken.
#[derive(Debug, Clone, Copy)]
pub struct NewStep<'a> {
    /// Category key.
    pub category: &'a str,
    /// The queue it holds in; none for all.
    pub queue: Option<&'a str>,
    /// Where it leads.
    pub rung: Rung,
    /// Why.
    pub cause: Cause,
    /// Its evidence, and from when that counted.
    pub trial: (Trial, Timestamp),
    /// Who takes it; none for the desk.
    pub by: Option<AgentId>,
    /// Why, in words.
    pub reason: &'a str,
}

fn step(c: &mut Columns<'_>) -> Result<Step, StoreError> {
    Ok(Step {
        id: c.take()?,
        category: c.take()?,
        queue: c.take()?,
        rung: c.take()?,
        cause: c.take()?,
        trial: Trial { n: c.take()?, wrong: c.take()? },
        at: c.take()?,
    })
}

impl Conn {
    /// Where every category stands. For every gate: there is nothing personal in it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ladder(&mut self) -> Result<Ladder, StoreError> {
        let rows = self
            .rows(
                "select s.id, s.category, s.queue, s.rung, s.cause, s.n, s.wrong, s.at from steps s
                 where not exists (select 1 from steps n where n.category = s.category and coalesce(n.queue,'') = coalesce(s.queue,'')
                   and (n.at > s.at or (n.at = s.at and n.id > s.id)))",
                params![],
            )
            .await?;
        Ok(Ladder::new(rows.iter().map(|row| step(&mut row.columns())).collect::<Result<_, _>>()?))
    }

    /// Steps of all categories, newest first, at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn steps(&mut self, limit: i64) -> Result<Vec<StepLine>, StoreError> {
        let rows = self
            .rows(
                "select s.id, s.category, s.queue, s.rung, s.cause, s.n, s.wrong, s.at, s.since, a.name, s.reason
                 from steps s left join agents a on a.id = s.by_agent order by s.at desc, s.id desc limit $1",
                params![limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(StepLine { step: step(&mut c)?, since: c.take()?, by: c.take()?, reason: c.take()? })
            })
            .collect()
    }

    /// What became of the tickets of each category that ended between these moments, everywhere or in one queue.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn counts_of(
        &mut self,
        category: &str,
        queue: Option<&str>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Counts, StoreError> {
        let sql = concat!(
            "select ",
            counts_summed!(),
            " from outcomes where category = $1 and ended_at >= $2 and ended_at < $3 and ($4 = '' or queue = $4)"
        );
        let row = self.one(sql, params![category, from, until, queue.unwrap_or_default()]).await?;
        counts(&mut row.columns())
    }

    /// Whether each answer of the machine went wrong, in the order their tickets ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn wrong_since(
        &mut self,
        category: &str,
        queue: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let rows = self
            .rows(
                "select wrong from outcomes where category = $1 and ended_at >= $2 and judged > 0 and ($3 = '' or queue = $3)
                 order by ended_at, ticket_id limit $4",
                params![category, since, queue.unwrap_or_default(), WATCHED_MOST],
            )
            .await?;
        rows.iter().map(|row| Ok(row.columns().take::<i64>()? > 0)).collect()
    }
}

impl Tx {
    /// Takes a step.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_step(&mut self, new: NewStep<'_>) -> Result<StepId, StoreError> {
        let (id, now): (StepId, Timestamp) = (new_id(), self.now());
        let (trial, since) = new.trial;
        self.execute(
            "insert into steps (id, category, queue, rung, cause, n, wrong, since, by_agent, reason, at)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
            params![
                id,
                new.category,
                new.queue,
                new.rung,
                new.cause,
                trial.n,
                trial.wrong,
                since,
                new.by,
                new.reason,
                now
            ],
        )
        .await?;
        Ok(id)
    }
}
