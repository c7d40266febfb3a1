//! One committed state of the index: readers keep theirs while the writer makes the next.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use tantivy::{DocAddress, Searcher, SegmentReader, TantivyDocument, TantivyError, index::SegmentId};

use crate::{
    language::Language,
    passage::{MissingVector, VectorKey},
    query::Filter,
    schema::{BOOST, Fields, GROUP_KEY, KEY, LANGUAGE, stored},
    vector_file::VectorFile,
    vectors::{Probe, Rows, Stored},
    view::View,
};

/// Filters whose views are remembered; a node serves a few dozen different grants at a time.
const REMEMBERED_VIEWS: usize = 64;

pub(crate) struct Snapshot {
    pub searcher: Searcher,
    pub fields: Fields,
    segments: Vec<Segment>,
    rows: Rows,
    /// Length of the indexed vectors, 0 when there are none.
    pub dimensions: usize,
    pub largest_boost: f32,
    views: Mutex<HashMap<Filter, Arc<View>>>,
}

struct Segment {
    columns: Arc<Columns>,
    /// Where each document's vector lies; [`NO_VECTOR`] without one.
    slots: Vec<u32>,
}

const NO_VECTOR: u32 = u32::MAX;

/// A passage near the query: its cosine, and that times its boost.
struct Near {
    at: DocAddress,
    cosine: f32,
    score: f32,
}

/// What ranking needs of each document without touching the store.
pub(crate) struct Columns {
    id: SegmentId,
    keys: Vec<u64>,
    groups: Vec<u64>,
    boosts: Vec<f32>,
    languages: Vec<Language>,
}

impl Columns {
    fn read(segment: &SegmentReader) -> Result<Self, TantivyError> {
        let fast = segment.fast_fields();
        let documents = 0..segment.max_doc();
        let (keys, groups, boosts) = (fast.u64(KEY)?, fast.u64(GROUP_KEY)?, fast.f64(BOOST)?);
        let languages = fast.u64(LANGUAGE)?;
        Ok(Self {
            id: segment.segment_id(),
            keys: documents.clone().map(|at| keys.first(at).unwrap_or(0)).collect(),
            groups: documents.clone().map(|at| groups.first(at).unwrap_or(0)).collect(),
            boosts: documents.clone().map(|at| boosts.first(at).unwrap_or(1.0) as f32).collect(),
            languages: documents.map(|at| Language::numbered(languages.first(at).unwrap_or(0))).collect(),
        })
    }
}

impl Snapshot {
    /// Columns of segments that are still there are taken over from the state before.
    pub(crate) fn new(
        searcher: Searcher,
        fields: Fields,
        vectors: &VectorFile,
        before: Option<&Self>,
    ) -> Result<Self, TantivyError> {
        let mut segments = Vec::new();
        let mut largest_boost = 1.0_f32;
        for reader in searcher.segment_readers() {
            let known = before.into_iter().flat_map(|before| &before.segments);
            let columns = match known.map(|segment| &segment.columns).find(|columns| columns.id == reader.segment_id())
            {
                Some(columns) => Arc::clone(columns),
                None => Arc::new(Columns::read(reader)?),
            };
            largest_boost = columns.boosts.iter().fold(largest_boost, |max, boost| max.max(*boost));
            let slot = |key| vectors.slots.get(key).copied().unwrap_or(NO_VECTOR);
            let slots = columns.keys.iter().map(slot).collect();
            segments.push(Segment { columns, slots });
        }
        let dimensions = if vectors.slots.is_empty() { 0 } else { vectors.dimensions };
        let rows = vectors.rows.clone();
        Ok(Self { searcher, fields, segments, rows, dimensions, largest_boost, views: Mutex::new(HashMap::new()) })
    }

    pub(crate) fn view(&self, filter: &Filter) -> Result<Arc<View>, TantivyError> {
        let views = || self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = views().get(filter) {
            return Ok(Arc::clone(view));
        }
        let view = Arc::new(View::new(&self.searcher, self.fields, filter)?);
        let mut views = views();
        if views.len() >= REMEMBERED_VIEWS {
            views.clear();
        }
        views.insert(filter.clone(), Arc::clone(&view));
        Ok(view)
    }

