//! Is a sentence carried by the words it cites? Deterministic, and the same for every drafter.
//!
//! Three questions, each answerable by a person with a pencil: do its numbers, codes, addresses and
//! dates occur in what it cites; are most of its content words there; does one side say "not" where
//! the other does not. It proves support by wording, not truth: a false source still supports.

use std::collections::HashSet;

use crate::draft::Support;

/// Share of content words that must occur in the cited text.
const OVERLAP_MIN: f64 = 0.6;

/// Words that promise something; they must stand in the source.
const COMMITMENTS: &[&str] = &[
    "refund",
    "refunded",
    "free",
    "guarantee",
    "guaranteed",
    "promise",
    "compensation",
    "credit",
    "binding",
    "waive",
    "discount",
];

const NEGATIONS: &[&str] = &["not", "no", "never", "cannot", "can't", "won't", "doesn't", "don't", "isn't", "without"];

const STOP: &[&str] = &[
    "the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "for", "from", "by", "with", "as", "is", "are", "was",
    "were", "be", "been", "it", "its", "this", "that", "these", "those", "you", "your", "we", "our", "us", "i", "my",
    "me", "they", "their", "them", "he", "she", "his", "her", "will", "would", "can", "could", "should", "may",
    "might", "do", "does", "did", "have", "has", "had", "if", "then", "than", "so", "but", "there", "here", "please",
    "just", "also", "any", "all", "some", "when", "which", "who", "what", "how", "about", "into", "after", "before",
    "up", "out", "more", "only", "get", "now", "once",
];

/// Judges one sentence against the texts it cites.
#[must_use]
pub fn judge(sentence: &str, cited: &[&str]) -> Support {
    let own = content_words(sentence);
    let own_facts = facts(sentence);
    if own.len() < 3 && own_facts.is_empty() && commitments(&own).is_empty() {
        return Support::Frame;
    }
    let cited_words: HashSet<String> = cited.iter().flat_map(|t| content_words(t)).collect();
    let cited_facts: HashSet<String> = cited.iter().flat_map(|t| facts(t)).collect();
    let carried = own.iter().filter(|w| cited_words.contains(*w)).count();
    let enough = carried as f64 >= OVERLAP_MIN * own.len() as f64;
    let facts_there = own_facts.iter().all(|f| cited_facts.contains(f));
    let promises_there = commitments(&own).iter().all(|w| cited_words.contains(w.as_str()));
    let polarity = best_matching(sentence, cited).is_none_or(|source| negates(&source) == negates(sentence));
    if enough && facts_there && promises_there && polarity { Support::Supported } else { Support::Unsupported }
}

/// Judges a question back to the customer: it states nothing, so its words are free, but what must
/// be right to the letter and what promises something must stand in a source all the same.
#[must_use]
pub fn judge_question(question: &str, texts: &[&str]) -> Support {
    let known_facts: HashSet<String> = texts.iter().flat_map(|t| facts(t)).collect();
    let known_words: HashSet<String> = texts.iter().flat_map(|t| content_words(t)).collect();
    let carried = facts(question).iter().all(|f| known_facts.contains(f))
        && commitments(&content_words(question)).iter().all(|w| known_words.contains(w.as_str()));
    if carried { Support::Frame } else { Support::Unsupported }
}

/// The source sentence that shares most content words.
fn best_matching(sentence: &str, cited: &[&str]) -> Option<String> {
    let own: HashSet<String> = content_words(sentence).into_iter().collect();
    cited.iter().flat_map(|t| sentences(t)).max_by_key(|s| content_words(s).iter().filter(|w| own.contains(*w)).count())
}

fn negates(text: &str) -> bool {
    words(text).any(|w| NEGATIONS.contains(&w.as_str()))
}

fn commitments(words: &[String]) -> Vec<String> {
    let stems: HashSet<String> = COMMITMENTS.iter().map(|w| stem(w)).collect();
    words.iter().filter(|w| stems.contains(*w)).cloned().collect()
}

