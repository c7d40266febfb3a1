//! Whether the page's share of covered failures is the true one. Failures and cases are drawn from written topics, some of which
//! have a case; whether a failure's topic does is the truth.

use std::collections::{BTreeMap, BTreeSet};

use desk::{
    Timestamp,
    coverage::{Covering, Failed, lobes},
};

use super::super::{Figure, Goal, percentile};
use crate::{
    cli::{
        Failure,
        meaning::{Meaning, Weights},
        output::line,
    },
    demo::failures::{Part, Topic, topics},
    dice::Dice,
    flow::failure_clusters::{ALIKE, Places, clusters},
    library::meaning_of,
};

/// Quarters drawn.
const SEEDS: u64 = 20;
/// Failures in each.
const FAILURES: usize = 150;
const POINTS: f64 = 0.05;
const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

/// What one quarter held: the category, place and topic of each text, failures first, and which topics have a case.
struct Quarter {
    kinds: Vec<&'static str>,
    texts: Vec<String>,
    vectors: Vec<Vec<f32>>,
    topics: Vec<usize>,
    covered: BTreeSet<usize>,
}

/// Measures; with `rows`, prints how far off each bar is instead. Needs the weights for meaning.
pub fn measure(weights: &Weights, rows: bool) -> Result<Vec<Figure>, Failure> {
    let meaning = weights.open()?;
    let mut figures = Vec::new();
    if !meaning.is_there() {
        return Ok(figures);
    }
    for (part, name, goal) in
        [(Part::Development, "development", Goal::Unset), (Part::Held, "held", Goal::AtMost(POINTS))]
    {
        let topics = topics(part).map_err(Failure::from)?;
        let quarters: Vec<Quarter> = (0..SEEDS).map(|seed| drawn(&topics, seed, &meaning)).collect();
        if rows {
            for bar in [0.22, 0.26, 0.28, 0.30, 0.32, 0.34, 0.38_f32] {
                let (off, within) = errors(&quarters, bar);
                line(format!("coverage {name} {bar:.2} {:.4} {within}", mean(&off)));
            }
            continue;
        }
        let (mut off, within) = errors(&quarters, ALIKE);
        let n = quarters.len();
        figures.push(Figure::new("learning", format!("coverage_{name}_off"), mean(&off), "share", n, goal));
        let worst = percentile(&mut off, 0.95);
        figures.push(Figure::new("learning", format!("coverage_{name}_off_p95"), worst, "share", n, Goal::Unset));
        let held = within as f64 / n.max(1) as f64;
        figures.push(Figure::new(
            "learning",
            format!("coverage_{name}_interval"),
            held,
            "share",
            n,
            Goal::AtLeast(0.9),
        ));
    }
    Ok(figures)
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}

fn drawn(topics: &[Topic], seed: u64, meaning: &Meaning) -> Quarter {
    let mut dice = Dice(31_000 + seed);
    let popular: Vec<f64> = topics.iter().map(|_| dice.share().powi(2) + 0.05).collect();
    let whole: f64 = popular.iter().sum();
    let covered: BTreeSet<usize> = (0..topics.len()).filter(|_| dice.happens(0.5)).collect();
    let mut of: Vec<usize> = (0..FAILURES)
        .map(|_| {
            let mut left = dice.share() * whole;
            popular
                .iter()
                .position(|p| {
                    left -= p;
                    left <= 0.0
                })
                .unwrap_or(0)
        })
        .collect();
    of.extend(&covered);
    let texts: Vec<String> = of
        .iter()
        .filter_map(|at| topics.get(*at))
        .map(|topic| {
            let (subject, text) = topic.mail(&mut dice);
            meaning_of(&subject, "", &text)
        })
        .collect();
    let said: Vec<&str> = texts.iter().map(String::as_str).collect();
    let made = meaning.of(&said).unwrap_or_default();
    let meanings: Vec<Vec<f32>> = made.iter().map(|vector| search::place_by_meaning(vector)).collect();
    Quarter {
        kinds: of.iter().filter_map(|at| topics.get(*at)).map(|topic| topic.category).collect(),
        vectors: Places::of(Some(&meanings), &said).vectors,
        texts,
        topics: of,
        covered,
    }
}

/// How far off each estimate is, and how many intervals hold the truth.
fn errors(quarters: &[Quarter], bar: f32) -> (Vec<f64>, usize) {
    let one = |quarter: &Quarter| {
        let of = of_kinds(quarter, bar);
        let (failures, cases) = of.split_at(FAILURES.min(of.len()));
        let failed: Vec<Failed> =
            failures.iter().map(|cluster| Failed { cluster: *cluster, at: NOW, category: String::new() }).collect();
        let covering: Vec<Covering> =
            cases.iter().map(|cluster| Covering { cluster: *cluster, from: NOW, until: None }).collect();
        let (share, low, high) = lobes(&failed, &covering, NOW).estimate().unwrap_or((0.0, 0.0, 1.0));
        let right = quarter.topics.iter().take(FAILURES).filter(|topic| quarter.covered.contains(*topic)).count();
        let truth = right as f64 / FAILURES as f64;
        ((share - truth).abs(), low <= truth && truth <= high)
    };
    let all: Vec<(f64, bool)> = quarters.iter().map(one).collect();
    (all.iter().map(|(off, _)| *off).collect(), all.iter().filter(|(_, within)| *within).count())
}

/// Clusters of each category alone, as on a desk.
fn of_kinds(quarter: &Quarter, bar: f32) -> Vec<usize> {
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, kind) in quarter.kinds.iter().enumerate() {
        kinds.entry(*kind).or_default().push(at);
    }
    let mut of = vec![0; quarter.kinds.len()];
    let mut free = 0;
    for members in kinds.values() {
        let vectors: Vec<Vec<f32>> = members.iter().filter_map(|at| quarter.vectors.get(*at).cloned()).collect();
        let texts: Vec<&str> = members.iter().filter_map(|at| quarter.texts.get(*at).map(String::as_str)).collect();
        let found = clusters(&vectors, &texts, bar);
        for (at, cluster) in members.iter().zip(&found) {
            if let Some(place) = of.get_mut(*at) {
                *place = cluster + free;
            }
        }
        free += found.iter().max().map_or(0, |most| most + 1);
    }
    of
}
