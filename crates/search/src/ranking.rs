//! The second stage: the candidates' order from a few plain numbers about each, added with learnt weights.
//!
//! A linear model on purpose: its weights can be read, it never surprises far from what it was taught on, and it costs
//! nothing. They are learnt by `learn.rs` from queries made of documents' own headings and sentences, never from the
//! questions of a test.

use std::collections::HashMap;

use crate::{
    analysis::Kind,
    explain::Look,
    fusion::Candidate,
    weights,
    words::{K1, Question},
};

/// Names of the numbers, in order.
pub const FEATURES: [&str; 14] = [
    "bm25",
    "words_scaled",
    "coverage",
    "cosine",
    "cosine_scaled",
    "title",
    "title_asked",
    "heading",
    "sentence",
    "pairs",
    "identifiers",
    "length",
    "second_passage",
    "passages",
];

/// One candidate's numbers, each about 0 to 1.
pub type Features = [f64; FEATURES.len()];

/// How other passages of the same group did, by group: the best and second-best first scores, and how many there are.
pub(crate) struct Groups(HashMap<u64, (f64, f64, usize)>);

impl Groups {
    pub(crate) fn new(fused: &[Candidate], group: impl Fn(&Candidate) -> u64) -> Self {
        let mut groups: HashMap<u64, (f64, f64, usize)> = HashMap::new();
        for candidate in fused {
            let (best, second, count) = groups.entry(group(candidate)).or_insert((0.0, 0.0, 0));
            *count += 1;
            if candidate.first > *best {
                (*best, *second) = (candidate.first, *best);
            } else {
                *second = second.max(candidate.first);
            }
        }
        Self(groups)
    }

    fn of(&self, group: u64) -> (f64, usize) {
        self.0.get(&group).map_or((0.0, 1), |(_, second, count)| (*second, *count))
    }
}

pub(crate) fn features(
    candidate: &Candidate,
    look: &Look,
    question: &Question,
    groups: &Groups,
    group: u64,
) -> Features {
    let most = question.weight * (K1 + 1.0);
    let (second, passages) = groups.of(group);
    let asked_identifiers =
        question.asked.iter().enumerate().filter(|(_, asked)| asked.kind == Kind::Identifier).map(|(bit, _)| bit);
    let (mut all, mut here) = (0.0_f64, 0.0);
    for bit in asked_identifiers {
        all += 1.0;
        here += f64::from(u8::from(candidate.words.matched >> bit & 1 == 1));
    }
    [
        if most > 0.0 { candidate.words.bm25 / most } else { 0.0 },
        candidate.words_scaled,
        question.share(candidate.words.matched),
        candidate.near.unwrap_or(0.0).max(0.0),
        candidate.cosine_scaled.max(0.0),
        question.share(look.in_title),
        look.title_asked,
        question.share(look.in_heading),
        question.share(look.in_sentence),
        look.pairs,
        here / all.max(1.0),
        (look.words as f64 / 100.0).min(3.0) / 3.0,
        second,
        (passages as f64 / 10.0).min(1.0),
    ]
}

/// A score in 0 to 1 that orders candidates. Not a probability.
pub(crate) fn score(features: &Features, has_meaning: bool) -> f64 {
    let weights = if has_meaning { &weights::WITH_MEANING } else { &weights::WORDS_ALONE };
    squash(features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum())
}

/// Half-way at a middling candidate, so that neither end of the scale is reached.
fn squash(sum: f64) -> f64 {
    1.0 / (1.0 + (-(sum - weights::MIDDLE) / 4.0).exp())
}
