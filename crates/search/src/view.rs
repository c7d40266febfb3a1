//! One filter applied to one state of the index: which passages exist for this asker, and their statistics.
//!
//! Ranking counts nothing but what is in the view. That makes results under a filter equal to those of an index without the
//! hidden passages (a hidden one cannot be guessed from scores), and equal whatever was deleted or merged before.

use std::{collections::HashMap, sync::Mutex, sync::PoisonError};

use tantivy::{
    DocSet, Searcher, SegmentReader, TERMINATED, TantivyError, Term,
    query::Bm25StatisticsProvider,
    schema::{Field, IndexRecordOption},
};

use crate::{query::Filter, schema::Fields};

/// Document frequencies remembered per view.
const REMEMBERED_TERMS: usize = 20_000;

pub(crate) struct View {
    segments: Vec<Bits>,
    whole: Vec<bool>,
    pub passages: u64,
    tokens: u64,
    frequencies: Mutex<HashMap<Term, u64>>,
}

/// One bit per document of a segment.
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    fn none(documents: u32) -> Self {
        Self(vec![0; documents.div_ceil(64) as usize])
    }

    fn set(&mut self, document: u32) {
        if let Some(word) = self.0.get_mut((document / 64) as usize) {
            *word |= 1 << (document % 64);
        }
    }

    pub(crate) fn has(&self, document: u32) -> bool {
        self.0.get((document / 64) as usize).is_some_and(|word| word >> (document % 64) & 1 == 1)
    }

    fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().zip(0u32..).flat_map(|(word, at)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

impl View {
    pub(crate) fn new(searcher: &Searcher, fields: Fields, filter: &Filter) -> Result<Self, TantivyError> {
        let mut view = Self {
            segments: Vec::new(),
            whole: Vec::new(),
            passages: 0,
            tokens: 0,
            frequencies: Mutex::new(HashMap::new()),
        };
        for segment in searcher.segment_readers() {
            let bits = passing(segment, fields.scope, filter)?;
            let lengths = segment.get_fieldnorms_reader(fields.words)?;
            let mut count = 0u32;
            for document in bits.iter() {
                count += 1;
                view.tokens += u64::from(lengths.fieldnorm(document));
            }
            view.passages += u64::from(count);
            view.whole.push(count == segment.max_doc());
            view.segments.push(bits);
        }
        Ok(view)
    }

    pub(crate) fn segment(&self, ordinal: usize) -> Option<&Bits> {
        self.segments.get(ordinal)
    }

    /// Mean length in (weighted, quantised) tokens; at least 1.
    pub(crate) fn mean_length(&self) -> f64 {
        (self.tokens as f64 / self.passages.max(1) as f64).max(1.0)
    }

    /// How many passages of the view contain the term.
    pub(crate) fn frequency(&self, searcher: &Searcher, term: &Term) -> Result<u64, TantivyError> {
        let known = || self.frequencies.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frequency) = known().get(term) {
            return Ok(*frequency);
        }
        let mut frequency = 0;
        for ((segment, bits), whole) in searcher.segment_readers().iter().zip(&self.segments).zip(&self.whole) {
            frequency += if *whole {
                u64::from(segment.inverted_index(term.field())?.doc_freq(term)?)
            } else {
                count(segment, bits, term)?
            };
        }
        let mut known = known();
        if known.len() >= REMEMBERED_TERMS {
            known.clear();
        }
        known.insert(term.clone(), frequency);
        Ok(frequency)
    }

    pub(crate) fn statistics<'a>(&'a self, searcher: &'a Searcher) -> Statistics<'a> {
        Statistics { view: self, searcher }
    }
}

fn count(segment: &SegmentReader, bits: &Bits, term: &Term) -> Result<u64, TantivyError> {
    let index = segment.inverted_index(term.field())?;
    let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { return Ok(0) };
    let mut found = 0;
    while postings.doc() != TERMINATED {
        found += u64::from(bits.has(postings.doc()));
        postings.advance();
    }
    Ok(found)
}

fn passing(segment: &SegmentReader, scope: Field, filter: &Filter) -> Result<Bits, TantivyError> {
    let mut passing = Bits::none(segment.max_doc());
    segment.doc_ids_alive().for_each(|document| passing.set(document));
    let index = segment.inverted_index(scope)?;
    for tags in filter.lists() {
        let mut any = Bits::none(segment.max_doc());
        for tag in tags {
            let term = Term::from_field_text(scope, tag);
            if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
                while postings.doc() != TERMINATED {
                    any.set(postings.doc());
                    postings.advance();
                }
            }
        }
        passing.keep(&any);
    }
    Ok(passing)
}

/// The view's numbers in the form the scorer asks for.
pub(crate) struct Statistics<'a> {
    view: &'a View,
    searcher: &'a Searcher,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, _: Field) -> Result<u64, TantivyError> {
        Ok(self.view.tokens.max(self.view.passages))
    }

    fn total_num_docs(&self) -> Result<u64, TantivyError> {
        Ok(self.view.passages)
    }

    fn doc_freq(&self, term: &Term) -> Result<u64, TantivyError> {
        self.view.frequency(self.searcher, term)
    }
}
