//! What the door answers when it stays shut.

use desk::Refusal;
use store::StoreError;

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// A rule said no. Nothing is broken; the sentence is for the person.
    #[error(transparent)]
    Refused(Refusal),
    /// The database could not, or somebody was faster.
    #[error(transparent)]
    Store(StoreError),
    /// The settings of the door cannot work.
    #[error("mail cannot be sent with these settings: {detail}")]
    Settings {
        /// What to change.
        detail: String,
    },
    /// The machine has no randomness to give.
    #[error("the system gave no random numbers; nothing was sealed, try again")]
    Randomness,
}

impl From<Refusal> for DoorError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for DoorError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Store(other),
        }
    }
}
