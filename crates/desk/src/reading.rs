//! How a person read the machine's words before their yes. A yes nobody read for is a rubber stamp: it is measured, its
//! figures belong to the person alone, and a brake that names nobody slows the next one down.

use std::collections::BTreeMap;

use crate::{closed_list, ids::AgentId, time::Timestamp};

/// Words a minute that adults read to themselves, on average over 190 studies (Brysbaert 2019, non-fiction: 238).
const WORDS_A_MINUTE: i64 = 238;
/// Nobody who reads is faster than this many words a second: two and a half times the average above.
const WORDS_A_SECOND_MAX: i64 = 10;
/// Shortest and longest time the brake asks a page to stand, in seconds.
const BRAKE_SECONDS: (i64, i64) = (5, 60);
/// How long back a burst is counted, in seconds.
const BURST_SECONDS: i64 = 60;
/// How many of a person's latest readings tell haste, and for how long back, in seconds.
const LATEST: usize = 20;
const HASTE_SECONDS: i64 = 24 * 60 * 60;
/// Fewer people than this are no group: their figures would be somebody's own.
pub const LEAST_PEOPLE: usize = 5;

closed_list! {
    /// Why a person is asked to take their time.
    pub enum Brake ("brake") {
        /// They are not.
        None = "none",
        /// Many letters with the machine's words within a minute.
        Burst = "burst",
        /// Most of their latest letters were approved faster than anybody reads.
        Haste = "haste",
    }
}

/// One yes to a letter with words of the machine in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub agent: AgentId,
    /// When they said yes.
    pub at: Timestamp,
    /// Words of the letter.
    pub words: i64,
    /// Seconds they had it before them, as the browser says; never less than the page itself stood.
    pub seconds: i64,
    /// Sources the letter rests on.
    pub cited: i64,
    /// How many of those they opened.
    pub opened: i64,
    /// Words they put in or took out.
    pub changed: i64,
    /// The brake that was on.
    pub brake: Brake,
}

impl Reading {
    /// Whether the words could not have been read in that time.
    #[must_use]
    pub const fn is_hasty(&self) -> bool {
        is_hasty(self.words, self.seconds)
    }
}

/// Whether so many words could not have been read in so many seconds.
#[must_use]
pub const fn is_hasty(words: i64, seconds: i64) -> bool {
    seconds * WORDS_A_SECOND_MAX < words
}

/// Whether somebody with these latest readings, in whatever order, is to take their time now. `burst` is how many
/// letters a minute may have; 0 means that nobody is slowed down.
#[must_use]
pub fn brake(readings: &[Reading], burst: usize, now: Timestamp) -> Brake {
    let within = |seconds: i64| {
        readings.iter().filter(move |r| r.at <= now && now.seconds_since(r.at) < seconds).collect::<Vec<_>>()
    };
    if burst == 0 {
        return Brake::None;
    }
    if within(BURST_SECONDS).len() >= burst {
        return Brake::Burst;
    }
    let mut latest = within(HASTE_SECONDS);
    latest.sort_by_key(|r| std::cmp::Reverse(r.at));
    latest.truncate(LATEST);
    let hasty = latest.iter().filter(|r| r.is_hasty()).count();
    if latest.len() == LATEST && hasty * 2 > LATEST { Brake::Haste } else { Brake::None }
}

/// The earliest moment for a yes to a page of so many words that was shown at `shown`.
#[must_use]
pub fn earliest_yes(brake: Brake, words: i64, shown: Timestamp) -> Timestamp {
    if brake == Brake::None {
        return shown;
    }
    let (least, most) = BRAKE_SECONDS;
    shown.plus_seconds((words.max(0) * 60 / WORDS_A_MINUTE).clamp(least, most))
}

/// What a number of readings come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Letters with words of the machine in them.
    pub letters: usize,
    /// Median seconds before a yes.
    pub seconds: f64,
    /// Share that left word for word as the machine wrote it.
    pub unchanged: f64,
    /// Mean number of words put in or taken out.
    pub changed_words: f64,
    /// Of the letters that rest on sources, the share for which one was opened; none where no letter does.
    pub opened: Option<f64>,
    /// Share approved faster than anybody reads.
    pub hasty: f64,
    /// Letters under a brake.
    pub braked: usize,
}

impl Habits {
    /// None without readings.
    #[must_use]
    pub fn of(readings: &[Reading]) -> Option<Self> {
        let n = readings.len();
        if n == 0 {
            return None;
        }
        let share = |of: usize, all: usize| of as f64 / all as f64;
        let count = |is: &dyn Fn(&Reading) -> bool| readings.iter().filter(|r| is(r)).count();
        let rests = count(&|r| r.cited > 0);
        Some(Self {
            letters: n,
            seconds: median(readings.iter().map(|r| r.seconds).collect()),
            unchanged: share(count(&|r| r.changed == 0), n),
            changed_words: readings.iter().map(|r| r.changed).sum::<i64>() as f64 / n as f64,
            opened: (rests > 0).then(|| share(count(&|r| r.cited > 0 && r.opened > 0), rests)),
            hasty: share(count(&Reading::is_hasty), n),
            braked: count(&|r| r.brake != Brake::None),
        })
    }
}

fn median(mut values: Vec<i64>) -> f64 {
    values.sort_unstable();
    let at = |i: usize| values.get(i).copied().unwrap_or_default() as f64;
    let half = values.len() / 2;
    if values.len() % 2 == 1 { at(half) } else { f64::midpoint(at(half.saturating_sub(1)), at(half)) }
}

