//! A draft without a language model: the sentences of approved passages that answer best, in the
//! requester's language's frame, worded as in a past reply where a passage carries every word.
//!
//! Honest by construction: every statement is a source's own sentence, or a past reply's sentence
//! that a passage supports. Nothing is paraphrased, so nothing is invented.

use std::collections::{HashMap, HashSet};

mod statement;
#[cfg(test)]
mod tests;

pub use statement::plain;
use statement::{Statement, around, statements};

pub use crate::grounding::{Closeness, words_alone};
use crate::{
    draft::{Body, Composed, Support},
    grounding,
    knowledge::Cited,
    language::Language,
    persona::{Voice, repair},
};

/// Version recorded with everything assembled.
pub const ASSEMBLE_VERSION: &str = "assemble/2";
/// Most statements of one draft: short enough to judge in under a minute.
const STATEMENTS_MAX: usize = 6;
/// Most words of all statements together.
const WORDS_MAX: usize = 130;
/// Share of a question's weight that statements must cover to answer it, judged by words alone.
pub const COVER_MIN: f64 = 0.34;
/// The same, judged by words and meaning together.
pub const RELEVANCE_MIN: f64 = 0.38;

/// How the doubt about a question without an answer begins.
const NO_ANSWER: &str = "No approved source answers: “";

/// Statements whose meaning is compared with one question: the best by words. A few milliseconds each.
const COMPARED: usize = 6;
/// Share of a statement's words from which an earlier text said the same.
const SAID_MIN: f64 = 0.75;

/// What is answered, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The newest message with its subject in the first line.
    pub whole: &'a str,
    /// What was said on the ticket before: replies, and steps that the requester took already. It is not said again.
    pub said: &'a [String],
    /// Whom to greet.
    pub first_name: Option<&'a str>,
    /// The requester's language.
    pub language: Language,
    /// How it sounds; it has no say in what is said.
    pub voice: &'a Voice,
}

/// What the machine means to do, shown before its words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Each question, in the requester's words.
    pub asked: Vec<String>,
    /// Facts given: codes, numbers, addresses.
    pub known: Vec<String>,
    /// What no source answers.
    pub missing: Vec<String>,
    /// What to do about it.
    pub next: Move,
}

crate::closed_list! {
    /// What the machine proposes to do.
    pub enum Move ("move") {
        /// Answer.
        Answer = "answer",
        /// Ask back, or ask the source's owner.
        Ask = "ask",
        /// Leave every word to a person.
        HandOver = "hand_over",
        /// Nobody waits for an answer.
        StaySilent = "stay_silent",
    }
}

/// The questions of a mail: sentences with a question mark, or the sentences that say what is wanted.
#[must_use]
pub fn questions(text: &str) -> Vec<String> {
    // Mails are wrapped; a sentence does not end with the line.
    let unwrapped = text.split("\n\n").map(|p| p.replace('\n', " ")).collect::<Vec<_>>().join("\n");
    let all = grounding::sentences(&unwrapped);
    let asked: Vec<String> = all.iter().filter(|s| s.ends_with('?')).take(4).cloned().collect();
    if !asked.is_empty() {
        return asked;
    }
    let mut by_weight: Vec<&String> = all.iter().filter(|s| grounding::content_words(s).len() >= 3).collect();
    by_weight.sort_by_key(|s| std::cmp::Reverse(grounding::content_words(s).len()));
    by_weight.into_iter().take(1).cloned().collect()
}

/// A question, and what to look for: a short one ("What changed?") means nothing without the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// In the requester's words.
    pub asked: String,
    /// The same, with the subject before it when it is short.
    pub full: String,
}

/// The probes of a mail whose first line is its subject.
#[must_use]
pub fn probes(whole: &str) -> Vec<Probe> {
    let subject = whole.lines().next().unwrap_or_default().trim();
    let full = |asked: &str| match grounding::content_words(asked).len() {
        0..4 if !asked.starts_with(subject) => format!("{subject}. {asked}"),
        _ => asked.to_owned(),
    };
    questions(whole).into_iter().map(|asked| Probe { full: full(&asked), asked }).collect()
}

