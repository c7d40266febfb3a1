//! All SQL but the door's: one text for SQLite and PostgreSQL.
//!
//! `store` keeps and finds; it never decides. It must hold no rule about what *should* happen, no
//! HTTP, no mail, no model. Three habits carry everything:
//!
//! * Reading tickets, passages or the record takes a [`Grant`], and its scope is in the query.
//! * A writing transaction ([`Tx`]) ends in [`Tx::commit`] with an audit event. The few writes that
//!   are not about the desk's work (job leases, sequencing, caches) are in `housekeeping`.
//! * A signed-in person ([`AgentSession`]), a program ([`TokenSession`]) and background work
//!   ([`ServiceIdentity`]) are different types, and only rows or this crate make them.
//!
//! Start with [`Store`], then `tickets`. [`raw`] exists for `outbox` alone; a test pins that.

mod columns;
mod conn;
mod consents;
mod diagnoses;
mod dialect;
mod erasure;
mod error;
mod gates;
mod graders;
mod grant;
mod housekeeping;
mod identity;
mod incidents;
mod macros;
mod schema;
mod tx;

mod access;
mod approved;
mod articles;
mod attention;
mod attributes;
mod bulks;
mod clocks;
mod corrections;
mod drafts;
mod ended;
mod escalations;
mod eval_cases;
mod exchanges;
mod failures;
mod feeds;
mod followers;
mod mailboxes;
mod mails;
mod messages;
mod models;
mod outcomes;
mod passkeys;
mod patterns;
mod people;
mod policies;
mod posts;
mod presence;
mod promises;
mod proposals;
mod queue_health;
mod readings;
mod record;
mod relocations;
mod retention;
mod reviews;
mod scrub;
mod search_feed;
mod searches;
mod sessions;
mod settings;
mod shadows;
mod silences;
mod steps;
mod suggestions;
mod surveys;
mod tickets;
mod tokens;
mod visits;
mod weekly;
mod writing;

pub use access::{
    Account, Identified, Invitation, InvitationState, NewInvitation, OpenedWith, SecondFactor, SessionLine,
};
pub use approved::{ApprovedPassage, AskingArticle, KnowledgeMark};
pub use articles::{Article, ArticleFilter, ArticleVersion, NewArticle, NewSource, PassageRow, SourceRow, VersionHead};
pub use attention::{Ask, AskedWhy, Snooze, Stirred};
pub use bulks::{Bulk, BulkLetter, NewBulk};
pub use clocks::{ClockLine, Stage, TimedTicket};
pub use conn::Conn;
pub use consents::{Embeddable, MachineTraces};
pub use corrections::{Answered, CorrectionLine, GivenVerdict, Learnt, NearCase};
pub use diagnoses::{CauseMark, ComplaintRow, StoredDiagnosis};
pub use drafts::{DraftEnd, DraftRow, DraftVersion, NewDraft, RewrittenDraft, SaidBefore};
pub use ended::{Ended, PageRead, Prepared};
pub use erasure::ERASED;
pub use erasure::Emptied;
pub use error::StoreError;
pub use escalations::{Escalation, EscalationState, EscalationUpdate, MeansKind, NewEscalation, UpdateDelivery, Waits};
pub use eval_cases::{ChallengeOutcome, EvalCase, EvalCaseState, EvalChallenge, NewEvalCase};
pub use exchanges::{Exchange, ExchangeLine, ExchangeSide, ExchangeState, NewExchange};
pub use failures::{Generated, GeneratedKind, Sign};
pub use feeds::{Feed, KnownDocument, Labels, NewDocument, NewFeed};
pub use followers::{PolicyMove, Untouched, VersionOf};
pub use gates::{Gate, GateEnd, GateFound, NewGate};
pub use graders::{GraderRow, NewCalibration};
pub use grant::{Grant, Purpose, Scope};
pub use housekeeping::{Claimed, JobCounts, KEPT_SECONDS, KEY_LEASE_SECONDS, Kept, NewJob};
pub use identity::{AgentSession, Identity, ServiceIdentity, TokenSession};
pub use incidents::{Incident, IncidentStep, IncidentTicket};
pub use macros::{MacroRow, Named};
pub use mailboxes::Mailbox;
pub use mails::{Mail, MailSource, MailState, Taken};
pub use messages::{AttachmentRow, Message, NewAttachment, NewInbound};
pub use models::{ModelState, ModelVersion, NewModel};
pub use outcomes::Summed;
pub use passkeys::{ChallengeFor, NewPasskey, Passkey};
pub use patterns::{Handled, LineOrigin, Request};
pub use policies::{PolicyVersion, SortedTicket};
pub use posts::{PostWay, Posts};
pub use presence::{Doing, PRESENT_SECONDS, Present};
pub use promises::{PromiseRow, PromiseState};
pub use proposals::WaitingText;
pub use queue_health::QueueHealth;
pub use record::{EntryRow, Ordered, Waiting};
pub use relocations::{Moved, NewRelocation, Newest, RelocationRow};
pub use retention::{Due, Hold};
pub use reviews::{Candidate, Dispute, OpenReview, ReviewRow, ReviewSample, ReviewsDone};
pub use scrub::{Scrub, Scrubbed};
pub use search_feed::{Behind, FeedItem, PassageFeed, PastCase};
pub use searches::{InVain, SEARCHES_KEPT_DAYS};
pub use sessions::NewSession;
pub use shadows::{LastExchange, NewShadow, Shadow, ShadowState, WaitingShadow};
pub use silences::Silent;
pub use steps::{NewStep, StepLine};
pub use suggestions::{StoredSuggestion, SuggestionKind, VerdictRow};
pub use surveys::{Askable, LowRating, Survey};
pub use tickets::{FirstMessage, NewTicket, Note, Page, TicketFilter, TicketLine, View};
pub use tokens::{NewToken, TokenRow};
pub use tx::Tx;
pub use visits::{VISITS_AN_HOUR, Visit};
pub use weekly::{DigestMail, Failed};
pub use writing::{Keepers, NewText, SourceLine, Text, Touched};

