//! The process is killed at every named place between a mail in the mailbox and its answer at the
//! mail server; then another one takes over and a person goes on. Nothing is lost, nothing doubled,
//! and a letter whose fate nobody can know is shown as such and not sent again.
//!
//! On SQLite: what a killed process leaves behind is a rolled-back transaction, which both engines
//! promise alike. `COUNTERSIGN_SOAK=50` runs every place with fifty seeds; a seed decides how many
//! letters there are, at which of them the process dies, and how fast the person is.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::real::{
    self, history,
    mailbox::Mailbox,
    person::{Gone, Person, Seen},
    place::{Outside, Place},
    sink::Sink,
};

/// What the system calls the end of a process that called `abort`.
const SIGABRT: i32 = 6;
/// At once on this machine.
const WORKERS: usize = 2;

/// What can be known about the letter after a death at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The letter is known to have gone in the end.
    Goes,
    /// The process died while it spoke to the mail server, or before it wrote down what came of it.
    Unknown,
}

/// Every place from mailbox to mail server, in the order a letter passes them.
const PLACES: &[(&str, Fate)] = &[
    ("fetch-got-bytes", Fate::Goes),
    ("take-before-commit", Fate::Goes),
    ("take-committed", Fate::Goes),
    ("fetch-committed", Fate::Goes),
    ("fetch-before-seen", Fate::Goes),
    ("fetch-seen", Fate::Goes),
    ("fetch-cursor-moved", Fate::Goes),
    ("job-claimed", Fate::Goes),
    ("accept-parsed", Fate::Goes),
    ("accept-before-commit", Fate::Goes),
    ("accept-committed", Fate::Goes),
    ("job-done", Fate::Goes),
    ("triage-decided", Fate::Goes),
    ("triage-before-commit", Fate::Goes),
    ("triage-committed", Fate::Goes),
    ("draft-retrieved", Fate::Goes),
    ("draft-before-commit", Fate::Goes),
    ("draft-committed", Fate::Goes),
    ("seal-written", Fate::Goes),
    ("approve-before-commit", Fate::Goes),
    ("approve-committed", Fate::Goes),
    ("deliver-checked", Fate::Goes),
    ("deliver-claimed", Fate::Unknown),
    ("deliver-mail-from", Fate::Unknown),
    ("deliver-data-sent", Fate::Unknown),
    ("deliver-accepted", Fate::Unknown),
    ("deliver-before-record", Fate::Unknown),
    ("deliver-recorded", Fate::Goes),
    ("sequence-before-commit", Fate::Goes),
    ("sequence-committed", Fate::Goes),
];
/// Places of other journeys, with the test that kills there.
const ELSEWHERE: &[&str] = &["undo-before-commit", "import-before-commit", "import-committed"];

/// One death.
#[derive(Debug, Clone, Copy)]
struct Plan {
    point: &'static str,
    fate: Fate,
    seed: u64,
}

impl Plan {
    /// Letters in the mailbox.
    const fn letters(self) -> u64 {
        1 + self.seed % 3
    }

    /// At which of them the process dies.
    const fn hit(self) -> u64 {
        1 + (self.seed / 3) % self.letters()
    }

    const fn pause(self) -> Duration {
        Duration::from_millis((self.seed * 37) % 150)
    }
}

#[test]
fn a_crash_anywhere_loses_nothing_and_doubles_nothing() {
    let seeds: u64 = std::env::var("COUNTERSIGN_SOAK").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let only = std::env::var("COUNTERSIGN_CRASH_ONLY").unwrap_or_default();
    let plans = PLACES.iter().filter(|(point, _)| point.contains(&only));
    let plans = plans.flat_map(|&(point, fate)| (0..seeds).map(move |seed| Plan { point, fate, seed }));
    let (plans, started): (Mutex<VecDeque<Plan>>, _) = (Mutex::new(plans.collect()), Instant::now());
    let total = plans.lock().unwrap().len();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(plan) = plans.lock().unwrap().pop_front() else { return };
                    real::run(die_and_go_on(plan));
                }
            });
        }
    });
    eprintln!("{total} deaths at {} places in {:.0?}", PLACES.len(), started.elapsed());
}

