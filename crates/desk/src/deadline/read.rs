//! From the words after a cue to a day, an hour or a span of time.

use super::words::{Cue, Meaning, Unit, look};
use crate::{
    folded::{Before, Folded},
    language::Language,
};

/// The day that was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// Days from today.
    In(i32),
    Weekday {
        number: i8,
        next: Next,
    },
    Date {
        day: i8,
        month: i8,
        year: Option<i16>,
    },
    /// `3/4/2026` in English, where nobody can tell which is the month.
    Ambiguous,
    Tonight,
    EndOfWeek,
    EndOfNextWeek,
    EndOfMonth,
}

/// Whether "next" was said before a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Unsaid,
    Said,
}

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Span(i32, Unit),
    At { day: Option<Day>, time: Option<(i8, i8)> },
}

/// At most this many words are looked at after a cue, and this many may say nothing in a row.
const WORDS_MAX: usize = 14;
const FILL_MAX: usize = 3;

/// Reads from word `start` on. Returns what was said and the index past its last word.
pub fn expression(text: &Folded, start: usize, cue: Cue, language: Language) -> Option<(When, usize)> {
    if matches!(cue, Cue::Within | Cue::Either)
        && let Some(found) = span(text, start)
    {
        return Some(found);
    }
    if cue == Cue::Within {
        return None;
    }
    let (mut day, mut time, mut next, mut fills) = (None, None, Next::Unsaid, 0);
    let (mut at, mut end) = (start, start);
    while at < start + WORDS_MAX && fills <= FILL_MAX && goes_on(text, at) {
        if let Some((found, to)) = clock(text, at).filter(|_| time.is_none()) {
            (time, at) = (Some(found), to);
        } else if let Some((found, to)) =
            date(text, at, language, next).filter(|_| matches!(day, None | Some(Day::Tonight)))
        {
            (day, at) = (Some(found), to);
        } else if let Some((meaning, words)) =
            look(text, at, |m| matches!(m, Meaning::Fill | Meaning::Next).then_some(m))
        {
            if meaning == Meaning::Next {
                next = Next::Said;
            }
            fills += 1;
            at += words;
            continue;
        } else {
            break;
        }
        (fills, end) = (0, at);
    }
    (end > start).then_some((When::At { day, time }, end))
}

fn goes_on(text: &Folded, at: usize) -> bool {
    text.words().get(at).is_some_and(|w| w.before != Before::Sentence)
}

fn digits(word: &str) -> Option<i32> {
    if word.is_empty() || word.len() > 4 || !word.bytes().all(|b| b.is_ascii_digit()) {
        None
    } else {
        word.parse().ok()
    }
}

/// A number with what people append: `12th`, `1er`, `1o`.
fn ordinal(word: &str) -> Option<i8> {
    let stem = word.trim_end_matches(char::is_alphabetic);
    let ending = word.get(stem.len()..)?;
    let ordinal = matches!(ending, "" | "st" | "nd" | "rd" | "th" | "er" | "o");
    digits(stem).filter(|_| ordinal).and_then(|n| i8::try_from(n).ok()).filter(|n| (1..=31).contains(n))
}

fn glue(text: &Folded, at: usize) -> Option<char> {
    match text.words().get(at)?.before {
        Before::Glue(c) => Some(c),
        Before::Space | Before::Sentence => None,
    }
}

fn span(text: &Folded, at: usize) -> Option<(When, usize)> {
    let skip = look(text, at, |m| matches!(m, Meaning::Fill).then_some(())).map_or(0, |(_, words)| words);
    let plain = |from: usize| {
        let (count, words) = digits(text.at(from))
            .map(|n| (n, 1))
            .or_else(|| look(text, from, |m| if let Meaning::Number(n) = m { Some(n) } else { None }))?;
        let (unit, more) = look(text, from + words, |m| if let Meaning::Unit(u) = m { Some(u) } else { None })?;
        let whole = goes_on(text, from) && goes_on(text, from + words);
        whole.then_some((When::Span(count, unit), from + words + more))
    };
    // "24h" is one word.
    let joined = || text.at(at).strip_suffix('h').and_then(digits).map(|n| (When::Span(n, Unit::Hour), at + 1));
    plain(at).or_else(joined).or_else(|| (skip > 0).then(|| plain(at + skip)).flatten())
}

