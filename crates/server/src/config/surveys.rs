//! When requesters are asked how it went.

use serde::{Deserialize, Serialize};

use super::Desk;

/// Questions to whoever was helped.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Surveys {
    /// Ask at all.
    pub ask: bool,
    /// So many hours after a ticket ended, 0..=336.
    pub after_hours: i64,
    /// At most one question to one person in so many days, 1..=3650.
    pub days_between: i64,
}

impl Default for Surveys {
    fn default() -> Self {
        Self { ask: false, after_hours: 24, days_between: 90 }
    }
}

impl Surveys {
    /// The first setting that cannot work: key, what it holds, what it should hold.
    pub(super) fn wrong(&self, desk: &Desk) -> Option<(&'static str, String, &'static str)> {
        if self.ask && desk.public_address().is_none() {
            return Some((
                "desk.address",
                String::new(),
                "the address of this desk's pages, such as https://desk.company.example",
            ));
        }
        if !(0..=336).contains(&self.after_hours) {
            return Some(("surveys.after_hours", self.after_hours.to_string(), "a number of hours from 0 to 336"));
        }
        if !(1..=3_650).contains(&self.days_between) {
            return Some(("surveys.days_between", self.days_between.to_string(), "a number of days from 1 to 3650"));
        }
        None
    }
}