/// The questions of a mail that a draft leaves open.
#[must_use]
pub fn left_open(composed: &Composed) -> Vec<String> {
    let open = composed.doubts.iter().filter_map(|doubt| doubt.strip_prefix(NO_ANSWER)?.strip_suffix('”'));
    open.map(str::to_owned).collect()
}

/// What is asked, known and missing. `next` is filled by the caller from rules and from what
/// [`assemble`] found.
#[must_use]
pub fn plan(text: &str, missing: Vec<String>, next: Move) -> Plan {
    let mut known: Vec<String> = grounding::facts(text);
    // Short numbers alone tell a reader nothing.
    known.retain(|fact| fact.chars().count() >= 5 || fact.chars().any(|c| c.is_alphabetic() || "€$£%".contains(c)));
    known.dedup();
    known.truncate(6);
    Plan { asked: questions(text), known, missing, next }
}

/// The statements whose meaning is worth comparing with what is asked: what a caller needs vectors for.
#[must_use]
pub fn comparable(whole: &str, cited: &[Cited]) -> Vec<String> {
    let statements = statements(cited);
    let scale = Scale::of(&statements);
    let mut all: Vec<usize> = probes(whole).iter().flat_map(|p| scale.ranked(p, whole, &statements)).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().filter_map(|at| Some(statements.get(at)?.text.clone())).collect()
}

/// The sentences of a passage that could be said, each once: what a caller may read ahead of any question.
#[must_use]
pub fn sayable(passage: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for statement in statements(&[Cited::loose(1, "", passage)]) {
        if !all.contains(&statement.text) {
            all.push(statement.text);
        }
    }
    all
}

/// The sentences in which a requester says what they did already.
#[must_use]
pub fn tried(text: &str) -> Vec<String> {
    const DONE: [&str; 8] =
        ["already", "also tried", "i tried", "i have tried", "i've tried", "we tried", "we have tried", "we've tried"];
    let unwrapped = text.split("\n\n").map(|p| p.replace('\n', " ")).collect::<Vec<_>>().join("\n");
    let done = |s: &String| DONE.iter().any(|word| s.to_lowercase().contains(word)) && !s.ends_with('?');
    grounding::sentences(&unwrapped).into_iter().filter(done).collect()
}

/// How well the sources answer, 0..=1: the mean over the questions, by words and meaning; what [`assemble`] holds against
/// its bar.
#[must_use]
pub fn relevance(whole: &str, cited: &[Cited], closeness: &Closeness<'_>) -> f64 {
    let statements = statements(cited);
    let scale = Scale::of(&statements);
    let probes = probes(whole);
    let of = |p: &Probe| answer(p, whole, &statements, &scale, closeness).map_or(0.0, |a| a.relevance.min(1.0));
    probes.iter().map(of).sum::<f64>() / probes.len().max(1) as f64
}

/// Assembles a draft, or says which questions no source answers.
///
/// # Errors
/// The questions that nothing answers, when nothing at all can be said; none when nothing is asked.
pub fn assemble(request: &Request<'_>, cited: &[Cited], closeness: &Closeness<'_>) -> Result<Composed, Vec<String>> {
    let (again, statements) = said_before(statements(cited), request.said);
    let scale = Scale::of(&statements);
    let probes = probes(request.whole);
    let mut chosen = Chosen::default();
    let mut relevance_sum = 0.0;
    for probe in &probes {
        match answer(probe, request.whole, &statements, &scale, closeness).filter(Answer::is_enough) {
            Some(answer) => {
                relevance_sum += answer.relevance.min(1.0);
                let new: Vec<usize> = answer.picked.into_iter().filter(|p| !chosen.picked.contains(p)).collect();
                chosen.picked.extend(new);
            }
            None => chosen.unanswered.push(probe.asked.clone()),
        }
    }
    trim(&mut chosen.picked, &statements);
    if chosen.picked.is_empty() {
        return Err(chosen.unanswered);
    }
    let asked = stems_of(request.whole);
    chosen.said =
        again.into_iter().filter(|s| s.stems.intersection(&asked).count() >= 2).map(|s| s.text).take(2).collect();
    chosen.score = relevance_sum / probes.len().max(1) as f64;
    Ok(write(&chosen, &statements, cited, request))
}

