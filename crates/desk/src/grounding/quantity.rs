//! Numbers with their units and dates, brought to one form: "two weeks" is "14 days", "1,234.50 €" is "1.234,50 EUR".

use std::collections::{BTreeMap, BTreeSet};

use crate::numbers::{is_number_word, number};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Money(&'static str),
    Percent,
    /// In minutes.
    Time,
    Other(&'static str),
}

/// The numbers of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Quantities {
    /// Hundredths of the unit's smallest measure.
    pub with_unit: BTreeMap<Unit, BTreeSet<i64>>,
    /// Hundredths, without a unit that we know. Number words do not count here: "two things to check" states nothing.
    pub bare: BTreeSet<i64>,
}

impl Quantities {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let mut found = Self::default();
        for (at, token) in tokens.iter().enumerate() {
            let bare = token.trim_matches(['€', '$', '£', '%']);
            let Some(value) = number(bare) else { continue };
            let own = token.chars().find(|c| matches!(c, '€' | '$' | '£' | '%')).map(String::from).unwrap_or_default();
            let before = at.checked_sub(1).and_then(|b| tokens.get(b)).map(String::as_str).unwrap_or_default();
            let unit = unit(&own)
                .or_else(|| unit_after(&tokens, at))
                // Before a number stand currencies, never the unit of something counted.
                .or_else(|| unit(before).filter(|(unit, _)| matches!(unit, Unit::Money(_))));
            match unit {
                // Hundredths, so that prices compare exactly.
                Some((unit, factor)) => {
                    found.with_unit.entry(unit).or_default().insert(value.saturating_mul(factor));
                }
                None if bare.starts_with(|c: char| c.is_ascii_digit()) => {
                    found.bare.insert(value);
                }
                None => {}
            }
        }
        found
    }
}

/// The unit that follows a number, also over "business" in "5 business days" and over the rest of "5 to 10 days".
fn unit_after(tokens: &[String], at: usize) -> Option<(Unit, i64)> {
    let mut rest = tokens.iter().skip(at + 1).map(String::as_str).peekable();
    if rest.next_if(|w| matches!(*w, "to" | "or" | "and" | "bis" | "à" | "a")).is_some()
        || rest.peek().is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()))
    {
        let second = rest.next()?;
        number(second.trim_matches(['€', '$', '£', '%']))?;
        if let Some(found) = second.chars().find(|c| matches!(c, '€' | '$' | '£' | '%')).map(String::from) {
            return unit(&found);
        }
    }
    rest.next_if(|w| matches!(*w, "business" | "working" | "calendar" | "full" | "consecutive" | "more"));
    unit(rest.next()?)
}

/// Numbers apart from words that were written onto them: `10GB` and `30-day` are a number and a unit.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let split = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '.' | ',' | '%' | '€' | '$' | '£');
    for token in text.split(split) {
        let token = token.trim_matches(['.', ',', '\'', '’']).to_lowercase().replace('’', "'");
        let digits = token.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')).count();
        match token.split_at_checked(digits) {
            Some((number, word)) if !number.is_empty() && unit(word).is_some() && !word.starts_with('%') => {
                all.extend([number.to_owned(), word.to_owned()]);
            }
            _ if token.is_empty() => {}
            _ => all.push(token),
        }
    }
    all
}

/// Whether a word, or its stem, is a number or a unit.
pub(crate) fn is_measure(word: &str) -> bool {
    is_number_word(word) || unit(word).is_some() || matches!(word, "thirti" | "twenti" | "forti" | "fifti" | "sixti")
}

