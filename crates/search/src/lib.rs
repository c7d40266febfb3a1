//! Passages in, ranked hits with spans out: BM25 over words, exact cosine over vectors, their sum, and a learnt order.
//!
//! The index is *derived*: the caller keeps the truth, feeds changes in order, and records with each
//! [`Index::commit`] how far it has come. Deleting the folder costs a rebuild, never knowledge.
//!
//! This crate never knows what a passage stands for, who asks, or where vectors come from. It has no network, no
//! database, no clock. Ids, groups and scope tags are opaque; a caller's rights arrive as a [`Filter`] and are applied
//! before anything is counted or ranked, so that results under a filter equal those of an index that holds only
//! what the filter lets through.
//!
//! Start reading at [`Index`] (`index.rs`), then `words.rs` (BM25), `vectors.rs` (meaning), `fusion.rs` (one list),
//! `ranking.rs` (its order).
//! `analysis.rs` says what a term is, `chunk.rs` cuts a document into passages. [`clusters`] and [`name_groups`] stand apart
//! from the index: they bring texts together that ask for the same thing.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a failed test should stop at once"))]

mod analysis;
mod apart;
mod chunk;
mod cluster;
mod error;
mod explain;
mod fusion;
mod hash;
mod held;
mod hit;
mod index;
mod language;
mod learn;
mod likeness;
mod naming;
mod parts;
mod passage;
mod purge;
mod query;
mod ranking;
mod request_space;
mod schema;
mod snapshot;
mod stop_words;
mod vector_file;
mod vectors;
mod view;
mod weights;
mod words;

pub use apart::places_apart;
pub use chunk::{Chunk, ChunkSettings, chunk};
pub use cluster::clusters;
pub use error::{IndexError, OpenError, SearchError};
pub use held::{Held, held};
pub use hit::{Hit, Span, Why};
pub use index::{Index, Opened};
pub use language::Language;
pub use learn::{Lesson, learn};
pub use likeness::Likeness;
pub use naming::{Said, name_groups};
pub use parts::parts;
pub use passage::{MissingVector, Passage, VectorKey};
pub use query::{Filter, Query, Ranking};
pub use ranking::{FEATURES, Features};
pub use request_space::{Space, place_by_meaning, places_by_words};
