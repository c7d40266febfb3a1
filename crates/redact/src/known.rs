//! Values that are known of a ticket's people: an exact match beats recognition.

use std::collections::BTreeSet;
use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::class::Class;
use crate::find::{Detector, Finding};
use crate::lexicon::{self, Marks};
use crate::view::{View, folded};

/// One thing that is known: a name, an address, an order number. Its `Debug` hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub class: Class,
    /// The value as recorded. Matching ignores case, diacritics and the width of spaces; a phone
    /// number is matched by its digits; of a person's name each part of three letters or more also
    /// counts alone, also with one letter wrong where it has five or more. Names of up to three words count in any order.
    /// Values of fewer than two letters or digits are passed over, because hiding
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
    /// Parts that count with one letter wrong.
    parts: Vec<(Class, String)>,
}

/// Letters from which on a word with one letter wrong is still the same word.
const MISSPELT_FROM: usize = 5;

impl KnownSet {
    pub fn new(known: &[Known]) -> Result<Self, regex::Error> {
        let mut cautious = BTreeSet::new();
        let mut patterns = Vec::new();
        let mut parts = BTreeSet::new();
        for class in Class::ALL {
            let mut alternatives = BTreeSet::new();
            for value in known.iter().filter(|known| known.class == class).map(|known| folded(&known.value)) {
                if value.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                    continue;
                }
                alternatives.insert(pattern(class, &value));
                if matches!(class, Class::Person | Class::Other | Class::Address) {
                    alternatives.extend(in_other_orders(&value).iter().map(|value| pattern(class, value)));
                    may_be_misspelt(class, &value, &mut parts);
                }
                if class == Class::Person {
                    name_parts(&value, &mut alternatives, &mut cautious);
                    let spelt = spelt_out(known, &value);
                    spelt.iter().for_each(|value| name_parts(value, &mut alternatives, &mut cautious));
                }
            }
            patterns.extend(any_of(alternatives)?.map(|regex| (class, regex)));
        }
        Ok(Self { patterns, cautious: any_of(cautious)?, parts: parts.into_iter().collect() })
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
        for (start, word) in words(&view.text) {
            if let Some(class) = self.misspelt(word) {
                add(class, start, start + word.len(), false);
            }
        }
    }

    /// Whose name a word is but for one letter; none for everyday words.
    fn misspelt(&self, word: &str) -> Option<Class> {
        if self.parts.is_empty() || !(MISSPELT_FROM - 1..=48).contains(&word.len()) {
            return None;
        }
        let (class, _) = self.parts.iter().find(|(_, part)| one_letter_apart(part, word))?;
        let everyday = Marks::ENGLISH | Marks::DOUBTFUL | Marks::NOBODY | Marks::MONTH | Marks::DAY | Marks::STREET;
        (!lexicon::marks(word).any(everyday)).then_some(*class)
    }
}

/// The words of a folded text with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(char::is_alphabetic)?;
        let rest = text.get(start..)?;
        let word = rest.split(|c: char| !c.is_alphabetic()).next()?;
        at = start + word.len();
        Some((start, word))
    })
}

/// Whether one letter is missing, added, changed, or two neighbours are swapped.
fn one_letter_apart(a: &str, b: &str) -> bool {
    if a.len().abs_diff(b.len()) > 4 || a == b {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (short, long) = (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    match (short, long) {
        (short, [_, rest @ ..]) if short == rest => true,
        ([_, short @ ..], [_, long @ ..]) if short == long => true,
        ([a, b, short @ ..], [c, d, long @ ..]) => (a, b) == (d, c) && short == long,
        _ => false,
    }
}

/// The words of a value that count with one letter wrong: long, and no everyday words.
fn may_be_misspelt(class: Class, value: &str, parts: &mut BTreeSet<(Class, String)>) {
    let everyday = Marks::ENGLISH | Marks::STREET | Marks::FIRM | Marks::PLACE | Marks::NOBODY;
    for (_, word) in words(value).take(6) {
        let long = word.chars().count() >= MISSPELT_FROM;
        if long && !PARTICLES.contains(&word) && (class == Class::Person || !lexicon::marks(word).any(everyday)) {
            parts.insert((class, word.to_owned()));
        }
    }
}

/// A value of two or three words in every other order.
fn in_other_orders(value: &str) -> Vec<String> {
    let words: Vec<&str> = value.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    match words.as_slice() {
        [a, b] => vec![format!("{b} {a}")],
        [a, b, c] => [[a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]].map(|o| o.map(|w| *w).join(" ")).to_vec(),
        _ => Vec::new(),
    }
}

/// The name with its umlauts as two letters, as people without the keys write it.
fn spelt_out(known: &[Known], folded_name: &str) -> Vec<String> {
    let written = known.iter().filter(|known| known.class == Class::Person && folded(&known.value) == folded_name);
    let written = written.filter(|known| known.value.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü', 'å', 'Å', 'ø', 'Ø']));
    let pairs = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe")];
    written
        .map(|known| folded(&pairs.iter().fold(known.value.to_lowercase(), |name, (one, two)| name.replace(one, two))))
        .collect()
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
