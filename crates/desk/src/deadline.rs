//! Deadlines a requester names: the words, where they stand, and the instant when it can be told.

use serde::{Deserialize, Serialize};

use crate::{closed_list, ids::MessageId, time::Timestamp};

closed_list! {
    /// How exactly a deadline was named.
    pub enum Precision ("precision") {
        /// An hour was named.
        Hour = "hour",
        /// A day, a week's end or a month's end.
        Day = "day",
    }
}

/// A deadline somebody named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The quoted words.
    pub quote: String,
    /// Character offsets of the quote in the text that was read.
    pub span: (usize, usize),
    /// The instant; of a day without an hour, its last second, in UTC. None when the words do not say, or say
    /// something that is past or absurd.
    pub due: Option<Timestamp>,
    /// How exactly it was named.
    pub precision: Precision,
    /// The message that was read, where the words come from one.
    pub message: Option<MessageId>,
}

const DAY_SECONDS: i64 = 24 * 3600;

impl Deadline {
    /// Whether it is at most 24 hours away, or over already. A day without an hour presses once the day itself
    /// begins within 24 hours: "by tomorrow" does not wait for tomorrow's evening.
    #[must_use]
    pub fn presses(&self, now: Timestamp) -> bool {
        let lead = match self.precision {
            Precision::Hour => DAY_SECONDS,
            Precision::Day => 2 * DAY_SECONDS,
        };
        self.due.is_some_and(|due| due.seconds_since(now) <= lead)
    }
}
