//! Checking an export in one pass.

use std::fmt;
use std::io::{BufRead, Read as _};

use super::{BLOCK, BLOCK_LEVEL, FORMAT, Header, Line, MAX_LINE_BYTES};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::frontier::Frontier;
use crate::hash::{Hash, leaf_hash};
use crate::note::VerifyingKey;

/// What a sound export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log's name.
    pub origin: String,
    /// Number of entries, all covered by the last checkpoint.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
    /// How many checkpoints the file carried.
    pub checkpoints: u64,
    /// Whether an earlier checkpoint from outside was compared.
    pub anchoring: Anchoring,
}

/// How far somebody outside can vouch for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchoring {
    /// Nothing to compare with: the key holder could have rewritten everything.
    NotAnchored,
    /// The first `size` entries are those that the largest anchor was signed for.
    Anchored {
        /// Number of entries.
        size: u64,
    },
}

impl fmt::Display for Anchoring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnchored => {
                f.write_str("not externally anchored: whoever holds the signing key could have rewritten any entry")
            }
            Self::Anchored { size } => write!(f, "not externally anchored since entry {size}"),
        }
    }
}

/// Where the first fault is. Entries count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// Exactly this entry. One before it can be bad too only if its own hash was forged with it.
    Entry(u64),
    /// At least one entry from `from` to before `to`; the file does not allow to say which.
    Between {
        /// The first entry that may be meant.
        from: u64,
        /// The entry after the last that may be meant.
        to: u64,
    },
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(index) => write!(f, "entry {index}"),
            Self::Between { from, to } => {
                write!(f, "one of the entries {from} to {}", to.saturating_sub(1))
            }
        }
    }
}

/// Why an export is not sound.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The reader failed.
    #[error("the export could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The first line is not a header of this format, log and key.
    #[error("the export does not begin with a header of {FORMAT} for the log of this key")]
    Header,
    /// A line is not of the format.
    #[error("line {line} (at entry {at}) is damaged, too long, or not of the export format")]
    Line {
        /// Counted from 1.
        line: u64,
        /// The entry that should have come next.
        at: u64,
    },
    /// An entry is missing, doubled or out of order.
    #[error("entry {at} is not where it should be: entry {found} stands in its place")]
    Order {
        /// The entry that should stand here.
        at: u64,
        /// The entry that does.
        found: u64,
    },
    /// A hash does not fit.
    #[error("{location} was changed: the hashes do not match")]
    Changed {
        /// Where.
        location: Location,
    },
    /// A checkpoint is not to be believed.
    #[error("the checkpoint after entry {at} is not to be believed: {error}")]
    Checkpoint {
        /// How many entries stand before it.
        at: u64,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// A checkpoint stands in the wrong place.
    #[error("a checkpoint over {size} entries stands after {at} entries")]
    Misplaced {
        /// How many entries stand before it.
        at: u64,
        /// How many it covers.
        size: u64,
    },
    /// Entries after the last checkpoint, or no checkpoint.
    #[error("the export is cut off: no checkpoint covers the entries from {from} on")]
    Uncovered {
        /// The first entry that is not covered.
        from: u64,
    },
    /// An anchor says otherwise.
    #[error("the log was rewritten: {location} is not what the earlier checkpoint over {size} entries says")]
    Rewritten {
        /// Where, from the last anchor that still holds to the one that does not.
        location: Location,
        /// The size of the anchor.
        size: u64,
    },
    /// An anchor covers more than there is.
    #[error("entries are missing at the end: an earlier checkpoint covers {anchor}, the export has {size}")]
    Shortened {
        /// The size of the anchor.
        anchor: u64,
        /// Entries in the export.
        size: u64,
    },
}

impl ExportError {
    /// Where the first bad entry is, if the fault is about entries.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::Io(_) | Self::Header => None,
            Self::Line { at, .. }
            | Self::Order { at, .. }
            | Self::Checkpoint { at, .. }
            | Self::Misplaced { at, .. } => Some(Location::Entry(*at)),
            Self::Uncovered { from } => Some(Location::Entry(*from)),
            Self::Shortened { size, .. } => Some(Location::Entry(*size)),
            Self::Changed { location } | Self::Rewritten { location, .. } => Some(*location),
        }
    }
}

