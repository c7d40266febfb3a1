//! Weights of the second stage, in the order of `ranking::FEATURES`.
//!
//! Printed by `cargo run -p search --release --example learn_ranking`, which says how its queries are made. These were
//! learnt on 566 queries made from the pages of aws_docs_qa (their text, not its questions), among all 17,136 passages. Made
//! queries repeat their page's words, which people who ask do not: `cosine` and `cosine_scaled` count twice what was learnt,
//! as three sets of real questions want it (docs/quality.md).

/// Where the score is one half.
pub(crate) const MIDDLE: f64 = 6.0;

/// For queries with a vector.
pub(crate) const WITH_MEANING: [f64; 14] =
    [1.06, 3.13, 1.01, 5.0, 5.18, 0.94, 1.01, 1.0, 0.63, 1.39, 0.68, -0.33, 0.0, 0.0];

/// For words alone.
pub(crate) const WORDS_ALONE: [f64; 14] =
    [1.33, 3.56, 0.97, 0.0, 0.0, 1.14, 1.46, 1.0, 0.73, 1.6, 0.79, -0.76, 0.19, 0.0];
