//! How people read the machine's words before their yes. Written by the door; read here for the person themselves, and for
//! groups of people.

use desk::{
    Timestamp,
    ids::{AgentId, DraftId},
    reading::Reading,
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
};

/// Readings that are taken into a figure at most.
const READINGS_MAX: i64 = 200_000;

fn reading(c: &mut Columns<'_>) -> Result<Reading, StoreError> {
    Ok(Reading {
        agent: c.take()?,
        at: c.take()?,
        words: c.take()?,
        seconds: c.take()?,
        cited: c.take()?,
        opened: c.take()?,
        changed: c.take()?,
        brake: c.take()?,
    })
}

impl Conn {
    /// A person's own readings since then, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn own_readings(&mut self, agent: AgentId, since: Timestamp) -> Result<Vec<Reading>, StoreError> {
        let rows = self
            .rows(
                "select agent_id, at, words, seconds, cited, opened, changed, brake from readings
                 where agent_id = $1 and at >= $2 order by at, seal_id limit $3",
                params![agent, since, READINGS_MAX],
            )
            .await?;
        rows.iter().map(|row| reading(&mut row.columns())).collect()
    }

    /// Everybody's readings from then to then by queue, within the grant. For groups only: whoever calls this shows nobody's own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn readings_by_queue(
        &mut self,
        grant: &Grant,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, Reading)>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select queue, agent_id, at, words, seconds, cited, opened, changed, brake from readings where ",
                    queue_visible!("queue", "$1"),
                    " and at >= $2 and at < $3 order by queue, at, seal_id limit $4"
                ),
                params![grant.queues(), from, until, READINGS_MAX],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, reading(&mut c)?))
            })
            .collect()
    }

    /// Machine's drafts that a person turned down since then.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn own_rejections(&mut self, agent: AgentId, since: Timestamp) -> Result<i64, StoreError> {
        self.one("select count(*) from draft_rejections where agent_id = $1 and at >= $2", params![agent, since])
            .await?
            .columns()
            .take()
    }

    /// Who lets leads see their own figures, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sharing_people(&mut self) -> Result<Vec<(AgentId, String)>, StoreError> {
        let rows = self
            .rows(
                "select a.id, a.name from shared_readings s join agents a on a.id = s.agent_id
                 where a.deactivated_at is null order by a.name, a.id",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }
}

impl Tx {
    /// Lets leads see a person's own figures, from now on.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn share_readings(&mut self, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into shared_readings (agent_id, at) values ($1,$2) on conflict (agent_id) do nothing",
            params![agent, now],
        )
        .await?;
        Ok(())
    }

    /// Keeps a person's own figures to themselves again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_readings_private(&mut self, agent: AgentId) -> Result<(), StoreError> {
        self.execute("delete from shared_readings where agent_id = $1", params![agent]).await?;
        Ok(())
    }

    /// Notes that a person turned a draft down, and what was wrong where they say so. The same again only adds the reason.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn reject_draft(&mut self, draft: DraftId, agent: AgentId, why: Option<&str>) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into draft_rejections (draft_id, agent_id, why, at) values ($1,$2,$3,$4)
             on conflict (draft_id) do update set why = coalesce(excluded.why, draft_rejections.why)",
            params![draft, agent, why, now],
        )
        .await?;
        Ok(())
    }

    /// Who turned a draft down.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn draft_rejected_by(&mut self, draft: DraftId) -> Result<Option<AgentId>, StoreError> {
        let row = self.maybe("select agent_id from draft_rejections where draft_id = $1", params![draft]).await?;
        row.map(|row| row.columns().take()).transpose()
    }
}
