//! Values that are known of a ticket's people: an exact match beats recognition.

use std::collections::BTreeSet;
use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::class::Class;
use crate::find::{Detector, Finding};
use crate::view::{View, folded};

/// One thing that is known: a name, an address, an order number. Its `Debug` hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub class: Class,
    /// The value as recorded. Matching ignores case, diacritics and the width of spaces; a phone
    /// number is matched by its digits; of a person's name each part of three letters or more also
    /// counts alone. Values of fewer than two letters or digits are passed over, because hiding
    /// every "a" would hide the text.
    pub value: String,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({}, …)", self.class)
    }
}

/// Parts of names that say nothing about who it is.
const PARTICLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "van", "von", "der", "den", "del", "della", "des", "bin", "ibn",
    "and", "the", "und", "les", "las", "los", "jr", "sen", "phd",
];

/// First names that are everyday words as well; alone they count only when written with a capital.
const WORDS: &[&str] = &[
    "will", "may", "mark", "bill", "grant", "hope", "joy", "rose", "grace", "art", "april", "june", "august", "summer",
    "autumn", "dawn", "faith", "frank", "jack", "rob", "sue", "pat", "drew", "chance", "chase", "page", "case", "long",
    "young", "short", "brown", "white", "black", "green", "gray", "king", "good", "best", "day", "price", "bank",
    "banks", "field", "fields", "park", "parks", "street", "hand", "man", "new", "little", "son", "mai", "max", "rich",
    "dean", "guy", "ray", "don", "ben", "see", "can", "son", "power", "post", "free", "love",
];

/// The known values of one request, ready to search for.
pub(crate) struct KnownSet {
    /// One pattern per class present; none where nothing is known.
    patterns: Vec<(Class, Regex)>,
    /// Parts that need a capital.
    cautious: Option<Regex>,
}

impl KnownSet {
    pub fn new(known: &[Known]) -> Result<Self, regex::Error> {
        let mut cautious = BTreeSet::new();
        let mut patterns = Vec::new();
        for class in Class::ALL {
            let mut alternatives = BTreeSet::new();
            for value in known.iter().filter(|known| known.class == class).map(|known| folded(&known.value)) {
                if value.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                    continue;
                }
                alternatives.insert(pattern(class, &value));
                if class == Class::Person {
                    name_parts(&value, &mut alternatives, &mut cautious);
                }
            }
            patterns.extend(any_of(alternatives)?.map(|regex| (class, regex)));
        }
        Ok(Self { patterns, cautious: any_of(cautious)? })
    }

    /// Adds every occurrence in `text`.
    pub fn find(&self, text: &str, out: &mut Vec<Finding>) {
        if self.patterns.is_empty() {
            return;
        }
        let view = View::folded(text);
        let mut add = |class, start, end, capital: bool| {
            let Some((start, end)) = view.original(start, end) else { return };
            let found = text.get(start..end).unwrap_or_default();
            if !capital || found.starts_with(char::is_uppercase) {
                out.push(Finding { class, start, end, detector: Detector::Known });
            }
        };
        for (class, regex) in &self.patterns {
            for found in regex.find_iter(&view.text) {
                add(*class, found.start(), found.end(), false);
            }
        }
        for found in self.cautious.iter().flat_map(|regex| regex.find_iter(&view.text)) {
            add(Class::Person, found.start(), found.end(), true);
        }
    }
}

fn name_parts(name: &str, parts: &mut BTreeSet<String>, cautious: &mut BTreeSet<String>) {
    for part in name.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        let part = part.trim_matches('\'');
        if part.chars().count() < 3 || PARTICLES.contains(&part) {
            continue;
        }
        // A possessive or genitive s belongs to the name.
        let pattern = format!("{}s?{}", bounded_start(part), END);
        if WORDS.contains(&part) {
            cautious.insert(pattern)
        } else {
            parts.insert(pattern)
        };
    }
}

/// ASCII boundaries only: scripts without spaces between words have no others.
const END: &str = r"(?-u:\b)";

fn bounded_start(value: &str) -> String {
    let edge = if value.starts_with(|c: char| c.is_ascii_alphanumeric()) { END } else { "" };
    format!("{edge}{}", regex::escape(value))
}

/// The pattern of a whole folded value.
fn pattern(class: Class, value: &str) -> String {
    let digits: Vec<String> = value.chars().filter(char::is_ascii_digit).map(String::from).collect();
    if class == Class::Phone && digits.len() >= 6 && !value.contains(char::is_alphabetic) {
        return digits.join(r"[ ().\-/]{0,3}");
    }
    let words: Vec<String> = value.split_whitespace().map(regex::escape).collect();
    let body = words.join(r"[\s,]{1,8}");
    // A number or address that is known is hidden inside a longer word too: the word goes as a whole.
    if digits.len() >= 4 || value.contains('@') {
        return body;
    }
    let edge = |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric()) { END } else { "" };
    let trimmed = value.trim();
    format!("{}{body}{}", edge(trimmed.chars().next()), edge(trimmed.chars().next_back()))
}

/// Longer alternatives first, so that a full name is one finding.
fn any_of(alternatives: BTreeSet<String>) -> Result<Option<Regex>, regex::Error> {
    if alternatives.is_empty() {
        return Ok(None);
    }
    let mut alternatives: Vec<String> = alternatives.into_iter().collect();
    alternatives.sort_by_key(|alternative| std::cmp::Reverse(alternative.len()));
    RegexBuilder::new(&alternatives.join("|")).size_limit(64 << 20).build().map(Some)
}
