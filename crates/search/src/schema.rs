//! How a passage lies in the tantivy index.
//!
//! Words live in one field: a title token counts [`TITLE_WEIGHT`] times, a heading token [`HEADING_WEIGHT`] times, a text
//! token once. BM25 over weighted term counts is BM25F (Robertson, Zaragoza, Taylor: Simple BM25 extension to
//! multiple weighted fields, 2004), and one field keeps the fast path of the scorer.

use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
    tokenizer::{PreTokenizedString, Token},
};

use crate::{analysis::analyse, language, passage::Passage};

/// Raised whenever analysis, weights, fields or the sidecar change what an index holds: an older folder is rebuilt.
pub(crate) const FORMAT: u32 = 3;

const TITLE_WEIGHT: usize = 2;
const HEADING_WEIGHT: usize = 1;

#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub words: Field,
    pub scope: Field,
    pub id: Field,
    pub group: Field,
    pub title: Field,
    pub heading: Field,
    pub text: Field,
    pub key: Field,
    pub group_key: Field,
    pub boost: Field,
    pub language: Field,
    pub as_of: Field,
}

/// Names of the columns, which are read by name.
pub(crate) const KEY: &str = "key";
pub(crate) const GROUP_KEY: &str = "group_key";
pub(crate) const BOOST: &str = "boost";
pub(crate) const LANGUAGE: &str = "language";

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let counts = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
    let fields = Fields {
        words: schema.add_text_field("words", TextOptions::default().set_indexing_options(counts)),
        scope: schema.add_text_field("scope", STRING),
        id: schema.add_text_field("id", STORED),
        group: schema.add_text_field("group", STRING | STORED),
        title: schema.add_text_field("title", STORED),
        heading: schema.add_text_field("heading", STORED),
        text: schema.add_text_field("text", STORED),
        key: schema.add_u64_field(KEY, FAST),
        group_key: schema.add_u64_field(GROUP_KEY, FAST),
        boost: schema.add_f64_field(BOOST, FAST),
        language: schema.add_u64_field(LANGUAGE, FAST),
        as_of: schema.add_i64_field("as_of", STORED),
    };
    (schema.build(), fields)
}

pub(crate) fn document(fields: Fields, passage: &Passage) -> TantivyDocument {
    let mut tokens = Vec::new();
    let language = language::of_passage(&passage.title, &passage.heading, &passage.text);
    for (text, weight) in [(&passage.title, TITLE_WEIGHT), (&passage.heading, HEADING_WEIGHT), (&passage.text, 1)] {
        for token in analyse(text, language) {
            tokens.extend((0..weight).map(|_| Token { text: token.term.clone(), ..Token::default() }));
        }
    }
    for (position, token) in tokens.iter_mut().enumerate() {
        token.position = position;
    }
    let mut document = TantivyDocument::new();
    document.add_pre_tokenized_text(fields.words, PreTokenizedString { text: String::new(), tokens });
    for scope in &passage.scopes {
        document.add_text(fields.scope, scope);
    }
    document.add_text(fields.id, &passage.id);
    document.add_text(fields.group, &passage.group);
    document.add_text(fields.title, &passage.title);
    document.add_text(fields.heading, &passage.heading);
    document.add_text(fields.text, &passage.text);
    document.add_u64(fields.key, passage.vector_key().0);
    document.add_u64(fields.group_key, passage.group_key());
    document.add_f64(fields.boost, f64::from(passage.boost()));
    document.add_u64(fields.language, language as u64);
    if let Some(as_of) = passage.as_of {
        document.add_i64(fields.as_of, as_of);
    }
    document
}

pub(crate) fn group_term(fields: Fields, group: &str) -> Term {
    Term::from_field_text(fields.group, group)
}

/// A stored text, empty when the field is absent.
pub(crate) fn stored(document: &TantivyDocument, field: Field) -> String {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
