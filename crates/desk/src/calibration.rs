//! Whether the machine keeps what it promises, counted from people's answers alone.
//!
//! An answer that nobody gave is *unobjected*; it is counted and never taken for a yes. Answers that
//! people volunteered come where they looked closer, so the promise is held against a random sample.

use std::collections::BTreeMap;

use crate::{closed_list, digest::Digest, time::Timestamp};

/// Bins of the reliability diagram and of the expected calibration error (Naeini et al. 2015).
pub const BINS: usize = 15;
/// One suggestion in this many asks for a real look.
pub const SAMPLE_ONE_IN: u64 = 50;
/// Fewer answers to the sample than this say nothing about drift.
pub const DRIFT_LEAST: usize = 20;
/// 95 % two-sided quantile of the normal distribution.
const Z: f64 = 1.96;

/// Whether a suggestion asks for a real look; `keyed` is a keyed digest of its id, so that nobody
/// without the key can foresee or steer it.
#[must_use]
pub fn is_sampled(keyed: &Digest) -> bool {
    let head = keyed.as_bytes().iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    head < u64::MAX / SAMPLE_ONE_IN
}

/// What a person said to a suggestion, or that nobody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Right as it was.
    Accepted,
    /// Changed; the category only when it was that which changed.
    Edited {
        /// The right category's key.
        category: Option<String>,
    },
    /// Wrong, without saying what would be right.
    Rejected,
    /// A reply left and nobody answered the suggestion.
    Unobjected,
}

/// One suggestion with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Likeliest category and its probability.
    pub first: Option<(String, f64)>,
    /// Whether the machine decided for it.
    pub decided: bool,
    /// The answer.
    pub said: Said,
    /// Whether it was drawn for a real look.
    pub sampled: bool,
    /// When it was suggested.
    pub at: Timestamp,
}

impl Seen {
    /// Probability of the first category and whether it was right; none when no answer tells.
    #[must_use]
    pub fn outcome(&self) -> Option<(f64, bool)> {
        let (label, p) = self.first.as_ref()?;
        match &self.said {
            Said::Edited { category: Some(right) } => Some((*p, right == label)),
            Said::Accepted | Said::Edited { category: None } if self.decided => Some((*p, true)),
            Said::Rejected if self.decided => Some((*p, false)),
            _ => None,
        }
    }

    /// Whether a person looked and answered.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.said != Said::Unobjected
    }
}

/// Outcomes whose probability fell between two limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower limit, inclusive.
    pub from: f64,
    /// Upper limit, exclusive but in the last bin.
    pub to: f64,
    /// How many.
    pub n: usize,
    /// Their mean probability; none in an empty bin.
    pub mean: Option<f64>,
    /// How many were right.
    pub right: usize,
}

/// Outcomes in [`BINS`] bins of equal width.
#[must_use]
pub fn bins(outcomes: &[(f64, bool)]) -> Vec<Bin> {
    let mut sums = [(0_usize, 0.0_f64, 0_usize); BINS];
    for (p, right) in outcomes {
        let at = ((p.clamp(0.0, 1.0) * BINS as f64) as usize).min(BINS - 1);
        if let Some(sum) = sums.get_mut(at) {
            *sum = (sum.0 + 1, sum.1 + p, sum.2 + usize::from(*right));
        }
    }
    let edge = |at: usize| at as f64 / BINS as f64;
    let bin = |(at, (n, sum, right)): (usize, (usize, f64, usize))| Bin {
        from: edge(at),
        to: edge(at + 1),
        n,
        mean: (n > 0).then(|| sum / n as f64),
        right,
    };
    sums.into_iter().enumerate().map(bin).collect()
}

/// Expected calibration error: the mean gap between probability and share of right answers, over
/// bins by their size. None without outcomes.
#[must_use]
pub fn ece(outcomes: &[(f64, bool)]) -> Option<f64> {
    if outcomes.is_empty() {
        return None;
    }
    let gap: f64 = bins(outcomes).iter().filter_map(|b| Some((b.mean? * b.n as f64 - b.right as f64).abs())).sum();
    Some(gap / outcomes.len() as f64)
}

