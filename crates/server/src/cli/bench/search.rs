//! Search on `aws_docs_qa` (`documents.jsonl`; `questions.jsonl` with `question`, `gold_docs`) and on `clinc150` as similar
//! requests: every test row is looked for among the train rows, and one of the same category counts as right. The label of the
//! question is used by nothing but the count. What is learnt was learnt on train rows and on queries made from pages.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use search::Ranking;
use serde::Deserialize;

use super::{Figure, Goal};
use crate::cli::{
    Failure,
    meaning::Weights,
    search::{
        figures::{Asked, measure as ask},
        meanings::Meanings,
        shelf::{Document, Id, Shelf, documents, lines},
    },
};

#[derive(Deserialize)]
struct Question {
    question: String,
    gold_docs: Vec<Id>,
}

#[derive(Deserialize)]
struct Row {
    text: String,
    category: String,
}

/// Measures what is in the folder; a set that is missing is said and left out, unless both are.
pub fn measure(data: &Path, weights: &Weights, cache: Option<&Path>) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for (name, set) in [("aws_docs_qa", pages as Set), ("clinc150", requests as Set)] {
        let folder = data.join(name);
        if folder.is_dir() {
            figures.extend(set(&folder, weights, cache)?);
        } else {
            eprintln!("  {} is not there: left out", folder.display());
        }
    }
    if figures.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} holds neither aws_docs_qa nor clinc150. Name the folder of the data sets with --data.",
            data.display()
        )));
    }
    Ok(figures)
}

type Set = fn(&Path, &Weights, Option<&Path>) -> Result<Vec<Figure>, Failure>;

fn pages(folder: &Path, weights: &Weights, cache: Option<&Path>) -> Result<Vec<Figure>, Failure> {
    let documents = documents(&folder.join("documents.jsonl"))?;
    let questions: Vec<Question> = lines(&folder.join("questions.jsonl"))?;
    let asked: Vec<Asked> =
        questions.into_iter().map(|q| Asked { text: q.question, gold: q.gold_docs.into_iter().collect() }).collect();
    let words = Shelf::fill(&documents, None, Some(Ranking::Answers))?;
    let mut figures = ask(&words, &asked, "aws_docs_qa.words.", |_| Goal::Unset)?;
    if let Some(meanings) = Meanings::of_weights(weights, cache)? {
        let both = Shelf::fill(&documents, Some(meanings), Some(Ranking::Answers))?;
        figures.extend(ask(&both, &asked, "aws_docs_qa.", |name| match name {
            "recall@1" => Goal::AtLeast(0.77),
            "recall@10" => Goal::AtLeast(0.96),
            "mrr@10" => Goal::AtLeast(0.84),
            _ => Goal::Unset,
        })?);
    }
    Ok(figures)
}

fn requests(folder: &Path, weights: &Weights, cache: Option<&Path>) -> Result<Vec<Figure>, Failure> {
    let train = rows(&folder.join("train.csv"))?;
    let mut kinds: HashMap<String, HashSet<Id>> = HashMap::new();
    let mut documents = Vec::new();
    for (at, row) in train.into_iter().enumerate() {
        let id = Id(at.to_string());
        kinds.entry(row.category).or_default().insert(id.clone());
        documents.push(Document { id, title: String::new(), text: row.text });
    }
    let gold = |category: &str| kinds.get(category).cloned().unwrap_or_default();
    let asked: Vec<Asked> = rows(&folder.join("test.csv"))?
        .into_iter()
        .map(|row| Asked { gold: gold(&row.category), text: row.text })
        .collect();
    let shelf = Shelf::fill(&documents, Meanings::of_weights(weights, cache)?, Some(Ranking::Alike))?;
    ask(&shelf, &asked, "clinc150.", |name| match name {
        "p@1" => Goal::AtLeast(0.90),
        "p@5" => Goal::AtLeast(0.88),
        _ => Goal::Unset,
    })
}

fn rows(path: &Path) -> Result<Vec<Row>, Failure> {
    let bad = |detail: &dyn std::fmt::Display| {
        Failure::BadInput(format!("{} cannot be read as rows of text,category: {detail}.", path.display()))
    };
    let mut reader = csv::Reader::from_path(path).map_err(|e| bad(&e))?;
    let rows: Vec<Row> = reader.deserialize().collect::<Result<_, _>>().map_err(|e| bad(&e))?;
    if rows.is_empty() { Err(bad(&"it has no rows")) } else { Ok(rows) }
}
