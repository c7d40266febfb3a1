//! Fifty dated cases, made by hand and counted by a second program; both changes of the clocks; everything that is wrong.

use serde::Deserialize;

use super::*;
use crate::target::Service;

/// A dated case.
#[derive(Deserialize)]
struct Case {
    name: String,
    calendar: String,
    start: String,
    minutes: i64,
    #[serde(default)]
    pauses: Vec<(String, String)>,
    due: Option<String>,
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn calendars() -> Vec<Calendar> {
    Service::parse(include_str!("../../../../fixtures/escalation/calendars.toml"), &[]).expect("reads").calendars
}

#[test]
fn fifty_dated_cases_are_exact() {
    let calendars = calendars();
    let text = include_str!("../../../../fixtures/escalation/deadlines.jsonl");
    let cases: Vec<Case> = text.lines().map(|l| serde_json::from_str(l).expect(l)).collect();
    assert_eq!(cases.len(), 50);
    for case in cases {
        let calendar = calendars.iter().find(|c| c.key == case.calendar).expect("a calendar");
        let pauses: Vec<Pause> = case.pauses.iter().map(|(a, b)| (at(a), at(b))).collect();
        let hours = calendar.around(at(&case.start));
        let due = hours.due(at(&case.start), case.minutes * 60, &pauses);
        assert_eq!(due.map(Timestamp::rfc3339), case.due, "{}", case.name);
        if let Some(due) = due {
            assert_eq!(hours.worked(at(&case.start), due, &pauses), case.minutes * 60, "{}", case.name);
        }
    }
}

/// Whoever waits for sixteen working hours on Wednesday at noon has waited since Monday noon, over a weekend since before it.
#[test]
fn what_was_worked_is_found_backwards_too() {
    let text = "[[calendar]]\nkey = \"a\"\nzone = \"UTC\"\nhours = { mon = \"09:00-17:00\", tue = \"09:00-17:00\", wed = \"09:00-17:00\", thu = \"09:00-17:00\", fri = \"09:00-17:00\" }";
    let calendar = Service::parse(text, &[]).expect("reads").calendars.remove(0);
    for (until, hours, since) in [
        ("2026-11-18T12:00:00Z", 16, "2026-11-16T12:00:00Z"),
        ("2026-11-16T12:00:00Z", 16, "2026-11-12T12:00:00Z"),
        // The end of one day and the beginning of the next are one instant of work: the later one.
        ("2026-11-17T09:00:00Z", 0, "2026-11-17T09:00:00Z"),
        ("2026-11-17T17:00:00Z", 8, "2026-11-17T09:00:00Z"),
        ("2026-11-21T03:00:00Z", 8, "2026-11-20T09:00:00Z"),
    ] {
        let laid_out = calendar.around(at(until));
        let found = laid_out.since(at(until), hours * 3_600).expect("within the years");
        assert_eq!(found, at(since), "{hours} h before {until}");
        assert!(laid_out.worked(found, at(until), &[]) >= hours * 3_600);
        assert!(laid_out.worked(found.plus_seconds(60), at(until), &[]) < hours * 3_600 || hours == 0);
    }
    assert_eq!(calendar.around(at("2026-11-18T12:00:00Z")).since(at("2026-11-18T12:00:00Z"), 40_000_000), None);
}

#[test]
fn a_day_with_a_change_of_clocks_has_the_seconds_it_has() {
    let whole = |date: &str, next: &str| {
        let calendar = calendars().into_iter().find(|c| c.key == "vienna_always").expect("there");
        let (from, until) = (at(date), at(next));
        calendar.around(from).worked(from, until, &[]) / 3_600
    };
    // Vienna: 29 March 2026 has 23 hours, 25 October 25.
    assert_eq!(whole("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 23);
    assert_eq!(whole("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 25);
}

#[test]
fn whatever_is_wrong_is_told_with_its_line() {
    let head = "[[calendar]]\nkey = \"a\"\nzone = \"Europe/Vienna\"\nhours = { mon = \"09:00-17:00\" }\n";
    let cases = [
        ("[[calendar]]\nkey = \"a\"\nzone = \"Mars/Base\"\nhours = { mon = \"09:00-17:00\" }", 3, "no time zone"),
        ("[[calendar]]\nkey = \"a\"\nzone = \"UTC\"\nhours = {}", 2, "no working hour"),
        ("[[calendar]]\nkey = \"a\"\nzone = \"UTC\"\nhours = { mon = \"17:00-09:00\" }", 4, "ends before"),
        ("[[calendar]]\nkey = \"a\"\nzone = \"UTC\"\nhours = { mon = \"09:00-12:00, 11:00-17:00\" }", 4, "overlaps"),
        ("[[calendar]]\nkey = \"a\"\nzone = \"UTC\"\nhours = { mon = \"9 to 5\" }", 4, "no hours"),
        (&format!("{head}holidays = [\"2026-12-25 Christmas\", \"2026-12-25 Feast\"]"), 5, "twice"),
        (
            &format!("{head}holidays = [\"2026-12-25 Christmas\"]\nopen = [\"2026-12-25 09:00-12:00\"]"),
            6,
            "closed as the holiday",
        ),
        (&format!("{head}open = [\"2026-12-24 09:00-12:00\", \"2026-12-24 13:00-14:00\"]"), 5, "twice"),
        (&format!("{head}holidays = [\"26.12. Boxing Day\"]"), 5, "no day"),
        (&format!("{head}holidays = [\"9026-12-25 Far\"]"), 5, "1970"),
        (
            &format!(
                "{head}ical = '''\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:21260101\nEND:VEVENT'''"
            ),
            6,
            "mistake",
        ),
        (
            &format!(
                "{head}ical = '''\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260105\nDTEND;VALUE=DATE:20260101\nEND:VEVENT'''"
            ),
            6,
            "before it begins",
        ),
        (
            &format!("{head}ical = '''\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=WEEKLY\nEND:VEVENT'''"),
            8,
            "not read here",
        ),
        (&format!("{head}ical = '''\nBEGIN:VEVENT\nDTSTART:20260101T093000\nEND:VEVENT'''"), 7, "no whole day"),
        (&format!("{head}ical = '''\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101'''"), 6, "does not end"),
        (&format!("{head}ical = '''nothing'''"), 5, "no event"),
        (&format!("{head}[[target]]\ncalendar = \"a\"\nfirst = \"-4h\""), 7, "negative"),
        (&format!("{head}[[target]]\ncalendar = \"a\"\nfirst = \"2d\""), 7, "days"),
        (&format!("{head}[[target]]\ncalendar = \"a\"\nfirst = \"0h\""), 7, "no time at all"),
        (&format!("{head}[[target]]\ncalendar = \"a\"\nfirst = \"99999h\""), 7, "more than"),
        (&format!("{head}[[target]]\ncalendar = \"b\"\nfirst = \"4h\""), 6, "no calendar"),
        (&format!("{head}[[target]]\ncalendar = \"a\"\nqueue = \"x\"\nfirst = \"4h\""), 7, "no queue"),
        (&format!("{head}[[target]]\ncalendar = \"a\""), 6, "promises nothing"),
        (&format!("warn_percent = 0\n{head}"), 1, "1 to 100"),
        (&format!("{head}{head}"), 6, "two calendars"),
    ];
    for (text, line, part) in cases {
        let problems = Service::parse(text, &[]).expect_err(text);
        assert!(problems.iter().any(|p| p.line == line && p.why.contains(part)), "{text}: {problems:?}");
    }
}

#[test]
fn holidays_come_from_icalendar_folded_and_every_year() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201225\r\nDTEND;VALUE=DATE:20201227\r\nSUMMARY:Christ\r\n mas\\, both days\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260406\r\nSUMMARY:Easter Monday\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let found = holidays(text, 1).expect("reads");
    let on = |day: &str| found.iter().find(|(_, d, _)| d.to_string() == day).map(|(_, _, name)| name.as_str());
    assert_eq!(on("2026-12-25"), Some("Christmas, both days"));
    assert_eq!(on("2031-12-26"), Some("Christmas, both days"));
    assert_eq!((on("2026-04-06"), on("2027-04-06"), on("2026-12-27")), (Some("Easter Monday"), None, None));
}

#[test]
fn nobody_waits_for_ever_and_nothing_panics() {
    let hours = Calendar::always().around(at("2026-11-22"));
    assert_eq!(hours.due(at("2026-11-22"), i64::MAX / 4, &[]), None);
    let century = [(at("2026-11-22T01:00:00Z"), at("2126-11-22T01:00:00Z"))];
    assert_eq!(hours.due(at("2026-11-22"), 7_200, &century), None, "further ahead than anybody plans");
    for odd in [i64::MIN, i64::MAX, 0] {
        let at = Timestamp::from_micros(odd);
        let hours = Calendar::always().around(at);
        let _ = (hours.due(at, 60, &[]), hours.worked(at, at, &[]), hours.next_opening(at));
    }
}

#[test]
fn a_night_is_the_last_long_time_in_which_nobody_worked() {
    let text = "[[calendar]]\nkey = \"office\"\nzone = \"UTC\"\nhours = { mon = \"09:00-12:00, 13:00-17:00\", tue = \"09:00-17:00\", fri = \"09:00-17:00\" }\n";
    let calendars = Service::parse(text, &[]).expect("reads").calendars;
    let night = |now: &str| {
        let found = calendars[0].around(at(now)).night_before(at(now), 4 * 3_600);
        found.map(|(from, until)| format!("{} {}", from.rfc3339(), until.rfc3339()))
    };
    let tuesday = Some("2026-11-23T17:00:00Z 2026-11-24T09:00:00Z".to_owned());
    assert_eq!(night("2026-11-24T09:00:00Z"), tuesday);
    assert_eq!(night("2026-11-24T16:59:59Z"), tuesday);
    // A weekend, and not the hour at noon.
    let monday = Some("2026-11-20T17:00:00Z 2026-11-23T09:00:00Z".to_owned());
    assert_eq!(night("2026-11-23T14:00:00Z"), monday);
    for closed in ["2026-11-24T17:00:00Z", "2026-11-24T08:59:59Z", "2026-11-23T12:30:00Z"] {
        assert_eq!(night(closed), None, "{closed}");
    }
    assert_eq!(Calendar::always().around(at("2026-11-24T09:00:00Z")).night_before(at("2026-11-24T09:00:00Z"), 1), None);
}
