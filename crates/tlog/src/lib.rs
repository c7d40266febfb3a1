//! An append-only Merkle log: batch append, inclusion and consistency proofs, signed checkpoints,
//! proof files, and an export that anyone can verify offline with nothing but a public key.
//!
//! Hashing is RFC 6962 (section 2.1), verification follows RFC 9162 (sections 2.1.3 and 2.1.4),
//! checkpoints, signed notes and proof files follow the C2SP documents tlog-checkpoint, signed-note
//! and tlog-proof.
//!
//! What this crate must never know: databases, tickets, people, clocks. It does no I/O except on
//! readers and writers that are handed in. It keeps no state: the caller stores the hashes.
//!
//! What a verified log proves is that nothing which a checkpoint covers was changed or removed since
//! somebody outside kept that checkpoint. It does not prove that entries are true, nor that nothing
//! was left out, and without a checkpoint kept elsewhere the key holder can rewrite all of it.
//!
//! Start reading at [`position`] (how hashes are numbered), then [`append`], then [`export`].
//!
//! The caller's storage is usually asynchronous, so every computation comes in two steps: ask which
//! positions it needs (`positions_for_*`), load them, hand the loaded map to the computation.
//!
//! ```
//! use std::collections::BTreeMap;
//! use tlog::{Hash, append, inclusion_proof, leaf_hash, positions_for_inclusion, verify_inclusion};
//!
//! let mut stored: BTreeMap<u64, Hash> = BTreeMap::new();
//! let leaves: Vec<Hash> = ["a", "b", "c"].iter().map(|e| leaf_hash(e.as_bytes())).collect();
//! let appended = append(0, &leaves, &stored)?;
//! stored.extend(appended.new_hashes);
//!
//! let wanted = positions_for_inclusion(1, appended.size)?;
//! let loaded: BTreeMap<u64, Hash> = wanted.iter().map(|p| (*p, stored[p])).collect();
//! let proof = inclusion_proof(1, appended.size, &loaded)?;
//! verify_inclusion(1, appended.size, leaves[1], &proof, appended.root)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
pub mod export;
mod frontier;
mod hash;
mod note;
pub mod position;
mod proof_file;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use frontier::Frontier;
pub use hash::{Hash, HashError, empty_root, leaf_hash, node_hash};
pub use note::{KeyError, SigningKey, VerifyingKey};
pub use position::MAX_SIZE;
pub use proof_file::{ProofFile, ProofFileError};
pub use tree::{
    Appended, HashSource, Proof, TreeError, append, consistency_proof, inclusion_proof, positions_for_append,
    positions_for_consistency, positions_for_inclusion, positions_for_root, root,
};
pub use verify::{VerifyError, verify_consistency, verify_inclusion};
