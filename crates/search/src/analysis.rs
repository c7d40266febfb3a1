//! Text to terms: what counts as the same word, and what is kept whole.
//!
//! A *piece* is a run of letters, digits and the marks that join identifiers (`-`, `_`, `.`, `/`, `:`, ...). Its words are
//! indexed folded and stemmed; when the piece looks like an identifier (`AUTH-412`, `rate_limit_exceeded`,
//! `/etc/hosts`), it is indexed whole as well, under a mark that no word can carry. Query and passage go through
//! the same function, so they cannot disagree. Stems are those of the text's language; a query's word is asked for in the
//! language's form that passages hold (`words.rs`).

use std::borrow::Cow;

use frostem::Stemmer;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{language::Language, stop_words::is_stop_word};

/// Words longer than this many bytes (encoded blobs) and longer identifiers are not indexed.
const MAX_TERM: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    StopWord,
    /// Has a digit among its letters, or is a long number: matches exactly or not at all.
    Identifier,
    /// A part of a longer word (`Item` of `BatchGetItem`).
    Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub term: String,
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// First letters of terms that somebody looks for. A stem begins as its word does, so a word that begins otherwise need
/// not be stemmed to know that it is none of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Initials(u128);

impl Initials {
    pub(crate) fn of<'a>(terms: impl Iterator<Item = &'a str>) -> Self {
        let bit = |term: &str| term.bytes().next().filter(u8::is_ascii).map_or(0, |first| 1 << first);
        Self(terms.fold(0, |bits, term| bits | bit(term)))
    }

    /// Kraaij and Pohlmann's stemmer takes a Dutch prefix off; what is not ASCII may fold to something else.
    fn rules_out(self, language: Language, word: &str) -> bool {
        let first = word.bytes().next().filter(|_| word.is_ascii() && language != Language::Dutch);
        first.is_some_and(|first| self.0 >> first.to_ascii_lowercase() & 1 == 0)
    }
}

/// Stands for a term that nobody looks for; no term is like it.
const UNASKED: &str = "~";

/// All terms of a text with the bytes they come from. Linear in the text; several tokens may share bytes.
pub(crate) fn analyse(text: &str, language: Language) -> Vec<Token> {
    analyse_for(text, language, None)
}

/// The same for somebody who looks for terms with these first letters: others are counted and told apart by kind, but not
/// named.
pub(crate) fn analyse_for(text: &str, language: Language, asked: Option<Initials>) -> Vec<Token> {
    let stemmer = Stemmer::new(language.stemmer());
    let mut analyser = Analyser { text, language, stemmer, asked, tokens: Vec::with_capacity(text.len() / 6) };
    for (start, end) in runs(text, 0, text.len(), is_piece_char) {
        analyser.piece(start, end);
    }
    analyser.tokens
}

struct Analyser<'a> {
    text: &'a str,
    language: Language,
    stemmer: Stemmer,
    asked: Option<Initials>,
    tokens: Vec<Token>,
}

