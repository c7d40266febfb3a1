//! Do two approved texts say different things about the same? Amounts, times, and yes against no.
//!
//! Deterministic and careful rather than complete: two sentences are compared only when all that one of them is about
//! is also what the other is about, so that a price of one plan never contradicts the price of another. What is put in
//! quite different words is not found; a person reading both pages still has to.

use std::collections::{BTreeMap, BTreeSet};

use crate::{closed_list, grounding};

/// Words that two sentences have in common, at least.
const COMMON_MIN: usize = 3;
/// For yes against no the words must agree further: a stray "not" is easily about something else.
const COMMON_MIN_POLARITY: usize = 4;
/// Sentences a word may stand in before it says too little to bring two together.
const WORD_SENTENCES_MAX: usize = 60;

closed_list! {
    /// What two sentences differ in.
    pub enum Difference ("difference") {
        /// How much money, or which share.
        Amount = "amount",
        /// How long.
        Time = "time",
        /// How many of something else.
        Number = "number",
        /// One says not where the other does not.
        YesNo = "yes_no",
    }
}

/// A sentence of a text, with what it states.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its words as written.
    pub sentence: String,
    about: BTreeSet<String>,
    quantities: BTreeMap<Unit, BTreeSet<i64>>,
    negates: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Money(&'static str),
    Percent,
    /// In minutes.
    Time,
    Other(&'static str),
}

/// A pair of statements by their places in what was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The earlier one.
    pub left: usize,
    /// The later one.
    pub right: usize,
    /// What they differ in.
    pub difference: Difference,
}

/// The statements of a text that can contradict another: long enough to be about something.
#[must_use]
pub fn statements(text: &str) -> Vec<Statement> {
    grounding::sentences(text).iter().filter_map(|sentence| statement(sentence)).collect()
}

fn statement(sentence: &str) -> Option<Statement> {
    if sentence.trim_end().ends_with('?') {
        return None;
    }
    let quantities = quantities(sentence);
    let about: BTreeSet<String> = grounding::content_words(sentence)
        .into_iter()
        .filter(|word| !word.contains(|c: char| c.is_ascii_digit()) && !NUMBER_WORDS.iter().any(|(w, _)| w == word))
        .filter(|word| unit(word).is_none() && !is_negation(word))
        .collect();
    (about.len() >= COMMON_MIN).then(|| Statement {
        sentence: sentence.trim().to_owned(),
        about,
        quantities,
        negates: tokens(sentence).iter().any(|word| is_negation(word)),
    })
}

/// What two statements differ in, when they are about the same.
#[must_use]
pub fn between(a: &Statement, b: &Statement) -> Option<Difference> {
    let common = a.about.intersection(&b.about).count();
    let (shorter, longer) = (a.about.len().min(b.about.len()), a.about.len().max(b.about.len()));
    if common < COMMON_MIN || common < shorter || longer > 2 * shorter {
        return None;
    }
    for (unit, values) in &a.quantities {
        if b.quantities.get(unit).is_some_and(|others| values.is_disjoint(others)) {
            return Some(match unit {
                Unit::Money(_) | Unit::Percent => Difference::Amount,
                Unit::Time => Difference::Time,
                Unit::Other(_) => Difference::Number,
            });
        }
    }
    let same_numbers = a.quantities == b.quantities;
    (same_numbers && common >= COMMON_MIN_POLARITY && a.negates != b.negates).then_some(Difference::YesNo)
}

/// Every contradicting pair among statements; `may_meet` says which two may be compared at all (not of one text, of one
/// product). In order of place, each pair once.
#[must_use]
pub fn find(statements: &[Statement], may_meet: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, statement) in statements.iter().enumerate() {
        for word in &statement.about {
            places.entry(word).or_default().push(at);
        }
    }
    let mut pairs = BTreeSet::new();
    for (right, statement) in statements.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for word in &statement.about {
            let with = places.get(word.as_str()).filter(|with| with.len() <= WORD_SENTENCES_MAX);
            for left in with.into_iter().flatten().filter(|left| **left < right) {
                *shared.entry(*left).or_default() += 1;
            }
        }
        for left in shared.into_keys() {
            if let Some(other) = statements.get(left)
                && may_meet(left, right)
                && let Some(difference) = between(other, statement)
            {
                pairs.insert(Pair { left, right, difference });
            }
        }
    }
    pairs.into_iter().collect()
}

fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '.' | ',' | '%' | '€' | '$' | '£'))
        .map(|token| token.trim_matches(['.', ',', '\'', '’']).to_lowercase().replace('’', "'"))
        .filter(|token| !token.is_empty())
        .collect()
}

fn quantities(sentence: &str) -> BTreeMap<Unit, BTreeSet<i64>> {
    let tokens = tokens(sentence);
    let mut found: BTreeMap<Unit, BTreeSet<i64>> = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let bare = token.trim_matches(['€', '$', '£', '%']);
        let Some(value) = number(bare) else { continue };
        let next = tokens.get(at + 1).map(String::as_str).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|b| tokens.get(b)).map(String::as_str).unwrap_or_default();
        let own = token.chars().find(|c| matches!(c, '€' | '$' | '£' | '%')).map(String::from).unwrap_or_default();
        let unit = [own.as_str(), next, before].into_iter().filter(|word| !word.is_empty()).find_map(|word| {
            // Before a number stand currencies, never the unit of something counted.
            unit(word).filter(|(unit, _)| word != before || matches!(unit, Unit::Money(_)))
        });
        if let Some((unit, factor)) = unit {
            // Hundredths, so that prices compare exactly.
            let hundredths = value.saturating_mul(factor);
            found.entry(unit).or_default().insert(hundredths);
        }
    }
    found
}

