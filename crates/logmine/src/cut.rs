//! A line to its shape, in one pass over its bytes.
//!
//! What is certainly a value is masked before anything is compared: words with a digit, paths, addresses, long
//! hexadecimal words, dates. Neighbouring values are one value, so that lists of any length have one shape. The masks know how values
//! are written everywhere; they know no system's words.

use crate::piece::{Piece, hash_bytes, mix};

/// What a byte can be. The table below holds a sum of these for every byte.
const SPACE: u8 = 1;
const MARK: u8 = 2;
const DOT: u8 = 4;
const DIGIT: u8 = 8;
const SLASH: u8 = 16;
/// Not a hexadecimal digit.
const PLAIN: u8 = 32;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [PLAIN; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b <= b' ' || b == 0x7F {
            table[byte] = SPACE;
        } else if b.is_ascii_digit() {
            table[byte] = DIGIT;
        } else if b.is_ascii_hexdigit() {
            table[byte] = 0;
        }
        byte += 1;
    }
    table[b'.' as usize] = DOT | PLAIN;
    table[b'/' as usize] = SLASH | PLAIN;
    table[b'\\' as usize] = SLASH | PLAIN;
    let marks = b"=,;()[]{}<>\"'|:`!?";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = MARK;
        at += 1;
    }
    table
}

/// What a token is; the words' text stays in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Space,
    Mark(u8),
    Leader,
    Value,
    Word,
}

/// A token with where it stands in the line, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) what: What,
    pub(crate) start: u32,
    pub(crate) end: u32,
    hash: u64,
}

const SPACE_HASH: u64 = 0x1D8E_4E27_C47D_124F;
const LEADER_HASH: u64 = 0x8F14_5F1D_3A5B_9D21;
const VALUE_HASH: u64 = 0xD6E8_FEB8_6659_FD93;

/// Longest quoted run of words that counts as one word, in tokens.
const QUOTED: usize = 16;

/// Cuts lines; keeps its working memory from line to line.
#[derive(Debug, Default)]
pub(crate) struct Cutter {
    tokens: Vec<Token>,
    quote: Option<usize>,
}

impl Cutter {
    /// The tokens of a line; at most `most` of them, what follows is left away.
    pub(crate) fn cut(&mut self, line: &[u8], most: usize) -> &[Token] {
        self.tokens.clear();
        self.quote = None;
        let mut at = 0;
        while at < line.len() && self.tokens.len() < most {
            let class = CLASS[usize::from(line[at])];
            if class & SPACE != 0 {
                if self.tokens.last().is_some_and(|t| t.what != What::Space) {
                    self.push(What::Space, at, at + 1, SPACE_HASH);
                }
                at += 1;
            } else if class & MARK != 0 {
                at = self.mark(line, at);
            } else {
                at = self.word(line, at);
            }
        }
        while self.tokens.last().is_some_and(|t| t.what == What::Space) {
            self.tokens.pop();
        }
        &self.tokens
    }

    /// The hash of the shape that was cut last.
    pub(crate) fn hash(&self) -> u64 {
        self.tokens.iter().fold(0, |hash, token| mix(hash, token.hash))
    }

    fn push(&mut self, what: What, start: usize, end: usize, hash: u64) {
        self.tokens.push(Token { what, start: start as u32, end: end as u32, hash });
    }

    /// Takes the mark at `at`; where it makes an address of the word before it, the address.
    fn mark(&mut self, line: &[u8], at: usize) -> usize {
        let byte = line[at];
        if byte == b':'
            && let Some(word) = self.tokens.last().copied()
            && word.what == What::Word
            && word.end as usize == at
            && is_address(&line[at + 1..], at - word.start as usize)
        {
            let rest = &line[at..];
            let ends = |b: &u8| CLASS[usize::from(*b)] & SPACE != 0 || b"\"'<>)],;".contains(b);
            let end = at + rest.iter().position(ends).unwrap_or(rest.len());
            self.tokens.pop();
            self.value(line, word.start as usize, end);
            return end;
        }
        if byte == b'"' {
            match self.quote.take() {
                Some(opened) if self.is_phrase(opened) => self.join_phrase(line, opened),
                Some(_) => {}
                None => self.quote = Some(self.tokens.len()),
            }
        }
        self.push(What::Mark(byte), at, at + 1, u64::from(byte).wrapping_mul(0xA24B_AED4_963E_E407));
        at + 1
    }