impl<'a> Analyser<'a> {
    fn piece(&mut self, start: usize, end: usize) {
        let whole = self.slice(start, end);
        let trimmed = whole.trim_matches(|c: char| !c.is_alphanumeric());
        if trimmed.is_empty() {
            return;
        }
        let start = start + whole.find(|c: char| c.is_alphanumeric()).unwrap_or(0);
        let end = start + trimmed.len();
        if trimmed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return self.word(start, end);
        }
        let words = runs(self.text, start, end, is_word_char);
        if words.len() > 1 {
            self.compound(start, end, &words);
        }
        for (from, to) in words {
            self.word(from, to);
        }
    }

    /// The piece as a whole: an identifier, or a word that is also written without its hyphen (`e-mail`).
    fn compound(&mut self, start: usize, end: usize, words: &[(usize, usize)]) {
        let piece = self.slice(start, end);
        if looks_like_identifier(piece) {
            if piece.len() <= MAX_TERM {
                let term = format!("={}", fold(piece));
                self.tokens.push(Token { term, start, end, kind: Kind::Identifier });
            }
        } else if let [(a, b), (c, d)] = *words
            && b - a <= 2
            && c == b + 1
            && piece.as_bytes().get(b - start) == Some(&b'-')
        {
            let joined = format!("{}{}", self.slice(a, b), self.slice(c, d));
            let term = self.stem(&joined);
            self.push(term, start, end, Kind::Part);
        }
    }

    fn word(&mut self, start: usize, end: usize) {
        let word = self.slice(start, end);
        let start = start + (word.len() - word.trim_start_matches(is_apostrophe).len());
        let word = word.trim_matches(is_apostrophe);
        let end = start + word.len();
        if word.is_empty() {
            return;
        }
        if word.chars().any(is_unspaced_script) {
            return self.unspaced(start, end);
        }
        let bare = without_apostrophes(without_possessive(word));
        let folded = fold(&bare);
        let digits = folded.chars().filter(char::is_ascii_digit).count();
        let only_digits = digits == folded.chars().count();
        let kind = match digits {
            0 if is_stop_word(self.language, &folded) => Kind::StopWord,
            0 => Kind::Word,
            _ if !only_digits || digits >= 4 => Kind::Identifier,
            _ => Kind::Word,
        };
        let term = if digits == 0 { self.stem(&bare) } else { folded.into_owned() };
        self.push(term, start, end, kind);
        self.camel_parts(start, end);
    }

    /// `BatchGetItem` is also found by `batch`, `get` and `item`.
    fn camel_parts(&mut self, start: usize, end: usize) {
        if !self.slice(start, end).chars().skip(1).any(char::is_uppercase) {
            return;
        }
        let bounds = camel_bounds(self.slice(start, end));
        if bounds.len() < 3 {
            return;
        }
        for pair in bounds.windows(2) {
            if let [from, to] = *pair
                && to - from > 1
            {
                let term = self.stem(self.slice(start + from, start + to));
                self.push(term, start + from, start + to, Kind::Part);
            }
        }
    }

    /// Scripts written without spaces: overlapping pairs of characters (a single one when there is no second).
    fn unspaced(&mut self, start: usize, end: usize) {
        let text = self.slice(start, end);
        let mut bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bounds.push(text.len());
        let width = if bounds.len() == 2 { 1 } else { 2 };
        for window in bounds.windows(width + 1) {
            if let (Some(from), Some(to)) = (window.first(), window.last()) {
                let term = fold(self.slice(start + from, start + to)).into_owned();
                self.push(term, start + from, start + to, Kind::Word);
            }
        }
    }

    fn push(&mut self, term: String, start: usize, end: usize, kind: Kind) {
        if !term.is_empty() && term.len() <= MAX_TERM {
            self.tokens.push(Token { term, start, end, kind });
        }
    }

    fn stem(&self, word: &str) -> String {
        if word.len() > MAX_TERM {
            String::new()
        } else if self.asked.is_some_and(|asked| asked.rules_out(self.language, word)) {
            UNASKED.to_owned()
        } else {
            stem(self.language, &self.stemmer, word)
        }
    }

    /// Offsets come from the same text's own boundaries, so this never falls back.
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Endings are told by their accents in some languages, so these come off last; English has none of its own.
fn stem(language: Language, stemmer: &Stemmer, word: &str) -> String {
    if word.is_ascii() || language == Language::English {
        return stemmer.stem(&fold(word)).into_owned();
    }
    let lower: String = word.nfc().flat_map(char::to_lowercase).collect();
    fold(&stemmer.stem(&lower)).into_owned()
}

