//! A log as one file that anyone can check offline.
//!
//! The file is JSON lines, in this order, and nothing else:
//!
//! ```text
//! {"format":"tlog-export@v1","origin":"desk.example.com/audit","vkey":"desk.example.com/audit+…"}
//! {"index":0,"hash":"<base64 leaf hash>","entry":"<the exact entry, a JSON string>"}
//! …
//! {"block":0,"hash":"<base64>"}        after every 256th entry: the node over these 256
//! {"checkpoint":"<signed note>"}       directly after the last entry that it covers
//! ```
//!
//! `vkey` may be absent; it is a convenience and never trusted. The file ends with a checkpoint over
//! all of its entries; there may be any number before, each larger than the last, standing in their
//! place so that the file is checked in one pass and in constant memory.
//!
//! # What is located
//!
//! The signed root alone says only *that* something was changed. To say *where*, the file carries
//! leaf hashes and block hashes, which the root in turn vouches for:
//!
//! - A changed entry or leaf hash, a line that is missing, doubled, or out of its place: the exact
//!   first entry, [`Location::Entry`].
//! - An entry changed together with its leaf hash, when block hashes or checkpoints were not forged
//!   as well: the block of 256, [`Location::Between`].
//! - Leaf and block hashes forged too: the entries between the last checkpoint that still holds and
//!   the first that does not, [`Location::Between`].
//! - The whole file forged and signed again with the real key: found only against a checkpoint that
//!   somebody kept outside (an anchor), and located between two anchors.
//!
//! A file cut off exactly after a checkpoint is a complete export of a shorter log. Only an anchor
//! that is larger shows the difference.

mod verify;
mod write;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;

pub use verify::{Anchoring, ExportError, Location, Report, verify_export};
pub use write::{ExportWriter, WriteError};

const FORMAT: &str = "tlog-export@v1";
/// A block is a full subtree of this level.
const BLOCK_LEVEL: u32 = 8;
/// Entries per block hash.
const BLOCK: u64 = 1 << BLOCK_LEVEL;
/// No line may be longer, in bytes.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// One line after the first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    origin: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vkey: Option<String>,
}
