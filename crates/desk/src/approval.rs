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
    terms::{Confirmation, Signers},
    time::Timestamp,
};

/// A sealed page is good for this long, in seconds.
pub const SEAL_SECONDS: i64 = 30 * 60;
/// An approval must leave within this long of its hour, in seconds; then a person looks again.
pub const APPROVAL_SECONDS: i64 = 24 * 60 * 60;
/// The furthest hour a reply can be put off to, in seconds: what is true today seldom holds for longer.
pub const SCHEDULE_SECONDS: i64 = 14 * 24 * 60 * 60;

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

/// A first person's yes, where a case needs two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstYes {
    /// Who, as they stand now; a session that ended since does not matter.
    pub approver: Approver,
    /// Whether its mark verifies under the key that is not in the database, and nobody took it back.
    pub holds: bool,
    /// Digest of what they saw.
    pub digest: Digest,
    /// Draft revision they saw.
    pub revision: i64,
    /// Newest inbound message then.
    pub answered: Option<MessageId>,
    /// The versions of policies then.
    pub pins: String,
    /// How they proved to be there.
    pub confirmed: Confirmation,
    /// When.
    pub at: Timestamp,
}

impl FirstYes {
    /// Whether it still stands behind a draft of this revision that answers `last_inbound`.
    #[must_use]
    pub fn stands(&self, revision: i64, last_inbound: Option<MessageId>, conduct: &Conduct, now: Timestamp) -> bool {
        self.holds
            && self.revision == revision
            && self.answered == last_inbound
            && self.pins == conduct.pins
            && self.confirmed >= conduct.confirm
            && now.seconds_since(self.at) <= APPROVAL_SECONDS
            && may_answer(&Approver { signed_in: true, ..self.approver.clone() }).is_ok()
            && conduct.approved_by(self.approver.role).is_ok()
    }
}

/// What a yes brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The reply may leave.
    Leaves,
    /// A second person has to see the same bytes.
    AwaitsSecond,
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
    /// How the person proved to be there since the page was shown.
    pub confirmed: Confirmation,
    /// The first yes to this draft, where there is one.
    pub first: Option<FirstYes>,
}

/// May it be approved, and what follows?
///
/// # Errors
/// The first [`Refusal`] that applies, most personal reason first.
pub fn may_approve(facts: &Facts, now: Timestamp) -> Result<Step, Refusal> {
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
    if facts.confirmed < facts.conduct.confirm {
        return Err(Refusal::Unconfirmed);
    }
    sources_hold(&facts.sources)?;
    if facts.conduct.people == Signers::One {
        return Ok(Step::Leaves);
    }
    let first = facts.first.as_ref().filter(|f| f.stands(facts.revision, facts.last_inbound, &facts.conduct, now));
    match first {
        None => Ok(Step::AwaitsSecond),
        Some(first) if first.approver.agent == approver.agent => Err(Refusal::NeedsSecond),
        Some(first) if first.digest != shown.digest => Err(Refusal::DigestMismatch),
        Some(_) => Ok(Step::Leaves),
    }
}

/// May a reply be put off until `at`?
///
/// # Errors
/// [`Refusal::Schedule`].
pub fn may_wait_until(at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let ahead = at.seconds_since(now);
    if ahead > 0 && ahead <= SCHEDULE_SECONDS { Ok(()) } else { Err(Refusal::Schedule) }
}

/// Everything that is asked again before the first byte goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingFacts {
    /// The approver as they stand now.
    pub approver: Approver,
    /// When it was approved.
    pub approved_at: Timestamp,
    /// The hour it was put off to.
    pub send_at: Option<Timestamp>,
    /// How the person proved to be there.
    pub confirmed: Confirmation,
    /// The first yes, where there was one.
    pub first: Option<FirstYes>,
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
    let hour = facts.send_at.map_or(facts.approved_at, |at| at.max(facts.approved_at));
    if now.seconds_since(hour) > APPROVAL_SECONDS {
        return Err(Refusal::Expired);
    }
    if facts.answered != facts.last_inbound {
        return Err(Refusal::NewMessage);
    }
    stood_behind(facts)?;
    sources_hold(&facts.sources)
}

/// Whether as many people stand behind it, proved as well, as the case asks for.
fn stood_behind(facts: &LeavingFacts) -> Result<(), Refusal> {
    if facts.confirmed < facts.conduct.confirm {
        return Err(Refusal::Unconfirmed);
    }
    if facts.conduct.people == Signers::One {
        return Ok(());
    }
    let first = facts.first.as_ref().ok_or(Refusal::NeedsSecond)?;
    if !first.holds || first.digest != facts.approved || first.approver.agent == facts.approver.agent {
        return Err(Refusal::NeedsSecond);
    }
    // It was asked at approval whether it still stood; the person's right is asked again.
    may_answer(&Approver { signed_in: true, ..first.approver.clone() })?;
    facts.conduct.approved_by(first.approver.role)
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
#[path = "approval_tests.rs"]
mod tests;
