//! May this person approve this draft as it was shown, and may what was approved still leave?
//!
//! Two pure functions over facts that the caller loaded in one transaction. They say no by default:
//! every fact is asked, and a fact that cannot be established is a no.

use crate::{
    conduct::Conduct,
    digest::Digest,
    draft::{DraftOrigin, DraftState},
    ids::{AgentId, MessageId, SessionId},
    people::Role,
    refusal::Refusal,
    time::Timestamp,
};

/// A sealed page is good for this long, in seconds.
pub const SEAL_SECONDS: i64 = 30 * 60;
/// An approval must leave within this long, in seconds; then a person looks again.
pub const APPROVAL_SECONDS: i64 = 24 * 60 * 60;

/// The page that showed what would leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whose page it was.
    pub agent: AgentId,
    /// In which session.
    pub session: SessionId,
    /// Digest of what it showed.
    pub digest: Digest,
    /// Draft revision it showed.
    pub revision: i64,
    /// Newest inbound message when it was shown.
    pub last_inbound: Option<MessageId>,
    /// When it was shown.
    pub at: Timestamp,
    /// Whether its token was used.
    pub spent: bool,
}

/// A source that a reply cites, then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedSource {
    /// Its title.
    pub title: String,
    /// Whether the cited version is still the current one and may ground replies today.
    pub still_good: bool,
}

/// The person at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Who.
    pub agent: AgentId,
    /// In which session.
    pub session: SessionId,
    /// Session and account are alive.
    pub signed_in: bool,
    /// What they may do.
    pub role: Role,
    /// Whether the ticket's queue is theirs.
    pub works_in_queue: bool,
}

/// Everything that is asked before an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The page.
    pub shown: Shown,
    /// The digest the browser sent back.
    pub claimed: Digest,
    /// The person.
    pub approver: Approver,
    /// The draft's state now.
    pub state: DraftState,
    /// The draft's revision now.
    pub revision: i64,
    /// Newest inbound message now.
    pub last_inbound: Option<MessageId>,
    /// Sources cited.
    pub sources: Vec<CitedSource>,
    /// What the ticket's policies say now.
    pub conduct: Conduct,
    /// The versions of policies that the page was shown under.
    pub pins: String,
}

/// May it be approved?
///
/// # Errors
/// The first [`Refusal`] that applies, most personal reason first.
pub fn may_approve(facts: &Facts, now: Timestamp) -> Result<(), Refusal> {
    let Facts { shown, approver, .. } = facts;
    may_answer(approver)?;
    facts.conduct.approved_by(approver.role)?;
    if shown.spent || shown.agent != approver.agent || shown.session != approver.session {
        return Err(Refusal::PageSpent);
    }
    if now < shown.at || now.seconds_since(shown.at) > SEAL_SECONDS {
        return Err(Refusal::Expired);
    }
    if facts.state != DraftState::Open {
        return Err(Refusal::DraftState { state: facts.state.word().to_owned() });
    }
    if facts.last_inbound != shown.last_inbound {
        return Err(Refusal::NewMessage);
    }
    if facts.revision != shown.revision {
        return Err(Refusal::Edited);
    }
    if facts.claimed != shown.digest {
        return Err(Refusal::DigestMismatch);
    }
    if facts.pins != facts.conduct.pins {
        return Err(Refusal::PolicyChanged);
    }
    sources_hold(&facts.sources)
}

/// Everything that is asked again before the first byte goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingFacts {
    /// The approver as they stand now.
    pub approver: Approver,
    /// When it was approved.
    pub approved_at: Timestamp,
    /// Whether the approval's MAC verifies under the key that is not in the database.
    pub mac_holds: bool,
    /// Digest that was approved.
    pub approved: Digest,
    /// Digest recomputed over what is about to leave.
    pub recomputed: Digest,
    /// Newest inbound message when it was approved.
    pub answered: Option<MessageId>,
    /// Newest inbound message now.
    pub last_inbound: Option<MessageId>,
    /// The draft's state now.
    pub state: DraftState,
    /// Sources cited.
    pub sources: Vec<CitedSource>,
    /// What the ticket's policies say now.
    pub conduct: Conduct,
    /// The versions of policies that it was approved under.
    pub pins: String,
    /// Where the text comes from, when it is the machine's to a degree that counts.
    pub machines: Option<DraftOrigin>,
}

/// May it still leave?
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn may_leave(facts: &LeavingFacts, now: Timestamp) -> Result<(), Refusal> {
    if !facts.mac_holds || facts.approved != facts.recomputed {
        return Err(Refusal::DigestMismatch);
    }
    // The session may have ended by now; the person's right may not.
    may_answer(&Approver { signed_in: true, ..facts.approver.clone() })?;
    facts.conduct.approved_by(facts.approver.role)?;
    if facts.pins != facts.conduct.pins {
        return Err(Refusal::PolicyChanged);
    }
    if let Some(origin) = facts.machines {
        facts.conduct.allows(origin)?;
    }
    if facts.state != DraftState::Approved {
        return Err(Refusal::DraftState { state: facts.state.word().to_owned() });
    }
    if now.seconds_since(facts.approved_at) > APPROVAL_SECONDS {
        return Err(Refusal::Expired);
    }
    if facts.answered != facts.last_inbound {
        return Err(Refusal::NewMessage);
    }
    sources_hold(&facts.sources)
}

fn may_answer(approver: &Approver) -> Result<(), Refusal> {
    if !approver.signed_in {
        return Err(Refusal::SignedOut);
    }
    if !approver.role.answers() || !approver.works_in_queue {
        return Err(Refusal::NotYours);
    }
    Ok(())
}

