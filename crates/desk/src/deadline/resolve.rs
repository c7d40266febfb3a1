//! From what was said to an instant, in UTC: the desk does not know where the requester's clock hangs.

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use super::{
    Precision,
    read::{Day, Next, When},
    words::{Cue, Unit},
};
use crate::time::Timestamp;

/// A date without its year that lies further back than this is next year's.
const BACK_DAYS_MAX: i32 = 60;
/// Further ahead nobody means it.
const AHEAD_SECONDS_MAX: i64 = 2 * 366 * 24 * 3600;
const COUNT_MAX: i32 = 1000;

/// The instant, unless it is past, absurd or no date at all.
pub fn resolve(when: When, cue: Cue, now: Timestamp) -> (Option<Timestamp>, Precision) {
    let here = jiff::Timestamp::from_microsecond(now.micros()).ok().map(|t| t.to_zoned(TimeZone::UTC).datetime());
    let (due, precision) = match when {
        When::Span(count, unit) => (here.and_then(|here| after(here, count, unit)), Precision::Hour),
        When::At { time: Some((hour, minute)), day } => {
            (here.and_then(|here| at_hour(here, day, cue, hour, minute)), Precision::Hour)
        }
        When::At { time: None, day } => (here.zip(day).and_then(|(here, day)| at_day(here, day, cue)), Precision::Day),
    };
    let due = due.and_then(|d| d.to_zoned(TimeZone::UTC).ok());
    let due = due.map(|z| Timestamp::from_micros(z.timestamp().as_microsecond()));
    (due.filter(|d| *d >= now && d.seconds_since(now) <= AHEAD_SECONDS_MAX), precision)
}

fn after(here: DateTime, count: i32, unit: Unit) -> Option<DateTime> {
    if !(1..=COUNT_MAX).contains(&count) {
        return None;
    }
    let span = match unit {
        Unit::Minute => count.minutes(),
        Unit::Hour => count.hours(),
        Unit::Day => count.days(),
        Unit::Week => count.weeks(),
        Unit::Month => count.months(),
        Unit::Workday => return workdays(here, count),
    };
    here.checked_add(span).ok()
}

fn workdays(here: DateTime, count: i32) -> Option<DateTime> {
    let (mut day, mut left) = (here, count);
    while left > 0 {
        day = day.checked_add(1.day()).ok()?;
        left -= i32::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    }
    Some(day)
}

fn at_hour(here: DateTime, day: Option<Day>, cue: Cue, hour: i8, minute: i8) -> Option<DateTime> {
    let on = |date: Date| date.at(hour, minute, 0, 0);
    let Some(day) = day else {
        let today = on(here.date());
        return if today >= here { Some(today) } else { today.checked_add(1.day()).ok() };
    };
    // The hour says before when; "before Friday 5 pm" is Friday.
    let cue = if cue == Cue::Before { Cue::By } else { cue };
    let found = on(date(here.date(), day, cue)?);
    match day {
        Day::Weekday { .. } if found < here => found.checked_add(7.days()).ok(),
        _ => Some(found),
    }
}

fn at_day(here: DateTime, day: Day, cue: Cue) -> Option<DateTime> {
    let last = date(here.date(), day, cue)?;
    let exact = matches!(day, Day::In(_) | Day::Weekday { .. } | Day::Date { .. });
    let last = if cue == Cue::Before && exact { last.checked_sub(1.day()).ok()? } else { last };
    Some(last.at(23, 59, 59, 0))
}

fn date(today: Date, day: Day, cue: Cue) -> Option<Date> {
    let plus = |days: i32| today.checked_add(days.days()).ok();
    let until = |weekday: i8| i32::from((weekday - today.weekday().to_monday_one_offset()).rem_euclid(7));
    match day {
        Day::In(days) => plus(days),
        Day::Tonight => Some(today),
        Day::Weekday { number, next } => match until(number) {
            0 if next == Next::Said || cue == Cue::Before => plus(7),
            days => plus(days),
        },
        // Friday, or Sunday when Friday is over.
        Day::EndOfWeek => plus(if today.weekday().to_monday_one_offset() <= 5 { until(5) } else { until(7) }),
        Day::EndOfNextWeek => plus(until(7) + 7),
        Day::EndOfMonth => Some(today.last_of_month()),
        Day::Date { day, month, year: Some(year) } => Date::new(year, month, day).ok(),
        Day::Date { day, month, year: None } => {
            let this = Date::new(today.year(), month, day).ok();
            match this {
                Some(date) if date >= today => this,
                Some(date) if (today - date).get_days() <= BACK_DAYS_MAX => None,
                _ => Date::new(today.year() + 1, month, day).ok(),
            }
        }
        Day::Ambiguous => None,
    }
}
