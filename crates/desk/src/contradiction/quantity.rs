//! Amounts, times and counts in a sentence.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens;
use crate::numbers::number;

/// What a sentence counts, each time by its least and most: a month has 28 to 31 days.
pub(super) type Quantities = BTreeMap<Unit, BTreeSet<(i64, i64)>>;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Money(&'static str),
    Percent,
    /// In minutes.
    Time,
    /// In days of work, which are compared with days of work alone.
    WorkingTime,
    Other(&'static str),
}

/// Something that both count, and count differently.
pub(super) fn differ(a: &Quantities, b: &Quantities) -> Option<Unit> {
    let meets = |(least, most): &(i64, i64), others: &BTreeSet<(i64, i64)>| {
        others.iter().any(|(from, to)| least <= to && from <= most)
    };
    a.iter().find_map(|(unit, values)| {
        let others = b.get(unit)?;
        (!values.iter().any(|value| meets(value, others))).then_some(*unit)
    })
}

pub(super) fn quantities(sentence: &str) -> Quantities {
    let tokens = tokens(sentence);
    let mut found = Quantities::new();
    for (at, token) in tokens.iter().enumerate() {
        let word = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(String::as_str).unwrap_or_default();
        let (next, after, before) = (word(Some(at + 1)), word(Some(at + 2)), word(at.checked_sub(1)));
        if token == "fortnight" {
            found.entry(Unit::Time).or_default().insert((1_400 * 1_440, 1_400 * 1_440));
        }
        let Some(value) = number(token.trim_matches(['€', '$', '£', '%'])).or_else(|| one(token, next)) else {
            continue;
        };
        let own = token.chars().find(|c| matches!(c, '€' | '$' | '£' | '%')).map(String::from).unwrap_or_default();
        if let Some((unit, least, most)) = counted_by(&own, next, after, before) {
            // Hundredths, so that prices compare exactly.
            found.entry(unit).or_default().insert((value.saturating_mul(least), value.saturating_mul(most)));
        }
    }
    found
}

/// The unit of a number: its own sign, the next word, or a currency before it.
fn counted_by(own: &str, next: &str, after: &str, before: &str) -> Option<(Unit, i64, i64)> {
    if is_working(next) && matches!(unit(after), Some((Unit::Time, 1_440, _))) {
        return Some((Unit::WorkingTime, 1, 1));
    }
    let calendar = if matches!(next, "calendar" | "full" | "whole" | "consecutive") { after } else { next };
    let named = [own, calendar].into_iter().find_map(unit);
    named.or_else(|| unit(before).filter(|(unit, ..)| matches!(unit, Unit::Money(_))))
}

fn is_working(word: &str) -> bool {
    matches!(word, "business" | "working" | "work")
}

/// "a month", "einen Monat": one, when a time follows.
fn one(token: &str, next: &str) -> Option<i64> {
    let article =
        ["a", "an", "one", "ein", "eine", "einen", "einem", "einer", "eines", "un", "une", "una", "um", "uma"];
    (article.contains(&token) && matches!(unit(next), Some((Unit::Time, ..)))).then_some(100)
}

/// A unit by its word, and how many of the smallest of its kind one is, at least and at most.
pub(super) fn unit(word: &str) -> Option<(Unit, i64, i64)> {
    let word = word.trim_end_matches('.');
    let time = |minutes: i64| Some((Unit::Time, minutes, minutes));
    let days = |least: i64, most: i64| Some((Unit::Time, least * 1_440, most * 1_440));
    let money = |currency| Some((Unit::Money(currency), 1, 1));
    let other = |kind, factor| Some((Unit::Other(kind), factor, factor));
    match word {
        "€" | "eur" | "euro" | "euros" => money("eur"),
        "$" | "usd" | "dollar" | "dollars" => money("usd"),
        "£" | "gbp" | "pound" | "pounds" => money("gbp"),
        "%" | "percent" | "prozent" | "pourcent" => Some((Unit::Percent, 1, 1)),
        "minute" | "minutes" | "min" | "minuten" | "minutos" | "minut" => time(1),
        "hour" | "hours" | "h" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" => time(60),
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" | "dia" | "dias" => days(1, 1),
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" => days(7, 7),
        "month" | "months" | "monat" | "monate" | "monaten" | "monats" | "mois" | "mes" | "meses" | "mês" => {
            days(28, 31)
        }
        "year" | "years" | "jahr" | "jahre" | "jahren" | "an" | "ans" | "année" | "années" | "año" | "años" | "ano"
        | "anos" => days(365, 366),
        "users" | "seats" | "nutzer" | "plätze" | "utilisateurs" | "usuarios" | "usuários" => other("people", 1),
        "mb" => other("bytes", 1),
        "gb" => other("bytes", 1_000),
        "tb" => other("bytes", 1_000_000),
        "requests" | "calls" => other("requests", 1),
        _ => ["boards", "projects", "files", "rows", "items", "times", "devices", "attempts", "events"]
            .into_iter()
            .find(|known| *known == word)
            .and_then(|known| other(known, 1)),
    }
}
