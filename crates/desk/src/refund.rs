//! What stands beside a refund request: the rule in the source's words, the facts that the mails give, and those they do not.
//! Never a decision: nothing here compares a fact with the rule.

use crate::{
    assemble::plain,
    closed_list,
    grounding::{self, content_words},
    ids::MessageId,
    knowledge::Cited,
    time::Timestamp,
};

/// Most sentences of the rule.
const RULES_MAX: usize = 5;

closed_list! {
    /// What a refund is decided by.
    pub enum RefundFact ("fact of a refund") {
        /// Which charge, by its invoice.
        Invoice = "invoice",
        /// How much.
        Amount = "amount",
        /// When it was charged.
        ChargedOn = "charged_on",
    }
}

/// A sentence of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Number of the passage.
    pub citation: u32,
    /// Its words.
    pub quote: String,
}

/// A fact, in the requester's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactFound {
    /// Which.
    pub fact: RefundFact,
    /// The words.
    pub quote: String,
    /// The message they stand in.
    pub message: MessageId,
    /// First character in the message's newest part.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Days from the charge to that message, for a date that lies within a year before it.
    pub days_before: Option<i64>,
}

/// Everything beside the request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyCheck {
    /// The policy's own sentences, in their order.
    pub rules: Vec<Rule>,
    /// What the mails say.
    pub found: Vec<FactFound>,
    /// What nobody said yet.
    pub missing: Vec<RefundFact>,
}

/// A message of the requester.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its id.
    pub message: MessageId,
    /// Its newest words.
    pub text: &'a str,
    /// When it came.
    pub at: Timestamp,
}

/// Gathers rule and facts. The newest words for each fact win.
#[must_use]
pub fn check(told: &[Told<'_>], cited: &[Cited]) -> PolicyCheck {
    let mut check = PolicyCheck { rules: rules(cited), ..PolicyCheck::default() };
    for fact in RefundFact::ALL {
        match told.iter().rev().find_map(|mail| find(*fact, mail)) {
            Some(found) => check.found.push(found),
            None => check.missing.push(*fact),
        }
    }
    check
}

/// Sentences of passages about refunds that name a term, a number or an exclusion.
fn rules(cited: &[Cited]) -> Vec<Rule> {
    let about = |text: &str| content_words(text).iter().any(|w| w.starts_with("refund"));
    let mut rules = Vec::new();
    for source in cited.iter().filter(|c| c.grounds() && (about(&c.title) || about(&c.heading) || about(&c.text))) {
        for line in source.text.lines().filter(|l| !l.trim_start().starts_with(['#', '|'])) {
            for sentence in grounding::sentences(&plain(line)) {
                let lower = sentence.to_lowercase();
                let binds = grounding::measures(&sentence)
                    || (about(&sentence) && ["never", "only", "not ", " if "].iter().any(|word| lower.contains(word)));
                if binds {
                    rules.push(Rule { citation: source.citation, quote: sentence });
                }
            }
        }
    }
    rules.truncate(RULES_MAX);
    rules
}

fn find(fact: RefundFact, mail: &Told<'_>) -> Option<FactFound> {
    let words = words(mail.text);
    let found = |from: usize, to: usize, days_before| {
        let (start, end) = (words.get(from)?.0, words.get(to)?.1);
        let quote: String = mail.text.chars().skip(start).take(end - start).collect();
        let quote = quote.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(FactFound { fact, quote, message: mail.message, start, end, days_before })
    };
    let word = |at: usize| words.get(at).map_or("", |(_, _, word)| word.as_str());
    match fact {
        RefundFact::Invoice => {
            let at = (0..words.len()).find(|at| is_invoice(word(*at)))?;
            found(at, at, None)
        }
        RefundFact::Amount => {
            let at = (0..words.len())
                .find(|at| is_amount(word(*at), word(at + 1)) || (is_currency(word(*at)) && is_number(word(at + 1))))?;
            let alone = word(at).chars().any(|c| "€$£".contains(c)) && word(at).chars().any(|c| c.is_ascii_digit());
            found(at, if alone { at } else { at + 1 }, None)
        }
        RefundFact::ChargedOn => {
            // The fewest words that name a day.
            let day_at = |at: usize, more: usize| {
                let window = (at..=at + more).map(word).collect::<Vec<_>>().join(" ");
                let day = grounding::day_of_year(&window)?;
                words.get(at + more).map(|_| (at, at + more, day))
            };
            let (from, to, day) = (0..=1).find_map(|more| (0..words.len()).find_map(|at| day_at(at, more)))?;
            found(from, to, days_before(day, mail.at))
        }
    }
}

/// Words with their places, without the marks around them.
fn words(text: &str) -> Vec<(usize, usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    let mut from = None;
    for (at, c) in chars.iter().chain([&' ']).enumerate() {
        match (c.is_whitespace(), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                from = None;
                let raw = chars.get(start..at).unwrap_or_default();
                let keeps = |c: &char| c.is_alphanumeric() || "€$£".contains(*c);
                let Some(lead) = raw.iter().position(keeps) else { continue };
                let tail = raw.iter().rev().position(keeps).unwrap_or(0);
                let word = raw.get(lead..raw.len() - tail).unwrap_or_default().iter().collect();
                all.push((start + lead, at - tail, word));
            }
            _ => {}
        }
    }
    all
}

