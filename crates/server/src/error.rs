//! What a flow answers when it does not do what was asked: sorted by what the person can do.

use desk::Refusal;
use outbox::DoorError;
use store::StoreError;

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// A rule said no; nothing is broken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was sent makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// A policy's text does not hold.
    #[error("{} of this text cannot be taken; nothing was saved.", if .0.len() == 1 { "One line".to_owned() } else { format!("{} lines", .0.len()) })]
    Lines(Vec<desk::policy::Problem>),
    /// Nothing there, or nothing the asker may see.
    #[error("There is no such thing here.")]
    NotFound,
    /// Somebody changed it first.
    #[error("Somebody changed this first. Load it again and repeat your change.")]
    Stale,
    /// The same, with a sentence that says who or what.
    #[error("{0}")]
    Conflict(String),
    /// Something we depend on does not work; the operator's log has the detail.
    #[error("{0}")]
    Unavailable(String),
    /// Ours, and worth a report.
    #[error("Something went wrong here; nothing was changed. The operator's log says more.")]
    Internal(String),
}

impl From<StoreError> for FlowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Stale => Self::Stale,
            StoreError::Refused(refusal) => Self::Refused(refusal),
            StoreError::Unavailable(e) => {
                tracing::error!(error = %e, "database");
                Self::Unavailable("The database cannot be used just now. Try again in a moment.".to_owned())
            }
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<DoorError> for FlowError {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Refused(refusal) => Self::Refused(refusal),
            DoorError::Store(error) => error.into(),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<search::IndexError> for FlowError {
    fn from(error: search::IndexError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<search::SearchError> for FlowError {
    fn from(error: search::SearchError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
