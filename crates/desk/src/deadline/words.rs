//! What words mean in a deadline, from `words.txt`.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    folded::{Before, Folded},
    language::Language,
};

/// Units a span of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Workday,
    Week,
    Month,
}

/// How a deadline is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    By,
    Before,
    Within,
    /// "d'ici" takes a day as well as a span.
    Either,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Cue(Cue, Language),
    Day(i32),
    Weekday(i8),
    Month(i8),
    Unit(Unit),
    Number(i32),
    Tonight,
    EndOfWeek,
    EndOfNextWeek,
    EndOfMonth,
    Hour(i8),
    Am,
    Pm,
    Clock,
    Fill,
    Next,
    Soon,
}

impl Meaning {
    fn read(written: &str, language: &str) -> Option<Self> {
        let language = language.parse().ok();
        let (kind, value) = written.split_once(' ').unwrap_or((written, ""));
        Some(match (kind, value) {
            ("by", _) => Self::Cue(Cue::By, language?),
            ("before", _) => Self::Cue(Cue::Before, language?),
            ("within", _) => Self::Cue(Cue::Within, language?),
            ("either", _) => Self::Cue(Cue::Either, language?),
            ("day", n) => Self::Day(n.parse().ok()?),
            ("weekday", n) => Self::Weekday(n.parse().ok()?),
            ("month", n) => Self::Month(n.parse().ok()?),
            ("number", n) => Self::Number(n.parse().ok()?),
            ("hour", n) => Self::Hour(n.parse().ok()?),
            ("unit", "minute") => Self::Unit(Unit::Minute),
            ("unit", "hour") => Self::Unit(Unit::Hour),
            ("unit", "day") => Self::Unit(Unit::Day),
            ("unit", "workday") => Self::Unit(Unit::Workday),
            ("unit", "week") => Self::Unit(Unit::Week),
            ("unit", "month") => Self::Unit(Unit::Month),
            ("end", "day") => Self::Tonight,
            ("end", "week") => Self::EndOfWeek,
            ("next", "week") => Self::EndOfNextWeek,
            ("end", "month") => Self::EndOfMonth,
            ("am", _) => Self::Am,
            ("pm", _) => Self::Pm,
            ("clock", _) => Self::Clock,
            ("fill", _) => Self::Fill,
            ("next", _) => Self::Next,
            ("soon", _) => Self::Soon,
            _ => return None,
        })
    }
}

/// Phrases by first word, each with what it may mean; longest first.
type Lexicon = HashMap<String, Vec<(Vec<String>, Meaning)>>;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| read(include_str!("words.txt")).unwrap_or_default());

fn read(text: &str) -> Option<Lexicon> {
    let mut lexicon = Lexicon::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut columns = line.split('|').map(str::trim);
        let meaning = Meaning::read(columns.next()?, columns.next()?)?;
        for phrase in columns.next()?.split(',') {
            let folded = Folded::new(phrase);
            let words: Vec<String> = folded.words().iter().map(|w| folded.text(w).to_owned()).collect();
            lexicon.entry(words.first()?.clone()).or_default().push((words, meaning));
        }
    }
    for list in lexicon.values_mut() {
        list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    Some(lexicon)
}

/// The longest phrase at `at` whose meaning `pick` takes, and how many words it has.
pub fn look<T>(text: &Folded, at: usize, pick: impl Fn(Meaning) -> Option<T>) -> Option<(T, usize)> {
    let list = LEXICON.get(text.at(at))?;
    list.iter().find_map(|(words, meaning)| {
        let inside = |i: usize| i == 0 || text.words().get(at + i).is_some_and(|w| w.before != Before::Sentence);
        let stands = words.iter().enumerate().all(|(i, w)| text.at(at + i) == w && inside(i));
        pick(*meaning).filter(|_| stands).map(|found| (found, words.len()))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_line_is_read() {
        assert!(super::read(include_str!("words.txt")).is_some());
    }
}
