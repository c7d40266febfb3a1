//! Text to sparse features: words, word pairs, and groups of 2 to 5 letters inside a word with its boundaries.
//!
//! Weighting is `(1 + ln tf) * idf` with the smoothed idf `ln((1 + n) / (1 + df)) + 1` (Salton and Buckley 1988);
//! words and letters are each scaled to length 1. Features are 64-bit FNV-1a hashes: no dictionary of words is kept.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Characters looked at; bounds the work on hostile text.
const MAX_CHARS: usize = 20_000;
/// Letters of a word looked at.
const MAX_WORD: usize = 40;

/// A word of a text and where it stands there, in bytes.
pub(crate) struct Word {
    pub(crate) span: Range<usize>,
    letters: Vec<char>,
}

/// Runs of letters and digits, lowered.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices().take(MAX_CHARS) {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let end = at + c.len_utf8();
        match words.last_mut().filter(|_| open) {
            Some(word) => {
                word.span.end = end;
                if word.letters.len() < MAX_WORD {
                    word.letters.extend(c.to_lowercase());
                }
            }
            None => words.push(Word { span: at..end, letters: c.to_lowercase().collect() }),
        }
        open = true;
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Block {
    Words,
    Letters,
}

/// What a text contains before weighting: how often each feature occurs and in which words.
struct Count {
    block: Block,
    times: u32,
    words: Vec<u32>,
}

/// By hash in ascending order, so that sums are the same in every run.
fn counts(words: &[Word]) -> BTreeMap<u64, Count> {
    let mut counts = BTreeMap::new();
    let mut add = |block: Block, hash: u64, at: &[usize]| {
        let count = counts.entry(hash).or_insert_with(|| Count { block, times: 0, words: Vec::new() });
        count.times += 1;
        count.words.extend(at.iter().map(|&at| at as u32));
    };
    let hashes: Vec<u64> = words.iter().map(|w| hash(1, w.letters.iter().copied())).collect();
    for (at, word) in words.iter().enumerate() {
        add(Block::Words, hashes.get(at).copied().unwrap_or_default(), &[at]);
        if let Some(next) = words.get(at + 1) {
            let pair = word.letters.iter().chain(&[' ']).chain(&next.letters);
            add(Block::Words, hash(2, pair.copied()), &[at, at + 1]);
        }
        let bounded: Vec<char> = [' '].iter().chain(&word.letters).chain(&[' ']).copied().collect();
        for size in 2..=5 {
            for group in bounded.windows(size) {
                add(Block::Letters, hash(3, group.iter().copied()), &[at]);
            }
        }
    }
    counts
}

fn hash(kind: u8, letters: impl Iterator<Item = char>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(kind);
    let step = |h: u64, x: u64| (h ^ x).wrapping_mul(0x0100_0000_01b3);
    letters.fold(step(start, 0), |h, c| step(h, u64::from(u32::from(c))))
}

/// A weighted feature of one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    pub(crate) index: u32,
    pub(crate) value: f32,
    /// Every word it occurs in, once per occurrence.
    pub(crate) words: Vec<u32>,
}

/// The features known from training and how rare each is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Vocabulary {
    pub(crate) keys: Vec<u64>,
    pub(crate) idf: Vec<f32>,
    index: HashMap<u64, u32>,
}

impl Vocabulary {
    pub(crate) fn new(keys: Vec<u64>, idf: Vec<f32>) -> Vocabulary {
        let index = keys.iter().copied().zip(0..).collect();
        Vocabulary { keys, idf, index }
    }

    /// Learns from texts. In larger sets a feature seen in one text only is left out: it cannot generalise.
    pub(crate) fn learn<'a>(texts: impl Iterator<Item = &'a str>) -> Vocabulary {
        let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
        let mut n = 0_u32;
        for text in texts {
            n += 1;
            for hash in counts(&words(text)).into_keys() {
                *seen.entry(hash).or_default() += 1;
            }
        }
        let least = if n >= 1000 { 2 } else { 1 };
        let kept = seen.into_iter().filter(|&(_, df)| df >= least);
        let idf = |df: u32| (f64::from(1 + n) / f64::from(1 + df)).ln() as f32 + 1.0;
        let (keys, idf) = kept.map(|(key, df)| (key, idf(df))).unzip();
        Vocabulary::new(keys, idf)
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Known features in ascending order of index.
    pub(crate) fn features(&self, words: &[Word]) -> Vec<Feature> {
        let mut squares = [0.0_f32; 2];
        let mut found = Vec::new();
        for (hash, count) in counts(words) {
            let Some(&index) = self.index.get(&hash) else { continue };
            let idf = self.idf.get(index as usize).copied().unwrap_or(1.0);
            let value = (1.0 + (count.times as f32).ln()) * idf;
            if let Some(square) = squares.get_mut(count.block as usize) {
                *square += value * value;
            }
            found.push((count.block, Feature { index, value, words: count.words }));
        }
        for (block, feature) in &mut found {
            feature.value /= squares.get(*block as usize).copied().unwrap_or(1.0).sqrt();
        }
        let mut features: Vec<Feature> = found.into_iter().map(|(_, feature)| feature).collect();
        features.sort_unstable_by_key(|f| f.index);
        features
    }
}

/// `vector` at length 1, when it has `dimensions` finite components and a direction.
pub(crate) fn unit(vector: &[f32], dimensions: usize) -> Option<Vec<f32>> {
    let length = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    (vector.len() == dimensions && length.is_finite() && length > 1e-12)
        .then(|| vector.iter().map(|&x| (f64::from(x) / length) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_byte_offsets() {
        let text = "Mein Gerät—ÄÖ 42's";
        let found: Vec<&str> = words(text).into_iter().map(|w| &text[w.span]).collect();
        assert_eq!(found, ["Mein", "Gerät", "ÄÖ", "42", "s"]);
        assert!(words("🙂 … \0").is_empty());
    }

    #[test]
    fn blocks_have_length_one_and_case_does_not_matter() {
        let vocabulary = Vocabulary::learn(["refund please", "reset password"].into_iter());
        let square: f32 = vocabulary.features(&words("refund my password")).iter().map(|f| f.value.powi(2)).sum();
        assert!((square - 2.0).abs() < 1e-4);
        assert_eq!(vocabulary.features(&words("REFUND")), vocabulary.features(&words("refund")));
        assert!(vocabulary.features(&words("zzzz")).is_empty());
    }
}
