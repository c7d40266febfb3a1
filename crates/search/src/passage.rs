//! What goes in.

use crate::{IndexError, hash::hash64};

/// Longest id, group or scope tag, in bytes. The index library silently drops far longer terms, and a dropped
/// group term would make a passage undeletable.
const MAX_KEY: usize = 1024;

/// A piece of a document as it is retrieved.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Opaque, unique in the index.
    pub id: String,
    /// The document it belongs to; all passages of a group are replaced together.
    pub group: String,
    /// Title of the document.
    pub title: String,
    /// Path of headings above the passage.
    pub heading: String,
    /// The text that [`crate::Span`]s point into.
    pub text: String,
    /// Opaque tags that a [`crate::Filter`] selects by. Without tags only [`crate::Filter::everything`] finds it.
    pub scopes: Vec<String>,
    /// Multiplies the passage's scores; 1.0 is neutral, kept within 0.1 to 10. Not a number counts as neutral.
    pub boost: f32,
    /// How fresh it is, in the caller's own count of time; comes back with the hit and plays no part in ranking.
    pub as_of: Option<i64>,
}

/// Names the exact content a vector was made from. A passage whose words change gets another key, so a vector that
/// arrives late can never be attached to newer text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VectorKey(pub(crate) u64);

/// A searchable passage that has no vector yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingVector {
    /// Give the vector back under this key.
    pub key: VectorKey,
    /// The passage's id.
    pub id: String,
    /// Title of the document.
    pub title: String,
    /// Path of headings.
    pub heading: String,
    /// The passage's text.
    pub text: String,
}

impl Passage {
    /// The key under which this passage's vector is stored, for callers that have the vector at hand.
    #[must_use]
    pub fn vector_key(&self) -> VectorKey {
        VectorKey(hash64(&[&self.id, &self.title, &self.heading, &self.text]))
    }

    pub(crate) fn group_key(&self) -> u64 {
        hash64(&[&self.group])
    }

    pub(crate) fn boost(&self) -> f32 {
        if self.boost.is_nan() { 1.0 } else { self.boost.clamp(0.1, 10.0) }
    }

    pub(crate) fn check(&self) -> Result<(), IndexError> {
        check_key("id", &self.id)?;
        check_key("group", &self.group)?;
        self.scopes.iter().try_for_each(|scope| check_key("scope", scope))
    }
}

pub(crate) fn check_key(what: &'static str, key: &str) -> Result<(), IndexError> {
    match key.len() {
        1..=MAX_KEY => Ok(()),
        len => Err(IndexError::BadKey { what, len }),
    }
}
