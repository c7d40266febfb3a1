//! How far eval cases cover what goes wrong: failures and cases in the same clusters, as two lobes that should shrink. Pure counting
//! over cluster numbers; who brought the texts together, and how, is known elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Timestamp, calibration::wilson, closed_list, failure::Failure};

/// How far back a failure counts, in weeks.
pub const WEEKS: i64 = 13;
/// Least share of a sample that every category keeps, however well it is covered: whoever never looks never learns.
const LEAST: f64 = 0.2;
const WEEK_SECONDS: i64 = 7 * 86_400;

closed_list! {
    /// What showed that something went wrong.
    pub enum Signal ("signal of a failure") {
        /// A draft was turned down.
        RejectedDraft = "rejected_draft",
        /// What left says something else than the draft did.
        MeaningChanged = "meaning_changed",
        /// An answer left, and its requester came back.
        CameBack = "came_back",
        /// It went up, and was sent back.
        ReturnedEscalation = "returned_escalation",
        /// A person corrected how it was sorted.
        CorrectedTriage = "corrected_triage",
    }
}

impl Signal {
    /// What was wrong, where nobody said it: what a person who makes a case of it may correct.
    #[must_use]
    pub const fn failure(self) -> Failure {
        match self {
            Self::RejectedDraft | Self::MeaningChanged => Failure::WrongFact,
            Self::CameBack => Failure::MissedQuestion,
            Self::ReturnedEscalation => Failure::WrongAction,
            Self::CorrectedTriage => Failure::WrongPolicy,
        }
    }
}

/// A failure with its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its cluster.
    pub cluster: usize,
    /// When.
    pub at: Timestamp,
    /// Its ticket's category.
    pub category: String,
}

/// An eval case with its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covering {
    /// Its cluster.
    pub cluster: usize,
    /// Since when it counts.
    pub from: Timestamp,
    /// Until when; none while it does.
    pub until: Option<Timestamp>,
}

impl Covering {
    fn counts_at(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| until > at)
    }
}

/// Both lobes and what they share, at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lobes {
    /// Clusters of failures without a case.
    pub uncovered: usize,
    /// Clusters of failures with one.
    pub covered: usize,
    /// Cases like nothing that failed lately.
    pub idle: usize,
    /// Failures counted.
    pub failures: usize,
    /// Of those, failures in a cluster with a case.
    pub failures_covered: usize,
    /// What the sample is worth: failures of one cluster are covered or not together.
    pub worth: usize,
}

fn lately(at: Timestamp, now: Timestamp) -> bool {
    at <= now && at > now.plus_seconds(-WEEKS * WEEK_SECONDS)
}

/// The lobes as they were at a moment.
#[must_use]
pub fn lobes(failed: &[Failed], covering: &[Covering], now: Timestamp) -> Lobes {
    let mut clusters: BTreeMap<usize, usize> = BTreeMap::new();
    for one in failed.iter().filter(|one| lately(one.at, now)) {
        *clusters.entry(one.cluster).or_default() += 1;
    }
    let alive = covering.iter().filter(|case| case.counts_at(now));
    let cases: BTreeSet<usize> = alive.clone().map(|case| case.cluster).collect();
    let failures: usize = clusters.values().sum();
    let squares: usize = clusters.values().map(|n| n * n).sum();
    let covered = clusters.iter().filter(|(cluster, _)| cases.contains(*cluster));
    Lobes {
        covered: covered.clone().count(),
        uncovered: clusters.keys().filter(|cluster| !cases.contains(*cluster)).count(),
        idle: alive.filter(|case| !clusters.contains_key(&case.cluster)).count(),
        failures,
        failures_covered: covered.map(|(_, n)| n).sum(),
        // Kish 1965: n observations that come in clusters are worth n² over the sum of squares.
        worth: (failures * failures).checked_div(squares).unwrap_or(0),
    }
}

impl Lobes {
    /// The share of failures whose cluster has a case, with its 95 % interval; none without failures.
    #[must_use]
    pub fn estimate(&self) -> Option<(f64, f64, f64)> {
        if self.failures == 0 {
            return None;
        }
        let share = self.failures_covered as f64 / self.failures as f64;
        // A share of a number stays within it.
        let (low, high) = wilson((share * self.worth as f64).round() as usize, self.worth);
        Some((share, low.min(share), high.max(share)))
    }
}

/// The lobes at the end of each of the last weeks, oldest first, each with the Monday its week began.
#[must_use]
pub fn trend(failed: &[Failed], covering: &[Covering], weeks: i64, now: Timestamp) -> Vec<(Timestamp, Lobes)> {
    let at = |back: i64| {
        let monday = now.monday().plus_seconds(-back * WEEK_SECONDS);
        let end = monday.plus_seconds(WEEK_SECONDS).min(now);
        (monday, lobes(failed, covering, end))
    };
    (0..weeks).rev().map(at).collect()
}

