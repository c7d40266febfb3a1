//! Two ranked lists to one: a sum of scaled scores.
//!
//! How far apart two passages are says more than their places in a list, so scores are added, not ranks: BM25 relative to
//! the best one of the answer, cosine relative to the nearest. What comes out picks the candidates of the second stage
//! (`ranking.rs`), which orders them.

use std::collections::HashMap;

use tantivy::DocAddress;

use crate::words::Scored;

/// How much of the sum is meaning, from 0 to 1. Chosen on queries made from headings (`examples/learn_ranking.rs`).
const MEANING: f64 = 0.5;

/// What sharing all of the best passage's words counts beside a likeness of 0 to 1. More makes
/// the validation rows of clinc150 worse; a little decides between requests that mean the same.
const SHARED_WORDS: f64 = 0.02;

/// What is known of a passage before its words are looked at.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub at: DocAddress,
    pub words: Scored,
    /// To the whole query, when query and passage have vectors.
    pub cosine: Option<f64>,
    /// What counts in the order: the mean of `cosine` and that of the query's nearest part, when it has parts.
    pub near: Option<f64>,
    /// BM25 relative to the best of the answer, 0 to 1.
    pub words_scaled: f64,
    /// `near` relative to the nearest of the answer, at most 1; a passage without a vector gets the least of the others.
    pub cosine_scaled: f64,
    /// The sum, times the passage's boost.
    pub first: f64,
}

impl Candidate {
    /// Orders by likeness (-1 to 1) and shared words instead; the result is 0 to 1, times the passage's boost.
    fn compare(&mut self, likeness: f64, boost: f32) {
        let sum = f64::midpoint(1.0, likeness) + SHARED_WORDS * self.words_scaled;
        self.first = sum / (1.0 + SHARED_WORDS) * f64::from(boost);
    }
}

/// Orders candidates as texts that may ask for the same. A passage without a vector is judged by its words.
pub(crate) fn compare(
    fused: &mut [Candidate],
    likeness: impl Fn(&Candidate) -> Option<f64>,
    boost: impl Fn(DocAddress) -> f32,
    tie: impl Fn(DocAddress) -> u64,
) {
    for candidate in fused.iter_mut() {
        let likeness = likeness(candidate).unwrap_or(0.0);
        candidate.compare(likeness, boost(candidate.at));
    }
    fused.sort_by(|a, b| b.first.total_cmp(&a.first).then_with(|| tie(a.at).cmp(&tie(b.at))));
}

/// Best first; ties by `tie` (the content key).
pub(crate) fn fuse(
    words: Vec<Scored>,
    cosine: impl Fn(DocAddress) -> Option<f32>,
    part: impl Fn(DocAddress) -> Option<f32>,
    boost: impl Fn(DocAddress) -> f32,
    tie: impl Fn(DocAddress) -> u64,
) -> Vec<Candidate> {
    let cosines: Vec<Option<f64>> = words.iter().map(|scored| cosine(scored.at).map(f64::from)).collect();
    let near = |at, cosine: f64| part(at).map_or(cosine, |part| f64::midpoint(cosine, f64::from(part)));
    let nears = words.iter().zip(&cosines).map(|(scored, cosine)| cosine.map(|cosine| near(scored.at, cosine)));
    let nears: Vec<Option<f64>> = nears.collect();
    let known = || nears.iter().flatten().copied();
    let nearest = known().fold(f64::MIN_POSITIVE, f64::max);
    let farthest = known().fold(1.0, f64::min);
    let best = words.iter().map(|scored| scored.score).fold(f64::MIN_POSITIVE, f64::max);
    let has_meaning = known().next().is_some();
    let mut fused: Vec<Candidate> = words
        .into_iter()
        .zip(cosines.iter().zip(&nears))
        .map(|(words, (cosine, near))| {
            let words_scaled = words.score / best;
            let cosine_scaled = if has_meaning { near.unwrap_or(farthest) / nearest } else { 0.0 };
            let share = if has_meaning { MEANING } else { 0.0 };
            let sum = (1.0 - share) * words_scaled + share * cosine_scaled.max(0.0);
            let first = sum * f64::from(boost(words.at));
            Candidate { at: words.at, words, cosine: *cosine, near: *near, words_scaled, cosine_scaled, first }
        })
        .collect();
    fused.sort_by(|a, b| b.first.total_cmp(&a.first).then_with(|| tie(a.at).cmp(&tie(b.at))));
    fused
}

/// The first of the list, with at most `per_group` of a group and `most` in all: the candidates of the second stage.
pub(crate) fn shortlist(
    fused: &[Candidate],
    group: impl Fn(DocAddress) -> u64,
    per_group: usize,
    most: usize,
) -> Vec<Candidate> {
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut has_room = |candidate: &&Candidate| {
        let count = seen.entry(group(candidate.at)).or_insert(0);
        *count += 1;
        *count <= per_group
    };
    fused.iter().filter(|candidate| has_room(candidate)).take(most).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(document: u32) -> DocAddress {
        DocAddress::new(0, document)
    }

    fn order(words: &[(u32, f64)], cosines: &[(u32, f32)]) -> Vec<u32> {
        let scored = |(d, score): &(u32, f64)| Scored { at: at(*d), bm25: *score, score: *score, matched: 0 };
        let cosine = |at: DocAddress| cosines.iter().find(|(d, _)| *d == at.doc_id).map(|(_, cosine)| *cosine);
        let fused = fuse(words.iter().map(scored).collect(), cosine, |_| None, |_| 1.0, |at| u64::from(at.doc_id));
        fused.iter().map(|candidate| candidate.at.doc_id).collect()
    }

    #[test]
    fn order_after_fusion() {
        assert!(order(&[], &[]).is_empty());
        assert_eq!(order(&[(8, 2.0), (7, 3.0)], &[]), [7, 8]);
        assert_eq!(order(&[(6, 0.0), (5, 0.0)], &[(5, 0.9), (6, 0.8)]), [5, 6]);
        assert_eq!(order(&[(1, 9.0), (2, 8.0), (3, 0.0)], &[(1, 0.1), (2, 0.8), (3, 0.9)]), [2, 1, 3], "good in both");
        assert_eq!(order(&[(9, 5.0), (4, 5.0)], &[]), [4, 9], "equal scores: the tie decides");
        assert_eq!(order(&[(1, 5.0), (2, 5.0), (3, 0.0)], &[(2, 0.5), (3, 0.1)]), [2, 1, 3], "no vector yet");
    }

    #[test]
    fn a_group_does_not_fill_the_shortlist() {
        let words =
            (0..6).map(|d| Scored { at: at(d), bm25: 9.0 - f64::from(d), score: 9.0 - f64::from(d), matched: 0 });
        let fused = fuse(words.collect(), |_| None, |_| None, |_| 1.0, |at| u64::from(at.doc_id));
        let short = shortlist(&fused, |at| u64::from(at.doc_id / 4), 2, 3);
        assert_eq!(short.iter().map(|candidate| candidate.at.doc_id).collect::<Vec<_>>(), [0, 1, 4]);
    }
}
