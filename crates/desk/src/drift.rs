//! Whether errors became more frequent: a Bernoulli CUSUM (Reynolds and Stoumbos 1999), which sums what speaks for the
//! higher rate and starts again from nothing. Its limit is found exactly, so that a rate that never changed is called
//! risen once in [`ALARM_ONCE_IN`] cases or more rarely.

/// Points by which an error rate has to rise to be looked for: 0.05.
pub const RISE: f64 = 0.05;
/// Cases between two false alarms, on average, at least.
pub const ALARM_ONCE_IN: f64 = 10_000.0;
/// Rates below this are taken as this: a category in which nothing was ever wrong is not watched for its first error.
pub const LEAST: f64 = 0.02;
/// Rates above this are taken as this.
pub const MOST: f64 = 0.40;

/// A watch over errors that were at a rate before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// What an error adds; a case without one takes 1 away.
    up: usize,
    /// The sum that raises the alarm.
    limit: usize,
}

impl Watch {
    /// Over errors that were at `rate` before, 0 to 1.
    #[must_use]
    pub fn over(rate: f64) -> Self {
        // What is no number is no evidence of anything better.
        let before = if rate.is_nan() { LEAST } else { rate.clamp(LEAST, MOST) };
        let after = before + RISE;
        let (error, none) = ((after / before).ln(), -((1.0 - after) / (1.0 - before)).ln());
        let up = ((error / none).round() as usize).max(1);
        // The smallest limit with alarms rare enough, by halving; a limit ever so high is met in the end.
        let (mut low, mut high) = (up, up);
        while until_alarm(before, up, high) < ALARM_ONCE_IN {
            (low, high) = (high, high * 2);
        }
        while low + 1 < high {
            let middle = usize::midpoint(low, high);
            if until_alarm(before, up, middle) < ALARM_ONCE_IN { low = middle } else { high = middle }
        }
        Self { up, limit: high }
    }

    /// After how many cases the alarm is raised; none when it is not.
    pub fn alarm(self, wrong: impl IntoIterator<Item = bool>) -> Option<usize> {
        let mut sum = 0_usize;
        wrong.into_iter().position(|is_wrong| {
            sum = if is_wrong { sum + self.up } else { sum.saturating_sub(1) };
            sum >= self.limit
        })
    }
}

/// Cases until an alarm, on average, while errors keep their rate: the expected time of a walk on 0 to `limit`.
///
/// From sum `i` an error leads to `i + up`, anything else to `i - 1`; at 0 it stays.
fn until_alarm(rate: f64, up: usize, limit: usize) -> f64 {
    // T(i) = 1 + rate·T(i+up) + (1-rate)·T(i-1), solved from the top down as T(i) = a(i) + b(i)·T(i-1); the walk's start
    // has itself in the place of T(-1).
    let (mut a, mut b) = (vec![0.0; limit], vec![0.0; limit]);
    for i in (0..limit).rev() {
        // T(i+up) through T(i): T(i+k) = c + d·T(i).
        let (mut c, mut d) = (0.0, 0.0);
        if i + up < limit {
            (c, d) = (a[i + up], b[i + up]);
            for k in (i + 1..i + up).rev() {
                (c, d) = (c + d * a[k], d * b[k]);
            }
        }
        let keep = 1.0 - rate * d;
        a[i] = (1.0 + rate * c) / keep;
        b[i] = (1.0 - rate) / keep;
    }
    a[0] / (1.0 - b[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look drawn (Marsaglia 2003), for repeatable tests.
    struct Drawn(u64);

    impl Drawn {
        fn happens(&mut self, chance: f64) -> bool {
            for (left, by) in [(true, 13), (false, 7), (true, 17)] {
                self.0 ^= if left { self.0 << by } else { self.0 >> by };
            }
            ((self.0 >> 11) as f64) < chance * (1_u64 << 53) as f64
        }
    }

    #[test]
    fn the_expected_time_is_that_of_the_walk() {
        // Without any error but one: from 0 every error is the alarm, so the time is that of the first error.
        assert!((until_alarm(0.1, 5, 5) - 10.0).abs() < 1e-9);
        // Two errors in a row are needed when each adds 1: (1 + p) / p², as with any fair run.
        assert!((until_alarm(0.5, 1, 2) - 6.0).abs() < 1e-9);
    }

    #[test]
    fn alarms_are_rare_without_a_rise_and_soon_with_one() {
        for rate in [0.02, 0.05, 0.1, 0.2, 0.4] {
            let watch = Watch::over(rate);
            let mut drawn = Drawn(88_172_645_463_325_252);
            let (mut cases, mut alarms) = (0, 0);
            while cases < 2_000_000 {
                match watch.alarm((0..100_000).map(|_| drawn.happens(rate))) {
                    Some(at) => (cases, alarms) = (cases + at + 1, alarms + 1),
                    None => cases += 100_000,
                }
            }
            assert!(alarms <= 240, "{rate}: {alarms} false alarms in {cases}");
            let late = (0..200).filter(|_| watch.alarm((0..8_000).map(|_| drawn.happens(rate + RISE))).is_none());
            assert!(late.count() <= 2, "{rate}");
        }
    }

    #[test]
    fn strange_rates_are_watched_too() {
        for rate in [0.0, -1.0, 1.0, f64::INFINITY] {
            assert!(Watch::over(rate).limit > 0, "{rate}");
            assert_eq!(Watch::over(rate).alarm(std::iter::repeat_n(false, 1_000)), None);
        }
        assert!(Watch::over(f64::NAN).limit > 0);
    }
}
