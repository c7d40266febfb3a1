//! When a ticket must be answered: what a lead promised by queue, priority and organisation, counted in working hours.
//!
//! Nothing is promised as shipped. [`Service::parse`] reads the text, [`clocks`] says for one ticket when its first
//! response, next response and resolution are due, when somebody must be warned, and why. Waiting for the requester
//! stops the clock of the resolution; a machine's notice answers nobody.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    closed_list,
    hours::{self, Calendar, Hours, PAUSE_DAYS_MAX, Pause},
    policy::Problem,
    ticket::{Priority, Status},
    time::Timestamp,
    written::Lines,
};

/// Service levels of a new desk: none, and no calendar, because nobody said yet when they work. Every hour counts until then.
pub const SHIPPED: &str = "\
# When people work, and until when they promise to answer.
# Somebody is warned when this much of a target's time is over, in percent.
warn_percent = 75

# Holidays: dates with a name, and a public calendar's text in ical = '''...'''. open = [\"2026-12-24 09:00-12:00\"] is a day with its own hours.
# [[calendar]]
# key = \"office\"
# zone = \"Europe/Vienna\"
# hours = { mon = \"09:00-17:00\", tue = \"09:00-17:00\", wed = \"09:00-17:00\", thu = \"09:00-17:00\", fri = \"09:00-17:00\" }
# holidays = [\"2026-12-25 Christmas Day\"]

# Targets in working time (45m, 4h, 1h30m). The first that fits a ticket holds; * stands for anything.
# [[target]]
# queue = \"*\"
# priority = \"urgent\"
# organization = \"*\"
# calendar = \"office\"
# first = \"1h\"
# next = \"2h\"
# resolution = \"8h\"
";
/// Most targets.
const TARGETS_MAX: usize = 200;
/// Longest target, in hours of working time: two years of office hours.
const HOURS_MAX: i64 = 4_000;
/// When warnings come, unless a lead says otherwise: this much of the time is over.
const WARN_PERCENT: u8 = 75;

closed_list! {
    /// What is promised.
    pub enum Promised ("service target") {
        /// The first answer of a person.
        First = "first_response",
        /// An answer to what the requester wrote since.
        Next = "next_response",
        /// The end of it.
        Resolution = "resolution",
    }
}

/// What a lead promised.
#[derive(Debug, Clone)]
pub struct Service {
    /// Calendars by key.
    pub calendars: Vec<Calendar>,
    /// Targets, the first that fits wins.
    pub targets: Vec<Target>,
    /// Share of a target's time after which somebody is warned, in percent.
    pub warn_percent: u8,
}

/// One line of promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its line in the text, for explanations.
    pub line: usize,
    queue: Option<String>,
    priority: Option<Priority>,
    organization: Option<String>,
    plan: Option<String>,
    /// Calendar's key.
    pub calendar: String,
    /// Working seconds for each promise; none promises nothing.
    seconds: [Option<i64>; 3],
}

/// A ticket, as far as targets ask.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Queue key.
    pub queue: &'a str,
    /// Order of work.
    pub priority: Priority,
    /// Organisation's name and plan.
    pub organization: Option<(&'a str, &'a str)>,
    /// Where it is.
    pub status: Status,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// A message, as far as clocks ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Whether the requester's side wrote it.
    pub inbound: bool,
    /// When.
    pub at: Timestamp,
}

/// One clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What is promised.
    pub promised: Promised,
    /// Until when. None: the requester has the word, so it stands still.
    pub due: Option<Timestamp>,
    /// When somebody is to be warned.
    pub warn: Option<Timestamp>,
    /// When it was kept or broken for good.
    pub met: Option<Timestamp>,
    /// The count in words: target, calendar, pauses.
    pub because: String,
}

impl Clock {
    /// Whether it still runs.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.met.is_none() && self.due.is_some()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    warn_percent: Option<Spanned<i64>>,
    #[serde(default)]
    calendar: Vec<hours::Written>,
    #[serde(default)]
    target: Vec<WrittenTarget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTarget {
    queue: Option<Spanned<String>>,
    priority: Option<Spanned<String>>,
    organization: Option<Spanned<String>>,
    plan: Option<Spanned<String>>,
    calendar: Spanned<String>,
    first: Option<Spanned<String>>,
    next: Option<Spanned<String>>,
    resolution: Option<Spanned<String>>,
}

impl Service {
    /// Reads the text; queues must be the desk's.
    ///
    /// # Errors
    /// Every problem with its line.
    pub fn parse(text: &str, queues: &[String]) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let written: Written = lines.read()?;
        let mut problems = Vec::new();
        let mut calendars: Vec<Calendar> = Vec::new();
        for one in &written.calendar {
            let read = hours::calendar(one, lines, &mut problems);
            if let Some(calendar) = read {
                if calendars.iter().any(|c| c.key == calendar.key) {
                    problems.push(lines.at(&one.key, format!("There are two calendars “{}”.", calendar.key)));
                }
                calendars.push(calendar);
            }
        }
        let named: Vec<&str> = written.calendar.iter().map(|c| c.key.get_ref().as_str()).collect();
        let targets = written
            .target
            .iter()
            .take(TARGETS_MAX)
            .filter_map(|t| target(t, queues, &named, lines, &mut problems))
            .collect();
        if let Some(extra) = written.target.get(TARGETS_MAX) {
            problems.push(lines.at(&extra.calendar, format!("There are at most {TARGETS_MAX} targets.")));
        }
        let percent = written.warn_percent.as_ref().map_or(i64::from(WARN_PERCENT), |w| *w.get_ref());
        let warn_percent = u8::try_from(percent).ok().filter(|p| (1..=100).contains(p));
        if let (None, Some(place)) = (warn_percent, &written.warn_percent) {
            problems.push(lines.at(place, "A warning comes after 1 to 100 percent of the time.".to_owned()));
        }
        if problems.is_empty() {
            Ok(Self { calendars, targets, warn_percent: warn_percent.unwrap_or(WARN_PERCENT) })
        } else {
            Err(problems)
        }
    }

