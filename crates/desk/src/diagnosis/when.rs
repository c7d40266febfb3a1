//! When a complaint says that its trouble began, in the requester's own time.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{folded::Folded, time::Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Seconds that a clock time somebody gives may be off.
const ROUGHLY: i64 = 30 * MINUTE;

/// When it began, as far as words say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The quoted words.
    pub quote: String,
    /// Earliest.
    pub from: Timestamp,
    /// Latest.
    pub to: Timestamp,
}

struct Phrase {
    words: Vec<String>,
    days_back: i64,
    hours: (i64, i64),
}

/// Phrases, longest first.
static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let mut phrases: Vec<Phrase> = include_str!("when.txt").lines().filter_map(read).flatten().collect();
    phrases.sort_by_key(|p| std::cmp::Reverse(p.words.len()));
    phrases
});

fn read(line: &str) -> Option<Vec<Phrase>> {
    let mut columns = line.split('|').map(str::trim);
    let mut number = || columns.next()?.parse::<i64>().ok();
    let (days_back, from, to) = (number()?, number()?, number()?);
    let phrase = |text: &str| Phrase { words: folded(text), days_back, hours: (from, to) };
    Some(columns.next()?.split(',').map(phrase).collect())
}

fn folded(text: &str) -> Vec<String> {
    let folded = Folded::new(text);
    folded.words().iter().map(|w| folded.text(w).to_owned()).collect()
}

/// What a text says of when its trouble began. `at` is when it was written, `offset` the minutes its writer is east of UTC. Of
/// several the narrowest; nothing that lies in the future. Read are English and German, and the commonest words of French,
/// Spanish and Portuguese.
#[must_use]
pub fn began(text: &str, at: Timestamp, offset: i64) -> Option<Began> {
    let folded = Folded::new(text);
    let day = Day::of(at, offset);
    let mut found: Vec<Began> = Vec::new();
    for n in 0..folded.words().len() {
        let spans = [day_part(&folded, n, day), ago(&folded, n, at), clock(&folded, n, day), weekday(&folded, n, day)];
        for (from, to, words) in spans.into_iter().flatten() {
            let to = to.min(at);
            if from < to {
                found.push(Began { quote: quote(text, &folded, n, words), from, to });
            }
        }
    }
    found.into_iter().min_by_key(|b| b.to.seconds_since(b.from))
}

/// The words from `n` on, and the one before them, which is most often "since".
fn quote(text: &str, folded: &Folded, n: usize, words: usize) -> String {
    let place = |n: usize| folded.words().get(n).map(|w| w.bytes);
    let (Some(first), Some(last)) = (place(n.saturating_sub(1)), place(n + words - 1)) else { return String::new() };
    text.get(first.0..last.1).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

type Found = Option<(Timestamp, Timestamp, usize)>;

/// The requester's day.
#[derive(Clone, Copy)]
struct Day {
    midnight: Timestamp,
    now: Timestamp,
    offset: i64,
}

impl Day {
    fn of(at: Timestamp, offset: i64) -> Self {
        let local = at.micros().saturating_add(offset.saturating_mul(MINUTE * 1_000_000));
        let midnight = local.div_euclid(DAY * 1_000_000).saturating_mul(DAY * 1_000_000);
        let midnight = Timestamp::from_micros(midnight).plus_seconds(-offset * MINUTE);
        Self { midnight, now: at, offset }
    }
}

fn day_part(text: &Folded, n: usize, day: Day) -> Found {
    let phrase = PHRASES.iter().find(|p| p.words.iter().enumerate().all(|(i, w)| text.at(n + i) == w))?;
    let hour = |hour: i64| day.midnight.plus_seconds(hour * HOUR - phrase.days_back * DAY);
    Some((hour(phrase.hours.0), hour(phrase.hours.1), phrase.words.len()))
}

/// "two hours ago", "for 3 hours", "seit einer Stunde", "vor 20 Minuten", "depuis 2 heures".
fn ago(text: &Folded, n: usize, at: Timestamp) -> Found {
    let count = number(text.at(n))?;
    let unit = match text.at(n + 1) {
        "minute" | "minutes" | "min" | "mins" | "minuten" | "minuto" | "minutos" => MINUTE,
        "hour" | "hours" | "hrs" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" => HOUR,
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "dia" | "dias" => DAY,
        _ => return None,
    };
    let before = n.checked_sub(1).map(|n| text.at(n)).unwrap_or_default();
    let leads = ["for", "seit", "vor", "depuis", "hace", "since", "past", "last", "ha", "desde"].contains(&before);
    if !leads && text.at(n + 2) != "ago" {
        return None;
    }
    let back = count.saturating_mul(unit);
    let rough = (back / 3).max(10 * MINUTE);
    Some((at.plus_seconds(-back - rough), at.plus_seconds(rough - back), 2))
}

fn number(word: &str) -> Option<i64> {
    Some(match word {
        "a" | "an" | "one" | "einer" | "einem" | "une" | "un" | "una" | "uma" | "um" => 1,
        "two" | "zwei" | "deux" | "dos" | "duas" | "dois" | "couple" => 2,
        "three" | "drei" | "trois" | "tres" => 3,
        "four" | "vier" | "quatre" | "cuatro" | "quatro" => 4,
        "five" | "funf" | "cinq" | "cinco" => 5,
        digits => digits.parse().ok().filter(|n| (1..=90).contains(n))?,
    })
}

/// "07:45", "at 3 pm", "gegen 14 Uhr"; today, or yesterday where today's is still to come.
fn clock(text: &Folded, n: usize, day: Day) -> Found {
    let hour: i64 = text.at(n).parse().ok().filter(|h| (0..24).contains(h))?;
    let glued = text.words().get(n + 1).is_some_and(|w| w.before == crate::folded::Before::Glue(':'));
    let minutes =
        text.at(n + 1).parse::<i64>().ok().filter(|m| glued && text.at(n + 1).len() == 2 && (0..60).contains(m));
    let next = text.at(n + 1 + usize::from(minutes.is_some()));
    let (hour, named) = match next {
        "pm" if hour < 12 => (hour + 12, true),
        "am" | "pm" | "uhr" | "h" | "heures" => (hour, true),
        _ => (hour, false),
    };
    if minutes.is_none() && !named {
        return None;
    }
    let east = if matches!(next, "utc" | "gmt" | "z") { 0 } else { day.offset };
    let own = Day::of(day.now, east);
    let at = own.midnight.plus_seconds(hour * HOUR + minutes.unwrap_or(0) * MINUTE);
    let at = if at > day.now { at.plus_seconds(-DAY) } else { at };
    Some((at.plus_seconds(-ROUGHLY), at.plus_seconds(ROUGHLY), 1 + usize::from(minutes.is_some())))
}

const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "montag", "lundi", "lunes"],
    &["tuesday", "dienstag", "mardi", "martes"],
    &["wednesday", "mittwoch", "mercredi", "miercoles"],
    &["thursday", "donnerstag", "jeudi", "jueves"],
    &["friday", "freitag", "vendredi", "viernes"],
    &["saturday", "samstag", "samedi", "sabado"],
    &["sunday", "sonntag", "dimanche", "domingo"],
];

