//! Whether proposed cases that are one are found to be. Mails are drawn from written topics (`demo::failures`); the constants
//! were chosen on other topics than the figures are measured on.

use desk::eval::{Asked, Asker, Case, Expectation, Kept, Origin, Said, Severity, Source, Speaker, cosine, nearest};

use super::super::{Figure, Goal};
use crate::{
    cli::{
        Failure,
        meaning::{Meaning, Weights},
        output::line,
    },
    demo::failures::{Part, Topic, topics},
    dice::Dice,
};

/// Half-years drawn.
const SEEDS: u64 = 8;
/// Cases proposed in each.
const CASES: usize = 160;
const GOAL: f64 = 0.9;

/// Cases of one half-year in the order they came, each with the place of its topic.
struct Drawn {
    topics: Vec<usize>,
    asked: Vec<Asked>,
    vectors: Option<Vec<Vec<f32>>>,
}

/// Measures.
pub fn measure(weights: &Weights, rows: bool) -> Result<Vec<Figure>, Failure> {
    let meaning = weights.open()?;
    let mut figures = Vec::new();
    for (part, name, goal) in
        [(Part::Development, "development", Goal::Unset), (Part::Held, "held", Goal::AtLeast(GOAL))]
    {
        let topics = topics(part).map_err(Failure::from)?;
        let halves: Vec<Drawn> = (0..SEEDS).map(|seed| drawn(&topics, seed, &meaning)).collect();
        if rows {
            halves.iter().enumerate().for_each(|(seed, half)| print(name, seed, half));
            continue;
        }
        for with in [true, false] {
            let counts = halves.iter().map(|half| joined(half, with)).fold(Counts::default(), Counts::plus);
            let (by, goal) = if with && meaning.is_there() { ("", goal) } else { ("_by_words", Goal::Unset) };
            figures.push(figure(format!("doubles_{name}_precision{by}"), counts.right, counts.joined, goal));
            figures.push(figure(format!("doubles_{name}_recall{by}"), counts.right, counts.doubles, goal));
            if !meaning.is_there() {
                break;
            }
        }
    }
    Ok(figures)
}

fn figure(name: String, part: usize, whole: usize, goal: Goal) -> Figure {
    Figure::new("learning", name, part as f64 / whole.max(1) as f64, "share", whole, goal)
}

fn drawn(topics: &[Topic], seed: u64, meaning: &Meaning) -> Drawn {
    let mut dice = Dice(9_000 + seed);
    // Few topics make most of the failures, and many are met once or twice.
    let popular: Vec<f64> = topics.iter().map(|_| dice.share().powi(3) + 0.02).collect();
    let whole: f64 = popular.iter().sum();
    let (mut of, mut cases) = (Vec::new(), Vec::new());
    for n in 0..CASES {
        let mut left = dice.share() * whole;
        let at = popular.iter().position(|p| {
            left -= p;
            left <= 0.0
        });
        let at = at.unwrap_or(0);
        let Some(topic) = topics.get(at) else { continue };
        of.push(at);
        cases.push(case(n, topic, topic.mail(&mut dice)));
    }
    let asked: Vec<Asked> = cases.iter().map(Asked::of).collect();
    let vectors = meaning.of(&asked.iter().map(Asked::text).collect::<Vec<_>>());
    Drawn { topics: of, asked, vectors }
}

fn case(n: usize, topic: &Topic, (subject, text): (String, String)) -> Case {
    let source = |text: &str| Source { id: "s".into(), version: 1, title: String::new(), text: text.into() };
    Case {
        id: format!("case-{n}"),
        title: subject.clone(),
        severity: Severity::Major,
        failure: topic.failure,
        origin: Origin::RejectedDraft,
        suite: None,
        sentiment: None,
        made: "2026-11-22".into(),
        proposed: None,
        retired: None,
        category: Some(topic.category.into()),
        operating_model: None,
        persona: None,
        policies: Vec::new(),
        asker: Asker::default(),
        messages: vec![Said { by: Speaker::Requester, subject, text }],
        steps: Vec::new(),
        sources: topic.source.map(source).into_iter().collect(),
        expect: Expectation::default(),
    }
}

#[derive(Default)]
struct Counts {
    joined: usize,
    right: usize,
    doubles: usize,
}

impl Counts {
    const fn plus(self, other: Self) -> Self {
        Self {
            joined: self.joined + other.joined,
            right: self.right + other.right,
            doubles: self.doubles + other.doubles,
        }
    }
}

/// Cases come one after the other, as on a desk: each joins one that is there, or stands by itself.
fn joined(half: &Drawn, with_meaning: bool) -> Counts {
    let mut counts = Counts::default();
    let mut kept: Vec<Kept<usize>> = Vec::new();
    let mut heads: Vec<usize> = Vec::new();
    for (at, asked) in half.asked.iter().enumerate() {
        let topic = half.topics.get(at).copied().unwrap_or_default();
        let is_double = half.topics.get(..at).is_some_and(|before| before.contains(&topic));
        let vector = half.vectors.as_ref().filter(|_| with_meaning).and_then(|v| v.get(at)).cloned();
        let head = nearest(asked, vector.as_deref(), &kept);
        counts.doubles += usize::from(is_double);
        counts.joined += usize::from(head.is_some());
        counts.right += usize::from(head.is_some_and(|head| half.topics.get(head) == Some(&topic)));
        heads.push(head.unwrap_or(at));
        kept.push(Kept { head: head.unwrap_or(at), asked: asked.clone(), vector });
    }
    counts
}

/// What constants are fitted on: each pair that may be one.
fn print(part: &str, seed: usize, half: &Drawn) {
    for (at, a) in half.asked.iter().enumerate() {
        for (before, b) in half.asked.iter().enumerate().take(at).filter(|(_, b)| a.agrees(b)) {
            let closeness = half
                .vectors
                .as_ref()
                .and_then(|v| cosine(v.get(at).map(Vec::as_slice), v.get(before).map(Vec::as_slice)));
            let topic = |n: usize| half.topics.get(n).copied().unwrap_or_default();
            line(format!(
                "{part} {seed} {at} {before} {} {:.4} {:.4}",
                u8::from(topic(at) == topic(before)),
                a.likeness(b),
                closeness.unwrap_or(0.0)
            ));
        }
    }
}
