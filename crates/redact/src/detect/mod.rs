//! The detectors: one file per family, each adding what it finds in a [`View`].
//!
//! All work in linear time: the patterns are run by an engine without backtracking, and what is
//! checked afterwards looks at a bounded stretch around each candidate.

mod address;
mod email;
mod identity;
mod ip;
mod name;
mod number;
mod phone;
mod place;
mod secret;
mod surroundings;
mod time;

use std::sync::LazyLock;

use regex::Regex;

use crate::class::Class;
use crate::find::{Detector, Finding, Reach};
use crate::lexicon::Marks;
use crate::tokens::{Kind, Token, tokens};
use crate::view::View;

/// Adds everything found in `text`.
pub(crate) fn find(text: &str, reach: Reach, out: &mut Vec<Finding>) {
    let view = View::plain(text);
    let tokens = tokens(&view.text);
    let mut seen = Seen { english: is_english(&tokens), tokens: &tokens, view: &view, reach, out };
    email::find(&mut seen);
    secret::find(&mut seen);
    number::find(&mut seen);
    identity::find(&mut seen);
    ip::find(&mut seen);
    phone::find(&mut seen);
    time::find(&mut seen);
    address::find(&mut seen);
    name::find(&mut seen);
}

/// Whether most of the small words are English: only then does a capital inside a sentence say anything.
fn is_english(tokens: &[Token]) -> bool {
    let small = || tokens.iter().filter(|t| t.kind == Kind::Lower && t.end - t.start > 2);
    let english = small().filter(|t| t.is(Marks::ENGLISH)).count();
    english * 10 >= small().count() * 7
}

/// The text under search and the findings so far.
struct Seen<'a> {
    view: &'a View,
    tokens: &'a [Token],
    english: bool,
    reach: Reach,
    out: &'a mut Vec<Finding>,
}

impl<'a> Seen<'a> {
    fn text(&self) -> &'a str {
        &self.view.text
    }

    /// What merely stands near people.
    fn mention(&mut self, class: Class, span: (usize, usize)) {
        if self.reach == Reach::Everything {
            self.add(class, Detector::Structure, span);
        }
    }

    fn add(&mut self, class: Class, detector: Detector, (start, end): (usize, usize)) {
        if let Some((start, end)) = self.view.original(start, end) {
            self.out.push(Finding { class, start, end, detector });
        }
    }
}

/// A pattern of this crate, compiled once. A pattern that does not compile fails every test.
macro_rules! pattern {
    ($($part:expr),+ $(,)?) => {
        std::sync::LazyLock::new(|| {
            regex::Regex::new(concat!($($part),+)).expect("a valid pattern")
        })
    };
}
use pattern;

type Pattern = LazyLock<Regex>;

/// At most this many bytes before `at`, from a character boundary on.
fn before(text: &str, at: usize, bytes: usize) -> &str {
    let start = text.floor_char_boundary(at.saturating_sub(bytes));
    text.get(start..at).unwrap_or_default()
}

/// At most this many bytes from `at` on.
fn after(text: &str, at: usize, bytes: usize) -> &str {
    let end = text.floor_char_boundary((at + bytes).min(text.len()));
    text.get(at..end).unwrap_or_default()
}

fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

fn char_after(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
