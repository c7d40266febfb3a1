//! Bringing a database up to date. One ordered list for both engines.

use crate::{Engine, Store, StoreError, columns::params, dialect};

struct Migration {
    number: i64,
    common: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        common: include_str!("../migrations/0001_desk.sql"),
        sqlite: include_str!("../migrations/0001_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0001_locks.postgres.sql"),
    },
    Migration {
        number: 2,
        common: include_str!("../migrations/0002_policies.sql"),
        sqlite: include_str!("../migrations/0002_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0002_locks.postgres.sql"),
    },
];

/// Applies what is missing, in the order of numbers and in one transaction. Every number that is missing counts, not
/// only those above the highest: a lower one may be written later.
pub async fn migrate(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.transaction().await?;
    if store.engine() == Engine::Postgres {
        tx.script("select pg_advisory_xact_lock(7200)".to_owned()).await?;
    }
    tx.script("create table if not exists schema_version (number bigint primary key)".to_owned()).await?;
    let rows = tx.rows("select number from schema_version", params![]).await?;
    let applied = rows.iter().map(|row| row.columns().take()).collect::<Result<Vec<i64>, _>>()?;
    let found = applied.iter().copied().max().unwrap_or(0);
    let known = MIGRATIONS.iter().map(|m| m.number).max().unwrap_or(0);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for migration in MIGRATIONS.iter().filter(|m| !applied.contains(&m.number)) {
        let locks = if store.engine() == Engine::Sqlite { migration.sqlite } else { migration.postgres };
        tx.script(dialect::render(migration.common, store.engine())).await?;
        tx.script(locks.to_owned()).await?;
        tx.execute("insert into schema_version (number) values ($1)", params![migration.number]).await?;
    }
    tx.commit().await
}
