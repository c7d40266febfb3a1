//! Whether AI may touch a case. Asked inside triage, retrieval, embedding and drafting.

use serde::{Deserialize, Serialize};

use crate::{closed_list, people::AiSetting, refusal::Refusal};

closed_list! {
    /// What a desk does with people who said nothing.
    pub enum DeskDefault ("desk default") {
        /// AI helps unless somebody opts out.
        OptOut = "in",
        /// AI helps only those who opted in.
        OptIn = "out",
    }
}

/// Every setting that has a say, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voices {
    /// The requester's.
    pub requester: AiSetting,
    /// Their organization's, when they have one.
    pub organization: Option<AiSetting>,
    /// The desk's.
    pub desk: DeskDefault,
}

/// May the machine read and index this case? Anybody's "out" wins; "in" is needed only where the
/// desk chose opt-in.
///
/// # Errors
/// [`Refusal::Consent`], naming whose setting it is.
pub fn may_use_ai(voices: Voices) -> Result<(), Refusal> {
    let no = |because: &str| Err(Refusal::Consent { because: because.to_owned() });
    if voices.requester == AiSetting::Out {
        return no("this customer opted out");
    }
    if voices.organization == Some(AiSetting::Out) {
        return no("this customer's organization opted out");
    }
    let said_yes = voices.requester == AiSetting::In || voices.organization == Some(AiSetting::In);
    if voices.desk == DeskDefault::OptIn && !said_yes {
        return no("this desk asks customers first, and this one has not agreed");
    }
    Ok(())
}

/// May a draft be prepared for this agent to work on?
///
/// # Errors
/// [`Refusal::Consent`] when the case or the agent is out.
pub fn may_draft_for(voices: Voices, agent: AiSetting) -> Result<(), Refusal> {
    may_use_ai(voices)?;
    if agent == AiSetting::Out {
        return Err(Refusal::Consent { because: "you switched drafts off for yourself".to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AiSetting::{Default, In, Out};

    #[test]
    fn out_always_wins_and_opt_in_needs_a_yes() {
        let cases = [
            (Default, None, DeskDefault::OptOut, true),
            (Default, Some(Default), DeskDefault::OptOut, true),
            (Out, Some(In), DeskDefault::OptOut, false),
            (In, Some(Out), DeskDefault::OptOut, false),
            (Default, Some(Out), DeskDefault::OptOut, false),
            (Default, None, DeskDefault::OptIn, false),
            (In, None, DeskDefault::OptIn, true),
            (Default, Some(In), DeskDefault::OptIn, true),
            (Out, Some(In), DeskDefault::OptIn, false),
        ];
        for (requester, organization, desk, expected) in cases {
            let voices = Voices { requester, organization, desk };
            assert_eq!(may_use_ai(voices).is_ok(), expected, "{voices:?}");
            assert!(may_draft_for(voices, Out).is_err());
            assert_eq!(may_draft_for(voices, Default).is_ok(), expected);
        }
    }
}