/// Nobody is asked to do again what they did, nor told again what did not help: those statements, then all others.
fn said_before(all: Vec<Statement>, said: &[String]) -> (Vec<Statement>, Vec<Statement>) {
    let before: Vec<HashSet<String>> =
        said.iter().flat_map(|text| grounding::sentences(text)).map(|sentence| stems_of(&sentence)).collect();
    all.into_iter().partition(|s| {
        before.iter().any(|old| old.intersection(&s.stems).count() as f64 >= SAID_MIN * s.stems.len() as f64)
    })
}

/// What goes into the draft.
#[derive(Default)]
struct Chosen {
    picked: Vec<usize>,
    /// Statements that would answer and were said on this ticket before.
    said: Vec<String>,
    unanswered: Vec<String>,
    score: f64,
}

/// What would answer one question.
struct Answer {
    picked: Vec<usize>,
    relevance: f64,
    /// The least relevance that counts, which differs with and without meaning.
    least: f64,
}

impl Answer {
    fn is_enough(&self) -> bool {
        self.relevance >= self.least && !self.picked.is_empty()
    }
}

/// What words weigh.
struct Scale {
    weights: HashMap<String, f64>,
    /// A word that no statement holds counts against an answer like the rarest one.
    unseen: f64,
}

impl Scale {
    fn of(statements: &[Statement]) -> Self {
        Self { weights: weights(statements), unseen: (1.0 + statements.len() as f64).ln() }
    }

    /// What words say for a statement.
    fn words(&self, statement: &Statement, asked: &HashSet<String>, context: &HashSet<String>) -> f64 {
        let context = 0.35 * self.shared(&statement.stems, context);
        let words = self.shared(&statement.stems, asked) + context + 0.5 * self.shared(&statement.about, asked);
        words / (8.0 + statement.stems.len() as f64).sqrt() + 0.9 / (1.0 + statement.rank as f64)
    }

    /// The statements that are best by words.
    fn ranked(&self, probe: &Probe, whole: &str, statements: &[Statement]) -> Vec<usize> {
        let (asked, context) = (stems_of(&probe.full), stems_of(whole));
        let mut all: Vec<(usize, f64)> =
            statements.iter().map(|s| self.words(s, &asked, &context)).enumerate().collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all.into_iter().take(COMPARED).map(|(at, _)| at).collect()
    }

    fn shared(&self, a: &HashSet<String>, b: &HashSet<String>) -> f64 {
        a.intersection(b).filter_map(|w| self.weights.get(w)).sum()
    }

    fn total(&self, words: &HashSet<String>) -> f64 {
        words.iter().map(|w| self.weights.get(w).copied().unwrap_or(self.unseen)).sum()
    }
}

/// Rarer words say more: ln(1 + statements / statements holding the word).
fn weights(statements: &[Statement]) -> HashMap<String, f64> {
    let mut holding: HashMap<&String, f64> = HashMap::new();
    for s in statements {
        s.stems.iter().for_each(|w| *holding.entry(w).or_default() += 1.0);
    }
    holding.into_iter().map(|(w, df)| (w.clone(), (1.0 + statements.len() as f64 / df).ln())).collect()
}

fn stems_of(text: &str) -> HashSet<String> {
    grounding::content_words(text).into_iter().collect()
}

