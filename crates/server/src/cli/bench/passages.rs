//! Search on aws_docs_qa: `documents.jsonl` with `id`, `title`, `text`; `questions.jsonl` with `question`, `gold_docs`.

use std::{path::Path, time::Instant};

use search::{ChunkSettings, Filter, Index, Passage, Query, chunk};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Figure, Goal, cpu, percentile, read};
use crate::cli::Failure;

#[derive(Deserialize)]
struct Document {
    id: String,
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Question {
    question: String,
    gold_docs: Vec<String>,
}

/// How deep ranks are looked at.
const DEPTH: usize = 10;

/// Measures. One question counts through the best of its gold pages.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let documents: Vec<Document> = lines(&folder.join("documents.jsonl"))?;
    let questions: Vec<Question> = lines(&folder.join("questions.jsonl"))?;
    let broken =
        |e: &dyn std::fmt::Display| Failure::told(format!("The index failed: {e}. Free some memory and try again."));
    let index = Index::in_memory().map_err(|e| broken(&e))?;
    for document in &documents {
        index.replace_group(&document.id, passages(document)).map_err(|e| broken(&e))?;
    }
    index.commit(1).map_err(|e| broken(&e))?;
    let filter = Filter::everything();
    let (mut ranks, mut ms) = (Vec::new(), Vec::new());
    let (searched, cpu_s) = cpu::of(|| {
        for question in &questions {
            let query = Query { per_group: 1, limit: DEPTH, ..Query::new(&question.question, &filter) };
            let started = Instant::now();
            let hits = index.search(&query)?;
            ms.push(started.elapsed().as_secs_f64() * 1e3);
            ranks.push(hits.iter().position(|hit| question.gold_docs.contains(&hit.group)));
        }
        Ok::<_, search::SearchError>(())
    });
    searched.map_err(|e| broken(&e))?;
    let n = questions.len();
    let within = |depth: usize| ranks.iter().filter(|r| r.is_some_and(|rank| rank < depth)).count() as f64 / n as f64;
    let mrr = ranks.iter().flatten().map(|rank| 1.0 / (*rank as f64 + 1.0)).sum::<f64>() / n as f64;
    let figure =
        |name: &str, value: f64, unit, goal| Figure::new("search", format!("aws_docs_qa.{name}"), value, unit, n, goal);
    Ok(vec![
        figure("recall@1", within(1), "", Goal::AtLeast(0.72)),
        figure("recall@5", within(5), "", Goal::AtLeast(0.87)),
        figure("recall@10", within(10), "", Goal::AtLeast(0.91)),
        figure("mrr@10", mrr, "", Goal::AtLeast(0.788)),
        figure("p95_ms", percentile(&mut ms, 0.95), "ms", Goal::Unset),
        figure("queries_per_cpu_s", n as f64 / cpu_s, "1/s", Goal::Unset),
    ])
}

fn passages(document: &Document) -> Vec<Passage> {
    chunk(&document.text, ChunkSettings::default())
        .into_iter()
        .enumerate()
        .map(|(at, chunk)| Passage {
            id: format!("{}#{at}", document.id),
            group: document.id.clone(),
            title: document.title.clone(),
            heading: chunk.heading(),
            text: chunk.text,
            scopes: Vec::new(),
            boost: 1.0,
        })
        .collect()
}

/// One JSON value per line.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let text = read(path)?;
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        all.push(
            serde_json::from_str(line)
                .map_err(|e| Failure::BadInput(format!("{}, line {number}: {e}. Correct the line.", path.display())))?,
        );
    }
    if all.is_empty() {
        Err(Failure::BadInput(format!("{} is empty. Give a file with one JSON value per line.", path.display())))
    } else {
        Ok(all)
    }
}
