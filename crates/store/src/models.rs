//! Trained classifiers, every version of the last few, with how each compared. One runs.

use desk::{Timestamp, closed_list, ids::ModelId, promotion::Comparison};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params},
    new_id,
};

/// Versions kept beside the running one.
const KEPT: i64 = 10;

closed_list! {
    /// What a version is.
    pub enum ModelState ("model state") {
        /// Trained, not compared yet.
        Candidate = "candidate",
        /// Sorts.
        Running = "running",
        /// Did worse than the one running then.
        Refused = "refused",
        /// Ran once, or was never finished with.
        Retired = "retired",
    }
}

/// A version without its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelVersion {
    /// Id.
    pub id: ModelId,
    /// What it is.
    pub state: ModelState,
    /// Of its training data.
    pub fingerprint: String,
    /// Examples it was trained on.
    pub examples: i64,
    /// How many of them were corrections.
    pub corrections: i64,
    /// Whether examples were held back from its training: 0 no, 1 by `desk::promotion`.
    pub split: i64,
    /// Its own figures as JSON; none for a version from before versions were kept.
    pub metrics: Option<String>,
    /// How it compared with the one running then.
    pub compared: Option<Comparison>,
    /// Why it is what it is, in a sentence's part.
    pub why: String,
    /// When it was trained.
    pub trained_at: Timestamp,
    /// When it first ran.
    pub promoted_at: Option<Timestamp>,
}

/// A version to be kept, as a candidate.
#[derive(Debug, Clone, Copy)]
pub struct NewModel<'a> {
    /// The engine's own bytes.
    pub bytes: &'a [u8],
    /// Of its training data.
    pub fingerprint: &'a str,
    /// Examples it was trained on.
    pub examples: i64,
    /// How many of them were corrections.
    pub corrections: i64,
    /// Whether examples were held back.
    pub split: i64,
    /// Its own figures as JSON.
    pub metrics: &'a str,
}

macro_rules! version_select {
    ($rest:literal) => {
        concat!(
            "select id, state, fingerprint, examples, corrections, split, metrics, compared, why, trained_at, promoted_at from model_versions ",
            $rest
        )
    };
}

fn version(mut c: Columns<'_>) -> Result<ModelVersion, StoreError> {
    let (id, state, fingerprint) = (c.take()?, c.take()?, c.take()?);
    let (examples, corrections, split, metrics) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let compared: Option<String> = c.take()?;
    let compared = compared
        .map(|text| serde_json::from_str(&text).map_err(|e| StoreError::Damaged { what: format!("comparison: {e}") }))
        .transpose()?;
    let (why, trained_at, promoted_at) = (c.take()?, c.take()?, c.take()?);
    Ok(ModelVersion {
        id,
        state,
        fingerprint,
        examples,
        corrections,
        split,
        metrics,
        compared,
        why,
        trained_at,
        promoted_at,
    })
}

impl Conn {
    /// Every version kept, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn models(&mut self) -> Result<Vec<ModelVersion>, StoreError> {
        let rows = self.rows(version_select!("order by trained_at desc, id desc"), params![]).await?;
        rows.iter().map(|row| version(row.columns())).collect()
    }

    /// One version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn model(&mut self, id: ModelId) -> Result<ModelVersion, StoreError> {
        version(self.one(version_select!("where id = $1"), params![id]).await?.columns())
    }

    /// The version that sorts.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn running_model(&mut self) -> Result<Option<ModelVersion>, StoreError> {
        let row = self.maybe(version_select!("where state = 'running'"), params![]).await?;
        row.map(|row| version(row.columns())).transpose()
    }

    /// A version's bytes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn model_bytes(&mut self, id: ModelId) -> Result<Vec<u8>, StoreError> {
        self.one("select bytes from model_versions where id = $1", params![id]).await?.columns().take()
    }
}

impl Tx {
    /// Keeps a trained version as a candidate. Candidates nobody finished with are retired.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_model(&mut self, new: NewModel<'_>) -> Result<ModelId, StoreError> {
        let (id, now) = (new_id(), self.now());
        self.execute(
            "update model_versions set state = 'retired', why = 'training was cut off before the comparison' where state = 'candidate'",
            params![],
        )
        .await?;
        self.execute(
            "insert into model_versions (id, state, bytes, fingerprint, examples, corrections, split, metrics, why, trained_at)
             values ($1,'candidate',$2,$3,$4,$5,$6,$7,'not compared yet',$8)",
            params![id, new.bytes, new.fingerprint, new.examples, new.corrections, new.split, new.metrics, now],
        )
        .await?;
        Ok(id)
    }

    /// Says that a candidate does not run, and drops the oldest versions beyond the last few.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn refuse_model(&mut self, id: ModelId, compared: &Comparison, why: &str) -> Result<(), StoreError> {
        self.execute(
            "update model_versions set state = 'refused', compared = $2, why = $3 where id = $1 and state = 'candidate'",
            params![id, comparison(compared), why],
        )
        .await?;
        self.drop_old_models().await
    }

    /// Lets a version sort from now on; the one before is retired.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such version.
    pub async fn promote_model(
        &mut self,
        id: ModelId,
        compared: Option<&Comparison>,
        why: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update model_versions set state = 'retired' where state = 'running'", params![]).await?;
        let touched = self
            .execute(
                "update model_versions set state = 'running', compared = coalesce($2, compared), why = $3, promoted_at = coalesce(promoted_at, $4) where id = $1",
                params![id, compared.map(comparison), why, now],
            )
            .await?;
        if touched == 0 {
            return Err(StoreError::NotFound);
        }
        self.drop_old_models().await
    }

    async fn drop_old_models(&mut self) -> Result<(), StoreError> {
        // Versions that ran once are what one rolls back to: refused ones never push them out.
        self.execute(
            "delete from model_versions where state <> 'running' and promoted_at is null and id not in
             (select id from model_versions where promoted_at is null order by trained_at desc, id desc limit $1)",
            params![KEPT],
        )
        .await?;
        self.execute(
            "delete from model_versions where state <> 'running' and promoted_at is not null and id not in
             (select id from model_versions where state <> 'running' and promoted_at is not null order by trained_at desc, id desc limit $1)",
            params![KEPT],
        )
        .await?;
        Ok(())
    }
}

fn comparison(compared: &Comparison) -> String {
    // Serialising integers into a string cannot fail.
    serde_json::to_string(compared).unwrap_or_default()
}
