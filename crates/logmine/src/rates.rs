//! How often each shape came, in windows of fixed length, within bounds.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::shapes::ShapeId;

/// Shapes counted apart in one window; further ones are counted together.
const SHAPES: usize = 5_000;

/// Counts of one stream's shapes per window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rates {
    seconds: i64,
    keep: usize,
    windows: BTreeMap<i64, Window>,
    /// Counts held in all windows.
    cells: usize,
    /// Lines that came too late to be counted.
    late: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Window {
    #[serde(with = "pairs")]
    counts: HashMap<ShapeId, u32>,
    others: u32,
}

impl Rates {
    /// Windows of `seconds` (at least 1), of which the newest `keep` (at least 1) are held.
    pub fn new(seconds: u32, keep: usize) -> Self {
        Self { seconds: i64::from(seconds.max(1)), keep: keep.max(1), windows: BTreeMap::new(), cells: 0, late: 0 }
    }

    /// Counts a line at `at`, in seconds since 1970. Lines may come in any order; those older than all windows held are
    /// counted as late and nowhere else.
    pub fn add(&mut self, shape: ShapeId, at: i64) {
        let start = at.div_euclid(self.seconds);
        let newest = self.windows.last_key_value().map_or(start, |(newest, _)| *newest);
        if start <= newest.saturating_sub(self.keep as i64) {
            self.late += 1;
            return;
        }
        let window = self.windows.entry(start).or_default();
        if window.counts.len() >= SHAPES && !window.counts.contains_key(&shape) {
            window.others = window.others.saturating_add(1);
        } else {
            let count = window.counts.entry(shape).or_insert_with(|| {
                self.cells += 1;
                0
            });
            *count = count.saturating_add(1);
        }
        self.forget_to(start.max(newest).saturating_sub(self.keep as i64));
    }

    /// Counts held, over all windows: what the memory needed goes by.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Forgets windows that began before `at`, in seconds since 1970.
    pub fn forget_before(&mut self, at: i64) {
        self.forget_to(at.div_euclid(self.seconds).saturating_sub(1));
    }

    /// Forgets the oldest window, and says when it began; `None` when at most one is held.
    pub fn forget_oldest(&mut self) -> Option<i64> {
        let first = *self.windows.first_key_value().filter(|_| self.windows.len() > 1)?.0;
        self.forget_to(first);
        Some(first * self.seconds)
    }

    fn forget_to(&mut self, last: i64) {
        while self.windows.first_key_value().is_some_and(|(first, _)| *first <= last) {
            let gone = self.windows.pop_first();
            self.cells -= gone.map_or(0, |(_, window)| window.counts.len()).min(self.cells);
        }
    }

    /// Lines that came too late to be counted.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// When the first and the last window held begin, in seconds since 1970.
    pub fn span(&self) -> Option<(i64, i64)> {
        let (first, last) = (self.windows.first_key_value()?.0, self.windows.last_key_value()?.0);
        Some((first * self.seconds, last * self.seconds))
    }

    /// The counts of a template's shapes from the first window held to the last, with 0 where nothing came.
    pub fn series(&self, shapes: &[ShapeId]) -> Series {
        let (first, last) =
            self.windows.first_key_value().zip(self.windows.last_key_value()).map_or((0, -1), |(a, b)| (*a.0, *b.0));
        let count = |start: i64| {
            let window = self.windows.get(&start)?;
            Some(shapes.iter().filter_map(|shape| window.counts.get(shape)).map(|n| f64::from(*n)).sum())
        };
        Series {
            start: first * self.seconds,
            seconds: self.seconds,
            counts: (first..=last).map(|start| count(start).unwrap_or(0.0)).collect(),
        }
    }
}

/// Counts by shape as pairs: names of fields are text in many formats.
mod pairs {
    use std::collections::HashMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::shapes::ShapeId;

    pub fn serialize<S: Serializer>(counts: &HashMap<ShapeId, u32>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(counts)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<HashMap<ShapeId, u32>, D::Error> {
        Ok(Vec::<(ShapeId, u32)>::deserialize(from)?.into_iter().collect())
    }
}

/// Counts in windows that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// When the first window begins, in seconds since 1970.
    pub start: i64,
    /// Length of a window, in seconds.
    pub seconds: i64,
    /// The counts.
    pub counts: Vec<f64>,
}

impl Series {
    /// When a window begins, in seconds since 1970.
    pub fn time(&self, window: usize) -> i64 {
        self.start + self.seconds * window as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_any_order_within_the_windows_held() {
        let mut rates = Rates::new(60, 3);
        let (a, b) = (ShapeId(0), ShapeId(1));
        for (shape, at) in [(a, 120), (a, 0), (b, 61), (a, 125), (a, 59), (b, 240), (a, 0)] {
            rates.add(shape, at);
        }
        assert_eq!(rates.late(), 1, "the window of minute 0 is gone");
        assert_eq!(rates.series(&[a]), Series { start: 120, seconds: 60, counts: vec![2.0, 0.0, 0.0] });
        assert_eq!(rates.series(&[a, b]).counts, [2.0, 0.0, 1.0]);
        assert_eq!(rates.span(), Some((120, 240)));
        assert_eq!(Rates::new(60, 3).series(&[a]).counts, Vec::<f64>::new());
    }

    #[test]
    fn a_clock_far_ahead_or_behind_does_not_fill_memory() {
        let mut rates = Rates::new(1, 10);
        for at in [0, i64::MAX, i64::MIN, 5] {
            rates.add(ShapeId(0), at);
        }
        for shape in 0..20_000 {
            rates.add(ShapeId(shape), i64::MAX);
        }
        assert!(rates.windows.len() <= 10);
        assert!(rates.windows.values().all(|w| w.counts.len() <= SHAPES));
    }
}