async fn die_and_go_on(plan: Plan) {
    let _told = Told(plan);
    let started = Instant::now();
    let mails = (0..plan.letters()).map(mail).collect();
    let (mailbox, sink) = (Mailbox::holding(mails).await, Sink::start().await);
    let place = Place::furnished(Outside { imap: Some(mailbox.port), smtp: Some(sink.port), undo_seconds: 0 }).await;
    let leaving = die(plan, &place, &mailbox).await;
    let running = place.run().await;
    let person = place.lead(&running);
    let seen = work(plan, &person).await.expect("the second process lives");
    let unknown = seen.iter().filter(|s| **s == Seen::Uncertain).count();
    assert_eq!(i64::try_from(unknown).unwrap(), leaving, "exactly what was leaving is uncertain: {seen:?}");
    let letters = i64::try_from(plan.letters()).unwrap();
    history::check(&place, &person, &mailbox, &sink, letters).await.expect("the second process lives");
    running.kill().await;
    eprintln!("{:<24} seed {:<3} {:.1?}", plan.point, plan.seed, started.elapsed());
}

/// Says which plan it was when a check fails.
struct Told(Plan);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:?} failed; COUNTERSIGN_CRASH_ONLY={} runs its place alone", self.0, self.0.point);
        }
    }
}

/// The first process, up to its death at the planned place. Returns how many letters were on their way to the mail
/// server then: the planned one where nobody can know its fate, and on a busy machine an earlier one that was still
/// leaving.
async fn die(plan: Plan, place: &Place, mailbox: &Mailbox) -> i64 {
    let planned = format!("{}:{}", plan.point, plan.hit());
    let signal = match place.start(Some(&planned)).await {
        Err(signal) => signal,
        Ok(mut running) => match work(plan, &place.lead(&running)).await {
            Err(Gone) => running.signal().await,
            // What follows the last letter is reached without anybody's doing.
            Ok(_) => running.signal().await,
        },
    };
    assert_eq!(signal, Some(SIGABRT), "{planned}: {}", place.log());
    let safe = place.number("select count(*) from mails where source = 'imap'").await;
    assert!(usize::try_from(safe).unwrap() >= mailbox.seen(), "a mail was marked as seen before it was safe");
    let leaving = place.number("select count(*) from outbox where state = 'sending'").await;
    let own = i64::from(plan.fate == Fate::Unknown);
    assert!((own..=own + i64::try_from(plan.hit()).unwrap() - 1).contains(&leaving), "{planned}: {leaving} leaving");
    leaving
}

async fn work(plan: Plan, person: &Person) -> Result<Vec<Seen>, Gone> {
    let mut seen = Vec::new();
    for letter in 0..plan.letters() {
        seen.push(person.answer(&subject(letter), plan.pause()).await?);
    }
    Ok(seen)
}

fn subject(letter: u64) -> String {
    format!("vessel{letter}")
}

fn mail(letter: u64) -> String {
    format!(
        "From: Hannah Lowell <hannah@lowellceramics.example>\r\nTo: Fernhill Support <support@fernhill.example>\r\n\
         Subject: New VAT number {}\r\nMessage-ID: <crash-{letter}@lowellceramics.example>\r\n\r\n\
         Hi there,\r\n\r\nWe registered for VAT this month, so the VAT number on your invoices to us is out of date.\r\n\
         Where do I change the VAT number of our company?\r\n\r\nHannah\r\n",
        subject(letter)
    )
}

#[test]
fn every_named_place_is_died_at() {
    let named: BTreeSet<String> =
        ["outbox", "server"].iter().flat_map(|name| points_in(&format!("../{name}/src"))).collect();
    let listed: BTreeSet<String> =
        PLACES.iter().map(|(point, _)| *point).chain(ELSEWHERE.iter().copied()).map(str::to_owned).collect();
    assert_eq!(named, listed, "crash points in the source and in this list");
    assert!(PLACES.len() >= 15);
}

/// Names of the crash points in the sources below a folder.
fn points_in(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(points_in(path.to_str().unwrap()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let calls = text.split("crash::point(\"").skip(1);
            found.extend(calls.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())));
        }
    }
    found
}
