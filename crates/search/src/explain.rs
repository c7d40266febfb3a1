//! Where in a passage the query's words stand, and how they stand there.

use std::collections::HashMap;

use crate::{
    analysis::{Initials, Kind, Token, analyse_for},
    hit::{Span, Why},
    language::Language,
    words::{Question, Terms},
};

/// Spans per hit; more than a screen can show.
const MAX_SPANS: usize = 64;
/// Two words this many places apart still count as neighbours ("refund of the order").
const NEIGHBOURS: usize = 3;

/// What a look at the passage's own words gives. Sets of terms are bits, as in the question.
pub(crate) struct Look {
    pub spans: Vec<Span>,
    /// The sentence with most of the query's weight.
    pub sentence: Span,
    pub in_sentence: Terms,
    pub in_title: Terms,
    pub in_heading: Terms,
    /// Share of the title's words that are asked for, 0 to 1.
    pub title_asked: f64,
    /// Share of the query's neighbouring words that are neighbours here, by weight, 0 to 1.
    pub pairs: f64,
    /// Words of the text.
    pub words: usize,
}

pub(crate) fn look(title: &str, heading: &str, text: &str, language: Language, question: &Question) -> Look {
    let places: HashMap<&str, usize> =
        question.asked.iter().enumerate().map(|(place, asked)| (asked.text.as_str(), place)).collect();
    let place = |token: &Token| places.get(token.term.as_str()).copied();
    let bits = |tokens: &[Token]| tokens.iter().filter_map(place).fold(0, |bits, place| bits | 1 << place);
    let asked = Initials::of(question.asked.iter().map(|asked| asked.text.as_str()));
    let analyse = |text| analyse_for(text, language, Some(asked));
    let (title, heading, tokens) = (analyse(title), analyse(heading), analyse(text));
    let found: Vec<(Span, usize)> =
        tokens.iter().filter_map(|token| Some((Span { start: token.start, end: token.end }, place(token)?))).collect();
    let (sentence, in_sentence) = best_sentence(text, &found, question);
    Look {
        spans: merged(found.into_iter().map(|(span, _)| span).collect()),
        sentence,
        in_sentence,
        in_title: bits(&title),
        in_heading: bits(&heading),
        title_asked: asked_share(&title, &place),
        pairs: pairs(&[&title, &heading, &tokens], &place, question),
        words: tokens.iter().filter(|token| token.kind != Kind::Part).count(),
    }
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged.truncate(MAX_SPANS);
    merged
}

fn asked_share(title: &[Token], place: &impl Fn(&Token) -> Option<usize>) -> f64 {
    let content = || title.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Identifier));
    let all = content().count();
    if all == 0 { 0.0 } else { content().filter(|token| place(token).is_some()).count() as f64 / all as f64 }
}

fn pairs(fields: &[&[Token]], place: &impl Fn(&Token) -> Option<usize>, question: &Question) -> f64 {
    let weight = |(a, b): &(usize, usize)| -> f64 {
        [a, b].into_iter().filter_map(|at| question.asked.get(*at)).map(|asked| asked.weight).sum()
    };
    let all: f64 = question.pairs.iter().map(weight).sum();
    let mut near = vec![false; question.pairs.len()];
    for tokens in fields {
        let mut last: HashMap<usize, usize> = HashMap::new();
        let words = tokens.iter().filter(|token| token.kind != Kind::Part);
        for (at, found) in words.map(place).enumerate().filter_map(|(at, found)| Some((at, found?))) {
            for (near, (a, b)) in near.iter_mut().zip(&question.pairs) {
                let other = if *b == found { a } else { b };
                *near |= (*a == found || *b == found) && last.get(other).is_some_and(|then| at - then <= NEIGHBOURS);
            }
            last.insert(found, at);
        }
    }
    let here: f64 = near.iter().zip(&question.pairs).filter(|(near, _)| **near).map(|(_, pair)| weight(pair)).sum();
    if all > 0.0 { here / all } else { 0.0 }
}

fn best_sentence(text: &str, found: &[(Span, usize)], question: &Question) -> (Span, Terms) {
    let mut best = (f64::NEG_INFINITY, Span { start: 0, end: text.len() }, 0);
    let mut rest = found;
    for sentence in sentences(text) {
        let begin = rest.partition_point(|(span, _)| span.start < sentence.start);
        rest = rest.get(begin..).unwrap_or_default();
        let inside = rest.iter().take_while(|(span, _)| span.start < sentence.end);
        let bits = inside.fold(0, |bits, (_, place)| bits | 1 << place);
        let weight = question.share(bits);
        if weight > best.0 {
            best = (weight, sentence, bits);
        }
    }
    (best.1, best.2)
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
pub(crate) fn reasons(question: &Question, matched: Terms, bm25: f64) -> Vec<Why> {
    let here = |bit: usize| matched >> bit & 1 == 1;
    let hits = || question.asked.iter().enumerate().filter(|(bit, _)| here(*bit)).map(|(_, asked)| asked);
    let mut words: Vec<String> = Vec::new();
    for asked in hits().filter(|asked| asked.kind != Kind::Part) {
        if !words.contains(&asked.surface) {
            words.push(asked.surface.clone());
        }
    }
    if words.is_empty() {
        words.extend(hits().map(|asked| asked.surface.clone()));
    }
    let coverage = question.share(matched) as f32;
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
