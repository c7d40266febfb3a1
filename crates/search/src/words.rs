//! BM25 in two steps: the library finds candidates fast, then they are scored again in a fixed order of terms.
//!
//! The second step makes scores independent of segments, merges and insertion order: the library adds 32-bit numbers in an
//! order that depends on them. Small result sets are scanned completely; on large ones the library skips blocks that
//! cannot reach the list, with a margin ([`PRUNING_MARGIN`]) because its block bounds are slightly out of date.

use std::collections::HashMap;

use tantivy::{
    DocAddress, DocSet, Score, TERMINATED, TantivyError, Term,
    postings::Postings,
    query::{BooleanQuery, BoostQuery, EnableScoring, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    analysis::{Kind, analyse},
    snapshot::Snapshot,
    view::View,
};

const K1: f64 = 1.2;
const B: f64 = 0.75;
/// Saturation of repeated query words, as in Okapi's k3.
const K3: f64 = 8.0;

/// Bytes of a query that are read; a longer one is a pasted log, and its start says enough.
const MAX_QUERY: usize = 64 * 1024;
/// Terms that are asked for, the rarest. Fits the bits of [`Scored::matched`].
const MAX_TERMS: usize = 32;
/// Postings up to which every matching passage is scored.
const SCAN_ALL: u64 = 20_000;
/// On larger result sets a block is skipped when its bound is below this share of the last place.
const PRUNING_MARGIN: f32 = 0.9;
/// Relative noise of 32-bit sums: candidates this near the last place are all kept for the second step.
const NOISE: f32 = 1e-5;

/// A term of the query that occurs in the view.
pub(crate) struct Asked {
    pub text: String,
    pub kind: Kind,
    /// As first written in the query.
    pub surface: String,
    /// Rarity times the saturated count in the query.
    pub weight: f64,
    term: Term,
    repeats: f64,
}

pub(crate) struct Scored {
    pub at: DocAddress,
    /// Times coverage (the share of the query's weight that occurs) and the passage's boost.
    pub score: f64,
    /// Bit `n`: the query's term `n` occurs.
    pub matched: u32,
}

/// The query's terms worth asking for, rarest first. Stop words only when there is nothing else.
pub(crate) fn asked(snapshot: &Snapshot, view: &View, words: &str) -> Result<Vec<Asked>, TantivyError> {
    let mut end = words.len().min(MAX_QUERY);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let words = words.get(..end).unwrap_or_default();
    let mut counts: HashMap<String, (Kind, String, f64)> = HashMap::new();
    for token in analyse(words) {
        let surface = words.get(token.start..token.end).unwrap_or_default();
        counts.entry(token.term).or_insert_with(|| (token.kind, surface.to_owned(), 0.0)).2 += 1.0;
    }
    let mut asked = Vec::new();
    for (text, (kind, surface, count)) in counts {
        let term = Term::from_field_text(snapshot.fields.words, &text);
        let frequency = view.frequency(&snapshot.searcher, &term)?;
        if frequency > 0 {
            let repeats = (K3 + 1.0) * count / (K3 + count);
            let weight = idf(frequency, view.passages) * repeats;
            asked.push((frequency, Asked { text, kind, surface, weight, term, repeats }));
        }
    }
    if asked.iter().any(|(_, asked)| asked.kind != Kind::StopWord) {
        asked.retain(|(_, asked)| asked.kind != Kind::StopWord);
    }
    asked.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.text.cmp(&y.text)));
    asked.truncate(MAX_TERMS);
    Ok(asked.into_iter().map(|(_, asked)| asked).collect())
}

fn idf(frequency: u64, passages: u64) -> f64 {
    let (n, all) = (frequency as f64, passages as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

/// The best `depth` passages of the view, best first, ties by content key.
pub(crate) fn rank(
    snapshot: &Snapshot,
    view: &View,
    asked: &[Asked],
    depth: usize,
) -> Result<Vec<Scored>, TantivyError> {
    if asked.is_empty() || depth == 0 {
        return Ok(Vec::new());
    }
    let candidates = candidates(snapshot, view, asked, depth)?;
    let mut scored = rescore(snapshot, view, asked, candidates)?;
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| snapshot.key(a.at).cmp(&snapshot.key(b.at))));
    scored.truncate(depth);
    Ok(scored)
}

