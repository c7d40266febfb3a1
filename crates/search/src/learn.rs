//! The weights of the second stage from examples.
//!
//! Conditional logit (McFadden 1974; as a loss for ranking: ListNet, Cao et al. 2007): of the candidates of one query, the
//! right ones should hold the probability. Plain gradient steps; a weight is never below zero, because no number here
//! should make a passage worse by being larger, except its length.

use crate::{FEATURES, Features};

/// One query's candidates, and which of them are right.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Numbers of a candidate; whether it answers the query.
    pub candidates: Vec<(Features, bool)>,
}

/// Times the whole set is looked at.
const ROUNDS: usize = 1500;
/// Step of the first round; shrinks to nothing by the last.
const STEP: f64 = 4.0;
/// Pull towards [`PRIOR`]: made queries teach nothing about what was masked to make them, and numbers that say the same
/// should share the weight.
const PULL: f64 = 0.02;
/// What one would write down without examples, in the order of [`FEATURES`]: words and meaning about even, then where and
/// how the words stand.
const PRIOR: Features = [1.0, 3.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.5, 0.0];

/// Weights that put the right candidates first. Numbers named in `unused` keep the weight 0; `heading` keeps what it has,
/// because headings are what queries are made of; `length` may fall below 0. Lessons without a right candidate, or with
/// nothing else, teach nothing.
#[must_use]
pub fn learn(lessons: &[Lesson], unused: &[&str]) -> Features {
    let mut weights: Features = PRIOR;
    let is_used = FEATURES.map(|name| !unused.contains(&name));
    let is_free = FEATURES.map(|name| name == "length");
    let is_kept = FEATURES.map(|name| name == "heading");
    for round in 0..ROUNDS {
        let mut slope: Features = [0.0; FEATURES.len()];
        let mut count = 0.0_f64;
        for lesson in lessons {
            count += f64::from(u8::from(add_slope(lesson, &weights, &mut slope)));
        }
        let step = STEP * (1.0 - round as f64 / ROUNDS as f64);
        for at in 0..FEATURES.len() {
            let (Some(weight), Some(slope), Some(prior)) = (weights.get_mut(at), slope.get(at), PRIOR.get(at)) else {
                continue;
            };
            let is = |role: &[bool]| role.get(at) == Some(&true);
            if is(&is_kept) {
                continue;
            }
            *weight += step * (slope / count.max(1.0) - PULL * (*weight - prior));
            if !is(&is_used) || (*weight < 0.0 && !is(&is_free)) {
                *weight = 0.0;
            }
        }
    }
    weights
}

/// Adds the slope of the log-probability of the right candidates; tells whether the lesson teaches.
fn add_slope(lesson: &Lesson, weights: &Features, slope: &mut Features) -> bool {
    let sums: Vec<f64> = lesson.candidates.iter().map(|(features, _)| dot(features, weights)).collect();
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = sums.iter().map(|sum| (sum - top).exp()).collect();
    let all: f64 = shares.iter().sum();
    let of_right = || shares.iter().zip(&lesson.candidates).filter(|(_, (_, right))| *right).map(|(share, _)| share);
    let right: f64 = of_right().sum();
    if right <= 0.0 || of_right().count() == shares.len() {
        return false;
    }
    for (share, (features, is_right)) in shares.iter().zip(&lesson.candidates) {
        let pull = if *is_right { share / right } else { 0.0 } - share / all;
        slope.iter_mut().zip(features).for_each(|(slope, feature)| *slope += pull * feature);
    }
    true
}

fn dot(features: &Features, weights: &Features) -> f64 {
    features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_right_from_wrong_gets_the_weight() {
        let candidate = |coverage: f64, noise: f64, right| {
            let mut features = [0.0; FEATURES.len()];
            (features[2], features[5]) = (coverage, noise);
            (features, right)
        };
        let lessons: Vec<Lesson> = (0..40)
            .map(|n| {
                let noise = f64::from(n % 5) / 5.0;
                Lesson { candidates: vec![candidate(0.9, noise, true), candidate(0.4, 0.4, false)] }
            })
            .collect();
        let weights = learn(&lessons, &["title"]);
        assert!(weights[2] > PRIOR[2] + 1.0 && weights[5] == 0.0, "{weights:?}");
        let empty = learn(&[Lesson { candidates: vec![candidate(1.0, 1.0, true)] }], &[]);
        assert!(empty.iter().all(|weight| weight.is_finite()));
    }
}