/// A unit by its word, and how many of the smallest of its kind one is.
pub(crate) fn unit(word: &str) -> Option<(Unit, i64)> {
    let word = word.trim_end_matches('.');
    Some(match word {
        "€" | "eur" | "euro" | "euros" => (Unit::Money("eur"), 1),
        "$" | "usd" | "dollar" | "dollars" => (Unit::Money("usd"), 1),
        "£" | "gbp" | "pound" | "pounds" => (Unit::Money("gbp"), 1),
        "%" | "percent" | "prozent" | "pourcent" => (Unit::Percent, 1),
        "minute" | "minutes" | "min" | "minuten" | "minutos" | "minut" => (Unit::Time, 1),
        "hour" | "hours" | "h" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" => (Unit::Time, 60),
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" | "dia" | "dias" => {
            (Unit::Time, 1_440)
        }
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" => (Unit::Time, 10_080),
        "month" | "months" | "monat" | "monate" | "monaten" | "mois" | "mes" | "meses" | "mês" => (Unit::Time, 43_200),
        // Twelve months, which is what contracts say, rather than 365 days.
        "year" | "years" | "jahr" | "jahre" | "jahren" | "an" | "ans" | "année" | "années" | "año" | "años" | "ano"
        | "anos" => (Unit::Time, 518_400),
        "users" | "seats" | "nutzer" | "plätze" | "utilisateurs" | "usuarios" | "usuários" => {
            (Unit::Other("people"), 1)
        }
        "mb" => (Unit::Other("bytes"), 1),
        "gb" => (Unit::Other("bytes"), 1_000),
        "tb" => (Unit::Other("bytes"), 1_000_000),
        "requests" | "calls" => (Unit::Other("requests"), 1),
        "boards" | "projects" | "files" | "rows" | "items" | "times" | "devices" => (Unit::Other(counted(word)), 1),
        _ => return None,
    })
}

/// The same word with a longer life.
fn counted(word: &str) -> &'static str {
    ["boards", "projects", "files", "rows", "items", "times", "devices"].into_iter().find(|w| *w == word).unwrap_or("")
}

/// Days of the year that a text names, as (month, day): `3 May`, `May 3`, `2026-05-03`.
pub(crate) fn dates(text: &str) -> BTreeSet<(u8, u8)> {
    let iso = text.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|token| {
        let mut parts = token.split('-');
        let year = parts.next()?;
        let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (year.len() == 4 && parts.next().is_none()).then_some((month, day))
    });
    let tokens: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_lowercase).collect();
    let day = |token: Option<&String>| -> Option<u8> {
        let token = token?.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']);
        token.parse().ok().filter(|day| (1..=31).contains(day))
    };
    let written = tokens.iter().enumerate().filter_map(|(at, token)| {
        let month = month(token)?;
        let day = day(tokens.get(at + 1)).or_else(|| day(at.checked_sub(1).and_then(|b| tokens.get(b))))?;
        Some((month, day))
    });
    iso.chain(written).collect()
}

fn month(word: &str) -> Option<u8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = NAMES.iter().position(|name| *name == word || (word.len() == 3 && name.starts_with(word)))?;
    u8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_amount_in_many_writings() {
        for (a, b) in [
            ("within two weeks", "within 14 days"),
            ("a 30-day window", "thirty days"),
            ("10GB of space", "10,000 MB"),
            ("€1,234.50", "1.234,50 EUR"),
            ("12 months", "one year of 1 year"),
            ("5%", "five percent"),
            ("5 to 10 days", "5 days or 10 days"),
            ("3-4 weeks", "3 weeks, 4 weeks"),
            ("5 business days", "5 days"),
        ] {
            assert_eq!(Quantities::of(a).with_unit, Quantities::of(b).with_unit, "{a} / {b}");
        }
        assert_eq!(Quantities::of("two options, 42 of them").bare, BTreeSet::from([4200]));
    }

    #[test]
    fn a_day_in_many_writings() {
        for text in ["on 3 May", "May 3, 2026", "2026-05-03", "the 3rd may"] {
            assert_eq!(dates(text), BTreeSet::from([(5, 3)]), "{text}");
        }
        assert!(dates("you may 2 of them BANK-2077-1-2x").is_empty() || dates("in 2026-05").is_empty());
    }
}
