//! The autonomy ladder: how much the machine may do in a category, one rung at a time. Operating models say what may ever be
//! done; a rung says how much of it has been earned so far. It only narrows.
//!
//! Rungs are never set, only stepped to: every step is a row with its cause, and the newest one holds. What a climb asks
//! for stands in [`crate::readiness`], what makes a category fall in [`crate::falling`].

use serde::{Deserialize, Serialize};

use crate::{closed_list, ids::StepId, operating::Writing, time::Timestamp};

closed_list! {
    /// How much the machine does in a category. Declared in the order of climbing.
    pub enum Rung ("rung") {
        /// It does not sort into this category; people do, and it drafts nothing.
        Off = "off",
        /// It sorts, and writes nothing.
        TriageOnly = "triage_only",
        /// It drafts for the people of the desk; what it wrote cannot leave.
        DraftsInside = "drafts_inside",
        /// It drafts, and a person signs each reply. Where every category starts.
        Drafts = "drafts",
        /// Texts that a person approved beforehand may answer.
        StandingApprovals = "standing_approvals",
    }
}

/// Where a category stands that nobody has moved: a person signs whatever leaves.
pub const START: Rung = Rung::Drafts;

impl Rung {
    /// The next one up; none from the top.
    #[must_use]
    pub fn up(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|other| *other > self)
    }

    /// The next one down; none from the bottom.
    #[must_use]
    pub fn down(self) -> Option<Self> {
        Self::ALL.iter().rev().copied().find(|other| *other < self)
    }

    /// Name in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::TriageOnly => "triage only",
            Self::DraftsInside => "drafts inside the team",
            Self::Drafts => "drafts",
            Self::StandingApprovals => "standing approvals",
        }
    }

    /// The most the machine may write on it.
    #[must_use]
    pub const fn writing(self) -> Writing {
        match self {
            Self::Off | Self::TriageOnly => Writing::Nothing,
            Self::DraftsInside | Self::Drafts | Self::StandingApprovals => Writing::Draft,
        }
    }

    /// The highest rung a kind of writing leaves room for.
    #[must_use]
    pub const fn ceiling(writing: Writing, is_low_risk: bool) -> Self {
        match writing {
            Writing::Draft if is_low_risk => Self::StandingApprovals,
            Writing::Draft | Writing::ApprovedWording => Self::Drafts,
            Writing::PolicyCheck | Writing::SourcesOnly | Writing::Nothing => Self::TriageOnly,
        }
    }
}

closed_list! {
    /// Why a category came to its rung.
    pub enum Cause ("cause of a step") {
        /// A lead took it up, on evidence.
        Climbed = "climbed",
        /// A lead took it down.
        Lowered = "lowered",
        /// It fell: something severe went wrong.
        SevereFailure = "severe_failure",
        /// It fell: more went wrong than when it climbed.
        Drift = "drift",
        /// It fell: nobody reviewed what it does.
        ReviewLapsed = "review_lapsed",
    }
}

/// So many looked at, so many of them wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Looked at.
    pub n: i64,
    /// Of these, wrong.
    pub wrong: i64,
}

impl Trial {
    /// The share that was wrong; 0 of nothing.
    #[must_use]
    pub fn rate(self) -> f64 {
        if self.n == 0 { 0.0 } else { self.wrong as f64 / self.n as f64 }
    }
}

/// A step of a category, or of it within one queue: a pilot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its row.
    pub id: StepId,
    /// Category key.
    pub category: String,
    /// The queue it holds in; none for all of them.
    pub queue: Option<String>,
    /// Where it led.
    pub rung: Rung,
    /// Why.
    pub cause: Cause,
    /// The evidence it climbed on.
    pub trial: Trial,
    /// When.
    pub at: Timestamp,
}

/// Where every category stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ladder(Vec<Step>);

impl Ladder {
    /// From the newest step of each category and pilot. A step of a whole category ends the pilots before it that stand
    /// higher; what is kept lower in one queue stays lower.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        let ends = |whole: &Step, pilot: &Step| {
            whole.queue.is_none() && whole.category == pilot.category && whole.at >= pilot.at && whole.rung < pilot.rung
        };
        let kept = |step: &&Step| step.queue.is_none() || !steps.iter().any(|whole| ends(whole, step));
        Self(steps.iter().filter(kept).cloned().collect())
    }

    /// The step that holds for a category in a queue; none where nobody has moved it.
    #[must_use]
    pub fn step(&self, category: &str, queue: Option<&str>) -> Option<&Step> {
        let of = |queue: Option<&str>| self.0.iter().find(|s| s.category == category && s.queue.as_deref() == queue);
        queue.and_then(|queue| of(Some(queue))).or_else(|| of(None))
    }

    /// Where a category stands in a queue.
    #[must_use]
    pub fn rung(&self, category: &str, queue: Option<&str>) -> Rung {
        self.step(category, queue).map_or(START, |step| step.rung)
    }

    /// All steps that hold.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn step(n: u128, queue: Option<&str>, rung: Rung, at: i64) -> Step {
        let queue = queue.map(str::to_owned);
        let (id, at) = (Uuid::from_u128(n).into(), Timestamp::from_secs(at));
        Step { id, category: "how".into(), queue, rung, cause: Cause::Climbed, trial: Trial::default(), at }
    }

    #[test]
    fn rungs_are_climbed_and_fallen_from_one_by_one() {
        let mut rung = Rung::Off;
        for expected in &Rung::ALL[1..] {
            let up = rung.up().expect("not the top");
            assert_eq!((up, up.down()), (*expected, Some(rung)));
            rung = up;
        }
        assert_eq!((rung.up(), Rung::Off.down()), (None, None));
    }

    #[test]
    fn a_pilot_holds_in_its_queue_until_the_whole_category_falls_below_it() {
        let whole = step(1, None, Rung::Drafts, 10);
        let pilot = step(2, Some("billing"), Rung::StandingApprovals, 20);
        let ladder = Ladder::new(vec![whole, pilot.clone()]);
        let at = |ladder: &Ladder, queue| ladder.rung("how", queue);
        assert_eq!(at(&ladder, Some("billing")), Rung::StandingApprovals);
        assert_eq!((at(&ladder, Some("tech")), at(&ladder, None)), (Rung::Drafts, Rung::Drafts));
        assert_eq!(ladder.rung("other", Some("billing")), START);
        let fell = Ladder::new(vec![step(3, None, Rung::TriageOnly, 30), pilot]);
        assert_eq!(at(&fell, Some("billing")), Rung::TriageOnly);
        let careful = step(4, Some("tech"), Rung::TriageOnly, 20);
        let rose = Ladder::new(vec![step(5, None, Rung::Drafts, 30), careful]);
        assert_eq!((at(&rose, Some("tech")), at(&rose, Some("billing"))), (Rung::TriageOnly, Rung::Drafts));
    }

    #[test]
    fn more_writing_never_lowers_the_ceiling() {
        for is_low_risk in [false, true] {
            let ceilings: Vec<Rung> = Writing::ALL.iter().map(|w| Rung::ceiling(*w, is_low_risk)).collect();
            assert!(ceilings.is_sorted_by(|a, b| a >= b), "{ceilings:?}");
        }
    }
}
