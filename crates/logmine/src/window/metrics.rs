//! Metrics by the minute, a bounded number of series.

use std::collections::{BTreeMap, VecDeque};

use super::{Loss, MINUTE, Window};

/// What a value means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// How it stands.
    Level(f64),
    /// How much was counted since the count began (microseconds since 1970, 0 where nobody said); it only grows.
    Total(f64, i64),
    /// How much was counted since the last point.
    Increase(f64),
    /// Sum and number of many values since the count began.
    TotalSpread(f64, f64, i64),
    /// Sum and number of many values since the last point.
    Spread(f64, f64),
}

/// A point that comes in.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    /// Who measured.
    pub service: &'a str,
    /// What.
    pub name: &'a str,
    /// What tells the series of a metric apart.
    pub labels: &'a [(String, String)],
    /// When; `None` where nobody said.
    pub at: Option<i64>,
    /// How much.
    pub measured: Measured,
}

/// Names a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricKey {
    /// Who measures.
    pub service: Box<str>,
    /// What.
    pub name: Box<str>,
    /// `name=value`, sorted, with commas between; may be empty.
    pub labels: Box<str>,
}

/// A series by the minute.
#[derive(Debug, Clone, Default)]
pub struct Metric {
    /// The first minute since 1970.
    first: i64,
    /// Sum and number of the minute's values; a number of 0 means that nothing came.
    minutes: VecDeque<(f32, f32)>,
    /// Whether the sum is what counts, and not the mean.
    counts: bool,
    /// The last total and when its count began.
    total: Option<(f64, f64, i64)>,
}

impl Metric {
    /// When the first value is from, in minutes since 1970.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// A value for each minute, where something came: a mean, or how much was counted.
    pub fn values(&self) -> impl Iterator<Item = Option<f64>> {
        self.minutes.iter().map(|(sum, number)| {
            let value = if self.counts { *sum } else { *sum / *number };
            (*number > 0.0).then_some(f64::from(value))
        })
    }

    /// How restless it is: how far it moves, against what it is.
    fn restless(&self) -> f64 {
        let values: Vec<f64> = self.values().flatten().collect();
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        if values.len() < 2 { 0.0 } else { (high - low) / (high.abs() + low.abs()).max(1e-9) }
    }

    fn last(&self) -> i64 {
        self.first + self.minutes.len() as i64 - 1
    }

    /// What is new in a point: its sum, its number, and whether the sum is what counts.
    fn new_in(&mut self, measured: Measured) -> Option<(f64, f64, bool)> {
        match measured {
            Measured::Level(value) => Some((value, 1.0, false)),
            Measured::Increase(value) => Some((value, 1.0, true)),
            Measured::Spread(sum, number) => Some((sum, number, false)),
            Measured::Total(value, began) => {
                let (grown, _) = self.grown(value, value, began)?;
                Some((grown, 1.0, true))
            }
            Measured::TotalSpread(sum, number, began) => {
                let (sum, number) = self.grown(sum, number, began)?;
                Some((sum, number, false))
            }
        }
    }

    /// How much both totals grew. `None` for the first point. A count that began again starts at 0.
    fn grown(&mut self, sum: f64, number: f64, began: i64) -> Option<(f64, f64)> {
        let before = self.total.replace((sum, number, began))?;
        let again = number < before.1 || began != before.2;
        Some(if again { (sum, number) } else { (sum - before.0, number - before.1) })
    }

    /// False when the minute is older than all that is held and there is no room before.
    fn add(&mut self, minute: i64, (sum, number, counts): (f64, f64, bool), keep: usize) -> bool {
        if self.minutes.is_empty() {
            self.first = minute;
        }
        self.counts = counts;
        while minute < self.first {
            if self.minutes.len() >= keep {
                return false;
            }
            self.minutes.push_front((0.0, 0.0));
            self.first -= 1;
        }
        if minute - self.last() > keep as i64 {
            self.minutes.clear();
            self.first = minute;
        }
        while self.last() < minute {
            self.minutes.push_back((0.0, 0.0));
        }
        let cell = &mut self.minutes[(minute - self.first) as usize];
        *cell = (cell.0 + sum as f32, cell.1 + number as f32);
        while self.minutes.len() > keep {
            self.minutes.pop_front();
            self.first += 1;
        }
        true
    }
}

