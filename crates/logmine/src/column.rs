//! Whether the words that stand at one place of like shapes are a parameter or tell templates apart.

use std::collections::BTreeSet;

use crate::piece::Piece;

/// From how many different plain words on a place is a parameter. Fewer are an enumeration: one template each.
const MANY_WORDS: usize = 6;
/// The same behind `=`, a quote or a preposition, where parameters usually stand.
const MANY_NAMED: usize = 4;
/// The same for words in capitals, true, false and none: they name states.
const MANY_STATES: usize = 16;

/// What a word looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// A value that was masked, or a word with a number in it.
    Value,
    /// A name of something: a host, class, file, address, or several words in quotes.
    Name,
    /// A state: capitals, or a word of yes and no.
    State,
    /// Any other word.
    Plain,
}

fn look(piece: &Piece) -> Look {
    let Some(word) = piece.word() else { return Look::Value };
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return Look::Value;
    }
    if is_answer(word) {
        return Look::State;
    }
    let core = word.trim_matches(['.', '-', '_', '*', '#']);
    if core.ends_with("Exception") || core.ends_with("Error") {
        return Look::Plain;
    }
    if core.contains(['.', '/', '\\', '@', ' ']) {
        return Look::Name;
    }
    if core.len() >= 2 && core.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
        return Look::State;
    }
    Look::Plain
}

fn is_answer(word: &str) -> bool {
    ["true", "false", "null", "none", "yes", "no", "on", "off", "nil", "ok"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
}

fn is_preposition(piece: Option<&Piece>) -> bool {
    let Some(word) = piece.and_then(Piece::word) else { return false };
    ["for", "from", "by", "to", "of", "on", "in", "at", "with"].iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Whether this is a value or the name of something.
pub(crate) fn may_vary(piece: &Piece) -> bool {
    matches!(look(piece), Look::Value | Look::Name)
}

/// Whether `values`, the different pieces at one place, are a parameter. `before` and `after` are what stands around the
/// place, white space left out. A word between two prepositions names something.
pub(crate) fn is_parameter(values: &BTreeSet<&Piece>, before: Option<&Piece>, after: Option<&Piece>) -> bool {
    let count = |wanted: Look| values.iter().filter(|piece| look(piece) == wanted).count();
    let (states, masked, names) = (count(Look::State), count(Look::Value), count(Look::Name));
    if states > 0 && states + masked == values.len() {
        return values.len() >= MANY_STATES;
    }
    if names + masked == values.len() {
        return true;
    }
    if matches!(before, Some(Piece::Mark(b'=' | b'"' | b'\''))) {
        return names > 0 || values.len() >= MANY_NAMED;
    }
    if is_preposition(before) {
        return is_preposition(after) || values.len() >= MANY_NAMED;
    }
    masked > 0 || values.len() >= MANY_WORDS
}
