//! Drafts assembled from the passages of `mtrag_un`: how fast, how long, how well cited; and whether passages of another
//! question of the same pages are known for what they are.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use desk::{
    assemble::{self, RELEVANCE_MIN, Request},
    draft::Support,
    grounding::words_alone,
    knowledge::Cited,
    language::Language,
    persona::Voice,
};
use embed::{Encoder, Vector};

use super::conversations::Rated;
use crate::cli::bench::{Figure, Goal, percentile};

/// A question with its own passages and those of another.
struct Asked<'a> {
    question: &'a str,
    own: Vec<Cited>,
    others: Vec<Cited>,
    learnt_on: bool,
}

/// Measures.
pub fn measure(rated: &[Rated], encoder: Option<&Encoder>) -> Vec<Figure> {
    let asked = asked(rated);
    let mut figures = drafts(&asked, encoder);
    for (half, learnt_on) in [("measured", false), ("learnt_on", true)] {
        figures.extend(relevance(&asked, learnt_on, half, encoder));
    }
    figures
}

fn asked(rated: &[Rated]) -> Vec<Asked<'_>> {
    let tasks: BTreeMap<&str, &Rated> = rated.iter().map(|r| (r.task.as_str(), r)).collect();
    let tasks: Vec<&Rated> = tasks.into_values().filter(|r| !r.answered.passages.is_empty()).collect();
    let conversation = |r: &Rated| r.task.split('<').next().unwrap_or_default().to_owned();
    let all = tasks.iter().enumerate().filter_map(|(at, task)| {
        let strangers = tasks.iter().cycle().skip(at + 1).take(tasks.len());
        let other = strangers.into_iter().find(|o| {
            o.collection == task.collection && o.learnt_on == task.learnt_on && conversation(o) != conversation(task)
        })?;
        let (own, others) = (cited(&task.answered.passages), cited(&other.answered.passages));
        Some(Asked { question: &task.answered.question, own, others, learnt_on: task.learnt_on })
    });
    all.collect()
}

fn cited(passages: &[String]) -> Vec<Cited> {
    (1..).zip(passages).map(|(citation, text)| Cited::loose(citation, "", text)).collect()
}

/// Vectors of what is compared: the sentences of articles, which the desk reads ahead and keeps, and what is asked.
#[derive(Default)]
struct Known {
    said: HashMap<String, Vector>,
    asked: HashMap<String, Vector>,
}

impl Known {
    /// As the desk does behind everything else; of each passage only the sentences that will be compared.
    fn read_ahead(&mut self, question: &str, cited: &[Cited], encoder: Option<&Encoder>) {
        read(assemble::comparable(question, cited), &mut self.said, encoder);
    }

    /// As the desk does while somebody waits.
    fn read_question(&mut self, question: &str, encoder: Option<&Encoder>) {
        self.asked.clear();
        let texts = assemble::probes(question).into_iter().map(|probe| probe.full);
        read(texts.collect(), &mut self.asked, encoder);
    }

    fn closeness(&self, a: &str, b: &str) -> Option<f64> {
        let of = |text: &str| self.asked.get(text).or_else(|| self.said.get(text));
        Some(f64::from(of(a)?.cosine(of(b)?)))
    }
}

fn read(mut texts: Vec<String>, into: &mut HashMap<String, Vector>, encoder: Option<&Encoder>) {
    let Some(encoder) = encoder else { return };
    texts.retain(|text| !into.contains_key(text));
    let made = encoder.encode_all(&texts.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    into.extend(texts.into_iter().zip(made));
}

fn drafts(asked: &[Asked<'_>], encoder: Option<&Encoder>) -> Vec<Figure> {
    let (mut by_words, mut by_meaning, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    let (mut stated, mut carried) = (0, 0);
    let voice = Voice::shipped();
    let mut known = Known::default();
    asked.iter().for_each(|one| known.read_ahead(one.question, &one.own, encoder));
    for one in asked {
        let request = Request {
            whole: one.question,
            said: &[],
            first_name: Some("Ana"),
            language: Language::English,
            voice: &voice,
        };
        let start = Instant::now();
        let _ = assemble::assemble(&request, &one.own, &words_alone);
        by_words.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        known.read_question(one.question, encoder);
        let drafted = assemble::assemble(&request, &one.own, &|a, b| known.closeness(a, b));
        by_meaning.push(start.elapsed().as_secs_f64() * 1e3);
        let Ok(composed) = drafted else { continue };
        lengths.push(composed.body.split_whitespace().count() as f64);
        let claims = composed.sentences.iter().filter(|s| s.support != Support::Frame);
        for sentence in claims {
            stated += 1;
            carried += usize::from(!sentence.citations.is_empty() || sentence.support == Support::Unsupported);
        }
    }
    let drafted = lengths.len();
    let figure =
        |name: &str, value, unit, n, goal| Figure::new("drafts", format!("assembled.{name}"), value, unit, n, goal);
    let mut figures =
        vec![figure("words.p95_ms", percentile(&mut by_words, 0.95), "ms", asked.len(), Goal::AtMost(60.0))];
    if encoder.is_some() {
        figures.push(figure("p95_ms", percentile(&mut by_meaning, 0.95), "ms", asked.len(), Goal::AtMost(60.0)));
    }
    figures.extend([
        figure("median_words", percentile(&mut lengths, 0.5), "words", drafted, Goal::AtMost(120.0)),
        figure(
            "cited_or_marked",
            f64::from(carried as u32) / f64::from(stated.max(1) as u32),
            "",
            stated,
            Goal::AtLeast(1.0),
        ),
        figure("drafted", drafted as f64 / asked.len().max(1) as f64, "", asked.len(), Goal::Unset),
    ]);
    figures
}

/// How often a draft appears from a question's own passages and from another's; and the bar that would tell them apart best
/// (largest difference of the two shares, Youden 1950), which is where the assembler's comes from.
fn relevance(asked: &[Asked<'_>], learnt_on: bool, half: &str, encoder: Option<&Encoder>) -> Vec<Figure> {
    let score = |question: &str, cited: &[Cited]| {
        let mut known = Known::default();
        known.read_ahead(question, cited, encoder);
        known.read_question(question, encoder);
        assemble::relevance(question, cited, &|a, b| known.closeness(a, b))
    };
    let half_of: Vec<&Asked<'_>> = asked.iter().filter(|a| a.learnt_on == learnt_on).collect();
    let own: Vec<f64> = half_of.iter().map(|a| score(a.question, &a.own)).collect();
    let others: Vec<f64> = half_of.iter().map(|a| score(a.question, &a.others)).collect();
    let above =
        |scores: &[f64], bar: f64| scores.iter().filter(|s| **s >= bar).count() as f64 / scores.len().max(1) as f64;
    let bars = (20..80).map(|percent| f64::from(percent) / 100.0);
    let best = bars.max_by(|a, b| {
        let gain = |bar: f64| above(&own, bar) - above(&others, bar);
        gain(*a).total_cmp(&gain(*b))
    });
    let bar = if encoder.is_some() { RELEVANCE_MIN } else { assemble::COVER_MIN };
    let figure =
        |name: &str, value, n| Figure::new("drafts", format!("relevance.{half}.{name}"), value, "", n, Goal::Unset);
    vec![
        figure("own_drafted", above(&own, bar), own.len()),
        figure("others_drafted", above(&others, bar), others.len()),
        figure("best_bar", best.unwrap_or(bar), own.len()),
    ]
}