/// Checks an export of the log that `key` signs: order, hashes, roots, signatures, and that it
/// extends every one of `anchors`, which are checkpoints of the same log kept elsewhere and already
/// opened. Stops at the first fault. Memory does not grow with the log.
pub fn verify_export<R: BufRead>(
    mut reader: R,
    key: &VerifyingKey,
    anchors: &[Checkpoint],
) -> Result<Report, ExportError> {
    let mut buffer = Vec::new();
    read_line(&mut reader, &mut buffer)?;
    check_header(&buffer, key)?;
    let mut check = Check::new(key, anchors);
    check.compare_anchors()?;
    loop {
        check.line += 1;
        if !read_line(&mut reader, &mut buffer)? {
            return check.finish();
        }
        let line = complete(&buffer).and_then(|text| serde_json::from_slice::<Line>(text).ok());
        match line {
            Some(Line { index: Some(index), hash: Some(hash), entry: Some(entry), block: None, checkpoint: None }) => {
                check.entry(index, hash, &entry)?;
            }
            Some(Line { block: Some(block), hash: Some(hash), index: None, entry: None, checkpoint: None }) => {
                check.block(block, hash)?;
            }
            Some(Line { checkpoint: Some(note), index: None, block: None, hash: None, entry: None }) => {
                check.checkpoint(&note)?;
            }
            _ => return Err(check.damaged()),
        }
    }
}

/// Reads up to and including the next newline; false at the end. Never holds more than one line.
fn read_line<R: BufRead>(reader: &mut R, buffer: &mut Vec<u8>) -> Result<bool, std::io::Error> {
    buffer.clear();
    Ok(reader.take(MAX_LINE_BYTES).read_until(b'\n', buffer)? > 0)
}

/// The line without its newline; none if it was cut off.
fn complete(buffer: &[u8]) -> Option<&[u8]> {
    buffer.strip_suffix(b"\n")
}

fn check_header(buffer: &[u8], key: &VerifyingKey) -> Result<(), ExportError> {
    let header: Header =
        complete(buffer).and_then(|text| serde_json::from_slice(text).ok()).ok_or(ExportError::Header)?;
    let same_key = header.vkey.is_none_or(|vkey| vkey == key.to_string());
    if header.format == FORMAT && header.origin == key.name() && same_key { Ok(()) } else { Err(ExportError::Header) }
}

/// The state of one pass. Three trees grow side by side: one from what the entries say, one from
/// what their `hash` fields claim, one from what the block lines claim. Whichever of the claims
/// agrees with a signed root is then known to be true and tells where the entries differ.
struct Check<'a> {
    key: &'a VerifyingKey,
    /// Ascending by size.
    anchors: Vec<&'a Checkpoint>,
    anchors_held: usize,
    /// Number of the current line, the header being 1.
    line: u64,
    content: Frontier,
    claimed: Frontier,
    blocks: Frontier,
    /// Hash fields since the last block line.
    tail: Vec<Hash>,
    /// The block that the entries just completed and whose line must come next.
    due: Option<Hash>,
    /// First entry that does not hash to its own `hash` field.
    bad_entry: Option<u64>,
    /// First block of entries that differs from its block line.
    bad_block: Option<u64>,
    covered: Option<u64>,
    checkpoints: u64,
}

impl<'a> Check<'a> {
    fn new(key: &'a VerifyingKey, anchors: &'a [Checkpoint]) -> Self {
        let mut anchors: Vec<_> = anchors.iter().collect();
        anchors.sort_by_key(|anchor| anchor.size);
        Self {
            key,
            anchors,
            anchors_held: 0,
            line: 1,
            content: Frontier::default(),
            claimed: Frontier::default(),
            blocks: Frontier::default(),
            tail: Vec::new(),
            due: None,
            bad_entry: None,
            bad_block: None,
            covered: None,
            checkpoints: 0,
        }
    }

    fn entry(&mut self, index: u64, hash: Hash, entry: &str) -> Result<(), ExportError> {
        let at = self.content.size();
        if self.due.is_some() {
            return Err(self.damaged());
        }
        if index != at {
            return Err(self.earlier_or(ExportError::Order { at, found: index }));
        }
        let computed = leaf_hash(entry.as_bytes());
        if computed != hash {
            self.bad_entry.get_or_insert(index);
        }
        self.due = self.content.push(computed).get(BLOCK_LEVEL as usize - 1).copied();
        self.claimed.push(hash);
        self.tail.push(hash);
        self.compare_anchors()
    }