#[derive(Debug, Default)]
pub(super) struct Metrics {
    series: BTreeMap<MetricKey, Metric>,
    /// Label sets of each metric.
    label_sets: BTreeMap<(Box<str>, Box<str>), usize>,
    /// When room was made last.
    made_room: i64,
}

impl Window {
    /// Takes a point. False when it was left away: older than the window, or of a series beyond the limits.
    pub fn point(&mut self, point: Point<'_>, now: i64) -> bool {
        let Some(at) = self.time(point.at, now) else {
            self.losses.add(Loss::PointLate, 1);
            return false;
        };
        let key = key(&point);
        if !self.metrics.series.contains_key(&key)
            && let Err(loss) = self.may_begin(&key, now)
        {
            self.losses.add(loss, 1);
            return false;
        }
        let keep = self.settings.minutes as usize;
        let series = self.metrics.series.entry(key).or_default();
        let Some(new) = series.new_in(point.measured) else { return true };
        let taken = series.add(at.div_euclid(MINUTE), new, keep);
        if !taken {
            self.losses.add(Loss::PointLate, 1);
        }
        taken
    }

    /// Whether there is room for a new series; calm ones make some, at most once a minute.
    fn may_begin(&mut self, key: &MetricKey, now: i64) -> Result<(), Loss> {
        let metric = (key.service.clone(), key.name.clone());
        if self.metrics.label_sets.get(&metric).is_some_and(|sets| *sets >= self.settings.label_sets) {
            return Err(Loss::LabelSetBeyond);
        }
        if self.metrics.series.len() >= self.settings.series() {
            if now.saturating_sub(self.metrics.made_room) < MINUTE {
                return Err(Loss::SeriesBeyond);
            }
            self.metrics.made_room = now;
            let gone = self.metrics.make_room(now.div_euclid(MINUTE));
            self.losses.add(Loss::SeriesForgotten, gone);
        }
        *self.metrics.label_sets.entry(metric).or_default() += 1;
        Ok(())
    }

    /// The series, by service and name.
    pub fn metrics(&self) -> impl Iterator<Item = (&MetricKey, &Metric)> {
        self.metrics.series.iter()
    }
}

impl Metrics {
    /// Forgets a twentieth of the series: those that fell silent first, then the calmest.
    fn make_room(&mut self, minute: i64) -> u64 {
        let mut order: Vec<(bool, f64, MetricKey)> = self
            .series
            .iter()
            .map(|(key, series)| (series.last() + 10 >= minute, series.restless(), key.clone()))
            .collect();
        order.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let gone = (order.len() / 20).max(1);
        for (_, _, key) in order.into_iter().take(gone) {
            self.remove(&key);
        }
        gone as u64
    }

    fn remove(&mut self, key: &MetricKey) {
        self.series.remove(key);
        let metric = (key.service.clone(), key.name.clone());
        if let Some(sets) = self.label_sets.get_mut(&metric) {
            *sets -= 1;
            if *sets == 0 {
                self.label_sets.remove(&metric);
            }
        }
    }

    pub(super) fn forget_before(&mut self, oldest: i64) {
        let first = oldest.div_euclid(MINUTE);
        let silent: Vec<MetricKey> = self
            .series
            .iter()
            .filter(|(_, series)| !series.minutes.is_empty() && series.last() < first)
            .map(|(key, _)| key.clone())
            .collect();
        for key in silent {
            self.remove(&key);
        }
        for series in self.series.values_mut() {
            while series.first < first && !series.minutes.is_empty() {
                series.minutes.pop_front();
                series.first += 1;
            }
        }
    }
}

fn key(point: &Point<'_>) -> MetricKey {
    let mut labels: Vec<String> = point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    labels.sort_unstable();
    let mut labels = labels.join(",");
    if labels.len() > 300 {
        let end = (0..=300).rev().find(|at| labels.is_char_boundary(*at)).unwrap_or_default();
        labels.truncate(end);
    }
    MetricKey { service: point.service.into(), name: point.name.into(), labels: labels.into() }
}