/// The statements that answer one question, in reading order, and how well; none when there is nothing to say.
fn answer(
    probe: &Probe,
    whole: &str,
    statements: &[Statement],
    scale: &Scale,
    closeness: &Closeness<'_>,
) -> Option<Answer> {
    let question = probe.full.as_str();
    let (asked, alone, context) = (stems_of(question), stems_of(&probe.asked), stems_of(whole));
    let score = |s: &Statement| {
        let meaning = closeness(question, &s.text).unwrap_or(0.0).max(0.0);
        scale.words(s, &asked, &context) + 3.0 * meaning
    };
    let ranked = statements.iter().map(score).enumerate();
    let best = ranked.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?.0;
    let picked = around(best, statements);
    let said = picked.iter().filter_map(|i| statements.get(*i));
    let said: HashSet<String> = said.flat_map(|s| s.stems.iter().chain(&s.about).cloned()).collect();
    let covers = |of: &HashSet<String>| scale.shared(&said, of) / scale.total(of).max(1e-9);
    let cover = covers(&asked).max(covers(&alone));
    let meaning = picked.iter().filter_map(|i| closeness(question, &statements.get(*i)?.text)).max_by(f64::total_cmp);
    let (relevance, least) = match meaning {
        // A cosine of 0.2 is chance between two English sentences, 0.7 a paraphrase.
        Some(cosine) => (0.5 * cover + 0.5 * ((cosine - 0.2) / 0.5).clamp(0.0, 1.0), RELEVANCE_MIN),
        None => (cover, COVER_MIN),
    };
    Some(Answer { picked, relevance, least })
}

fn trim(chosen: &mut Vec<usize>, statements: &[Statement]) {
    let mut words = 0;
    chosen.truncate(STATEMENTS_MAX);
    chosen.retain(|i| {
        words += statements.get(*i).map_or(0, |s| s.text.split_whitespace().count());
        words <= WORDS_MAX
    });
    chosen.sort_by_key(|i| statements.get(*i).map(|s| (s.rank, s.order)));
}

fn write(chosen: &Chosen, statements: &[Statement], cited: &[Cited], request: &Request<'_>) -> Composed {
    let language = request.language;
    let frame = request.voice.frame(language, request.first_name);
    let mut body = Body::default();
    let mut doubts = Vec::new();
    frame.begin(&mut body);
    let mut used = Vec::new();
    let mut last: Option<(u32, bool)> = None;
    for statement in chosen.picked.iter().filter_map(|i| statements.get(*i)) {
        match last {
            Some((citation, item))
                if citation == statement.citation && (item == statement.list_item || statement.list_item) =>
            {
                if statement.list_item {
                    body.line();
                }
            }
            _ => body.paragraph(),
        }
        last = Some((statement.citation, statement.list_item));
        let mut citations = vec![statement.citation];
        citations.extend(worded_alike(statement, cited));
        used.push(statement.citation);
        body.sentence(&statement.text, citations, Support::Supported);
    }
    frame.end(&mut body, cited, &used);
    for question in &chosen.unanswered {
        doubts.push(format!("{NO_ANSWER}{question}”"));
    }
    for said in &chosen.said {
        doubts.push(format!("Left out, because it was said or tried on this ticket before: “{said}”"));
    }
    if language != Language::English {
        doubts.push(format!(
            "The customer wrote in {}; the sources are in English. Please translate before sending.",
            language.name()
        ));
    }
    let (body, sentences) = body.finish();
    repair(Composed { body, sentences, doubts, score: chosen.score }, request.voice, &frame, cited)
}

/// Past replies that said nearly the same.
fn worded_alike(statement: &Statement, cited: &[Cited]) -> Vec<u32> {
    let alike = |text: &str| {
        grounding::sentences(text).iter().any(|s| {
            let other: HashSet<String> = grounding::content_words(s).into_iter().collect();
            let shared = other.intersection(&statement.stems).count() as f64;
            shared >= 0.6 * statement.stems.len() as f64
        })
    };
    cited.iter().filter(|c| !c.grounds() && alike(&c.text)).map(|c| c.citation).take(2).collect()
}
