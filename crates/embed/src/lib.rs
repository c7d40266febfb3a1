//! Text to a unit vector of meaning: a plain-Rust forward pass of the sentence encoder all-MiniLM-L6-v2.
//!
//! Two texts that mean similar things get vectors with a large cosine, also when they share no word.
//! The model is a six-layer BERT encoder (Devlin et al. 2019) distilled into 384 dimensions
//! (Wang et al. 2020, *MiniLM*) and tuned for sentence similarity (Reimers and Gurevych 2019, *Sentence-BERT*).
//!
//! This crate must never fetch anything: it reads two files from a folder, refuses them when their checksums
//! differ, and knows neither where they came from nor what its vectors are used for. It holds no cache.
//!
//! Start reading at [`Encoder`] (`encoder.rs`), then `bert.rs` for the arithmetic and `tokenizer.rs` for the words.

mod arithmetic;
mod bert;
mod encoder;
mod error;
mod tensors;
mod tokenizer;
mod vector;
pub mod weights;

pub use encoder::Encoder;
pub use error::OpenError;
pub use vector::{Vector, VectorError};

/// Number of components of every [`Vector`].
pub const DIMENSIONS: usize = 384;