/// How a sample for review is spread over the categories in which something failed: by failures without a case, none below a
/// fifth of an even share. They add up to one.
#[must_use]
pub fn weights(failed: &[Failed], covering: &[Covering], now: Timestamp) -> Vec<(String, f64)> {
    let cases: BTreeSet<usize> = covering.iter().filter(|c| c.counts_at(now)).map(|c| c.cluster).collect();
    let mut gaps: BTreeMap<&str, usize> = BTreeMap::new();
    for one in failed.iter().filter(|one| lately(one.at, now)) {
        *gaps.entry(&one.category).or_default() += usize::from(!cases.contains(&one.cluster));
    }
    let whole: usize = gaps.values().sum();
    let even = 1.0 / gaps.len().max(1) as f64;
    let share = |n: usize| if whole == 0 { even } else { n as f64 / whole as f64 };
    gaps.into_iter().map(|(key, n)| (key.to_owned(), LEAST * even + (1.0 - LEAST) * share(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn failed(cluster: usize, days_ago: i64, category: &str) -> Failed {
        Failed { cluster, at: NOW.plus_seconds(-days_ago * 86_400), category: category.to_owned() }
    }

    fn case(cluster: usize, days_ago: i64) -> Covering {
        Covering { cluster, from: NOW.plus_seconds(-days_ago * 86_400), until: None }
    }

    #[test]
    fn lobes_count_clusters_and_cases_of_the_time() {
        let all = [failed(1, 3, "a"), failed(1, 5, "a"), failed(2, 9, "b"), failed(3, 200, "b")];
        let gone = Covering { until: Some(NOW.plus_seconds(-86_400)), ..case(2, 50) };
        let found = lobes(&all, &[case(1, 2), case(3, 10), case(9, 10), gone], NOW);
        assert_eq!((found.uncovered, found.covered, found.idle), (1, 1, 2));
        assert_eq!((found.failures, found.failures_covered, found.worth), (3, 2, 1));
        let before = lobes(&all, &[case(1, 2), gone], NOW.plus_seconds(-4 * 86_400));
        assert_eq!((before.uncovered, before.covered, before.idle), (1, 1, 0), "one failure and one case came later");
        assert_eq!(lobes(&[], &[case(1, 2)], NOW), Lobes { idle: 1, ..Lobes::default() });
    }

    #[test]
    fn the_estimate_has_an_interval_that_knows_of_clusters() {
        let alone: Vec<Failed> = (0..100).map(|n| failed(n, 3, "a")).collect();
        let together: Vec<Failed> = (0..100).map(|n| failed(n / 20, 3, "a")).collect();
        let cases: Vec<Covering> = (0..60).map(|n| case(n, 2)).collect();
        let (share, low, high) = lobes(&alone, &cases, NOW).estimate().expect("failures");
        assert!((share - 0.6).abs() < 1e-9 && low > 0.49 && high < 0.70, "{low} {high}");
        let wide = lobes(&together, &[case(0, 2), case(1, 2), case(2, 2)], NOW).estimate().expect("failures");
        assert!((wide.0 - 0.6).abs() < 1e-9 && wide.2 - wide.1 > 2.0 * (high - low), "{wide:?}");
        assert_eq!(Lobes::default().estimate(), None);
    }

    #[test]
    fn a_new_case_makes_the_lobe_of_gaps_shrink_from_its_week_on() {
        let all: Vec<Failed> =
            (0..12_u8).map(|week| failed(usize::from(week % 3), 1 + 7 * i64::from(week), "a")).collect();
        let course = trend(&all, &[case(0, 20)], 6, NOW);
        assert_eq!(course.len(), 6);
        let gaps: Vec<usize> = course.iter().map(|(_, lobes)| lobes.uncovered).collect();
        assert_eq!((gaps[0], gaps[5]), (3, 2), "{gaps:?}");
        assert!(course.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_sample_looks_where_no_case_is_and_forgets_nothing() {
        let all = [failed(1, 1, "gap"), failed(2, 1, "gap"), failed(3, 1, "gap"), failed(4, 1, "done")];
        let spread = weights(&all, &[case(4, 5)], NOW);
        let of = |key: &str| spread.iter().find(|(k, _)| k == key).map(|(_, w)| *w).expect("there");
        assert!((spread.iter().map(|(_, w)| w).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!((of("gap") - 0.9).abs() < 1e-9 && (of("done") - 0.1).abs() < 1e-9, "{spread:?}");
        let even = weights(&all, &[case(1, 5), case(2, 5), case(3, 5), case(4, 5)], NOW);
        assert!(even.iter().all(|(_, w)| (w - 0.5).abs() < 1e-9), "{even:?}");
        assert_eq!(weights(&[], &[], NOW), []);
    }
}
