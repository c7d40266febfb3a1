//! A line's parameters with their kinds.

use serde::{Deserialize, Serialize};

use crate::cut::{Cutter, What, pieces};
use crate::miner::{Stream, Templates};
use crate::piece::Piece;
use crate::shapes::held;

/// What a parameter is, as far as its writing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Digits, with or without a sign.
    Integer,
    /// A number with a fraction.
    Decimal,
    /// `0x...`, or a long word of hexadecimal digits.
    Hexadecimal,
    /// An IPv4 or IPv6 address, with or without a port.
    Address,
    /// 8-4-4-4-12 hexadecimal digits.
    Uuid,
    /// `scheme://...`.
    Url,
    /// A path in a file system or of a request.
    Path,
    /// A clock time or a date.
    Time,
    /// A number with its unit.
    Quantity,
    /// A name with a number in it: a block, an order, an attempt.
    Identifier,
    /// A word that varies.
    Word,
    /// Several values in a row.
    List,
}

/// One parameter of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What it is.
    pub kind: Kind,
    /// Its text, as it was written.
    pub text: String,
}

impl Stream {
    /// The parameters of a line of this stream, in their order, under the templates of [`Stream::templates`]. A line whose
    /// shape is unknown still gives what is certainly a value.
    pub fn parameters(&self, templates: &Templates, line: &[u8]) -> Vec<Parameter> {
        let read = &line[..line.len().min(self.shapes.limits.line_bytes)];
        let mut cutter = Cutter::default();
        let tokens = cutter.cut(read, self.shapes.limits.tokens).to_vec();
        let slot = self.shapes.find(cutter.hash(), &pieces(read, &tokens));
        let form = slot.map(|slot| templates.form(slot)).unwrap_or_default();
        held(&tokens)
            .filter(|(place, token)| token.what == What::Value || form.get(*place) == Some(&Piece::Any))
            .map(|(_, token)| {
                let text = String::from_utf8_lossy(&read[token.start as usize..token.end as usize]).into_owned();
                Parameter { kind: kind(&text), text }
            })
            .collect()
    }
}

/// What a text is, by its writing alone.
fn kind(text: &str) -> Kind {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.trim_start_matches(['-', '+']);
    if digits(unsigned) {
        Kind::Integer
    } else if unsigned.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b)) {
        Kind::Decimal
    } else if is_uuid(text) {
        Kind::Uuid
    } else if text.contains("://") {
        Kind::Url
    } else if is_address(text) {
        Kind::Address
    } else if is_time(text) {
        Kind::Time
    } else if text.starts_with('/') || text.contains('\\') || text.matches('/').count() >= 2 {
        Kind::Path
    } else if is_hexadecimal(text) {
        Kind::Hexadecimal
    } else if is_quantity(text) {
        Kind::Quantity
    } else if text.contains([' ', ',']) {
        Kind::List
    } else if text.bytes().any(|b| b.is_ascii_digit()) {
        Kind::Identifier
    } else {
        Kind::Word
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(|part| (part.len(), part.bytes().all(|b| b.is_ascii_hexdigit())));
    lengths.eq([8, 4, 4, 4, 12].map(|length| (length, true)))
}

fn is_address(text: &str) -> bool {
    let text = text.trim_start_matches('/');
    text.parse::<std::net::IpAddr>().is_ok() || text.parse::<std::net::SocketAddr>().is_ok()
}

fn is_time(text: &str) -> bool {
    let clock = text.split(':').count() >= 2 && text.bytes().all(|b| b.is_ascii_digit() || b":.,".contains(&b));
    let head = text.get(..10).unwrap_or_default();
    let date = head
        .bytes()
        .enumerate()
        .all(|(at, b)| if at == 4 || at == 7 { b"-/".contains(&b) } else { b.is_ascii_digit() });
    clock || head.len() == 10 && date
}

fn is_hexadecimal(text: &str) -> bool {
    let (body, least) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).map_or((text, 8), |body| (body, 1));
    body.len() >= least && body.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_quantity(text: &str) -> bool {
    let number = text.trim_start_matches(['-', '+', '<', '>']);
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
    unit.len() < number.len()
        && (1..=5).contains(&unit.len())
        && unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%')
}
