//! A long question in pieces, for callers that make vectors.
//!
//! One vector of a whole story stands for its mood more than for what is asked in one of its sentences, and an encoder
//! reads only so far. So a story is compared as a whole and by the piece that is nearest (see [`crate::Query::parts`]).

use crate::explain::sentences;

/// Words of a part, at least; only the last may be shorter.
const WORDS: usize = 12;
/// Parts of one question, at most: each costs its caller a vector. What follows them is in the whole alone.
const MOST: usize = 24;

/// Sentences of a question, short ones together with what follows; none when all of it is one part.
#[must_use]
pub fn parts(question: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for span in sentences(question) {
        let sentence = question.get(span.start..span.end).unwrap_or_default();
        let is_full = parts.len() == MOST;
        match parts.last_mut() {
            Some(last) if last.split_whitespace().nth(WORDS - 1).is_none() => {
                last.push(' ');
                last.push_str(sentence);
            }
            _ if is_full => break,
            _ => parts.push(sentence.to_owned()),
        }
    }
    if parts.len() > 1 { parts } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of() {
        let long = "I moved to another flat last week and everything is still in boxes here.";
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("Where is my invoice?", &[]),
            ("Hello. Where is it? I need it.", &[]),
            (&format!("Hi.\n{long} Where do I\nchange it?"), &[&format!("Hi. {long}"), "Where do I change it?"]),
        ];
        for (question, expected) in table {
            assert_eq!(&parts(question), expected, "{question}");
        }
        assert_eq!(parts(&format!("{long} ").repeat(400)).len(), MOST);
    }
}
