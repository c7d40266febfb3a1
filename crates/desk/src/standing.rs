//! Standing approvals: a text that a named person approved beforehand, word for word, for one low-risk category.
//!
//! Inactive until somebody begins one, and never model text: there are no slots, so what leaves is what was approved.
//! Beginning one asks for evidence that the category is recognised; every single use asks everything again, and what
//! cannot be established is a no.

use crate::{
    calibration::{Tally, wilson},
    closed_list,
    conduct::Conduct,
    ladder::Rung,
    operating::{OperatingModel, Writing},
    people::Role,
    terms::{Confirmation, Signers},
    time::Timestamp,
};

/// Longest time a standing approval lasts, in seconds: 90 days.
pub const LASTS_SECONDS_MAX: i64 = 90 * 86_400;
/// Most uses a day one may allow.
pub const A_DAY_MAX: i64 = 200;
/// Uses for one requester are counted over this long, in seconds: 7 days.
pub const REQUESTER_SECONDS: i64 = 7 * 86_400;
/// Most uses for one requester within that time one may allow.
pub const A_REQUESTER_MAX: i64 = 3;
/// Looks of the machine at this category that people answered, at least.
pub const ANSWERED_LEAST: usize = 50;
/// Lower limit of the 95 % interval of the share of them that were right, at least.
pub const RIGHT_LEAST: f64 = 0.90;
/// How long a page that showed the text can be approved, in seconds.
pub const PAGE_SECONDS: i64 = 30 * 60;
/// Longest text, in characters: an answer, not an article.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// What may be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Uses within a day, 1..=[`A_DAY_MAX`].
    pub a_day: i64,
    /// Uses for one requester within seven days, 1..=[`A_REQUESTER_MAX`].
    pub a_requester: i64,
    /// Its last moment, at most [`LASTS_SECONDS_MAX`] ahead.
    pub until: Timestamp,
}

