//! Retrieval quality by words alone: `measure FOLDER` with `documents.jsonl` (`id`, `title`, `text`) and
//! `questions.jsonl` (`question`, `gold_docs`). Prints recall at 1, 5, 10 and MRR at 10 per document.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::{error::Error, fs, path::Path, time::Instant};

use search::{ChunkSettings, Filter, Index, Passage, Query, chunk};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: measure FOLDER")?;
    let index = Index::in_memory()?;
    let started = Instant::now();
    for line in fs::read_to_string(Path::new(&folder).join("documents.jsonl"))?.lines() {
        feed(&index, &serde_json::from_str(line)?)?;
    }
    index.commit(1)?;
    println!("{} passages in {:.1} s", index.len(), started.elapsed().as_secs_f64());
    let filter = Filter::everything();
    let questions = fs::read_to_string(Path::new(&folder).join("questions.jsonl"))?;
    let (mut count, mut at, mut reciprocal, mut seconds) = (0.0, [0.0; 3], 0.0, 0.0);
    for line in questions.lines() {
        let question: Value = serde_json::from_str(line)?;
        let gold: Vec<&str> =
            question["gold_docs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let query = Query { per_group: 1, ..Query::new(question["question"].as_str().unwrap_or_default(), &filter) };
        let started = Instant::now();
        let hits = index.search(&query)?;
        seconds += started.elapsed().as_secs_f64();
        count += 1.0;
        if let Some(rank) = hits.iter().position(|hit| gold.contains(&hit.group.as_str())) {
            reciprocal += 1.0 / (rank as f64 + 1.0);
            for (recall, depth) in at.iter_mut().zip([1, 5, 10]) {
                *recall += f64::from(u8::from(rank < depth));
            }
        }
    }
    let [one, five, ten] = at.map(|found| found / count);
    println!("recall@1 {one:.3}  @5 {five:.3}  @10 {ten:.3}  MRR@10 {:.3}", reciprocal / count);
    println!("{:.2} ms per question", 1000.0 * seconds / count);
    Ok(())
}

fn feed(index: &Index, document: &Value) -> Result<(), Box<dyn Error>> {
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    let passages = chunk(text("text"), ChunkSettings::default()).into_iter().enumerate().map(|(at, chunk)| Passage {
        id: format!("{}#{at}", text("id")),
        group: text("id").to_owned(),
        title: text("title").to_owned(),
        heading: chunk.heading(),
        text: chunk.text,
        scopes: Vec::new(),
        boost: 1.0,
    });
    Ok(index.replace_group(text("id"), passages.collect())?)
}