/// What a threshold would have decided, and how much of that was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Least probability.
    pub threshold: f64,
    /// Share decided.
    pub coverage: f64,
    /// Share of the decided that was right; none when nothing is decided.
    pub precision: Option<f64>,
    /// How many were decided.
    pub n: usize,
}

/// Coverage against precision at thresholds 0, 0.05 up to 1.
#[must_use]
pub fn coverage(outcomes: &[(f64, bool)]) -> Vec<Point> {
    let at = |step: u32| {
        let threshold = f64::from(step) / 20.0;
        let decided: Vec<_> = outcomes.iter().filter(|(p, _)| *p >= threshold).collect();
        let (n, right) = (decided.len(), decided.iter().filter(|(_, right)| *right).count());
        Point { threshold, coverage: share(n, outcomes.len()).unwrap_or(0.0), precision: share(right, n), n }
    };
    (0..=20).map(at).collect()
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// 95 % interval of a share (Wilson 1927); the whole range without observations.
#[must_use]
pub fn wilson(right: usize, n: usize) -> (f64, f64) {
    let Some(p) = share(right, n) else { return (0.0, 1.0) };
    let n = n as f64;
    let (middle, spread) = (p + Z * Z / (2.0 * n), Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
    let scale = 1.0 + Z * Z / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

closed_list! {
    /// Whether the machine still keeps its promise.
    pub enum Drift ("state of drift") {
        /// The promise lies within what the sample allows.
        Ok = "ok",
        /// The sample says that fewer are right than promised.
        Drift = "drift",
        /// Too few of the sample were answered to say.
        TooFew = "too_few",
    }
}

/// The promise held against the sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// What to make of it.
    pub state: Drift,
    /// Share of decided sampled suggestions that were right; none without any.
    pub live: Option<f64>,
    /// Lower limit of its 95 % interval.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// How many there were.
    pub n: usize,
}

/// Holds a promised share of right decisions against those of the sample that people answered.
#[must_use]
pub fn drift(promised: f64, seen: &[Seen]) -> Kept {
    let decided: Vec<bool> =
        seen.iter().filter(|s| s.sampled && s.decided).filter_map(|s| Some(s.outcome()?.1)).collect();
    let (n, right) = (decided.len(), decided.iter().filter(|r| **r).count());
    let (low, high) = wilson(right, n);
    let state = match n {
        n if n < DRIFT_LEAST => Drift::TooFew,
        _ if high < promised => Drift::Drift,
        _ => Drift::Ok,
    };
    Kept { state, live: share(right, n), low, high, n }
}

/// How many of each answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answers that tell whether the category was right.
    pub n: usize,
    /// Of these, right.
    pub right: usize,
    /// Accepted.
    pub accepted: usize,
    /// Edited.
    pub edited: usize,
    /// Rejected.
    pub rejected: usize,
    /// Nobody answered, and a reply left.
    pub unobjected: usize,
}

impl Tally {
    fn add(&mut self, seen: &Seen) {
        match seen.said {
            Said::Accepted => self.accepted += 1,
            Said::Edited { .. } => self.edited += 1,
            Said::Rejected => self.rejected += 1,
            Said::Unobjected => self.unobjected += 1,
        }
        if let Some((_, right)) = seen.outcome() {
            self.n += 1;
            self.right += usize::from(right);
        }
    }
}

/// Answers by the category the machine thought likeliest.
#[must_use]
pub fn by_category(seen: &[Seen]) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for s in seen {
        if let Some((label, _)) = &s.first {
            tallies.entry(label.clone()).or_default().add(s);
        }
    }
    tallies
}

/// Outcomes of one week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Its Monday, midnight UTC.
    pub start: Timestamp,
    /// Answers that tell.
    pub n: usize,
    /// Of these, right.
    pub right: usize,
    /// Expected calibration error.
    pub ece: Option<f64>,
}