/// Hundredths of a number as written: `1,234.50`, `1.234,50`, `14`, `two`.
fn number(token: &str) -> Option<i64> {
    if let Some((_, value)) = NUMBER_WORDS.iter().find(|(word, _)| *word == token) {
        return Some(value * 100);
    }
    if !token.starts_with(|c: char| c.is_ascii_digit()) || token.len() > 12 {
        return None;
    }
    let (whole, cents) = match token.rfind(['.', ',']) {
        Some(at) if token.len() - at <= 3 => (&token[..at], &token[at + 1..]),
        _ => (token, ""),
    };
    let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    let cents = format!("{cents:0<2}");
    let all = format!("{whole}{cents}");
    all.chars().all(|c| c.is_ascii_digit()).then(|| all.parse().ok()).flatten()
}

const NUMBER_WORDS: &[(&str, i64)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("zehn", 10),
    ("deux", 2),
    ("trois", 3),
    ("quatre", 4),
    ("cinq", 5),
    ("dix", 10),
    ("dos", 2),
    ("tres", 3),
    ("cuatro", 4),
    ("cinco", 5),
    ("dois", 2),
    ("três", 3),
    ("dez", 10),
];

/// A unit by its word, and how many of the smallest of its kind one is.
fn unit(word: &str) -> Option<(Unit, i64)> {
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
        "year" | "years" | "jahr" | "jahre" | "jahren" | "an" | "ans" | "année" | "années" | "año" | "años" | "ano"
        | "anos" => (Unit::Time, 525_600),
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

fn is_negation(word: &str) -> bool {
    [
        "not", "no", "never", "cannot", "can't", "won't", "doesn't", "don't", "isn't", "aren't", "nicht", "kein",
        "keine", "keinen", "keiner", "nie", "ne", "pas", "jamais", "nunca", "não", "sin", "sans", "ohne", "without",
    ]
    .contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(a: &str, b: &str) -> Option<Difference> {
        let (a, b) = (statements(a), statements(b));
        assert!(a.len() == 1 && b.len() == 1, "{a:?} {b:?}");
        assert_eq!(between(&a[0], &b[0]), between(&b[0], &a[0]), "whichever comes first");
        between(&a[0], &b[0])
    }

    #[test]
    fn amounts_times_and_yes_against_no_are_found() {
        for (a, b, expected) in [
            (
                "Annual plans can be refunded within 14 days of purchase.",
                "Annual plans can be refunded within 30 days of purchase.",
                Difference::Time,
            ),
            (
                "Annual plans can be refunded within two weeks of purchase.",
                "Annual plans can be refunded within 15 days of the purchase.",
                Difference::Time,
            ),
            (
                "The export of a board costs €5 per file.",
                "The export of a board costs 7 EUR per file.",
                Difference::Amount,
            ),
            (
                "Charities pay 50% less for every paid plan.",
                "Charities pay 30 percent less for every paid plan.",
                Difference::Amount,
            ),
            (
                "A guest account may open 3 boards in one workspace.",
                "A guest account may open 5 boards in one workspace.",
                Difference::Number,
            ),
            (
                "You can transfer a workspace to another owner.",
                "You cannot transfer a workspace to another owner.",
                Difference::YesNo,
            ),
            (
                "Jahrespläne werden innerhalb von 14 Tagen nach Kauf erstattet.",
                "Jahrespläne werden innerhalb von 30 Tagen nach Kauf erstattet.",
                Difference::Time,
            ),
        ] {
            assert_eq!(differ(a, b), Some(expected), "{a} / {b}");
        }
    }

    #[test]
    fn what_is_about_something_else_or_says_the_same_is_left_alone() {
        for (a, b) in [
            ("The Team plan costs €10 per user and month.", "The Business plan costs €20 per user and month."),
            (
                "Annual plans can be refunded within 14 days of purchase.",
                "Annual plans can be refunded within two weeks of purchase.",
            ),
            ("The export of a board costs €1,234.50 per file.", "The export of a board costs 1.234,50 EUR per file."),
            (
                "You can transfer a workspace to another owner.",
                "You can transfer a workspace to another owner at any time.",
            ),
            ("Backups of deleted boards are kept for 30 days.", "Logs of failed sign-ins are kept for 90 days."),
            ("The invoice of May 3 shows the new address.", "The invoice of June 4 shows the new address."),
        ] {
            assert_eq!(differ(a, b), None, "{a} / {b}");
        }
        assert!(statements("Can annual plans be refunded within 14 days?").is_empty(), "a question states nothing");
    }

    #[test]
    fn pairs_are_found_among_many_and_only_where_they_may_meet() {
        let texts = [
            "Annual plans can be refunded within 14 days of purchase.",
            "Boards can be exported as CSV by every member.",
            "Annual plans can be refunded within 30 days of purchase.",
            "Boards cannot be exported as CSV by every member.",
        ];
        let all: Vec<Statement> = texts.iter().flat_map(|text| statements(text)).collect();
        let found = find(&all, |_, _| true);
        assert_eq!(found.iter().map(|p| (p.left, p.right)).collect::<Vec<_>>(), [(0, 2), (1, 3)]);
        assert_eq!(find(&all, |left, _| left == 1).len(), 1);
    }
}
