//! Weights of the second stage, in the order of `ranking::FEATURES`.
//!
//! Printed by `cargo run -p search --release --example learn_ranking`, which says how its queries are made. These were
//! learnt on 281 queries made from the first 300 pages of aws_docs_qa (their text, not its questions).

/// Where the score is one half.
pub(crate) const MIDDLE: f64 = 6.0;

/// For queries with a vector.
pub(crate) const WITH_MEANING: [f64; 14] =
    [0.92, 2.79, 0.72, 2.39, 2.43, 0.93, 1.44, 1.0, 0.57, 1.06, 0.43, -0.39, 0.0, 0.0];

/// For words alone.
pub(crate) const WORDS_ALONE: [f64; 14] =
    [1.17, 3.07, 0.56, 0.0, 0.0, 0.91, 1.79, 1.0, 0.71, 1.2, 0.52, -0.92, 0.27, 0.0];
