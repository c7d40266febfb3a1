//! How placeholders are written, and what resembles one.

use std::fmt;

use crate::class::Class;

/// What sets one request's placeholders apart from every other's: 40 random bits, handed in.
/// Written as eight letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namespace([u8; 5]);

/// Without the letters I, L, O and U, which are mistaken for others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Namespace {
    /// `random` must be fresh for each request.
    pub const fn new(random: [u8; 5]) -> Self {
        Self(random)
    }

    pub(crate) const fn bytes(self) -> [u8; 5] {
        self.0
    }

    /// The placeholder of the `number`-th value of this class.
    pub(crate) fn placeholder(self, class: Class, number: u32) -> String {
        format!("{class}_{self}_{number}")
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let letter = |place: u64| char::from(ALPHABET[((bits >> (5 * place)) & 31) as usize]);
        (0..8).rev().try_for_each(|place| write!(f, "{}", letter(place)))
    }
}

/// What a placeholder is made of; also the backslash, which models put before underscores.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'\\'
}

/// Start and end of every longest run of such bytes.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|b| is_word(*b))?;
        let length = bytes.get(start..)?.iter().position(|b| !is_word(*b));
        at = length.map_or(bytes.len(), |length| start + length);
        Some((start, at))
    })
}

/// Whether a word could be taken for a placeholder of this or of any request: it holds the
/// namespace, or ends like `class_anything_1` or `class_1`, in whatever case.
pub(crate) fn resembles(word: &str, namespace: Namespace) -> bool {
    if !word.contains('_') && word.len() < 8 {
        return false;
    }
    let word = word.replace('\\', "").to_ascii_uppercase();
    if word.contains(&namespace.to_string()) {
        return true;
    }
    let mut parts = word.trim_matches('_').rsplit('_');
    let (Some(number), Some(before)) = (parts.next(), parts.next()) else { return false };
    let mut classes = Class::ALL.iter().map(|class| class.name().to_ascii_uppercase());
    let middle = parts.next();
    number.bytes().any(|b| b.is_ascii_digit())
        && number.len() <= 12
        && classes.any(|class| before == class || middle.is_some_and(|part| part.ends_with(&class)))
}

/// The first word that is written exactly like a placeholder of some request: in a text for people it means that something was
/// never put back.
pub fn left_over(text: &str) -> Option<&str> {
    let placeholder = |word: &&str| {
        let mut parts = word.trim_matches('_').split('_');
        let (Some(class), Some(namespace), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        class.parse::<Class>().is_ok()
            && namespace.len() == 8
            && namespace.bytes().all(|b| ALPHABET.contains(&b))
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    };
    words(text).filter_map(|(start, end)| text.get(start..end)).find(placeholder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_put_back_is_seen() {
        let name = Namespace::new([1, 2, 3, 4, 5]).placeholder(Class::Person, 7);
        assert_eq!(left_over(&format!("Dear **{name}**, thanks")), Some(name.as_str()));
        assert_eq!(left_over("see email_1, person_7QK4M2XD, order_7QK4M2XD_1 and snake_case_name_12"), None);
    }
}
