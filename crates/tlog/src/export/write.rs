//! Writing an export.

use std::io::Write;

use serde::Serialize;

use super::{BLOCK, FORMAT, Header, Line, MAX_LINE_BYTES};
use crate::frontier::Frontier;
use crate::hash::leaf_hash;
use crate::note::VerifyingKey;

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The writer failed.
    #[error("the export could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// An entry that the format cannot carry.
    #[error("entry {index} cannot be exported: it is longer than 16 MiB as a line")]
    Entry {
        /// The entry.
        index: u64,
    },
}

/// Writes an export line by line: entries in order, each checkpoint directly after the last entry it
/// covers. It does not check what it is given; [`super::verify_export`] does.
#[derive(Debug)]
pub struct ExportWriter<W: Write> {
    writer: W,
    frontier: Frontier,
}

impl<W: Write> ExportWriter<W> {
    /// Writes the header. Hand in a buffered writer.
    pub fn new(writer: W, origin: &str, vkey: Option<&VerifyingKey>) -> Result<Self, WriteError> {
        let mut export = Self { writer, frontier: Frontier::default() };
        let header =
            Header { format: FORMAT.to_owned(), origin: origin.to_owned(), vkey: vkey.map(VerifyingKey::to_string) };
        export.line(&header)?;
        Ok(export)
    }

    /// Writes the next entry: the exact text whose bytes are the leaf.
    pub fn entry(&mut self, entry: &str) -> Result<(), WriteError> {
        let index = self.frontier.size();
        let hash = leaf_hash(entry.as_bytes());
        self.line(&Line { index: Some(index), hash: Some(hash), entry: Some(entry.to_owned()), ..EMPTY })?;
        let completed = self.frontier.push(hash);
        if let Some(block) = completed.get(super::BLOCK_LEVEL as usize - 1) {
            self.line(&Line { block: Some(index / BLOCK), hash: Some(*block), ..EMPTY })?;
        }
        Ok(())
    }

    /// Writes a signed checkpoint over all entries written so far.
    pub fn checkpoint(&mut self, note: &str) -> Result<(), WriteError> {
        self.line(&Line { checkpoint: Some(note.to_owned()), ..EMPTY })
    }

    /// How many entries were written.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Flushes and hands the writer back. The last line should have been a checkpoint.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn line<T: Serialize>(&mut self, line: &T) -> Result<(), WriteError> {
        let mut text = serde_json::to_vec(line).map_err(std::io::Error::other)?;
        text.push(b'\n');
        if text.len() as u64 > MAX_LINE_BYTES {
            return Err(WriteError::Entry { index: self.frontier.size() });
        }
        Ok(self.writer.write_all(&text)?)
    }
}

const EMPTY: Line = Line { index: None, block: None, hash: None, entry: None, checkpoint: None };
