//! Asking whoever was helped how it went: when that may be done, what they can say, and what follows.
//!
//! The question leaves as a fixed mail ([`crate::notice::Notice::Survey`]); its link opens a page, and only a button on that page
//! says anything, so that programs that open links cannot.

use crate::{closed_list, ticket::Status};

/// How long the link is good, in days.
pub const LINK_DAYS: i64 = 30;
/// Longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 2_000;
/// How often an answer may be given and changed.
pub const CHANGES_MAX: i64 = 20;
/// Ratings up to this one bring a person back to the ticket.
const LOW: i64 = 2;

/// One of five steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(i64);

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// From a number of 1 to 5.
    #[must_use]
    pub fn of(n: i64) -> Option<Self> {
        (1..=5).contains(&n).then_some(Self(n))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// Whether somebody who gave this rating is to hear from a person.
#[must_use]
pub const fn is_low(rating: Step) -> bool {
    rating.0 <= LOW
}

/// What the desk knows of a ticket and its requester when it thinks of asking.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Where the ticket is.
    pub status: Status,
    /// Seconds since it last changed.
    pub quiet_seconds: i64,
    /// Whether a person, or a text that a person approved, answered it.
    pub answered: bool,
    /// Whether the requester was asked about it already.
    pub asked: bool,
    /// Seconds since they were last asked about anything; none where they never were.
    pub last_asked_seconds: Option<i64>,
    /// Whether they asked not to be asked.
    pub declined: bool,
}

/// When to ask.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Seconds after the end of a ticket.
    pub after_seconds: i64,
    /// Seconds between two questions to one person.
    pub between_seconds: i64,
}

closed_list! {
    /// Why nobody is asked.
    pub enum Unasked ("reason not to ask") {
        /// It is not over.
        Open = "open",
        /// It has only just ended.
        Fresh = "fresh",
        /// Nobody answered it.
        Unanswered = "unanswered",
        /// They were asked about it.
        Asked = "asked",
        /// They were asked about something else lately.
        Enough = "enough",
        /// They do not want to be asked.
        Declined = "declined",
    }
}

/// May the requester be asked about this ticket now?
///
/// # Errors
/// [`Unasked`].
pub fn may_ask(facts: &Facts, pace: Pace) -> Result<(), Unasked> {
    if !facts.status.is_over() {
        return Err(Unasked::Open);
    }
    if facts.quiet_seconds < pace.after_seconds {
        return Err(Unasked::Fresh);
    }
    if !facts.answered {
        return Err(Unasked::Unanswered);
    }
    if facts.asked {
        return Err(Unasked::Asked);
    }
    if facts.declined {
        return Err(Unasked::Declined);
    }
    if facts.last_asked_seconds.is_some_and(|seconds| seconds < pace.between_seconds) {
        return Err(Unasked::Enough);
    }
    Ok(())
}

/// A comment as it is kept: without control characters, trimmed, no longer than allowed.
#[must_use]
pub fn comment(written: &str) -> String {
    let clean: String = written.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    clean.trim().chars().take(COMMENT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_not_to_ask_is_found() {
        let pace = Pace { after_seconds: 3_600, between_seconds: 90 * 86_400 };
        let fine = Facts {
            status: Status::Solved,
            quiet_seconds: 3_600,
            answered: true,
            asked: false,
            last_asked_seconds: None,
            declined: false,
        };
        let cases = [
            (fine, Ok(())),
            (Facts { status: Status::Closed, last_asked_seconds: Some(90 * 86_400), ..fine }, Ok(())),
            (Facts { status: Status::Pending, ..fine }, Err(Unasked::Open)),
            (Facts { quiet_seconds: 3_599, ..fine }, Err(Unasked::Fresh)),
            (Facts { answered: false, ..fine }, Err(Unasked::Unanswered)),
            (Facts { asked: true, ..fine }, Err(Unasked::Asked)),
            (Facts { declined: true, ..fine }, Err(Unasked::Declined)),
            (Facts { last_asked_seconds: Some(90 * 86_400 - 1), ..fine }, Err(Unasked::Enough)),
        ];
        for (facts, expected) in cases {
            assert_eq!(may_ask(&facts, pace), expected, "{facts:?}");
        }
    }

    #[test]
    fn there_are_five_steps_and_two_of_them_are_low() {
        assert_eq!([0, 6, -1, i64::MAX].map(Step::of), [None; 4]);
        assert_eq!(
            Step::ALL.map(|step| (step.number(), is_low(step))),
            [(1, true), (2, true), (3, false), (4, false), (5, false)]
        );
    }

    #[test]
    fn a_comment_is_kept_as_words() {
        assert_eq!(comment(" Nice.\u{0}\r\n\tBye \n"), "Nice.\n\tBye");
        assert_eq!(comment(&"ä".repeat(3_000)).chars().count(), COMMENT_CHARS_MAX);
        assert_eq!(comment("\u{8} "), "");
    }
}
