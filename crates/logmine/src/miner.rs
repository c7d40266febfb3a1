//! The face of template mining: lines in, templates out.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cut::Cutter;
use crate::family::families;
use crate::group::{common, groups};
use crate::piece::{Piece, hash_bytes, mix, render};
use crate::shapes::{Limits, ShapeId, Shapes, Tally, matches};

/// A template's name, made of its service's name and the first shape it had. It stays when the template grows, and the same
/// lines give the same id on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TemplateId(pub u64);

impl fmt::Display for TemplateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What many lines have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub id: TemplateId,
    /// What a line of it says, with `<*>` for every parameter.
    pub text: String,
    /// How many lines were of it.
    pub lines: u64,
    /// The shapes that count for it, oldest first.
    pub shapes: Vec<ShapeId>,
}

/// All templates of one service at one moment.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    list: Vec<Template>,
    of_shape: Vec<usize>,
    /// The form each shape's group has, for reading parameters.
    forms: Vec<Vec<Piece>>,
    form_of_shape: Vec<usize>,
}

impl Templates {
    /// The templates, those with the oldest shapes first.
    pub fn list(&self) -> &[Template] {
        &self.list
    }

    /// The template that counts what was counted under `shape`. `None` for a shape that came later.
    pub fn of(&self, shape: ShapeId) -> Option<&Template> {
        self.list.get(self.place(shape)?)
    }

    /// Where the template of `shape` stands in the list.
    pub fn place(&self, shape: ShapeId) -> Option<usize> {
        self.of_shape.get(shape.0 as usize).copied()
    }

    /// What the lines of a shape's group have in common.
    pub(crate) fn form(&self, shape: ShapeId) -> &[Piece] {
        let form = self.form_of_shape.get(shape.0 as usize).and_then(|form| self.forms.get(*form));
        form.map(Vec::as_slice).unwrap_or_default()
    }
}

/// One service's lines.
pub struct Stream {
    pub(crate) name: Box<str>,
    pub(crate) shapes: Shapes,
    cutter: Cutter,
}

impl Stream {
    pub(crate) fn new(name: &str, limits: Limits) -> Self {
        Self { name: name.into(), shapes: Shapes::new(limits), cutter: Cutter::default() }
    }

    /// The service's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Counts a line and says under which shape. The id stays valid for as long as the stream is kept, through [`crate::Snapshot`] too.
    pub fn add(&mut self, line: &[u8]) -> ShapeId {
        self.shapes.add(&mut self.cutter, line)
    }

    /// Takes no further shapes: lines of new ones count as one shape, as beyond any limit.
    pub fn close(&mut self) {
        self.shapes.limits.shapes = self.shapes.limits.shapes.min(self.shapes.shapes.len());
    }

    /// What was read so far.
    pub fn tally(&self) -> Tally {
        self.shapes.tally
    }

    /// How many shapes there are; none is ever taken away.
    pub fn shapes(&self) -> usize {
        self.shapes.shapes.len()
    }

    /// The templates that the shapes seen so far make.
    pub fn templates(&self) -> Templates {
        let (members, mut forms) = self.groups();
        let whole = forms.clone();
        let root = families(&mut forms);
        let mut together: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (group, first) in root.iter().enumerate() {
            together.entry(*first).or_default().push(group);
        }
        let count = self.shapes.shapes.len();
        let mut templates =
            Templates { list: Vec::new(), of_shape: vec![0; count], forms: whole, form_of_shape: vec![0; count] };
        for (first, parts) in together {
            let mut slots = Vec::new();
            for part in parts {
                for slot in &members[part] {
                    templates.form_of_shape[*slot as usize] = part;
                    slots.push(*slot);
                }
            }
            slots.sort_unstable();
            for slot in &slots {
                templates.of_shape[*slot as usize] = templates.list.len();
            }
            templates.list.push(self.template(&slots, &forms[first]));
        }
        templates
    }

    fn template(&self, slots: &[u32], form: &[Piece]) -> Template {
        let shapes = &self.shapes.shapes;
        let oldest = slots.first().map_or(0, |slot| shapes[*slot as usize].hash);
        Template {
            id: TemplateId(mix(hash_bytes(self.name.as_bytes()), oldest)),
            text: render(form),
            lines: slots.iter().map(|slot| shapes[*slot as usize].lines).sum(),
            shapes: slots.iter().map(|slot| ShapeId(*slot)).collect(),
        }
    }

    /// All shapes in groups, ordered by each group's oldest, with what the group has in common.
    fn groups(&self) -> (Vec<Vec<u32>>, Vec<Vec<Piece>>) {
        let shapes = &self.shapes.shapes;
        let form = |slot: &u32| shapes[*slot as usize].pieces.as_slice();
        let mut taken: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (slot, shape) in shapes.iter().enumerate() {
            if let Some(permanent) = shape.within {
                taken.entry(permanent).or_default().push(slot as u32);
            }
        }
        let mut found: Vec<(Vec<u32>, Vec<Piece>)> = Vec::new();
        for layout in self.shapes.layouts.values() {
            let mut free = layout.free.clone();
            for permanent in &layout.permanent {
                let mut members = taken.remove(permanent).unwrap_or_default();
                members.push(*permanent);
                free.retain(|slot| {
                    let fits = matches(form(permanent), form(slot));
                    members.extend(fits.then_some(*slot));
                    !fits
                });
                found.push((members, form(permanent).to_vec()));
            }
            let forms: Vec<&[Piece]> = free.iter().map(form).collect();
            for group in groups(&forms) {
                let parts: Vec<&[Piece]> = group.iter().map(|at| forms[*at]).collect();
                found.push((group.iter().map(|at| free[*at]).collect(), common(&parts)));
            }
        }
        let alone = [self.shapes.beyond, self.shapes.binary].into_iter().flatten().chain(self.shapes.rests());
        found.extend(alone.map(|slot| (vec![slot], form(&slot).to_vec())));
        for (members, _) in &mut found {
            members.sort_unstable();
        }
        found.sort_unstable_by_key(|(members, _)| members.first().copied());
        found.into_iter().unzip()
    }
}

/// Lines of many services to templates of each; what one service says never changes another's templates.
pub struct Miner {
    pub(crate) limits: Limits,
    pub(crate) streams: BTreeMap<Box<str>, Stream>,
}

impl Default for Miner {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Miner {
    /// A miner that keeps at most what `limits` say.
    pub fn new(limits: Limits) -> Self {
        Self { limits, streams: BTreeMap::new() }
    }

    /// The lines of the service of that name; begun when it is new. Once there are too many, the one without a name.
    pub fn stream(&mut self, name: &str) -> &mut Stream {
        let known = self.streams.contains_key(name) || self.streams.len() < self.limits.services;
        let name = if known { name } else { "" };
        let limits = self.limits;
        self.streams.entry(name.into()).or_insert_with(|| Stream::new(name, limits))
    }

    /// Forgets a service and its shapes. What it says later gets the names it had, when it says it in the same order.
    pub fn forget(&mut self, name: &str) {
        self.streams.remove(name);
    }

    /// The lines of the service of that name, if there are any.
    pub fn known(&self, name: &str) -> Option<&Stream> {
        self.streams.get(name)
    }

    /// The streams, by their services' names.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.values()
    }

    /// What was read of all services.
    pub fn tally(&self) -> Tally {
        self.streams.values().fold(Tally::default(), |sum, service| sum.plus(service.tally()))
    }
}
