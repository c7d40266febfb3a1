//! What a miner knows, as a value that can be kept and read back.

use serde::{Deserialize, Serialize};

use crate::miner::{Miner, Stream};
use crate::piece::Piece;
use crate::shapes::{Limits, Shape, Tally};

/// The version of what is written here; another is refused.
const VERSION: u32 = 1;

/// The whole state of a [`Miner`]. It holds masked shapes and counts, no lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    version: u32,
    streams: Vec<KeptStream>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptStream {
    name: String,
    tally: Tally,
    beyond: Option<u32>,
    binary: Option<u32>,
    shapes: Vec<KeptShape>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptShape {
    pieces: Vec<Piece>,
    hash: u64,
    lines: u64,
    within: Option<u32>,
    rest: bool,
}

/// Why a state was not read back. Mining may start over; only counts are lost.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RestoreError {
    /// Written by another version.
    #[error("The kept templates were written by another version ({0}). They are found again from new lines.")]
    Version(u32),
    /// A shape points at one that is not there.
    #[error("The kept templates are damaged. They are found again from new lines.")]
    Damaged,
}

impl Miner {
    /// Everything the miner knows.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { version: VERSION, streams: self.streams.values().map(kept).collect() }
    }

    /// A miner that goes on where the snapshot was taken: the same shapes, the same templates, the same ids.
    ///
    /// # Errors
    /// When the snapshot is of another version or damaged.
    pub fn restore(snapshot: Snapshot, limits: Limits) -> Result<Self, RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let mut miner = Self::new(limits);
        for kept in snapshot.streams {
            let stream = restored(kept, limits)?;
            miner.streams.insert(stream.name.clone(), stream);
        }
        Ok(miner)
    }
}

fn kept(stream: &Stream) -> KeptStream {
    let shapes = &stream.shapes;
    KeptStream {
        name: stream.name.to_string(),
        tally: shapes.tally,
        beyond: shapes.beyond,
        binary: shapes.binary,
        shapes: shapes
            .shapes
            .iter()
            .map(|s| KeptShape {
                pieces: s.pieces.clone(),
                hash: s.hash,
                lines: s.lines,
                within: s.within,
                rest: s.rest,
            })
            .collect(),
    }
}

fn restored(kept: KeptStream, limits: Limits) -> Result<Stream, RestoreError> {
    let count = kept.shapes.len() as u32;
    let mut stream = Stream::new(&kept.name, limits);
    let special = [kept.beyond, kept.binary];
    let pointed = special.into_iter().flatten();
    if pointed.chain(kept.shapes.iter().filter_map(|s| s.within)).any(|slot| slot >= count) {
        return Err(RestoreError::Damaged);
    }
    for (slot, s) in kept.shapes.into_iter().enumerate() {
        let slot = slot as u32;
        let shape = Shape { pieces: s.pieces, hash: s.hash, lines: s.lines, within: s.within, rest: s.rest };
        if special.contains(&Some(slot)) {
            stream.shapes.shapes.push(shape);
        } else {
            stream.shapes.put_back(shape);
        }
    }
    stream.shapes.tally = kept.tally;
    stream.shapes.beyond = kept.beyond;
    stream.shapes.binary = kept.binary;
    Ok(stream)
}