/// The term that a word has in each language, English first.
pub(crate) fn forms(word: &str) -> Vec<String> {
    let trimmed = word.trim_matches(is_apostrophe);
    let bare = without_apostrophes(without_possessive(trimmed));
    if bare.len() > MAX_TERM {
        return Vec::new();
    }
    Language::ALL.into_iter().map(|language| stem(language, &Stemmer::new(language.stemmer()), &bare)).collect()
}

/// Maximal runs of characters that satisfy `keep`, as byte offsets into `text`.
fn runs(text: &str, from: usize, to: usize, keep: fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, c) in text.get(from..to).unwrap_or_default().char_indices() {
        match (keep(c), open) {
            (true, None) => open = Some(from + at),
            (false, Some(start)) => {
                found.push((start, from + at));
                open = None;
            }
            _ => {}
        }
    }
    found.extend(open.map(|start| (start, to)));
    found
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_apostrophe(c) || is_combining_mark(c)
}

fn is_piece_char(c: char) -> bool {
    is_word_char(c) || matches!(c, '-' | '_' | '.' | '/' | '\\' | ':' | '@' | '#' | '+' | '&' | '=' | '%' | '~' | '$')
}

/// Chinese characters, kana, hangul, Thai.
fn is_unspaced_script(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// A digit among letters, or a mark that prose does not use inside a word. A full stop or slash alone is not
/// enough ("and/or", a missing space after a sentence) unless it starts to look like a path or a host.
fn looks_like_identifier(piece: &str) -> bool {
    let marks = piece.chars().filter(|c| matches!(c, '.' | '/' | '\\' | ':')).count();
    marks >= 2 || piece.chars().any(|c| c.is_numeric() || matches!(c, '_' | '@' | '#' | '=' | '$'))
}

fn without_apostrophes(word: &str) -> Cow<'_, str> {
    if word.contains(is_apostrophe) {
        Cow::Owned(word.chars().filter(|c| !is_apostrophe(*c)).collect())
    } else {
        Cow::Borrowed(word)
    }
}

fn without_possessive(word: &str) -> &str {
    match word.char_indices().rev().nth(1) {
        Some((at, c)) if is_apostrophe(c) && word.ends_with(['s', 'S']) => word.get(..at).unwrap_or(word),
        _ => word,
    }
}

/// Compatibility decomposition without its marks, in lower case: case and diacritics do not distinguish.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    let folded = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    Cow::Owned(folded.filter(|c| !is_combining_mark(*c)).collect::<String>().replace('\u{df}', "ss"))
}

