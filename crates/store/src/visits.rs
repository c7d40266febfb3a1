//! Visits to the help centre, until they are counted. Whose they are is not known, and nothing that was looked for is kept.

use desk::{Digest, Timestamp, ids::TicketId};

use crate::{
    Conn, Store, StoreError,
    columns::{Columns, params},
    new_id,
};

/// Visits kept in an hour: whoever searches without end fills no disk, and counts for no more.
pub const VISITS_AN_HOUR: i64 = 1_000;

/// A visit whose time to lead to a request is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The name it is counted under; there is no such ticket.
    pub id: TicketId,
    /// Language it was read in.
    pub language: String,
    /// When it found something first.
    pub at: Timestamp,
    /// Whether a request followed from the form.
    pub led: bool,
}

fn visit(c: &mut Columns<'_>) -> Result<Visit, StoreError> {
    Ok(Visit { id: c.take()?, language: c.take()?, at: c.take()?, led: c.take::<i64>()? != 0 })
}

impl Store {
    /// Keeps that a visit found something; a second search in it is the same visit. After [`VISITS_AN_HOUR`] nothing is kept.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_visit(
        &self,
        nonce: &str,
        language: &str,
        words: Digest,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        let lately = tx.one("select count(*) from visits where at > $1", params![now.plus_seconds(-3_600)]).await?;
        if lately.columns().take::<i64>()? >= VISITS_AN_HOUR {
            return tx.commit().await;
        }
        tx.execute(
            "insert into visits (nonce, id, language, words, at) values ($1,$2,$3,$4,$5)
             on conflict (nonce) do update set words = excluded.words",
            params![nonce, new_id::<TicketId>(), language, words, now],
        )
        .await?;
        tx.commit().await
    }

    /// A request followed from a search for these words: the oldest visit since then that looked for them last led to it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn visit_led(&self, words: Digest, since: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "update visits set led = 1 where nonce =
             (select nonce from visits where words = $1 and at >= $2 and led = 0 order by at, nonce limit 1)",
            params![words, since],
        )
        .await?;
        tx.commit().await
    }

    /// Forgets visits that were counted.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_visits(&self, visits: &[Visit]) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        for visit in visits {
            tx.execute("delete from visits where id = $1", params![visit.id]).await?;
        }
        tx.commit().await
    }
}

impl Conn {
    /// Visits before then, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn visits_before(&mut self, until: Timestamp, limit: i64) -> Result<Vec<Visit>, StoreError> {
        let rows = self
            .rows(
                "select id, language, at, led from visits where at < $1 order by at, nonce limit $2",
                params![until, limit],
            )
            .await?;
        rows.iter().map(|row| visit(&mut row.columns())).collect()
    }
}
