//! The shapes of one service, counted, within bounds.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::cut::{Cutter, Token, What, pieces};
use crate::group::{common, groups};
use crate::piece::{Piece, layout_of};

/// What is kept at most. The default needs some 20 MB per service when a service reaches all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Services told apart; lines of further ones count as one service with an empty name.
    pub services: usize,
    /// Shapes kept per service; lines of further ones count as one shape.
    pub shapes: usize,
    /// Shapes kept of one layout; lines of further ones count as one shape of that layout.
    pub shapes_of_a_layout: usize,
    /// Bytes of a line that are read; the rest is left away and the line counted as cut.
    pub line_bytes: usize,
    /// Words and marks of a line that are read.
    pub tokens: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { services: 1_000, shapes: 20_000, shapes_of_a_layout: 512, line_bytes: 16 << 10, tokens: 512 }
    }
}

impl Limits {
    /// Shapes kept of a layout of so many pieces; long ones are compared more slowly, so that fewer are kept.
    fn shapes_of(self, pieces: usize) -> usize {
        self.shapes_of_a_layout.min(16_384 / pieces.max(1)).max(8)
    }
}

/// What was read, and what was read only in part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Lines.
    pub lines: u64,
    /// Bytes of these lines, whole.
    pub bytes: u64,
    /// Lines longer than `Limits::line_bytes`, of which the rest was not read.
    pub cut: u64,
    /// Lines that are no text; they count as one shape.
    pub binary: u64,
    /// Lines whose shape came after a limit was reached.
    pub beyond: u64,
}

impl Tally {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            bytes: self.bytes + other.bytes,
            cut: self.cut + other.cut,
            binary: self.binary + other.binary,
            beyond: self.beyond + other.beyond,
        }
    }
}

/// Names a shape of one stream. What is counted by it never has to be counted again: which template it belongs to
/// is asked later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ShapeId(pub(crate) u32);

/// How many shapes a layout gathers before it is looked at for parameters; and how many of a group make it permanent.
const LOOKED_AT: usize = 64;
const PERMANENT: usize = 24;
/// Hashes of shapes that belong to permanent groups, remembered at most.
const REMEMBERED: usize = 65_536;

#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) hash: u64,
    pub(crate) lines: u64,
    /// The permanent shape that took this one in.
    pub(crate) within: Option<u32>,
    /// Whether it stands for whatever came after a limit was reached.
    pub(crate) rest: bool,
}

impl Shape {
    pub(crate) fn is_permanent(&self) -> bool {
        self.pieces.contains(&Piece::Any)
    }
}

/// The shapes with the same marks at the same places.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Shapes that stand for many, with places for any word.
    pub(crate) permanent: Vec<u32>,
    /// Shapes as they came.
    pub(crate) free: Vec<u32>,
    look_at: usize,
    /// Takes every further shape once there are too many.
    rest: Option<u32>,
}

#[derive(Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = crate::piece::hash_bytes(bytes);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type ByHash<T> = HashMap<u64, T, BuildHasherDefault<AsIs>>;

/// The shapes of one service.
#[derive(Default)]
pub(crate) struct Shapes {
    pub(crate) limits: Limits,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) layouts: ByHash<Layout>,
    slots: ByHash<u32>,
    remembered: usize,
    pub(crate) tally: Tally,
    /// The shape of everything beyond the limits, and that of lines that are no text.
    pub(crate) beyond: Option<u32>,
    pub(crate) binary: Option<u32>,
}

const BINARY_HASH: u64 = 0xB1;
const BEYOND_HASH: u64 = 0xBE;

impl Shapes {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Counts a line and says under which shape.
    pub(crate) fn add(&mut self, cutter: &mut Cutter, line: &[u8]) -> ShapeId {
        self.tally.lines += 1;
        self.tally.bytes += line.len() as u64;
        let read = &line[..line.len().min(self.limits.line_bytes)];
        self.tally.cut += u64::from(read.len() < line.len());
        let slot = if is_binary(read) {
            self.tally.binary += 1;
            *self.binary.get_or_insert_with(|| keep(&mut self.shapes, vec![Piece::Value], BINARY_HASH, false))
        } else {
            cutter.cut(read, self.limits.tokens);
            let hash = cutter.hash();
            match self.slots.get(&hash) {
                Some(slot) => *slot,
                None => self.take(read, cutter.cut(read, self.limits.tokens), hash),
            }
        };
        let shape = &mut self.shapes[slot as usize];
        shape.lines += 1;
        self.tally.beyond += u64::from(shape.rest);
        ShapeId(slot)
    }

    /// The place of a shape that is new, or of the permanent one it belongs to.
    fn take(&mut self, line: &[u8], tokens: &[Token], hash: u64) -> u32 {
        let pieces = pieces(line, tokens);
        let key = layout_of(&pieces);
        let full = self.shapes.len() >= self.limits.shapes;
        if let Some(layout) = self.layouts.get(&key) {
            let fits = |slot: &&u32| matches(&self.shapes[**slot as usize].pieces, &pieces);
            let found = layout.permanent.iter().find(fits).copied();
            let found = found.or(layout.rest).or(if full { self.beyond } else { None });
            if let Some(slot) = found {
                self.remember(hash, slot);
                return slot;
            }
        }
        if full {
            return *self.beyond.get_or_insert_with(|| keep(&mut self.shapes, vec![Piece::Any], BEYOND_HASH, true));
        }
        let slot = keep(&mut self.shapes, pieces, hash, false);
        self.slots.insert(hash, slot);
        let layout = self.layouts.entry(key).or_default();
        layout.free.push(slot);
        let most = self.limits.shapes_of(self.shapes[slot as usize].pieces.len());
        if layout.free.len() >= layout.look_at.max(LOOKED_AT).min(most) {
            self.look_for_parameters(key, most);
        }
        slot
    }