    fn block(&mut self, block: u64, hash: Hash) -> Result<(), ExportError> {
        let Some(computed) = self.due.take() else {
            return Err(self.damaged());
        };
        if block != self.content.size() / BLOCK - 1 {
            return Err(self.damaged());
        }
        if computed != hash {
            self.bad_block.get_or_insert(block);
        }
        self.blocks.push_subtree(hash, BLOCK_LEVEL);
        self.tail.clear();
        Ok(())
    }

    fn checkpoint(&mut self, note: &str) -> Result<(), ExportError> {
        let at = self.content.size();
        if self.due.is_some() {
            return Err(self.damaged());
        }
        let checkpoint =
            Checkpoint::open(note, self.key).map_err(|error| self.earlier_or(ExportError::Checkpoint { at, error }))?;
        let size = checkpoint.size;
        if size != at || self.covered.is_some_and(|covered| covered >= size) {
            return Err(self.earlier_or(ExportError::Misplaced { at, size }));
        }
        let sound = self.content.root() == checkpoint.root;
        if !sound || self.bad_entry.is_some() || self.bad_block.is_some() {
            return Err(ExportError::Changed { location: self.locate(checkpoint.root) });
        }
        self.covered = Some(size);
        self.checkpoints += 1;
        Ok(())
    }

    /// The first changed entry, given that `root` is signed.
    fn locate(&self, root: Hash) -> Location {
        let mut blocks = self.blocks.clone();
        for hash in &self.tail {
            blocks.push(*hash);
        }
        // Leaf hashes that lead to the signed root are true; so is a first entry that breaks them.
        let leaves_true = self.claimed.root() == root;
        let blocks_true = blocks.root() == root;
        let bad_block = self.bad_block.map(|block| (block * BLOCK, (block + 1) * BLOCK));
        match (self.bad_entry, bad_block) {
            (Some(index), _) if leaves_true => Location::Entry(index),
            (Some(index), Some((from, to))) if blocks_true && !(from..to).contains(&index) && from < index => {
                Location::Between { from, to }
            }
            (Some(index), _) => Location::Entry(index),
            (None, Some((from, to))) => Location::Between { from, to },
            (None, None) => Location::Between { from: self.covered.unwrap_or(0), to: self.content.size() },
        }
    }

    /// Compares every anchor of the present size.
    fn compare_anchors(&mut self) -> Result<(), ExportError> {
        while let Some(anchor) = self.anchors.get(self.anchors_held) {
            if anchor.size != self.content.size() {
                break;
            }
            if anchor.origin != self.key.name() || anchor.root != self.content.root() {
                let from = self.held_size();
                let located = self.locate(anchor.root);
                let location = match located {
                    Location::Between { .. } if self.bad_block.is_none() => Location::Between { from, to: anchor.size },
                    other => other,
                };
                return Err(ExportError::Rewritten { location, size: anchor.size });
            }
            self.anchors_held += 1;
        }
        Ok(())
    }

    fn held_size(&self) -> u64 {
        let last = self.anchors_held.checked_sub(1).and_then(|held| self.anchors.get(held));
        last.map_or(0, |anchor| anchor.size)
    }

    /// An earlier entry or block that is already known to be bad goes before the present fault.
    fn earlier_or(&self, fault: ExportError) -> ExportError {
        let block = self.bad_block.map(|block| Location::Between { from: block * BLOCK, to: (block + 1) * BLOCK });
        match self.bad_entry.map(Location::Entry).or(block) {
            Some(location) => ExportError::Changed { location },
            None => fault,
        }
    }

    fn damaged(&self) -> ExportError {
        self.earlier_or(ExportError::Line { line: self.line, at: self.content.size() })
    }

    fn finish(self) -> Result<Report, ExportError> {
        let size = self.content.size();
        if self.covered != Some(size) {
            let from = self.covered.unwrap_or(0);
            return Err(self.earlier_or(ExportError::Uncovered { from }));
        }
        if let Some(anchor) = self.anchors.get(self.anchors_held) {
            return Err(ExportError::Shortened { anchor: anchor.size, size });
        }
        let anchoring = match self.anchors.last() {
            Some(anchor) => Anchoring::Anchored { size: anchor.size },
            None => Anchoring::NotAnchored,
        };
        Ok(Report {
            origin: self.key.name().to_owned(),
            size,
            root: self.content.root(),
            checkpoints: self.checkpoints,
            anchoring,
        })
    }
}
