//! Whether a change may take the place of what holds: by what it does to the eval cases of the desk. A case is run under
//! both; a severe one that held and fails now keeps the change out, whoever asks.
//!
//! Start with [`judge`]. Where a roll-back leads is [`before`].

use serde::{Deserialize, Serialize};

use crate::{closed_list, eval::Severity};

/// Cases that are run while a person waits; more are run behind.
pub const AT_ONCE: usize = 40;
/// Seconds one case may take; what takes longer has failed.
pub const CASE_SECONDS: u64 = 10;
/// What a case takes, in microseconds, where none was run yet.
const CASE_MICROS: u64 = 10_000;

closed_list! {
    /// What is changed.
    pub enum Subject ("subject of a gate") {
        /// A text of the desk's policies.
        Policy = "policy",
        /// The classifier.
        Classifier = "classifier",
        /// The language model, its prompt or its voice, beside the present one.
        Model = "model",
        /// What comes with a start: the program, the weights, the sources.
        Program = "program",
    }
}

closed_list! {
    /// Where a change is in its life.
    pub enum State ("state of a gate") {
        /// Its cases are to be run.
        Waiting = "waiting",
        /// Some cases fail that held; a person decides.
        Undecided = "undecided",
        /// It holds.
        Promoted = "promoted",
        /// A severe case fails that held.
        Refused = "refused",
        /// Nobody wants it any more, or another was faster.
        Dropped = "dropped",
    }
}

closed_list! {
    /// What a case came to.
    pub enum Outcome ("outcome of a case") {
        /// Nothing was missed.
        Held = "held",
        /// Something was, or it could not be run.
        Failed = "failed",
    }
}

closed_list! {
    /// What the cases say of a change.
    pub enum Judgement ("judgement of a gate") {
        /// There is no case to ask.
        Unchecked = "unchecked",
        /// None fails that held.
        Clear = "clear",
        /// Some do; none of them is severe.
        Worse = "worse",
        /// A severe one does.
        Severe = "severe",
    }
}

/// A case under what holds and under what would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared<Id> {
    /// Which case.
    pub case: Id,
    /// How bad it is when it fails.
    pub severity: Severity,
    /// Under what holds.
    pub before: Outcome,
    /// Under what would.
    pub after: Outcome,
}

impl<Id> Compared<Id> {
    /// Whether it held and fails now.
    #[must_use]
    pub fn regressed(&self) -> bool {
        (self.before, self.after) == (Outcome::Held, Outcome::Failed)
    }

    /// Whether it failed and holds now.
    #[must_use]
    pub fn mended(&self) -> bool {
        (self.before, self.after) == (Outcome::Failed, Outcome::Held)
    }
}

/// What the cases say. One that failed before and fails still says nothing about the change.
#[must_use]
pub fn judge<Id>(cases: &[Compared<Id>]) -> Judgement {
    if cases.is_empty() {
        return Judgement::Unchecked;
    }
    match cases.iter().filter(|c| c.regressed()).map(|c| c.severity).max() {
        None => Judgement::Clear,
        Some(Severity::Severe) => Judgement::Severe,
        Some(Severity::Major | Severity::Minor) => Judgement::Worse,
    }
}

impl Judgement {
    /// Where it leaves a change that nobody looked at yet.
    #[must_use]
    pub const fn leads_to(self) -> State {
        match self {
            Self::Unchecked | Self::Clear => State::Promoted,
            Self::Worse => State::Undecided,
            Self::Severe => State::Refused,
        }
    }
}

/// What a run is about to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Cases, each run under both.
    pub cases: usize,
    /// Seconds, rounded up.
    pub seconds: u64,
    /// Requests to a language model.
    pub requests: usize,
}

/// Before a start: `last` is the cases and milliseconds of the last run. Deterministic scorers ask no model.
#[must_use]
pub fn estimate(cases: usize, last: Option<(usize, u64)>) -> Estimate {
    let each = match last {
        Some((n @ 1.., ms)) => (ms * 1_000 / n as u64).max(1),
        _ => 2 * CASE_MICROS,
    };
    Estimate { cases, seconds: (cases as u64 * each).div_ceil(1_000_000), requests: 0 }
}

/// The version that held before the newest one, by text: a version that says what an earlier one said is a return to it, and
/// takes back what lay between. `versions` are (number, text), oldest first.
#[must_use]
pub fn before<T: PartialEq>(versions: &[(i64, T)]) -> Option<i64> {
    let mut held: Vec<&(i64, T)> = Vec::new();
    for version in versions {
        match held.iter().position(|(_, text)| *text == version.1) {
            Some(at) => held.truncate(at + 1),
            None => held.push(version),
        }
    }
    held.len().checked_sub(2).and_then(|at| held.get(at)).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Failed, Held};
    use Severity::{Major, Minor, Severe};

    #[test]
    fn a_severe_case_that_held_keeps_a_change_out_and_what_failed_before_does_not() {
        type Case = (Severity, Outcome, Outcome);
        let case = |(severity, before, after): Case| Compared { case: (), severity, before, after };
        let table: [(&[Case], Judgement, State); 9] = [
            (&[], Judgement::Unchecked, State::Promoted),
            (&[(Severe, Held, Held), (Minor, Held, Held)], Judgement::Clear, State::Promoted),
            (&[(Severe, Failed, Failed)], Judgement::Clear, State::Promoted),
            (&[(Severe, Failed, Held)], Judgement::Clear, State::Promoted),
            (&[(Minor, Held, Failed)], Judgement::Worse, State::Undecided),
            (&[(Major, Held, Failed), (Severe, Failed, Failed)], Judgement::Worse, State::Undecided),
            (&[(Severe, Held, Failed)], Judgement::Severe, State::Refused),
            (&[(Severe, Failed, Held), (Severe, Held, Failed)], Judgement::Severe, State::Refused),
            (&[(Severe, Held, Failed), (Minor, Held, Failed), (Major, Held, Held)], Judgement::Severe, State::Refused),
        ];
        for (cases, judgement, state) in table {
            let compared: Vec<_> = cases.iter().copied().map(case).collect();
            assert_eq!(judge(&compared), judgement, "{cases:?}");
            assert_eq!(judgement.leads_to(), state, "{cases:?}");
        }
    }

    #[test]
    fn a_roll_back_leads_to_what_held_before_and_twice_goes_back_twice() {
        let table: [(&[&str], Option<i64>); 8] = [
            (&[], None),
            (&["a"], None),
            (&["a", "b"], Some(1)),
            (&["a", "b", "a"], None),
            (&["a", "b", "c", "b"], Some(1)),
            (&["a", "b", "b"], Some(1)),
            (&["a", "b", "a", "c"], Some(1)),
            (&["a", "b", "c", "b", "d"], Some(2)),
        ];
        for (texts, expected) in table {
            let versions: Vec<_> = (1..).zip(texts.iter().copied()).collect();
            assert_eq!(before(&versions), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_a_run_takes_is_told_from_the_last_one() {
        assert_eq!(estimate(100, None), Estimate { cases: 100, seconds: 2, requests: 0 });
        assert_eq!(estimate(100, Some((50, 2_000))), Estimate { cases: 100, seconds: 4, requests: 0 });
        assert_eq!(estimate(0, Some((0, 7))), Estimate { cases: 0, seconds: 0, requests: 0 });
        assert_eq!(estimate(1, Some((10, 0))).seconds, 1, "nothing takes no time at all");
    }
}
