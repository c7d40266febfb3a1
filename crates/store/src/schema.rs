//! Bringing a database up to date. One ordered list for both engines.

use desk::ids::{ArticleId, RequesterId, TicketId};

use crate::{
    Conn, Engine, Store, StoreError,
    columns::{folded, params},
    dialect,
};

struct Migration {
    number: i64,
    common: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// The migration whose new columns are filled here, because no engine's `lower()` knows what Rust knows.
const FOLDED: i64 = 3;

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
    Migration { number: FOLDED, common: include_str!("../migrations/0003_folded.sql"), sqlite: "", postgres: "" },
    Migration { number: 4, common: include_str!("../migrations/0004_learning.sql"), sqlite: "", postgres: "" },
    Migration { number: 5, common: include_str!("../migrations/0005_jobs.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 6,
        common: include_str!("../migrations/0006_articles.sql"),
        sqlite: include_str!("../migrations/0006_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0006_locks.postgres.sql"),
    },
    Migration { number: 7, common: include_str!("../migrations/0007_sources.sql"), sqlite: "", postgres: "" },
    Migration { number: 8, common: include_str!("../migrations/0008_patterns.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 9,
        common: include_str!("../migrations/0009_erasure.sql"),
        sqlite: include_str!("../migrations/0009_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0009_locks.postgres.sql"),
    },
    Migration { number: 10, common: include_str!("../migrations/0010_sorted_again.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 11,
        common: include_str!("../migrations/0011_standing_behind.sql"),
        sqlite: include_str!("../migrations/0011_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0011_locks.postgres.sql"),
    },
    Migration { number: 12, common: include_str!("../migrations/0012_presence.sql"), sqlite: "", postgres: "" },
    Migration { number: 13, common: include_str!("../migrations/0013_voices.sql"), sqlite: "", postgres: "" },
    Migration { number: 14, common: include_str!("../migrations/0014_macros.sql"), sqlite: "", postgres: "" },
    Migration { number: 15, common: include_str!("../migrations/0015_bulk.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 16,
        common: include_str!("../migrations/0016_standing.sql"),
        sqlite: include_str!("../migrations/0016_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0016_locks.postgres.sql"),
    },
    Migration {
        number: 17,
        common: include_str!("../migrations/0017_standing_sources.sql"),
        sqlite: include_str!("../migrations/0017_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0017_locks.postgres.sql"),
    },
    Migration { number: 18, common: include_str!("../migrations/0018_readings.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 19,
        common: include_str!("../migrations/0019_passkeys.sql"),
        sqlite: include_str!("../migrations/0019_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0019_locks.postgres.sql"),
    },
    Migration { number: 20, common: include_str!("../migrations/0020_leaving.sql"), sqlite: "", postgres: "" },
    Migration { number: 25, common: include_str!("../migrations/0025_rewrites.sql"), sqlite: "", postgres: "" },
    Migration { number: 26, common: include_str!("../migrations/0026_requester_role.sql"), sqlite: "", postgres: "" },
    Migration { number: 30, common: include_str!("../migrations/0030_access.sql"), sqlite: "", postgres: "" },
    Migration { number: 35, common: include_str!("../migrations/0035_diagnoses.sql"), sqlite: "", postgres: "" },
    Migration { number: 40, common: include_str!("../migrations/0040_privacy.sql"), sqlite: "", postgres: "" },
    Migration { number: 56, common: include_str!("../migrations/0056_provider.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 57,
        common: include_str!("../migrations/0057_policy_kinds.sql"),
        sqlite: include_str!("../migrations/0057_locks.sqlite.sql"),
        postgres: include_str!("../migrations/0057_locks.postgres.sql"),
    },
    Migration { number: 58, common: include_str!("../migrations/0058_escalation.sql"), sqlite: "", postgres: "" },
    Migration { number: 60, common: include_str!("../migrations/0060_posts.sql"), sqlite: "", postgres: "" },
    Migration { number: 65, common: include_str!("../migrations/0065_attention.sql"), sqlite: "", postgres: "" },
    Migration { number: 66, common: include_str!("../migrations/0066_attributes.sql"), sqlite: "", postgres: "" },
    Migration { number: 67, common: include_str!("../migrations/0067_relocations.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 68,
        common: include_str!("../migrations/0068_requester_language.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration { number: 69, common: include_str!("../migrations/0069_checked_drafts.sql"), sqlite: "", postgres: "" },
    Migration { number: 70, common: include_str!("../migrations/0070_eval_cases.sql"), sqlite: "", postgres: "" },
    Migration { number: 75, common: include_str!("../migrations/0075_outcomes.sql"), sqlite: "", postgres: "" },
    Migration { number: 76, common: include_str!("../migrations/0076_ladder.sql"), sqlite: "", postgres: "" },
    Migration { number: 80, common: include_str!("../migrations/0080_reviews.sql"), sqlite: "", postgres: "" },
    Migration { number: 81, common: include_str!("../migrations/0081_surveys.sql"), sqlite: "", postgres: "" },
    Migration { number: 82, common: include_str!("../migrations/0082_digests.sql"), sqlite: "", postgres: "" },
    Migration { number: 85, common: include_str!("../migrations/0085_gates.sql"), sqlite: "", postgres: "" },
    Migration { number: 86, common: include_str!("../migrations/0086_shadows.sql"), sqlite: "", postgres: "" },
    Migration { number: 90, common: include_str!("../migrations/0090_eval_joins.sql"), sqlite: "", postgres: "" },
    Migration {
        number: 91,
        common: include_str!("../migrations/0091_generated_failures.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration { number: 92, common: include_str!("../migrations/0092_graders.sql"), sqlite: "", postgres: "" },
    Migration { number: 95, common: include_str!("../migrations/0095_visits.sql"), sqlite: "", postgres: "" },
    Migration { number: 96, common: include_str!("../migrations/0096_model_tokens.sql"), sqlite: "", postgres: "" },
    Migration { number: 97, common: include_str!("../migrations/0097_pilots.sql"), sqlite: "", postgres: "" },
    Migration { number: 98, common: include_str!("../migrations/0098_queue_health.sql"), sqlite: "", postgres: "" },
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
        for text in [dialect::render(migration.common, store.engine()), locks.to_owned()] {
            if !text.is_empty() {
                tx.script(text).await?;
            }
        }
        if migration.number == FOLDED {
            fold(&mut tx).await?;
        }
        tx.execute("insert into schema_version (number) values ($1)", params![migration.number]).await?;
    }
    tx.commit().await
}

/// Fills the folded words of rows that were there before the column.
async fn fold(tx: &mut Conn) -> Result<(), StoreError> {
    for row in tx.rows("select id, subject, excerpt from tickets", params![]).await? {
        let mut c = row.columns();
        let (id, subject, excerpt): (TicketId, String, String) = (c.take()?, c.take()?, c.take()?);
        let (subject, excerpt) = (folded(&subject), folded(&excerpt));
        tx.execute(
            "update tickets set folded_subject = $2, folded_excerpt = $3 where id = $1",
            params![id, subject, excerpt],
        )
        .await?;
    }
    for row in tx.rows("select id, name from requesters", params![]).await? {
        let mut c = row.columns();
        let (id, name): (RequesterId, String) = (c.take()?, c.take()?);
        tx.execute("update requesters set folded = $2 where id = $1", params![id, folded(&name)]).await?;
    }
    for row in tx.rows("select id, title from articles", params![]).await? {
        let mut c = row.columns();
        let (id, title): (ArticleId, String) = (c.take()?, c.take()?);
        tx.execute("update articles set folded = $2 where id = $1", params![id, folded(&title)]).await?;
    }
    Ok(())
}
