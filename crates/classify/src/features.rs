//! Text to sparse features: words, word pairs, and groups of 2 to 5 letters inside a word with its boundaries.
//!
//! Weighting is `(1 + ln tf) * idf` with the smoothed idf `ln((1 + n) / (1 + df)) + 1` (Salton and Buckley 1988);
//! words and letters are each scaled to length 1. Features are 64-bit FNV-1a hashes: no dictionary of words is kept.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
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

/// Words and pairs, or groups of letters: each block is scaled to length 1 by itself.
const BLOCKS: usize = 2;

/// Hands every feature of the words to `take`: its hash and its block.
fn each(words: &[Word], mut take: impl FnMut(u64, usize)) {
    for (at, word) in words.iter().enumerate() {
        take(hash(START, 1, &word.letters), 0);
        if let Some(next) = words.get(at + 1) {
            take(hash(step(hash(START, 2, &word.letters), ' '), 0, &next.letters), 0);
        }
        let letter = |at: usize| match at.checked_sub(1) {
            None => Some(' '),
            Some(at) if at == word.letters.len() => Some(' '),
            Some(at) => word.letters.get(at).copied(),
        };
        for start in 0..=word.letters.len() {
            let mut group = hash(START, 3, &[]);
            for size in 1..=5 {
                let Some(c) = letter(start + size - 1) else { break };
                group = step(group, c);
                if size >= 2 {
                    take(group, 1);
                }
            }
        }
    }
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
}

/// FNV-1a over the letters, kinds apart.
fn hash(start: u64, kind: u64, letters: &[char]) -> u64 {
    letters.iter().fold((start ^ kind).wrapping_mul(0x0100_0000_01b3), |h, c| step(h, *c))
}

/// One number for the words in order: equal for texts that differ only in case, space and punctuation.
pub(crate) fn digest(words: &[Word]) -> u64 {
    words.iter().fold(START, |h, word| hash(h, 4, &word.letters))
}

/// Hashes are spread already; hashing them again costs as much as the rest of a lookup.
#[derive(Debug, Clone, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash ^ (hash >> 32) ^ (hash << 32);
    }
}

/// The features known from training and how rare each is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Vocabulary {
    pub(crate) keys: Vec<u64>,
    pub(crate) idf: Vec<f32>,
    index: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
}

impl Vocabulary {
    pub(crate) fn new(keys: Vec<u64>, idf: Vec<f32>) -> Vocabulary {
        let index = keys.iter().copied().zip(0..).collect();
        Vocabulary { keys, idf, index }
    }

    /// Learns from texts. In larger sets a feature seen in one text only is left out: it cannot generalise.
    pub(crate) fn learn<'a>(texts: impl Iterator<Item = &'a str>) -> Vocabulary {
        let mut seen: HashMap<u64, u32, BuildHasherDefault<AsIs>> = HashMap::default();
        let mut n = 0_u32;
        let mut hashes = Vec::new();
        for text in texts {
            n += 1;
            hashes.clear();
            each(&words(text), |hash, _| hashes.push(hash));
            hashes.sort_unstable();
            hashes.dedup();
            for hash in &hashes {
                *seen.entry(*hash).or_default() += 1;
            }
        }
        let least = if n >= 1000 { 2 } else { 1 };
        let mut kept: Vec<(u64, u32)> = seen.into_iter().filter(|&(_, df)| df >= least).collect();
        kept.sort_unstable();
        let idf = |df: u32| (f64::from(1 + n) / f64::from(1 + df)).ln() as f32 + 1.0;
        let (keys, idf) = kept.into_iter().map(|(key, df)| (key, idf(df))).unzip();
        Vocabulary::new(keys, idf)
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Known features and their weights, in ascending order of index.
    pub(crate) fn features(&self, words: &[Word]) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, u8)> = Vec::with_capacity(words.len() * 16);
        each(words, |hash, block| {
            if let Some(&index) = self.index.get(&hash) {
                found.push((index, block as u8));
            }
        });
        found.sort_unstable();
        let mut squares = [0.0_f32; BLOCKS];
        let mut features: Vec<(u32, f32)> = Vec::with_capacity(found.len());
        let mut blocks = Vec::with_capacity(found.len());
        for run in found.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(index, block)) = run.first() else { continue };
            let idf = self.idf.get(index as usize).copied().unwrap_or(1.0);
            let value = (1.0 + (run.len() as f32).ln()) * idf;
            if let Some(square) = squares.get_mut(block as usize) {
                *square += value * value;
            }
            features.push((index, value));
            blocks.push(block);
        }
        let lengths = squares.map(f32::sqrt);
        for ((_, value), block) in features.iter_mut().zip(blocks) {
            *value /= lengths.get(block as usize).copied().unwrap_or(1.0);
        }
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
        let square: f32 = vocabulary.features(&words("refund my password")).iter().map(|f| f.1.powi(2)).sum();
        assert!((square - 2.0).abs() < 1e-4);
        assert_eq!(vocabulary.features(&words("REFUND")), vocabulary.features(&words("refund")));
        assert!(vocabulary.features(&words("zzzz")).is_empty());
    }
}
