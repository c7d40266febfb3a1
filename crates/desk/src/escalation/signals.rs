//! Which signals a case shows: flags that stand, words, and what the desk knows of the requester and the time.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{Escalating, Seen, Signal};
use crate::{
    folded::Folded,
    grounding,
    ids::MessageId,
    package::is_step,
    risk::{
        Raised,
        phrases::{Hit, Phrases, Sense},
    },
};

/// A message with more questions than this is about several things.
const QUESTIONS_MAX: usize = 3;
/// So many steps without result are a case for somebody else.
const STEPS_MAX: usize = 3;

/// What a requester wrote, as far as signals look at it.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'a> {
    /// The message.
    pub message: Option<MessageId>,
    /// Its newest words.
    pub text: &'a str,
}

/// A case, as far as signals ask.
#[derive(Debug, Clone, Default)]
pub struct Case<'a> {
    /// What the requester wrote since the last answer, oldest first.
    pub open: Vec<Contact<'a>>,
    /// Flags that stand.
    pub flags: &'a [Raised],
    /// Cohort, plan and organisation of the requester.
    pub known: Vec<&'a str>,
    /// Whether the machine does not know what this is.
    pub unsure: bool,
    /// Second topics.
    pub topics: usize,
    /// Whether approved sources contradict each other about the answer.
    pub sources_disagree: bool,
    /// Requests of this person within the text's days, this one among them.
    pub requests: i64,
    /// Working seconds since the oldest message that waits for us.
    pub waiting_seconds: i64,
    /// The promise that was missed, in a sentence.
    pub missed: Option<String>,
}

/// Words that show a signal that no risk flag stands for; `...` is up to five words in between.
const WORDS: &str = include_str!("signal_words.txt");

static PHRASES: LazyLock<(Phrases, Vec<Signal>)> = LazyLock::new(|| {
    let (mut phrases, mut signals) = (Phrases::default(), Vec::new());
    for line in WORDS.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut columns = line.split('|').map(str::trim);
        let (Some(Ok(signal)), Some(words)) = (columns.next().map(str::parse::<Signal>), columns.next()) else {
            continue;
        };
        if phrases.add(Sense::Raises, signals.len(), words).is_ok() {
            for unless in columns.next().iter().flat_map(|u| u.split(',')) {
                // A broken exception silences nothing; a test reads every line.
                let _ = phrases.add(Sense::Unless, signals.len(), unless);
            }
            signals.push(signal);
        }
    }
    (phrases, signals)
});

/// Lines of the shipped words that do not read; none, as a test holds.
#[cfg(test)]
pub(super) fn unread() -> Vec<&'static str> {
    let lines = WORDS.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .filter(|line| {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            let ([signal, words] | [signal, words, _]) = columns[..] else { return true };
            signal.parse::<Signal>().is_err() || Phrases::default().add(Sense::Raises, 0, words).is_err()
        })
        .collect()
}

/// Every signal of a case, each once, in the order of [`Signal::ALL`].
#[must_use]
pub fn signals(policy: &Escalating, case: &Case<'_>) -> Vec<Seen> {
    let mut found: BTreeMap<Signal, Seen> = BTreeMap::new();
    let mut add = |seen: Seen| {
        found.entry(seen.signal).or_insert(seen);
    };
    for raised in case.flags {
        if let Some(signal) = Signal::of(raised.flag) {
            add(Seen { signal, quote: raised.quote.clone(), message: raised.message, span: raised.span });
        }
    }
    case.open.iter().flat_map(in_words).for_each(&mut add);
    let mut told = |signal, quote: String| add(Seen { signal, quote, message: None, span: None });
    if let Some(value) =
        policy.high_value.iter().find(|v| case.known.iter().any(|k| k.to_lowercase().contains(v.as_str())))
    {
        told(Signal::HighValue, format!("The requester's side is of high value: {value}."));
    }
    if case.unsure {
        told(Signal::LowConfidence, "The machine does not know what this is about.".to_owned());
    }
    if let Some(why) = complexity(case) {
        told(Signal::Complexity, why);
    }
    if case.sources_disagree {
        told(Signal::Contradiction, "Approved sources say different things about the answer.".to_owned());
    }
    if case.requests >= policy.repeated_requests {
        let why = format!("{} requests within {} days.", case.requests, policy.repeated_days);
        told(Signal::RepeatedContact, why);
    }
    if case.waiting_seconds >= policy.silence_hours * 3_600 {
        told(Signal::Silence, format!("No answer for {} working hours.", case.waiting_seconds / 3_600));
    }
    if let Some(missed) = &case.missed {
        told(Signal::Overdue, missed.clone());
    }
    found.into_values().collect()
}

fn in_words(contact: &Contact<'_>) -> Vec<Seen> {
    let folded = Folded::new(contact.text);
    let (phrases, signals) = &*PHRASES;
    let mut hits: Vec<Hit> = Vec::new();
    phrases.find(&folded, |hit| hits.push(hit));
    let seen = |hit: Hit| {
        let (first, last) = (folded.words().get(hit.first)?, folded.words().get(hit.last)?);
        let quote = contact.text.get(first.bytes.0..last.bytes.1)?.to_owned();
        let span = Some((first.chars.0, last.chars.1));
        Some(Seen { signal: *signals.get(hit.rule)?, quote, message: contact.message, span })
    };
    hits.into_iter().filter_map(seen).collect()
}

fn complexity(case: &Case<'_>) -> Option<String> {
    let questions =
        case.open.iter().map(|c| grounding::sentences(c.text).iter().filter(|s| s.ends_with('?')).count()).max();
    let steps =
        case.open.iter().map(|c| grounding::sentences(c.text).iter().filter(|s| is_step(s)).count()).sum::<usize>();
    if case.topics >= 2 {
        Some(format!("It is about {} things.", case.topics + 1))
    } else if questions.is_some_and(|n| n > QUESTIONS_MAX) {
        Some(format!("It asks {} questions at once.", questions.unwrap_or_default()))
    } else if steps >= STEPS_MAX {
        Some(format!("{steps} steps were tried without result."))
    } else {
        None
    }
}
