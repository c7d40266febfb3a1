//! Weights of the second stage, in the order of `ranking::FEATURES`.
//!
//! Made by `cargo run -p search --release --example learn_ranking`; do not edit by hand.

/// Where the score is one half.
pub(crate) const MIDDLE: f64 = 4.0;

/// For queries with a vector.
pub(crate) const WITH_MEANING: [f64; 14] = [0.0, 4.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// For words alone.
pub(crate) const WORDS_ALONE: [f64; 14] = [0.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