/// What a group of people does on average, each person counting once however many letters they sent: nobody's own
/// figures can be told from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupHabits {
    /// How many people.
    pub people: usize,
    /// Their averages; `letters` and `braked` are sums.
    pub habits: Habits,
}

/// None with fewer than [`LEAST_PEOPLE`].
#[must_use]
pub fn of_group(readings: &[Reading]) -> Option<GroupHabits> {
    let mut by_person: BTreeMap<AgentId, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        by_person.entry(reading.agent).or_default().push(*reading);
    }
    let each: Vec<Habits> = by_person.values().filter_map(|own| Habits::of(own)).collect();
    if each.len() < LEAST_PEOPLE {
        return None;
    }
    let mean = |of: &dyn Fn(&Habits) -> f64| each.iter().map(of).sum::<f64>() / each.len() as f64;
    let opened: Vec<f64> = each.iter().filter_map(|h| h.opened).collect();
    Some(GroupHabits {
        people: each.len(),
        habits: Habits {
            letters: each.iter().map(|h| h.letters).sum(),
            seconds: mean(&|h| h.seconds),
            unchanged: mean(&|h| h.unchanged),
            changed_words: mean(&|h| h.changed_words),
            opened: (opened.len() >= LEAST_PEOPLE).then(|| opened.iter().sum::<f64>() / opened.len() as f64),
            hasty: mean(&|h| h.hasty),
            braked: each.iter().map(|h| h.braked).sum(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u128) -> AgentId {
        uuid::Uuid::from_u128(n).into()
    }

    fn reading(at: i64, words: i64, seconds: i64) -> Reading {
        let at = Timestamp::from_secs(at);
        Reading { agent: person(1), at, words, seconds, cited: 2, opened: 1, changed: 0, brake: Brake::None }
    }

    #[test]
    fn eleven_letters_in_a_minute_are_a_burst_and_a_minute_later_they_are_not() {
        let ten: Vec<Reading> = (0..10).map(|i| reading(1_000 + i, 60, 30)).collect();
        let at = |s: i64| Timestamp::from_secs(s);
        assert_eq!(brake(&ten, 10, at(1_010)), Brake::Burst);
        assert_eq!(brake(&ten[..9], 10, at(1_010)), Brake::None);
        assert_eq!(brake(&ten, 10, at(1_061)), Brake::None, "the first of them is a minute old");
        assert_eq!(brake(&ten, 0, at(1_010)), Brake::None, "switched off");
    }

    #[test]
    fn twenty_letters_most_of_them_unread_slow_the_next_one_and_read_ones_do_not() {
        let at = |s: i64| Timestamp::from_secs(s);
        let day: Vec<Reading> = (0..20).map(|i| reading(i * 600, 80, if i < 11 { 3 } else { 40 })).collect();
        assert_eq!(brake(&day, 10, at(12_000)), Brake::Haste);
        assert_eq!(brake(&day[1..], 10, at(12_000)), Brake::None, "nineteen tell nothing");
        let half: Vec<Reading> = (0..20).map(|i| reading(i * 600, 80, if i < 10 { 3 } else { 40 })).collect();
        assert_eq!(brake(&half, 10, at(12_000)), Brake::None);
        assert_eq!(brake(&day, 10, at(12_000 + HASTE_SECONDS)), Brake::None, "yesterday's");
        let mut read_since = day.clone();
        read_since.extend((0..10).map(|i| reading(12_000 + i * 600, 80, 40)));
        assert_eq!(brake(&read_since, 10, at(20_000)), Brake::None, "the latest twenty count");
    }

    #[test]
    fn a_braked_page_stands_as_long_as_it_takes_to_read() {
        let shown = Timestamp::from_secs(0);
        let seconds = |words| earliest_yes(Brake::Burst, words, shown).seconds_since(shown);
        assert_eq!([seconds(0), seconds(10), seconds(119), seconds(238), seconds(9_000)], [5, 5, 30, 60, 60]);
        assert_eq!(earliest_yes(Brake::None, 9_000, shown), shown);
    }

    #[test]
    fn a_person_with_many_letters_weighs_no_more_and_four_people_are_no_group() {
        let of = |who: u128, seconds: i64, n: usize| vec![Reading { agent: person(who), ..reading(0, 60, seconds) }; n];
        let four: Vec<Reading> = (1..5).flat_map(|who| of(who, 20, 3)).collect();
        assert_eq!(of_group(&four), None);
        let five: Vec<Reading> = four.into_iter().chain(of(9, 2, 500)).collect();
        let group = of_group(&five).expect("five people");
        assert_eq!((group.people, group.habits.letters), (5, 512));
        assert!((group.habits.seconds - (4.0 * 20.0 + 2.0) / 5.0).abs() < 1e-9);
        assert!((group.habits.hasty - 0.2).abs() < 1e-9);
    }

    #[test]
    fn figures_of_one_person() {
        let list = [
            reading(0, 50, 10),
            Reading { changed: 6, opened: 0, ..reading(1, 50, 30) },
            Reading { cited: 0, opened: 0, brake: Brake::Burst, ..reading(2, 50, 2) },
        ];
        let habits = Habits::of(&list).expect("three letters");
        assert_eq!((habits.letters, habits.seconds, habits.changed_words, habits.braked), (3, 10.0, 2.0, 1));
        assert_eq!(habits.opened, Some(0.5));
        assert!((habits.unchanged - 2.0 / 3.0).abs() < 1e-9 && (habits.hasty - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!(Habits::of(&[]), None);
    }
}
