//! Learns the second stage's weights from documents alone: `learn_ranking DOCS.jsonl VECTORS_FOLDER MODEL_FOLDER`.
//!
//! Each document gives at most one query, made of its own words: a heading, a heading with the title, or a sentence. What
//! the query was made of is masked where it stood: the heading is taken off its passages, the second half off the
//! sentence. Four fifths of the queries teach, the last fifth is printed as held out. No question written by people is
//! looked at. What is printed goes to `src/weights.rs`.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

#[path = "support/fixed_hash.rs"]
mod fixed_hash;
mod support;

use std::{collections::HashMap, error::Error, fs, path::Path};

use fixed_hash::hash;
use search::{ChunkSettings, FEATURES, Features, Filter, Index, Lesson, Passage, Query, chunk, learn};
use serde::Deserialize;
use support::Meanings;

#[derive(Deserialize)]
struct Document {
    id: String,
    title: String,
    text: String,
}

struct Made {
    words: String,
    gold: String,
    held_out: bool,
    kind: &'static str,
}

/// Queries made, at most.
const QUERIES: usize = 700;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(docs), Some(vectors), Some(model)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: learn_ranking DOCS.jsonl VECTORS_FOLDER MODEL_FOLDER".into());
    };
    let mut meanings = Meanings::open(Path::new(&vectors), Path::new(&model))?;
    let documents: Vec<Document> =
        fs::read_to_string(docs)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let index = Index::in_memory()?;
    let (mut queries, mut passages) = (Vec::new(), Vec::new());
    for document in &documents {
        let mut own = passages_of(document);
        if hash(&document.id) % documents.len() as u64 <= 2 * QUERIES as u64 && queries.len() < QUERIES {
            queries.extend(mask(document, &mut own));
        }
        passages.extend(own.iter().cloned());
        index.replace_group(&document.id, own)?;
    }
    let texts: Vec<String> = passages.iter().map(|p| format!("{}\n{}\n{}", p.title, p.heading, p.text)).collect();
    println!("{} queries, {} passages", queries.len(), passages.len());
    for (passage, vector) in passages.iter().zip(meanings.of(&texts)?) {
        index.set_vector(passage.vector_key(), &vector)?;
    }
    index.commit(1)?;
    let words: Vec<String> = queries.iter().map(|made| made.words.clone()).collect();
    let vectors = meanings.of(&words)?;
    for with_meaning in [true, false] {
        let lessons = lessons(&index, &queries, &vectors, with_meaning)?;
        let taught: Vec<Lesson> = lessons.iter().filter(|l| !l.0.held_out).map(|l| l.1.clone()).collect();
        // Every document gives one query, however long it is; real questions do not.
        let unused: &[&str] = if with_meaning { &["passages"] } else { &["passages", "cosine", "cosine_scaled"] };
        let weights = learn(&taught, unused);
        report(&lessons, &weights);
        println!("{weights:.2?}");
        for (name, weight) in FEATURES.iter().zip(weights) {
            println!("  {name:<16} {weight:.3}");
        }
    }
    Ok(())
}

fn passages_of(document: &Document) -> Vec<Passage> {
    chunk(&document.text, ChunkSettings::default())
        .into_iter()
        .enumerate()
        .map(|(at, chunk)| Passage {
            id: format!("{}#{at}", document.id),
            group: document.id.clone(),
            title: document.title.clone(),
            heading: chunk.heading_under(&document.title),
            text: chunk.text,
            scopes: Vec::new(),
            boost: 1.0,
            as_of: None,
        })
        .collect()
}

