//! Texts of leads in TOML: read whole, and every problem told with its line.

use std::{ops::Range, str::FromStr};

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::{policy::Problem, words::UnknownWord};

/// A text, and from places in it to its lines.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    text: &'a str,
}

impl<'a> Lines<'a> {
    pub const fn of(text: &'a str) -> Self {
        Self { text }
    }

    /// Reads the whole text.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Vec<Problem>> {
        toml::from_str(self.text).map_err(|e| {
            let first = e.message().lines().next().unwrap_or("it does not read").to_owned();
            let line = e.span().map_or(1, |span| self.number(&span));
            vec![Problem::at(line, format!("This does not read as TOML: {first}."))]
        })
    }

    fn number(self, span: &Range<usize>) -> usize {
        self.text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1
    }

    /// The line the words of a text begin at: one further down where the quotes stand alone on theirs.
    pub fn content(self, place: &Spanned<String>) -> usize {
        let alone = self.text.get(place.span()).is_some_and(|t| t.starts_with("'''\n") || t.starts_with("\"\"\"\n"));
        self.number(&place.span()) + usize::from(alone)
    }

    pub fn at<T>(self, place: &Spanned<T>, why: String) -> Problem {
        Problem::at(self.number(&place.span()), why)
    }

    /// Reads a word of a closed list, or notes that it is none.
    pub fn word<T: FromStr<Err = UnknownWord>>(
        self,
        written: &Spanned<String>,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        match written.get_ref().parse() {
            Ok(member) => Some(member),
            Err(unknown) => {
                problems.push(self.at(written, format!("{unknown}.")));
                None
            }
        }
    }
}
