//! Business hours: when a desk works, and how far a number of working seconds reaches.
//!
//! A calendar has hours for each weekday in one time zone, holidays, and days on which it opens all the same. All
//! arithmetic is on instants: a day with a change of clocks has as many working seconds as pass between opening and
//! closing. Start with [`Calendar::due`]; `read.rs` reads the text a lead writes, `ical.rs` holidays from iCalendar.

use std::collections::BTreeMap;

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::time::Timestamp;

mod ical;
mod later;
mod read;
#[cfg(test)]
mod tests;

pub use ical::holidays;
pub use later::Later;
pub(crate) use read::{Written, calendar};

/// Years that hours are laid out for around the instant that is asked about: before and after.
const YEARS: (i16, i16) = (2, 3);
/// A pause longer than this is a mistake, not a pause, in days.
pub const PAUSE_DAYS_MAX: i64 = 366;

/// Working time of a day: from and until, in minutes since midnight; until may be 1440.
pub type Opening = (u16, u16);

/// When people work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Key, as targets name it.
    pub key: String,
    zone: TimeZone,
    week: [Vec<Opening>; 7],
    /// Days that differ from their weekday: closed with the holiday's name, or open at other hours.
    days: BTreeMap<Date, Exception>,
}

/// A day that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exception {
    Holiday(String),
    Open(Vec<Opening>),
}

/// Time that does not count, from and until.
pub type Pause = (Timestamp, Timestamp);

/// A calendar laid out over years: its working spans with the seconds worked before each, so that every question is a
/// search by halves.
#[derive(Debug, Clone)]
pub struct Hours {
    spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    opens: i64,
    closes: i64,
    before: i64,
}

impl Calendar {
    pub(crate) fn new(key: String, zone: TimeZone, week: [Vec<Opening>; 7], days: BTreeMap<Date, Exception>) -> Self {
        Self { key, zone, week, days }
    }

    /// Every hour of every day.
    #[must_use]
    pub fn always() -> Self {
        Self::new("always".to_owned(), TimeZone::UTC, std::array::from_fn(|_| vec![(0, 1440)]), BTreeMap::new())
    }

    /// Its time zone's name.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// An instant as people there read it, to the minute: `2026-11-23 09:00`.
    #[must_use]
    pub fn told(&self, at: Timestamp) -> String {
        let zoned = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MIN);
        zoned.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The holiday an instant falls on, by name.
    #[must_use]
    pub fn holiday(&self, at: Timestamp) -> Option<&str> {
        match self.days.get(&self.date(at)?)? {
            Exception::Holiday(name) => Some(name),
            Exception::Open(_) => None,
        }
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        Some(jiff::Timestamp::from_microsecond(at.micros()).ok()?.to_zoned(self.zone.clone()).date())
    }

    fn openings(&self, day: Date) -> &[Opening] {
        match self.days.get(&day) {
            Some(Exception::Holiday(_)) => &[],
            Some(Exception::Open(hours)) => hours,
            None => {
                let at = usize::try_from(day.weekday().since(Weekday::Monday)).unwrap_or(0);
                self.week.get(at).map_or(&[], Vec::as_slice)
            }
        }
    }

