//! Signed tree heads (C2SP tlog-checkpoint).

use crate::hash::Hash;
use crate::note::{NoteError, SigningKey, VerifyingKey};
use crate::position::MAX_SIZE;

/// The state of a log: who, how long, and the root over all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, equal to the name of the key that signs it.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// The root over these entries.
    pub root: Hash,
}

/// Why a checkpoint is not to be believed, or cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error("not a signed note: expected text, an empty line and signature lines")]
    Note,
    /// The key's own signature is wrong.
    #[error("the signature of {name} is wrong: the checkpoint was changed or signed with another key")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// No signature of this key.
    #[error("{name} did not sign this checkpoint")]
    Unsigned {
        /// The key's name.
        name: String,
    },
    /// Signed, but not a tree head.
    #[error("the signed text is not a checkpoint: expected origin, size and root on three lines")]
    Text,
    /// The checkpoint of another log.
    #[error("this is a checkpoint of {found}, and the key belongs to {expected}")]
    Origin {
        /// The key's name.
        expected: String,
        /// The checkpoint's origin.
        found: String,
    },
}

impl Checkpoint {
    /// The signed note. The key's name must equal the origin, so that a signature can never be taken
    /// for another log's. The caller must not sign two different roots for one size.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        self.check_origin(key.verifying_key())?;
        Ok(key.sign_note(&format!("{}\n{}\n{}\n", self.origin, self.size, self.root)))
    }

    /// Checks the note with `key` and reads it. Further signatures (witnesses, older keys) and
    /// extension lines are passed over.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let name = || key.name().to_owned();
        let text = key.open_note(note).map_err(|error| match error {
            NoteError::Malformed => CheckpointError::Note,
            NoteError::BadSignature => CheckpointError::BadSignature { name: name() },
            NoteError::Unsigned => CheckpointError::Unsigned { name: name() },
        })?;
        let checkpoint = Self::parse(text).ok_or(CheckpointError::Text)?;
        checkpoint.check_origin(key)?;
        Ok(checkpoint)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = decimal(lines.next()?).filter(|size| *size <= MAX_SIZE)?;
        let root = Hash::from_base64(lines.next()?).ok()?;
        if lines.any(str::is_empty) {
            return None;
        }
        Some(Self { origin, size, root })
    }

    fn check_origin(&self, key: &VerifyingKey) -> Result<(), CheckpointError> {
        if self.origin == key.name() {
            return Ok(());
        }
        Err(CheckpointError::Origin { expected: key.name().to_owned(), found: self.origin.clone() })
    }
}

/// ASCII decimal without sign or leading zeroes, as the C2SP documents write numbers.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| canonical)
}