/// Letters and digits joined by dashes, such as FH-2026-10-01882; no day.
fn is_invoice(word: &str) -> bool {
    let (letters, digits) = (word.chars().any(char::is_alphabetic), word.chars().filter(char::is_ascii_digit).count());
    word.contains('-') && letters && digits >= 4 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))
}

fn is_currency(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "eur" | "euro" | "euros" | "usd" | "gbp" | "chf" | "dollars" | "pounds" | "€" | "$" | "£"
    )
}

fn is_amount(word: &str, next: &str) -> bool {
    let signed = word.chars().any(|c| "€$£".contains(c)) && word.chars().any(|c| c.is_ascii_digit());
    signed || (is_number(word) && is_currency(next))
}

/// Days from the last such day to an instant.
fn days_before((month, day): (u8, u8), at: Timestamp) -> Option<i64> {
    let today = at.date();
    let year: i64 = today.get(..4)?.parse().ok()?;
    (0..=1).find_map(|ago| {
        let charged = Timestamp::parse(&format!("{:04}-{month:02}-{day:02}", year - ago))?;
        let days = (Timestamp::parse(&today)?.micros() - charged.micros()) / 86_400_000_000;
        (days >= 0).then_some(days)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const POLICY: &str = "We refund a charge if **both** are true:\n\n1. the request reaches us **within 30 days of the charge**, and\n2. the workspace was used on **fewer than 5 days**.\n\n**Overage** of Relay is never refunded. The team is friendly.";

    fn mail(text: &str, at: &str) -> (MessageId, String, Timestamp) {
        (Uuid::from_u128(7).into(), text.to_owned(), Timestamp::parse(at).expect("an instant"))
    }

    fn checked(text: &str) -> PolicyCheck {
        let (message, text, at) = mail(text, "2026-11-17T14:00:00Z");
        check(
            &[Told { message, text: &text, at }],
            &[Cited::loose(1, "Refund policy", POLICY), Cited::loose(2, "Import", "Files of up to 5 MB.")],
        )
    }

    #[test]
    fn rule_and_facts_stand_side_by_side_and_nothing_is_decided() {
        let text = "I got charged 29 EUR on October 3 and never\nused it. Invoice is FH-2026-10-01882. I remember 45 days money back.";
        let found = checked(text);
        let told: Vec<(RefundFact, &str, Option<i64>)> =
            found.found.iter().map(|f| (f.fact, f.quote.as_str(), f.days_before)).collect();
        assert_eq!(
            told,
            [
                (RefundFact::Invoice, "FH-2026-10-01882", None),
                (RefundFact::Amount, "29 EUR", None),
                (RefundFact::ChargedOn, "October 3", Some(45)),
            ]
        );
        assert_eq!(found.missing, []);
        for f in &found.found {
            let cut: String = text.chars().skip(f.start).take(f.end - f.start).collect();
            assert_eq!(cut.split_whitespace().collect::<Vec<_>>().join(" "), f.quote);
        }
        let rules: Vec<&str> = found.rules.iter().map(|r| r.quote.as_str()).collect();
        assert!(
            rules.iter().any(|r| r.contains("within 30 days")) && rules.iter().any(|r| r.contains("never refunded")),
            "{rules:?}"
        );
        assert!(
            found.rules.iter().all(|r| r.citation == 1) && !rules.iter().any(|r| r.contains("friendly")),
            "{rules:?}"
        );
    }

    #[test]
    fn what_nobody_said_is_missing() {
        assert_eq!(checked("I want my money back.").missing, RefundFact::ALL);
        let cases = [
            ("They took €49.50 from me.", RefundFact::Amount, "€49.50"),
            ("It was USD 12, I think.", RefundFact::Amount, "USD 12"),
            ("Charged on 2026-11-06.", RefundFact::ChargedOn, "2026-11-06"),
            ("On 6 November 2026 I bought it.", RefundFact::ChargedOn, "6 November"),
        ];
        for (text, fact, quote) in cases {
            let found = checked(text).found;
            assert!(found.iter().any(|f| f.fact == fact && f.quote == quote), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_day_is_counted_back_over_the_turn_of_the_year() {
        let (message, text, at) = mail("Charged on 20 December.", "2026-01-09");
        assert_eq!(check(&[Told { message, text: &text, at }], &[]).found[0].days_before, Some(20));
    }
}
