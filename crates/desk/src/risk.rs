//! Why a person must look: rules a lead can read, in `risk_rules.txt`. No model is asked.
//!
//! Start with the file, then [`Rules::parse`].

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    folded::{Before, Folded, Word},
    ids::MessageId,
    operating::OperatingModel,
    ticket::Priority,
};

pub(crate) mod phrases;
mod rules;
#[cfg(test)]
mod tests;

pub use rules::{Problem, Rules};

closed_list! {
    /// A reason for care.
    pub enum Flag ("risk flag") {
        /// Identity or access is at stake.
        Security = "security",
        /// A charge went wrong.
        Payment = "payment",
        /// Money back is asked for.
        Refund = "refund",
        /// Law or data protection.
        Legal = "legal",
        /// The requester is angry.
        Anger = "anger",
        /// The requester may leave.
        Cancellation = "cancellation",
        /// The requester asked for a person.
        PersonRequested = "person_requested",
        /// Somebody may be in danger.
        Safety = "safety",
        /// The writer may harm themselves.
        SelfHarm = "self_harm",
        /// The text speaks to the machine, or hides something from people.
        Injection = "injection",
        /// A machine wrote it.
        MachineMail = "machine_mail",
        /// The sender is not who the ticket is about, or cannot be verified.
        Sender = "sender",
        /// A sender the desk named as important.
        Vip = "vip",
        /// The requester is losing patience; milder than anger.
        Frustration = "frustration",
    }
}

impl Flag {
    /// The lowest priority a ticket with this flag may have. Frustration is one step above normal.
    #[must_use]
    pub const fn at_least(self) -> Priority {
        match self {
            Self::Safety | Self::SelfHarm => Priority::Urgent,
            Self::Security | Self::Legal | Self::Anger | Self::PersonRequested | Self::Vip | Self::Frustration => {
                Priority::High
            }
            Self::Payment | Self::Refund | Self::Cancellation | Self::Injection | Self::Sender => Priority::Normal,
            Self::MachineMail => Priority::Low,
        }
    }

    /// What the flag narrows the operating model to, if anything.
    #[must_use]
    pub const fn narrows_to(self) -> Option<OperatingModel> {
        match self {
            Self::Security => Some(OperatingModel::Security),
            Self::Legal | Self::Safety | Self::SelfHarm => Some(OperatingModel::Legal),
            Self::Anger | Self::PersonRequested | Self::Cancellation | Self::Vip => Some(OperatingModel::Relationship),
            Self::Refund => Some(OperatingModel::Refund),
            Self::Payment | Self::Injection | Self::MachineMail | Self::Sender | Self::Frustration => None,
        }
    }

    /// Grave flags stand until a lead dismisses them; the others are about what we have not answered yet.
    #[must_use]
    pub const fn is_grave(self) -> bool {
        matches!(self, Self::Security | Self::Legal | Self::Safety | Self::SelfHarm)
    }
}

/// A flag with the words that raised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The flag.
    pub flag: Flag,
    /// The quoted words, or a sentence when nothing can be quoted.
    pub quote: String,
    /// Character offsets of the quote in the text that was read.
    pub span: Option<(usize, usize)>,
    /// The message that was read, where the words come from one.
    #[serde(default)]
    pub message: Option<MessageId>,
}

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
    // A test holds the shipped file to its format; were it broken all the same, better no desk than one without flags.
    Rules::parse(SHIPPED_TEXT).unwrap_or_else(|problems| panic!("the shipped rules are broken: {problems:?}"))
});

/// The shipped file of rules: version 1 of every desk's.
pub const SHIPPED_TEXT: &str = include_str!("risk_rules.txt");

/// The shipped rules.
#[must_use]
pub fn shipped() -> &'static Rules {
    &SHIPPED
}

/// Every flag the text raises by the shipped rules.
#[must_use]
pub fn raised(text: &str) -> Vec<Raised> {
    SHIPPED.raised(text)
}

/// Byte offsets of the sentence around the word at `index`.
fn sentence_around(folded: &Folded, index: usize, end: usize) -> (usize, usize) {
    let words = folded.words();
    let begins = |w: &Word| w.before == Before::Sentence;
    let start = words.get(..=index).and_then(|head| head.iter().rev().find(|w| begins(w))).map_or(0, |w| w.bytes.0);
    let stop = words.get(index + 1..).and_then(|tail| tail.iter().find(|w| begins(w))).map_or(end, |w| w.bytes.0);
    (start, stop)
}