    fn remember(&mut self, hash: u64, slot: u32) {
        if self.remembered >= REMEMBERED {
            let shapes = &self.shapes;
            self.slots.retain(|hash, slot| shapes[*slot as usize].hash == *hash);
            self.remembered = 0;
        }
        self.slots.insert(hash, slot);
        self.remembered += 1;
    }

    /// Makes large groups of a layout permanent, so that their parameters' words are not kept.
    fn look_for_parameters(&mut self, key: u64, most: usize) {
        let Some(mut layout) = self.layouts.remove(&key) else { return };
        let free: Vec<&[Piece]> =
            layout.free.iter().map(|slot| self.shapes[*slot as usize].pieces.as_slice()).collect();
        let made: Vec<(Vec<u32>, Vec<Piece>)> = groups(&free)
            .into_iter()
            .filter(|members| members.len() >= PERMANENT)
            .map(|members| {
                let forms: Vec<&[Piece]> = members.iter().map(|m| free[*m]).collect();
                (members.iter().map(|m| layout.free[*m]).collect(), common(&forms))
            })
            .collect();
        for (members, form) in made {
            let oldest = members.iter().min().copied().unwrap_or_default();
            let hash = self.shapes[oldest as usize].hash;
            let permanent = keep(&mut self.shapes, form, hash, false);
            for member in members {
                self.take_in(member, permanent);
            }
            layout.permanent.push(permanent);
        }
        layout.free.retain(|slot| self.shapes[*slot as usize].within.is_none());
        layout.look_at = (layout.free.len() * 2).max(LOOKED_AT);
        if layout.free.len() >= most {
            let form = &self.shapes[layout.free[0] as usize].pieces;
            let form = form.iter().map(|p| if p.holds() { Piece::Any } else { p.clone() }).collect();
            layout.rest = Some(keep(&mut self.shapes, form, key, true));
        }
        self.layouts.insert(key, layout);
    }

    fn take_in(&mut self, member: u32, permanent: u32) {
        let shape = &mut self.shapes[member as usize];
        shape.within = Some(permanent);
        shape.pieces = Vec::new();
        // The permanent shape is found by the members' hashes from now on.
        let hash = shape.hash;
        self.remember(hash, permanent);
    }

    /// Puts a shape back as it was when the state was kept.
    pub(crate) fn put_back(&mut self, shape: Shape) {
        let slot = self.shapes.len() as u32;
        if shape.within.is_none() {
            let layout = self.layouts.entry(layout_of(&shape.pieces)).or_default();
            if shape.rest {
                layout.rest = Some(slot);
            } else if shape.is_permanent() {
                layout.permanent.push(slot);
            } else {
                layout.free.push(slot);
                self.slots.insert(shape.hash, slot);
            }
        }
        self.shapes.push(shape);
    }

    /// The shape under which a line of this shape counts, if it was seen.
    pub(crate) fn find(&self, hash: u64, pieces: &[Piece]) -> Option<ShapeId> {
        let permanent = || {
            let layout = self.layouts.get(&layout_of(pieces))?;
            let fits = |slot: &&u32| matches(&self.shapes[**slot as usize].pieces, pieces);
            layout.permanent.iter().find(fits)
        };
        self.slots.get(&hash).or_else(permanent).map(|slot| ShapeId(*slot))
    }

    pub(crate) fn rests(&self) -> impl Iterator<Item = u32> {
        self.layouts.values().filter_map(|layout| layout.rest)
    }
}

fn keep(shapes: &mut Vec<Shape>, pieces: Vec<Piece>, hash: u64, rest: bool) -> u32 {
    shapes.push(Shape { pieces, hash, lines: 0, within: None, rest });
    (shapes.len() - 1) as u32
}

/// Whether a shape is one that `form` stands for.
pub(crate) fn matches(form: &[Piece], shape: &[Piece]) -> bool {
    form.len() == shape.len() && form.iter().zip(shape).all(|(f, s)| f == s || *f == Piece::Any && s.holds())
}

/// Whether a line's beginning is no text: more than one byte in sixteen is a control character.
fn is_binary(line: &[u8]) -> bool {
    let head = &line[..line.len().min(256)];
    let controls = head.iter().filter(|b| **b < 32 && !matches!(**b, 9 | 10 | 13 | 27)).count();
    controls * 16 > head.len()
}

/// Where a token is a value or a word, its kind and place in the line.
pub(crate) fn held(tokens: &[Token]) -> impl Iterator<Item = (usize, &Token)> {
    tokens.iter().enumerate().filter(|(_, token)| matches!(token.what, What::Value | What::Word))
}
