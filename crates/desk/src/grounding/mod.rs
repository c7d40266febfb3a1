//! Is a sentence carried by the words it cites? Deterministic, and the same for every drafter.
//!
//! Each sentence is held against the part of the cited texts, up to three sentences long, that carries most of it. Asked
//! are questions that a person with a pencil can answer: do its codes, addresses, numbers with their units and dates occur
//! there; its names; what it promises; are most of its content words there, or is it at least close in meaning; does one
//! side deny what the other states, or make certain what the other calls possible. It proves support by wording, not
//! truth: a false source still supports. [`faithfulness`] adds the sentences of an answer up to one number.

mod facts;
mod faithful;
pub(crate) mod quantity;
mod sources;
mod text;
mod tone;

use std::collections::HashSet;

pub(crate) use self::tone::is_courtesy;
pub use self::{
    facts::facts,
    faithful::{ALARM_BELOW, Faithfulness, Marks, faithfulness},
    sources::{Closeness, Sources, words_alone},
    text::{content_words, sentences},
    tone::declines,
};
use crate::{closed_list, draft::Support};
use facts::Stray;

/// Share of content words that must occur in one window of the cited texts.
const CARRIED_MIN: f64 = 0.55;
/// The same for a sentence that is close in meaning to that window.
const CARRIED_CLOSE_MIN: f64 = 0.35;
/// Cosine from which two sentences say nearly the same.
const CLOSE: f64 = 0.72;

closed_list! {
    /// Why a sentence is not carried.
    pub enum Objection ("objection") {
        /// Nothing is cited.
        NoSource = "no_source",
        /// A code, an address or a link that stands in no cited text.
        Code = "code",
        /// A number, an amount or a time that stands in no cited text.
        Number = "number",
        /// A day that stands in no cited text.
        Date = "date",
        /// A promise that no cited text makes.
        Promise = "promise",
        /// Too many words that stand in no cited text.
        Words = "words",
        /// A name that stands in no cited text.
        Name = "name",
        /// One side says not where the other does not.
        Denial = "denial",
        /// Certain where the source says possible, or a choice where it says must.
        Certainty = "certainty",
    }
}

/// A part of one of the texts handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Which text, in the order handed in.
    pub text: usize,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// What carries a sentence, and what speaks against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub support: Support,
    /// Why it is not carried; the first that applies in the order of [`Objection`].
    pub doubt: Option<(Objection, String)>,
    /// The part of the texts that carries most of it.
    pub span: Option<Span>,
    /// Share of its content words that stand in that part, 0..=1.
    pub carried: f64,
    /// Its closeness in meaning to that part, 0..=1; none without an embedding model.
    pub meaning: Option<f64>,
}

impl Judged {
    const fn frame() -> Self {
        Self { support: Support::Frame, doubt: None, span: None, carried: 1.0, meaning: None }
    }

    /// The doubt as a sentence for the person who reviews.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let (doubt, what) = self.doubt.as_ref()?;
        Some(match doubt {
            Objection::NoSource => "nothing is cited for it".to_owned(),
            Objection::Code | Objection::Number | Objection::Date | Objection::Name => {
                format!("no cited passage has “{what}”")
            }
            Objection::Promise => format!("no cited passage promises “{what}”"),
            Objection::Words => "no cited passage says this".to_owned(),
            Objection::Denial => "the cited passage says the opposite".to_owned(),
            Objection::Certainty => "it is more certain than the cited passage, or makes a duty a choice".to_owned(),
        })
    }
}

/// Judges one sentence against the texts it cites, by words alone.
#[must_use]
pub fn judge(sentence: &str, cited: &[&str]) -> Support {
    Sources::of(cited, "").judge(sentence, &words_alone).support
}

/// Judges a question back to the customer: it states nothing, so its words are free, but what must
/// be right to the letter and what promises something must stand in a source all the same.
#[must_use]
pub fn judge_question(question: &str, texts: &[&str]) -> Support {
    let sources = Sources::of(texts, "");
    let promises = tone::commitments(&content_words(question));
    let carried = sources.facts.stray(question).is_none() && promises.iter().all(|w| sources.stems.contains(w));
    if carried { Support::Frame } else { Support::Unsupported }
}

