//! What can go wrong, in sentences a person can act on.

use std::{io, path::PathBuf};

/// Why an index folder could not be opened. A damaged or outdated folder is not among these: it is emptied and
/// reported as [`crate::Opened::Rebuild`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process (or another [`crate::Index`]) writes to this folder.
    #[error("the search index in {0} is in use by another process; stop it or choose another folder")]
    InUse(PathBuf),
    /// The operating system refused.
    #[error("the search index folder {path} cannot be used: {source}")]
    Io {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The index could not be created even in an empty folder.
    #[error("the search index in {path} cannot be created: {reason}")]
    Create {
        /// The folder that was asked for.
        path: PathBuf,
        /// What the index library said.
        reason: String,
    },
}

/// Why a change could not be taken in. After [`IndexError::Write`] nothing of the change is promised; feeding it
/// again is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// An id, group or scope tag is empty or longer than 1,024 bytes.
    #[error("the {what} of a passage has {len} bytes; between 1 and 1,024 are allowed")]
    BadKey {
        /// Which one: `id`, `group` or `scope`.
        what: &'static str,
        /// Its length in bytes.
        len: usize,
    },
    /// A vector of another length than the ones before it, of length zero, or with a value that is not finite.
    #[error("a vector of {got} finite numbers was expected to have {expected}; vectors of one model only, please")]
    BadVector {
        /// Expected length, 0 when any length would do.
        expected: usize,
        /// Given length, 0 when a number was not finite or all were zero.
        got: usize,
    },
    /// The index files could not be written or read.
    #[error("the search index could not be written: {0}")]
    Write(String),
    /// Erased text may still be in files that a running search holds open.
    #[error("erased passages may remain in {0} index files that are still being read; purge again")]
    PurgeIncomplete(usize),
}

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query vector does not fit the indexed ones.
    #[error("the query vector has {got} usable numbers, the indexed ones have {expected}")]
    BadVector {
        /// Length of the indexed vectors.
        expected: usize,
        /// Given length, 0 when a number was not finite or all were zero.
        got: usize,
    },
    /// The index files could not be read.
    #[error("the search index could not be read: {0}; delete its folder to have it rebuilt")]
    Read(String),
}

impl From<tantivy::TantivyError> for IndexError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Write(error.to_string())
    }
}

impl From<io::Error> for IndexError {
    fn from(error: io::Error) -> Self {
        Self::Write(error.to_string())
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Read(error.to_string())
    }
}

impl From<io::Error> for SearchError {
    fn from(error: io::Error) -> Self {
        Self::Read(error.to_string())
    }
}
