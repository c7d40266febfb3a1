//! Shapes of one layout to groups, each of them one template.
//!
//! The answer depends on the set of shapes and not on their order. Places where all shapes agree are constant; of the
//! places where they differ, those that hold parameters may differ within a group. While another kind of place differs,
//! the shapes are split by it, places of plain words and those with the fewest words first, and each part is looked at again.

use std::collections::{BTreeMap, BTreeSet};

use crate::column::{is_parameter, may_vary};
use crate::piece::Piece;

/// Shapes whose words agree in less than this share are no group, however much their places look like parameters.
const SHARE: f64 = 0.5;

/// Groups of `shapes` (all of one layout), as indices into it. Every index is in exactly one group.
pub(crate) fn groups(shapes: &[&[Piece]]) -> Vec<Vec<usize>> {
    let mut open: Vec<Vec<usize>> = vec![(0..shapes.len()).collect()];
    let mut done = Vec::new();
    while let Some(members) = open.pop() {
        match split_at(shapes, &members) {
            None => done.push(members),
            Some(place) => {
                let mut parts: BTreeMap<&Piece, Vec<usize>> = BTreeMap::new();
                for member in members {
                    parts.entry(&shapes[member][place]).or_default().push(member);
                }
                open.extend(parts.into_values());
            }
        }
    }
    done
}

/// The place by which these shapes must be told apart; none when they are one template.
fn split_at(shapes: &[&[Piece]], members: &[usize]) -> Option<usize> {
    let first = shapes[*members.first()?];
    if members.len() == 1 {
        return None;
    }
    let (mut same, mut words) = (0_usize, 0_usize);
    let mut hard: Option<(bool, usize, usize)> = None;
    let mut soft: Option<(bool, usize, usize)> = None;
    let mut soft_places = 0;
    let places = first.len();
    for place in 0..places {
        let values: BTreeSet<&Piece> = members.iter().filter_map(|m| shapes[*m].get(place)).collect();
        let has_word = values.iter().any(|piece| piece.word().is_some());
        words += usize::from(has_word);
        if values.len() == 1 {
            same += usize::from(has_word);
            continue;
        }
        let rank = (values.iter().any(|piece| may_vary(piece)), values.len(), place);
        let slot = if is_parameter(&values, before(first, place), after(first, place)) { &mut soft } else { &mut hard };
        if slot.is_none_or(|best| rank < best) {
            *slot = Some(rank);
        }
        soft_places += 1;
    }
    let alike = same > 0 && (soft_places == 1 || same as f64 >= SHARE * words as f64);
    match (hard, soft) {
        (Some((.., place)), _) => Some(place),
        (None, Some((.., place))) if !alike => Some(place),
        _ => None,
    }
}

/// What stands before `place`, white space left out.
fn before(pieces: &[Piece], place: usize) -> Option<&Piece> {
    pieces[..place].iter().rev().find(|piece| **piece != Piece::Space)
}

fn after(pieces: &[Piece], place: usize) -> Option<&Piece> {
    pieces[place + 1..].iter().find(|piece| **piece != Piece::Space)
}

/// What the members have in common: their pieces where they agree, else a place for any word.
pub(crate) fn common(shapes: &[&[Piece]]) -> Vec<Piece> {
    let Some((first, rest)) = shapes.split_first() else { return Vec::new() };
    first
        .iter()
        .enumerate()
        .map(|(place, piece)| if rest.iter().all(|s| s[place] == *piece) { piece.clone() } else { Piece::Any })
        .collect()
}
