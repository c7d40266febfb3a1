//! Whether so many cases, so few of them wrong, are enough to promise an error rate, however often somebody looks.
//!
//! Looking every day until a test passes makes any test pass. The evidence here may be looked at after every case: it is a
//! mixture of likelihood ratios against the promised rate (Ville 1939; Robbins 1970; Ramdas et al. 2023, "Game-theoretic
//! statistics and safe anytime-valid inference"). While the true rate is at the promise or above it, the chance that it ever
//! reaches [`ENOUGH`] is at most one in [`ENOUGH`].

use crate::ladder::Trial;

/// Evidence from which a promise is believed: in at most 5 of 100 categories that break it.
pub const ENOUGH: f64 = 20.0;
/// Rates below the promise that are weighed.
const RATES: u32 = 40;

/// How much stronger the evidence is for some rate below `promised` than for `promised` itself; 1 without any.
#[must_use]
pub fn evidence(trial: Trial, promised: f64) -> f64 {
    let (n, wrong) = (trial.n.max(0) as f64, trial.wrong.clamp(0, trial.n.max(0)) as f64);
    let (mut weights, mut sum) = (0.0, 0.0);
    for at in 0..RATES {
        let rate = promised * (f64::from(at) + 0.5) / f64::from(RATES);
        // Rates around three fifths of the promise weigh most. Any weights are valid; these find a category at half the promise
        // ready soonest among samples that are still short: weights at half itself pass more often at once, and more often late.
        let part = rate / promised;
        let weight = (part.powi(3) * (1.0 - part).powi(2)).powi(6);
        let log = wrong * (rate / promised).ln() + (n - wrong) * ((1.0 - rate) / (1.0 - promised)).ln();
        weights += weight;
        sum += weight * log.exp();
    }
    sum / weights
}

/// Whether it is enough.
#[must_use]
pub fn is_enough(trial: Trial, promised: f64) -> bool {
    evidence(trial, promised) >= ENOUGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_grows_with_what_is_right_and_shrinks_with_what_is_wrong() {
        let of = |n, wrong| evidence(Trial { n, wrong }, 0.1);
        assert!((of(0, 0) - 1.0).abs() < 1e-12);
        assert!(of(50, 0) > of(40, 0) && of(50, 1) < of(50, 0));
        assert!(is_enough(Trial { n: 80, wrong: 0 }, 0.1) && !is_enough(Trial { n: 20, wrong: 0 }, 0.1));
        assert!(!is_enough(Trial { n: 10_000, wrong: 1_000 }, 0.1));
        assert!(is_enough(Trial { n: 2_000, wrong: 100 }, 0.1));
        assert!(of(-5, 3).is_finite() && of(100_000, 0).is_infinite() | (of(100_000, 0) > 1e9), "no number is refused");
    }

    /// The expectation over the next case, at the promise, is what it is now: that is what makes looking often harmless.
    #[test]
    fn one_more_case_at_the_promised_rate_changes_nothing_on_average() {
        for (n, wrong) in [(0, 0), (10, 2), (57, 3), (200, 31)] {
            let next = 0.2 * evidence(Trial { n: n + 1, wrong: wrong + 1 }, 0.2)
                + 0.8 * evidence(Trial { n: n + 1, wrong }, 0.2);
            let now = evidence(Trial { n, wrong }, 0.2);
            assert!((next - now).abs() < 1e-9 * now, "{n} {wrong}: {now} {next}");
        }
    }

    /// The chance that a category of this true rate is believed within so many cases, looked at after each: exact, over all ways
    /// that the errors can fall.
    fn believed(rate: f64, promised: f64, cases: i64) -> f64 {
        let (mut alive, mut found) = (vec![1.0_f64], 0.0);
        // The most errors with which it is enough; never fewer with one case more.
        let mut most = -1;
        for n in 1..=cases {
            let mut next = vec![0.0; alive.len() + 1];
            for (wrong, chance) in alive.iter().enumerate() {
                next[wrong] += chance * (1.0 - rate);
                next[wrong + 1] += chance * rate;
            }
            while is_enough(Trial { n, wrong: most + 1 }, promised) {
                most += 1;
            }
            for chance in next.iter_mut().take(usize::try_from(most + 1).unwrap_or(0)) {
                found += *chance;
                *chance = 0.0;
            }
            alive = next;
        }
        found
    }

    #[test]
    fn a_broken_promise_is_rarely_believed_and_a_kept_one_soon() {
        // One and a half times the smallest sample of an exact test; 135 and 298, see `countersign bench learning`.
        for (promised, in_time) in [(0.2, 202), (0.1, 447)] {
            let (broken, kept) = (believed(promised, promised, 1_500), believed(promised / 2.0, promised, in_time));
            assert!(broken < 1.0 / ENOUGH && broken > 0.04, "{promised}: {broken}");
            assert!(kept > 0.955, "{promised}: {kept}");
        }
        // The figures of docs/operate/readiness.md.
        let first = |promised, wrong| (1..).find(|n| is_enough(Trial { n: *n, wrong }, promised)).expect("some day");
        assert_eq!((first(0.2, 0), first(0.1, 0)), (30, 65));
        assert_eq!((first(0.2, 1), first(0.1, 1)), (37, 78));
    }
}