    pub(crate) fn boost(&self, at: DocAddress) -> f32 {
        self.column(at, |columns| columns.boosts.get(at.doc_id as usize).copied()).unwrap_or(1.0)
    }

    /// The language a passage's words are stemmed in.
    pub(crate) fn language(&self, at: DocAddress) -> Language {
        self.column(at, |columns| columns.languages.get(at.doc_id as usize).copied()).unwrap_or(Language::English)
    }

    pub(crate) fn key(&self, at: DocAddress) -> u64 {
        self.column(at, |columns| columns.keys.get(at.doc_id as usize).copied()).unwrap_or(0)
    }

    pub(crate) fn group(&self, at: DocAddress) -> u64 {
        self.column(at, |columns| columns.groups.get(at.doc_id as usize).copied()).unwrap_or(0)
    }

    fn column<T>(&self, at: DocAddress, get: impl Fn(&Columns) -> Option<T>) -> Option<T> {
        get(&self.segments.get(at.segment_ord as usize)?.columns)
    }

    /// Cosine, times the boost, of every passage of the view that has a vector; nearest first, ties by content key.
    pub(crate) fn nearest(&self, view: &View, probe: &Probe, depth: usize) -> Vec<(DocAddress, f32)> {
        let by_rank = |a: &Near, b: &Near| {
            let order = b.score.total_cmp(&a.score);
            order.then_with(|| self.key(a.at).cmp(&self.key(b.at)))
        };
        let mut found: Vec<Near> = Vec::new();
        let mut least = f32::NEG_INFINITY;
        for (ordinal, segment) in self.segments.iter().enumerate() {
            let Some(bits) = view.segment(ordinal) else { continue };
            for document in bits.iter() {
                let Some(row) = segment.slots.get(document as usize).and_then(|slot| self.rows.get(*slot)) else {
                    continue;
                };
                let (at, cosine) = (DocAddress::new(ordinal as u32, document), probe.cosine(row));
                let score = cosine * segment.columns.boosts.get(document as usize).copied().unwrap_or(1.0);
                if score < least {
                    continue;
                }
                found.push(Near { at, cosine, score });
                if found.len() >= depth * 4 && depth > 0 {
                    let (_, last, _) = found.select_nth_unstable_by(depth - 1, by_rank);
                    least = last.score;
                    found.truncate(depth);
                }
            }
        }
        found.sort_by(by_rank);
        found.truncate(depth);
        found.into_iter().map(|near| (near.at, near.cosine)).collect()
    }

    /// The vector of one passage, when it has one.
    pub(crate) fn row(&self, at: DocAddress) -> Option<Stored<'_>> {
        self.rows.get(*self.segments.get(at.segment_ord as usize)?.slots.get(at.doc_id as usize)?)
    }

    pub(crate) fn passage_of(&self, at: DocAddress) -> Result<TantivyDocument, TantivyError> {
        self.searcher.doc(at)
    }

    pub(crate) fn missing(&self, limit: usize) -> Result<Vec<MissingVector>, TantivyError> {
        let mut missing = Vec::new();
        for (ordinal, (segment, reader)) in self.segments.iter().zip(self.searcher.segment_readers()).enumerate() {
            for document in reader.doc_ids_alive() {
                if missing.len() >= limit {
                    return Ok(missing);
                }
                let at = DocAddress::new(ordinal as u32, document);
                if segment.slots.get(document as usize).is_some_and(|slot| *slot != NO_VECTOR) {
                    continue;
                }
                let stored_passage = self.passage_of(at)?;
                missing.push(MissingVector {
                    key: VectorKey(self.key(at)),
                    id: stored(&stored_passage, self.fields.id),
                    title: stored(&stored_passage, self.fields.title),
                    heading: stored(&stored_passage, self.fields.heading),
                    text: stored(&stored_passage, self.fields.text),
                });
            }
        }
        Ok(missing)
    }

    /// Content keys of all passages that exist.
    pub(crate) fn live_keys(&self) -> HashSet<u64> {
        let mut keys = HashSet::new();
        for (segment, reader) in self.segments.iter().zip(self.searcher.segment_readers()) {
            let columns = &segment.columns;
            keys.extend(reader.doc_ids_alive().filter_map(|document| columns.keys.get(document as usize)));
        }
        keys
    }
}
