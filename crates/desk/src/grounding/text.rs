//! Text as sentences, words and stems: what is compared when a statement is held against its sources.

use std::{cell::RefCell, collections::HashSet};

use frostem::{Algorithm, Stemmer};

const STOP: &[&str] = &[
    "the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "for", "from", "by", "with", "as", "is", "are", "was",
    "were", "be", "been", "it", "its", "this", "that", "these", "those", "you", "your", "we", "our", "us", "i", "my",
    "me", "they", "their", "them", "he", "she", "his", "her", "will", "would", "can", "could", "should", "may",
    "might", "do", "does", "did", "have", "has", "had", "if", "then", "than", "so", "but", "there", "here", "please",
    "just", "also", "any", "all", "some", "when", "which", "who", "what", "how", "about", "into", "after", "before",
    "up", "out", "more", "only", "get", "now", "once",
];

thread_local! {
    static ENGLISH: RefCell<Stemmer> = RefCell::new(Stemmer::new(Algorithm::English));
}

/// Words in lower case, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-' | '_'))
        .map(|w| w.trim_matches(['\'', '’', '-', '_']))
        .filter(|w| !w.is_empty())
        .map(|w| w.to_lowercase().replace('’', "'"))
}

/// Whether a word carries meaning of its own.
pub(crate) fn is_content(word: &str) -> bool {
    word.chars().count() > 1 && !STOP.contains(&word)
}

/// A word without its English endings (Porter 2, snowballstem.org); words of other languages mostly stay as they are.
pub(crate) fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    ENGLISH.with_borrow_mut(|stemmer| stemmer.stem(word).to_string())
}

/// Content words, stemmed, in order, with repeats.
pub(crate) fn stems(text: &str) -> Vec<String> {
    words(text).filter(|w| is_content(w)).map(|w| stem(&w)).collect()
}

/// Content words, stemmed, in order, without repeats.
#[must_use]
pub fn content_words(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    stems(text).into_iter().filter(|w| seen.insert(w.clone())).collect()
}

/// A sentence and where it stands, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    /// Its words, trimmed.
    pub text: &'a str,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// Splits prose into sentences; list items and lines end sentences too.
#[must_use]
pub fn sentences(text: &str) -> Vec<String> {
    placed_sentences(text).into_iter().map(|s| s.text.to_owned()).collect()
}

/// The same with their places.
pub(crate) fn placed_sentences(text: &str) -> Vec<Placed<'_>> {
    let mut all = Vec::new();
    let (mut from, mut from_chars) = (0, 0);
    let mut chars = text.char_indices().enumerate().peekable();
    while let Some((at, (byte, c))) = chars.next() {
        let next = chars.peek().map(|(_, (_, n))| *n);
        let end = byte + c.len_utf8();
        let so_far = text.get(from..end).unwrap_or_default();
        let ends = c == '\n'
            || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace) && !ends_in_abbreviation(so_far));
        if ends || next.is_none() {
            all.extend(placed(so_far, from_chars));
            (from, from_chars) = (end, at + 1);
        }
    }
    all
}

fn placed(raw: &str, offset: usize) -> Option<Placed<'_>> {
    let text = raw.trim();
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let start = offset + raw.chars().take_while(|c| c.is_whitespace()).count();
    Some(Placed { text, start, end: start + text.chars().count() })
}

fn ends_in_abbreviation(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let start_of_line = text.trim_start().len() == last.len();
    matches!(last, "e.g." | "i.e." | "etc." | "No." | "Mr." | "Ms." | "Mrs." | "Dr." | "vs." | "approx." | "U.S." | "St.")
        // "1." opens a list item; "within 30." ends a sentence.
        || (start_of_line && last.len() <= 3 && last.trim_end_matches('.').bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            sentences("Open Settings, e.g. Billing. Then save!\n1. Renew consent\n\n—"),
            ["Open Settings, e.g. Billing.", "Then save!", "1. Renew consent"]
        );
        assert_eq!(sentences("We waited until 30. Then we left."), ["We waited until 30.", "Then we left."]);
    }

    #[test]
    fn places_count_characters() {
        let text = "Ünder one.  Zwei, drei!\n\n- vier";
        for s in placed_sentences(text) {
            let cut: String = text.chars().skip(s.start).take(s.end - s.start).collect();
            assert_eq!(cut, s.text);
        }
        assert_eq!(placed_sentences(text).len(), 3);
    }

    #[test]
    fn endings_do_not_matter() {
        assert_eq!(content_words("refunded invoices"), content_words("refunds invoice"));
        assert_eq!(content_words("the customer's cancellation"), content_words("customers cancellations"));
    }
}
