//! The desk's own rows: settings, queues, categories.

use desk::triage::Category;

use crate::{Conn, StoreError, Tx, columns::params};

impl Conn {
    /// A setting's value.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.maybe("select value from settings where key = $1", params![key]).await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// Queues as (key, name), by key.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn queues(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.rows("select key, name from queues order by key", params![]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// The closed list triage chooses from.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn categories(&mut self) -> Result<Vec<Category>, StoreError> {
        let rows = self
            .rows(
                "select key, name, description, operating_model, queue from categories order by position, key",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Category {
                    key: c.take()?,
                    name: c.take()?,
                    description: c.take()?,
                    operating_model: c.take()?,
                    queue: c.take()?,
                })
            })
            .collect()
    }

    /// The queue where a mail waits until it is sorted: with those who sort, else the first
    /// category's, else the first there is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn first_queue(&mut self) -> Result<Option<String>, StoreError> {
        let row = self
            .maybe(
                "select queue from (select queue, 1 as later, position, key from categories
                  union all select key, case when key = $1 then 0 else 2 end, 0, key from queues) as either
                 order by later, position, key limit 1",
                params![desk::routing::TRIAGE_QUEUE],
            )
            .await?;
        row.map(|row| row.columns().take()).transpose()
    }
}

impl Tx {
    /// Sets a setting.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "insert into settings (key, value) values ($1,$2) on conflict (key) do update set value = excluded.value",
            params![key, value],
        )
        .await?;
        Ok(())
    }

    /// Adds or renames a queue. Keys are lower-case letters, digits and dots, because grants compare them by pattern.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] for any other key.
    pub async fn put_queue(&mut self, key: &str, name: &str) -> Result<(), StoreError> {
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.') {
            return Err(StoreError::Constraint {
                detail: "a queue key is lower-case letters, digits and dots".to_owned(),
            });
        }
        self.execute(
            "insert into queues (key, name) values ($1,$2) on conflict (key) do update set name = excluded.name",
            params![key, name],
        )
        .await?;
        Ok(())
    }

    /// Adds or changes a category.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_category(&mut self, category: &Category, position: i64) -> Result<(), StoreError> {
        self.execute(
            "insert into categories (key, name, description, operating_model, queue, position) values ($1,$2,$3,$4,$5,$6)
             on conflict (key) do update set name = excluded.name, description = excluded.description, operating_model = excluded.operating_model,
             queue = excluded.queue, position = excluded.position",
            params![&category.key, &category.name, &category.description, category.operating_model, &category.queue, position],
        )
        .await?;
        Ok(())
    }
}
