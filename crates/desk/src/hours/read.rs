//! A calendar as a lead writes it, and everything that can be wrong with it.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use toml::Spanned;

use super::{Calendar, Exception, Opening, holidays};
use crate::{policy::Problem, written::Lines};

/// A calendar's table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub key: Spanned<String>,
    zone: Spanned<String>,
    hours: WrittenWeek,
    #[serde(default)]
    holidays: Vec<Spanned<String>>,
    #[serde(default)]
    open: Vec<Spanned<String>>,
    ical: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenWeek {
    mon: Option<Spanned<String>>,
    tue: Option<Spanned<String>>,
    wed: Option<Spanned<String>>,
    thu: Option<Spanned<String>>,
    fri: Option<Spanned<String>>,
    sat: Option<Spanned<String>>,
    sun: Option<Spanned<String>>,
}

/// Reads one calendar; what is wrong is added to `problems`.
pub(crate) fn calendar(written: &Written, lines: Lines<'_>, problems: &mut Vec<Problem>) -> Option<Calendar> {
    let before = problems.len();
    let name = written.zone.get_ref();
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        problems
            .push(lines.at(&written.zone, format!("There is no time zone “{name}”; write one such as Europe/Vienna.")));
    }
    let w = &written.hours;
    let week = [&w.mon, &w.tue, &w.wed, &w.thu, &w.fri, &w.sat, &w.sun].map(|day| {
        day.as_ref().map_or_else(Vec::new, |text| match openings(text.get_ref()) {
            Ok(hours) => hours,
            Err(why) => {
                problems.push(lines.at(text, why));
                Vec::new()
            }
        })
    });
    let days = exceptions(written, lines, problems);
    if problems.len() == before && week.iter().all(Vec::is_empty) {
        problems.push(
            lines.at(
                &written.key,
                "This calendar has no working hour in the week; give at least one day some.".to_owned(),
            ),
        );
    }
    (problems.len() == before)
        .then(|| Calendar::new(written.key.get_ref().clone(), zone.unwrap_or(TimeZone::UTC), week, days))
}

fn exceptions(written: &Written, lines: Lines<'_>, problems: &mut Vec<Problem>) -> BTreeMap<Date, Exception> {
    let mut days: BTreeMap<Date, Exception> = BTreeMap::new();
    for text in &written.holidays {
        match dated(text.get_ref()) {
            Ok((day, name)) => {
                if let Some(Exception::Holiday(other)) = days.insert(day, Exception::Holiday(name.to_owned())) {
                    problems.push(
                        lines.at(text, format!("{day} is a holiday twice, as “{other}” and “{name}”; keep one.")),
                    );
                }
            }
            Err(why) => problems.push(lines.at(text, why)),
        }
    }
    if let Some(ical) = &written.ical {
        let first = lines.content(ical);
        match holidays(ical.get_ref(), first) {
            // The same day from a public calendar and from the list is no contradiction.
            Ok(found) => found.into_iter().for_each(|(_, day, name)| {
                days.entry(day).or_insert(Exception::Holiday(name));
            }),
            Err(found) => problems.extend(found),
        }
    }
    for text in &written.open {
        let read = dated(text.get_ref()).and_then(|(day, hours)| Ok((day, openings(hours)?)));
        match read {
            Ok((day, hours)) => match days.get(&day) {
                Some(Exception::Holiday(name)) => {
                    problems.push(
                        lines.at(text, format!("{day} is open here and closed as the holiday “{name}”; keep one.")),
                    );
                }
                Some(Exception::Open(_)) => {
                    problems.push(lines.at(text, format!("{day} has its hours twice; keep one.")))
                }
                None => {
                    days.insert(day, Exception::Open(hours));
                }
            },
            Err(why) => problems.push(lines.at(text, why)),
        }
    }
    days
}

/// `2026-12-24 09:00-12:00` or `2026-12-25 Christmas Day`.
fn dated(text: &str) -> Result<(Date, &str), String> {
    let (day, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let date: Date = day.parse().map_err(|_| format!("“{day}” is no day; write it as 2026-12-25."))?;
    if !(1970..=2200).contains(&date.year()) {
        return Err(format!("The year {} is not between 1970 and 2200.", date.year()));
    }
    Ok((date, rest.trim()))
}

/// `09:00-12:00, 13:00-17:30`, in order.
fn openings(text: &str) -> Result<Vec<Opening>, String> {
    let mut all: Vec<Opening> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let read = part.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
        let Some((from, until)) = read else {
            return Err(format!("“{part}” are no hours; write them as 09:00-17:00, and 00:00-24:00 for a whole day."));
        };
        if from >= until {
            return Err(format!("“{part}” ends before it begins; hours past midnight belong to the next day."));
        }
        if all.last().is_some_and(|(_, before)| *before > from) {
            return Err(format!("“{part}” overlaps with the hours before it."));
        }
        all.push((from, until));
    }
    Ok(all)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}