/// Makes the document's query and takes what it was made of out of the passages.
fn mask(document: &Document, passages: &mut [Passage]) -> Option<Made> {
    let roll = hash(&format!("{}?", document.id));
    let made = |words: String, kind| Made { words, gold: document.id.clone(), held_out: roll.is_multiple_of(5), kind };
    let chosen = passages.get((roll >> 8) as usize % passages.len().max(1))?.clone();
    let last = chosen.heading.rsplit(" > ").next().unwrap_or_default().to_owned();
    if (roll >> 4).is_multiple_of(2) && last.split_whitespace().count() >= 2 {
        for passage in passages.iter_mut().filter(|passage| passage.heading == chosen.heading) {
            passage.heading =
                passage.heading.strip_suffix(&last).unwrap_or_default().trim_end_matches(" > ").to_owned();
        }
        return Some(if last.split_whitespace().count() >= 4 {
            made(last, "heading")
        } else {
            made(format!("{last} {}", document.title), "heading and title")
        });
    }
    let plain = |line: &&str| {
        (8..=30).contains(&line.split_whitespace().count()) && !line.contains(['|', '{', '<', '=', '\\', '/'])
    };
    let sentence = chosen.text.split_inclusive(['\n', '.']).map(str::trim).find(plain)?.to_owned();
    let kept: Vec<&str> = sentence.split_whitespace().take(sentence.split_whitespace().count() / 2).collect();
    for passage in passages.iter_mut() {
        passage.text = passage.text.replace(&sentence, &kept.join(" "));
    }
    Some(made(sentence.replace(['*', '`', '_'], " "), "sentence"))
}

/// A query, its candidates, and the documents these belong to.
type Taught<'a> = (&'a Made, Lesson, Vec<String>);

fn lessons<'a>(
    index: &Index,
    queries: &'a [Made],
    vectors: &[Vec<f32>],
    with_meaning: bool,
) -> Result<Vec<Taught<'a>>, Box<dyn Error>> {
    let filter = Filter::everything();
    let mut lessons = Vec::new();
    for (made, vector) in queries.iter().zip(vectors) {
        let query = Query { vector: with_meaning.then_some(vector.as_slice()), ..Query::new(&made.words, &filter) };
        let found = index.candidates(&query)?;
        let groups = found.iter().map(|(hit, _)| hit.group.clone()).collect();
        let candidates = found.iter().map(|(hit, features)| (*features, hit.group == made.gold)).collect();
        lessons.push((made, Lesson { candidates }, groups));
    }
    Ok(lessons)
}

fn report(lessons: &[Taught<'_>], learnt: &Features) {
    let only = |pairs: &[(&str, f64)]| -> Features {
        FEATURES.map(|name| pairs.iter().find(|(n, _)| *n == name).map_or(0.0, |(_, weight)| *weight))
    };
    let rows = [
        ("words_scaled", only(&[("words_scaled", 1.0)])),
        ("cosine", only(&[("cosine", 1.0)])),
        ("sum 0.3", only(&[("words_scaled", 0.7), ("cosine_scaled", 0.3)])),
        ("sum 0.5", only(&[("words_scaled", 0.5), ("cosine_scaled", 0.5)])),
        ("sum 0.7", only(&[("words_scaled", 0.3), ("cosine_scaled", 0.7)])),
        ("learnt", *learnt),
        ("before", learn(&[], &[])),
    ];
    for (name, weights) in rows {
        for kind in ["all", "heading", "heading and title", "sentence"] {
            let held = lessons.iter().filter(|(made, ..)| made.held_out && (kind == "all" || made.kind == kind));
            let ranks: Vec<Option<usize>> = held.map(|lesson| rank(lesson, &weights)).collect();
            let n = ranks.len().max(1) as f64;
            let within = |depth| ranks.iter().flatten().filter(|rank| **rank < depth).count() as f64 / n;
            let mrr = ranks.iter().flatten().filter(|r| **r < 10).map(|r| 1.0 / (*r as f64 + 1.0)).sum::<f64>() / n;
            println!(
                "{name:<13} {kind:<18} n={n} recall@1 {:.3} @5 {:.3} @10 {:.3} mrr {mrr:.3}",
                within(1),
                within(5),
                within(10)
            );
        }
    }
}

/// The place of the right document among documents, each by its best passage.
fn rank((made, lesson, groups): &Taught<'_>, weights: &Features) -> Option<usize> {
    let mut best: HashMap<&str, f64> = HashMap::new();
    for ((features, _), group) in lesson.candidates.iter().zip(groups) {
        let score: f64 = features.iter().zip(weights).map(|(feature, weight)| feature * weight).sum();
        let entry = best.entry(group).or_insert(f64::NEG_INFINITY);
        *entry = entry.max(score);
    }
    let own = *best.get(made.gold.as_str())?;
    Some(best.values().filter(|score| **score > own).count())
}