    /// Whether several words and nothing else stand since the quote at `opened`.
    fn is_phrase(&self, opened: usize) -> bool {
        let Some(inside) = self.tokens.get(opened + 1..) else { return false };
        (2..QUOTED).contains(&inside.len()) && inside.iter().all(|t| matches!(t.what, What::Word | What::Space))
    }

    fn join_phrase(&mut self, line: &[u8], opened: usize) {
        let inside = &self.tokens[opened + 1..];
        let (start, end) = (inside[0].start as usize, inside[inside.len() - 1].end as usize);
        self.tokens.truncate(opened + 1);
        self.push(What::Word, start, end, hash_bytes(&line[start..end]));
    }

    /// Takes the word that starts at `start`: as it is, or masked.
    fn word(&mut self, line: &[u8], start: usize) -> usize {
        let mut seen = 0;
        let mut at = start;
        while at < line.len() {
            let class = CLASS[usize::from(line[at])];
            if class & (SPACE | MARK | DOT) != 0 && (class & DOT == 0 || is_leader(line, at)) {
                break;
            }
            seen |= class;
            at += 1;
        }
        if at == start {
            let end = line[at..].iter().position(|b| *b != b'.').map_or(line.len(), |n| at + n);
            self.push(What::Leader, start, end, LEADER_HASH);
            return end;
        }
        if seen & PLAIN == 0
            && at - start <= 4
            && line.get(at) == Some(&b':')
            && let Some(end) = colon_address(line, start)
        {
            self.value(line, start, end);
            return end;
        }
        let word = &line[start..at];
        if is_value(word, seen) {
            self.value(line, start, at);
        } else if !(self.follows_value() && is_unit(word)) {
            self.push(What::Word, start, at, hash_bytes(word));
        } else {
            self.tokens.pop();
            if let Some(value) = self.tokens.last_mut() {
                value.end = at as u32;
            }
        }
        at
    }

    /// Whether a value and a space stand before what comes next.
    fn follows_value(&self) -> bool {
        matches!(self.tokens.as_slice(), [.., value, space] if value.what == What::Value && space.what == What::Space)
    }

    /// Puts a value, together with what before it belongs to it.
    fn value(&mut self, line: &[u8], start: usize, end: usize) {
        let mut start = start;
        self.drop_calendar(line, &mut start);
        if let Some(before) = self.value_before() {
            self.tokens.truncate(before + 1);
            self.tokens[before].end = end as u32;
            return;
        }
        if let [.., space, sign] = self.tokens.as_slice()
            && space.what == What::Space
            && matches!(sign.what, What::Mark(b'<' | b'>'))
        {
            start = sign.start as usize;
            self.tokens.pop();
        }
        if let [.., name, colon] = self.tokens.as_slice()
            && colon.what == What::Mark(b':')
            && name.what == What::Word
            && trimmed(&line[name.start as usize..name.end as usize]).contains(&b'.')
        {
            let name_start = name.start as usize;
            self.tokens.truncate(self.tokens.len() - 2);
            // A host with its port is one value, and may itself stand in a list.
            self.value(line, name_start, end);
            return;
        }
        self.push(What::Value, start, end, VALUE_HASH);
    }

    /// Takes names of days, months and time zones that stand before a number into the value.
    fn drop_calendar(&mut self, line: &[u8], start: &mut usize) {
        while let [.., name, space] = self.tokens.as_slice() {
            if space.what != What::Space || name.what != What::Word {
                return;
            }
            let word = &line[name.start as usize..name.end as usize];
            let after_value =
                matches!(self.tokens.as_slice(), [.., v, s, _, _] if v.what == What::Value && s.what == What::Space);
            if !(is_calendar(word) || after_value && is_zone(word)) {
                return;
            }
            *start = name.start as usize;
            self.tokens.truncate(self.tokens.len() - 2);
        }
    }

    /// The value that stands before the end with nothing but a list's marks between.
    fn value_before(&self) -> Option<usize> {
        for (at, token) in self.tokens.iter().enumerate().rev() {
            match token.what {
                What::Value => return Some(at),
                What::Space | What::Mark(b',' | b':' | b'|' | b';' | b'<' | b'>') => {}
                What::Word if token.hash == dash_hash() => {}
                _ => return None,
            }
        }
        None
    }
}

