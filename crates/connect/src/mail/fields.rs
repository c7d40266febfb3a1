//! Header fields as they stand, bounded before any parser sees them.

use super::types::{Limits, Oddity};

/// Unfolded fields of one header block in order.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    fields: Vec<(String, String)>,
    pub(crate) cut: bool,
}

impl Fields {
    /// Reads a block. Lines that are no field are skipped; 8-bit values are read as UTF-8 or, failing
    /// that, Windows-1252.
    pub(crate) fn read(block: &[u8], limits: &Limits) -> Self {
        let mut out = Self { fields: Vec::new(), cut: block.len() > limits.header_bytes };
        let block = block.get(..limits.header_bytes).unwrap_or(block);
        let mut current: Option<(String, Vec<u8>)> = None;
        for line in block.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some((_, value)) = &mut current {
                    out.cut |= append(value, line, limits.field_bytes);
                }
                continue;
            }
            out.keep(current.take());
            current = start_of_field(line).map(|(name, first)| {
                let mut value = Vec::new();
                out.cut |= append(&mut value, first, limits.field_bytes);
                (name, value)
            });
        }
        out.keep(current);
        out
    }

    fn keep(&mut self, field: Option<(String, Vec<u8>)>) {
        if let Some((name, value)) = field {
            let value = super::decode::charset(None, &value).text.replace('\0', "\u{FFFD}");
            self.fields.push((name, value.trim().to_owned()));
        }
    }

    /// The first field of this name (lower case).
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All fields of this name (lower case), top first.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The fields as a block that a parser may see: bounded, one line each.
    pub(crate) fn block(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, value) in &self.fields {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

/// Appends up to the limit; says whether something was cut.
fn append(value: &mut Vec<u8>, line: &[u8], limit: usize) -> bool {
    let room = limit.saturating_sub(value.len());
    value.extend_from_slice(line.get(..room).unwrap_or(line));
    line.len() > room
}

fn start_of_field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|b| *b == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let printable = !name.is_empty() && name.len() <= 100 && name.iter().all(u8::is_ascii_graphic);
    let name = printable.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())?;
    Some((name, line.get(colon + 1..)?))
}

/// Ids between angle brackets; without any, bare words that look like one.
pub(crate) fn message_ids(value: &str) -> Vec<String> {
    let bracketed: Vec<String> = value
        .split('<')
        .skip(1)
        .filter_map(|piece| piece.split_once('>').map(|(id, _)| id.trim().to_owned()))
        .filter(|id| well_formed(id))
        .collect();
    if !bracketed.is_empty() {
        return bracketed;
    }
    value.split_whitespace().filter(|word| well_formed(word)).map(str::to_owned).collect()
}

/// Whether this can be an id: one `@` with something on both sides, no blanks or brackets.
pub(crate) fn well_formed(id: &str) -> bool {
    let parts: Vec<&str> = id.split('@').collect();
    id.len() <= 500
        && matches!(parts.as_slice(), [left, right] if !left.is_empty() && !right.is_empty())
        && id.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>'))
}

/// The message's id, or what is odd about it.
pub(crate) fn message_id(fields: &Fields) -> Result<String, Oddity> {
    let all: Vec<&str> = fields.all("message-id").collect();
    match all.as_slice() {
        [] => Err(Oddity::MessageIdMissing),
        [one] => match message_ids(one).as_slice() {
            [id] => Ok(id.clone()),
            _ => Err(Oddity::MessageIdMalformed),
        },
        _ => Err(Oddity::MessageIdDuplicate),
    }
}