/// Why a standing approval cannot begin. `Display` is a sentence for the person who wants one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Only leads.
    #[error("Standing approvals are begun by leads and administrators.")]
    Role,
    /// The category's way of working is not low-risk.
    #[error("Only product questions can be answered this way; this category is worked as {0}.")]
    Model(&'static str),
    /// The category's policy asks for more than a plain yes.
    #[error("The category's policy asks for {0} before a reply leaves, so nothing may leave without a person.")]
    Terms(&'static str),
    /// The machine is not known to recognise the category.
    #[error("People answered {answered} of the machine's looks at this category in 90 days and {right} were right; at least {ANSWERED_LEAST} are needed, and so many right that chance cannot hide less than {} in a hundred.", (RIGHT_LEAST * 100.0).round())]
    Evidence {
        /// Answered.
        answered: usize,
        /// Of these, right.
        right: usize,
    },
    /// The category has not climbed to it.
    #[error("This category is on the rung “{}”. A lead takes it to “standing approvals” first, on evidence: see Readiness.", .0.name())]
    Rung(Rung),
    /// A limit is out of range.
    #[error("{0}")]
    Limit(&'static str),
    /// The text cannot leave.
    #[error("The text {0}.")]
    Text(&'static str),
    /// The password was not typed again.
    #[error("Beginning one needs your password again. Type it, then approve.")]
    Unconfirmed,
}

/// Everything that is asked before one begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// Who begins it.
    pub role: Role,
    /// How they proved to be there within [`PAGE_SECONDS`].
    pub confirmed: Confirmation,
    /// What the category's policy says, for a ticket without flags.
    pub conduct: &'a Conduct,
    /// How people answered the machine's looks at the category.
    pub evidence: Tally,
    /// The text.
    pub text: &'a str,
    /// How many sources it rests on, and how many of them may ground a reply today.
    pub sources: (usize, usize),
    /// Its limits.
    pub limits: Limits,
}

/// May it begin?
///
/// # Errors
/// The first [`Unfit`] that applies.
pub fn may_begin(asked: &Beginning<'_>, now: Timestamp) -> Result<(), Unfit> {
    if !asked.role.leads() {
        return Err(Unfit::Role);
    }
    low_risk(asked.conduct)?;
    recognised(asked.evidence)?;
    if asked.conduct.rung != Rung::StandingApprovals {
        return Err(Unfit::Rung(asked.conduct.rung));
    }
    let Limits { a_day, a_requester, until } = asked.limits;
    if !(1..=A_DAY_MAX).contains(&a_day) {
        return Err(Unfit::Limit("Uses a day are a number from 1 to 200."));
    }
    if !(1..=A_REQUESTER_MAX).contains(&a_requester) {
        return Err(Unfit::Limit("Uses for one requester within a week are a number from 1 to 3."));
    }
    let ahead = until.seconds_since(now);
    if ahead <= 0 || ahead > LASTS_SECONDS_MAX {
        return Err(Unfit::Limit("It ends on a day within the next 90."));
    }
    plain(asked.text)?;
    match asked.sources {
        (0, _) => return Err(Unfit::Text("rests on no source; name the articles that say the same")),
        (named, good) if good < named => {
            return Err(Unfit::Text("rests on an article that is not approved, public and current"));
        }
        _ => {}
    }
    if asked.confirmed < Confirmation::Password {
        return Err(Unfit::Unconfirmed);
    }
    Ok(())
}

/// Whether the policies of a case let a letter leave without a person's own yes, once that is earned.
#[must_use]
pub fn is_low_risk(conduct: &Conduct) -> bool {
    low_risk(conduct).is_ok()
}

/// Whether it is earned too.
#[must_use]
pub fn is_earned(conduct: &Conduct) -> bool {
    is_low_risk(conduct) && conduct.rung == Rung::StandingApprovals
}

fn low_risk(conduct: &Conduct) -> Result<(), Unfit> {
    if conduct.model != OperatingModel::ProductQuestion || conduct.lapsed.is_some() {
        return Err(Unfit::Model(conduct.model.name()));
    }
    if conduct.writing != Writing::Draft {
        return Err(Unfit::Terms("every word to be a person's"));
    }
    if conduct.people != Signers::One || conduct.confirm != Confirmation::Session {
        return Err(Unfit::Terms("more than one person's plain yes"));
    }
    if !conduct.checks.is_empty() {
        return Err(Unfit::Terms("checks that a person confirms"));
    }
    Ok(())
}

fn recognised(evidence: Tally) -> Result<(), Unfit> {
    let enough = evidence.n >= ANSWERED_LEAST && wilson(evidence.right, evidence.n).0 >= RIGHT_LEAST;
    if enough { Ok(()) } else { Err(Unfit::Evidence { answered: evidence.n, right: evidence.right }) }
}

fn plain(text: &str) -> Result<(), Unfit> {
    if text.trim().is_empty() {
        return Err(Unfit::Text("is empty"));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Unfit::Text("is longer than 2000 characters"));
    }
    if text.contains("{{") {
        return Err(Unfit::Text("holds a slot; what leaves without a person is approved word for word"));
    }
    Ok(())
}

closed_list! {
    /// Why a standing approval is not used for a ticket.
    pub enum Unused ("reason for not using a standing approval") {
        /// It ended, ran out, or its row is not what was approved.
        Ended = "ended",
        /// An article it rests on changed or may not ground a reply any more.
        Source = "source",
        /// Its person may not begin one any more.
        Approver = "approver",
        /// The ticket is not surely of its category.
        Unsure = "unsure",
        /// The ticket carries flags, or its policies ask for more than a plain yes.
        Risk = "risk",
        /// The requester, their organisation or the desk wants no machine here.
        Consent = "consent",
        /// It is not a first question: somebody wrote before, or works on it.
        Conversation = "conversation",
        /// The uses of the day, or for this requester, are used up.
        Limit = "limit",
        /// Triage is not known to recognise the category any more.
        Evidence = "evidence",
        /// The category is not on the rung of standing approvals any more.
        Rung = "rung",
    }
}

/// Everything that is asked before each use, and again before it leaves.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// Whether its row's mark verifies and nobody ended it.
    pub holds: bool,
    /// Its last moment.
    pub until: Timestamp,
    /// Whether every version it rests on is current and may ground a reply.
    pub sources_hold: bool,
    /// The role of who approved it, today; none when the account was switched off.
    pub approver: Option<Role>,
    /// Whether triage was sure that the ticket is of its category, and no person said otherwise.
    pub is_surely_its: bool,
    /// What the ticket's policies say.
    pub conduct: &'a Conduct,
    /// How many flags stand on the ticket.
    pub flags: usize,
    /// Whether everybody concerned lets the machine in.
    pub consents: bool,
    /// Whether the ticket holds one message of a person and nobody wrote or works on it.
    pub is_first_question: bool,
    /// Uses within the last day.
    pub used_today: i64,
    /// Uses for this requester within seven days.
    pub used_for_requester: i64,
    /// Its limits.
    pub limits: Limits,
    /// How people answered the machine's looks at the category.
    pub evidence: Tally,
}

/// May it be used?
///
/// # Errors
/// The first reason against it.
pub fn may_use(asked: &Use<'_>, now: Timestamp) -> Result<(), Unused> {
    if !asked.holds || now >= asked.until {
        return Err(Unused::Ended);
    }
    if !asked.sources_hold {
        return Err(Unused::Source);
    }
    if !asked.approver.is_some_and(Role::leads) {
        return Err(Unused::Approver);
    }
    if !asked.is_surely_its {
        return Err(Unused::Unsure);
    }
    if asked.flags > 0 || low_risk(asked.conduct).is_err() {
        return Err(Unused::Risk);
    }
    if asked.conduct.rung != Rung::StandingApprovals {
        return Err(Unused::Rung);
    }
    if !asked.consents {
        return Err(Unused::Consent);
    }
    if !asked.is_first_question {
        return Err(Unused::Conversation);
    }
    if asked.used_today >= asked.limits.a_day || asked.used_for_requester >= asked.limits.a_requester {
        return Err(Unused::Limit);
    }
    recognised(asked.evidence).map_err(|_| Unused::Evidence)
}

/// The lines under the text: that nobody pressed a button for this letter, whose words they are, and how to reach a person.
#[must_use]
pub fn footer(approver: &str, desk: &str) -> String {
    format!(
        "This answer was sent automatically. {approver} approved its words for questions of this kind.\n\
         If it does not help, or you would rather talk to a person, just reply to this mail: a person will read it.\n{desk}"
    )
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