/// All passages that can be among the best `depth`, in order of their address.
fn candidates(
    snapshot: &Snapshot,
    view: &View,
    asked: &[Asked],
    depth: usize,
) -> Result<Vec<DocAddress>, TantivyError> {
    let searcher = &snapshot.searcher;
    let clauses = asked.iter().map(|asked| {
        let term = TermQuery::new(asked.term.clone(), IndexRecordOption::WithFreqs);
        let query: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(term), asked.repeats as Score));
        (Occur::Should, query)
    });
    let query = BooleanQuery::new(clauses.collect());
    let statistics = view.statistics(searcher);
    let weight = query.weight(EnableScoring::enabled_from_statistics_provider(&statistics, searcher))?;
    let mut postings = 0;
    for asked in asked {
        postings += view.frequency(searcher, &asked.term)?;
    }
    let mut best = Best { depth, kept: Vec::new(), room: depth * 2, threshold: Score::MIN };
    for (ordinal, segment) in searcher.segment_readers().iter().enumerate() {
        let Some(bits) = view.segment(ordinal) else { continue };
        let margin = if postings <= SCAN_ALL { None } else { Some(PRUNING_MARGIN / snapshot.largest_boost) };
        let skip_below = |best: &Best| margin.map_or(Score::MIN, |margin| best.threshold * margin);
        let first = if best.threshold > 0.0 { skip_below(&best) } else { Score::MIN };
        weight.for_each_pruning(first, segment, &mut |document, score| {
            if bits.has(document) {
                let at = DocAddress::new(ordinal as u32, document);
                best.offer(at, score * snapshot.boost(at));
            }
            if best.threshold > 0.0 { skip_below(&best) } else { Score::MIN }
        })?;
    }
    best.shrink();
    let mut found: Vec<DocAddress> = best.kept.into_iter().map(|(at, _)| at).collect();
    found.sort_unstable();
    Ok(found)
}

/// The best so far, with everything that ties with the last place within the noise.
struct Best {
    depth: usize,
    kept: Vec<(DocAddress, Score)>,
    room: usize,
    threshold: Score,
}

impl Best {
    fn offer(&mut self, at: DocAddress, score: Score) {
        if score >= self.threshold {
            self.kept.push((at, score));
            if self.kept.len() >= self.room {
                self.shrink();
                self.room = (self.kept.len() * 2).max(self.depth * 2);
            }
        }
    }

    fn shrink(&mut self) {
        if self.kept.len() > self.depth {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.depth - 1, |(_, a), (_, b)| b.total_cmp(a));
            self.threshold = last.1 * (1.0 - NOISE);
            self.kept.retain(|(_, score)| *score >= self.threshold);
        }
    }
}

fn rescore(
    snapshot: &Snapshot,
    view: &View,
    asked: &[Asked],
    candidates: Vec<DocAddress>,
) -> Result<Vec<Scored>, TantivyError> {
    let mean = view.mean_length();
    let field = snapshot.fields.words;
    let mut scored: Vec<Scored> = candidates.into_iter().map(|at| Scored { at, score: 0.0, matched: 0 }).collect();
    for same_segment in scored.chunk_by_mut(|a, b| a.at.segment_ord == b.at.segment_ord) {
        let Some(ordinal) = same_segment.first().map(|scored| scored.at.segment_ord) else { continue };
        let segment = snapshot.searcher.segment_reader(ordinal);
        let index = segment.inverted_index(field)?;
        let lengths = segment.get_fieldnorms_reader(field)?;
        for (bit, asked) in asked.iter().enumerate() {
            let Some(mut postings) = index.read_postings(&asked.term, IndexRecordOption::WithFreqs)? else {
                continue;
            };
            for scored in same_segment.iter_mut() {
                let document = scored.at.doc_id;
                if postings.doc() < document && postings.seek(document) == TERMINATED {
                    break;
                }
                if postings.doc() == document {
                    let count = f64::from(postings.term_freq());
                    let length = f64::from(lengths.fieldnorm(document)) / mean;
                    scored.score += asked.weight * (K1 + 1.0) * count / (count + K1 * (1.0 - B + B * length));
                    scored.matched |= 1 << bit;
                }
            }
        }
    }
    let all: f64 = asked.iter().map(|asked| asked.weight).sum();
    for scored in &mut scored {
        let here = asked.iter().enumerate().filter(|(bit, _)| (scored.matched >> bit) & 1 == 1);
        let coverage = here.map(|(_, asked)| asked.weight).sum::<f64>() / all;
        scored.score *= coverage * f64::from(snapshot.boost(scored.at));
    }
    Ok(scored)
}
