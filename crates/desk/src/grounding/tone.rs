//! How a sentence says what it says: what it denies, how sure it is, what it promises, and whether it only admits that
//! there is no answer.

use std::collections::HashSet;

use super::text::{is_content, stem, words};

/// Words that promise something; they must stand in the source.
const COMMITMENTS: &[&str] = &[
    "refund",
    "refunded",
    "free",
    "guarantee",
    "guaranteed",
    "promise",
    "compensation",
    "compensate",
    "reimburse",
    "credit",
    "binding",
    "waive",
    "discount",
];

const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "cannot",
    "can't",
    "won't",
    "doesn't",
    "don't",
    "didn't",
    "isn't",
    "aren't",
    "wasn't",
    "weren't",
    "wouldn't",
    "shouldn't",
    "mustn't",
    "neither",
    "nor",
    "without",
    "unable",
    "nothing",
    "none",
];

/// Content words after a negation that it denies.
const DENIED: usize = 3;

/// How sure a sentence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// "may", "might": possible.
    Possible,
    /// "must", "required": an obligation.
    Must,
    /// "always", "guaranteed", "will": certain.
    Certain,
    /// It says nothing about that.
    Plain,
}

const POSSIBLE: &[&str] =
    &["may", "might", "could", "sometimes", "possibly", "perhaps", "usually", "typically", "generally"];
const MUST: &[&str] = &["must", "required", "mandatory", "obliged"];
const CERTAIN: &[&str] = &["will", "always", "certainly", "definitely", "guaranteed"];

impl Mood {
    pub fn of(text: &str) -> Self {
        let has = |list: &[&str]| words(text).any(|w| list.contains(&w.as_str()));
        match (has(POSSIBLE), has(MUST), has(CERTAIN)) {
            (true, _, _) => Self::Possible,
            (_, true, _) => Self::Must,
            (_, _, true) => Self::Certain,
            _ => Self::Plain,
        }
    }

    /// Whether a sentence of this mood says more than its source, or makes a duty a choice.
    pub fn oversteps(self, source: Self) -> bool {
        matches!((self, source), (Self::Certain | Self::Must, Self::Possible) | (Self::Possible, Self::Must))
    }
}

pub(crate) fn negates(text: &str) -> bool {
    words(text).any(|w| NEGATIONS.contains(&w.as_str()))
}

/// The stems that a sentence denies: the few content words after each negation.
pub(crate) fn denied(text: &str) -> HashSet<String> {
    let mut denied = HashSet::new();
    for clause in text.split([',', ';', ':']) {
        let mut left = 0_usize;
        for word in words(clause) {
            if NEGATIONS.contains(&word.as_str()) {
                left = DENIED;
            } else if matches!(word.as_str(), "but" | "unless" | "until" | "only") {
                left = 0;
            } else if left > 0 && is_content(&word) {
                denied.insert(stem(&word));
                left -= 1;
            }
        }
    }
    denied
}

pub(crate) fn commitments(stems: &[String]) -> Vec<String> {
    let promised: HashSet<String> = COMMITMENTS.iter().map(|w| stem(w)).collect();
    stems.iter().filter(|w| promised.contains(*w)).cloned().collect()
}

/// Openings of sentences that greet, thank, lead in or offer: they state nothing.
const COURTESIES: &[&str] = &[
    "hi",
    "hello",
    "dear",
    "good morning",
    "good afternoon",
    "thank you",
    "thanks",
    "sorry",
    "i'm sorry",
    "i am sorry",
    "we're sorry",
    "we are sorry",
    "i apologi",
    "we apologi",
    "kind regards",
    "best regards",
    "best wishes",
    "regards",
    "sincerely",
    "you're welcome",
    "you are welcome",
    "i hope this",
    "we hope this",
    "hope this",
    "feel free",
    "let me know",
    "let us know",
    "please let",
    "is there anything",
    "if you have any",
    "if you need",
    "if you'd like",
    "if you would like",
    "i'm happy",
    "i am happy",
    "i'd be happy",
    "happy to help",
    "great question",
    "sure",
    "of course",
    "certainly",
    "here are",
    "here is",
    "here's",
    "the steps are",
    "guten tag",
    "hallo",
    "vielen dank",
    "bonjour",
    "merci",
    "hola",
    "gracias",
    "olá",
    "obrigad",
];

/// Ways to say that there is no answer.
const NO_ANSWER: &[&str] = &[
    "i don't know",
    "i do not know",
    "i don't have",
    "i do not have",
    "we don't have",
    "we do not have",
    "i couldn't find",
    "i could not find",
    "i can't find",
    "i cannot find",
    "i can't answer",
    "i cannot answer",
    "i am unable",
    "i'm unable",
    "i'm not sure",
    "i am not sure",
    "i'm not able",
    "i am not able",
    "i can't provide",
    "i cannot provide",
    "no information",
    "not enough information",
    "no specific information",
    "no mention",
    "not mentioned",
    "does not mention",
    "do not mention",
    "doesn't mention",
    "don't mention",
    "not specified",
    "does not specify",
    "do not specify",
    "doesn't specify",
    "don't specify",
    "does not provide",
    "do not provide",
    "doesn't provide",
    "don't provide",
    "does not say",
    "do not say",
    "does not contain",
    "do not contain",
    "does not include information",
    "not stated",
    "unanswerable",
    "no approved source",
    "not find any information",
    "not have information",
    "is unclear",
    "not available in",
];

fn lower(sentence: &str) -> String {
    let plain = sentence.to_lowercase().replace('’', "'");
    plain.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

pub(crate) fn is_courtesy(sentence: &str) -> bool {
    let lower = lower(sentence);
    let whole = |head: &&&str| lower.strip_prefix(**head).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let stem = |head: &&&str| head.ends_with("apologi") || **head == "obrigad";
    COURTESIES.iter().any(|head| whole(&head) || (stem(&head) && lower.starts_with(head)))
}

/// Whether a sentence only admits that there is no answer.
#[must_use]
pub fn declines(sentence: &str) -> bool {
    let lower = lower(sentence);
    NO_ANSWER.iter().any(|phrase| lower.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_and_how_sure_it_is() {
        assert_eq!(denied("Overage is never refunded, but credits are."), HashSet::from([stem("refunded")]));
        assert!(denied("Refunds are possible.").is_empty());
        assert_eq!(Mood::of("You may cancel."), Mood::Possible);
        assert!(Mood::of("It will arrive.").oversteps(Mood::of("It may arrive.")));
        assert!(Mood::of("You may confirm.").oversteps(Mood::of("You must confirm.")));
        assert!(!Mood::of("It may arrive.").oversteps(Mood::of("It will arrive.")));
        assert!(!Mood::of("It arrives.").oversteps(Mood::of("It may arrive.")));
    }

    #[test]
    fn courtesies_and_refusals() {
        for said in ["Hi Ana,", "Thank you for writing!", "Let me know if you need more.", "Sure, here is what to do."]
        {
            assert!(is_courtesy(said), "{said}");
        }
        for said in ["History says so.", "Higher plans cost more.", "Regardless of the plan it works."] {
            assert!(!is_courtesy(said), "{said}");
        }
        assert!(declines("I’m sorry, I don’t have specific information about that."));
        assert!(declines("The passages do not mention a price."));
        assert!(!declines("The price is not refunded."));
    }
}
