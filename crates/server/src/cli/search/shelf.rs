//! Documents of a file, cut and indexed as a desk's would be.

use std::{collections::HashSet, path::Path};

use embed::Vector;
use search::{ChunkSettings, Filter, Index, Passage, Query, Ranking, chunk};
use serde::{Deserialize, de::DeserializeOwned};

use super::meanings::Meanings;
use crate::{
    cli::{Failure, bench::read},
    library::meaning_of,
};

/// Words of a text that asks for the same thing as another, at most, on average.
const SHORT: usize = 40;

/// A document to be found.
#[derive(Debug, Deserialize)]
pub struct Document {
    pub id: String,
    #[serde(default)]
    pub title: String,
    pub text: String,
}

/// Documents in an index, with what makes vectors.
pub struct Shelf {
    index: Index,
    meanings: Option<Meanings>,
    ranking: Ranking,
}

impl Shelf {
    /// Cuts, embeds and indexes. Without a ranking, untitled short documents count as requests, others as articles.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when an id is empty or twice there.
    pub fn fill(
        documents: &[Document],
        mut meanings: Option<Meanings>,
        ranking: Option<Ranking>,
    ) -> Result<Self, Failure> {
        let mut ids = HashSet::new();
        if let Some(bad) = documents.iter().find(|d| d.id.is_empty() || !ids.insert(&d.id)) {
            return Err(Failure::BadInput(format!(
                "The document id “{}” is empty or twice there. Make ids unique.",
                bad.id
            )));
        }
        let index = Index::in_memory().map_err(|e| broken(&e))?;
        let mut passages = Vec::new();
        for document in documents {
            let own = passages_of(document);
            index.replace_group(&document.id, own.clone()).map_err(|e| broken(&e))?;
            passages.extend(own);
        }
        if let Some(meanings) = &mut meanings {
            let texts: Vec<String> = passages.iter().map(|p| meaning_of(&p.title, &p.heading, &p.text)).collect();
            for (passage, vector) in passages.iter().zip(meanings.of(&texts)?) {
                index.set_vector(passage.vector_key(), vector.as_slice()).map_err(|e| broken(&e))?;
            }
        }
        index.commit(1).map_err(|e| broken(&e))?;
        Ok(Self { index, meanings, ranking: ranking.unwrap_or_else(|| kind_of(documents)) })
    }

    /// Passages cut from the documents.
    pub fn passages(&self) -> u64 {
        self.index.len()
    }

    /// How documents are compared with questions.
    pub const fn ranking(&self) -> Ranking {
        self.ranking
    }

    /// The question's vector, made now.
    pub fn meaning(&self, question: &str) -> Option<Vector> {
        self.meanings.as_ref().map(|meanings| meanings.fresh(question))
    }

    /// Ids of the best documents, best first.
    ///
    /// # Errors
    /// When the index fails.
    pub fn best(&self, question: &str, vector: Option<&Vector>, limit: usize) -> Result<Vec<String>, Failure> {
        let filter = Filter::everything();
        let query = Query {
            vector: vector.map(Vector::as_slice),
            per_group: 1,
            limit,
            ranking: self.ranking,
            ..Query::new(question, &filter)
        };
        let hits = self.index.search(&query).map_err(|e| broken(&e))?;
        Ok(hits.into_iter().map(|hit| hit.group).collect())
    }
}

/// A page that holds nothing but headings is still found by its title.
fn passages_of(document: &Document) -> Vec<Passage> {
    let passage = |at: usize, heading: String, text: String| Passage {
        id: format!("{}#{at}", document.id),
        group: document.id.clone(),
        title: document.title.clone(),
        heading,
        text,
        scopes: Vec::new(),
        boost: 1.0,
        as_of: None,
    };
    let chunks = chunk(&document.text, ChunkSettings::default());
    if chunks.is_empty() {
        return vec![passage(0, String::new(), document.text.clone())];
    }
    let cut = chunks.into_iter().enumerate();
    cut.map(|(at, chunk)| passage(at, chunk.heading_under(&document.title), chunk.text)).collect()
}

fn kind_of(documents: &[Document]) -> Ranking {
    let words: usize = documents.iter().map(|d| d.text.split_whitespace().count()).sum();
    let untitled = documents.iter().all(|d| d.title.trim().is_empty());
    if untitled && words <= SHORT * documents.len() { Ranking::Alike } else { Ranking::Answers }
}

fn broken(e: &dyn std::fmt::Display) -> Failure {
    Failure::told(format!("The index failed: {e}. Free some memory and try again."))
}

/// One JSON value per line.
///
/// # Errors
/// [`Failure::BadInput`], naming file and line.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn document(title: &str, text: &str) -> Document {
        Document { id: "d".to_owned(), title: title.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn short_untitled_documents_are_requests() {
        assert_eq!(kind_of(&[document("", "where is my card")]), Ranking::Alike);
        assert_eq!(kind_of(&[document("Cards", "where is my card")]), Ranking::Answers);
        assert_eq!(kind_of(&[document("", &"word ".repeat(200))]), Ranking::Answers);
    }

    #[test]
    fn a_page_of_headings_alone_is_found_by_its_title_and_ids_are_unique() {
        let shelf = Shelf::fill(&[document("Walrus", "# Walrus")], None, None).expect("filled");
        assert_eq!(shelf.best("walrus", None, 10).expect("found"), ["d"]);
        assert!(matches!(Shelf::fill(&[document("", "a"), document("", "b")], None, None), Err(Failure::BadInput(_))));
    }
}
