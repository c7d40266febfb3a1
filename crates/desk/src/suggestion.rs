//! The one shape for everything the machine says, and a person's answer to it.

use serde::{Deserialize, Serialize};

use crate::{closed_list, ids::MessageId, time::Timestamp};

/// How sure the machine is, or that it does not say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Confidence {
    /// A calibrated probability in 0..=1 that the value is right.
    Probability {
        /// The probability.
        value: f64,
    },
    /// No answer.
    Abstain {
        /// Why not, in words a person can read.
        why: String,
    },
}

closed_list! {
    /// Confidence in three words.
    pub enum Doubt ("degree of doubt") {
        /// Right nearly always.
        Sure = "sure",
        /// Look at it.
        Check = "check",
        /// No answer.
        Unknown = "unknown",
    }
}

impl Confidence {
    /// From 0.9 on "sure", from 0.5 on "check this", else "don't know". The limits are those of
    /// a person's patience, not of statistics: one wrong in ten is what agents called sure.
    #[must_use]
    pub fn doubt(&self) -> Doubt {
        match self {
            Self::Probability { value } if *value >= 0.9 => Doubt::Sure,
            Self::Probability { value } if *value >= 0.5 => Doubt::Check,
            _ => Doubt::Unknown,
        }
    }

    /// The probability, when there is one.
    #[must_use]
    pub fn probability(&self) -> Option<f64> {
        match self {
            Self::Probability { value } => Some(*value),
            Self::Abstain { .. } => None,
        }
    }
}

closed_list! {
    /// What kind of thing a reason is.
    pub enum EvidenceKind ("kind of evidence") {
        /// Words quoted from the message.
        Words = "words",
        /// A written rule that fired.
        Rule = "rule",
        /// A passage of a source.
        Passage = "passage",
        /// A similar past case.
        Similar = "similar",
        /// Something in logs, metrics, traces or deploys.
        Telemetry = "telemetry",
    }
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Kind.
    pub kind: EvidenceKind,
    /// Quoted words, or the rule's sentence.
    pub text: String,
    /// Where the words stand, when they are quoted.
    pub message: Option<MessageId>,
    /// Character offsets into that message's newest part.
    pub span: Option<(usize, usize)>,
    /// Signed contribution, in log-odds, where the engine has one.
    pub weight: Option<f64>,
}

/// Who made it: engine, version, policy version. Never an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// Engine, such as `classify` or `assemble`.
    pub engine: String,
    /// Engine's version, with the model's fingerprint where there is one.
    pub version: String,
    /// Version of the prompt or policy that shaped it.
    pub policy: String,
}

/// What the machine proposes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion<T> {
    /// The proposal.
    pub value: T,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub because: Vec<Evidence>,
    /// Who.
    pub made_by: Maker,
    /// When.
    pub made_at: Timestamp,
}

closed_list! {
    /// A person's answer to a suggestion.
    pub enum VerdictKind ("verdict") {
        /// Right as it was.
        Accepted = "accepted",
        /// Right after a change.
        Edited = "edited",
        /// Wrong.
        Rejected = "rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_words_for_confidence() {
        for (value, doubt) in [
            (1.0, Doubt::Sure),
            (0.9, Doubt::Sure),
            (0.89, Doubt::Check),
            (0.5, Doubt::Check),
            (0.49, Doubt::Unknown),
            (f64::NAN, Doubt::Unknown),
        ] {
            assert_eq!(Confidence::Probability { value }.doubt(), doubt);
        }
        assert_eq!(Confidence::Abstain { why: "too little".into() }.doubt(), Doubt::Unknown);
    }
}
