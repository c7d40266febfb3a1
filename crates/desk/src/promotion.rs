//! Whether a newly trained model takes the running one's place.
//!
//! Both are asked about examples neither was trained on: a part of the past cases and of people's
//! corrections is held back from every training, by a digest of the example's id.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// One past case in this many is held back.
pub const CASES_ONE_IN: u64 = 10;
/// One correction in this many is held back; they are few and say most.
pub const CORRECTIONS_ONE_IN: u64 = 5;
/// With fewer past cases than this none is held back: every one is needed, and a tenth of them would be too few to
/// compare on.
pub const CASES_LEAST: usize = 500;

/// Whether an example is held back; the same in every training.
#[must_use]
pub fn is_held_back(id: &str, one_in: u64) -> bool {
    let digest = Digest::of_fields("countersign/held-back/1", &[id.as_bytes()]);
    let head = digest.as_bytes().iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    head % one_in.max(1) == 0
}

/// How two models did on the same examples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Examples.
    pub n: usize,
    /// Right by the running model.
    pub running: usize,
    /// Right by the new one.
    pub candidate: usize,
}

impl Score {
    /// Counts one example.
    pub fn add(&mut self, running: bool, candidate: bool) {
        self.n += 1;
        self.running += usize::from(running);
        self.candidate += usize::from(candidate);
    }
}

/// A comparison, kept with the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// On held-back corrections.
    pub corrections: Score,
    /// On held-back past cases; empty when the running model may have been trained on them.
    pub cases: Score,
}

impl Comparison {
    /// On everything held back.
    #[must_use]
    pub const fn all(&self) -> Score {
        Score {
            n: self.corrections.n + self.cases.n,
            running: self.corrections.running + self.cases.running,
            candidate: self.corrections.candidate + self.cases.candidate,
        }
    }

    /// Not worse on corrections, and not worse on everything: neither may pay for the other.
    #[must_use]
    pub const fn is_not_worse(&self) -> bool {
        let all = self.all();
        self.corrections.candidate >= self.corrections.running && all.candidate >= all.running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_anywhere_is_worse() {
        let score = |n, running, candidate| Score { n, running, candidate };
        let compared = |corrections, cases| Comparison { corrections, cases }.is_not_worse();
        assert!(compared(score(5, 1, 3), score(50, 45, 44)), "what is won outweighs what is lost");
        assert!(compared(score(5, 2, 2), score(50, 45, 45)), "as good is good enough");
        assert!(!compared(score(5, 3, 2), score(50, 40, 49)), "people's own words weigh most");
        assert!(!compared(score(5, 1, 3), score(50, 45, 40)), "lost more than won");
        assert!(compared(Score::default(), Score::default()));
    }

    #[test]
    fn the_same_part_is_held_back_every_time() {
        let ids: Vec<String> = (0..10_000).map(|n| format!("ticket-{n}")).collect();
        let held = ids.iter().filter(|id| is_held_back(id, CORRECTIONS_ONE_IN)).count();
        assert!((1_800..=2_200).contains(&held), "{held}");
        assert!(ids.iter().all(|id| is_held_back(id, 5) == is_held_back(id, 5)));
    }
}
