//! BM25 in two steps: the library finds candidates fast, then they are scored again in a fixed order of terms.
//!
//! The second step makes scores independent of segments, merges and insertion order: the library adds 32-bit numbers in an
//! order that depends on them. Small result sets are scanned completely; on large ones the library skips blocks that
//! cannot reach the list, with a margin ([`PRUNING_MARGIN`]) because its block bounds are slightly out of date.
//!
//! A query's word is stemmed as its language does; when the language does not show, or no passage holds that form, the
//! word is asked for in the form that most passages hold.

use std::collections::HashMap;

use tantivy::{
    DocAddress, DocSet, Score, TERMINATED, TantivyError, Term,
    postings::Postings,
    query::{BooleanQuery, BoostQuery, EnableScoring, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    analysis::{Kind, analyse, forms},
    language::Language,
    snapshot::Snapshot,
    view::View,
};

pub(crate) const K1: f64 = 1.2;
const B: f64 = 0.75;
/// Saturation of repeated query words, as in Okapi's k3.
const K3: f64 = 8.0;

/// Bytes of a query that are read; a longer one is a pasted log, and its start says enough.
const MAX_QUERY: usize = 64 * 1024;
/// Terms that are asked for, the rarest. A story of some hundred words asks in its frequent ones too, so all of them.
const MAX_TERMS: usize = Terms::BITS as usize;
/// Neighbouring words of a query that are looked at.
const MAX_ORDER: usize = 32;
/// Postings up to which every matching passage is scored.
const SCAN_ALL: u64 = 20_000;
/// On larger result sets a block is skipped when its bound is below this share of the last place.
const PRUNING_MARGIN: f32 = 0.9;
/// Relative noise of 32-bit sums: candidates this near the last place are all kept for the second step.
const NOISE: f32 = 1e-5;

/// A set of the query's terms: bit `n` is term `n`.
pub(crate) type Terms = u128;

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

/// What is asked, ready to be looked up.
pub(crate) struct Question {
    /// Rarest first.
    pub asked: Vec<Asked>,
    /// Neighbouring words of the query that are both asked for, as places in `asked`.
    pub pairs: Vec<(usize, usize)>,
    /// Sum of the weights.
    pub weight: f64,
}

impl Question {
    /// Share of the weight that the terms in `matched` hold, 0 to 1.
    pub(crate) fn share(&self, matched: Terms) -> f64 {
        let here = self.asked.iter().enumerate().filter(|(bit, _)| (matched >> bit) & 1 == 1);
        if self.weight > 0.0 { here.map(|(_, asked)| asked.weight).sum::<f64>() / self.weight } else { 0.0 }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Scored {
    pub at: DocAddress,
    /// BM25 alone.
    pub bm25: f64,
    /// BM25 times the root of coverage (the share of the query's weight that occurs) and the passage's boost.
    pub score: f64,
    /// Bit `n`: the query's term `n` occurs.
    pub matched: Terms,
}

/// The query's terms worth asking for, rarest first. Stop words only when there is nothing else.
pub(crate) fn question(snapshot: &Snapshot, view: &View, words: &str) -> Result<Question, TantivyError> {
    let mut end = words.len().min(MAX_QUERY);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let words = words.get(..end).unwrap_or_default();
    let language = Language::guess(words);
    let mut counts: HashMap<String, (Kind, &str, f64)> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    for token in analyse(words, language.unwrap_or(Language::English)) {
        let surface = words.get(token.start..token.end).unwrap_or_default();
        if matches!(token.kind, Kind::Word | Kind::Identifier) && order.len() < MAX_ORDER {
            order.push(token.term.clone());
        }
        counts.entry(token.term).or_insert((token.kind, surface, 0.0)).2 += 1.0;
    }
    let mut asked: HashMap<String, (u64, Asked)> = HashMap::new();
    for (text, (kind, surface, count)) in counts {
        let (form, frequency) = form_held(snapshot, view, &text, kind, surface, language)?;
        if frequency == 0 {
            continue;
        }
        if form != text {
            order.iter_mut().filter(|word| **word == text).for_each(|word| word.clone_from(&form));
        }
        let repeats = (K3 + 1.0) * count / (K3 + count);
        let weight = idf(frequency, view.passages) * repeats;
        let term = Term::from_field_text(snapshot.fields.words, &form);
        let this = Asked { text: form.clone(), kind, surface: surface.to_owned(), weight, term, repeats };
        match asked.get(&form) {
            Some((_, other)) if (other.weight, &other.surface) >= (this.weight, &this.surface) => {}
            _ => drop(asked.insert(form, (frequency, this))),
        }
    }
    Ok(arranged(asked.into_values().collect(), &order))
}

fn arranged(mut asked: Vec<(u64, Asked)>, order: &[String]) -> Question {
    if asked.iter().any(|(_, asked)| asked.kind != Kind::StopWord) {
        asked.retain(|(_, asked)| asked.kind != Kind::StopWord);
    }
    asked.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.text.cmp(&y.text)));
    asked.truncate(MAX_TERMS);
    let asked: Vec<Asked> = asked.into_iter().map(|(_, asked)| asked).collect();
    let place = |word: &String| asked.iter().position(|asked| asked.text == *word);
    let places: Vec<usize> = order.iter().filter_map(place).collect();
    let mut pairs: Vec<(usize, usize)> = places.windows(2).filter_map(|w| Some((*w.first()?, *w.last()?))).collect();
    pairs.retain(|(a, b)| a != b);
    pairs.sort_unstable();
    pairs.dedup();
    let weight = asked.iter().map(|asked| asked.weight).sum();
    Question { asked, pairs, weight }
}

/// The form of a query's term that passages of the view hold, and in how many.
fn form_held(
    snapshot: &Snapshot,
    view: &View,
    text: &str,
    kind: Kind,
    surface: &str,
    language: Option<Language>,
) -> Result<(String, u64), TantivyError> {
    let frequency =
        |text: &str| view.frequency(&snapshot.searcher, &Term::from_field_text(snapshot.fields.words, text));
    let mut best = (text.to_owned(), frequency(text)?);
    if matches!(kind, Kind::Word | Kind::StopWord) && (best.1 == 0 || language.is_none()) && !surface.is_empty() {
        for form in forms(surface) {
            let held = if form == best.0 { 0 } else { frequency(&form)? };
            if held > best.1 {
                best = (form, held);
            }
        }
    }
    Ok(best)
}

fn idf(frequency: u64, passages: u64) -> f64 {
    let (n, all) = (frequency as f64, passages as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

/// The best `depth` passages of the view, best first, ties by content key.
pub(crate) fn rank(
    snapshot: &Snapshot,
    view: &View,
    question: &Question,
    depth: usize,
) -> Result<Vec<Scored>, TantivyError> {
    if question.asked.is_empty() || depth == 0 {
        return Ok(Vec::new());
    }
    let candidates = candidates(snapshot, view, &question.asked, depth)?;
    let mut scored = score(snapshot, view, question, candidates)?;
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

/// The scores of these passages, which must be in order of their address; 0 for one that holds no word.
pub(crate) fn score(
    snapshot: &Snapshot,
    view: &View,
    question: &Question,
    candidates: Vec<DocAddress>,
) -> Result<Vec<Scored>, TantivyError> {
    let mean = view.mean_length();
    let field = snapshot.fields.words;
    let unscored = |at| Scored { at, bm25: 0.0, score: 0.0, matched: 0 };
    let mut scored: Vec<Scored> = candidates.into_iter().map(unscored).collect();
    for same_segment in scored.chunk_by_mut(|a, b| a.at.segment_ord == b.at.segment_ord) {
        let Some(ordinal) = same_segment.first().map(|scored| scored.at.segment_ord) else { continue };
        let segment = snapshot.searcher.segment_reader(ordinal);
        let index = segment.inverted_index(field)?;
        let lengths = segment.get_fieldnorms_reader(field)?;
        for (bit, asked) in question.asked.iter().enumerate() {
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
                    scored.bm25 += asked.weight * (K1 + 1.0) * count / (count + K1 * (1.0 - B + B * length));
                    scored.matched |= 1 << bit;
                }
            }
        }
    }
    for scored in &mut scored {
        scored.score = scored.bm25 * question.share(scored.matched).sqrt() * f64::from(snapshot.boost(scored.at));
    }
    Ok(scored)
}
