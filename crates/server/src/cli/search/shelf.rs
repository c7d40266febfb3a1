//! Documents of a file, cut and indexed as a desk's would be.

use std::{collections::HashMap, fmt::Display, fs, path::Path};

use embed::Vector;
use search::{ChunkSettings, Filter, Index, Passage, Query, Ranking, chunk};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::meanings::Meanings;
use crate::{
    cli::Failure,
    library::{Question, meaning_of},
};

/// Words of a text that asks for the same thing as another, at most, on average.
const SHORT: usize = 40;

/// A document to be found.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Document {
    pub id: Id,
    #[serde(default, deserialize_with = "or_empty")]
    pub title: String,
    pub text: String,
}

/// What a file calls a document: a text, or a whole number, which means its digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "Name")]
pub struct Id(pub String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected an id, which is a text or a whole number")]
enum Name {
    Text(String),
    Number(i64),
}

impl From<Name> for Id {
    fn from(name: Name) -> Self {
        match name {
            Name::Text(text) => Self(text),
            Name::Number(number) => Self(number.to_string()),
        }
    }
}

fn or_empty<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// Documents in an index, with what makes vectors.
pub struct Shelf {
    index: Index,
    ids: Vec<Id>,
    meanings: Option<Meanings>,
    ranking: Ranking,
}

impl Shelf {
    /// Cuts, embeds and indexes. Without a ranking, untitled short documents count as requests, others as articles.
    ///
    /// # Errors
    /// When the index fails.
    pub fn fill(
        documents: &[Document],
        mut meanings: Option<Meanings>,
        ranking: Option<Ranking>,
    ) -> Result<Self, Failure> {
        let index = Index::in_memory().map_err(|e| broken(&e))?;
        let mut passages = Vec::new();
        for (place, document) in documents.iter().enumerate() {
            let own = passages_of(place, document);
            index.replace_group(&place.to_string(), own.clone()).map_err(|e| broken(&e))?;
            passages.extend(own);
        }
        if let Some(meanings) = &mut meanings {
            let texts: Vec<String> = passages.iter().map(|p| meaning_of(&p.title, &p.heading, &p.text)).collect();
            for (passage, vector) in passages.iter().zip(meanings.of(&texts)?) {
                index.set_vector(passage.vector_key(), vector.as_slice()).map_err(|e| broken(&e))?;
            }
        }
        index.commit(1).map_err(|e| broken(&e))?;
        let ids = documents.iter().map(|document| document.id.clone()).collect();
        Ok(Self { index, ids, meanings, ranking: ranking.unwrap_or_else(|| kind_of(documents)) })
    }

    /// Passages cut from the documents.
    pub fn passages(&self) -> u64 {
        self.index.len()
    }

    /// How documents are compared with questions.
    pub const fn ranking(&self) -> Ranking {
        self.ranking
    }

    /// The question's meaning, made now.
    pub fn meaning(&self, question: &str) -> Option<Question> {
        let parts = if self.ranking == Ranking::Answers { search::parts(question) } else { Vec::new() };
        let meanings = self.meanings.as_ref()?;
        let parts = meanings.fresh(&parts.iter().map(String::as_str).collect::<Vec<_>>());
        Some(Question { whole: meanings.fresh(&[question]).pop()?, parts })
    }

    /// Ids of the best documents, best first.
    ///
    /// # Errors
    /// When the index fails.
    pub fn best(&self, question: &str, meaning: Option<&Question>, limit: usize) -> Result<Vec<Id>, Failure> {
        let filter = Filter::everything();
        let query = Query {
            vector: meaning.map(|meaning| meaning.whole.as_slice()),
            parts: meaning.into_iter().flat_map(|meaning| &meaning.parts).map(Vector::as_slice).collect(),
            per_group: 1,
            limit,
            ranking: self.ranking,
            ..Query::new(question, &filter)
        };
        let hits = self.index.search(&query).map_err(|e| broken(&e))?;
        Ok(hits.iter().filter_map(|hit| self.ids.get(hit.group.parse::<usize>().ok()?).cloned()).collect())
    }
}

/// A page that holds nothing but headings is still found by its title. Ids of files can be of any length, so that the
/// index knows documents by their place.
fn passages_of(place: usize, document: &Document) -> Vec<Passage> {
    let passage = |at: usize, heading: String, text: String| Passage {
        id: format!("{place}#{at}"),
        group: place.to_string(),
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

/// The documents of a file. One that is there twice with the same words is taken once, which is said.
///
/// # Errors
/// [`Failure::BadInput`], naming file and line, also for an id that stands for two texts.
pub fn documents(path: &Path) -> Result<Vec<Document>, Failure> {
    let mut taken: Vec<Document> = Vec::new();
    let mut places: HashMap<Id, usize> = HashMap::new();
    let mut twice = 0;
    for (number, document) in numbered::<Document>(path)? {
        if document.id.0.is_empty() {
            return Err(bad_line(path, number, &"the id is empty"));
        }
        match places.get(&document.id).and_then(|place| taken.get(*place)) {
            Some(known) if *known == document => twice += 1,
            Some(_) => {
                let id: String = document.id.0.chars().take(80).collect();
                return Err(bad_line(path, number, &format!("the id “{id}” already stands for another text")));
            }
            None => {
                places.insert(document.id.clone(), taken.len());
                taken.push(document);
            }
        }
    }
    if twice > 0 {
        eprintln!("search: {twice} documents are there twice with the same words and were taken once");
    }
    Ok(taken)
}

/// One JSON value per line.
///
/// # Errors
/// [`Failure::BadInput`], naming file and line.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    Ok(numbered(path)?.into_iter().map(|(_, value)| value).collect())
}

/// The same with the numbers of the lines, from 1. Blank lines hold nothing.
///
/// # Errors
/// [`Failure::BadInput`], naming file and line.
pub fn numbered<T: DeserializeOwned>(path: &Path) -> Result<Vec<(usize, T)>, Failure> {
    let bytes = fs::read(path)
        .map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}. Name another file.", path.display())))?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            all.push((number, serde_json::from_slice(line).map_err(|e| bad_line(path, number, &e))?));
        }
    }
    if all.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} is empty. Give a file with one JSON value per line.",
            path.display()
        )));
    }
    Ok(all)
}

