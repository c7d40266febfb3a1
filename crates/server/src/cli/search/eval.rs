//! `countersign search eval`: ranking measured on plain files.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use search::Ranking;
use serde::Deserialize;

use super::{
    figures::{Asked, measure},
    meanings::Meanings,
    shelf::{Document, Id, Shelf, bad_line, documents, numbered},
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
    gold: HashSet<Id>,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a file that is not of its form.
    pub fn run(self) -> Outcome {
        let documents = documents(&self.docs)?;
        let asked = questions(&self.queries, &documents)?;
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
fn questions(path: &Path, documents: &[Document]) -> Result<Vec<Asked>, Failure> {
    let known: HashSet<&Id> = documents.iter().map(|d| &d.id).collect();
    let mut asked = Vec::new();
    let mut lost = 0;
    for (number, Line { text, gold }) in numbered::<Line>(path)? {
        if gold.is_empty() {
            return Err(bad_line(path, number, &"gold is empty, so that nothing can be found"));
        }
        lost += gold.iter().filter(|id| !known.contains(id)).count();
        asked.push(Asked { text, gold });
    }
    if lost > 0 {
        eprintln!("search: {lost} gold ids are not among the documents and count as not found");
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Asked>, Failure> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        questions(file.path(), &[])
    }

    #[test]
    fn gold_may_be_unknown_but_not_missing() {
        let asked = read("{\"id\":\"q\",\"text\":\"Where?\",\"gold\":[\"a\",\"a\",3]}").expect("read");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].gold, HashSet::from([Id("a".to_owned()), Id("3".to_owned())]));
        for bad in ["{\"text\":\"Where?\",\"gold\":[]}", "{\"text\":\"Where?\"}", "{\"gold\":[\"a\"]}"] {
            match read(&format!("\n{bad}")) {
                Err(Failure::BadInput(sentence)) => assert!(sentence.contains("line 2: "), "{sentence}"),
                _ => panic!("{bad} was taken"),
            }
        }
    }
}
