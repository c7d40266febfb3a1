//! Markdown (or plain text) to passages along its structure.
//!
//! A small parser by lines: headings, fenced code, tables, and everything else as paragraphs. A chunk is a slice of the
//! source and never crosses a heading, so a citation of a chunk is a citation of the document.

use crate::explain::sentences;

/// How large chunks become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSettings {
    /// A chunk is closed once it has this many words.
    pub target_words: usize,
    /// A paragraph with more words is cut between sentences, a list between its items. Tables and fenced code are kept whole.
    pub max_words: usize,
    /// Nothing at all grows past this many bytes: a larger table, code block or line is cut (at a line or character).
    pub max_bytes: usize,
}

impl Default for ChunkSettings {
    fn default() -> Self {
        Self { target_words: 120, max_words: 160, max_bytes: 16 * 1024 }
    }
}

/// A slice of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// `&source[start..end]`.
    pub text: String,
    /// First byte in the source.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Chunk {
    /// The headings in one line.
    #[must_use]
    pub fn heading(&self) -> String {
        self.headings.join(" > ")
    }

    /// The headings in one line, without a first one that only repeats the document's title.
    #[must_use]
    pub fn heading_under(&self, title: &str) -> String {
        match self.headings.split_first() {
            Some((first, rest)) if first.trim() == title.trim() => rest.join(" > "),
            _ => self.heading(),
        }
    }
}

/// A run of lines that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Heading {
        level: usize,
    },
    /// A table or fenced code.
    Whole,
    List,
    Prose,
}

/// Cuts a document. Every word outside heading lines is in exactly one chunk; a heading without text below it becomes no
/// chunk. Linear in the source, never fails.
#[must_use]
pub fn chunk(source: &str, settings: ChunkSettings) -> Vec<Chunk> {
    let mut packer = Packer { source, settings, path: Vec::new(), open: None, chunks: Vec::new() };
    for (block, start, end) in joined(source, &blocks(source), settings.max_words) {
        match block {
            Block::Heading { level } => packer.heading(level, start, end),
            Block::Whole => packer.whole(start, end),
            Block::List => packer.list(start, end),
            Block::Prose => packer.prose(start, end),
        }
    }
    packer.close();
    packer.chunks
}

struct Packer<'a> {
    source: &'a str,
    settings: ChunkSettings,
    path: Vec<(usize, String)>,
    /// Start, end and words of the chunk being filled.
    open: Option<(usize, usize, usize)>,
    chunks: Vec<Chunk>,
}