/// What is wrong with a line of a file.
pub fn bad_line(path: &Path, number: usize, why: &dyn Display) -> Failure {
    let why = why.to_string();
    // The parser counts within the line, which is always its first.
    let why = why.replace(" at line 1 column ", " at character ");
    Failure::BadInput(format!("{}, line {number}: {why}. Correct the line.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(title: &str, text: &str) -> Document {
        Document { id: Id("d".to_owned()), title: title.to_owned(), text: text.to_owned() }
    }

    fn read(text: &[u8]) -> Result<Vec<Document>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), text).expect("written");
        documents(file.path()).map_err(|failure| match failure {
            Failure::BadInput(sentence) => sentence,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn short_untitled_documents_are_requests() {
        assert_eq!(kind_of(&[document("", "where is my card")]), Ranking::Alike);
        assert_eq!(kind_of(&[document("Cards", "where is my card")]), Ranking::Answers);
        assert_eq!(kind_of(&[document("", &"word ".repeat(200))]), Ranking::Answers);
    }

    #[test]
    fn a_page_of_headings_alone_is_found_by_its_title() {
        let shelf = Shelf::fill(&[document("Walrus", "# Walrus")], None, None).expect("filled");
        assert_eq!(shelf.best("walrus", None, 10).expect("found"), [Id("d".to_owned())]);
    }

    #[test]
    fn documents_of_any_size_and_name_are_taken() {
        let long = "word ".repeat(40_000);
        let name = "n".repeat(5_000);
        let file = format!(
            "\u{feff}{{\"id\":7,\"title\":null,\"text\":\"walrus\"}}\r\n\n{{\"id\":\"{name}\",\"text\":\"{long} tusk\"}}\n{{\"id\":\"e\",\"text\":\"\"}}"
        );
        let read = read(file.as_bytes()).expect("read");
        let shelf = Shelf::fill(&read, None, None).expect("filled");
        assert_eq!(shelf.best("walrus", None, 10).expect("found"), [Id("7".to_owned())]);
        let scenario = "My tusk broke while I was on the phone with you. ".repeat(400);
        assert_eq!(shelf.best(&scenario, None, 10).expect("found"), [Id(name)]);
        assert_eq!(shelf.best("", None, 10).expect("nothing asked, nothing found"), []);
    }

    #[test]
    fn a_bad_line_is_named_and_the_same_document_twice_is_one() {
        let good = "{\"id\":\"a\",\"text\":\"one\"}\n";
        assert_eq!(read(format!("{good}{good}").as_bytes()).expect("read").len(), 1);
        for (bad, why) in [
            (&b"{\"id\":\"a\",\"text\":\"two\"}"[..], "already stands for another text"),
            (b"{\"id\":\"\",\"text\":\"two\"}", "the id is empty"),
            (b"{\"id\":\"b\"}", "missing field `text`"),
            (b"{\"id\":\"b\",\"text\":\"\xff\"}", "invalid unicode"),
            (b"{\"id\":\"b\",", "EOF"),
        ] {
            let sentence = read(&[good.as_bytes(), b"\n", bad].concat()).expect_err("refused");
            assert!(sentence.contains("line 3: ") && sentence.contains(why), "{sentence}");
        }
        assert!(read(b"\n \n").expect_err("refused").contains("is empty"));
    }
}
