//! Cases that ask nearly the same.

use std::collections::BTreeSet;

use super::{Case, Speaker};
use crate::grounding::content_words;

/// Likeness from which two cases are pointed out as one.
pub const SAME: f64 = 0.6;

/// Least words two cases share before anything is said of them.
const WORDS_MIN: usize = 3;

/// How much of what is asked two cases share, 0..=1: their telling words, whatever the greeting and whoever wrote. Between
/// the share of all words and that of the shorter one's, so that a longer story around the same question counts little.
#[must_use]
pub fn likeness(a: &Case, b: &Case) -> f64 {
    let (a, b) = (asked(a), asked(b));
    let (shared, all, least) = (a.intersection(&b).count(), a.union(&b).count(), a.len().min(b.len()));
    if shared < WORDS_MIN {
        return 0.0;
    }
    let share = |of: usize| shared as f64 / of as f64;
    f64::midpoint(share(all), share(least))
}

fn asked(case: &Case) -> BTreeSet<String> {
    let said = case.messages.iter().filter(|m| m.by == Speaker::Requester);
    said.flat_map(|m| content_words(&unmarked(&m.subject)).into_iter().chain(content_words(&unmarked(&m.text))))
        .collect()
}

/// Without the marks of what was hidden: `[person 1]` tells nothing.
fn unmarked(text: &str) -> String {
    let kept = |part: &str| part.split_once(']').map_or_else(|| part.to_owned(), |(_, rest)| rest.to_owned());
    let mut parts = text.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + " " + &kept(part))
}
