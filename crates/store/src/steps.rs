//! Steps of categories on the autonomy ladder, and the counts that they are judged by.

use desk::{
    Timestamp,
    ids::{AgentId, StepId},
    ladder::{Cause, Ladder, Pilot, Rung, Step, Trial},
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
    /// The part it holds for; none for the whole category.
    pub pilot: Option<&'a Pilot>,
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
    let (id, category) = (c.take()?, c.take()?);
    let (queue, product): (Option<String>, Option<String>) = (c.take()?, c.take()?);
    Ok(Step {
        id,
        category,
        pilot: queue.map(Pilot::Queue).or(product.map(Pilot::Product)),
        rung: c.take()?,
        cause: c.take()?,
        trial: Trial { n: c.take()?, wrong: c.take()? },
        at: c.take()?,
    })
}

/// What a row's queue and product have to be; empty where they may be any.
fn part(pilot: Option<&Pilot>) -> (&str, &str) {
    let word = |of: fn(&Pilot) -> Option<&str>| pilot.and_then(of).unwrap_or_default();
    (word(Pilot::queue), word(Pilot::product))
}

impl Conn {
    /// Where every category stands. For every gate: there is nothing personal in it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn ladder(&mut self) -> Result<Ladder, StoreError> {
        let rows = self
            .rows(
                "select s.id, s.category, s.queue, s.product, s.rung, s.cause, s.n, s.wrong, s.at from steps s
                 where not exists (select 1 from steps n where n.category = s.category
                   and coalesce(n.queue,'') = coalesce(s.queue,'') and coalesce(n.product,'') = coalesce(s.product,'')
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
                "select s.id, s.category, s.queue, s.product, s.rung, s.cause, s.n, s.wrong, s.at, s.since, a.name, s.reason
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

    /// What became of the tickets of each category that ended between these moments, everywhere or in a pilot.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn counts_of(
        &mut self,
        category: &str,
        pilot: Option<&Pilot>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Counts, StoreError> {
        let (queue, product) = part(pilot);
        let sql = concat!(
            "select ",
            counts_summed!(),
            " from outcomes where category = $1 and ended_at >= $2 and ended_at < $3 and ($4 = '' or queue = $4) and ($5 = '' or product = $5)"
        );
        let row = self.one(sql, params![category, from, until, queue, product]).await?;
        counts(&mut row.columns())
    }

    /// Whether each answer of the machine went wrong, in the order their tickets ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn wrong_since(
        &mut self,
        category: &str,
        pilot: Option<&Pilot>,
        since: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let (queue, product) = part(pilot);
        let rows = self
            .rows(
                "select wrong from outcomes where category = $1 and ended_at >= $2 and judged > 0 and ($3 = '' or queue = $3) and ($4 = '' or product = $4)
                 order by ended_at, ticket_id limit $5",
                params![category, since, queue, product, WATCHED_MOST],
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
            "insert into steps (id, category, queue, product, rung, cause, n, wrong, since, by_agent, reason, at)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)",
            params![
                id,
                new.category,
                new.pilot.and_then(Pilot::queue),
                new.pilot.and_then(Pilot::product),
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
