//! One entry's proof as a file that verifies offline (C2SP tlog-proof).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::VerifyingKey;
use crate::tree::Proof;
use crate::verify::{VerifyError, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A path is at most as long as a size has bits.
const MAX_PATH: usize = 64;

/// A proof that an entry is in the log; its usual file extension is `.tlog-proof`. `Display` writes
/// it, [`ProofFile::parse`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// Free bytes that travel along. Nothing vouches for them.
    pub extra: Option<Vec<u8>>,
    /// The entry, counted from 0.
    pub index: u64,
    /// Its audit path.
    pub path: Proof,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

/// Why a proof file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// Not in the format.
    #[error("not a proof file: line {line} is not as c2sp.org/tlog-proof@v1 demands")]
    Malformed {
        /// The first wrong line, counted from 1.
        line: usize,
    },
    /// Its checkpoint is not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its path does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] VerifyError),
}

impl ProofFile {
    /// Reads a proof file; nothing is verified yet.
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let malformed = |line| ProofFileError::Malformed { line };
        let (head, checkpoint) = text.split_once("\n\n").ok_or(malformed(1))?;
        let mut lines = head.split('\n').zip(1..).peekable();
        if lines.next().is_none_or(|(line, _)| line != HEADER) {
            return Err(malformed(1));
        }
        let mut extra = None;
        if let Some((line, _)) = lines.peek()
            && let Some(encoded) = line.strip_prefix("extra ")
        {
            extra = Some(STANDARD.decode(encoded).map_err(|_| malformed(2))?);
            lines.next();
        }
        let (line, number) = lines.next().ok_or(malformed(2))?;
        let index = line.strip_prefix("index ").and_then(decimal).ok_or(malformed(number))?;
        let mut path = Vec::new();
        for (line, number) in lines {
            if path.len() >= MAX_PATH {
                return Err(malformed(number));
            }
            path.push(Hash::from_base64(line).map_err(|_| malformed(number))?);
        }
        Ok(Self { extra, index, path: Proof(path), checkpoint: checkpoint.to_owned() })
    }

    /// Checks that exactly these bytes are entry [`ProofFile::index`] of the log that `key` signed,
    /// and returns the checkpoint it was proven against.
    pub fn verify(&self, entry: &[u8], key: &VerifyingKey) -> Result<Checkpoint, ProofFileError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, key)?;
        verify_inclusion(self.index, checkpoint.size, leaf_hash(entry), &self.path, checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path.0 {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
