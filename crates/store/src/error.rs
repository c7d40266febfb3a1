//! What can go wrong with a database, sorted by what to do about it.

/// A database's no.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no engine we speak.
    #[error("the database address must be sqlite:PATH or postgres://USER@HOST/NAME")]
    Address,
    /// Nothing there, or nothing that this grant may see: deliberately the same answer.
    #[error("there is no such thing here")]
    NotFound,
    /// Somebody changed it first.
    #[error("somebody changed this first; load it again")]
    Stale,
    /// A constraint said no.
    #[error("the database refused this: {detail}")]
    Constraint {
        /// The engine's words, for the operator.
        detail: String,
    },
    /// A rule said no while its facts were being loaded.
    #[error(transparent)]
    Refused(#[from] desk::Refusal),
    /// The schema is newer than this program.
    #[error(
        "the database was made by a newer version of Countersign (schema {found}, this program knows {known}); upgrade the program"
    )]
    Newer {
        /// Schema found.
        found: i64,
        /// Newest schema this program knows.
        known: i64,
    },
    /// A stored value cannot be read.
    #[error("a stored value cannot be read ({what}); restore from a backup or report this")]
    Damaged {
        /// Which.
        what: String,
    },
    /// Cannot be reached, busy, full.
    #[error("the database cannot be used just now: {0}")]
    Unavailable(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::ColumnDecode { index, source } => Self::Damaged { what: format!("column {index}: {source}") },
            sqlx::Error::Database(e) if is_refusal(e.as_ref()) => Self::Constraint { detail: e.message().to_owned() },
            other => Self::Unavailable(other),
        }
    }
}

/// Constraint kinds, and what a trigger of ours raises.
fn is_refusal(error: &dyn sqlx::error::DatabaseError) -> bool {
    use sqlx::error::ErrorKind;
    let constraint = !matches!(error.kind(), ErrorKind::Other);
    let raised = error.code().is_some_and(|code| code == "P0001" || code == "1811");
    constraint || raised
}
