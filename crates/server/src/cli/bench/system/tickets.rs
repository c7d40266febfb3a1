//! Four hundred letters in customers' words: five for each fault, and as many that no line explains, at the same times.

use super::{BEGIN, DAYS, Half, telemetry::Fault};
use crate::dice::Dice;
use desk::Timestamp;

/// A letter, and what it is about.
pub struct Letter {
    pub number: usize,
    pub text: String,
    pub at: Timestamp,
    /// Minutes east of UTC.
    pub offset: i64,
    /// The fault behind it; hidden from what is measured.
    pub fault: Option<usize>,
    pub half: Half,
}

const PER_FAULT: usize = 5;

/// Writes them.
pub fn letters(faults: &[Fault], seed: u64) -> Vec<Letter> {
    let mut dice = Dice(seed ^ 4);
    let plain = |text: &'static str| text.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>();
    let (frames, unrelated) = (plain(include_str!("frames.txt")), plain(include_str!("unrelated.txt")));
    let mut letters = Vec::new();
    for (n, fault) in faults.iter().enumerate() {
        for turn in 0..PER_FAULT {
            let Some(sentence) = fault.sentences.get(turn % fault.sentences.len()) else { continue };
            let after = 900 + dice.seconds(fault.to.seconds_since(fault.from) + 1_800);
            let (at, offset) = (fault.from.plus_seconds(after), [0, 60, 120, -300][dice.below(4)]);
            let hit = &fault.hit[dice.below(fault.hit.len())];
            let frame = frames[dice.below(frames.len())];
            let when = when(fault.from, at, offset, sentence);
            let text = framed(frame, sentence, &when, (&hit.customer, &hit.order));
            letters.push(Letter { number: letters.len(), text, at, offset, fault: Some(n), half: fault.half });
        }
    }
    for n in 0..faults.len() * PER_FAULT {
        let sentence = unrelated[dice.below(unrelated.len())];
        let at = BEGIN.plus_seconds(DAYS.0 * 86_400 + dice.seconds(DAYS.1 * 86_400));
        let frame = frames[dice.below(frames.len())];
        let someone = (format!("{}", 40_000 + dice.below(50_000)), format!("ord_{:05}", dice.below(100_000)));
        let when = if n % 3 == 0 { "since yesterday" } else { "this week" };
        let text = framed(frame, sentence, when, (&someone.0, &someone.1));
        let half = if n % 2 == 0 { Half::Tuning } else { Half::Test };
        letters.push(Letter { number: letters.len(), text, at, offset: 60, fault: None, half });
    }
    letters
}

fn framed(frame: &str, sentence: &str, when: &str, (customer, order): (&str, &str)) -> String {
    let (before, after) = frame.split_once('|').unwrap_or(("", frame));
    let after = after.replace("{when}", when).replace("{customer}", customer).replace("{order}", order);
    format!("{}\n\n{}\n{}", before.trim(), sentence.replace("{order}", order), after.trim()).trim().to_owned()
}

/// When it began, as a person of that zone would say it: words for a part of the day, hours, or the clock.
fn when(from: Timestamp, at: Timestamp, offset: i64, sentence: &str) -> String {
    let german = sentence.chars().any(|c| "äöüß".contains(c)) || sentence.contains(" nicht ");
    let day = |t: Timestamp| (t.micros() / 1_000_000 + offset * 60).div_euclid(86_400);
    let hour = (from.micros() / 1_000_000 + offset * 60).rem_euclid(86_400) / 3_600;
    let hours = at.seconds_since(from) / 3_600;
    let part = match (day(at) - day(from), hour) {
        (0, 5..=11) => ("since this morning", "seit heute Morgen"),
        (0, 12..=17) => ("since this afternoon", "seit heute Nachmittag"),
        (1, 17..=23) => ("since yesterday evening", "seit gestern Abend"),
        (0, _) if hours >= 1 => {
            return if german { format!("seit etwa {hours} Stunden") } else { format!("for about {hours} hours") };
        }
        (0, _) => ("since today", "seit heute"),
        _ => ("since yesterday", "seit gestern"),
    };
    if german { part.1 } else { part.0 }.to_owned()
}
