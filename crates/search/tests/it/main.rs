//! The index as its callers see it.

#![expect(clippy::unwrap_used, reason = "a failed test should stop at once")]

mod erasure;
mod languages;
mod likeness;
mod opening;
mod sameness;
mod searching;

use search::{Filter, Hit, Index, Passage, Query};

/// A passage of group `g-ID` with one scope tag.
fn passage(id: &str, title: &str, text: &str, scope: &str) -> Passage {
    Passage {
        id: id.to_owned(),
        group: format!("g-{id}"),
        title: title.to_owned(),
        heading: String::new(),
        text: text.to_owned(),
        scopes: vec![scope.to_owned()],
        boost: 1.0,
        as_of: None,
    }
}

fn feed(index: &Index, passages: &[Passage]) {
    for passage in passages {
        index.replace_group(&passage.group, vec![passage.clone()]).unwrap();
    }
    index.commit(1).unwrap();
}

fn filled(passages: &[Passage]) -> Index {
    let index = Index::in_memory().unwrap();
    feed(&index, passages);
    index
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}

fn search(index: &Index, words: &str, filter: &Filter) -> Vec<Hit> {
    index.search(&Query { limit: 50, ..Query::new(words, filter) }).unwrap()
}
