//! The right edge of a growing tree.

use crate::hash::{Hash, empty_root, node_hash};

/// The right edge of a tree: one hash per one bit of its size. Enough to append and to compute the
/// root, so a log of any length is checked in the memory of some sixty hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Full subtrees from left to right; their levels are the one bits of `size`, highest first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// `peaks` must be the hashes that cover `0..size`, left to right.
    pub(crate) fn from_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        Self { size, peaks }
    }

    /// How many leaves were pushed.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf hash and returns the parents it completed, from the bottom up.
    pub fn push(&mut self, leaf: Hash) -> Vec<Hash> {
        self.push_subtree(leaf, 0)
    }

    /// Appends the root of a full subtree of `2^level` leaves. The size must be a multiple of that.
    pub(crate) fn push_subtree(&mut self, subtree: Hash, level: u32) -> Vec<Hash> {
        let mut completed = Vec::new();
        let mut top = subtree;
        // Each trailing one bit of the size is a peak that the new subtree completes.
        for _ in 0..(self.size >> level).trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            top = node_hash(left, top);
            completed.push(top);
        }
        self.peaks.push(top);
        self.size += 1 << level;
        completed
    }

    /// The root over all leaves pushed so far.
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }
}

/// The root over neighbouring full subtrees, given left to right.
pub(crate) fn fold(peaks: &[Hash]) -> Hash {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(left, right)).unwrap_or_else(empty_root)
}