    /// Nothing is promised.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { calendars: Vec::new(), targets: Vec::new(), warn_percent: WARN_PERCENT }
    }

    /// The first target that fits a ticket, with its calendar.
    #[must_use]
    pub fn of(&self, ticket: &Asked<'_>) -> Option<(&Target, &Calendar)> {
        let target = self.targets.iter().find(|t| t.fits(ticket))?;
        Some((target, self.calendars.iter().find(|c| c.key == target.calendar)?))
    }
}

impl Target {
    fn fits(&self, ticket: &Asked<'_>) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_ref().is_none_or(|w| found.is_some_and(|f| f.to_lowercase() == *w))
        };
        same(&self.queue, Some(ticket.queue))
            && self.priority.is_none_or(|p| p == ticket.priority)
            && same(&self.organization, ticket.organization.map(|(name, _)| name))
            && self
                .plan
                .as_ref()
                .is_none_or(|w| ticket.organization.is_some_and(|(_, plan)| plan.to_lowercase().contains(w.as_str())))
    }

    /// Working seconds of a promise.
    #[must_use]
    pub fn seconds(&self, promised: Promised) -> Option<i64> {
        let [first, next, resolution] = self.seconds;
        match promised {
            Promised::First => first,
            Promised::Next => next,
            Promised::Resolution => resolution,
        }
    }
}

