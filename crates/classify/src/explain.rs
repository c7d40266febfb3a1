//! Reasons by leaving out: the words without which the label is less likely.
//!
//! Occlusion (Zeiler and Fergus 2014) asks the model itself, so that what is quoted counts for the words and for the
//! meaning alike. The quoted words are then left out together: words that only matter while others stand are dropped.

use std::ops::Range;

use crate::features::words;
use crate::model::Model;
use crate::predict::Prediction;
use crate::understand::Encode;

/// A text with more words is explained by its part that supports the label most.
const WORDS: usize = 24;
/// Quoted at most, and never more than a third of the words (at least one).
const QUOTED: usize = 5;
/// Words against the label that are named.
const AGAINST: usize = 3;

/// A part of the text that speaks for the first label, or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// First byte in the text handed in.
    pub start: usize,
    /// Byte after the last; both on character boundaries.
    pub end: usize,
    /// The words quoted.
    pub text: String,
    /// Log-odds of the label with the words minus without them; above 0 speaks for it.
    pub weight: f32,
}

/// The text without the bytes of `spans`, which are in order and do not overlap.
pub fn without(text: &str, spans: &[Range<usize>]) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        rest.push_str(text.get(from..span.start).unwrap_or_default());
        from = span.end.max(from);
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    rest
}

pub(crate) fn explain(
    model: &Model,
    text: &str,
    prediction: &Prediction,
    parts: &[(Range<usize>, Prediction)],
    encode: &Encode<'_>,
) -> Vec<Contribution> {
    let Some((label, _)) = prediction.ranked.first() else { return Vec::new() };
    let within = unit(text, label, parts);
    let Some(part) = text.get(within.clone()) else { return Vec::new() };
    let groups = groups(part);
    if groups.is_empty() {
        return Vec::new();
    }
    let leaving = |chosen: &[&[usize]]| -> Vec<f32> {
        let texts: Vec<String> = chosen.iter().map(|c| without(part, &spans(&groups, c))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = model.vectors(&texts, encode);
        texts.iter().zip(vectors).map(|(t, v)| log_odds(model.probability(t, v.as_deref(), label))).collect()
    };
    let single: Vec<Vec<usize>> = (0..groups.len()).map(|at| vec![at]).collect();
    let mut chosen: Vec<&[usize]> = vec![&[]];
    chosen.extend(single.iter().map(Vec::as_slice));
    let left = leaving(&chosen);
    let Some((&whole, left)) = left.split_first() else { return Vec::new() };
    let mut weights: Vec<(usize, f32)> = left.iter().map(|odds| whole - odds).enumerate().collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let most = (groups.len() / 3).clamp(1, QUOTED);
    let order: Vec<usize> = weights.iter().filter(|w| w.1 > 0.0).take(most).map(|w| w.0).collect();
    let together: Vec<&[usize]> = (1..=order.len()).filter_map(|n| order.get(..n)).collect();
    let quoted = best(&leaving(&together));
    let of = |at: usize| weights.iter().find(|w| w.0 == at).map_or(0.0, |w| w.1);
    let mut reasons = merged(part, &groups, order.get(..quoted).unwrap_or_default(), of, within.start);
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let against: Vec<usize> = weights.iter().rev().filter(|w| w.1 < 0.0).take(AGAINST).map(|w| w.0).collect();
    let mut against = merged(part, &groups, &against, of, within.start);
    against.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    reasons.extend(against);
    reasons
}

/// How many of the strongest words, left out together, cost the label most.
fn best(left: &[f32]) -> usize {
    let lowest = left.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    lowest.map_or(0, |(at, _)| at + 1)
}

/// The whole text, or the part of a long one that supports the label most.
fn unit(text: &str, label: &str, parts: &[(Range<usize>, Prediction)]) -> Range<usize> {
    let support = |part: &Prediction| part.ranked.iter().find(|(name, _)| name == label).map_or(0.0, |(_, p)| *p);
    if words(text).len() <= WORDS {
        return 0..text.len();
    }
    let best = parts.iter().max_by(|a, b| support(&a.1).total_cmp(&support(&b.1)).then(b.0.start.cmp(&a.0.start)));
    best.map_or(0..text.len(), |(range, _)| range.clone())
}

/// Words one by one; in a long part neighbours together, so that there are never more than [`WORDS`] groups.
fn groups(part: &str) -> Vec<Range<usize>> {
    let words = words(part);
    let size = words.len().div_ceil(WORDS).max(1);
    words.chunks(size).filter_map(|c| Some(c.first()?.span.start..c.last()?.span.end)).collect()
}

fn spans(groups: &[Range<usize>], chosen: &[usize]) -> Vec<Range<usize>> {
    let mut chosen = chosen.to_vec();
    chosen.sort_unstable();
    chosen.iter().filter_map(|&at| groups.get(at).cloned()).collect()
}

fn log_odds(p: f32) -> f32 {
    let p = p.clamp(1e-7, 1.0 - 1e-7);
    (p / (1.0 - p)).ln()
}

/// Contributions of the chosen groups; neighbours become one.
fn merged(
    part: &str,
    groups: &[Range<usize>],
    chosen: &[usize],
    weight: impl Fn(usize) -> f32,
    offset: usize,
) -> Vec<Contribution> {
    let mut chosen = chosen.to_vec();
    chosen.sort_unstable();
    let mut found: Vec<(Range<usize>, f32, usize)> = Vec::new();
    for at in chosen {
        let Some(group) = groups.get(at) else { continue };
        match found.last_mut().filter(|last| last.2 + 1 == at) {
            Some(last) => *last = (last.0.start..group.end, last.1 + weight(at), at),
            None => found.push((group.clone(), weight(at), at)),
        }
    }
    let quote = |(span, weight, _): (Range<usize>, f32, usize)| {
        let text = part.get(span.clone())?.to_owned();
        Some(Contribution { start: span.start + offset, end: span.end + offset, text, weight })
    };
    found.into_iter().filter_map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_out_keeps_the_rest() {
        assert_eq!(without("où est mon colis ?", &[0..3, 8..11]), " est  colis ?");
        assert_eq!(without("abc", &[]), "abc");
        assert_eq!(without("abc", &[0..1, 1..3]), "");
    }

    #[test]
    fn a_long_part_has_few_groups() {
        let text = "word ".repeat(500);
        let groups = groups(&text);
        assert!(groups.len() <= WORDS && groups.last().is_some_and(|last| last.end == text.trim_end().len()));
    }
}
