//! What comes out.

/// A passage that answers, with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The passage's id.
    pub id: String,
    /// Its document.
    pub group: String,
    /// Above 0 and, without a boost, below 1; comparable within one answer only. Not a probability.
    pub score: f32,
    /// Why it was found; never empty.
    pub why: Vec<Why>,
    /// Where query words stand in `text`, in order, without overlaps. Empty when only the meaning matched or the
    /// words stand in the title.
    pub spans: Vec<Span>,
    /// The sentence of `text` that holds most of the query, the first one when none holds any.
    pub sentence: Span,
    /// Title of the document.
    pub title: String,
    /// Path of headings.
    pub heading: String,
    /// The passage's text.
    pub text: String,
    /// How fresh it is, as the caller handed it in.
    pub as_of: Option<i64>,
}

/// Byte offsets into [`Hit::text`], both on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One reason for a hit.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// Words of the query occur.
    Words {
        /// As written in the query, the rarest first.
        matched: Vec<String>,
        /// BM25 score, times the root of coverage, times the passage's boost.
        bm25: f32,
        /// Share of the query's weight (by rarity) that occurs here, 0 to 1. Low coverage is a reason to abstain.
        coverage: f32,
    },
    /// An identifier of the query (error code, order number, path) occurs whole.
    Identifier {
        /// As written in the query.
        value: String,
    },
    /// The vectors are near.
    Meaning {
        /// To the whole question, -1 to 1.
        cosine: f32,
    },
}
