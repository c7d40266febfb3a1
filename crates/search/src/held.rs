//! What the files of an index hold of some groups, read beside whoever has the index open.

use std::path::Path;

use tantivy::schema::IndexRecordOption;

use crate::{
    OpenError, Passage,
    index::{VECTORS, WORDS},
    schema::{group_term, schema},
    vector_file::VectorFile,
};

/// What was found of the groups that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Passages in the files, those among them that are deleted and not purged yet.
    pub passages: u64,
    /// Vectors of the passages that were named.
    pub vectors: usize,
}

/// Reads the committed files of an index: passages of `groups`, and vectors of `passages`. A folder without an index holds
/// nothing.
///
/// # Errors
/// When there are files that cannot be read.
pub fn held(folder: &Path, groups: &[String], passages: &[Passage]) -> Result<Held, OpenError> {
    let unreadable = |reason: String| OpenError::Create { path: folder.to_owned(), reason };
    let words = folder.join(WORDS);
    if !words.join("meta.json").is_file() {
        return Ok(Held { passages: 0, vectors: 0 });
    }
    let index = tantivy::Index::open_in_dir(&words).map_err(|e| unreadable(e.to_string()))?;
    let (expected, fields) = schema();
    if index.schema() != expected {
        return Err(unreadable("the index is of another version; start the desk once".to_owned()));
    }
    let reader = index.reader().map_err(|e| unreadable(e.to_string()))?;
    let mut found = 0;
    for segment in reader.searcher().segment_readers() {
        let inverted = segment.inverted_index(fields.group).map_err(|e| unreadable(e.to_string()))?;
        for group in groups {
            let term = group_term(fields, group);
            let postings = inverted.read_postings(&term, IndexRecordOption::Basic);
            let postings = postings.map_err(|e| unreadable(e.to_string()))?;
            found += postings.map_or(0, |postings| u64::from(postings.doc_freq()));
        }
    }
    let vectors = VectorFile::open(folder.join(VECTORS));
    let vectors = passages.iter().filter(|p| vectors.slots.contains_key(&p.vector_key().0)).count();
    Ok(Held { passages: found, vectors })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Index;

    fn passage(id: &str, text: &str) -> Passage {
        Passage {
            id: id.to_owned(),
            group: id.to_owned(),
            title: String::new(),
            heading: String::new(),
            text: text.to_owned(),
            scopes: vec!["kind:case".to_owned()],
            boost: 1.0,
            as_of: None,
        }
    }

    #[test]
    fn files_are_read_while_somebody_writes_them_and_show_what_was_only_taken_out_of_search() {
        let folder = tempfile::tempdir().expect("a folder");
        let groups = ["a".to_owned(), "c".to_owned()];
        let own = [passage("a", "brontolith")];
        let none = Held { passages: 0, vectors: 0 };
        assert_eq!(held(folder.path(), &groups, &own).expect("reads"), none, "no index yet");
        let index = Index::open(folder.path()).expect("opens").into_index();
        index.use_vector_space("test");
        for (id, text) in [("a", "brontolith"), ("b", "kestrel")] {
            index.replace_group(id, vec![passage(id, text)]).expect("put");
        }
        index.commit(1).expect("commits");
        index.set_vector(own[0].vector_key(), &[1.0, 0.0]).expect("set");
        index.commit(2).expect("commits");
        assert_eq!(held(folder.path(), &groups, &own).expect("reads"), Held { passages: 1, vectors: 1 });
        index.remove_group("a");
        index.commit(3).expect("commits");
        index.purge().expect("purges");
        assert_eq!(held(folder.path(), &groups, &own).expect("reads"), none);
    }
}
