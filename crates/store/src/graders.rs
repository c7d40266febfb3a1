//! Models that grade, and how far they agreed with people.

use desk::{
    Timestamp,
    eval::grader::{Calibration, Kappa},
    ids::ReviewSampleId,
    review::Rubric,
};

use crate::{Conn, Grant, StoreError, Tx, columns::params, grant::queue_visible, reviews};

/// Rows that are read for one draft on the mean: more people than two look at none.
const READERS: i64 = 2;

/// How far a grader agreed with people, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct GraderRow {
    /// The model's name.
    pub model: String,
    /// Version of its prompt.
    pub prompt: String,
    /// What came of it.
    pub calibration: Calibration,
    /// When.
    pub at: Timestamp,
}

/// A grader that was held against people.
#[derive(Debug, Clone, Copy)]
pub struct NewCalibration<'a> {
    /// Endpoint, model and prompt as one word.
    pub grader: &'a str,
    /// The model's name.
    pub model: &'a str,
    /// Version of its prompt.
    pub prompt: &'a str,
    /// What came of it.
    pub calibration: &'a Calibration,
}

impl Conn {
    /// The newest calibration of a grader.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn grader_calibration(&mut self, grader: &str) -> Result<Option<GraderRow>, StoreError> {
        let row = self
            .maybe(
                "select model, prompt, drafts, answers, same, unsure, kappa, low, high, made_at from grader_calibrations
                 where grader = $1 order by made_at desc limit 1",
                params![grader],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            let (model, prompt) = (c.take()?, c.take()?);
            let (drafts, answers, same, unsure) = (c.take()?, c.take()?, c.take()?, c.take()?);
            let (value, low, high): (Option<f64>, Option<f64>, Option<f64>) = (c.take()?, c.take()?, c.take()?);
            let kappa = value.zip(low).zip(high).map(|((value, low), high)| Kappa { value, low, high });
            let count = |n: i64| usize::try_from(n).unwrap_or(0);
            let calibration = Calibration {
                drafts: count(drafts),
                answers: count(answers),
                same: count(same),
                unsure: count(unsure),
                kappa,
            };
            Ok(GraderRow { model, prompt, calibration, at: c.take()? })
        })
        .transpose()
    }

    /// Texts that people reviewed, the newest first, each with what its first reviewer said.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn reviewed_samples(
        &mut self,
        grant: &Grant,
        limit: i64,
    ) -> Result<Vec<(ReviewSampleId, Rubric)>, StoreError> {
        reviews::for_work(grant)?;
        let rows = self
            .rows(
                concat!(
                    "select s.id, w.correct, w.grounded, w.complete, w.tone, w.would_send, w.severity, w.failure
                     from review_samples s join reviews w on w.sample_id = s.id join tickets t on t.id = s.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " order by s.drawn_at desc, s.id, w.at, w.agent_id limit $2"
                ),
                params![grant.queues(), limit.saturating_mul(READERS)],
            )
            .await?;
        let mut all: Vec<(ReviewSampleId, Rubric)> = Vec::new();
        for row in &rows {
            let mut c = row.columns();
            let (id, said) = (c.take()?, reviews::rubric(&mut c)?);
            if all.last().is_none_or(|(last, _)| *last != id) {
                all.push((id, said));
            }
        }
        all.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(all)
    }
}

impl Tx {
    /// Keeps how far a grader agreed with people.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_grader_calibration(&mut self, new: NewCalibration<'_>) -> Result<(), StoreError> {
        let (told, now) = (new.calibration, self.now());
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (value, low, high) = (told.kappa.map(|k| k.value), told.kappa.map(|k| k.low), told.kappa.map(|k| k.high));
        self.execute(
            "insert into grader_calibrations (grader, model, prompt, drafts, answers, same, unsure, kappa, low, high, made_at)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
             on conflict (grader, made_at) do update set drafts = excluded.drafts, answers = excluded.answers, same = excluded.same,
             unsure = excluded.unsure, kappa = excluded.kappa, low = excluded.low, high = excluded.high",
            params![new.grader, new.model, new.prompt, count(told.drafts), count(told.answers), count(told.same), count(told.unsure), value, low, high, now],
        )
        .await?;
        Ok(())
    }
}