/// Outcomes by week, oldest first; weeks without any are left out.
#[must_use]
pub fn by_week(seen: &[Seen]) -> Vec<Week> {
    let mut weeks: BTreeMap<Timestamp, Vec<(f64, bool)>> = BTreeMap::new();
    for s in seen {
        if let Some(outcome) = s.outcome() {
            weeks.entry(s.at.monday()).or_default().push(outcome);
        }
    }
    weeks
        .into_iter()
        .map(|(start, outcomes)| Week {
            start,
            n: outcomes.len(),
            right: outcomes.iter().filter(|(_, right)| *right).count(),
            ece: ece(&outcomes),
        })
        .collect()
}

/// Pairs of what the machine thought and what was right, with the places in `seen` where that
/// happened; most frequent first.
#[must_use]
pub fn confusions(seen: &[Seen]) -> Vec<(String, String, Vec<usize>)> {
    let mut pairs: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, s) in seen.iter().enumerate() {
        if let (Some((from, _)), Said::Edited { category: Some(to) }) = (&s.first, &s.said)
            && from != to
        {
            pairs.entry((from.clone(), to.clone())).or_default().push(at);
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().map(|((from, to), places)| (from, to, places)).collect();
    pairs.sort_by(|a, b| b.2.len().cmp(&a.2.len()).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    fn seen(label: &str, p: f64, decided: bool, said: Said) -> Seen {
        Seen { first: Some((label.into(), p)), decided, said, sampled: false, at: Timestamp::from_secs(0) }
    }

    fn edited(to: &str) -> Said {
        Said::Edited { category: Some(to.into()) }
    }

    #[test]
    fn bins_and_error_as_counted_by_hand() {
        // Bin 14 (from 0.9333): 0.95, 0.99 and 1.0, two right. Bin 7 (from 0.4667): 0.5 twice, one right.
        let rows = [(0.95, true), (0.99, true), (1.0, false), (0.5, true), (0.5, false)];
        let bins = bins(&rows);
        assert_eq!(bins.len(), 15);
        assert_eq!((bins[14].n, bins[14].right, bins[7].n, bins[7].right), (3, 2, 2, 1));
        assert!(close(bins[14].mean.unwrap_or(0.0), 2.94 / 3.0) && close(bins[7].mean.unwrap_or(0.0), 0.5));
        assert!(close(bins[14].from, 14.0 / 15.0) && close(bins[14].to, 1.0));
        assert_eq!((bins[0].n, bins[0].mean), (0, None));
        // |2.94 - 2| + |1 - 1| = 0.94, over five rows.
        assert!(close(ece(&rows).unwrap_or(9.0), 0.188));
        assert_eq!(ece(&[]), None);
    }

    #[test]
    fn coverage_against_precision_by_hand() {
        let rows = [(0.9, true), (0.8, true), (0.6, false), (0.3, true)];
        let points = coverage(&rows);
        let at = |threshold: f64| points.iter().find(|p| close(p.threshold, threshold)).copied();
        let expect = |threshold, n, coverage, precision| Some(Point { threshold, coverage, precision, n });
        assert_eq!(at(0.0), expect(0.0, 4, 1.0, Some(0.75)));
        assert_eq!(at(0.5), expect(0.5, 3, 0.75, Some(2.0 / 3.0)));
        assert_eq!(at(0.75), expect(0.75, 2, 0.5, Some(1.0)));
        assert_eq!(at(1.0), expect(1.0, 0, 0.0, None));
        assert_eq!(points.len(), 21);
    }

    #[test]
    fn wilson_as_in_tables() {
        // 8 of 10: (0.4902, 0.9433); 0 of 10: (0, 0.2775); published values for z = 1.96.
        let (low, high) = wilson(8, 10);
        assert!((low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4, "{low} {high}");
        let (low, high) = wilson(0, 10);
        assert!(low == 0.0 && (high - 0.2775).abs() < 1e-4, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn silence_is_never_a_yes() {
        let rows = [
            seen("a", 0.9, true, Said::Unobjected),
            seen("a", 0.8, true, Said::Accepted),
            seen("a", 0.7, true, edited("b")),
            seen("a", 0.7, true, Said::Edited { category: None }),
            seen("a", 0.6, true, Said::Rejected),
            seen("a", 0.4, false, Said::Accepted),
            seen("a", 0.4, false, edited("a")),
        ];
        let outcomes: Vec<_> = rows.iter().map(Seen::outcome).collect();
        assert_eq!(
            outcomes,
            [
                None,
                Some((0.8, true)),
                Some((0.7, false)),
                Some((0.7, true)),
                Some((0.6, false)),
                None,
                Some((0.4, true))
            ]
        );
        let tally = by_category(&rows)["a"];
        let expected = Tally { n: 5, right: 3, accepted: 2, edited: 3, rejected: 1, unobjected: 1 };
        assert_eq!(tally, expected);
        assert!(!rows[0].is_checked() && rows[1].is_checked());
    }

    #[test]
    fn drift_is_judged_by_the_sample_alone() {
        let many = |right: usize, wrong: usize, sampled: bool| {
            let one = |said: Said| Seen { sampled, ..seen("a", 0.9, true, said) };
            let mut rows = vec![one(Said::Accepted); right];
            rows.extend(vec![one(edited("b")); wrong]);
            rows
        };
        assert_eq!(drift(0.85, &many(5, 5, true)).state, Drift::TooFew);
        assert_eq!(drift(0.85, &many(0, 100, false)).state, Drift::TooFew, "volunteered answers do not count");
        let kept = drift(0.85, &many(17, 3, true));
        assert_eq!((kept.state, kept.live, kept.n), (Drift::Ok, Some(0.85), 20));
        // 12 of 20: the interval ends at 0.781, below what was promised.
        let lost = drift(0.85, &many(12, 8, true));
        assert!(lost.state == Drift::Drift && (lost.high - 0.781).abs() < 1e-3, "{lost:?}");
        let undecided = vec![Seen { decided: false, sampled: true, ..seen("a", 0.3, false, edited("b")) }; 30];
        assert_eq!(drift(0.85, &undecided).n, 0, "an abstention promised nothing");
    }

    #[test]
    fn weeks_begin_on_monday() {
        // 2026-11-16 was a Monday; 2026-11-15 a Sunday.
        let day = |text: &str| Timestamp::parse(text).unwrap_or(Timestamp::from_secs(0));
        let on = |text: &str, said: Said| Seen { at: day(text), ..seen("a", 0.9, true, said) };
        let rows = [
            on("2026-11-22T23:59:59Z", Said::Accepted),
            on("2026-11-16", edited("b")),
            on("2026-11-15T23:59:59Z", Said::Accepted),
            on("2026-11-16", Said::Unobjected),
        ];
        let weeks: Vec<_> = by_week(&rows).iter().map(|w| (w.start.date(), w.n, w.right)).collect();
        assert_eq!(weeks, [("2026-11-09".to_owned(), 1, 1), ("2026-11-16".to_owned(), 2, 1)]);
        assert_eq!(
            Timestamp::from_secs(-1).monday(),
            Timestamp::from_secs(-3 * 86_400),
            "the week before 1970 began on a Monday too"
        );
    }

    #[test]
    fn confusions_are_pairs_most_frequent_first() {
        let rows = [
            seen("a", 0.9, true, edited("b")),
            seen("c", 0.9, true, edited("a")),
            seen("a", 0.9, true, edited("b")),
            seen("a", 0.9, true, edited("a")),
            seen("a", 0.9, true, Said::Rejected),
        ];
        assert_eq!(
            confusions(&rows),
            [("a".to_owned(), "b".to_owned(), vec![0, 2]), ("c".to_owned(), "a".to_owned(), vec![1])]
        );
    }

    #[test]
    fn one_in_fifty_is_drawn() {
        let drawn = (0..10_000_u32).filter(|n| is_sampled(&Digest::of(&n.to_be_bytes()))).count();
        assert!((160..=240).contains(&drawn), "{drawn} of 10,000");
    }
}
