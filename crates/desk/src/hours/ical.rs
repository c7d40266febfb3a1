//! Holidays from iCalendar (RFC 5545): whole days, once or every year on the same date.
//!
//! Read: VEVENT with DTSTART as a date, DTEND or nothing, SUMMARY, and an RRULE of FREQ=YEARLY without further parts but
//! COUNT, UNTIL, INTERVAL=1, BYMONTH and BYMONTHDAY that repeat the start. Everything else is refused with its line, so
//! that no holiday is silently missing.

use jiff::{ToSpan as _, civil::Date};

use crate::policy::Problem;

/// Longest single holiday, in days.
const DAYS_MAX: i32 = 31;
/// Most holidays of one file, each year of a repeated one counted.
const HOLIDAYS_MAX: usize = 5_000;
/// Repeated holidays are laid out for these years.
const YEARS: (i16, i16) = (2020, 2045);

#[derive(Debug, Default)]
struct Event {
    line: usize,
    start: Option<Date>,
    end: Option<Date>,
    summary: String,
    yearly: Option<Yearly>,
}

#[derive(Debug, Clone, Copy)]
struct Yearly {
    count: usize,
    until: Option<Date>,
}

/// The holidays of a text, each with its name and the line its event begins at, counted from `first_line`.
///
/// # Errors
/// Every problem with its line.
pub fn holidays(text: &str, first_line: usize) -> Result<Vec<(usize, Date, String)>, Vec<Problem>> {
    let (mut found, mut problems): (Vec<(usize, Date, String)>, Vec<Problem>) = (Vec::new(), Vec::new());
    let mut event: Option<Event> = None;
    for (line, content) in unfolded(text, first_line) {
        let (name, value) = content.split_once(':').unwrap_or((content.as_str(), ""));
        let property = name.split(';').next().unwrap_or_default().to_uppercase();
        match (property.as_str(), &mut event) {
            ("BEGIN", _) if value.eq_ignore_ascii_case("VEVENT") => event = Some(Event { line, ..Event::default() }),
            ("END", Some(_)) if value.eq_ignore_ascii_case("VEVENT") => {
                if let Some(ended) = event.take() {
                    match days(&ended) {
                        Ok(days) => found.extend(days.into_iter().map(|d| (ended.line, d, ended.summary.clone()))),
                        Err(why) => problems.push(Problem::at(ended.line, why)),
                    }
                }
            }
            (_, Some(event)) => {
                if let Err(why) = take(event, &property, value) {
                    problems.push(Problem::at(line, why));
                }
            }
            _ => {}
        }
        if found.len() > HOLIDAYS_MAX {
            problems.push(Problem::at(line, format!("These are more than {HOLIDAYS_MAX} holidays.")));
            break;
        }
    }
    if let Some(open) = event {
        problems.push(Problem::at(open.line, "This event does not end; add END:VEVENT."));
    } else if found.is_empty() && problems.is_empty() {
        problems.push(Problem::at(first_line, "There is no event in this iCalendar text."));
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Lines that begin with a blank go on from the one before.
fn unfolded(text: &str, first_line: usize) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, before))) if !before.is_empty() => before.push_str(rest),
            _ => lines.push((first_line + at, line.trim().to_owned())),
        }
    }
    lines
}

fn take(event: &mut Event, property: &str, value: &str) -> Result<(), String> {
    match property {
        "DTSTART" => event.start = Some(date(value)?),
        "DTEND" => event.end = Some(date(value)?),
        "SUMMARY" => event.summary = value.replace("\\,", ",").replace("\\;", ";").chars().take(120).collect(),
        "RRULE" => event.yearly = Some(yearly(value)?),
        "RDATE" | "EXDATE" | "DURATION" => {
            return Err(format!("{property} is not read here; write such days as events of their own."));
        }
        _ => {}
    }
    Ok(())
}

fn date(value: &str) -> Result<Date, String> {
    let digits = value.get(..8).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    let midnight = value.get(8..).is_some_and(|rest| rest.is_empty() || rest.starts_with("T000000"));
    let read = digits.filter(|_| midnight).and_then(|d| {
        Date::new(d.get(..4)?.parse().ok()?, d.get(4..6)?.parse().ok()?, d.get(6..8)?.parse().ok()?).ok()
    });
    read.ok_or_else(|| {
        format!("“{}” is no whole day; write it as 20261225.", value.chars().take(30).collect::<String>())
    })
}

fn yearly(rule: &str) -> Result<Yearly, String> {
    let mut yearly = Yearly { count: usize::MAX, until: None };
    for part in rule.split(';') {
        match part.split_once('=').map(|(k, v)| (k.to_uppercase(), v)) {
            Some((key, value)) if key == "FREQ" && value.eq_ignore_ascii_case("YEARLY") => {}
            Some((key, "1")) if key == "INTERVAL" => {}
            Some((key, value)) if key == "COUNT" => yearly.count = value.parse().map_err(|_| unread(part))?,
            Some((key, value)) if key == "UNTIL" => yearly.until = Some(date(value)?),
            Some((key, value)) if (key == "BYMONTH" || key == "BYMONTHDAY") && value.parse::<u8>().is_ok() => {}
            _ => return Err(unread(part)),
        }
    }
    Ok(yearly)
}

fn unread(part: &str) -> String {
    let part: String = part.chars().take(40).collect();
    format!("“{part}” is not read here; only holidays that come back every year on the same date are.")
}

fn days(event: &Event) -> Result<Vec<Date>, String> {
    let start = event.start.ok_or("This event has no DTSTART.")?;
    let end = event.end.unwrap_or_else(|| start.saturating_add(1.day())).max(start.saturating_add(1.day()));
    let length = start.until(end).map_or(i32::MAX, |span| span.get_days());
    if event.end.is_some_and(|e| e < start) {
        return Err(format!("This holiday ends on {end} before it begins on {start}."));
    }
    if length > DAYS_MAX {
        return Err(format!("A holiday of {length} days is a mistake; one has at most {DAYS_MAX}."));
    }
    if !(1970..=2200).contains(&start.year()) {
        return Err(format!("The year {} is not between 1970 and 2200.", start.year()));
    }
    let starts: Vec<Date> = match event.yearly {
        None => vec![start],
        Some(Yearly { count, until }) => (start.year().max(YEARS.0)..=YEARS.1)
            .take(count.saturating_sub(usize::try_from(YEARS.0 - start.year()).unwrap_or(0)))
            .filter_map(|year| Date::new(year, start.month(), start.day()).ok())
            .filter(|day| until.is_none_or(|until| *day <= until))
            .collect(),
    };
    Ok(starts.into_iter().flat_map(|first| (0..length).map(move |n| first.saturating_add(n.days()))).collect())
}
