//! How often nothing is called something, and whether something is found.

use logmine::{Oddity, Season, Series, anomalies, change_point, deploy_before, error_burst, expected, oddity};

/// A generator of numbers that look random: `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Poisson numbers, by counting arrivals; large means by their normal limit.
    fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 60.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let (limit, mut product, mut n) = ((-mean).exp(), 1.0, -1.0);
        while product > limit {
            product *= self.unit();
            n += 1.0;
        }
        n
    }
}

const HOUR: i64 = 3_600;

/// Four weeks by the hour: busy days, quiet nights, quieter weekends; `mean` at noon of a working day.
fn weeks(random: &mut Random, mean: f64, bursty: f64) -> Series {
    let counts = (0..28 * 24)
        .map(|hour| {
            let day = 0.55 - 0.45 * (std::f64::consts::TAU * f64::from(hour % 24) / 24.0).cos();
            let weekend = if (hour / 24) % 7 >= 5 { 0.4 } else { 1.0 };
            let busy = 1.0 + bursty * random.normal();
            random.poisson((mean * day * weekend * busy).max(0.0))
        })
        .collect();
    Series { start: 0, seconds: HOUR, counts }
}

/// The share of windows called odd in the last week of series in which nothing ever changes.
fn false_alarms(mean: f64, bursty: f64, rate: f64) -> f64 {
    let mut random = Random(11);
    let (mut odd, mut all) = (0, 0);
    for _ in 0..60 {
        let series = weeks(&mut random, mean, bursty);
        for at in 21 * 24..series.counts.len() {
            odd += usize::from(matches!(oddity(&series, at, rate), Some(Oddity::More(_) | Oddity::Less(_))));
            all += 1;
        }
    }
    odd as f64 / f64::from(all)
}

#[test]
fn the_rate_of_false_alarms_is_the_one_asked_for() {
    for (mean, bursty) in [(0.5, 0.0), (8.0, 0.0), (300.0, 0.0), (300.0, 0.1), (5_000.0, 0.05)] {
        for rate in [0.01, 0.001] {
            let found = false_alarms(mean, bursty, rate);
            eprintln!("mean {mean}, burstiness {bursty}: {found:.5} of ordinary windows called odd, {rate} allowed");
            assert!(found <= 2.0 * rate, "mean {mean}, burstiness {bursty}: {found} at {rate}");
        }
    }
}

#[test]
fn a_rate_that_changes_is_found_at_the_hour_it_does() {
    let mut random = Random(5);
    let (mut found, mut silent) = (0, 0);
    for _ in 0..100 {
        let mut series = weeks(&mut random, 200.0, 0.05);
        let at = 25 * 24 + 12;
        series.counts[at] *= 2.0;
        found += usize::from(matches!(oddity(&series, at, 0.001), Some(Oddity::More(z)) if z > 3.0));
        series.counts[at] = 0.0;
        silent += usize::from(matches!(oddity(&series, at, 0.001), Some(Oddity::Less(_))));
    }
    assert!(found >= 95 && silent >= 99, "{found} doubled and {silent} silenced of 100");
}

#[test]
fn a_busy_noon_is_no_change_once_days_are_known() {
    let mut random = Random(3);
    let series = weeks(&mut random, 2_000.0, 0.0);
    assert_eq!(expected(&series, 25 * 24 + 12).expect("weeks").season, Season::HourOfWeek);
    assert_eq!(expected(&series, 2 * 24 + 12).expect("days").season, Season::Recent);
    assert_eq!(expected(&series, 5 * 24 + 12).expect("days").season, Season::HourOfDay);
    assert!(oddity(&series, 25 * 24 + 12, 0.001).is_none());
    assert!(expected(&series, 3).is_none(), "three hours say nothing");
}

#[test]
fn first_lines_of_a_kind_are_new_and_only_once_enough_was_seen() {
    let series = |counts: Vec<f64>| Series { start: 0, seconds: 60, counts };
    assert_eq!(oddity(&series([vec![0.0; 20], vec![1.0]].concat()), 20, 0.001), Some(Oddity::New));
    assert_eq!(oddity(&series(vec![0.0, 0.0, 1.0]), 2, 0.001), None);
    assert_eq!(oddity(&series([vec![1.0; 20], vec![1.0]].concat()), 20, 0.001), None);
}

#[test]
fn failures_that_each_are_few_make_a_burst_together() {
    let mut random = Random(9);
    let quiet = |random: &mut Random, extra: f64| Series {
        start: 0,
        seconds: 60,
        counts: (0..121).map(|n| random.poisson(0.3) + if n == 120 { extra } else { 0.0 }).collect(),
    };
    let texts = ["write failed", "connection refused by <*>", "timeout after <*>", "user <*> signed in"];
    let burst: Vec<(&str, Series)> = texts.map(|text| (text, quiet(&mut random, 5.0))).to_vec();
    assert!(error_burst(&burst, 120, 0.001).is_some());
    let calm: Vec<(&str, Series)> = texts.map(|text| (text, quiet(&mut random, 0.0))).to_vec();
    assert_eq!(error_burst(&calm, 120, 0.001), None);
    assert_eq!(error_burst(&burst[3..], 120, 0.001), None, "signing in is no failure");
}

#[test]
fn a_metric_s_false_alarms_are_bounded_with_and_without_a_trend() {
    let mut random = Random(21);
    for (trend, calm) in [(0.0, 288), (0.05, 288), (0.0, 60)] {
        let (mut odd, mut all) = (0, 0);
        for _ in 0..300 {
            let values: Vec<f64> = (0..calm + 12).map(|n| 50.0 + trend * f64::from(n) + random.normal()).collect();
            odd += anomalies(&values, calm as usize, 0.01).len();
            all += 12;
        }
        let found = odd as f64 / f64::from(all);
        eprintln!("trend {trend}, {calm} calm values: {found:.4} called odd, 0.01 allowed");
        assert!(found <= 0.02, "trend {trend}, {calm} calm values: {found}");
    }
    let mut values: Vec<f64> = (0..100).map(|_| 50.0 + random.normal()).collect();
    values[99] = 62.0;
    assert_eq!(anomalies(&values, 95, 0.001), [99]);
    assert_eq!(anomalies(&values[..8], 5, 0.001), Vec::<usize>::new());
}

#[test]
fn a_change_of_level_is_found_and_laid_at_its_deploy() {
    let mut random = Random(2);
    let mut called = 0;
    for _ in 0..400 {
        let still: Vec<f64> = (0..60).map(|_| random.normal()).collect();
        called += usize::from(change_point(&still, 0.01).is_some());
    }
    assert!(called <= 8, "{called} of 400 still series changed");
    let moved: Vec<f64> = (0..60).map(|n| random.normal() + if n >= 37 { 4.0 } else { 0.0 }).collect();
    let change = change_point(&moved, 0.01).expect("it moved");
    assert!(change.at.abs_diff(37) <= 1 && change.after - change.before > 3.0, "{change:?}");
    let at = change.at as i64 * 300;
    assert_eq!(deploy_before(at, &[at - 20_000, at - 400, at + 900], 1_800, 300), Some(1));
    assert_eq!(deploy_before(at, &[at - 20_000, at + 900], 1_800, 300), None);
}