fn sources_hold(sources: &[CitedSource]) -> Result<(), Refusal> {
    match sources.iter().find(|s| !s.still_good) {
        Some(changed) => Err(Refusal::SourceChanged { title: changed.title.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operating::{OperatingModel, Writing};
    use uuid::Uuid;

    fn conduct() -> Conduct {
        Conduct {
            model: OperatingModel::ProductQuestion,
            writing: Writing::Draft,
            approvers: vec![Role::Agent, Role::Lead],
            checks: Vec::new(),
            escalate: Vec::new(),
            lapsed: None,
            pins: "operating_model/how@1".into(),
        }
    }

    fn good() -> Facts {
        let agent = Uuid::from_u128(1).into();
        let session = Uuid::from_u128(2).into();
        let digest = Digest::of(b"letter");
        let message = Some(Uuid::from_u128(3).into());
        Facts {
            shown: Shown {
                agent,
                session,
                digest,
                revision: 4,
                last_inbound: message,
                at: Timestamp::from_secs(1000),
                spent: false,
            },
            claimed: digest,
            approver: Approver { agent, session, signed_in: true, role: Role::Agent, works_in_queue: true },
            state: DraftState::Open,
            revision: 4,
            last_inbound: message,
            sources: vec![CitedSource { title: "Refunds".into(), still_good: true }],
            conduct: conduct(),
            pins: conduct().pins,
        }
    }

    #[test]
    fn each_broken_fact_is_refused_for_its_own_reason() {
        let now = Timestamp::from_secs(1060);
        assert_eq!(may_approve(&good(), now), Ok(()));
        type Break = fn(&mut Facts);
        let cases: [(Break, Refusal); 15] = [
            (|f| f.approver.signed_in = false, Refusal::SignedOut),
            (|f| f.approver.role = Role::Auditor, Refusal::NotYours),
            (|f| f.approver.works_in_queue = false, Refusal::NotYours),
            (|f| f.shown.spent = true, Refusal::PageSpent),
            (|f| f.shown.agent = Uuid::from_u128(9).into(), Refusal::PageSpent),
            (|f| f.shown.session = Uuid::from_u128(9).into(), Refusal::PageSpent),
            (|f| f.shown.at = Timestamp::from_secs(1060 - SEAL_SECONDS - 1), Refusal::Expired),
            (|f| f.shown.at = Timestamp::from_secs(2000), Refusal::Expired),
            (|f| f.state = DraftState::Sent, Refusal::DraftState { state: "sent".into() }),
            (|f| f.last_inbound = Some(Uuid::from_u128(9).into()), Refusal::NewMessage),
            (|f| f.revision = 5, Refusal::Edited),
            (|f| f.claimed = Digest::of(b"other"), Refusal::DigestMismatch),
            (|f| f.conduct.approvers = vec![Role::Lead], Refusal::Approver { needs: "a lead".into() }),
            (|f| f.conduct.pins = "operating_model/how@2".into(), Refusal::PolicyChanged),
            (
                |f| f.sources = vec![CitedSource { title: "Refunds".into(), still_good: false }],
                Refusal::SourceChanged { title: "Refunds".into() },
            ),
        ];
        for (spoil, expected) in cases {
            let mut facts = good();
            spoil(&mut facts);
            assert_eq!(may_approve(&facts, now), Err(expected));
        }
    }

    #[test]
    fn what_was_right_at_approval_is_asked_again_at_the_door() {
        let approve = good();
        let leaving = LeavingFacts {
            approver: Approver { signed_in: false, ..approve.approver },
            approved_at: Timestamp::from_secs(1000),
            mac_holds: true,
            approved: approve.claimed,
            recomputed: approve.claimed,
            answered: approve.last_inbound,
            last_inbound: approve.last_inbound,
            state: DraftState::Approved,
            sources: vec![],
            conduct: conduct(),
            pins: conduct().pins,
            machines: Some(DraftOrigin::Assembled),
        };
        let now = Timestamp::from_secs(1010);
        assert_eq!(may_leave(&leaving, now), Ok(()));
        type Break = fn(&mut LeavingFacts);
        let cases: [(Break, Refusal); 11] = [
            (|f| f.mac_holds = false, Refusal::DigestMismatch),
            (|f| f.recomputed = Digest::of(b"x"), Refusal::DigestMismatch),
            (|f| f.conduct.approvers = vec![Role::Lead], Refusal::Approver { needs: "a lead".into() }),
            (|f| f.pins = String::new(), Refusal::PolicyChanged),
            (|f| f.conduct.writing = Writing::SourcesOnly, Refusal::Category { model: "product question".into() }),
            (
                |f| {
                    f.conduct.writing = Writing::Nothing;
                    f.conduct.lapsed = Some("Nobody owns it.".into());
                },
                Refusal::Lapsed { why: "Nobody owns it.".into() },
            ),
            (|f| f.approver.works_in_queue = false, Refusal::NotYours),
            (|f| f.state = DraftState::Open, Refusal::DraftState { state: "open".into() }),
            (|f| f.approved_at = Timestamp::from_secs(1010 - APPROVAL_SECONDS - 1), Refusal::Expired),
            (|f| f.last_inbound = None, Refusal::NewMessage),
            (
                |f| f.sources = vec![CitedSource { title: "T".into(), still_good: false }],
                Refusal::SourceChanged { title: "T".into() },
            ),
        ];
        for (spoil, expected) in cases {
            let mut facts = leaving.clone();
            spoil(&mut facts);
            assert_eq!(may_leave(&facts, now), Err(expected));
        }
    }
}
