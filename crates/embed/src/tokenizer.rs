//! Text to token ids: the normalisation of uncased BERT and greedy WordPiece (Wu et al. 2016, section 4.1).
//!
//! Deliberately absent: the control words `[CLS]`, `[SEP]`, `[MASK]` are not recognised inside a text. A customer who
//! types them gets brackets and letters, never a control token.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::OpenError;
use crate::weights::VOCABULARY_FILE;

/// Tokens of one text with its two control tokens; what follows is cut off. The published model was tuned at this length.
pub(crate) const MAX_TOKENS: usize = 256;
/// A longer word becomes one unknown token.
const MAX_WORD_CHARS: usize = 100;
/// Characters looked at. More than [`MAX_TOKENS`] tokens of ordinary text need; bounds the work on hostile text.
const MAX_CHARS: usize = 1 << 16;

pub(crate) struct Tokenizer {
    /// Pieces that open a word.
    opening: HashMap<Box<str>, u32>,
    /// Pieces that continue a word, written `##piece` in the file.
    continuing: HashMap<Box<str>, u32>,
    size: usize,
    cls: u32,
    sep: u32,
    unknown: u32,
}

impl Tokenizer {
    pub(crate) fn read(vocabulary: &[u8]) -> Result<Tokenizer, OpenError> {
        let text = std::str::from_utf8(vocabulary).map_err(|_| damaged("it is not UTF-8"))?;
        let mut opening = HashMap::new();
        let mut continuing = HashMap::new();
        let mut size = 0;
        for (id, line) in (0_u32..).zip(text.strip_suffix('\n').unwrap_or(text).split('\n')) {
            let piece = line.strip_suffix('\r').unwrap_or(line);
            match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => continuing.insert(rest.into(), id),
                _ => opening.insert(piece.into(), id),
            };
            size += 1;
        }
        let control = |word: &str| {
            opening.get(word).copied().ok_or_else(|| damaged(&format!("it lacks the control word {word}")))
        };
        let (cls, sep, unknown) = (control("[CLS]")?, control("[SEP]")?, control("[UNK]")?);
        Ok(Tokenizer { opening, continuing, size, cls, sep, unknown })
    }

    /// Number of ids; every id given out is below it.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Token ids with the control tokens around them: 2 to `max_tokens` (at least 2) ids.
    pub(crate) fn encode(&self, text: &str, max_tokens: usize) -> Vec<u32> {
        let room = max_tokens.max(2) - 1;
        let mut ids = vec![self.cls];
        let mut word = Word::default();
        'text: for c in normalised(text) {
            if c.is_whitespace() {
                self.flush(&mut word, &mut ids);
            } else if stands_alone(c) {
                self.flush(&mut word, &mut ids);
                word.push(c);
                self.flush(&mut word, &mut ids);
            } else {
                word.push(c);
            }
            if ids.len() >= room {
                break 'text;
            }
        }
        self.flush(&mut word, &mut ids);
        ids.truncate(room);
        ids.push(self.sep);
        ids
    }

    fn flush(&self, word: &mut Word, ids: &mut Vec<u32>) {
        if word.chars > MAX_WORD_CHARS {
            ids.push(self.unknown);
        } else if word.chars > 0 {
            let before = ids.len();
            if !self.pieces(&word.text, ids) {
                ids.truncate(before);
                ids.push(self.unknown);
            }
        }
        *word = Word::default();
    }

    /// Longest piece first, from the left. False when some rest is in no piece.
    fn pieces(&self, word: &str, ids: &mut Vec<u32>) -> bool {
        let mut rest = word;
        let mut pieces = &self.opening;
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            let longest = ends.rev().find_map(|end| {
                let (head, tail) = rest.split_at_checked(end)?;
                pieces.get(head).map(|&id| (id, tail))
            });
            let Some((id, tail)) = longest else {
                return false;
            };
            ids.push(id);
            rest = tail;
            pieces = &self.continuing;
        }
        true
    }
}

/// A word being collected; past [`MAX_WORD_CHARS`] only its length matters.
#[derive(Default)]
struct Word {
    text: String,
    chars: usize,
}

impl Word {
    fn push(&mut self, c: char) {
        self.chars += 1;
        if self.chars <= MAX_WORD_CHARS {
            self.text.push(c);
        }
    }
}

/// Drops control characters, decomposes, drops accents, lowers. The order is the published tokenizer's.
fn normalised(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .take(MAX_CHARS)
        .filter(|&c| !is_control(c))
        .nfd()
        .filter(|c| c.general_category() != GeneralCategory::NonspacingMark)
        .flat_map(char::to_lowercase)
}

fn is_control(c: char) -> bool {
    use GeneralCategory as G;
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{fffd}' => true,
        _ => matches!(c.general_category(), G::Control | G::Format | G::Surrogate | G::PrivateUse),
    }
}

fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || is_ideograph(c)
        || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Punctuation)
}

/// The CJK blocks BERT splits into single characters; kana and hangul are words like any other.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0xF900..=0xFAFF
        | 0x20000..=0x2A6DF | 0x2A700..=0x2CEAF | 0x2F800..=0x2FA1F)
}

fn damaged(why: &str) -> OpenError {
    OpenError::Damaged { file: VOCABULARY_FILE.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &str = "[UNK]\n[CLS]\n[SEP]\nhello\n##s\n!\nun\n##hello\nre\n##set\ncafe\n我\n[\n]\ncls\n";

    #[test]
    fn words_become_ids() {
        let tokenizer = Tokenizer::read(VOCABULARY.as_bytes()).expect("a good vocabulary");
        let long = "h".repeat(101);
        let cases: &[(&str, &[u32])] = &[
            ("", &[1, 2]),
            (" \t\n\u{a0} ", &[1, 2]),
            ("hello", &[1, 3, 2]),
            ("HELLOs!", &[1, 3, 4, 5, 2]),
            ("unhello reset", &[1, 6, 7, 8, 9, 2]),
            ("Café cafe\u{301}", &[1, 10, 10, 2]),
            ("he\u{0}ll\u{200b}o", &[1, 3, 2]),
            ("hello我hello", &[1, 3, 11, 3, 2]),
            ("hellox", &[1, 0, 2]),
            (&long, &[1, 0, 2]),
            ("[CLS]", &[1, 12, 14, 13, 2]),
        ];
        for (text, ids) in cases {
            assert_eq!(&tokenizer.encode(text, MAX_TOKENS), ids, "{text:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_and_keep_their_end_token() {
        let tokenizer = Tokenizer::read(VOCABULARY.as_bytes()).expect("a good vocabulary");
        let ids = tokenizer.encode(&"hello ".repeat(1000), 256);
        assert_eq!((ids.len(), ids.first(), ids.last()), (256, Some(&1), Some(&2)));
        assert_eq!(tokenizer.encode("hellos hellos", 4), [1, 3, 4, 2]);
        assert_eq!(tokenizer.encode("hello", 0), [1, 2]);
    }

    #[test]
    fn a_vocabulary_without_control_words_is_refused() {
        for bad in [&b"hello\n"[..], b"", b"\xff\xfe", b"[CLS]\n[SEP]\n"] {
            assert!(matches!(Tokenizer::read(bad), Err(OpenError::Damaged { .. })), "{bad:?}");
        }
    }
}