impl Packer<'_> {
    fn slice(&self, start: usize, end: usize) -> &str {
        self.source.get(start..end).unwrap_or_default()
    }

    fn heading(&mut self, level: usize, start: usize, end: usize) {
        self.close();
        let line = self.slice(start, end).lines().next().unwrap_or_default();
        let title = line.trim().trim_start_matches('#').trim_end_matches('#').trim().to_owned();
        self.path.retain(|(above, _)| *above < level);
        self.path.push((level, title));
    }

    /// Kept together; cut between lines only past the hard limit.
    fn whole(&mut self, start: usize, end: usize) {
        if end - start <= self.settings.max_bytes {
            return self.add(start, end);
        }
        let mut at = start;
        for line in self.slice(start, end).split_inclusive('\n').map(str::len).collect::<Vec<_>>() {
            self.add(at, at + line);
            at += line;
        }
    }

    /// Kept together when it fits a chunk; otherwise cut between its outermost items.
    fn list(&mut self, start: usize, end: usize) {
        if self.fits(start, end) {
            return self.add(start, end);
        }
        let text = self.slice(start, end);
        let depth = text.lines().filter(|line| is_item(line)).map(indent).min().unwrap_or(0);
        let mut bounds = Vec::new();
        let mut at = start;
        for line in text.split_inclusive('\n') {
            if at == start || (is_item(line) && indent(line) <= depth) {
                bounds.push(at);
            }
            at += line.len();
        }
        bounds.push(end);
        for pair in bounds.windows(2) {
            if let [from, to] = *pair {
                self.prose(from, to);
            }
        }
    }

    fn fits(&self, start: usize, end: usize) -> bool {
        let text = self.slice(start, end);
        text.len() <= self.settings.max_bytes && words(text) <= self.settings.max_words
    }

    fn prose(&mut self, start: usize, end: usize) {
        if self.fits(start, end) {
            return self.add(start, end);
        }
        let text = self.slice(start, end);
        for sentence in sentences(text) {
            self.sentence(start + sentence.start, start + sentence.end);
        }
    }

    /// A sentence longer than a chunk is cut between words.
    fn sentence(&mut self, start: usize, end: usize) {
        if self.fits(start, end) {
            return self.add(start, end);
        }
        let text = self.slice(start, end);
        let mut at = start;
        for word in text.split_inclusive(char::is_whitespace).map(str::len).collect::<Vec<_>>() {
            self.add(at, at + word);
            at += word;
        }
    }

    /// Adds to the open chunk, or closes it first when it would grow too large.
    fn add(&mut self, start: usize, end: usize) {
        let mut start = start;
        while end - start > self.settings.max_bytes.max(4) {
            let mut cut = start + self.settings.max_bytes.max(4);
            while !self.source.is_char_boundary(cut) {
                cut -= 1;
            }
            self.close();
            self.open = Some((start, cut, 0));
            self.close();
            start = cut;
        }
        let more = words(self.slice(start, end));
        if let Some((first, _, count)) = self.open
            && (count >= self.settings.target_words
                || count + more > self.settings.max_words
                || end - first > self.settings.max_bytes)
        {
            self.close();
        }
        self.open = match self.open {
            Some((first, _, count)) => Some((first, end, count + more)),
            None => Some((start, end, more)),
        };
    }

    fn close(&mut self) {
        let Some((start, end, _)) = self.open.take() else { return };
        let slice = self.slice(start, end);
        let text = slice.trim();
        if text.is_empty() {
            return;
        }
        let start = start + (slice.len() - slice.trim_start().len());
        let headings = self.path.iter().map(|(_, title)| title.clone()).filter(|title| !title.is_empty()).collect();
        let chunk = Chunk { headings, text: text.to_owned(), start, end: start + text.len() };
        self.chunks.push(chunk);
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn blocks(source: &str) -> Vec<(Block, usize, usize)> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        lines.push((at, at + line.len(), line.trim_end()));
        at += line.len();
    }
    let mut found = Vec::new();
    let mut rest = lines.as_slice();
    while let Some(((start, end, line), after)) = rest.split_first() {
        let (block, count) = if line.trim().is_empty() {
            rest = after;
            continue;
        } else if let Some(marker) = fence(line) {
            (Block::Whole, 2 + after.iter().take_while(|(_, _, line)| !closes(line, marker)).count())
        } else if let Some(level) = atx_level(line) {
            (Block::Heading { level }, 1)
        } else if let Some(level) = setext_level(line, after.first().map(|(_, _, line)| *line)) {
            (Block::Heading { level }, 2)
        } else if is_table_start(line, after.first().map(|(_, _, line)| *line)) {
            (Block::Whole, 1 + after.iter().take_while(|(_, _, line)| line.contains('|')).count())
        } else if is_item(line) {
            (Block::List, 1 + list_lines(after))
        } else {
            (Block::Prose, 1 + after.iter().take_while(|(_, _, line)| continues(line)).count())
        };
        let count = count.min(rest.len());
        let last = rest.get(count - 1).map_or(*end, |(_, end, _)| *end);
        found.push((block, *start, last));
        rest = rest.get(count..).unwrap_or_default();
    }
    found
}

/// The character and length of an opening code fence.
fn fence(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == mark).count();
    let info = line.trim_start_matches(mark);
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length))
}

fn closes(line: &str, (mark, length): (char, usize)) -> bool {
    let line = line.trim();
    line.len() >= length && line.chars().all(|c| c == mark)
}

