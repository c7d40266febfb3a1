//! What must be right to the letter: codes, numbers, dates, addresses, and what a mail program would make a link of.

use std::collections::{BTreeSet, HashSet};

use super::quantity::{Quantities, dates, unit};
use crate::numbers::number;

/// Tokens with a digit, addresses, web addresses, in lower case. Single digits are left out: they number lists.
#[must_use]
pub fn facts(text: &str) -> Vec<String> {
    // A link in Markdown is its words and its address.
    text.split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '<' | '>'))
        .map(|t| {
            t.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '€' | '$' | '£' | '%' | '/')).to_lowercase()
        })
        .filter(|t| t.chars().any(|c| c.is_ascii_digit()) || is_address(t))
        .filter(|t| !is_list_number(t))
        .map(|t| t.trim_end_matches("'s").to_owned())
        .collect()
}

fn is_address(token: &str) -> bool {
    token.contains('@') || token.contains("://") || is_host(token)
}

/// Whether a mail program would make a link of some part of it: `evil.example/pay` needs no scheme.
fn is_host(token: &str) -> bool {
    token.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-')).any(|piece| {
        let last = piece.rsplit('.').next().unwrap_or_default();
        piece.contains('.')
            && !piece.starts_with('.')
            && last.chars().count() >= 2
            && last.chars().all(char::is_alphabetic)
    })
}

fn is_list_number(token: &str) -> bool {
    token.len() == 1 && token.bytes().all(|b| b.is_ascii_digit())
}

/// The facts of the texts that a sentence is held against.
#[derive(Debug, Default)]
pub(crate) struct Known {
    tokens: HashSet<String>,
    quantities: Quantities,
    dates: BTreeSet<(u8, u8)>,
    /// Codes and numbers of the request itself. They carry nothing, for a request may be an attack; a sentence that only
    /// admits to know nothing may repeat them.
    given: HashSet<String>,
}

/// A fact that stands nowhere, in the sentence's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stray {
    /// A code or an address.
    Letter(String),
    /// A number, an amount, a time.
    Number(String),
    /// A day.
    Date(String),
}

impl Known {
    pub fn of(texts: &[&str], given: &str) -> Self {
        let whole = texts.join("\n");
        let given = facts(given).into_iter().filter(|fact| !is_address(fact)).flat_map(|f| with_parts(&f)).collect();
        Self {
            tokens: facts(&whole).iter().flat_map(|f| with_parts(f)).collect(),
            dates: dates(&whole),
            quantities: Quantities::of(&whole),
            given,
        }
    }

    /// The first fact of a sentence that stands in none of the texts.
    pub fn stray(&self, sentence: &str) -> Option<Stray> {
        let own = Quantities::of(sentence);
        let quantity = own.with_unit.iter().find_map(|(unit, values)| {
            let known = self.quantities.with_unit.get(unit);
            values.iter().find(|v| !known.is_some_and(|k| k.contains(*v)))
        });
        if let Some(value) = quantity {
            return Some(Stray::Number(written(sentence, *value)));
        }
        if let Some(token) = facts(sentence).into_iter().find(|fact| !self.holds(fact)) {
            return Some(if is_number(&token) { Stray::Number(token) } else { Stray::Letter(token) });
        }
        let day = dates(sentence).into_iter().find(|day| !self.dates.contains(day))?;
        Some(Stray::Date(format!("{:02}-{:02}", day.0, day.1)))
    }

    fn holds(&self, fact: &str) -> bool {
        let has = |token: &str| self.tokens.contains(token);
        if has(fact) {
            return true;
        }
        // "30-day", "$5" and "1st" are judged by their numbers; a code is not.
        is_number(fact) && parts(fact).all(|part| part.len() == 1 || has(&part) || self.counts(&part))
    }

    /// Whether a sentence brings no fact but those of the texts and of the request.
    pub fn repeats_only(&self, sentence: &str) -> bool {
        facts(sentence).iter().all(|fact| self.holds(fact) || self.given.contains(fact))
    }

    fn counts(&self, part: &str) -> bool {
        number(part).is_some_and(|value| {
            self.quantities.bare.contains(&value)
                || self.quantities.with_unit.values().any(|values| {
                    [1, 60, 1_440, 10_080, 43_200, 518_400, 1_000, 1_000_000]
                        .iter()
                        .any(|factor| values.contains(&value.saturating_mul(*factor)))
                })
        })
    }
}

/// Digits and nothing else but marks, units and endings of counting.
fn is_number(fact: &str) -> bool {
    let counted = fact.split_once('-').is_some_and(|(digits, words)| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
            && words.split('-').all(|word| word.chars().count() >= 3 && word.chars().all(char::is_alphabetic))
    });
    !is_address(fact) && (counted || measured(fact))
}

fn measured(fact: &str) -> bool {
    fact.split(|c: char| !c.is_alphabetic()).all(|letters| {
        letters.is_empty()
            || unit(letters).is_some()
            || matches!(letters, "st" | "nd" | "rd" | "th" | "s" | "am" | "pm" | "x" | "k" | "m" | "b" | "to")
    })
}

/// The runs of digits in a fact, with what divides thousands and cents.
fn parts(fact: &str) -> impl Iterator<Item = String> + '_ {
    fact.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .map(|part| part.trim_matches(['.', ',']).to_owned())
        .filter(|part| !part.is_empty())
}

fn with_parts(fact: &str) -> Vec<String> {
    let mut all = vec![fact.to_owned()];
    if is_number(fact) {
        all.extend(parts(fact));
    }
    all
}

/// How a sentence writes a value, for people.
fn written(sentence: &str, value: i64) -> String {
    let tokens = super::quantity::tokens(sentence);
    let at = tokens.iter().position(|t| {
        number(t.trim_matches(['€', '$', '£', '%'])).is_some_and(|n| n == value || (n != 0 && value % n == 0))
    });
    let words = at.map(|at| tokens.iter().skip(at).take(2).cloned().collect::<Vec<_>>().join(" "));
    words.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_nowhere_is_named() {
        let source =
            "Refunds within 14 days. Overage costs $5 per GB and 3-4 weeks apply from 3 May 2026. Error BANK-207.";
        let known = Known::of(&[source], "My order 77123 of evil.example");
        for fine in [
            "You have two weeks.",
            "It is $5 per GB.",
            "It takes 3 weeks.",
            "It takes 4 weeks.",
            "BANK-207 was raised.",
            "From May 3, 2026.",
            "The 14-day window.",
            "A 14-mile walk.",
        ] {
            assert_eq!(known.stray(fine), None, "{fine}");
        }
        assert!(known.repeats_only("I know nothing of 77123.") && !known.repeats_only("I know nothing of 77124."));
        for (wrong, expected) in [
            ("Your order 77123.", Stray::Number("77123".into())),
            ("You have 15 days.", Stray::Number("15 days".into())),
            ("You have three days.", Stray::Number("three days".into())),
            ("It is $6 per GB.", Stray::Number("$6 per".into())),
            ("BANK-208 was raised.", Stray::Letter("bank-208".into())),
            ("See evil.example for it.", Stray::Letter("evil.example".into())),
            ("From May 4, 2026.", Stray::Number("4".into())),
            ("Write to a@b.example.", Stray::Letter("a@b.example".into())),
        ] {
            let stray = known.stray(wrong);
            if wrong.starts_with("From") {
                assert_eq!(stray, Some(Stray::Date("05-04".into())), "{wrong}");
            } else {
                assert_eq!(stray, Some(expected), "{wrong}");
            }
        }
    }
}
