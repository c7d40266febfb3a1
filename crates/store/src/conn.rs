//! A connection or open transaction of either engine. Reading methods are spread over the modules
//! by noun; this file only carries statements.

use sqlx::{Postgres, Sqlite, Transaction, pool::PoolConnection};

use crate::{
    StoreError,
    columns::{Row, Value},
};

/// Something statements can be run on.
pub struct Conn(Inner);

enum Inner {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($sql:expr, $params:expr) => {{
        let mut query = sqlx::query($sql);
        for param in $params {
            query = match param {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Real(v) => query.bind(v),
                Value::Blob(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Conn {
    pub(crate) const fn sqlite(conn: PoolConnection<Sqlite>) -> Self {
        Self(Inner::Sqlite(conn))
    }
    pub(crate) const fn sqlite_tx(tx: Transaction<'static, Sqlite>) -> Self {
        Self(Inner::SqliteTx(tx))
    }
    pub(crate) const fn postgres(conn: PoolConnection<Postgres>) -> Self {
        Self(Inner::Postgres(conn))
    }
    pub(crate) const fn postgres_tx(tx: Transaction<'static, Postgres>) -> Self {
        Self(Inner::PostgresTx(tx))
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.0, Inner::Postgres(_) | Inner::PostgresTx(_))
    }

    /// Every row of a query. For this crate and `outbox`.
    ///
    /// # Errors
    /// Whatever the engine says, sorted.
    pub async fn rows(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match &mut self.0 {
            Inner::Sqlite(c) => bound!(sql, params).fetch_all(&mut **c).await?.into_iter().map(Row::Sqlite).collect(),
            Inner::SqliteTx(c) => bound!(sql, params).fetch_all(&mut **c).await?.into_iter().map(Row::Sqlite).collect(),
            Inner::Postgres(c) => {
                bound!(sql, params).fetch_all(&mut **c).await?.into_iter().map(Row::Postgres).collect()
            }
            Inner::PostgresTx(c) => {
                bound!(sql, params).fetch_all(&mut **c).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// Whatever the engine says, sorted.
    pub async fn maybe(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// The one row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn one(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Row, StoreError> {
        self.maybe(sql, params).await?.ok_or(StoreError::NotFound)
    }

    /// Rows touched by a writing statement.
    ///
    /// # Errors
    /// Whatever the engine says, sorted.
    pub async fn execute(&mut self, sql: &'static str, params: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match &mut self.0 {
            Inner::Sqlite(c) => bound!(sql, params).execute(&mut **c).await?.rows_affected(),
            Inner::SqliteTx(c) => bound!(sql, params).execute(&mut **c).await?.rows_affected(),
            Inner::Postgres(c) => bound!(sql, params).execute(&mut **c).await?.rows_affected(),
            Inner::PostgresTx(c) => bound!(sql, params).execute(&mut **c).await?.rows_affected(),
        })
    }

    /// Runs our own migration text, several statements at once.
    pub(crate) async fn script(&mut self, text: String) -> Result<(), StoreError> {
        use sqlx::Executor as _;
        let text = sqlx::AssertSqlSafe(text);
        match &mut self.0 {
            Inner::Sqlite(c) => (&mut **c).execute(sqlx::raw_sql(text)).await.map(|_| ())?,
            Inner::SqliteTx(c) => (&mut **c).execute(sqlx::raw_sql(text)).await.map(|_| ())?,
            Inner::Postgres(c) => (&mut **c).execute(sqlx::raw_sql(text)).await.map(|_| ())?,
            Inner::PostgresTx(c) => (&mut **c).execute(sqlx::raw_sql(text)).await.map(|_| ())?,
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Inner::SqliteTx(tx) => tx.commit().await?,
            Inner::PostgresTx(tx) => tx.commit().await?,
            Inner::Sqlite(_) | Inner::Postgres(_) => {}
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self.0 {
            Inner::SqliteTx(tx) => tx.rollback().await?,
            Inner::PostgresTx(tx) => tx.rollback().await?,
            Inner::Sqlite(_) | Inner::Postgres(_) => {}
        }
        Ok(())
    }
}