fn dash_hash() -> u64 {
    hash_bytes(b"-")
}

/// Whether what follows a word of `letters` letters and a colon makes an address of both: a URL, or a path on a drive.
fn is_address(follows: &[u8], letters: usize) -> bool {
    follows.starts_with(b"//") || letters == 1 && follows.starts_with(b"\\")
}

fn is_leader(line: &[u8], at: usize) -> bool {
    line[at..].starts_with(b"...")
}

/// The end of an address of groups of at most four hexadecimal digits between at least two colons.
fn colon_address(line: &[u8], start: usize) -> Option<usize> {
    let (mut colons, mut group, mut at) = (0, 0, start);
    while let Some(byte) = line.get(at) {
        match byte {
            b':' => (colons, group) = (colons + 1, 0),
            b if b.is_ascii_hexdigit() && group < 4 => group += 1,
            b if CLASS[usize::from(*b)] & (SPACE | MARK) != 0 || *b == b'.' => break,
            _ => return None,
        }
        at += 1;
    }
    let end = if line[at - 1] == b':' { at - 1 } else { at };
    (colons >= 2 && end - start >= 6).then_some(end)
}

/// Whether a word is certainly a value. `seen` is the sum of its bytes' classes.
fn is_value(word: &[u8], seen: u8) -> bool {
    if seen & DIGIT != 0 {
        return !is_numbered_name(word);
    }
    if seen & PLAIN == 0 && word.len() >= 8 {
        return true;
    }
    seen & SLASH != 0 && is_path(word)
}

/// Whether a word is a name that happens to have a digit: `ssh2`, `L3`, `utf8`. Where such names vary they are found to
/// be a parameter by comparison.
fn is_numbered_name(word: &[u8]) -> bool {
    word[0].is_ascii_alphabetic()
        && word.len() >= 2
        && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && word.iter().filter(|b| b.is_ascii_digit()).count() == 1
}

fn is_path(word: &[u8]) -> bool {
    let count = |slash: u8| word.iter().filter(|b| **b == slash).count();
    word.len() > 1 && word[0] == b'/' || count(b'/') >= 2 || count(b'\\') >= 2
}

/// Short names of what a number counts, or the stars of a number that did not fit its field; after a number they belong
/// to it.
fn is_unit(word: &[u8]) -> bool {
    if word.len() >= 2 && word.iter().all(|b| *b == b'*') {
        return true;
    }
    word.len() <= 5
        && matches!(
            word,
            b"B" | b"KB" | b"MB" | b"GB" | b"TB" | b"KiB" | b"MiB" | b"GiB" | b"bytes" | b"ms" | b"us" | b"ns"
        )
        || matches!(word, b"s" | b"sec" | b"secs" | b"min" | b"mins" | b"h" | b"%")
}

fn is_calendar(word: &[u8]) -> bool {
    word.len() == 3
        && matches!(
            word,
            b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun" | b"Jan" | b"Feb" | b"Mar" | b"Apr" | b"May"
        )
        || matches!(word, b"Jun" | b"Jul" | b"Aug" | b"Sep" | b"Oct" | b"Nov" | b"Dec")
}

fn is_zone(word: &[u8]) -> bool {
    matches!(
        word,
        b"UTC"
            | b"GMT"
            | b"CET"
            | b"CEST"
            | b"BST"
            | b"IST"
            | b"JST"
            | b"PDT"
            | b"PST"
            | b"EST"
            | b"EDT"
            | b"CST"
            | b"CDT"
            | b"MST"
            | b"MDT"
    )
}

fn trimmed(word: &[u8]) -> &[u8] {
    let word = word.strip_prefix(b".").unwrap_or(word);
    word.strip_suffix(b".").unwrap_or(word)
}

/// The shape as pieces that outlive the line. Bytes that are no text become the replacement character.
pub(crate) fn pieces(line: &[u8], tokens: &[Token]) -> Vec<Piece> {
    tokens
        .iter()
        .map(|token| match token.what {
            What::Space => Piece::Space,
            What::Mark(byte) => Piece::Mark(byte),
            What::Leader => Piece::Leader,
            What::Value => Piece::Value,
            What::Word => Piece::Word(String::from_utf8_lossy(&line[token.start as usize..token.end as usize]).into()),
        })
        .collect()
}
