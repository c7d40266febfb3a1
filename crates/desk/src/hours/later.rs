//! Times somebody may put a ticket off to, as the calendar of its queue has them.

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::{Calendar, Hours};
use crate::{closed_list, time::Timestamp};

/// How far "later today" is, in seconds.
const LATER_SECONDS: i64 = 3 * 3600;
/// A quarter of an hour: nobody wants to be called back at 14:07:23.
const QUARTER_SECONDS: i64 = 900;
/// When a morning begins where people work around the clock, in minutes since midnight.
const MORNING: u16 = 9 * 60;

closed_list! {
    /// A time that is offered.
    pub enum Later ("time to put off to") {
        /// Three hours on, while people still work.
        Today = "later_today",
        /// When work begins next after today.
        NextMorning = "next_morning",
        /// When work begins in the week after this one.
        NextWeek = "next_week",
    }
}

impl Calendar {
    /// Monday to Friday from nine to five in UTC: the hours of a desk that wrote none down.
    #[must_use]
    pub fn usual() -> Self {
        let day = |n: usize| if n < 5 { vec![(MORNING, 17 * 60)] } else { Vec::new() };
        Self::new("usual".to_owned(), TimeZone::UTC, std::array::from_fn(day), std::collections::BTreeMap::new())
    }

    /// The times to offer at an instant, soonest first: none that is past, none twice.
    #[must_use]
    pub fn later(&self, now: Timestamp) -> Vec<(Later, Timestamp)> {
        let (Some(today), hours) = (self.date(now), self.around(now)) else { return Vec::new() };
        let soon = super::secs(now) + LATER_SECONDS;
        let soon = Timestamp::from_secs(soon + (QUARTER_SECONDS - soon.rem_euclid(QUARTER_SECONDS)) % QUARTER_SECONDS);
        let is_today = self.date(soon) == Some(today) && hours.is_open(soon);
        let tomorrow = today.checked_add(1.day()).ok();
        let days = i64::from(7 - today.weekday().since(Weekday::Monday));
        let monday = today.checked_add(days.days()).ok();
        let found = [
            (Later::Today, is_today.then_some(soon)),
            (Later::NextMorning, tomorrow.and_then(|day| self.morning(&hours, day))),
            (Later::NextWeek, monday.and_then(|day| self.morning(&hours, day))),
        ];
        let mut offered: Vec<(Later, Timestamp)> = Vec::new();
        for (later, at) in found {
            if let Some(at) = at.filter(|at| *at > now && offered.iter().all(|(_, known)| known != at)) {
                offered.push((later, at));
            }
        }
        offered
    }

    /// When work begins on a day or after it.
    fn morning(&self, hours: &Hours, day: Date) -> Option<Timestamp> {
        let midnight = Timestamp::from_secs(self.instant(day, 0)?);
        let opens = hours.next_opening(midnight)?;
        if opens == midnight { Some(Timestamp::from_secs(self.instant(day, MORNING)?)) } else { Some(opens) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    fn told(calendar: &Calendar, now: &str) -> Vec<(Later, String)> {
        calendar.later(at(now)).into_iter().map(|(later, at)| (later, at.rfc3339())).collect()
    }

    #[test]
    fn a_morning_is_when_work_begins_and_nothing_is_offered_twice() {
        let usual = Calendar::usual();
        // A Monday morning.
        let offered = told(&usual, "2026-11-23T10:07:00Z");
        let times: Vec<&str> = offered.iter().map(|(_, at)| &at[..16]).collect();
        assert_eq!(times, ["2026-11-23T13:15", "2026-11-24T09:00", "2026-11-30T09:00"]);
        // A Monday evening has no later today; a Friday's next morning is next week's.
        let words = |now| told(&usual, now).into_iter().map(|(later, _)| later).collect::<Vec<_>>();
        assert_eq!(words("2026-11-23T16:00:00Z"), [Later::NextMorning, Later::NextWeek]);
        assert_eq!(words("2026-11-27T10:00:00Z"), [Later::Today, Later::NextMorning]);
        assert_eq!(words("2026-11-29T10:00:00Z"), [Later::NextMorning], "on a Sunday both are Monday");
    }

    #[test]
    fn around_the_clock_a_morning_is_at_nine() {
        let offered = told(&Calendar::always(), "2026-11-23T22:30:00Z");
        let times: Vec<&str> = offered.iter().map(|(_, at)| &at[..16]).collect();
        assert_eq!(times, ["2026-11-24T09:00", "2026-11-30T09:00"]);
    }
}