fn target(
    written: &WrittenTarget,
    queues: &[String],
    calendars: &[&str],
    lines: Lines<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Target> {
    let before = problems.len();
    let word = |written: &Option<Spanned<String>>| {
        written.as_ref().map(|w| w.get_ref().trim().to_lowercase()).filter(|w| w != "*" && !w.is_empty())
    };
    let (queue, organization, plan) = (word(&written.queue), word(&written.organization), word(&written.plan));
    if let (Some(key), Some(place)) = (&queue, &written.queue)
        && !queues.iter().any(|q| q.to_lowercase() == *key)
    {
        problems.push(lines.at(place, format!("There is no queue “{key}”; there are: {}.", queues.join(", "))));
    }
    let priority = match &written.priority {
        Some(p) if p.get_ref() != "*" => lines.word(p, problems),
        _ => None,
    };
    let calendar = written.calendar.get_ref().clone();
    if !calendars.contains(&calendar.as_str()) {
        problems.push(lines.at(&written.calendar, format!("There is no calendar “{calendar}” in this text.")));
    }
    let seconds = [&written.first, &written.next, &written.resolution].map(|text| {
        let text = text.as_ref()?;
        duration(text.get_ref()).map_err(|why| problems.push(lines.at(text, why))).ok()
    });
    if problems.len() == before && seconds == [None, None, None] {
        problems.push(
            lines.at(&written.calendar, "This target promises nothing; give first, next or resolution.".to_owned()),
        );
    }
    let line = lines.at(&written.calendar, String::new()).line;
    (problems.len() == before).then_some(Target { line, queue, priority, organization, plan, calendar, seconds })
}

/// `45m`, `4h`, `1h30m`, in seconds of working time.
fn duration(text: &str) -> Result<i64, String> {
    let bad = || format!("“{text}” is no working time; write it as 45m, 4h or 1h30m.");
    if text.trim_start().starts_with('-') {
        return Err(format!("“{text}” is negative; a target lies ahead."));
    }
    let (mut seconds, mut digits) = (0_i64, String::new());
    for c in text.trim().chars() {
        let unit = match c {
            '0'..='9' if digits.len() < 6 => {
                digits.push(c);
                continue;
            }
            'h' => 3_600,
            'm' => 60,
            'd' => {
                return Err(format!("“{text}” counts days, which differ in length; write working hours, such as 16h."));
            }
            _ => return Err(bad()),
        };
        seconds += digits.parse::<i64>().map_err(|_| bad())? * unit;
        digits.clear();
    }
    match seconds {
        _ if !digits.is_empty() => Err(bad()),
        0 => Err(format!("“{text}” is no time at all; a target lies ahead.")),
        _ if seconds > HOURS_MAX * 3_600 => Err(format!("“{text}” is more than {HOURS_MAX} working hours.")),
        _ => Ok(seconds),
    }
}

/// What a ticket's messages say of time, with clocks that were set wrong put right: a message from the future counts
/// from `now`, one from before the ticket from the ticket's opening, and none goes backwards.
fn ordered(ticket: &Asked<'_>, moments: &[Moment], now: Timestamp) -> (Vec<Moment>, bool) {
    let mut odd = false;
    let mut reached = ticket.created_at.min(now);
    let mut fixed = Vec::with_capacity(moments.len());
    for moment in moments {
        let at = moment.at.max(reached).min(now.max(reached));
        odd |= at != moment.at;
        reached = at;
        fixed.push(Moment { at, ..*moment });
    }
    (fixed, odd)
}

/// From every answer of ours until the requester's next message; the last may still be open.
fn pauses(moments: &[Moment]) -> (Vec<Pause>, Option<Timestamp>) {
    let (mut all, mut since): (Vec<Pause>, Option<Timestamp>) = (Vec::new(), None);
    for moment in moments {
        match (moment.inbound, since) {
            (false, None) => since = Some(moment.at),
            (true, Some(start)) => {
                if moment.at > start {
                    all.push((start, moment.at));
                }
                since = None;
            }
            _ => {}
        }
    }
    (all, since)
}

/// The clocks of a ticket under a target; empty where nothing is promised. `moments` are its messages, oldest first,
/// those of machines left out; `hours` are `calendar` laid out around the ticket's opening.
#[must_use]
pub fn clocks(
    service: &Service,
    target: &Target,
    (calendar, hours): (&Calendar, &Hours),
    ticket: &Asked<'_>,
    moments: &[Moment],
    now: Timestamp,
) -> Vec<Clock> {
    let (moments, odd) = ordered(ticket, moments, now);
    let start = ticket.created_at.min(now);
    let over = matches!(ticket.status, Status::Solved | Status::Closed);
    let answered = moments.iter().find(|m| !m.inbound).map(|m| m.at);
    let (pauses, open) = pauses(&moments);
    let last_answer = moments.iter().rposition(|m| !m.inbound);
    let waiting_since = last_answer.and_then(|at| moments.iter().skip(at + 1).find(|m| m.inbound)).map(|m| m.at);
    let mut all = Vec::new();
    for promised in Promised::ALL.iter().copied() {
        let Some(seconds) = target.seconds(promised) else { continue };
        let (from, pauses, met, stands): (Timestamp, &[Pause], Option<Timestamp>, bool) = match promised {
            Promised::First => (start, &[], answered.or(over.then_some(now)), false),
            Promised::Next => match waiting_since {
                Some(from) => (from, &[], over.then_some(now), false),
                None => continue,
            },
            Promised::Resolution => {
                (start, &pauses, over.then(|| moments.last().map_or(now, |m| m.at)), open.is_some())
            }
        };
        let too_long = pauses.iter().any(|(a, b)| b.seconds_since(*a) > PAUSE_DAYS_MAX * 86_400);
        let due = hours.due(from, seconds, pauses).filter(|_| !stands);
        let warn = hours.due(from, seconds * i64::from(service.warn_percent) / 100, pauses).filter(|_| due.is_some());
        let because = because(target, calendar, (promised, seconds), pauses, (stands, odd, too_long));
        all.push(Clock { promised, due, warn, met, because });
    }
    all
}

fn because(
    target: &Target,
    calendar: &Calendar,
    (promised, seconds): (Promised, i64),
    pauses: &[Pause],
    (stands, odd, too_long): (bool, bool, bool),
) -> String {
    let mut said = format!(
        "{} within {} of working time (line {}, calendar {}, {})",
        promised.word().replace('_', " "),
        told(seconds),
        target.line,
        calendar.key,
        calendar.zone()
    );
    match pauses.len() {
        0 => {}
        1 => said.push_str("; one wait for the requester left out"),
        n => said.push_str(&format!("; {n} waits for the requester left out")),
    }
    if stands {
        said.push_str("; stands still while the requester has the word");
    }
    if too_long {
        said.push_str("; one of the waits is longer than a year");
    }
    if odd {
        said.push_str("; a message's time was wrong and was counted from when it could be true");
    }
    said.push('.');
    said
}

/// `1 h 30 min`.
#[must_use]
pub fn told(seconds: i64) -> String {
    match (seconds / 3_600, seconds % 3_600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The clock that presses most: of those that run, the one that is due first.
#[must_use]
pub fn pressing(clocks: &[Clock]) -> Option<&Clock> {
    clocks.iter().filter(|c| c.runs()).min_by_key(|c| c.due)
}

/// Why a clock that is over was missed, in a sentence: by how much, counted in working time.
#[must_use]
pub fn breach(clock: &Clock, hours: &Hours, now: Timestamp) -> Option<String> {
    let due = clock.due?;
    let until = clock.met.unwrap_or(now);
    (until > due).then(|| {
        let late = hours.worked(due, until, &[]);
        let by = match late {
            0 => "outside working hours".to_owned(),
            1..60 => "by less than a minute".to_owned(),
            _ => format!("by {} of working time", told(late)),
        };
        format!("The {} was missed {by}: {}", clock.promised.word().replace('_', " "), clock.because)
    })
}
