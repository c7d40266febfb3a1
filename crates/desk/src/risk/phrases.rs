//! Finds phrases in folded text: one pass, whole words, never across the end of a sentence.
//!
//! A phrase is tried only where its first word stands, has at most twelve words and two gaps of five words each, so
//! that the work for a word of the text is bounded by the phrases that begin with it, whatever the text's length.

use std::collections::HashMap;

use crate::folded::{Before, Folded};

/// At most this many other words fill a `...`.
const GAP_WORDS_MAX: usize = 5;
const GAPS_MAX: usize = 2;
const WORDS_MAX: usize = 12;

/// What finding a phrase means for its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    /// Words within this are not meant.
    Unless,
    /// The words that raise.
    Raises,
}

/// A phrase found: a rule's number, and the first and last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub rule: usize,
    pub first: usize,
    pub last: usize,
}

#[derive(Debug)]
enum Part {
    /// One of these words, by number.
    Word(Vec<u32>),
    Gap,
}

#[derive(Debug)]
struct Phrase {
    sense: Sense,
    rule: usize,
    parts: Vec<Part>,
}

/// Every phrase of a file, ready to look up.
#[derive(Debug, Default)]
pub struct Phrases {
    numbers: HashMap<String, u32>,
    phrases: Vec<Phrase>,
    /// Phrases by the number of a first word; those that say "unless" come first.
    beginning: HashMap<u32, Vec<usize>>,
    rules: usize,
}

impl Phrases {
    /// Adds a phrase as written in the file.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn add(&mut self, sense: Sense, rule: usize, written: &str) -> Result<(), String> {
        let mut parts = Vec::new();
        for piece in written.split_whitespace() {
            if piece == "..." {
                parts.push(Part::Gap);
            } else if piece.contains('/') {
                parts.push(Part::Word(self.choices(piece)?));
            } else {
                let folded = Folded::new(piece);
                parts.extend(folded.words().iter().map(|w| Part::Word(vec![self.number(folded.text(w))])));
            }
        }
        check(&parts, written)?;
        let at = self.phrases.len();
        if let Some(Part::Word(first)) = parts.first() {
            for number in first {
                let list = self.beginning.entry(*number).or_default();
                list.push(at);
                if sense == Sense::Unless {
                    list.rotate_right(1);
                }
            }
        }
        self.rules = self.rules.max(rule + 1);
        self.phrases.push(Phrase { sense, rule, parts });
        Ok(())
    }

    fn choices(&mut self, piece: &str) -> Result<Vec<u32>, String> {
        piece
            .split('/')
            .map(|choice| {
                let folded = Folded::new(choice);
                match folded.words() {
                    [word] => Ok(self.number(folded.text(word))),
                    _ => Err(format!("Between slashes stands one word each; write “{choice}” as a rule of its own.")),
                }
            })
            .collect()
    }

    fn number(&mut self, word: &str) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 1) + 1;
        *self.numbers.entry(word.to_owned()).or_insert(next)
    }

    /// Reports every place where a rule's words stand and are meant, in the order of their first word.
    pub fn find(&self, text: &Folded, mut found: impl FnMut(Hit)) {
        let read = self.read(text);
        // Of each rule, how far the phrases reach that say "unless" and began already.
        let mut covered: Vec<Option<usize>> = vec![None; self.rules];
        for (first, (number, _)) in read.iter().enumerate() {
            for phrase in self.beginning.get(number).into_iter().flatten().filter_map(|at| self.phrases.get(*at)) {
                let Some(last) = end(&phrase.parts, &read, first, phrase.sense) else { continue };
                let Some(covered) = covered.get_mut(phrase.rule) else { continue };
                match phrase.sense {
                    Sense::Unless => *covered = (*covered).max(Some(last)),
                    Sense::Raises if covered.is_some_and(|reach| reach >= last) => {}
                    Sense::Raises => found(Hit { rule: phrase.rule, first, last }),
                }
            }
        }
    }

    /// Each word's number (0: in no phrase) and its sentence.
    fn read(&self, text: &Folded) -> Vec<(u32, u32)> {
        let mut sentence = 0;
        let words = text.words().iter();
        words
            .map(|word| {
                sentence += u32::from(word.before == Before::Sentence);
                (self.numbers.get(text.text(word)).copied().unwrap_or(0), sentence)
            })
            .collect()
    }
}

fn check(parts: &[Part], written: &str) -> Result<(), String> {
    let gaps = parts.iter().filter(|p| matches!(p, Part::Gap)).count();
    let ends = [parts.first(), parts.last()];
    if ends.iter().any(|p| !matches!(p, Some(Part::Word(_)))) {
        return Err("A rule begins and ends with a word.".to_owned());
    }
    if gaps > GAPS_MAX || parts.windows(2).any(|w| matches!(w, [Part::Gap, Part::Gap])) {
        return Err(format!("A rule has at most {GAPS_MAX} gaps (...), with words between them."));
    }
    if parts.len() > WORDS_MAX {
        return Err(format!("A rule has at most {WORDS_MAX} words."));
    }
    if parts.len() == 1 && written.split('/').any(|w| w.chars().count() < 3) {
        return Err("A word of one or two letters is too little for a rule.".to_owned());
    }
    Ok(())
}

/// Index of the last word when `parts` stand from `first` on: the nearest for what raises, the farthest for "unless".
fn end(parts: &[Part], read: &[(u32, u32)], first: usize, sense: Sense) -> Option<usize> {
    let (_, sentence) = read.get(first)?;
    from(parts, read, (first, 0), *sentence, sense)
}

/// `parts` from word `at` on, of which up to `slack` may be passed over.
fn from(
    parts: &[Part],
    read: &[(u32, u32)],
    (at, slack): (usize, usize),
    sentence: u32,
    sense: Sense,
) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return at.checked_sub(1) };
    let Part::Word(wanted) = part else { return from(rest, read, (at, GAP_WORDS_MAX), sentence, sense) };
    let mut best = None;
    for (step, (number, place)) in read.get(at..)?.iter().take(slack + 1).enumerate() {
        if *place != sentence {
            break;
        }
        if wanted.contains(number)
            && let Some(end) = from(rest, read, (at + step + 1, 0), sentence, sense)
        {
            best = best.max(Some(end));
            if sense == Sense::Raises {
                break;
            }
        }
    }
    best
}
