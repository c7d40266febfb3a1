//! Passages in, ranked hits with spans out: BM25 over words, exact cosine over vectors, and one fusion of both.
//!
//! The index is *derived*: the caller keeps the truth, feeds changes in order, and records with each
//! [`Index::commit`] how far it has come. Deleting the folder costs a rebuild, never knowledge.
//!
//! This crate never knows what a passage stands for, who asks, or where vectors come from. It has no network, no
//! database, no clock. Ids, groups and scope tags are opaque; a caller's rights arrive as a [`Filter`] and are applied
//! before anything is counted or ranked, so that results under a filter equal those of an index that holds only
//! what the filter lets through.
//!
//! Start reading at [`Index`] (`index.rs`), then `words.rs` (BM25), `vectors.rs` (meaning), `fusion.rs` (one list).
//! `analysis.rs` says what a term is, `chunk.rs` cuts a document into passages.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a failed test should stop at once"))]

mod analysis;
mod chunk;
mod error;
mod explain;
mod fusion;
mod hash;
mod hit;
mod index;
mod passage;
mod purge;
mod query;
mod schema;
mod snapshot;
mod stop_words;
mod vector_file;
mod vectors;
mod view;
mod words;

pub use chunk::{Chunk, ChunkSettings, chunk};
pub use error::{IndexError, OpenError, SearchError};
pub use hit::{Hit, Span, Why};
pub use index::{Index, Opened};
pub use passage::{MissingVector, Passage, VectorKey};
pub use query::{Filter, Query};
