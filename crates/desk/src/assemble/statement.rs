//! The sentences of passages as statements that can be quoted: without marks of Markdown, and never as half of something.

use std::collections::HashSet;

use super::STATEMENTS_MAX;
use crate::{grounding, knowledge::Cited};

/// One sentence that could be said.
pub(super) struct Statement {
    pub text: String,
    pub stems: HashSet<String>,
    /// Words of its heading and title: they say what it is about without being said.
    pub about: HashSet<String>,
    pub citation: u32,
    pub rank: usize,
    pub order: usize,
    pub list_item: bool,
}

pub(super) fn statements(cited: &[Cited]) -> Vec<Statement> {
    let mut all = Vec::new();
    for (rank, source) in cited.iter().filter(|c| c.grounds()).enumerate() {
        let about = format!("{} {}", source.title, source.heading);
        let about: HashSet<String> = grounding::content_words(&about).into_iter().collect();
        for (order, line) in source.text.lines().enumerate() {
            let Some((text, list_item)) = plain_line(line) else { continue };
            for (n, sentence) in grounding::sentences(&text).into_iter().enumerate() {
                let stems = grounding::content_words(&sentence).into_iter().collect::<HashSet<_>>();
                if !stems.is_empty() && sentence.chars().count() <= 400 {
                    let (about, order) = (about.clone(), order * 50 + n);
                    all.push(Statement {
                        text: sentence,
                        stems,
                        about,
                        citation: source.citation,
                        rank,
                        order,
                        list_item,
                    });
                }
            }
        }
    }
    all
}

/// One line of Markdown as plain words; none for headings, tables, fences and rules.
fn plain_line(line: &str) -> Option<(String, bool)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['#', '|', '`', '>']) || line.chars().all(|c| "-=*_ ".contains(c)) {
        return None;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (rest, item) = match line.get(digits..) {
        Some(rest) if digits > 0 && rest.starts_with(". ") => (rest.get(2..)?, true),
        _ => match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            Some(rest) => (rest, true),
            None => (line, false),
        },
    };
    Some((plain(rest), item))
}

/// A line of Markdown as its words: bold, code and links become what they say.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        out.push_str(before);
        match link.find("](").and_then(|mid| link.get(mid..)?.find(')').map(|end| (mid, mid + end))) {
            Some((mid, end)) => {
                out.push_str(link.get(1..mid).unwrap_or_default());
                rest = link.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('[');
                rest = link.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "").replace(['`', '*'], "")
}

/// What must be said together with the best statement: a list whole and with its introduction
/// (steps without the others mislead), an answer without its question, prose with what is around it.
pub(super) fn around(best: usize, statements: &[Statement]) -> Vec<usize> {
    let Some(anchor) = statements.get(best) else { return Vec::new() };
    let same = |i: usize| statements.get(i).filter(|s| s.citation == anchor.citation);
    let list = |i: usize| same(i).is_some_and(|s| s.list_item);
    let prose = |i: usize| same(i).is_some_and(|s| !s.list_item && !s.text.ends_with('?'));
    let opens = |i: usize| same(i).is_some_and(|s| !s.list_item && s.text.ends_with(':'));
    let (mut from, mut to) = (best, best + 1);
    if anchor.list_item || opens(best) {
        while from > 0 && list(from) && list(from - 1) && best - from < STATEMENTS_MAX - 1 {
            from -= 1;
        }
    } else {
        from -= usize::from(best > 0 && prose(best) && prose(best - 1));
        let ahead = if prose(best) { 1 } else { 2 };
        while to <= best + ahead && prose(to) {
            to += 1;
        }
    }
    if list(to - 1) || opens(to - 1) {
        while list(to) && to - from < STATEMENTS_MAX {
            to += 1;
        }
    }
    if from > 0 && list(from) && opens(from - 1) {
        from -= 1;
    }
    (from..to).filter(|i| can_stand(*i, to, statements)).collect()
}

/// Fragments mislead: a question of the source's own, an introduction without its list, half a sentence.
fn can_stand(index: usize, to: usize, statements: &[Statement]) -> bool {
    let Some(s) = statements.get(index) else { return false };
    let begins = s.text.chars().next().is_some_and(|c| !c.is_lowercase());
    let introduces = index + 1 < to && statements.get(index + 1).is_some_and(|n| n.list_item);
    begins && !leans(&s.text) && !s.text.ends_with([',', ';', '?']) && (!s.text.ends_with(':') || introduces)
}

/// Whether a sentence points at something that is not quoted with it.
fn leans(text: &str) -> bool {
    const POINTERS: [&str; 15] = [
        "described above",
        "mentioned above",
        "listed above",
        "shown above",
        "see above",
        "steps above",
        "above steps",
        "described below",
        "listed below",
        "shown below",
        "see below",
        "the following table",
        "previous section",
        "this section",
        "next section",
    ];
    let lower = text.to_lowercase();
    POINTERS.iter().any(|pointer| lower.contains(pointer)) || lower.trim_end_matches('.').ends_with(" above")
}
