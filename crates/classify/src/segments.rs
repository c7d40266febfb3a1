//! A text in parts that can be about different things, by plain rules: a part ends at an empty line, at a line break
//! after a full sentence's mark, and at `.`, `!`, `?`, `;` or their East Asian forms when space or nothing follows.

use std::ops::Range;

/// Parts looked at; a longer text is read up to here.
pub(crate) const SEGMENTS: usize = 24;
/// A part with fewer words joins the next one: greetings and initials are about nothing.
const LEAST_WORDS: usize = 3;

/// Parts of the text in order, as byte ranges without surrounding space. Whatever the text, they do not overlap.
pub(crate) fn segments(text: &str) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let (mut mark, mut breaks) = (false, 0);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            breaks += usize::from(c == '\n');
            if mark || breaks >= 2 {
                close(text, &mut open, &mut parts);
            }
            continue;
        }
        breaks = 0;
        let end = at + c.len_utf8();
        open = Some(open.map_or(at..end, |part| part.start..end));
        mark = matches!(c, '.' | '!' | '?' | ';' | '。' | '！' | '？' | '；');
        if matches!(c, '。' | '！' | '？' | '；') {
            close(text, &mut open, &mut parts);
        }
        if parts.len() >= SEGMENTS {
            return parts;
        }
    }
    if let Some(rest) = open {
        match parts.last_mut().filter(|_| count(text, &rest) < LEAST_WORDS) {
            Some(last) => last.end = rest.end,
            None => parts.push(rest),
        }
    }
    parts
}

/// Ends the open part, unless it is too short to stand alone.
fn close(text: &str, open: &mut Option<Range<usize>>, parts: &mut Vec<Range<usize>>) {
    if let Some(part) = open.take_if(|part| count(text, part) >= LEAST_WORDS) {
        parts.push(part);
    }
}

/// Words of the part; where words are not spaced, two characters count as one.
fn count(text: &str, part: &Range<usize>) -> usize {
    let part = text.get(part.clone()).unwrap_or_default();
    let words = part.split_whitespace().count();
    if part.is_ascii() { words } else { words.max(part.chars().filter(|c| *c as u32 >= 0x2e80).count() / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        segments(text).into_iter().map(|part| &text[part]).collect()
    }

    #[test]
    fn sentences_and_paragraphs_part() {
        assert_eq!(
            of("Hi. My card was stolen! Version 2.1 is fine\n\nwhere is my order\n"),
            ["Hi. My card was stolen!", "Version 2.1 is fine", "where is my order"]
        );
        assert_eq!(of("one line\nof the same thing"), ["one line\nof the same thing"]);
        assert_eq!(of("please cancel my account. thanks"), ["please cancel my account. thanks"]);
        assert_eq!(of("我的订单在哪里？请取消我的账户。").len(), 2);
        assert!(of(" \n\n ").is_empty());
    }

    #[test]
    fn a_hostile_text_has_few_parts() {
        assert!(segments(&"a b c. ".repeat(10_000)).len() <= SEGMENTS);
    }
}
