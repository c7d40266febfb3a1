//! Operating models: what AI may do, per category, and what stays with people.
//!
//! These are the shipped defaults (design, section 4): version 1 of every category's policy, and the ceiling of all
//! later ones ([`crate::terms`]).

use crate::closed_list;

/// Version of the table below, recorded with everything decided by it.
pub const POLICY_VERSION: &str = "operating-models/1";

closed_list! {
    /// How a kind of case is worked.
    pub enum OperatingModel ("operating model") {
        /// How does it work?
        ProductQuestion = "product_question",
        /// What is this charge?
        BillingExplanation = "billing_explanation",
        /// I want my money back.
        Refund = "refund",
        /// It does not work.
        Technical = "technical",
        /// Locked out, taken over, leaked.
        Security = "security",
        /// Angry, leaving, important.
        Relationship = "relationship",
        /// Lawyers, data protection, safety.
        Legal = "legal",
    }
}

closed_list! {
    /// The most the machine may write.
    pub enum Writing ("kind of writing") {
        /// A draft from approved sources and past replies.
        Draft = "draft",
        /// A draft made only of approved wording.
        ApprovedWording = "approved_wording",
        /// Facts and the policy rule, never a decision.
        PolicyCheck = "policy_check",
        /// Sources and similar cases; no reply text.
        SourcesOnly = "sources_only",
        /// Nothing but sorting and packing.
        Nothing = "nothing",
    }
}

impl Writing {
    /// Of two, the one that leaves the machine less.
    #[must_use]
    pub fn narrower(self, other: Self) -> Self {
        self.max(other)
    }
}

impl OperatingModel {
    /// The most the machine may write here.
    #[must_use]
    pub const fn writing(self) -> Writing {
        match self {
            Self::ProductQuestion | Self::Technical => Writing::Draft,
            Self::BillingExplanation => Writing::ApprovedWording,
            Self::Refund => Writing::PolicyCheck,
            Self::Relationship => Writing::SourcesOnly,
            Self::Security | Self::Legal => Writing::Nothing,
        }
    }

    /// Name shown to people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductQuestion => "Product question",
            Self::BillingExplanation => "Billing explanation",
            Self::Refund => "Refund request",
            Self::Technical => "Technical troubleshooting",
            Self::Security => "Security and account access",
            Self::Relationship => "Emotional, relationship, key account",
            Self::Legal => "Legal, compliance, safety",
        }
    }

    /// What the machine may do, in words.
    #[must_use]
    pub const fn ai_may(self) -> &'static str {
        match self {
            Self::ProductQuestion => "find sources and draft",
            Self::BillingExplanation => "find sources and draft in approved wording",
            Self::Refund => "summarise and check the policy",
            Self::Technical => "find sources, propose the next step and draft",
            Self::Security => "collect the facts for the security team",
            Self::Relationship => "find sources and similar cases, no draft",
            Self::Legal => "sort, and pack what is known",
        }
    }

    /// What stays with people, in words.
    #[must_use]
    pub const fn people_keep(self) -> &'static str {
        match self {
            Self::ProductQuestion => "source freshness and product version",
            Self::BillingExplanation => "exceptions",
            Self::Refund => "the decision",
            Self::Technical => "branching and escalation",
            Self::Security => "everything identity-sensitive",
            Self::Relationship => "every word",
            Self::Legal => "everything",
        }
    }

    /// Of two models, the one that leaves the machine less. Risk flags narrow, never widen.
    #[must_use]
    pub fn narrower(self, other: Self) -> Self {
        if rank(other) > rank(self) { other } else { self }
    }
}

const fn rank(model: OperatingModel) -> u8 {
    match model {
        OperatingModel::ProductQuestion => 0,
        OperatingModel::Technical => 1,
        OperatingModel::BillingExplanation => 2,
        OperatingModel::Refund => 3,
        OperatingModel::Relationship => 4,
        OperatingModel::Security => 5,
        OperatingModel::Legal => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_never_gives_the_machine_more() {
        let room = |w: Writing| Writing::ALL.iter().position(|x| *x == w);
        for a in OperatingModel::ALL {
            for b in OperatingModel::ALL {
                let both = a.narrower(*b);
                assert_eq!(both, b.narrower(*a));
                assert!(
                    room(both.writing()) >= room(a.writing()) && room(both.writing()) >= room(b.writing()),
                    "{a} {b}"
                );
            }
        }
    }
}
