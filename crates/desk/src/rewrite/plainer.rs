//! Plainer by a list of words and by ending long sentences earlier.

use std::sync::LazyLock;

use super::{capital, kept};
use crate::language::Language;

/// A sentence of more words than this is ended earlier where it can be.
const WORDS_MAX: usize = 18;
/// Words on each side of a place where a sentence ends earlier, at least.
const SIDE_MIN: usize = 4;

static LIST: LazyLock<Vec<(Language, &'static str, &'static str)>> = LazyLock::new(|| {
    let mut language = Language::English;
    let mut all = Vec::new();
    for line in include_str!("plainer.txt").lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.split_once('=') {
            Some((stiff, plain)) => all.push((language, stiff.trim(), plain.trim())),
            None => language = line.trim_matches(['[', ']']).parse().unwrap_or(language),
        }
    }
    // The longest first: "in the event that" before "in the event of".
    all.sort_by_key(|(_, stiff, _)| std::cmp::Reverse(stiff.len()));
    all
});

pub(super) fn plainer(sentence: &str, language: Language) -> String {
    let mut text = sentence.to_owned();
    for (_, stiff, plain) in LIST.iter().filter(|(l, _, _)| *l == language) {
        let after = replaced(&text, stiff, plain);
        if kept::same(language, &text, &after) {
            text = after;
        }
    }
    split(&text, language)
}

/// Every place where the words stand alone, in the same case at their start.
pub(super) fn replaced(text: &str, wanted: &str, plain: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let is_word = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric() || *c == '-');
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < chars.len() {
        let end = at + wanted.len();
        let stands = folded.get(at..end) == Some(wanted.as_slice());
        // "ggf." brings its own end.
        let ends = wanted.last().is_some_and(|c| !c.is_alphanumeric()) || !is_word(Some(end));
        if !stands || !ends || is_word(at.checked_sub(1)) {
            out.extend(chars.get(at));
            at += 1;
            continue;
        }
        let opens = chars.get(at).is_some_and(|c| c.is_uppercase());
        article(&mut out, plain);
        out.push_str(&if opens { capital(plain) } else { plain.to_owned() });
        at = end;
    }
    out
}

/// "an erroneous" becomes "a wrong".
fn article(before: &mut String, plain: &str) {
    let vowel = plain.starts_with(['a', 'e', 'i', 'o', 'u']);
    let last = before.trim_end().rsplit(' ').next().unwrap_or_default().to_lowercase();
    if last == "an" && !vowel {
        before.truncate(before.trim_end().len() - 1);
        before.push(' ');
    } else if last == "a" && vowel {
        before.truncate(before.trim_end().len());
        before.push_str("n ");
    }
}

/// Heads of sentences whose second half hangs on the first.
const HANGS: &[&str] = &[
    "if", "when", "unless", "once", "although", "while", "because", "since", "whether", "either", "both", "neither",
    "wenn", "falls", "sofern", "sobald", "weil", "obwohl", "während", "ob", "entweder", "sowohl", "weder", "nachdem",
];
/// Who does something in a clause of its own.
const WHO: &[&str] =
    &["you", "we", "it", "they", "this", "he", "she", "i", "sie", "wir", "es", "ich", "das", "dies", "diese"];

/// Ends a long sentence where a clause with a subject of its own begins, unless a condition may reach over it.
fn split(sentence: &str, language: Language) -> String {
    if sentence.split_whitespace().count() <= WORDS_MAX {
        return sentence.to_owned();
    }
    let lower = sentence.to_lowercase();
    let hangs = lower.split(|c: char| !c.is_alphanumeric()).any(|word| HANGS.contains(&word));
    let joints: &[&str] = match language {
        Language::German => &["; ", ", und ", ", aber "],
        _ => &["; ", ", and ", ", but "],
    };
    for joint in joints {
        for (at, _) in sentence.match_indices(joint) {
            let (head, rest) = sentence.split_at(at);
            let tail = rest.get(joint.len()..).unwrap_or_default();
            let first = tail.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
            let long = |part: &str| part.split_whitespace().count() >= SIDE_MIN;
            if !long(head) || !long(tail) || hangs || !WHO.contains(&first.as_str()) {
                continue;
            }
            let contrast = match *joint {
                ", but " => format!("But {tail}"),
                ", aber " => format!("Aber {tail}"),
                _ => capital(tail),
            };
            let after = format!("{head}. {}", split(&contrast, language));
            if kept::same(language, sentence, &after) {
                return after;
            }
        }
    }
    sentence.to_owned()
}
