//! Towns, states and countries by their names.

use std::ops::Range;

use super::Seen;
use super::surroundings::Expected;
use crate::lexicon::{self, Marks};
use crate::tokens::{Gap, Kind};

/// Words of a place's name at most.
const PLACE_WORDS: usize = 4;

/// Whether these words together name a place.
pub(super) fn whole(seen: &Seen<'_>, start: usize, length: usize) -> bool {
    seen.tokens.get(start).is_some_and(|t| t.is(Marks::PLACE))
        && length <= PLACE_WORDS
        && joined(seen, start, length).is_some_and(|name| lexicon::is_place(&name))
}

/// Where the longest place name that starts here ends. An everyday word counts only where a place is expected.
pub(super) fn end(seen: &Seen<'_>, run: &Range<usize>, hint: Expected) -> Option<usize> {
    let first = seen.tokens.get(run.start)?;
    if !first.is(Marks::PLACE) {
        return None;
    }
    let length = (1..=PLACE_WORDS.min(run.len())).rev().find(|length| whole(seen, run.start, *length))?;
    let everyday = length == 1 && first.is(Marks::DOUBTFUL | Marks::ENGLISH);
    let short = first.kind == Kind::Upper && first.end - first.start < 4;
    (!short && (!everyday || (hint == Expected::Place && first.gap == Gap::Space && first.kind != Kind::Lower)))
        .then_some(run.start + length)
}

/// The words, folded, single spaces between them.
fn joined(seen: &Seen<'_>, start: usize, length: usize) -> Option<String> {
    let words = seen.tokens.get(start..start + length)?;
    if words.iter().skip(1).any(|t| t.gap != Gap::Space && t.gap != Gap::Dot) {
        return None;
    }
    let text = seen.text().get(words.first()?.start..words.last()?.end)?;
    Some(crate::view::folded(text))
}