    /// Lays the hours out around an instant: two years back, three ahead.
    #[must_use]
    pub fn around(&self, at: Timestamp) -> Hours {
        let Some(middle) = self.date(at) else { return Hours { spans: Vec::new() } };
        let year = middle.year();
        let first = Date::new(year.saturating_sub(YEARS.0).max(-9000), 1, 1).unwrap_or(middle);
        let last = Date::new(year.saturating_add(YEARS.1).min(9000), 12, 31).unwrap_or(middle);
        let (mut spans, mut worked, mut day): (Vec<Span>, i64, Date) = (Vec::new(), 0, first);
        while day <= last {
            for (from, until) in self.openings(day) {
                let (Some(opens), Some(closes)) = (self.instant(day, *from), self.instant(day, *until)) else {
                    continue;
                };
                if closes > opens {
                    spans.push(Span { opens, closes, before: worked });
                    worked += closes - opens;
                }
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        Hours { spans }
    }

    /// Seconds since 1970 at a minute of a day. A minute that the clocks jump over is the first after the jump; one that
    /// comes twice is its first.
    fn instant(&self, day: Date, minute: u16) -> Option<i64> {
        let (day, minute) = if minute >= 1440 { (day.checked_add(1.day()).ok()?, 0) } else { (day, minute) };
        let hour = i8::try_from(minute / 60).ok()?;
        let civil = day.at(hour, i8::try_from(minute % 60).ok()?, 0, 0);
        Some(self.zone.to_ambiguous_zoned(civil).compatible().ok()?.timestamp().as_second())
    }
}

impl Hours {
    /// When `seconds` of working time have passed since `from`, leaving out the pauses. None when that lies further
    /// ahead than the hours are laid out, or nobody ever works.
    #[must_use]
    pub fn due(&self, from: Timestamp, seconds: i64, pauses: &[Pause]) -> Option<Timestamp> {
        let (mut at, mut left) = (secs(from), seconds.max(0));
        for (start, end) in pauses {
            let (start, end) = (secs(*start), secs(*end));
            if end <= at || end <= start {
                continue;
            }
            let worked = self.until(start.max(at)) - self.until(at);
            if worked >= left {
                break;
            }
            left -= worked;
            at = end;
        }
        self.after(at, left).map(Timestamp::from_secs)
    }

    /// Working seconds between two instants, leaving out the pauses; 0 when they are the wrong way round.
    #[must_use]
    pub fn worked(&self, from: Timestamp, until: Timestamp, pauses: &[Pause]) -> i64 {
        let (from, until) = (secs(from), secs(until));
        let plain = (self.until(until) - self.until(from)).max(0);
        let mut reached = from;
        let mut paused = 0;
        for (start, end) in pauses {
            let (start, end) = (secs(*start).max(reached), secs(*end).min(until));
            if end > start {
                paused += self.until(end) - self.until(start);
                reached = end;
            }
        }
        (plain - paused).max(0)
    }

    /// The latest instant since which `seconds` of working time have passed until `until`. None when that lies before the
    /// hours are laid out.
    #[must_use]
    pub fn since(&self, until: Timestamp, seconds: i64) -> Option<Timestamp> {
        let wanted = self.until(secs(until)) - seconds.max(0);
        let at = self.spans.partition_point(|s| s.before <= wanted);
        let span = self.spans.get(at.checked_sub(1)?)?;
        Some(Timestamp::from_secs((span.opens + (wanted - span.before)).min(secs(until))))
    }

    /// Whether somebody works at an instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_opening(at) == Some(at)
    }

    /// The instant itself while somebody works, else when work begins next.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let second = secs(at);
        let span = self.spans.get(self.spans.partition_point(|s| s.closes <= second))?;
        Some(if span.opens <= second { at } else { Timestamp::from_secs(span.opens) })
    }

    /// The last time before an instant in which nobody worked for `seconds` or more: from when work ended until it began
    /// again. None while nobody works, and where nobody ever did or work never ends.
    #[must_use]
    pub fn night_before(&self, at: Timestamp, seconds: i64) -> Option<(Timestamp, Timestamp)> {
        let second = secs(at);
        let now = self.spans.partition_point(|s| s.closes <= second);
        self.spans.get(now).filter(|s| s.opens <= second)?;
        let mut pairs = self.spans.get(..=now)?.windows(2).rev();
        let night = pairs.find(|pair| matches!(pair, [before, after] if after.opens - before.closes >= seconds))?;
        match night {
            [before, after] => Some((Timestamp::from_secs(before.closes), Timestamp::from_secs(after.opens))),
            _ => None,
        }
    }

    /// Seconds worked before an instant, since the hours begin.
    fn until(&self, second: i64) -> i64 {
        let at = self.spans.partition_point(|s| s.closes <= second);
        match self.spans.get(at) {
            Some(span) => span.before + (second - span.opens).max(0),
            None => self.spans.last().map_or(0, |s| s.before + s.closes - s.opens),
        }
    }

    /// When `left` more seconds are worked, from an instant on.
    fn after(&self, second: i64, left: i64) -> Option<i64> {
        let first = self.spans.first()?;
        if second < first.opens && left > 0 {
            return None;
        }
        let wanted = self.until(second) + left;
        // Of two spans that meet at the wanted second, the earlier one's end: a target of 8 hours ends with the day.
        let at = self.spans.partition_point(|s| s.before + (s.closes - s.opens) < wanted);
        let span = self.spans.get(at)?;
        Some((span.opens + (wanted - span.before)).max(second))
    }
}

const fn secs(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}
