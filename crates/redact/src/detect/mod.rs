//! The detectors: one file per family, each adding what it finds in a [`View`].
//!
//! All work in linear time: the patterns are run by an engine without backtracking, and what is
//! checked afterwards looks at a bounded stretch around each candidate.

mod email;
mod ip;
mod number;
mod person;
mod phone;
mod secret;

use std::sync::LazyLock;

use regex::Regex;

use crate::class::Class;
use crate::find::{Detector, Finding};
use crate::view::View;

/// Adds everything found in `text`.
pub(crate) fn find(text: &str, out: &mut Vec<Finding>) {
    let view = View::plain(text);
    let mut seen = Seen { view: &view, out };
    email::find(&mut seen);
    secret::find(&mut seen);
    number::find(&mut seen);
    ip::find(&mut seen);
    phone::find(&mut seen);
    person::find(&mut seen);
}

/// The text under search and the findings so far.
struct Seen<'a> {
    view: &'a View,
    out: &'a mut Vec<Finding>,
}

impl<'a> Seen<'a> {
    fn text(&self) -> &'a str {
        &self.view.text
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
