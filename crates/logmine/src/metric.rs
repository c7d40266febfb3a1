//! What is out of the ordinary about a metric, and when it changed.

use crate::robust::{Usual, median, normal_limit, slope};

/// Fewest values that say what is usual.
const LEAST: usize = 12;

/// How many widths each value after the first `calm` is away from what the calm ones make likely, their trend continued. Empty
/// while there are too few calm values.
pub fn surprises(values: &[f64], calm: usize) -> Vec<f64> {
    let calm = calm.min(values.len());
    let Some(trend) = slope(&values[..calm]).filter(|_| calm >= LEAST) else { return Vec::new() };
    let level = |at: usize, value: f64| value - trend * at as f64;
    let flat: Vec<f64> = values[..calm].iter().enumerate().map(|(at, v)| level(at, *v)).collect();
    let Some(usual) = Usual::of(&flat) else { return Vec::new() };
    // Even a metric that never moved may move by a hair.
    let least = (usual.middle.abs() * 1e-3).max(1e-9);
    // Where little was seen, width, middle and trend are themselves uncertain.
    let uncertain = (1.0 + 4.0 / calm as f64).sqrt() * (1.0 + 5.0 / calm as f64);
    let above = |(at, value): (usize, &f64)| usual.above(level(at, *value), least) / uncertain;
    values.iter().enumerate().skip(calm).map(above).collect()
}

/// The values after the first `calm` that are out of the ordinary, at a share of `rate` false alarms for normal noise.
pub fn anomalies(values: &[f64], calm: usize, rate: f64) -> Vec<usize> {
    let limit = normal_limit(rate);
    let odd = |(n, z): (usize, &f64)| (z.abs() >= limit).then_some(calm.min(values.len()) + n);
    surprises(values, calm).iter().enumerate().filter_map(odd).collect()
}

/// Where a metric went from one level to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first value at the new level.
    pub at: usize,
    /// Median before.
    pub before: f64,
    /// Median from there on.
    pub after: f64,
    /// How likely noise alone looks like this, at most.
    pub chance: f64,
}

/// The place where a series most likely changed its level: the rank test of Pettitt (1979). `None` when chance explains it with
/// more than the probability `rate`, or when fewer than 12 values are there.
pub fn change_point(values: &[f64], rate: f64) -> Option<ChangePoint> {
    let n = values.len();
    if n < LEAST || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let (mut sum, mut best) = (0.0, (0.0_f64, 0));
    for at in 0..n - 1 {
        sum += values.iter().map(|other| sign(values[at] - other)).sum::<f64>();
        if f64::abs(sum) > best.0 {
            best = (sum.abs(), at + 1);
        }
    }
    let size = n as f64;
    let chance = (2.0 * (-6.0 * best.0 * best.0 / (size.powi(3) + size.powi(2))).exp()).min(1.0);
    (chance <= rate).then_some(())?;
    let (before, after) = (median(&values[..best.1])?, median(&values[best.1..])?);
    Some(ChangePoint { at: best.1, before, after, chance })
}

fn sign(difference: f64) -> f64 {
    if difference > 0.0 {
        1.0
    } else if difference < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// The deploy a change most likely belongs to: the last one before it, at most `within` seconds earlier. `slack` seconds are
/// allowed for a change that is seen in the window in which the deploy ended. All times in seconds since 1970.
pub fn deploy_before(change: i64, deploys: &[i64], within: i64, slack: i64) -> Option<usize> {
    let fits = |deploy: &i64| *deploy <= change.saturating_add(slack) && change.saturating_sub(*deploy) <= within;
    let near = deploys.iter().enumerate().filter(|(_, deploy)| fits(deploy));
    near.max_by_key(|(_, deploy)| **deploy).map(|(at, _)| at)
}
