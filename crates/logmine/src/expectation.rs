//! What a window's count should be, from the windows before it, and what is out of the ordinary.
//!
//! Counts are compared on a scale where their noise is even (Anscombe 1948), with their own overdispersion and the
//! uncertainty of the expectation taken in. The limit follows from the rate of false alarms that is allowed.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;

use crate::rates::Series;
use crate::robust::{median, normal_limit, quantile};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// Cycles that must have been seen before an hour of the day or week is compared with itself.
const CYCLES: i64 = 3;
/// Fewest windows that make an expectation.
const LEAST: usize = 8;
/// Hours of like counts that say how much an hour varies.
const LIKE_HOURS: usize = 48;
/// Most recent windows compared where there is no cycle yet.
const RECENT: usize = 288;

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// The same hour of the week.
    HourOfWeek,
    /// The same hour of the day.
    HourOfDay,
    /// The windows just before.
    Recent,
}

/// What a window should count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The count.
    pub count: f64,
    /// How much more the counts vary than chance alone would make them; 1 for pure chance.
    pub dispersion: f64,
    /// Windows it rests on.
    pub from: usize,
    /// Which windows these are.
    pub season: Season,
}

impl Expected {
    /// From the middle and width on the even scale.
    fn new(middle: f64, width: f64, from: usize, season: Season) -> Self {
        Self { count: (middle * middle / 4.0 - 0.375).max(0.0), dispersion: width * width, from, season }
    }

    /// How many standard deviations `count` is above (or, negative, below) what is expected.
    pub fn surprise(&self, count: f64) -> f64 {
        let uncertain = 1.0 + FRAC_PI_2 / self.from.max(1) as f64;
        (even(count) - even(self.count)) / (self.dispersion * uncertain).sqrt()
    }
}

/// What window `at` of a series should count, from windows before it. `None` while too few were seen.
pub fn expected(series: &Series, at: usize) -> Option<Expected> {
    let before: Vec<f64> = series.counts[..at.min(series.counts.len())].iter().map(|n| even(*n)).collect();
    let seen_s = before.len() as i64 * series.seconds;
    let cyclic = |cycle: i64, season: Season| {
        let known = seen_s >= CYCLES * cycle && series.seconds <= HOUR;
        known.then(|| seasonal(series, &before, at, cycle, season)).flatten()
    };
    cyclic(WEEK, Season::HourOfWeek)
        .or_else(|| cyclic(DAY, Season::HourOfDay))
        .or_else(|| recent(&before[before.len().saturating_sub(RECENT)..]))
}

/// Counts on a scale where chance alone has width 1, however large they are.
fn even(count: f64) -> f64 {
    2.0 * (count.max(0.0) + 0.375).sqrt()
}

/// From the same hour of earlier cycles. How much an hour varies from cycle to cycle is learnt from the hours of most like
/// counts, because busy hours vary more.
fn seasonal(series: &Series, before: &[f64], at: usize, cycle: i64, season: Season) -> Option<Expected> {
    let hour = |window: usize| series.time(window).rem_euclid(cycle) / HOUR;
    let mut hours: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (window, value) in before.iter().enumerate() {
        hours.entry(hour(window)).or_default().push(*value);
    }
    let same = hours.get(&hour(at))?;
    let middle = median(same)?;
    let mut like: Vec<(f64, &Vec<f64>)> = hours
        .values()
        .filter(|values| values.len() >= 2)
        .filter_map(|values| Some(((median(values)? - middle).abs(), values)))
        .collect();
    like.sort_by(|a, b| a.0.total_cmp(&b.0));
    let away: Vec<f64> = like.iter().take(LIKE_HOURS).flat_map(|(_, values)| apart(values)).collect();
    Some(Expected::new(middle, width(&away)?, same.len(), season))
}

/// How far each value is from the middle of the others, which is itself uncertain.
fn apart(values: &[f64]) -> Vec<f64> {
    let uncertain = (1.0 + FRAC_PI_2 / values.len().saturating_sub(1).max(1) as f64).sqrt();
    let one = |left_out: usize| {
        let others: Vec<f64> = values.iter().enumerate().filter(|(n, _)| *n != left_out).map(|(_, v)| *v).collect();
        Some((values[left_out] - median(&others)?).abs() / uncertain)
    };
    (0..values.len()).filter_map(one).collect()
}

fn recent(before: &[f64]) -> Option<Expected> {
    if before.len() < LEAST {
        return None;
    }
    let middle = median(before)?;
    let away: Vec<f64> = before.iter().map(|v| (v - middle).abs()).collect();
    Some(Expected::new(middle, width(&away)?, before.len(), Season::Recent))
}

/// The middle and the ends may each say that there is more than chance; from few values the width itself is uncertain.
fn width(away: &[f64]) -> Option<f64> {
    let wide = (median(away)? * 1.4826).max(quantile(away, 0.9)? / 1.645);
    Some((wide * (1.0 + 8.0 / away.len().max(1) as f64)).max(1.0))
}

/// What is out of the ordinary about a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Oddity {
    /// The first lines of their kind.
    New,
    /// More than expected, by so many standard deviations.
    More(f64),
    /// Less than expected, by so many standard deviations.
    Less(f64),
}

/// Whether window `at` is out of the ordinary. `rate` is the share of ordinary windows that may be called odd. Nothing is
/// odd while too few windows were seen.
pub fn oddity(series: &Series, at: usize, rate: f64) -> Option<Oddity> {
    let count = *series.counts.get(at)?;
    let expected = expected(series, at)?;
    if count > 0.0 && series.counts[..at].iter().all(|n| *n == 0.0) {
        return Some(Oddity::New);
    }
    let surprise = expected.surprise(count);
    if surprise.abs() < normal_limit(rate) {
        return None;
    }
    Some(if surprise > 0.0 { Oddity::More(surprise) } else { Oddity::Less(-surprise) })
}

/// Whether a template's text says that something went wrong.
pub fn speaks_of_failure(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "error",
        "fail",
        "exception",
        "fatal",
        "panic",
        "critical",
        "timeout",
        "timed out",
        "refused",
        "denied",
        "unavailable",
        "exhausted",
        "abort",
        "crash",
        "unreachable",
        "rejected",
        "traceback",
        "killed",
        "corrupt",
        "deadlock",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether lines that speak of failure came in a burst in window `at`: their counts added up, window by window.
pub fn error_burst(series: &[(&str, Series)], at: usize, rate: f64) -> Option<f64> {
    let mut failing = series.iter().filter(|(text, _)| speaks_of_failure(text)).map(|(_, series)| series);
    let mut sum = failing.next()?.clone();
    for other in failing {
        sum.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
    }
    match oddity(&sum, at, rate)? {
        Oddity::More(surprise) => Some(surprise),
        Oddity::New => Some(expected(&sum, at)?.surprise(sum.counts[at])),
        Oddity::Less(_) => None,
    }
}