/// `17:30`, `17h30`, `17h`, `5pm`, `5 p.m.`, `17 Uhr`, `17.30 Uhr`, noon.
fn clock(text: &Folded, at: usize) -> Option<((i8, i8), usize)> {
    if let Some((hour, words)) = look(text, at, |m| if let Meaning::Hour(h) = m { Some(h) } else { None }) {
        return Some(((hour, 0), at + words));
    }
    let word = text.at(at);
    let number = word.trim_end_matches(char::is_alphabetic);
    let suffix = word.get(number.len()..)?;
    if let Some((hours, minutes)) = word.split_once('h') {
        let minutes = if minutes.is_empty() { Some(0) } else { digits(minutes) };
        return valid(digits(hours)?, minutes?).map(|t| (t, at + 1));
    }
    let hours = digits(number)?;
    let half = |m: Meaning| match m {
        Meaning::Am => Some(0),
        Meaning::Pm => Some(12),
        _ => None,
    };
    match suffix {
        "am" => return valid(hours % 12, 0).filter(|_| hours <= 12).map(|t| (t, at + 1)),
        "pm" => return valid(hours % 12 + 12, 0).filter(|_| hours <= 12).map(|t| (t, at + 1)),
        "" => {}
        _ => return None,
    }
    let minutes = matches!(glue(text, at + 1), Some(':' | '.')).then(|| digits(text.at(at + 1))).flatten();
    let (minute, after) = minutes.map_or((0, at + 1), |m| (m, at + 2));
    if let Some((add, words)) = look(text, after, half).filter(|_| hours <= 12) {
        return valid(hours % 12 + add, minute).map(|t| (t, after + words));
    }
    if let Some(((), words)) = look(text, after, |m| matches!(m, Meaning::Clock).then_some(())) {
        return valid(hours, minute).map(|t| (t, after + words));
    }
    (glue(text, at + 1) == Some(':')).then(|| valid(hours, minute)).flatten().map(|t| (t, after))
}

fn valid(hours: i32, minutes: i32) -> Option<(i8, i8)> {
    ((0..24).contains(&hours) && (0..60).contains(&minutes))
        .then(|| Some((i8::try_from(hours).ok()?, i8::try_from(minutes).ok()?)))
        .flatten()
}

fn date(text: &Folded, at: usize, language: Language, next: Next) -> Option<(Day, usize)> {
    let named = look(text, at, |m| {
        Some(match m {
            Meaning::Day(n) => Day::In(n),
            Meaning::Weekday(number) => Day::Weekday { number, next },
            Meaning::Tonight => Day::Tonight,
            Meaning::EndOfWeek => Day::EndOfWeek,
            Meaning::EndOfNextWeek => Day::EndOfNextWeek,
            Meaning::EndOfMonth => Day::EndOfMonth,
            _ => return None,
        })
    });
    if let Some((Day::Weekday { .. }, words)) = named {
        // "Friday 12 March": the date says more than the weekday.
        let exact = spelled(text, at + words).or_else(|| numeric(text, at + words, language));
        if let Some(exact) = exact.filter(|_| goes_on(text, at + words)) {
            return Some(exact);
        }
    }
    named.map(|(day, words)| (day, at + words)).or_else(|| spelled(text, at)).or_else(|| numeric(text, at, language))
}

/// `12 March`, `12. März 2026`, `12 de marzo de 2026`, `March 12th, 2026`, with a "the" or "le" before it.
fn spelled(text: &Folded, at: usize) -> Option<(Day, usize)> {
    let month = |at: usize| look(text, at, |m| if let Meaning::Month(n) = m { Some(n) } else { None });
    let fill = |at: usize| look(text, at, |m| matches!(m, Meaning::Fill).then_some(())).map_or(0, |(_, words)| words);
    let begin = if ordinal(text.at(at)).is_some() || month(at).is_some() { at } else { at + fill(at) };
    let (day, month, end) = if let Some((found, words)) = month(begin) {
        (ordinal(text.at(begin + words))?, found, begin + words + 1)
    } else {
        let day = ordinal(text.at(begin))?;
        let to = begin + 1;
        let to = if month(to).is_some() { to } else { to + fill(to) };
        let (found, words) = month(to)?;
        (day, found, to + words)
    };
    let year_at = if digits(text.at(end)).is_some() { end } else { end + fill(end) };
    let year = digits(text.at(year_at)).filter(|y| *y >= 1000 && goes_on(text, year_at));
    let year = year.and_then(|y| i16::try_from(y).ok());
    Some((Day::Date { day, month, year }, if year.is_some() { year_at + 1 } else { end }))
}

/// `2026-03-12`, `12.3.`, `12/03/2026`.
fn numeric(text: &Folded, at: usize, language: Language) -> Option<(Day, usize)> {
    let first = digits(text.at(at))?;
    let separator = glue(text, at + 1).filter(|c| matches!(c, '.' | '/' | '-'))?;
    let second = digits(text.at(at + 1))?;
    let third = (glue(text, at + 2) == Some(separator)).then(|| digits(text.at(at + 2))).flatten();
    let small = |n: i32| i8::try_from(n).unwrap_or(-1);
    if first >= 1000 {
        let (year, day) = (i16::try_from(first).ok()?, third?);
        return Some((Day::Date { day: small(day), month: small(second), year: Some(year) }, at + 3));
    }
    if separator == '-' && third.is_none() {
        return None;
    }
    let year = third.map(|y| if y < 100 { 2000 + y } else { y }).and_then(|y| i16::try_from(y).ok());
    let end = if third.is_some() { at + 3 } else { at + 2 };
    let month_first = separator == '/' && language == Language::English;
    let day = match (first > 12, second > 12) {
        (true, true) => return None,
        (false, false) if month_first && first != second => Day::Ambiguous,
        (false, true) => Day::Date { day: small(second), month: small(first), year },
        _ => Day::Date { day: small(first), month: small(second), year },
    };
    Some((day, end))
}
