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

/// A part of a category's tickets on which more, or less, is tried than on the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pilot {
    /// What is in this queue, by its key.
    Queue(String),
    /// What is about this product.
    Product(String),
}

impl Pilot {
    /// The queue, where it is one.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Queue(key) => Some(key),
            Self::Product(_) => None,
        }
    }

    /// The product, where it is one.
    #[must_use]
    pub fn product(&self) -> Option<&str> {
        match self {
            Self::Queue(_) => None,
            Self::Product(name) => Some(name),
        }
    }

    fn covers(&self, found: Where<'_>) -> bool {
        match (self, found) {
            (_, Where::Furthest) => true,
            (Self::Queue(key), Where::Ticket { queue, .. }) => key == queue,
            (Self::Product(name), Where::Ticket { product, .. }) => Some(name.as_str()) == product,
        }
    }
}

/// Where it is asked how far a category has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where<'a> {
    /// For one ticket: the lowest of the pilots that it is part of, else the whole category.
    Ticket {
        /// Key of the queue it is in.
        queue: &'a str,
        /// The product it is about, when that is known.
        product: Option<&'a str>,
    },
    /// Wherever it has come furthest: for what may begin before there is a ticket, and is asked again for each.
    Furthest,
}

/// A step of a category, or of a pilot of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its row.
    pub id: StepId,
    /// Category key.
    pub category: String,
    /// The part it holds for; none for the whole category.
    pub pilot: Option<Pilot>,
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
    /// higher; what is kept lower in a pilot stays lower.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        let ends = |whole: &Step, pilot: &Step| {
            whole.pilot.is_none() && whole.category == pilot.category && whole.at >= pilot.at && whole.rung < pilot.rung
        };
        let kept = |step: &&Step| step.pilot.is_none() || !steps.iter().any(|whole| ends(whole, step));
        Self(steps.iter().filter(kept).cloned().collect())
    }

    /// The step that holds for a category or a pilot of it; none where nobody has moved it.
    #[must_use]
    pub fn step(&self, category: &str, pilot: Option<&Pilot>) -> Option<&Step> {
        let of = |pilot: Option<&Pilot>| self.0.iter().find(|s| s.category == category && s.pilot.as_ref() == pilot);
        of(pilot).or_else(|| of(None))
    }

    /// Where a category or a pilot of it stands.
    #[must_use]
    pub fn rung(&self, category: &str, pilot: Option<&Pilot>) -> Rung {
        self.step(category, pilot).map_or(START, |step| step.rung)
    }

    /// The pilots of a category.
    pub fn pilots(&self, category: &str) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(move |s| s.category == category && s.pilot.is_some())
    }

    /// Where a category stands there, and the step that led to it.
    #[must_use]
    pub fn holding(&self, category: &str, asked: Where<'_>) -> (Rung, Option<&Step>) {
        let whole = (self.rung(category, None), self.step(category, None));
        let covers = |step: &&Step| step.pilot.as_ref().is_some_and(|pilot| pilot.covers(asked));
        let pilots = self.pilots(category).filter(covers).map(|step| (step.rung, Some(step)));
        match asked {
            Where::Ticket { .. } => pilots.min_by_key(|(rung, _)| *rung).unwrap_or(whole),
            Where::Furthest => pilots.chain([whole]).max_by_key(|(rung, _)| *rung).unwrap_or(whole),
        }
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

    fn step(n: u128, pilot: Option<Pilot>, rung: Rung, at: i64) -> Step {
        let (id, at) = (Uuid::from_u128(n).into(), Timestamp::from_secs(at));
        Step { id, category: "how".into(), pilot, rung, cause: Cause::Climbed, trial: Trial::default(), at }
    }

    fn queue(key: &str) -> Pilot {
        Pilot::Queue(key.into())
    }

    fn product(name: &str) -> Pilot {
        Pilot::Product(name.into())
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
    fn a_pilot_holds_until_the_whole_category_falls_below_it() {
        for part in [queue("billing"), product("relay")] {
            let whole = step(1, None, Rung::Drafts, 10);
            let pilot = step(2, Some(part.clone()), Rung::StandingApprovals, 20);
            let ladder = Ladder::new(vec![whole, pilot.clone()]);
            let at = |ladder: &Ladder, pilot: &Pilot| ladder.rung("how", Some(pilot));
            let other = queue("tech");
            assert_eq!(at(&ladder, &part), Rung::StandingApprovals);
            assert_eq!((at(&ladder, &other), ladder.rung("how", None)), (Rung::Drafts, Rung::Drafts));
            assert_eq!(ladder.rung("other", Some(&part)), START);
            let fell = Ladder::new(vec![step(3, None, Rung::TriageOnly, 30), pilot]);
            assert_eq!(at(&fell, &part), Rung::TriageOnly);
            let careful = step(4, Some(other.clone()), Rung::TriageOnly, 20);
            let rose = Ladder::new(vec![step(5, None, Rung::Drafts, 30), careful]);
            assert_eq!((at(&rose, &other), at(&rose, &part)), (Rung::TriageOnly, Rung::Drafts));
        }
    }

    #[test]
    fn a_ticket_stands_on_the_lowest_rung_of_the_pilots_it_is_part_of() {
        let pilot = |n, part, rung| step(n, Some(part), rung, 20);
        let ladder = Ladder::new(vec![
            step(1, None, Rung::DraftsInside, 10),
            pilot(2, queue("billing"), Rung::StandingApprovals),
            pilot(3, product("relay"), Rung::Drafts),
            pilot(4, product("ledger"), Rung::TriageOnly),
        ]);
        let cases = [
            (("tech", None), Rung::DraftsInside, 1),
            (("tech", Some("relay")), Rung::Drafts, 3),
            (("tech", Some("other")), Rung::DraftsInside, 1),
            (("billing", None), Rung::StandingApprovals, 2),
            (("billing", Some("relay")), Rung::Drafts, 3),
            (("billing", Some("ledger")), Rung::TriageOnly, 4),
            (("billing", Some("other")), Rung::StandingApprovals, 2),
        ];
        for ((queue, product), rung, by) in cases {
            let (found, step) = ladder.holding("how", Where::Ticket { queue, product });
            assert_eq!((found, step.map(|s| s.id)), (rung, Some(Uuid::from_u128(by).into())), "{queue} {product:?}");
        }
        assert_eq!(ladder.holding("how", Where::Furthest).0, Rung::StandingApprovals);
        let lower = Ladder::new(vec![pilot(5, queue("billing"), Rung::TriageOnly)]);
        assert_eq!(lower.holding("how", Where::Furthest), (START, None), "nobody has moved the whole");
        assert_eq!(Ladder::default().holding("how", Where::Ticket { queue: "q", product: None }), (START, None));
    }

    #[test]
    fn more_writing_never_lowers_the_ceiling() {
        for is_low_risk in [false, true] {
            let ceilings: Vec<Rung> = Writing::ALL.iter().map(|w| Rung::ceiling(*w, is_low_risk)).collect();
            assert!(ceilings.is_sorted_by(|a, b| a >= b), "{ceilings:?}");
        }
    }
}
