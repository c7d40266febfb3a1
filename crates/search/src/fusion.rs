//! Two ranked lists to one.

use std::collections::HashMap;

use tantivy::DocAddress;

/// Reciprocal rank fusion's constant (Cormack, Clarke, Buettcher, SIGIR 2009).
const RRF_K: f64 = 60.0;

/// What is known of a passage after fusion.
pub(crate) struct Fused {
    pub at: DocAddress,
    pub score: f64,
    /// Place in the list of words, from 0.
    pub by_words: Option<usize>,
    /// Cosine, when the passage is in the list of meaning.
    pub cosine: Option<f32>,
}

/// Sums 1 / (60 + rank) over the lists; passages of equal score in one list share a rank, so that their order never
/// depends on anything but `tie` (the content key).
pub(crate) fn fuse(
    words: &[(DocAddress, f64)],
    meaning: &[(DocAddress, f32)],
    tie: impl Fn(DocAddress) -> u64,
) -> Vec<Fused> {
    let mut fused: HashMap<DocAddress, Fused> = HashMap::new();
    let mut entry = |at: DocAddress, score: f64, by_words: Option<usize>, cosine: Option<f32>| {
        let entry = fused.entry(at).or_insert(Fused { at, score: 0.0, by_words: None, cosine: None });
        entry.score += score;
        entry.by_words = entry.by_words.or(by_words);
        entry.cosine = entry.cosine.or(cosine);
    };
    for ((at, _), (place, rank)) in
        words.iter().zip(ranks(words.iter().map(|(_, score)| *score)).into_iter().enumerate())
    {
        entry(*at, 1.0 / (RRF_K + rank), Some(place), None);
    }
    for ((at, cosine), rank) in meaning.iter().zip(ranks(meaning.iter().map(|(_, cosine)| f64::from(*cosine)))) {
        entry(*at, 1.0 / (RRF_K + rank), None, Some(*cosine));
    }
    let mut fused: Vec<Fused> = fused.into_values().collect();
    fused.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| tie(a.at).cmp(&tie(b.at))));
    fused
}

/// Ranks from 1; equal scores share the first one's.
fn ranks(scores: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut ranks, mut last) = (Vec::new(), None);
    for (place, score) in scores.enumerate() {
        let rank = match last {
            Some((before, rank)) if before == score => rank,
            _ => place as f64 + 1.0,
        };
        last = Some((score, rank));
        ranks.push(rank);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(document: u32) -> DocAddress {
        DocAddress::new(0, document)
    }

    #[test]
    fn order_after_fusion() {
        type Case = (&'static [(u32, f64)], &'static [(u32, f32)], &'static [u32]);
        let table: &[Case] = &[
            (&[], &[], &[]),
            (&[(7, 3.0), (8, 2.0)], &[], &[7, 8]),
            (&[], &[(5, 0.9), (6, 0.8)], &[5, 6]),
            // second in both beats first in one
            (&[(1, 9.0), (2, 8.0)], &[(3, 0.9), (2, 0.8)], &[2, 1, 3]),
            // equal scores share a rank, the tie decides
            (&[(9, 5.0), (4, 5.0)], &[], &[4, 9]),
        ];
        for (words, meaning, expected) in table {
            let words: Vec<_> = words.iter().map(|(d, s)| (at(*d), *s)).collect();
            let meaning: Vec<_> = meaning.iter().map(|(d, s)| (at(*d), *s)).collect();
            let order: Vec<u32> =
                fuse(&words, &meaning, |at| u64::from(at.doc_id)).iter().map(|fused| fused.at.doc_id).collect();
            assert_eq!(&order, expected);
        }
    }
}
