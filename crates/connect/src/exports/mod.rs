//! Conversations in files that other desks write: Zendesk, Intercom, Freshdesk, Help Scout. What people said to each other is read
//! in its order; internal notes, drafts and fields of the desks' own never are.
//!
//! A file is one page of an API's answers, a list, or one object on each line. It is read whole or not at all.

mod freshdesk;
mod helpscout;
mod intercom;
mod zendesk;

use serde::{Deserialize, de::DeserializeOwned};

use crate::mail::{html_to_text, split_reply};

/// Which desk wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// Tickets with comments, or ticket events with comments.
    Zendesk,
    /// Conversations with their source and parts.
    Intercom,
    /// Tickets with conversations, or with notes.
    Freshdesk,
    /// Conversations with threads.
    HelpScout,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever asked.
    Requester,
    /// Whoever answered, a person or a machine.
    Desk,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub by: By,
    /// Their words, without what they quoted.
    pub text: String,
}

/// A conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Its id at that desk.
    pub id: String,
    /// Its subject; empty for chats.
    pub subject: String,
    /// What was said, oldest first.
    pub turns: Vec<Turn>,
    /// Names and addresses of people in it; either may be empty.
    pub people: Vec<(String, String)>,
}

/// Where a file is not of the form.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}: {expected}")]
pub struct Malformed {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What was expected there, or found instead.
    pub expected: String,
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        let told = error.to_string();
        let expected = told.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line: error.line(), column: error.column(), expected }
    }
}

/// Reads a file.
///
/// # Errors
/// Where it is not of the form, and what was expected there.
pub fn read(desk: Desk, text: &str) -> Result<Vec<Conversation>, Malformed> {
    let text = text.trim_start_matches('\u{feff}');
    match desk {
        Desk::Zendesk => zendesk::read(text),
        Desk::Intercom => intercom::read(text),
        Desk::Freshdesk => freshdesk::read(text),
        Desk::HelpScout => helpscout::read(text),
    }
}

/// The items of a list, or one on each line.
fn items<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, Malformed> {
    if text.trim_start().starts_with('[') {
        return Ok(serde_json::from_str(text)?);
    }
    let all: Result<Vec<T>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    Ok(all?)
}

/// Whether a text begins with an object that has this key.
fn has_key(text: &str, key: &str) -> bool {
    let first =
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Map<String, serde_json::Value>>().next();
    matches!(first, Some(Ok(map)) if map.contains_key(key))
}

/// Words of a message: its plain text where there is one, else what a reader sees of its markup.
fn words(plain: Option<&str>, markup: Option<&str>) -> String {
    let plain = plain.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let text = plain.or_else(|| markup.map(|html| html_to_text(html).visible)).unwrap_or_default();
    split_reply(&text).latest.trim().to_owned()
}

fn turn(by: By, text: String) -> Option<Turn> {
    (!text.is_empty()).then_some(Turn { by, text })
}

/// An id as one desk writes a number and another a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(untagged)]
enum Id {
    Number(i64),
    Text(String),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests;
