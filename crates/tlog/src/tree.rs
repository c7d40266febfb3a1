//! Appending and proving, over hashes that the caller has loaded.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::frontier::{Frontier, fold};
use crate::hash::Hash;
use crate::position::{self, MAX_SIZE, Node, cover, stored_count};

/// Hashes already in memory, by position (see [`crate::position`]).
pub trait HashSource {
    /// The hash at `position`, if it was loaded.
    fn hash(&self, position: u64) -> Option<Hash>;
}

impl HashSource for BTreeMap<u64, Hash> {
    fn hash(&self, position: u64) -> Option<Hash> {
        self.get(&position).copied()
    }
}

impl HashSource for HashMap<u64, Hash> {
    fn hash(&self, position: u64) -> Option<Hash> {
        self.get(&position).copied()
    }
}

/// A whole log held as one list: the position is the index.
impl HashSource for [Hash] {
    fn hash(&self, position: u64) -> Option<Hash> {
        self.get(usize::try_from(position).ok()?).copied()
    }
}

/// Why a tree computation was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A hash that the computation needs was not handed in.
    #[error("the stored hash at position {position} is missing; load what positions_for_* lists")]
    Missing {
        /// The position that was asked for.
        position: u64,
    },
    /// The entry does not exist in a log of this size.
    #[error("entry {index} is not in a log of {size} entries")]
    OutOfRange {
        /// The entry asked for.
        index: u64,
        /// The size of the log.
        size: u64,
    },
    /// The older size is larger than the newer one.
    #[error("a log of {new} entries cannot extend one of {old}")]
    Shrinking {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// More than [`MAX_SIZE`] leaves.
    #[error("{size} entries are more than a log can hold")]
    TooLarge {
        /// The size asked for.
        size: u64,
    },
}

/// What an append adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Position and hash of every node to store, ascending and without gaps.
    pub new_hashes: Vec<(u64, Hash)>,
    /// The root after the append.
    pub root: Hash,
    /// The number of leaves after the append.
    pub size: u64,
}

/// The hashes of an inclusion or a consistency proof, in the order of RFC 6962.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub Vec<Hash>);

/// Which stored hashes [`append`] needs for a log of `size` leaves: its right edge.
pub fn positions_for_append(size: u64) -> Result<Vec<u64>, TreeError> {
    positions_for_root(size)
}

/// Which stored hashes [`root`] needs.
pub fn positions_for_root(size: u64) -> Result<Vec<u64>, TreeError> {
    check_size(size)?;
    Ok(positions(&[(0, size)]))
}

/// Which stored hashes [`inclusion_proof`] needs.
pub fn positions_for_inclusion(index: u64, size: u64) -> Result<Vec<u64>, TreeError> {
    Ok(positions(&inclusion_ranges(index, size)?))
}

/// Which stored hashes [`consistency_proof`] needs.
pub fn positions_for_consistency(old: u64, new: u64) -> Result<Vec<u64>, TreeError> {
    Ok(positions(&consistency_ranges(old, new)?))
}

/// Appends `leaves` (see [`crate::leaf_hash`]) to a log that has `size` of them. Needs
/// [`positions_for_append`]. One call with many leaves does the work of many calls with one.
pub fn append<S: HashSource + ?Sized>(size: u64, leaves: &[Hash], source: &S) -> Result<Appended, TreeError> {
    check_size(size)?;
    let after = size.saturating_add(leaves.len() as u64);
    check_size(after)?;
    let mut frontier = Frontier::from_peaks(size, load(&cover(0, size), source)?);
    let mut new_hashes = Vec::with_capacity(leaves.len() * 2);
    let mut position = stored_count(size);
    for leaf in leaves {
        let parents = frontier.push(*leaf);
        for hash in std::iter::once(*leaf).chain(parents) {
            new_hashes.push((position, hash));
            position += 1;
        }
    }
    Ok(Appended { new_hashes, root: frontier.root(), size: after })
}

/// The root of the log when it had `size` leaves. Needs [`positions_for_root`].
pub fn root<S: HashSource + ?Sized>(size: u64, source: &S) -> Result<Hash, TreeError> {
    check_size(size)?;
    Ok(fold(&load(&cover(0, size), source)?))
}

/// The audit path of leaf `index` in the log of `size` leaves (RFC 6962 section 2.1.1), sibling of
/// the leaf first. Needs [`positions_for_inclusion`].
pub fn inclusion_proof<S: HashSource + ?Sized>(index: u64, size: u64, source: &S) -> Result<Proof, TreeError> {
    prove(&inclusion_ranges(index, size)?, source)
}

/// Proves that the log of `new` leaves begins with the log of `old` leaves (RFC 6962 section
/// 2.1.2). Empty when `old` is 0 or equals `new`. Needs [`positions_for_consistency`].
pub fn consistency_proof<S: HashSource + ?Sized>(old: u64, new: u64, source: &S) -> Result<Proof, TreeError> {
    prove(&consistency_ranges(old, new)?, source)
}

/// Leaves from the first to before the second.
type Range = (u64, u64);

/// The subtrees that make up an audit path, as ranges of leaves, bottom first.
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range>, TreeError> {
    check_size(size)?;
    if index >= size {
        return Err(TreeError::OutOfRange { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The subtrees of a consistency proof, as ranges of leaves, bottom first.
fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range>, TreeError> {
    check_size(new)?;
    if old > new {
        return Err(TreeError::Shrinking { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut start, mut end) = (0, new);
    let mut ranges = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push((middle, end));
            end = middle;
        } else {
            ranges.push((start, middle));
            start = middle;
        }
    }
    // The old tree's own root is known to the verifier, so it is sent only when `old` ends inside.
    if start != 0 {
        ranges.push((start, end));
    }
    ranges.reverse();
    Ok(ranges)
}

/// The largest power of two smaller than `n`, which is at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

fn check_size(size: u64) -> Result<(), TreeError> {
    if size > MAX_SIZE { Err(TreeError::TooLarge { size }) } else { Ok(()) }
}

fn positions(ranges: &[Range]) -> Vec<u64> {
    let mut all: Vec<u64> = ranges.iter().flat_map(|(start, end)| cover(*start, *end)).map(position::of).collect();
    all.sort_unstable();
    all
}

fn load<S: HashSource + ?Sized>(nodes: &[Node], source: &S) -> Result<Vec<Hash>, TreeError> {
    nodes
        .iter()
        .map(|node| {
            let position = position::of(*node);
            source.hash(position).ok_or(TreeError::Missing { position })
        })
        .collect()
}

fn prove<S: HashSource + ?Sized>(ranges: &[Range], source: &S) -> Result<Proof, TreeError> {
    let hash = |(start, end): &Range| Ok(fold(&load(&cover(*start, *end), source)?));
    ranges.iter().map(hash).collect::<Result<_, _>>().map(Proof)
}
