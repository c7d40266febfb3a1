//! Cases that ask nearly the same, so that a suite holds each failure once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Speaker};
use crate::{failure::Failure, grounding::content_words};

/// Sureness from which a proposed case joins one that is there.
pub const SAME: f64 = 0.7;
/// Sureness from which two cases are pointed out to a person.
pub const NEAR: f64 = 0.2;

/// Those of a group that tell: its likest. One alone may be like by chance, and all of a large group are never like.
const TELLING: usize = 3;

/// How much pieces of words and meaning count: a logistic regression on the development topics of `fixtures/failures`
/// (`countersign bench learning --rows`), with meaning and without. First what is there without any likeness;
/// without meaning far more is asked, since two short questions may share all but the word that matters.
const BY_MEANING: [f64; 3] = [-9.61, 11.13, 13.93];
const BY_WORDS: [f64; 2] = [-11.0, 16.96];

/// What two cases are compared by.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    suite: Option<String>,
    category: Option<String>,
    failure: Failure,
    pieces: BTreeSet<String>,
    codes: BTreeSet<String>,
    sides: BTreeSet<(u64, bool)>,
    text: String,
}

impl Asked {
    /// What a case asks, whatever the greeting and whoever wrote.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let said = case.messages.iter().filter(|m| m.by == Speaker::Requester);
        let text: Vec<String> = said.map(|m| unmarked(&format!("{}\n{}", m.subject, m.text))).collect();
        let text = text.join("\n").trim().to_owned();
        let words: BTreeSet<String> = content_words(&text).into_iter().collect();
        let limits: BTreeSet<u64> = case.sources.iter().flat_map(|s| days(&s.text)).collect();
        let spans = days(&text);
        let sides = limits.iter().flat_map(|limit| spans.iter().map(move |span| (*limit, span > limit))).collect();
        Self {
            suite: case.suite.clone(),
            category: case.category.clone(),
            failure: case.failure,
            pieces: pieces(&words),
            codes: codes(&text),
            sides,
            text,
        }
    }

    /// Its words, for whoever makes vectors.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing that decides what has to come of it differs: what it tests, category, what went wrong, the codes it names, and on which
    /// side of a source's term of days it lies.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        self.suite == other.suite
            && self.category == other.category
            && self.failure == other.failure
            && (self.codes.is_empty() || other.codes.is_empty() || !self.codes.is_disjoint(&other.codes))
            && (self.sides.is_empty() || other.sides.is_empty() || self.sides == other.sides)
    }

    /// How like another's words these are, from 0 to 1: by the pieces of three letters they share, which survive a slip of the
    /// finger. Between the share of all and that of the shorter one's, so that a longer story around the same question counts little.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f64 {
        let (a, b) = (&self.pieces, &other.pieces);
        let (shared, all, least) = (a.intersection(b).count(), a.union(b).count(), a.len().min(b.len()));
        let share = |of: usize| shared as f64 / of.max(1) as f64;
        f64::midpoint(share(all), share(least))
    }
}

/// How sure it is that two cases are one, from 0 to 1; `closeness` is the cosine of their meanings, where it is known.
#[must_use]
pub fn sameness(a: &Asked, b: &Asked, closeness: Option<f64>) -> f64 {
    if !a.agrees(b) {
        return 0.0;
    }
    let sum = match (closeness, BY_MEANING, BY_WORDS) {
        (Some(close), [none, pieces, meaning], _) => none + pieces * a.likeness(b) + meaning * close,
        (None, _, [none, pieces]) => none + pieces * a.likeness(b),
    };
    1.0 / (1.0 + (-sum).exp())
}

fn pieces(words: &BTreeSet<String>) -> BTreeSet<String> {
    let of = |word: &String| {
        let letters: Vec<char> = format!(" {word} ").chars().collect();
        letters.windows(3).map(|piece| piece.iter().collect()).collect::<Vec<String>>()
    };
    words.iter().flat_map(of).collect()
}

/// Names of errors: capitals and a number, as `SIG-401`. Those of invoices and orders are longer and tell nothing.
#[must_use]
pub fn codes(text: &str) -> BTreeSet<String> {
    let is_code = |word: &&str| {
        let Some((name, number)) = word.rsplit_once(['-', '_']) else { return false };
        (2..=8).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphabetic())
            && (2..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    words.filter(is_code).map(str::to_ascii_uppercase).collect()
}

/// Spans of time in days: `30 days`, `2 Wochen`.
fn days(text: &str) -> BTreeSet<u64> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let span = |pair: &[String]| {
        let [number, unit] = pair else { return None };
        let number: u64 = number.parse().ok()?;
        let of = |names: &[&str]| names.contains(&unit.as_str());
        let days = match () {
            () if of(&["day", "days", "tag", "tage", "tagen"]) => 1,
            () if of(&["week", "weeks", "woche", "wochen"]) => 7,
            () if of(&["month", "months", "monat", "monate", "monaten"]) => 30,
            () => return None,
        };
        Some(number.min(100_000) * days)
    };
    words.windows(2).filter_map(span).collect()
}

/// Without the marks of what was hidden: `[person 1]` tells nothing.
fn unmarked(text: &str) -> String {
    let kept = |part: &str| part.split_once(']').map_or_else(|| part.to_owned(), |(_, rest)| rest.to_owned());
    let mut parts = text.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " " + &kept(part))
}

/// A case that is there, with the one it stands with.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    /// The case that stands for it; itself where it stands alone.
    pub head: T,
    /// What it asks.
    pub asked: Asked,
    /// Its meaning, where there is an encoder.
    pub vector: Option<Vec<f32>>,
}

/// The case that a new one is, if it is one of those there: the one whose likest are sure enough on the mean.
#[must_use]
pub fn nearest<T: Ord + Clone>(asked: &Asked, vector: Option<&[f32]>, kept: &[Kept<T>]) -> Option<T> {
    let mut groups: BTreeMap<&T, Vec<f64>> = BTreeMap::new();
    for one in kept {
        let sure = sameness(asked, &one.asked, cosine(vector, one.vector.as_deref()));
        groups.entry(&one.head).or_default().push(sure);
    }
    let mean = |mut sure: Vec<f64>| {
        sure.sort_by(|a, b| b.total_cmp(a));
        sure.truncate(TELLING);
        sure.iter().sum::<f64>() / sure.len().max(1) as f64
    };
    let best = groups.into_iter().map(|(head, sure)| (mean(sure), head)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(sure, _)| *sure >= SAME).map(|(_, head)| head.clone())
}

/// How near two meanings are.
#[must_use]
pub fn cosine(a: Option<&[f32]>, b: Option<&[f32]>) -> Option<f64> {
    let (a, b) = (a?, b?);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    (a.len() == b.len() && norms > 0.0).then(|| dot(a, b) / norms)
}