/// Offsets where a part begins, with 0 and the length at the ends: before an upper-case letter that follows a
/// lower-case one, and before the last upper-case letter of a run (`HTTPServer`).
fn camel_bounds(word: &str) -> Vec<usize> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut bounds = vec![0];
    for window in chars.windows(3) {
        if let [(_, a), (at_b, b), (_, c)] = *window
            && b.is_uppercase()
            && (a.is_lowercase() || (a.is_uppercase() && c.is_lowercase()))
        {
            bounds.push(at_b);
        }
    }
    bounds.push(word.len());
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_looks_for_some_terms_finds_the_same_places() {
        let texts = [
            "Gelopen wagens, gelaufene Läufe, gemaakt: geht's gut? Skis and skies are dying; BatchGetItem's e-mail AUTH-412.",
            "Les chevaux étaient rayés; habláramos rápidamente, cantaríamos; Überweisungen größer, Straßen, coração, città.",
            "yes you YOUTH Youngest rate_limit_exceeded /etc/hosts 2026 don't O'Neil's 日本語 ﬁnished İstanbul",
        ];
        for language in Language::ALL {
            for text in texts {
                let all = analyse(text, language);
                for asked in &all {
                    let initials = Initials::of(std::iter::once(asked.term.as_str()));
                    let some = analyse_for(text, language, Some(initials));
                    let places = |tokens: &[Token]| {
                        let mine = tokens.iter().filter(|token| token.term == asked.term);
                        mine.map(|token| (token.start, token.end, token.kind)).collect::<Vec<_>>()
                    };
                    assert_eq!(places(&some), places(&all), "{language:?} {}", asked.term);
                    let kinds = |tokens: &[Token]| tokens.iter().map(|t| (t.start, t.kind)).collect::<Vec<_>>();
                    assert_eq!(kinds(&some), kinds(&all));
                }
            }
        }
    }

    fn terms(text: &str) -> Vec<String> {
        terms_in(Language::English, text)
    }

    fn terms_in(language: Language, text: &str) -> Vec<String> {
        analyse(text, language).into_iter().map(|token| token.term).collect()
    }

    #[test]
    fn terms_of() {
        let table: &[(&str, &[&str])] = &[
            ("Refunds were refunded", &["refund", "were", "refund"]),
            ("AUTH-412", &["=auth-412", "auth", "412"]),
            ("(error E1043).", &["error", "e1043"]),
            ("rate_limit_exceeded!", &["=rate_limit_exceeded", "rate", "limit", "exceed"]),
            ("/etc/hosts.conf", &["=etc/hosts.conf", "etc", "host", "conf"]),
            ("a@example.com", &["=a@example.com", "a", "exampl", "com"]),
            ("and/or", &["and", "or"]),
            ("Cr\u{e8}me BR\u{dc}L\u{c9}E", &["creme", "brule"]),
            ("Ma\u{df}e MASSE", &["mass", "mass"]),
            ("customer's don\u{2019}t", &["custom", "dont"]),
            ("e-mail", &["email", "e", "mail"]),
            ("well-known", &["well", "known"]),
            ("BatchGetItem", &["batchgetitem", "batch", "get", "item"]),
            ("HTTPServer", &["httpserver", "http", "server"]),
            ("iPhone", &["iphon", "phone"]),
            ("\u{6771}\u{4eac}\u{90fd}", &["\u{6771}\u{4eac}", "\u{4eac}\u{90fd}"]),
            ("... --- ''' \u{301}", &[]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(&terms(text), expected, "{text}");
        }
    }

    #[test]
    fn word_forms_of_a_language_share_a_term() {
        for (language, one, other) in [
            (Language::German, "Rechnungen", "Rechnung"),
            (Language::German, "K\u{fc}ndigungen", "Kundigung"),
            (Language::French, "remboursements", "remboursement"),
            (Language::Spanish, "facturas", "factura"),
            (Language::Portuguese, "faturas", "fatura"),
            (Language::Italian, "fatture", "fattura"),
            (Language::Dutch, "bestellingen", "bestelling"),
        ] {
            assert_eq!(terms_in(language, one), terms_in(language, other), "{language:?}");
            assert!(forms(one).contains(&terms_in(language, one).concat()));
        }
        assert_eq!(terms_in(Language::German, "BANK-207 v2.4.1 9fceb02")[..2], ["=bank-207", "bank"]);
    }

    #[test]
    fn kinds_tell_identifiers_and_stop_words() {
        let kinds =
            |text: &str| analyse(text, Language::English).into_iter().map(|token| token.kind).collect::<Vec<_>>();
        assert_eq!(kinds("AUTH-412"), [Kind::Identifier, Kind::Word, Kind::Word]);
        assert_eq!(kinds("E1043 20240117 42 The"), [Kind::Identifier, Kind::Identifier, Kind::Word, Kind::StopWord]);
    }

    #[test]
    fn query_and_passage_fold_alike_across_normal_forms() {
        assert_eq!(terms("cafe\u{301}"), terms("CAF\u{c9}"));
    }

    proptest::proptest! {
        #[test]
        fn offsets_are_on_boundaries(text in "(?s).{0,300}") {
            for token in analyse(&text, Language::German) {
                proptest::prop_assert!(token.start < token.end);
                proptest::prop_assert!(text.get(token.start..token.end).is_some());
                proptest::prop_assert!(!token.term.is_empty());
            }
        }
    }
}
