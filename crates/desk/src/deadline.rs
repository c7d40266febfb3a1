//! Deadlines a requester names: the words, where they stand, and the instant when it can be told.

use serde::{Deserialize, Serialize};

use crate::{closed_list, folded::Folded, ids::MessageId, language::Language, time::Timestamp};

mod read;
mod resolve;
#[cfg(test)]
mod tests;
mod words;

use read::{When, expression};
use resolve::resolve;
use words::{Cue, Meaning, look};

closed_list! {
    /// How exactly a deadline was named.
    pub enum Precision ("precision") {
        /// An hour was named.
        Hour = "hour",
        /// A day, a week's end or a month's end.
        Day = "day",
    }
}

/// A deadline somebody named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The quoted words.
    pub quote: String,
    /// Character offsets of the quote in the text that was read.
    pub span: (usize, usize),
    /// The instant; of a day without an hour, its last second, in UTC. None when the words do not say, or say
    /// something that is past or absurd.
    pub due: Option<Timestamp>,
    /// How exactly it was named.
    pub precision: Precision,
    /// The message that was read, where the words come from one.
    pub message: Option<MessageId>,
}

const DAY_SECONDS: i64 = 24 * 3600;

impl Deadline {
    /// Whether it is at most 24 hours away, or over already. A day without an hour presses once the day itself
    /// begins within 24 hours: "by tomorrow" does not wait for tomorrow's evening.
    #[must_use]
    pub fn presses(&self, now: Timestamp) -> bool {
        let lead = match self.precision {
            Precision::Hour => DAY_SECONDS,
            Precision::Day => 2 * DAY_SECONDS,
        };
        self.due.is_some_and(|due| due.seconds_since(now) <= lead)
    }
}

/// The deadline a text names: of several the earliest that can be told, else the first words about one. Words that only
/// press ("as soon as possible") are quoted without an instant.
///
/// `now` is when the text was written; relative days count from it, in UTC. Deadlines are found in English, German,
/// French, Spanish and Portuguese, whatever language the rest is in; after an English "by", `3/4` is ambiguous.
#[must_use]
pub fn find(text: &str, now: Timestamp) -> Option<Deadline> {
    let folded = Folded::new(text);
    let mut best: Option<Deadline> = None;
    let mut at = 0;
    while at < folded.words().len() {
        let (found, next) = at_word(text, &folded, at, now);
        if let Some(found) = found {
            let better = best.as_ref().is_none_or(|b| match (found.due, b.due) {
                (Some(new), Some(old)) => new < old,
                (Some(_), None) => true,
                (None, _) => false,
            });
            if better {
                best = Some(found);
            }
        }
        at = next;
    }
    best
}

/// The day that a sentence names, also without a word like "by" before it: "I will call you on Tuesday at ten". For
/// sentences of which it is known already that they say when; an hour without a day is not enough.
#[must_use]
pub fn named(text: &str, now: Timestamp) -> Option<Deadline> {
    if let Some(found) = find(text, now).filter(|found| found.due.is_some()) {
        return Some(found);
    }
    let folded = Folded::new(text);
    (0..folded.words().len()).find_map(|at| {
        let (when, end) = expression(&folded, at, Cue::By, Language::English)?;
        if !matches!(when, When::At { day: Some(_), .. }) {
            return None;
        }
        let (due, precision) = resolve(when, Cue::By, now);
        due.and_then(|due| quoted(text, &folded, at, end, Some(due), precision))
    })
}

/// What begins at a word, and where to look on.
fn at_word(text: &str, folded: &Folded, at: usize, now: Timestamp) -> (Option<Deadline>, usize) {
    let cue = look(folded, at, |m| if let Meaning::Cue(cue, language) = m { Some((cue, language)) } else { None });
    if let Some(((cue, language), words)) = cue
        && let Some((when, end)) = expression(folded, at + words, cue, language)
    {
        let (due, precision) = resolve(when, cue, now);
        return (quoted(text, folded, at, end, due, precision), end);
    }
    if let Some(((), words)) = look(folded, at, |m| matches!(m, Meaning::Soon).then_some(())) {
        return (quoted(text, folded, at, at + words, None, Precision::Day), at + words);
    }
    (None, at + 1)
}

fn quoted(
    text: &str,
    folded: &Folded,
    at: usize,
    end: usize,
    due: Option<Timestamp>,
    precision: Precision,
) -> Option<Deadline> {
    let (first, last) = (folded.words().get(at)?, folded.words().get(end.checked_sub(1)?)?);
    let quote = text.get(first.bytes.0..last.bytes.1)?.to_owned();
    Some(Deadline { quote, span: (first.chars.0, last.chars.1), due, precision, message: None })
}