/// "since Monday", "am Dienstag": the last such day, which is never today.
fn weekday(text: &Folded, n: usize, day: Day) -> Found {
    let before = n.checked_sub(1).map(|n| text.at(n)).unwrap_or_default();
    if !["since", "on", "last", "seit", "am", "depuis", "desde", "letzten"].contains(&before) {
        return None;
    }
    let named = i64::try_from(WEEKDAYS.iter().position(|names| names.contains(&text.at(n)))?).ok()?;
    let local = day.midnight.plus_seconds(day.offset * MINUTE);
    let today = local.seconds_since(local.monday()) / DAY;
    let back = match (today - named).rem_euclid(7) {
        0 => 7,
        back => back,
    };
    let from = day.midnight.plus_seconds(-back * DAY);
    Some((from, from.plus_seconds(DAY), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, offset: i64) -> Option<(String, String)> {
        // A Wednesday.
        let at = Timestamp::parse("2026-11-18T10:00:00Z")?;
        began(text, at, offset).map(|b| (b.from.rfc3339(), b.to.rfc3339()))
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = include_str!("when.txt").lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(include_str!("when.txt").lines().filter_map(read).count(), lines);
    }

    #[test]
    fn words_are_placed_in_the_requesters_day() {
        for (text, offset, from, to) in [
            ("Broken since this morning.", 0, "2026-11-18T05:00:00Z", "2026-11-18T10:00:00Z"),
            ("Seit heute früh geht nichts.", 60, "2026-11-18T04:00:00Z", "2026-11-18T10:00:00Z"),
            ("Gestern Abend fing es an", 60, "2026-11-17T16:00:00Z", "2026-11-18T01:00:00Z"),
            ("since yesterday", -300, "2026-11-17T05:00:00Z", "2026-11-18T05:00:00Z"),
            ("since about 07:45 UTC", 330, "2026-11-18T07:15:00Z", "2026-11-18T08:15:00Z"),
            ("gegen 9 Uhr", 60, "2026-11-18T07:30:00Z", "2026-11-18T08:30:00Z"),
            ("at 3 pm it stopped", 0, "2026-11-17T14:30:00Z", "2026-11-17T15:30:00Z"),
            ("for three hours now", 0, "2026-11-18T06:00:00Z", "2026-11-18T08:00:00Z"),
            ("seit Montag", 60, "2026-11-15T23:00:00Z", "2026-11-16T23:00:00Z"),
        ] {
            assert_eq!(span(text, offset), Some((from.to_owned(), to.to_owned())), "{text}");
        }
        assert_eq!(span("It costs 7 a month and I have 3 seats", 0), None);
    }

    #[test]
    fn the_words_are_quoted() {
        let at = Timestamp::parse("2026-11-18T10:00:00Z").unwrap_or(Timestamp::from_secs(0));
        assert_eq!(
            began("Since yesterday\nevening: nothing.", at, 0).map(|b| b.quote).as_deref(),
            Some("Since yesterday evening")
        );
    }
}
