//! How often readiness grants a rung that is not earned, and how soon one that is. Categories are made with a true error rate
//! that nothing but this file knows, and looked at after every case.

use desk::{
    ladder::{Rung, Trial},
    outcome::{Count, Counts},
    readiness::{Facts, may_climb, promised},
};

use super::super::{Figure, Goal, percentile};
use crate::dice::Dice;

/// Categories made of each kind.
const SEEDS: u64 = 200;
/// Cases after which a category that is not ready is given up on.
const CASES_MOST: i64 = 3_000;
/// A single look at the smallest sufficient sample grants a ready category as often as this.
const POWER: f64 = 0.95;
/// And one that is not ready at most as often as this.
const LEVEL: f64 = 0.05;

/// Measures.
pub fn measure() -> Vec<Figure> {
    let mut figures = Vec::new();
    let (mut wrongly, mut unready, mut in_time, mut ready, mut times) = (0, 0, 0, 0, Vec::new());
    for rung in [Rung::DraftsInside, Rung::Drafts, Rung::StandingApprovals] {
        let promise = promised(rung);
        for seed in 0..SEEDS {
            let mut dice = Dice(seed * 31 + promise.to_bits());
            // Just above the promise, or well above it.
            let bad = promise * (1.0 + dice.share() * dice.share());
            unready += 1;
            wrongly += usize::from(granted(&mut dice, rung, bad, CASES_MOST).is_some());
        }
        let good = promise / 2.0;
        let smallest = sufficient(promise, good);
        for seed in 0..SEEDS {
            let mut dice = Dice(seed * 17 + good.to_bits());
            ready += 1;
            let found = granted(&mut dice, rung, good, smallest * 3 / 2);
            in_time += usize::from(found.is_some());
            times.extend(found.map(|n| n as f64 / smallest as f64));
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let mut figure = |name, value, n, goal| figures.push(Figure::new("learning", name, value, "share", n, goal));
    figure("readiness_granted_unearned", share(wrongly, unready), unready, Goal::AtMost(LEVEL));
    figure("readiness_granted_in_time", share(in_time, ready), ready, Goal::AtLeast(POWER));
    let typical = percentile(&mut times, 0.5);
    figures.push(Figure::new("learning", "readiness_typical_sample", typical, "of smallest", ready, Goal::AtMost(1.5)));
    figures
}

/// After how many cases a category of this true rate of errors is granted a rung.
fn granted(dice: &mut Dice, rung: Rung, errors: f64, most: i64) -> Option<i64> {
    let mut trial = Trial::default();
    let from = rung.down()?;
    while trial.n < most {
        trial = Trial { n: trial.n + 1, wrong: trial.wrong + i64::from(dice.happens(errors)) };
        if may_climb(from, Rung::StandingApprovals, &answered(), trial).is_ok() {
            return Some(trial.n);
        }
    }
    None
}

/// A category of which every question is answered with yes, so that the trial alone decides.
fn answered() -> Facts {
    let counts = [
        (Count::Sorted, 400),
        (Count::SortedRight, 396),
        (Count::Sure, 400),
        (Count::SureRight, 396),
        (Count::Sent, 400),
        (Count::Words, 400 * 50),
        (Count::Claims, 800),
        (Count::Grounded, 800),
    ];
    let counts = counts.into_iter().fold(Counts::default(), |all, (count, n)| all.with(count, n));
    Facts { counts, goes_up_with: 1, reviewed: 20 }
}

/// The smallest sample at which one look (exact, binomial) grants a category with `errors` in [`POWER`] of all cases, and one
/// at the promise in at most [`LEVEL`].
fn sufficient(promise: f64, errors: f64) -> i64 {
    (1..CASES_MOST)
        .find(|n| {
            let most = (0..=*n).take_while(|k| at_most(*n, *k, promise) <= LEVEL).last();
            most.is_some_and(|most| at_most(*n, most, errors) >= POWER)
        })
        .unwrap_or(CASES_MOST)
}

/// The chance of at most `k` errors in `n` cases.
fn at_most(n: i64, k: i64, rate: f64) -> f64 {
    let mut term = (1.0 - rate).powf(n as f64);
    let mut sum = term;
    for i in 1..=k {
        term *= (n - i + 1) as f64 / i as f64 * rate / (1.0 - rate);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_sample_is_that_of_the_exact_test() {
        // Checked against tables of the binomial distribution.
        assert!((at_most(10, 2, 0.1) - 0.9298).abs() < 1e-4);
        assert_eq!(sufficient(0.2, 0.1), 135);
        assert_eq!(sufficient(0.1, 0.05), 298);
    }
}
