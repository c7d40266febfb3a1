//! Shorter by leaving out whole sentences, never by new words.

use std::collections::HashSet;

use super::kept;
use crate::{
    grounding::{content_words, is_courtesy, placed},
    language::Language,
};

/// Share of its content words with which a sentence repeats an earlier one.
const REPEATS: f64 = 0.8;
/// A sentence with fewer content words than this, once said, is no statement of its own.
const STATES_LEAST: usize = 4;

/// The text without courtesies, repetitions and asides that bring nothing that must be kept. Greeting, list items and
/// what is asked stay; so does at least one sentence.
pub(super) fn shorter(text: &str, language: Language) -> String {
    let chars: Vec<char> = text.chars().collect();
    let cut = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
    let sentences = placed(text);
    let mut said: Vec<(&str, HashSet<String>)> = Vec::new();
    let (mut out, mut at, mut stays) = (String::new(), 0, 0_usize);
    for (n, (start, end, sentence)) in sentences.iter().enumerate() {
        let gap = cut(at, *start);
        at = *end;
        let words: HashSet<String> = content_words(sentence).into_iter().collect();
        let is_last = n + 1 == sentences.len() && stays == 0;
        if !is_last && may_go(sentence, &words, &said, language) {
            // The paragraph stays, its sentence does not.
            if gap.contains("\n\n") && !out.trim_end().is_empty() && !out.ends_with("\n\n") {
                out.truncate(out.trim_end().len());
                out.push_str("\n\n");
            }
            continue;
        }
        if out.ends_with('\n') || out.is_empty() {
            out.push_str(gap.trim_start());
        } else {
            out.push_str(&gap);
        }
        out.push_str(sentence);
        said.push((sentence, words));
        stays += 1;
    }
    let tail = cut(at, chars.len());
    out.truncate(out.trim_end().len());
    format!("{out}{tail}")
}

fn may_go(sentence: &str, words: &HashSet<String>, said: &[(&str, HashSet<String>)], language: Language) -> bool {
    // A greeting or a list item ends in something else than a sentence does.
    if !sentence.ends_with(['.', '!']) || sentence.starts_with(['-', '*', '•']) {
        return false;
    }
    let repeats = |(earlier, stems): &(&str, HashSet<String>)| {
        let known = words.iter().filter(|w| stems.contains(*w)).count();
        let mostly = !words.is_empty() && known as f64 / words.len() as f64 >= REPEATS;
        mostly && kept::adds_nothing(language, sentence, earlier)
    };
    let says_nothing = (is_courtesy(sentence) || is_aside(sentence)) && kept::same(language, sentence, "");
    says_nothing || said.iter().any(repeats)
}

/// Openings of sentences that only lead over to others.
const ASIDES: &[&str] = &[
    "as mentioned",
    "as i said",
    "as we said",
    "as you know",
    "i understand",
    "we understand",
    "i see",
    "i know this",
    "i can imagine",
    "we appreciate",
    "i appreciate",
    "we value",
    "please don't hesitate",
    "wie erwähnt",
    "wie gesagt",
    "wie sie wissen",
    "wir verstehen",
    "ich verstehe",
    "wir freuen uns",
    "ich freue mich",
    "das ist ärgerlich",
    "that's frustrating",
    "that is frustrating",
];

fn is_aside(sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('’', "'");
    ASIDES.iter().any(|head| lower.starts_with(head)) || content_words(sentence).len() < STATES_LEAST - 2
}
