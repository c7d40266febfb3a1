//! What a statement is about, and whether it says yes or no.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use super::{quantity::unit, tokens};
use crate::{grounding, numbers::is_number_word};

/// Words that say how, how long or for whom, not what about.
const FRAME: &[&str] = &[
    "non",
    "fortnight",
    "within",
    "during",
    "until",
    "till",
    "upto",
    "least",
    "most",
    "later",
    "earlier",
    "no",
    "not",
    "longer",
    "every",
    "each",
    "must",
    "need",
    "possible",
    "able",
    "allowed",
    "always",
    "never",
    "again",
    "still",
    "per",
    "of",
    "off",
    "them",
    "get",
    "gets",
    "take",
    "takes",
    "make",
    "made",
    "give",
    "given",
    "customer",
    "customers",
    "client",
    "clients",
    "anybody",
    "everybody",
    "people",
    "one",
    "innerhalb",
    "binnen",
    "werden",
    "wird",
    "können",
    "kann",
    "lang",
];

/// Words of the trade that mean the same here; the first stands for all.
const SAME: &[&[&str]] = &[
    &["refund", "refundable", "reimburse", "reimbursement"],
    &["purchase", "buy", "bought", "order"],
    &["cancel", "cancelled", "canceled", "terminate", "termination"],
    &["keep", "kept", "retain", "retention", "store", "preserve"],
    &["delete", "deletion", "remove", "removal", "erase", "erasure"],
    &["cost", "price"],
    &["plan", "subscription"],
    &["invoice", "bill"],
    &["answer", "reply", "replies", "respond", "response"],
];

static FRAME_STEMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| FRAME.iter().copied().flat_map(stem).collect());
static SAME_STEMS: LazyLock<BTreeMap<String, &str>> = LazyLock::new(|| {
    let of = |same: &&[&'static str]| {
        let first = same.first().copied().unwrap_or_default();
        same.iter().copied().flat_map(stem).map(|stem| (stem, first)).collect::<Vec<_>>()
    };
    SAME.iter().flat_map(of).collect()
});

fn stem(word: &str) -> Option<String> {
    grounding::content_words(word).pop()
}

/// Words that deny.
const NO: &[&str] = &[
    "not",
    "no",
    "never",
    "cannot",
    "can't",
    "won't",
    "doesn't",
    "don't",
    "isn't",
    "aren't",
    "nobody",
    "neither",
    "impossible",
    "unable",
    "excluded",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "keiner",
    "nie",
    "ne",
    "pas",
    "jamais",
    "nunca",
    "não",
    "sin",
    "sans",
    "ohne",
    "without",
];
/// Of these, words that deny what stands beside them, not the verb.
const BESIDE: &[&str] = &["without", "sin", "sans", "ohne", "no"];
/// Words that name a condition: "not after", "only if", "except".
const LIMIT: &[&str] = &[
    "if",
    "unless",
    "until",
    "except",
    "only",
    "after",
    "before",
    "once",
    "when",
    "while",
    "where",
    "within",
    "wenn",
    "außer",
    "nur",
    "bis",
    "nach",
    "vor",
    "si",
    "sauf",
    "après",
    "avant",
    "excepto",
    "después",
    "antes",
    "se",
    "exceto",
    "depois",
    "otherwise",
    "yet",
    "more",
    "longer",
    "than",
    "least",
];

/// How something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manner {
    denies: bool,
    /// The verb itself: "is never refunded", "is non-refundable".
    denies_verb: bool,
    /// Something is promised or allowed: "can be", "we refund".
    allows: bool,
    limits: BTreeSet<String>,
}

impl Manner {
    /// Whether few words are enough to be about something.
    pub(super) fn says_yes_or_no(&self) -> bool {
        (self.denies_verb || self.allows) && self.limits.is_empty()
    }

    /// One denies what the other says, and neither names a condition that the other does not.
    pub(super) fn opposes(&self, other: &Self) -> bool {
        self.denies != other.denies && self.limits == other.limits
    }

    /// One denies the verb that the other allows.
    pub(super) fn denies_what(&self, other: &Self) -> bool {
        (self.denies_verb && other.allows) || (other.denies_verb && self.allows)
    }
}

pub(super) fn manner(clause: &str) -> Manner {
    let words = tokens(clause);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let prefixed = words.iter().any(|word| word == "non");
    let beside_only = words.iter().filter(|word| NO.contains(&word.as_str())).all(|w| BESIDE.contains(&w.as_str()));
    let denies = has(NO) || prefixed;
    Manner {
        denies,
        denies_verb: denies && (prefixed || !beside_only),
        allows: !denies
            && has(&["can", "may", "we", "allowed", "possible", "kann", "können", "wir", "peut", "puede", "pode"]),
        limits: words.iter().filter(|word| LIMIT.contains(&word.as_str())).cloned().collect(),
    }
}

/// The words that a clause is about, each in the form that stands for those like it.
pub(super) fn about(clause: &str) -> BTreeSet<String> {
    let says_how = |word: &String| {
        let word = word.as_str();
        is_number_word(word) || unit(word).is_some() || NO.contains(&word) || LIMIT.contains(&word)
    };
    let words: Vec<String> = tokens(clause).into_iter().filter(|word| !says_how(word)).collect();
    grounding::content_words(&words.join(" "))
        .into_iter()
        .filter(|word| !word.contains(|c: char| c.is_ascii_digit()))
        .filter(|word| !FRAME_STEMS.contains(word))
        .map(|word| SAME_STEMS.get(&word).map_or(word, |first| (*first).to_owned()))
        .collect()
}
