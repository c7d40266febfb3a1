//! How many texts get a second look.

use serde::{Deserialize, Serialize};

/// Reviews by people who did not write the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reviews {
    /// Texts that are drawn in a week, 0..=1400; 0 draws none.
    pub texts_a_week: i64,
    /// Of a hundred, how many two people look at, 0..=100.
    pub two_readers_percent: i64,
}

impl Default for Reviews {
    fn default() -> Self {
        Self { texts_a_week: 12, two_readers_percent: 30 }
    }
}

impl Reviews {
    /// The first setting that cannot work: key, what it holds, what it should hold.
    pub(super) fn wrong(&self) -> Option<(&'static str, String, &'static str)> {
        if !(0..=1_400).contains(&self.texts_a_week) {
            return Some((
                "reviews.texts_a_week",
                self.texts_a_week.to_string(),
                "a number of texts from 0 to 1400; 0 draws none",
            ));
        }
        if !(0..=100).contains(&self.two_readers_percent) {
            return Some((
                "reviews.two_readers_percent",
                self.two_readers_percent.to_string(),
                "a number from 0 to 100",
            ));
        }
        None
    }
}
