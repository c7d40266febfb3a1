//! Do two approved texts say different things about the same? Amounts, times, and yes against no.
//!
//! Deterministic and careful rather than complete: two statements are compared only when all that one of them is about
//! is also what the other is about, so that a price of one plan never contradicts the price of another. Common words of
//! the trade that mean the same count as the same (`wording.rs`), times are compared as times ("a month" is no other
//! than 30 days, `quantity.rs`). What is put in quite different words is not found; a person reading both pages still
//! has to.

mod quantity;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use crate::{closed_list, grounding};
use quantity::{Quantities, Unit};
use wording::{Manner, about, manner};

/// Words that two statements have in common, at least.
const COMMON_MIN: usize = 3;
/// For yes against no the words must agree further: a stray "not" is easily about something else.
const COMMON_MIN_POLARITY: usize = 4;
/// Where a verb itself is denied or promised ("never refunded", "can be refunded") less is enough.
const COMMON_MIN_DENIED: usize = 2;
/// Statements a word may stand in before it says too little to bring two together.
const WORD_STATEMENTS_MAX: usize = 60;

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

/// Something a sentence of a text states. A sentence can state several things, one in each of its clauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The whole sentence, without marks of emphasis and lists.
    pub sentence: String,
    about: BTreeSet<String>,
    quantities: Quantities,
    manner: Manner,
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
    let sentences = grounding::sentences(text);
    let stated = sentences.iter().filter(|sentence| !sentence.trim_end().ends_with('?') && !is_row(sentence));
    stated.flat_map(|sentence| clauses(sentence).into_iter().filter_map(|clause| statement(sentence, clause))).collect()
}

fn statement(sentence: &str, clause: &str) -> Option<Statement> {
    let manner = manner(clause);
    let about = about(clause);
    let least = if manner.says_yes_or_no() { COMMON_MIN_DENIED } else { COMMON_MIN };
    (about.len() >= least).then(|| Statement {
        sentence: plain(sentence),
        about,
        quantities: quantity::quantities(clause),
        manner,
    })
}

/// A row of a table says little without its head.
fn is_row(sentence: &str) -> bool {
    sentence.trim_start().starts_with('|')
}

/// Where what a sentence states is over: reasons, and what it denies beside.
const ENDS: &[&str] = &[
    ", because ",
    ", since ",
    ", as ",
    ", so that ",
    ", but ",
    " and not ",
    " but not ",
    ", not ",
    ", weil ",
    ", da ",
    ", aber ",
    " und nicht ",
    ", car ",
    ", mais ",
    ", porque ",
    ", pero ",
    ", mas ",
];

/// The parts of a sentence that state something by themselves; an answer's first "No," denies the question before it.
fn clauses(sentence: &str) -> Vec<&str> {
    let stated = |part: &str| ENDS.iter().filter_map(|end| part.find(end)).min().unwrap_or(part.len());
    // A question in the same line states nothing.
    let answer = sentence.rsplit('?').next().unwrap_or(sentence);
    let parts = answer.split([':', ';', '(', ')']).map(|part| part.trim_matches([' ', '*', '_', '"', '“', '”']));
    let parts = parts.map(|part| part.strip_prefix("No, ").or_else(|| part.strip_prefix("Yes, ")).unwrap_or(part));
    parts.map(|part| part.get(..stated(part)).unwrap_or(part)).filter(|part| !part.is_empty()).collect()
}

fn plain(sentence: &str) -> String {
    let text = sentence.trim().trim_start_matches(['-', '*', '>', '#', ' ']);
    text.replace("**", "").replace('`', "").trim().to_owned()
}