fn atx_level(line: &str) -> Option<usize> {
    let line = line.trim_start_matches(' ');
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.trim_start_matches('#');
    ((1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(level)
}

fn setext_level(line: &str, below: Option<&str>) -> Option<usize> {
    let below = below?.trim();
    let is_list = line.trim_start().starts_with(['-', '*', '>', '|', '+']);
    if is_list || below.len() < 3 {
        return None;
    }
    match below.chars().next()? {
        '=' if below.chars().all(|c| c == '=') => Some(1),
        '-' if below.chars().all(|c| c == '-') => Some(2),
        _ => None,
    }
}

fn is_table_start(line: &str, below: Option<&str>) -> bool {
    let rule = |line: &str| line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'));
    line.contains('|') && below.is_some_and(|below| below.contains('|') && rule(below))
}

/// Lines of the same paragraph: neither blank nor the start of something else.
fn continues(line: &str) -> bool {
    !line.trim().is_empty() && !is_item(line) && fence(line).is_none() && atx_level(line).is_none()
}

fn is_item(line: &str) -> bool {
    let trimmed = line.trim_start();
    ["- ", "* ", "+ "].iter().any(|mark| trimmed.starts_with(mark)) || {
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && trimmed.get(digits..).is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "))
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Lines after a list's first that belong to it: items, what is indented below them, and blank lines between those.
fn list_lines(after: &[(usize, usize, &str)]) -> usize {
    let (mut count, mut blank) = (0, false);
    for (number, (_, _, line)) in (1..).zip(after) {
        let belongs = is_item(line) || indent(line) >= 2 || (!blank && continues(line));
        match line.trim().is_empty() {
            true => blank = true,
            false if belongs && atx_level(line).is_none() => (count, blank) = (number, false),
            false => break,
        }
    }
    count
}

/// A line that announces what follows (`...:`) goes with the list, table or code below it; a list only while both fit a chunk.
fn joined(source: &str, blocks: &[(Block, usize, usize)], max_words: usize) -> Vec<(Block, usize, usize)> {
    let mut joined: Vec<(Block, usize, usize)> = Vec::new();
    for (block, start, end) in blocks {
        if matches!(block, Block::List | Block::Whole)
            && let Some((before @ Block::Prose, first, last)) = joined.last_mut()
            && source.get(*first..*last).is_some_and(|text| text.trim_end().ends_with(':') && words(text) <= 60)
            && (*block == Block::Whole || words(source.get(*first..*end).unwrap_or_default()) <= max_words)
        {
            (*before, *last) = (*block, *end);
        } else {
            joined.push((*block, *start, *end));
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ARTICLE: &str = "Intro.\n\n# Guide #\n\nFirst paragraph.\n\n## Codes\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\
        ```sh\n# not a heading\n\nrun\n```\n\nSetext\n------\n- one\n- two\n\n# Other\nLast";

    fn parts(source: &str, settings: ChunkSettings) -> Vec<(String, String)> {
        chunk(source, settings).into_iter().map(|chunk| (chunk.heading(), chunk.text)).collect()
    }

    #[test]
    fn headings_become_paths_and_code_is_not_parsed() {
        let found = parts(ARTICLE, ChunkSettings::default());
        let headings: Vec<&str> = found.iter().map(|(heading, _)| heading.as_str()).collect();
        assert_eq!(headings, ["", "Guide", "Guide > Codes", "Guide > Setext", "Other"]);
        assert!(found[2].1.starts_with("| a |") && found[2].1.ends_with("run\n```"), "{:?}", found[2]);
        assert_eq!(found[3].1, "- one\n- two");
    }

    #[test]
    fn tables_and_code_stay_whole_and_prose_is_cut_at_sentences() {
        let settings = ChunkSettings { target_words: 4, max_words: 6, ..ChunkSettings::default() };
        let code = format!("```\n{}```", "a b c d\n".repeat(20));
        assert_eq!(parts(&code, settings).len(), 1);
        let table = format!("|h|i|\n|-|-|\n{}", "| x | y |\n".repeat(20));
        assert_eq!(parts(&table, settings).len(), 1);
        let prose: Vec<String> =
            parts("One two three four. Five six seven. Eight", settings).into_iter().map(|p| p.1).collect();
        assert_eq!(prose, ["One two three four.", "Five six seven. Eight"]);
        assert_eq!(parts(&"word ".repeat(20), settings).len(), 5);
        assert!(parts(&"x".repeat(100_000), settings).len() > 5);
        assert!(parts("# Only a heading\n\n## And another\n", settings).is_empty());
    }

    #[test]
    fn lists_stay_whole_while_they_fit_and_keep_the_line_above() {
        let settings = ChunkSettings { target_words: 6, max_words: 12, ..ChunkSettings::default() };
        let list = "Some words that come before the list here.\n\nYou need:\n\n- one\n- two\n\n  with a line below\n- three\n\nAfter.";
        let found: Vec<String> = parts(list, settings).into_iter().map(|part| part.1).collect();
        assert_eq!(found[1], "You need:\n\n- one\n- two\n\n  with a line below\n- three");
        let long = "- a b c d e\n  - deeper f g\n- h i j k l m n\n- o p q r s t u";
        let found: Vec<String> = parts(long, settings).into_iter().map(|part| part.1).collect();
        assert_eq!(found, ["- a b c d e\n  - deeper f g", "- h i j k l m n", "- o p q r s t u"]);
        assert_eq!(chunk("# Cards\n\n## Lost\n\nCall.", settings)[0].heading_under("Cards"), "Lost");
    }

    proptest! {
        #[test]
        fn chunks_are_slices_in_order_and_lose_no_word(source in "([a-z#|`\\-. \u{e9}]{0,12}\n){0,30}", target in 1usize..9) {
            let settings = ChunkSettings { target_words: target, max_words: target + 3, max_bytes: 64 };
            let mut end = 0;
            for chunk in chunk(&source, settings) {
                prop_assert!(chunk.start >= end && chunk.end > chunk.start);
                prop_assert_eq!(source.get(chunk.start..chunk.end), Some(chunk.text.as_str()));
                prop_assert!(chunk.text.len() <= 64);
                end = chunk.end;
            }
        }

        #[test]
        fn plain_words_are_all_kept(words in prop::collection::vec("[a-z]{1,9}[.]?", 0..200)) {
            let settings = ChunkSettings { target_words: 5, max_words: 9, max_bytes: 64 };
            let kept: Vec<String> = chunk(&words.join(" "), settings)
                .iter().flat_map(|chunk| chunk.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
            prop_assert_eq!(kept, words);
        }
    }
}