/// Statements in the open, for `outbox`: the door's own tables are its own business.
pub mod raw {
    pub use crate::columns::{Columns, Param, Row, Value};
}

use std::{path::Path, str::FromStr, time::Duration};

use desk::Timestamp;
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// An open database.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

#[derive(Clone)]
enum Pools {
    Sqlite { writer: sqlx::SqlitePool, readers: sqlx::SqlitePool },
    Postgres(sqlx::PgPool),
}

/// Which engine is behind a [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// Longest wait for a database connection or lock.
const PATIENCE: Duration = Duration::from_secs(30);

impl Store {
    /// Opens (and when new, creates) the database behind an address: `sqlite:PATH` or
    /// `postgres://...`. Brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Address`] for anything else, [`StoreError::Unavailable`] when it cannot be
    /// reached, [`StoreError::Newer`] when a newer version of Countersign made the schema.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let store = if let Some(path) = address.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path)).await?
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::open_postgres(address).await?
        } else {
            return Err(StoreError::Address);
        };
        schema::migrate(&store).await?;
        Ok(store)
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "on");
        let writer =
            SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options.clone()).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_with(options.pragma("query_only", "on").pragma("cache_size", "-16000"))
            .await?;
        Ok(Self { pools: Pools::Sqlite { writer, readers } })
    }

    async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address).map_err(|_| StoreError::Address)?;
        let pool = PgPoolOptions::new()
            .max_connections(12)
            .acquire_timeout(PATIENCE)
            .after_connect(|conn, _| {
                Box::pin(async move { conn.execute("set synchronous_commit = on").await.map(|_| ()) })
            })
            .connect_with(options)
            .await?;
        Ok(Self { pools: Pools::Postgres(pool) })
    }

    /// Rewrites files so that nothing of what was deleted remains in them: SQLite's log is copied back and emptied (its pages
    /// are overwritten when rows go, by `secure_delete`). PostgreSQL does this in its own time, by vacuum.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn clear_traces(&self) -> Result<(), StoreError> {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            writer.acquire().await?.execute("pragma wal_checkpoint(truncate)").await?;
        }
        Ok(())
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// When none is free in time.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => Ok(Conn::sqlite(readers.acquire().await?)),
            Pools::Postgres(pool) => Ok(Conn::postgres(pool.acquire().await?)),
        }
    }

    /// A writing transaction in somebody's name. On SQLite it holds the only writer, so it must
    /// be short: nothing is awaited in it but statements.
    ///
    /// # Errors
    /// When the writer is not free in time.
    pub async fn begin(&self, who: &impl Identity, now: Timestamp) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.transaction().await?, who.actor(), now))
    }

    async fn transaction(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => Ok(Conn::sqlite_tx(writer.begin_with("BEGIN IMMEDIATE").await?)),
            Pools::Postgres(pool) => Ok(Conn::postgres_tx(pool.begin().await?)),
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// A new time-ordered id.
#[must_use]
pub fn new_id<I: From<uuid::Uuid>>() -> I {
    uuid::Uuid::now_v7().into()
}