/// What two statements differ in, when they are about the same.
#[must_use]
pub fn between(a: &Statement, b: &Statement) -> Option<Difference> {
    let common = a.about.intersection(&b.about).count();
    let (shorter, longer) = (a.about.len().min(b.about.len()), a.about.len().max(b.about.len()));
    if common < shorter || longer > 2 * shorter {
        return None;
    }
    if common >= COMMON_MIN
        && let Some(unit) = quantity::differ(&a.quantities, &b.quantities)
    {
        return Some(match unit {
            Unit::Money(_) | Unit::Percent => Difference::Amount,
            Unit::Time | Unit::WorkingTime => Difference::Time,
            Unit::Other(_) => Difference::Number,
        });
    }
    let least = if a.manner.denies_what(&b.manner) { COMMON_MIN_DENIED } else { COMMON_MIN_POLARITY };
    let opposed = a.quantities == b.quantities && a.manner.opposes(&b.manner);
    (opposed && common >= least).then_some(Difference::YesNo)
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
            let with = places.get(word.as_str()).filter(|with| with.len() <= WORD_STATEMENTS_MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(a: &str, b: &str) -> Option<Difference> {
        let (a, b) = (statements(a), statements(b));
        assert!(!a.is_empty() && !b.is_empty(), "{a:?} {b:?}");
        let all = |a: &[Statement], b: &[Statement]| a.iter().find_map(|a| b.iter().find_map(|b| between(a, b)));
        assert_eq!(all(&a, &b), all(&b, &a), "whichever comes first");
        all(&a, &b)
    }

    #[test]
    fn the_same_in_other_words_is_compared() {
        for (a, b, expected) in [
            (
                "Annual plans can be refunded within 30 days of purchase.",
                "Annual plans are refunded up to four weeks after you buy them.",
                Some(Difference::Time),
            ),
            (
                "Annual plans can be refunded within 30 days of purchase.",
                "You can get a refund of an annual plan up to a month after the purchase.",
                None,
            ),
            (
                "Annual plans can be refunded within two months of purchase.",
                "You can get a refund of an annual plan up to a month after the purchase.",
                Some(Difference::Time),
            ),
            ("Logs of the audit are kept for 24 months.", "We keep the logs of the audit for two years.", None),
            (
                "Logs of the audit are kept for a fortnight.",
                "We retain the logs of the audit for thirty days.",
                Some(Difference::Time),
            ),
            ("Overage of Relay is never refunded.", "Overage of Relay can be refunded.", Some(Difference::YesNo)),
            (
                "**Overage** of Relay is never refunded, because the events were delivered.",
                "We refund the overage of Relay.",
                Some(Difference::YesNo),
            ),
            ("We never refund overage.", "Overage is non-refundable.", None),
            ("Set-up fees are non-refundable.", "Set-up fees can be refunded.", Some(Difference::YesNo)),
            (
                "Customers may not export an audit log.",
                "Every customer may export an audit log.",
                Some(Difference::YesNo),
            ),
            (
                "An annual plan can be refunded pro rata within 60 days of the charge: we return the part not yet used.",
                "Annual plans can be refunded up to 30 days after the charge.",
                Some(Difference::Time),
            ),
            (
                "A refund of the charge reaches the card in 5 business days.",
                "A refund of the charge reaches the card in 7 days.",
                None,
            ),
            (
                "Jahrespläne werden einen Monat lang erstattet, volle Summe.",
                "Jahrespläne werden drei Monate lang erstattet, volle Summe.",
                Some(Difference::Time),
            ),
        ] {
            assert_eq!(differ(a, b), expected, "{a} / {b} {:?} {:?}", statements(a), statements(b));
        }
    }

    #[test]
    fn a_condition_or_another_case_is_no_contradiction() {
        for (a, b) in [
            ("Annual plans can be refunded within 60 days.", "Annual plans cannot be refunded after 60 days."),
            ("Overage of Relay is never refunded.", "Overage of Relay can be refunded if we made an error."),
            ("Deleted boards can be restored.", "Deleted boards cannot be restored once the backups are gone."),
            ("Monthly plans can be refunded within 30 days.", "Annual plans can be refunded within 60 days."),
            ("A plan can be cancelled every month.", "A plan can be cancelled within 14 days every month."),
            ("You can try Team without a card.", "You can try Team."),
        ] {
            let (a, b) = (statements(a), statements(b));
            assert!(a.iter().all(|a| b.iter().all(|b| between(a, b).is_none())), "{a:?} {b:?}");
        }
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
