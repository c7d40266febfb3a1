//! `countersign search eval`: ranking measured on plain files.

use std::path::PathBuf;

use search::Ranking;
use serde::Deserialize;

use super::{
    figures::{Asked, measure},
    meanings::Meanings,
    shelf::{Document, Shelf, lines},
};
use crate::cli::{Failure, Outcome, bench::Goal, meaning::Weights};

/// Measure ranking: which share of questions finds its documents, where, and how fast.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// Documents: one JSON value per line, {"id","title","text"}.
    #[arg(long, value_name = "D.jsonl")]
    docs: PathBuf,
    /// Questions: one JSON value per line, {"id","text","gold":["id",...]}.
    #[arg(long, value_name = "Q.jsonl")]
    queries: PathBuf,
    /// What the documents are; untitled short ones count as requests when this is not said.
    #[arg(long, value_enum)]
    docs_are: Option<DocsAre>,
    #[command(flatten)]
    weights: Weights,
    /// Keep the documents' vectors in this folder between runs.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DocsAre {
    /// Texts that answer.
    Articles,
    /// Texts that ask, as past tickets do.
    Requests,
}

#[derive(Debug, Deserialize)]
struct Line {
    text: String,
    gold: Vec<String>,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a file that is not of its form.
    pub fn run(self) -> Outcome {
        let documents: Vec<Document> = lines(&self.docs)?;
        let asked = questions(lines(&self.queries)?, &documents)?;
        let meanings = Meanings::of_weights(&self.weights, self.cache.as_deref())?;
        let ranking = self.docs_are.map(|kind| match kind {
            DocsAre::Articles => Ranking::Answers,
            DocsAre::Requests => Ranking::Alike,
        });
        let shelf = Shelf::fill(&documents, meanings, ranking)?;
        let kind = if shelf.ranking() == Ranking::Alike { "requests" } else { "articles" };
        eprintln!("search: {} documents taken as {kind}, {} passages", documents.len(), shelf.passages());
        for figure in measure(&shelf, &asked, "", |_| Goal::Unset)? {
            figure.print(self.json);
        }
        Ok(())
    }
}

/// A question without gold cannot be measured; gold that is not among the documents counts as not found, and is said.
fn questions(lines: Vec<Line>, documents: &[Document]) -> Result<Vec<Asked>, Failure> {
    let known: std::collections::HashSet<&str> = documents.iter().map(|d| d.id.as_str()).collect();
    let lost = lines.iter().flat_map(|line| &line.gold).filter(|id| !known.contains(id.as_str())).count();
    if lost > 0 {
        eprintln!("search: {lost} gold ids are not among the documents and count as not found");
    }
    lines
        .into_iter()
        .map(|line| match line.gold.is_empty() {
            true => Err(Failure::BadInput(format!("The question “{}” has no gold. Name its documents.", line.text))),
            false => Ok(Asked { text: line.text, gold: line.gold.into_iter().collect() }),
        })
        .collect()
}
