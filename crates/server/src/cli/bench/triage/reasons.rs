//! Whether quoted words matter, and whether second topics are found. The texts with words left out, or joined, are
//! encoded again: that is what the model would be given.

use std::ops::Range;

use classify::{Example, Model, without};

use super::{
    super::{Figure, Goal},
    Draw,
    sets::Set,
};
use crate::cli::meaning::Meaning;

/// Test texts explained.
const EXPLAINED: usize = 300;
/// Pairs of test texts of different labels, and as many of the same label.
const PAIRS: usize = 300;

/// Measures both on samples of the test split.
pub fn measure(set: &Set, model: &Model, meaning: &Meaning, figures: &mut Vec<Figure>) {
    let encode = |texts: &[&str]| meaning.of(texts);
    faithful(set, model, &encode, figures);
    pairs(set, model, &encode, figures);
}

type Encode<'a> = dyn Fn(&[&str]) -> Option<Vec<Vec<f32>>> + 'a;

fn faithful(set: &Set, model: &Model, encode: &Encode<'_>, figures: &mut Vec<Figure>) {
    let mut draw = Draw::from(11);
    let (mut n, mut lower, mut more, mut share) = (0, 0, 0, 0.0);
    for example in draw.some(EXPLAINED, set.test.len()).into_iter().filter_map(|at| set.test.get(at)) {
        let understood = model.understand(&example.text, encode);
        let Some((label, _)) = understood.prediction.ranked.first() else { continue };
        let probability = |text: &str| {
            let vector = encode(&[text]).and_then(|mut vectors| vectors.pop());
            model.probability(text, vector.as_deref(), label)
        };
        let words = words(&example.text);
        let mut quoted: Vec<Range<usize>> =
            understood.because.iter().filter(|c| c.weight > 0.0).map(|c| c.start..c.end).collect();
        quoted.sort_by_key(|span| span.start);
        let inside = |word: &Range<usize>| quoted.iter().any(|q| q.start <= word.start && word.end <= q.end);
        let count = words.iter().filter(|word| inside(word)).count();
        if words.len() < 2 {
            continue;
        }
        n += 1;
        share += count as f64 / words.len() as f64;
        let mut random = draw.some(count, words.len());
        random.sort_unstable();
        let random: Vec<Range<usize>> = random.into_iter().filter_map(|at| words.get(at).cloned()).collect();
        let before = probability(&example.text);
        let after = probability(&without(&example.text, &quoted));
        lower += usize::from(!quoted.is_empty() && after < before);
        more += usize::from(!quoted.is_empty() && after < probability(&without(&example.text, &random)));
    }
    let of = |count: usize| count as f64 / n.max(1) as f64;
    let mut figure = |name: &str, value, goal| {
        figures.push(Figure::new("triage", format!("{}.{name}", set.name), value, "", n, goal));
    };
    figure("quoted_words_lower_it", of(lower), Goal::AtLeast(0.95));
    figure("quoted_words_beat_random", of(more), Goal::AtLeast(0.90));
    figure("quoted_share_of_words", share / n.max(1) as f64, Goal::Unset);
}

/// Runs of letters and digits, as the classifier counts words.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            let end = at + c.len_utf8();
            match words.last_mut().filter(|_| open) {
                Some(word) => word.end = end,
                None => words.push(at..end),
            }
        }
        open = c.is_alphanumeric();
    }
    words
}

fn pairs(set: &Set, model: &Model, encode: &Encode<'_>, figures: &mut Vec<Figure>) {
    let mut draw = Draw::from(12);
    let drawn = |draw: &mut Draw| draw.0.below(set.test.len());
    let (mut both, mut false_second, mut different, mut same) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut tries = 0;
    while (different < PAIRS || same < PAIRS) && tries < 1_000_000 {
        tries += 1;
        let (a, b) = (drawn(&mut draw), drawn(&mut draw));
        let (Some(first), Some(second)) = (set.test.get(a), set.test.get(b)) else { return };
        let room = if first.label == second.label { same < PAIRS } else { different < PAIRS };
        if a == b || !room {
            continue;
        }
        let named = named(model, first, second, encode);
        if first.label == second.label {
            same += 1;
            false_second += usize::from(named.iter().any(|label| *label != first.label));
        } else {
            different += 1;
            both += usize::from(named.contains(&first.label) && named.contains(&second.label));
        }
    }
    let mut figure = |name: &str, value, n| {
        figures.push(Figure::new("triage", format!("{}.{name}", set.name), value, "", n, Goal::Unset));
    };
    figure("two_topics_both_named", both as f64 / different.max(1) as f64, different);
    figure("one_topic_second_named", false_second as f64 / same.max(1) as f64, same);
}

/// The labels named for two texts in one mail.
fn named(model: &Model, first: &Example, second: &Example, encode: &Encode<'_>) -> Vec<String> {
    let (prediction, also) = model.topics(&format!("{}.\n{}.", first.text, second.text), encode);
    let decided = match prediction.decision {
        classify::Decision::Label { label, .. } => Some(label),
        classify::Decision::Abstain { .. } => None,
    };
    decided.into_iter().chain(also.into_iter().map(|topic| topic.label)).collect()
}