impl Sources {
    /// Judges one sentence.
    #[must_use]
    pub fn judge(&self, sentence: &str, closeness: &Closeness<'_>) -> Judged {
        let own = content_words(sentence);
        let admits = tone::declines(sentence) && tone::commitments(&own).is_empty();
        if states_nothing(sentence, &own) || (admits && self.facts.repeats_only(sentence)) {
            return Judged::frame();
        }
        // Numbers and units were brought to one form and are judged apart.
        let measured = |w: &String| w.bytes().all(|b| b.is_ascii_digit()) || quantity::is_measure(w);
        let set: HashSet<String> = own.iter().filter(|w| !measured(w)).cloned().collect();
        let window = self.best(sentence, &set, closeness);
        let carried = window.as_ref().map_or(0.0, |w| w.carried);
        let meaning = window.as_ref().and_then(|w| w.meaning);
        let enough = carried >= CARRIED_MIN || (carried >= CARRIED_CLOSE_MIN && meaning.is_some_and(|m| m >= CLOSE));
        let doubt = self.doubt(sentence, &own, &set, enough);
        Judged {
            support: if doubt.is_none() { Support::Supported } else { Support::Unsupported },
            doubt,
            span: window.as_ref().and_then(|w| self.span(w)),
            carried,
            meaning,
        }
    }

    fn doubt(
        &self,
        sentence: &str,
        own: &[String],
        set: &HashSet<String>,
        enough: bool,
    ) -> Option<(Objection, String)> {
        if self.is_empty() {
            return Some((Objection::NoSource, String::new()));
        }
        match self.facts.stray(sentence) {
            Some(Stray::Letter(what)) => return Some((Objection::Code, what)),
            Some(Stray::Number(what)) => return Some((Objection::Number, what)),
            Some(Stray::Date(what)) => return Some((Objection::Date, what)),
            None => {}
        }
        if let Some(promise) = tone::commitments(own).into_iter().find(|w| !self.stems.contains(w)) {
            return Some((Objection::Promise, promise));
        }
        if !enough {
            return Some((Objection::Words, String::new()));
        }
        if let Some(name) = self.stray_name(sentence) {
            return Some((Objection::Name, name));
        }
        if self.denies(sentence, set) {
            return Some((Objection::Denial, String::new()));
        }
        let mood = tone::Mood::of(sentence);
        let alike = self.alike(set);
        let oversteps = !alike.is_empty() && alike.iter().all(|spot| mood.oversteps(tone::Mood::of(&spot.text)));
        oversteps.then(|| (Objection::Certainty, String::new()))
    }

    /// A name that stands neither in the texts nor in the request: a capital in the middle of a sentence.
    fn stray_name(&self, sentence: &str) -> Option<String> {
        let (mut after_end, mut title) = (true, false);
        for token in sentence.split_whitespace() {
            let opens = token.starts_with(['"', '“', '(', '*', '„', '«']);
            // A label in bold is written with capitals throughout.
            let labelled = title || token.starts_with("**");
            title ^= token.matches("**").count() % 2 == 1;
            let word = token.trim_matches(|c: char| !c.is_alphanumeric());
            let starts =
                std::mem::replace(&mut after_end, token.ends_with([':', '.', '!', '?', '*', '-', '–', '—', ')']));
            let name = word.chars().count() >= 3
                && word.starts_with(char::is_uppercase)
                && word.chars().all(char::is_alphanumeric);
            if !name || starts || opens || labelled {
                continue;
            }
            let known = |w: &str| self.words.contains(w) || self.given.contains(w);
            let lower = word.to_lowercase();
            let stray = lower.split(|c: char| !c.is_alphanumeric()).find(|part| {
                part.chars().count() >= 3 && text::is_content(part) && !known(part) && !known(&text::stem(part))
            });
            if stray.is_some() && !known(&lower) {
                return Some(word.to_owned());
            }
        }
        None
    }
}

/// The sentences of a text with the places of their characters.
#[must_use]
pub fn placed(text: &str) -> Vec<(usize, usize, &str)> {
    text::placed_sentences(text).into_iter().map(|s| (s.start, s.end, s.text)).collect()
}

/// Whether a text counts something: an amount, a time, a share.
#[must_use]
pub fn measures(text: &str) -> bool {
    !quantity::Quantities::of(text).with_unit.is_empty()
}

/// Month and day of the first day that a text names.
#[must_use]
pub fn day_of_year(text: &str) -> Option<(u8, u8)> {
    quantity::dates(text).into_iter().next()
}

/// The first fact, measure or promise that a text would bring by itself; none for a text that states nothing of the kind.
#[must_use]
pub fn brings(text: &str) -> Option<String> {
    let fact = facts(text).into_iter().next();
    let quantity = || measures(text).then(|| text.trim().to_owned());
    fact.or_else(|| tone::commitments(&content_words(text)).into_iter().next()).or_else(quantity)
}

/// Greetings, offers, lead-ins and the admission that there is no answer; but whatever brings a fact or a promise is judged.
fn states_nothing(sentence: &str, own: &[String]) -> bool {
    let brings = !facts(sentence).is_empty()
        || !quantity::Quantities::of(sentence).with_unit.is_empty()
        || !tone::commitments(own).is_empty();
    !brings && (own.len() < 2 || tone::is_courtesy(sentence) || sentence.trim_end().ends_with('?'))
}

#[cfg(test)]
mod tests;