/// Things that must be right to the letter: tokens with a digit, addresses, web addresses.
#[must_use]
pub fn facts(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|t| {
            t.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '€' | '$' | '£' | '%' | '/')).to_lowercase()
        })
        .filter(|t| t.chars().any(|c| c.is_ascii_digit()) || t.contains('@') || t.contains("://") || is_host(t))
        .filter(|t| !is_list_number(t))
        .map(|t| t.trim_end_matches("'s").to_owned())
        .collect()
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

/// Content words, stemmed, in order, without repeats.
#[must_use]
pub fn content_words(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    words(text)
        .filter(|w| w.chars().count() > 1 && !STOP.contains(&w.as_str()))
        .map(|w| stem(&w))
        .filter(|w| seen.insert(w.clone()))
        .collect()
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-' | '_'))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

/// English endings off; crude on purpose: it must only make "invoices" meet "invoice".
fn stem(word: &str) -> String {
    for ending in ["ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s", "e", "y"] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.chars().count() >= 3
        {
            return rest.to_owned();
        }
    }
    word.to_owned()
}

/// Splits prose into sentences; list items and lines end sentences too.
#[must_use]
pub fn sentences(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let mut current = String::new();
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            current.push(c);
            let ends = matches!(c, '.' | '!' | '?')
                && chars.peek().is_none_or(|n| n.is_whitespace())
                && !ends_in_abbreviation(&current);
            if ends {
                push_sentence(&mut all, &mut current);
            }
        }
        push_sentence(&mut all, &mut current);
    }
    all
}

fn push_sentence(all: &mut Vec<String>, current: &mut String) {
    let sentence = current.trim();
    if sentence.chars().any(char::is_alphanumeric) {
        all.push(sentence.to_owned());
    }
    current.clear();
}

fn ends_in_abbreviation(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    matches!(last, "e.g." | "i.e." | "etc." | "No." | "Mr." | "Ms." | "Dr." | "vs." | "approx.")
        || (last.len() <= 3 && last.trim_end_matches('.').bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "A charge is refunded within 30 days if the workspace was used on fewer than 5 days. Overage is never refunded.\nError BANK-207 means that the consent expired.";

    #[test]
    fn facts_words_promises_and_negations() {
        let cases = [
            ("A charge is refunded within 30 days if the workspace was used on fewer than 5 days.", Support::Supported),
            (
                "A charge is refunded within 45 days if the workspace was used on fewer than 5 days.",
                Support::Unsupported,
            ),
            ("BANK-207 means the consent expired.", Support::Supported),
            ("BANK-208 means the consent expired.", Support::Unsupported),
            ("Overage is refunded.", Support::Unsupported),
            ("Overage is never refunded.", Support::Supported),
            ("Non-profit organisations get a discount on every plan.", Support::Unsupported),
            ("The consent expired and you get a free month.", Support::Unsupported),
            ("Write to help@evil.example about the charge.", Support::Unsupported),
            ("The consent expired, see evil.example/pay", Support::Unsupported),
            ("The consent expired (evil.example).", Support::Unsupported),
            ("The consent expired:evil.example", Support::Unsupported),
            ("evil.example", Support::Unsupported),
            ("Hi Ana,", Support::Frame),
            ("Thank you for writing!", Support::Frame),
        ];
        for (sentence, expected) in cases {
            assert_eq!(judge(sentence, &[SOURCE]), expected, "{sentence}");
        }
        assert_eq!(judge("A charge is refunded within 30 days.", &[]), Support::Unsupported);
    }

    #[test]
    fn a_question_brings_no_facts_or_promises_of_its_own() {
        let cases = [
            ("Which bank is it?", Support::Frame),
            ("Do you see BANK-207?", Support::Frame),
            ("Do you see BANK-208?", Support::Unsupported),
            ("Could you confirm it at evil.example?", Support::Unsupported),
            ("Shall we waive the charge?", Support::Unsupported),
        ];
        for (question, expected) in cases {
            assert_eq!(judge_question(question, &[SOURCE]), expected, "{question}");
        }
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            sentences("Open Settings, e.g. Billing. Then save!\n1. Renew consent\n\n—"),
            ["Open Settings, e.g. Billing.", "Then save!", "1. Renew consent"]
        );
    }
}
