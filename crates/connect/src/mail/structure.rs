//! Where the parts of a message begin and end.
//!
//! One pass over the lines with a stack of boundaries, so that time is linear and the depth of a
//! hostile message costs nothing: below the cap a multipart is one opaque part. Messages inside the
//! message are opaque too; nothing here ever recurses.

use super::fields::Fields;
use super::types::{Limits, Oddity};

/// What a leaf is, by its declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeafKind {
    Plain,
    Html,
    Other,
}

/// A part without parts.
#[derive(Debug)]
pub(crate) struct Leaf<'a> {
    pub(crate) fields: Fields,
    pub(crate) media_type: String,
    pub(crate) kind: LeafKind,
    pub(crate) body: &'a [u8],
    /// In `multipart/alternative`, at any height: another form of its neighbours.
    pub(crate) in_alternative: bool,
}

struct Level {
    boundary: Vec<u8>,
    alternative: bool,
    digest: bool,
}

enum State {
    Headers {
        start: usize,
    },
    Leaf {
        fields: Fields,
        media_type: String,
        start: usize,
    },
    /// Before the first and after the last part of a multipart.
    Between,
}

struct Walk<'a, 'l> {
    raw: &'a [u8],
    limits: &'l Limits,
    levels: Vec<Level>,
    state: State,
    leaves: Vec<Leaf<'a>>,
    oddities: Vec<Oddity>,
}

/// The leaves of a message in order.
pub(crate) fn leaves<'a>(raw: &'a [u8], limits: &Limits) -> (Vec<Leaf<'a>>, Vec<Oddity>) {
    let mut walk = Walk {
        raw,
        limits,
        levels: Vec::new(),
        state: State::Headers { start: 0 },
        leaves: Vec::new(),
        oddities: Vec::new(),
    };
    let mut at = 0;
    while at < raw.len() {
        let rest = raw.get(at..).unwrap_or_default();
        let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
        let line = rest.get(..length).unwrap_or_default();
        walk.line(at, line);
        at += length;
    }
    walk.finish();
    (walk.leaves, walk.oddities)
}

impl Walk<'_, '_> {
    fn line(&mut self, at: usize, line: &[u8]) {
        if let Some((level, last)) = self.boundary(line) {
            self.close(at);
            self.levels.truncate(level + 1);
            self.state = if last {
                self.levels.truncate(level);
                State::Between
            } else {
                State::Headers { start: at + line.len() }
            };
            return;
        }
        if let State::Headers { start } = self.state
            && line.iter().all(u8::is_ascii_whitespace)
        {
            self.open(start, at, at + line.len());
        }
    }

    /// The level whose boundary this line is, and whether it is the last one.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let after = line.strip_prefix(b"--")?;
        self.levels.iter().enumerate().rev().find_map(|(level, l)| {
            let rest = after.strip_prefix(l.boundary.as_slice())?;
            let (last, rest) = match rest.strip_prefix(b"--") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            rest.iter().all(u8::is_ascii_whitespace).then_some((level, last))
        })
    }

    /// The fields from `start` to `end` are complete.
    fn open(&mut self, start: usize, end: usize, body: usize) {
        let block = self.raw.get(start..end).unwrap_or_default();
        let fields = Fields::read(block, self.limits);
        let in_digest = self.levels.last().is_some_and(|l| l.digest);
        let media_type = match fields.first("content-type") {
            Some(value) => media_type(value),
            None if in_digest => "message/rfc822".to_owned(),
            None => "text/plain".to_owned(),
        };
        if let Some(subtype) = media_type.strip_prefix("multipart/") {
            let boundary = fields.first("content-type").and_then(|v| parameter(v, "boundary"));
            match boundary.filter(|b| !b.is_empty() && b.len() <= 1000) {
                Some(_) if self.levels.len() >= self.limits.nesting => {
                    self.oddities.push(Oddity::NestedTooDeep);
                }
                Some(boundary) => {
                    self.levels.push(Level {
                        boundary: boundary.into_bytes(),
                        alternative: subtype == "alternative",
                        digest: subtype == "digest",
                    });
                    self.state = State::Between;
                    return;
                }
                None => self.oddities.push(Oddity::BoundaryMissing),
            }
        }
        self.state = State::Leaf { fields, media_type, start: body };
    }

    /// The current part ends before `at`.
    fn close(&mut self, at: usize) {
        if let State::Headers { start } = self.state {
            self.open(start, at, at);
        }
        let State::Leaf { fields, media_type, start } = std::mem::replace(&mut self.state, State::Between) else {
            return;
        };
        if self.leaves.len() >= self.limits.parts {
            self.oddities.push(Oddity::PartsCut);
            return;
        }
        let mut body = self.raw.get(start..at.max(start)).unwrap_or_default();
        if !self.levels.is_empty() {
            // The line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
            body = body.strip_suffix(b"\n").unwrap_or(body);
            body = body.strip_suffix(b"\r").unwrap_or(body);
        }
        // A multipart without a boundary is read as text: better seen than lost.
        let unread = media_type.starts_with("multipart/") && self.levels.len() < self.limits.nesting;
        let kind = match media_type.as_str() {
            "text/plain" | "text" => LeafKind::Plain,
            "text/html" => LeafKind::Html,
            _ if unread => LeafKind::Plain,
            _ => LeafKind::Other,
        };
        let in_alternative = self.levels.iter().any(|l| l.alternative);
        self.leaves.push(Leaf { fields, media_type, kind, body, in_alternative });
    }

    fn finish(&mut self) {
        let open = !self.levels.is_empty();
        if open {
            self.oddities.push(Oddity::MultipartUnterminated);
        }
        self.close(self.raw.len());
    }
}

/// `type/subtype` in lower case, without parameters.
pub(crate) fn media_type(value: &str) -> String {
    let bare = value.split(';').next().unwrap_or_default();
    bare.chars().filter(|c| c.is_ascii_graphic()).take(100).collect::<String>().to_ascii_lowercase()
}

/// A parameter of a structured field, unquoted. RFC 2231 forms are read elsewhere.
pub(crate) fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = next_semicolon(rest) {
        rest = rest.get(at + 1..)?;
        let (key, after) = rest.split_once('=')?;
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let after = after.trim_start();
        let Some(quoted) = after.strip_prefix('"') else {
            let end = after.find([';', ' ', '\t']).unwrap_or(after.len());
            return after.get(..end).map(str::to_owned);
        };
        let mut out = String::new();
        let mut chars = quoted.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => out.extend(chars.next()),
                c => out.push(c),
            }
        }
        return Some(out);
    }
    None
}

/// The next `;` that does not stand between quotes.
fn next_semicolon(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}
