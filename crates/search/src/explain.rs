//! Where in a passage the query's words stand.

use std::collections::HashMap;

use crate::{
    analysis::{Kind, analyse},
    hit::{Span, Why},
    words::Asked,
};

/// Spans per hit; more than a screen can show.
const MAX_SPANS: usize = 64;

/// Spans of the matched words, and the sentence that holds most of the query's weight.
pub(crate) fn locate(text: &str, asked: &[Asked]) -> (Vec<Span>, Span) {
    let weights: HashMap<&str, f64> = asked.iter().map(|asked| (asked.text.as_str(), asked.weight)).collect();
    let mut found: Vec<(Span, &str)> = Vec::new();
    let tokens = analyse(text);
    for token in &tokens {
        if let Some((term, _)) = weights.get_key_value(token.term.as_str()) {
            found.push((Span { start: token.start, end: token.end }, term));
        }
    }
    let sentence = best_sentence(text, &found, &weights);
    let mut spans: Vec<Span> = found.into_iter().map(|(span, _)| span).collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged.truncate(MAX_SPANS);
    (merged, sentence)
}

fn best_sentence(text: &str, found: &[(Span, &str)], weights: &HashMap<&str, f64>) -> Span {
    let mut best = (f64::NEG_INFINITY, Span { start: 0, end: text.len() });
    for sentence in sentences(text) {
        let inside = found.iter().filter(|(span, _)| span.start >= sentence.start && span.end <= sentence.end);
        let mut terms: Vec<&str> = inside.map(|(_, term)| *term).collect();
        terms.sort_unstable();
        terms.dedup();
        let weight: f64 = terms.iter().filter_map(|term| weights.get(term)).sum();
        if weight > best.0 {
            best = (weight, sentence);
        }
    }
    best.1
}

/// Sentences and lines: cut after `.`, `!` or `?` before white space, and at every line end.
pub(crate) fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '\n' || (c.is_whitespace() && matches!(before, '.' | '!' | '?')) {
            push_trimmed(text, start, at, &mut found);
            start = at + c.len_utf8();
        }
        before = c;
    }
    push_trimmed(text, start, text.len(), &mut found);
    found
}

fn push_trimmed(text: &str, start: usize, end: usize, found: &mut Vec<Span>) {
    let slice = text.get(start..end).unwrap_or_default();
    let trimmed = slice.trim();
    if !trimmed.is_empty() {
        let start = start + (slice.len() - slice.trim_start().len());
        found.push(Span { start, end: start + trimmed.len() });
    }
}

/// The reasons that lie in words: one for all words, one for each identifier.
pub(crate) fn reasons(asked: &[Asked], matched: u32, bm25: f64) -> Vec<Why> {
    let here = |bit: usize| matched >> bit & 1 == 1;
    let all: f64 = asked.iter().map(|asked| asked.weight).sum();
    let hits = || asked.iter().enumerate().filter(|(bit, _)| here(*bit)).map(|(_, asked)| asked);
    let weight: f64 = hits().map(|asked| asked.weight).sum();
    let mut words: Vec<String> = Vec::new();
    for asked in hits().filter(|asked| asked.kind != Kind::Part) {
        if !words.contains(&asked.surface) {
            words.push(asked.surface.clone());
        }
    }
    if words.is_empty() {
        words.extend(hits().map(|asked| asked.surface.clone()));
    }
    let coverage = if all > 0.0 { (weight / all) as f32 } else { 0.0 };
    let mut reasons = vec![Why::Words { matched: words, bm25: bm25 as f32, coverage }];
    let identifiers = hits().filter(|asked| asked.kind == Kind::Identifier);
    reasons.extend(identifiers.map(|asked| Why::Identifier { value: asked.surface.clone() }));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("One. Two!  Three", &["One.", "Two!", "Three"]),
            ("v1.2 stays. \n\n line", &["v1.2 stays.", "line"]),
        ];
        for (text, expected) in table {
            let found: Vec<&str> = sentences(text).iter().map(|span| &text[span.start..span.end]).collect();
            assert_eq!(&found, expected);
        }
    }
}
