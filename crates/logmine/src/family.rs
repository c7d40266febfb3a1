//! Groups of different layouts that are one template, because one value was written with more words than another.
//!
//! Two groups belong together when they begin alike up to where a value opens (`=`, `:`, a bracket, a quote), end alike,
//! and what is between holds no name of a further value.

use std::collections::HashMap;

use crate::piece::{Piece, hash_bytes, layout_of, mix};

/// Words that must agree, and the share of all words they must be.
const WORDS: usize = 4;
const SHARE: f64 = 0.6;
/// Longest value, in pieces.
const LONGEST: usize = 12;
/// How many groups that begin alike are compared with each other.
const COMPARED: usize = 24;

/// For each form the place of the first form it belongs with (often its own), and how the whole is written.
pub(crate) fn families(forms: &mut [Vec<Piece>]) -> Vec<usize> {
    let mut root: Vec<usize> = (0..forms.len()).collect();
    let layouts: Vec<u64> = forms.iter().map(|form| layout_of(form)).collect();
    let mut beginnings: HashMap<u64, Vec<usize>> = HashMap::new();
    for at in 0..forms.len() {
        let keys = openings(&forms[at]);
        let found = keys.iter().rev().find_map(|key| {
            let others = beginnings.get(key)?;
            // Groups of one layout were told apart word by word.
            let others = others.iter().filter(|other| layouts[**other] != layouts[at]);
            others.take(COMPARED).find_map(|other| Some((*other, aligned(&forms[*other], &forms[at])?)))
        });
        if let Some((other, form)) = found {
            root[at] = other;
            forms[other] = form;
            continue;
        }
        for key in keys {
            beginnings.entry(key).or_default().push(at);
        }
    }
    root
}

/// A hash of everything up to each place where a value opens.
fn openings(form: &[Piece]) -> Vec<u64> {
    let (mut hash, mut words, mut keys) = (0, 0, Vec::new());
    for piece in form {
        hash = mix(hash, hash_piece(piece));
        words += usize::from(piece.word().is_some());
        if words > 0 && piece.opens() {
            keys.push(hash);
        }
    }
    keys
}

fn hash_piece(piece: &Piece) -> u64 {
    match piece {
        Piece::Space => 1,
        Piece::Leader => 2,
        Piece::Value | Piece::Any => 3,
        Piece::Mark(byte) => 4 + u64::from(*byte),
        Piece::Word(word) => hash_bytes(word.as_bytes()),
    }
}

/// Both forms as one, when they are one template.
fn aligned(a: &[Piece], b: &[Piece]) -> Option<Vec<Piece>> {
    let mut begin = a.iter().zip(b).take_while(same).count();
    if begin == a.len() && begin == b.len() {
        return Some(a.to_vec());
    }
    while begin > 0 && !opens_value(&a[..begin]) {
        begin -= 1;
    }
    // Something is left between, however alike the ends are.
    let left = (a.len().min(b.len()) - begin).saturating_sub(1);
    let end = a.iter().rev().zip(b.iter().rev()).take(left).take_while(same).count();
    let (of_a, of_b) = (a.get(begin..a.len() - end)?, b.get(begin..b.len() - end)?);
    if begin == 0 || end == 0 || !is_one_value(of_a) || !is_one_value(of_b) {
        return None;
    }
    let words = |pieces: &[Piece]| pieces.iter().filter(|piece| piece.word().is_some()).count();
    let common = words(&a[..begin]) + words(&a[a.len() - end..]);
    let most = words(a).max(words(b));
    if common < WORDS || (common as f64) < SHARE * most as f64 {
        return None;
    }
    let both = |(x, y): (&Piece, &Piece)| if x == y { x.clone() } else { Piece::Any };
    let mut form: Vec<Piece> = a[..begin].iter().zip(b).map(both).collect();
    form.push(Piece::Any);
    form.extend(a[a.len() - end..].iter().zip(&b[b.len() - end..]).map(both));
    Some(form)
}

/// Whether the same stands in both: a parameter of one form may be any word in the other.
fn same((a, b): &(&Piece, &Piece)) -> bool {
    a == b || matches!((a, b), (Piece::Any, other) | (other, Piece::Any) if other.holds())
}

/// Whether a value may begin after these pieces.
fn opens_value(pieces: &[Piece]) -> bool {
    pieces.last().is_some_and(Piece::opens)
}

fn is_one_value(pieces: &[Piece]) -> bool {
    (1..=LONGEST).contains(&pieces.len()) && !pieces.contains(&Piece::Mark(b'='))
}
