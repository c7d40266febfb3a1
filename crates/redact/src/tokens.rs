//! A text as words and numbers, with what stands between them and what the lists say.

use crate::lexicon::{self, Marks};
use crate::view::folded;

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Digits, with letters after them perhaps: `12b`.
    Number,
    /// One capital letter.
    Initial,
    /// A capital first.
    Title,
    /// Capitals only.
    Upper,
    /// Anything else.
    Lower,
}

/// What stands before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Spaces.
    Space,
    /// A comma, and spaces.
    Comma,
    /// The full stop of an abbreviation or the end of a sentence.
    Dot,
    /// The end of a line; also the beginning of the text.
    Line,
    /// Other signs.
    Sign,
}

/// A word or number; bytes of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    pub gap: Gap,
    pub marks: Marks,
}

impl Token {
    pub fn capital(&self) -> bool {
        matches!(self.kind, Kind::Title | Kind::Upper)
    }

    pub fn is(&self, marks: Marks) -> bool {
        self.marks.any(marks)
    }

    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Longer words have no entry in any list.
const WORD_BYTES: usize = 48;

/// The words and numbers of a text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut chars = text.char_indices().peekable();
    let mut done = 0;
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = chars.peek().copied() {
            let joins = matches!(c, '\'' | '-')
                && !first.is_numeric()
                && text.get(at + 1..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphabetic);
            if !c.is_alphanumeric() && !joins && !is_mark(c) {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        let word = text.get(start..end).unwrap_or_default();
        let possessive = word.strip_suffix("'s").or_else(|| word.strip_suffix("'S")).map_or(end, |w| start + w.len());
        let gap = gap(text.get(done..start).unwrap_or_default(), found.is_empty());
        found.push(token(text, start, possessive, gap));
        done = possessive;
    }
    found
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
}

fn gap(between: &str, first: bool) -> Gap {
    let between = between.strip_prefix("'s").unwrap_or(between);
    if first || between.contains('\n') {
        Gap::Line
    } else if between.bytes().all(|b| b == b' ') {
        Gap::Space
    } else {
        match between.trim() {
            "," => Gap::Comma,
            "." => Gap::Dot,
            _ => Gap::Sign,
        }
    }
}

fn token(text: &str, start: usize, end: usize, gap: Gap) -> Token {
    let word = text.get(start..end).unwrap_or_default();
    let kind = kind(word);
    let marks = if kind == Kind::Number || word.len() > WORD_BYTES {
        Marks::NONE
    } else if word.bytes().all(|b| b.is_ascii_lowercase()) {
        lexicon::marks(word)
    } else {
        lexicon::marks(&folded(word))
    };
    Token { start, end, kind, gap, marks }
}

fn kind(word: &str) -> Kind {
    let mut chars = word.chars();
    let Some(first) = chars.next() else { return Kind::Lower };
    if first.is_numeric() {
        return Kind::Number;
    }
    if !first.is_uppercase() {
        return Kind::Lower;
    }
    match chars.next() {
        None => Kind::Initial,
        Some(_) if word.chars().any(char::is_lowercase) => Kind::Title,
        Some(_) => Kind::Upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_gaps_and_kinds() {
        let text = "Hi Anna-Lena's Mr. O'Neil,\n12b MAIN St\u{301} a";
        let seen: Vec<_> = tokens(text).iter().map(|t| (t.text(text), t.kind, t.gap)).collect();
        assert_eq!(
            seen,
            [
                ("Hi", Kind::Title, Gap::Line),
                ("Anna-Lena", Kind::Title, Gap::Space),
                ("Mr", Kind::Title, Gap::Space),
                ("O'Neil", Kind::Title, Gap::Dot),
                ("12b", Kind::Number, Gap::Line),
                ("MAIN", Kind::Upper, Gap::Space),
                ("St\u{301}", Kind::Title, Gap::Space),
                ("a", Kind::Lower, Gap::Space),
            ]
        );
    }
}
