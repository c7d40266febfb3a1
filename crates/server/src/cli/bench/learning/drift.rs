//! How soon a rise of five points is noticed, and how often none is.

use desk::drift::{RISE, Watch};

use super::super::{Figure, Goal, percentile};
use crate::dice::Dice;

/// The rate before: half of what standing approvals promise, where a fall matters most.
const BEFORE: f64 = 0.05;
/// Rises that are made.
const RISES: u64 = 1_000;
/// Cases without any.
const CASES: usize = 2_000_000;

/// Measures.
pub fn measure() -> Vec<Figure> {
    let watch = Watch::over(BEFORE);
    let mut noticed: Vec<f64> = (0..RISES)
        .map(|seed| {
            let mut dice = Dice(seed);
            let cases = std::iter::repeat_with(|| dice.happens(BEFORE + RISE)).take(100_000);
            watch.alarm(cases).map_or(100_000.0, |at| at as f64 + 1.0)
        })
        .collect();
    let mut dice = Dice(7);
    let (mut cases, mut alarms) = (0, 0_u32);
    while cases < CASES {
        let calm = std::iter::repeat_with(|| dice.happens(BEFORE)).take(CASES - cases);
        match watch.alarm(calm) {
            Some(at) => (cases, alarms) = (cases + at + 1, alarms + 1),
            None => break,
        }
    }
    let mean = noticed.iter().sum::<f64>() / noticed.len() as f64;
    let false_alarms = f64::from(alarms) * 10_000.0 / CASES as f64;
    let n = noticed.len();
    vec![
        Figure::new("learning", "drift_noticed_mean", mean, "cases", n, Goal::AtMost(300.0)),
        Figure::new("learning", "drift_noticed_p90", percentile(&mut noticed, 0.9), "cases", n, Goal::Unset),
        Figure::new("learning", "drift_false_alarms", false_alarms, "per 10000", CASES, Goal::AtMost(1.0)),
    ]
}
