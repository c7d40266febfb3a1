//! What people looked for. Not the desk's work, so it leaves no entry in the record; gone after [`SEARCHES_KEPT_DAYS`].

use desk::{
    Timestamp,
    ids::{AgentId, SearchId},
};

use crate::{Conn, Grant, Store, StoreError, columns::params, new_id};

/// Days a search is kept.
pub const SEARCHES_KEPT_DAYS: i64 = 90;

/// Searches for the same words that nobody opened a result of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InVain {
    /// The words, in lower case.
    pub words: String,
    /// How often.
    pub searches: i64,
    /// How often nothing at all was found.
    pub nothing_found: i64,
    /// The newest of them.
    pub last: Timestamp,
}

impl Store {
    /// Keeps what a person looked for, with how much was found.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_search(
        &self,
        agent: AgentId,
        words: &str,
        found: i64,
        now: Timestamp,
    ) -> Result<SearchId, StoreError> {
        let id: SearchId = new_id();
        let mut tx = self.transaction().await?;
        tx.execute(
            "insert into searches (id, agent_id, words, found, at) values ($1,$2,$3,$4,$5)",
            params![id, agent, words, found, now],
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The person opened something that their search found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for another's search.
    pub async fn search_opened(&self, id: SearchId, agent: AgentId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        let touched = tx
            .execute(
                "update searches set opened_at = coalesce(opened_at, $3) where id = $1 and agent_id = $2",
                params![id, agent, now],
            )
            .await?;
        tx.commit().await?;
        if touched == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Forgets searches that are older than [`SEARCHES_KEPT_DAYS`]; returns how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn purge_searches(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.transaction().await?;
        let gone = tx
            .execute("delete from searches where at < $1", params![now.plus_seconds(-SEARCHES_KEPT_DAYS * 86_400)])
            .await?;
        tx.commit().await?;
        Ok(gone)
    }
}

impl Conn {
    /// Words that were looked for since then and before `until` without anything being opened, most frequent first, at most
    /// 50. Those of everybody for a grant over the whole desk, else only the reader's own: words may name customers.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn searches_in_vain(
        &mut self,
        grant: &Grant,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<InVain>, StoreError> {
        let rows = self
            .rows(
                "select s.words, count(*), cast(coalesce(sum(case when s.found = 0 then 1 else 0 end), 0) as bigint), max(s.at) from searches s
                 where s.at >= $3 and s.at < $4 and ($1 = '*' or s.agent_id = $2)
                   and not exists (select 1 from searches o where o.words = s.words and o.opened_at is not null and o.at >= $3)
                 group by s.words order by count(*) desc, max(s.at) desc, s.words limit 50",
                params![grant.queues(), grant.reader(), since, until],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(InVain { words: c.take()?, searches: c.take()?, nothing_found: c.take()?, last: c.take()? })
            })
            .collect()
    }
}
