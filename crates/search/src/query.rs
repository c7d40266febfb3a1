//! What is asked, and what the asker may see.

/// A question to the index.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Free text of any length and any characters; there is no query syntax.
    pub words: &'a str,
    /// The embedding of the question, from the same model as the passages' vectors.
    pub vector: Option<&'a [f32]>,
    /// Embeddings of the question's [`crate::parts`], when it has several: for texts that may answer, the nearest of them
    /// counts as much as the whole. They do not find candidates, they order them.
    pub parts: Vec<&'a [f32]>,
    /// What the asker may see.
    pub filter: &'a Filter,
    /// At most this many hits.
    pub limit: usize,
    /// At most this many hits of one group.
    pub per_group: usize,
    /// What makes a passage a good one.
    pub ranking: Ranking,
}

/// What a query is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// Texts that may answer it.
    Answers,
    /// Texts that may ask for the same.
    Alike,
}

impl<'a> Query<'a> {
    /// Words only, 10 hits that answer, at most 3 of one group.
    #[must_use]
    pub fn new(words: &'a str, filter: &'a Filter) -> Self {
        Self { words, vector: None, parts: Vec::new(), filter, limit: 10, per_group: 3, ranking: Ranking::Answers }
    }
}

/// A conjunction of disjunctions over scope tags: a passage passes when it has at least one tag of every list.
///
/// Fails closed: an empty list lets nothing through, and there is no default. Seeing all is said in so many words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    any_of: Vec<Vec<String>>,
}

impl Filter {
    /// Lets every passage through, also those without tags.
    #[must_use]
    pub fn everything() -> Self {
        Self { any_of: Vec::new() }
    }

    /// Lets passages through that have at least one of these tags; nothing when there are none.
    #[must_use]
    pub fn any_of<T: Into<String>>(tags: impl IntoIterator<Item = T>) -> Self {
        Self::everything().and_any_of(tags)
    }

    /// Narrows further: at least one of these tags as well.
    #[must_use]
    pub fn and_any_of<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        let mut tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        tags.sort();
        tags.dedup();
        self.any_of.push(tags);
        self.any_of.sort();
        self.any_of.dedup();
        self
    }

    pub(crate) fn lists(&self) -> &[Vec<String>] {
        &self.any_of
    }
}
