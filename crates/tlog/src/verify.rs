//! Checking proofs, with nothing but hashes: the algorithms of RFC 9162.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tree::Proof;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The entry cannot be in a log of this size.
    #[error("the proof speaks of entry {index} of a log that has only {size} entries")]
    OutOfRange {
        /// The entry.
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
    /// Too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes for these sizes")]
    Length,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root of the log: entry, proof or root was changed")]
    RootMismatch,
    /// The hashes do not lead to the older root.
    #[error("the proof does not lead to the older root: the log was rewritten before that point")]
    OldRootMismatch,
}

/// Checks that `leaf` (see [`crate::leaf_hash`]) is entry `index` of the log of `size` entries with
/// this `root` (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: Hash, proof: &Proof, root: Hash) -> Result<(), VerifyError> {
    if index >= size {
        return Err(VerifyError::OutOfRange { index, size });
    }
    let (mut at, mut last) = (index, size - 1);
    let mut reached = leaf;
    for sibling in &proof.0 {
        if last == 0 {
            return Err(VerifyError::Length);
        }
        if at & 1 == 1 || at == last {
            reached = node_hash(*sibling, reached);
            // On the right edge, levels without a sibling are skipped.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            reached = node_hash(reached, *sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(VerifyError::Length);
    }
    if reached == root { Ok(()) } else { Err(VerifyError::RootMismatch) }
}

/// Checks that the log of `new` entries with `new_root` begins with the log of `old` entries that
/// had `old_root` (RFC 9162 section 2.1.4.2). From an empty log everything follows, so then only the
/// empty root and an empty proof are accepted.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &Proof,
) -> Result<(), VerifyError> {
    if old > new {
        return Err(VerifyError::Shrinking { old, new });
    }
    if old == new || old == 0 {
        return verify_trivial(old, old_root, new, new_root, proof);
    }
    // An old tree that is one full subtree is itself the first node of the path.
    let own = old.is_power_of_two().then_some(old_root);
    let mut path = own.into_iter().chain(proof.0.iter().copied());
    let Some(first) = path.next() else {
        return Err(VerifyError::Length);
    };
    let (mut at, mut last) = (old - 1, new - 1);
    let skip = at.trailing_ones();
    at >>= skip;
    last >>= skip;
    let (mut old_reached, mut new_reached) = (first, first);
    for hash in path {
        if last == 0 {
            return Err(VerifyError::Length);
        }
        if at & 1 == 1 || at == last {
            old_reached = node_hash(hash, old_reached);
            new_reached = node_hash(hash, new_reached);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_reached = node_hash(new_reached, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        Err(VerifyError::Length)
    } else if old_reached != old_root {
        Err(VerifyError::OldRootMismatch)
    } else if new_reached != new_root {
        Err(VerifyError::RootMismatch)
    } else {
        Ok(())
    }
}

fn verify_trivial(old: u64, old_root: Hash, new: u64, new_root: Hash, proof: &Proof) -> Result<(), VerifyError> {
    if !proof.0.is_empty() {
        return Err(VerifyError::Length);
    }
    if old == 0 && old_root != empty_root() {
        return Err(VerifyError::OldRootMismatch);
    }
    if old == new && old_root != new_root {
        return Err(VerifyError::RootMismatch);
    }
    Ok(())
}
