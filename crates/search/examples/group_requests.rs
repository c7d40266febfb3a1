//! How well requests are grouped: `group_requests ROWS.csv VECTORS_FOLDER MODEL_FOLDER`.
//!
//! The file has the header `text,category`. Prints, for some bars, how pure the groups are, how much of a category stands in
//! its largest group, how much is grouped at all, and the seconds it took.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod support;

use std::{collections::HashMap, error::Error, path::Path, time::Instant};

use search::{Space, clusters, place_by_meaning, places_by_words};
use support::Meanings;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rows, vectors, model] = arguments.as_slice() else {
        return Err("usage: group_requests ROWS.csv VECTORS_FOLDER MODEL_FOLDER".into());
    };
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for row in csv::Reader::from_path(rows)?.deserialize() {
        let (text, label): (String, String) = row?;
        texts.push(text);
        labels.push(label);
    }
    let embedded: Vec<String> = texts.iter().map(|text| format!("\n\n{text}")).collect();
    let meanings = Meanings::open(Path::new(vectors), Path::new(model))?.of(&embedded)?;
    let places: Vec<Vec<f32>> = meanings.iter().map(|v| place_by_meaning(v)).collect();
    let plain: Vec<&str> = texts.iter().map(String::as_str).collect();
    let words = places_by_words(&plain);
    println!("{} texts; shipped bars {} and {}", texts.len(), Space::Meaning.bar(), Space::Words.bar());
    for (name, places, bars) in [
        ("encoder alone", &meanings, [0.40, 0.45, 0.50, 0.55, 0.60]),
        ("with likeness", &places, [0.40, 0.45, 0.50, 0.55, 0.60]),
        ("words", &words, [0.10, 0.15, 0.20, 0.25, 0.30]),
    ] {
        for bar in bars {
            let began = Instant::now();
            let groups = clusters(places, bar);
            let seconds = began.elapsed().as_secs_f64();
            println!("{name}, bar {bar:.2}: {} in {seconds:.1} s", Figures::of(&groups, &labels));
        }
    }
    Ok(())
}

struct Figures {
    groups: usize,
    purity: f64,
    whole: f64,
    grouped: f64,
}

impl Figures {
    fn of(groups: &[Vec<usize>], labels: &[String]) -> Self {
        let mut largest: HashMap<&str, usize> = HashMap::new();
        let (mut pure, mut grouped) = (0, 0);
        for group in groups {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            group.iter().for_each(|at| *counts.entry(&labels[*at]).or_default() += 1);
            pure += counts.values().max().copied().unwrap_or(0);
            grouped += group.len();
            for (label, n) in counts {
                let most = largest.entry(label).or_default();
                *most = n.max(*most);
            }
        }
        let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        Self {
            groups: groups.len(),
            purity: share(pure, grouped),
            whole: share(largest.values().sum(), labels.len()),
            grouped: share(grouped, labels.len()),
        }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { groups, purity, whole, grouped } = self;
        write!(
            f,
            "{groups} groups, purity {purity:.3}, largest group holds {whole:.3} of its category, {grouped:.3} grouped"
        )
    }
}
