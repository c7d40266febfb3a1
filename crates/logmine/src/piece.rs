//! What a shape is made of.

use serde::{Deserialize, Serialize};

/// How a value is written in a template.
pub(crate) const WILDCARD: &str = "<*>";

/// One piece of a shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Piece {
    /// White space, however much.
    Space,
    /// Punctuation that separates words: `=`, `:`, brackets, quotes.
    Mark(u8),
    /// A row of three dots or more, which fills a line between a name and its value.
    Leader,
    /// Something masked: certainly a value.
    Value,
    /// A word as it was written.
    Word(Box<str>),
    /// A place where words differ from line to line; only in shapes that stand for many.
    Any,
}

impl Piece {
    /// Whether words or values stand here, as opposed to what separates them.
    pub(crate) fn holds(&self) -> bool {
        matches!(self, Self::Value | Self::Word(_) | Self::Any)
    }

    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether a value or a group may begin after this.
    pub(crate) fn opens(&self) -> bool {
        matches!(self, Self::Mark(b'=' | b':' | b'(' | b'[' | b'{' | b'"' | b'\''))
    }
}

/// Pieces as a template is read by people. A wildcard next to another, with nothing but marks of a value between, is one.
pub(crate) fn render(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Space => out.push(' '),
            Piece::Mark(byte) => out.push(char::from(*byte)),
            Piece::Leader => out.push_str("..."),
            Piece::Word(word) => out.push_str(word),
            Piece::Value | Piece::Any => {
                if !out.ends_with(WILDCARD) {
                    out.push_str(WILDCARD);
                }
            }
        }
    }
    out
}

/// Mixes the next piece's hash into a shape's.
pub(crate) fn mix(hash: u64, next: u64) -> u64 {
    (hash.rotate_left(23) ^ next).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A word's hash; the same on every machine and in every version, because template ids are made of it.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = 0x51_7C_C1_B7_27_22_0A_95 ^ (bytes.len() as u64);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        hash = mix(hash, u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut last = [0u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = mix(hash, u64::from_le_bytes(last));
    }
    hash ^ (hash >> 29)
}

/// A hash of a shape's marks and of where it has words; the same for shapes that can be compared word by word.
pub(crate) fn layout_of(pieces: &[Piece]) -> u64 {
    pieces.iter().fold(0, |hash, piece| {
        mix(
            hash,
            match piece {
                Piece::Space => 1,
                Piece::Leader => 2,
                Piece::Mark(byte) => 4 + u64::from(*byte),
                Piece::Value | Piece::Any | Piece::Word(_) => 3,
            },
        )
    })
}
