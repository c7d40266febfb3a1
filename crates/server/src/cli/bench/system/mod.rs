//! A made system of six services, forty faults and four hundred letters in customers' words: which fault a letter is about is known
//! here and to nothing that is measured. Faults and their letters are split in two by a seed; weights are fitted on one half.

mod observe;
mod telemetry;
mod tickets;

use std::{cell::RefCell, collections::HashMap, time::Instant};

use desk::{
    Timestamp,
    diagnosis::{Complaint, Diagnosis, Observed, diagnose, features},
};

use self::{observe::Store, telemetry::Fault, tickets::Letter};
use super::{Figure, Goal, percentile};

/// Days of telemetry before the first fault, and with faults.
const DAYS: (i64, i64) = (2, 10);
/// Seed of everything that is drawn.
const SEED: u64 = 20_261_122;

/// Which half.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    /// Weights are fitted on it.
    Tuning,
    /// Goals hold for it.
    Test,
}

/// Vectors of texts, made once: a running desk has those of templates before anybody asks.
struct Meanings<'a> {
    of: &'a dyn Fn(&str) -> Option<Vec<f32>>,
    held: RefCell<HashMap<String, Vec<f32>>>,
}

impl Meanings<'_> {
    fn closeness(&self, a: &str, b: &str) -> Option<f64> {
        let mut held = self.held.borrow_mut();
        for text in [a, b] {
            if !held.contains_key(text) {
                held.insert(text.to_owned(), (self.of)(text)?);
            }
        }
        let (a, b) = (held.get(a)?, held.get(b)?);
        Some(f64::from(a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>()))
    }
}

/// Measures. `meaning` makes a text's vector of length 1, where there are weights. With `rows`, prints what weights are fitted on.
pub fn measure(meaning: &dyn Fn(&str) -> Option<Vec<f32>>, rows: bool) -> Vec<Figure> {
    let faults = telemetry::faults(SEED);
    let store = Store::fill(&faults, SEED);
    let letters = tickets::letters(&faults, SEED);
    let meanings = Meanings { of: meaning, held: RefCell::default() };
    let mut figures = Vec::new();
    for (half, name) in [(Half::Tuning, "tuning"), (Half::Test, "test")] {
        let mut came = Came::default();
        for letter in letters.iter().filter(|l| l.half == half) {
            let observed = store.observed(letter.at);
            if rows {
                print_rows(letter, &observed, &faults, &store, &meanings, name);
            } else {
                came.look(letter, &observed, &faults, &store, &meanings);
            }
        }
        if !rows {
            figures.extend(came.figures(name, half == Half::Test));
        }
    }
    figures
}

fn complaint(letter: &Letter) -> Complaint<'_> {
    Complaint { text: &letter.text, at: letter.at, offset: letter.offset, known: &[] }
}

/// What came of one half's letters.
#[derive(Default)]
struct Came {
    related: usize,
    right: [usize; 2],
    unrelated: usize,
    named_for_unrelated: usize,
    nothing: usize,
    nothing_rightly: usize,
    milliseconds: Vec<f64>,
}

impl Came {
    fn look(&mut self, letter: &Letter, observed: &Observed, faults: &[Fault], store: &Store, meanings: &Meanings<'_>) {
        let closeness = |a: &str, b: &str| meanings.closeness(a, b);
        // Once before the clock, so that templates' vectors are there; the letter's own sentences count.
        let _ = diagnose(
            &Complaint { text: "Nothing of note here.", ..complaint(letter) },
            observed,
            &[],
            &closeness,
            letter.at,
        );
        let began = Instant::now();
        let diagnosis = diagnose(&complaint(letter), observed, &[], &closeness, letter.at);
        self.milliseconds.push(began.elapsed().as_secs_f64() * 1_000.0);
        let nothing = diagnosis.causes.is_empty();
        self.nothing += usize::from(nothing);
        match letter.fault.and_then(|n| faults.get(n)) {
            None => {
                self.unrelated += 1;
                self.nothing_rightly += usize::from(nothing);
                self.named_for_unrelated += usize::from(!nothing);
            }
            Some(fault) => {
                self.related += 1;
                let place = place(&diagnosis, fault, store);
                self.right[0] += usize::from(place == Some(0));
                self.right[1] += usize::from(place.is_some());
            }
        }
    }

    fn figures(mut self, half: &str, goals: bool) -> Vec<Figure> {
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let goal = |goal: Goal| if goals { goal } else { Goal::Unset };
        let name = |figure: &str| format!("system.{half}.{figure}");
        let figure = |figure: &str, value, n, goal| Figure::new("diagnostics", name(figure), value, "", n, goal);
        let n = self.milliseconds.len();
        let p95 = percentile(&mut self.milliseconds, 0.95);
        vec![
            figure("right_at_1", share(self.right[0], self.related), self.related, Goal::Unset),
            figure("right_at_3", share(self.right[1], self.related), self.related, goal(Goal::AtLeast(0.85))),
            figure(
                "nothing_found_precision",
                share(self.nothing_rightly, self.nothing),
                self.nothing,
                goal(Goal::AtLeast(0.9)),
            ),
            figure("named_for_unrelated", share(self.named_for_unrelated, self.unrelated), self.unrelated, Goal::Unset),
            Figure::new("diagnostics", name("p95_ms"), p95, "ms", n, goal(Goal::AtMost(300.0))),
        ]
    }
}

/// At which place the causes name the fault: its service, and something that only this fault writes.
fn place(diagnosis: &Diagnosis, fault: &Fault, store: &Store) -> Option<usize> {
    diagnosis.causes.iter().position(|cause| {
        let cause = &cause.value;
        let own = |signal| store.is_of(&cause.service, signal, fault);
        cause.service == fault.service && (own(&cause.signal) || cause.also.iter().any(own))
    })
}

/// One line per candidate: half, letter, whether it is the fault, features.
fn print_rows(
    letter: &Letter,
    observed: &Observed,
    faults: &[Fault],
    store: &Store,
    meanings: &Meanings<'_>,
    half: &str,
) {
    let closeness = |a: &str, b: &str| meanings.closeness(a, b);
    let fault = letter.fault.and_then(|n| faults.get(n));
    for (service, signal, features) in features(&complaint(letter), observed, &closeness) {
        let right = fault.is_some_and(|f| f.service == service && store.is_of(&service, &signal, f));
        let features: Vec<String> = features.iter().map(|f| format!("{f:.4}")).collect();
        let related = u8::from(fault.is_some());
        super::super::output::line(format!(
            "{half},{related},{},{},{}",
            letter.number,
            u8::from(right),
            features.join(",")
        ));
    }
}

/// The first instant of the made world: a Monday.
const BEGIN: Timestamp = Timestamp::from_secs(1_794_182_400);
