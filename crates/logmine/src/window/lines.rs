//! Lines: counted by their shapes, and kept as long as there is room.

use std::collections::{HashMap, VecDeque};

use super::{Loss, SECOND, Service, Window};
use crate::expectation::speaks_of_failure;
use crate::shapes::ShapeId;

/// Bytes kept of a line's text, and of all its attributes.
const TEXT_BYTES: usize = 4 << 10;
const ATTRIBUTE_BYTES: usize = 2 << 10;
/// What a kept line takes beside its text.
const OVERHEAD: usize = 96;
/// Severity from which a line is an error, as OTLP counts.
const ERROR: u8 = 17;
/// Severity below which a writer says that nothing is wrong, whatever the words.
const WARNING: u8 = 13;
/// How many times the room of an ordinary template one has that speaks of failure.
const FAILING_ROOM: usize = 8;

/// A line that comes in.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Who wrote it.
    pub service: &'a str,
    /// When; `None` where nobody said.
    pub at: Option<i64>,
    /// 1 to 24 as OTLP counts them, 17 and above are errors; 0 where nobody said.
    pub severity: u8,
    /// What it says.
    pub text: &'a [u8],
    /// Names and values beside it.
    pub attributes: &'a [(String, String)],
    /// The trace it belongs to.
    pub trace: Option<[u8; 16]>,
}

/// A line that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    /// When.
    pub at: i64,
    /// As it came.
    pub severity: u8,
    /// What it says, at most 4 KB of it.
    pub text: Box<str>,
    /// `name=value`, one a line.
    pub attributes: Box<str>,
    /// The trace it belongs to.
    pub trace: Option<[u8; 16]>,
}

impl KeptLine {
    fn bytes(&self) -> usize {
        self.text.len() + self.attributes.len() + OVERHEAD
    }
}

/// What was seen of a shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// When the first line of it came.
    pub first: i64,
    /// When the last one came.
    pub last: i64,
    /// How many in all.
    pub lines: u64,
    /// The highest severity.
    pub severity: u8,
    /// Whether it speaks of failure, by its words or severity.
    pub failing: bool,
}

#[derive(Debug, Default)]
pub(super) struct OfShape {
    pub(super) seen: Seen,
    pub(super) lines: VecDeque<KeptLine>,
    pub(super) bytes: usize,
}

/// The lines of one service.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) shapes: HashMap<ShapeId, OfShape>,
}

impl Lines {
    pub(super) fn bytes(&self) -> usize {
        self.shapes.values().map(|shape| shape.bytes).sum()
    }
}

impl Window {
    /// Takes a line. False when it is older than the window and was left away.
    pub fn line(&mut self, line: Line<'_>, now: i64) -> bool {
        let Some(at) = self.time(line.at, now) else {
            self.losses.add(Loss::LineLate, 1);
            return false;
        };
        let limit = self.settings.shapes();
        let stream = self.miner.stream(line.service);
        let (before, had) = (stream.tally(), stream.shapes());
        let shape = stream.add(line.text);
        let (after, has) = (stream.tally(), stream.shapes());
        self.shapes += has - had;
        let full = self.shapes >= limit;
        if full {
            stream.close();
        }
        let beyond = stream.name() != line.service;
        let settings = self.settings;
        let service = match self.services.get_mut(stream.name()) {
            Some(service) => service,
            None => self.services.entry(stream.name().into()).or_insert_with(|| Service::new(&settings)),
        };
        if full {
            service.closed.get_or_insert(now);
        }
        service.last = service.last.max(at);
        service.minutes.add(shape, at / SECOND);
        service.hours.add(shape, at / SECOND);
        let of_shape = service.lines.shapes.entry(shape).or_default();
        of_shape.seen.count(&line, at);
        let binary = after.binary > before.binary;
        if !binary {
            let kept = kept(&line, at);
            self.line_bytes += kept.bytes();
            of_shape.bytes += kept.bytes();
            of_shape.lines.push_back(kept);
        }
        let cut = !binary && (after.cut > before.cut || line.text.len() > TEXT_BYTES);
        for (happened, loss) in [
            (binary, Loss::LineBinary),
            (cut, Loss::LineCut),
            (beyond, Loss::ServiceBeyond),
            (after.beyond > before.beyond, Loss::ShapeBeyond),
        ] {
            if happened {
                self.losses.add(loss, 1);
            }
        }
        if self.line_bytes > self.settings.line_bytes() {
            self.make_room();
        }
        true
    }

    /// Forgets lines until a fifth of their memory is free: every shape keeps its newest lines up to the same number of bytes,
    /// those that speak of failure up to more, so that what repeats most goes first.
    fn make_room(&mut self) {
        let target = self.settings.line_bytes() / 5 * 4;
        let room = |shape: &OfShape, level: usize| if shape.seen.failing { level * FAILING_ROOM } else { level };
        let held = |level: usize| -> usize {
            let shapes = self.services.values().flat_map(|service| service.lines.shapes.values());
            shapes.map(|shape| shape.bytes.min(room(shape, level))).sum()
        };
        let (mut low, mut high) = (0, target);
        while high - low > 256 {
            let middle = low + (high - low) / 2;
            if held(middle) > target { high = middle } else { low = middle }
        }
        let mut freed = 0;
        for service in self.services.values_mut() {
            for shape in service.lines.shapes.values_mut() {
                let most = room(shape, low);
                let (mut lines, mut bytes) = (0, 0);
                while shape.bytes - bytes > most
                    && let Some(line) = shape.lines.pop_front()
                {
                    lines += 1;
                    bytes += line.bytes();
                }
                shape.bytes -= bytes;
                freed += bytes;
                if lines > 0 {
                    let loss = if shape.seen.failing { Loss::FailingLineForgotten } else { Loss::LineForgotten };
                    self.losses.add(loss, lines);
                }
            }
        }
        self.line_bytes -= freed.min(self.line_bytes);
    }

    pub(super) fn forget_lines_before(&mut self, oldest: i64) {
        let mut freed = 0;
        for service in self.services.values_mut() {
            service.minutes.forget_before(oldest / SECOND);
            for shape in service.lines.shapes.values_mut() {
                while shape.lines.front().is_some_and(|line| line.at < oldest) {
                    let bytes = shape.lines.pop_front().map_or(0, |line| line.bytes());
                    shape.bytes -= bytes;
                    freed += bytes;
                }
            }
        }
        self.line_bytes -= freed.min(self.line_bytes);
    }
}

impl Seen {
    fn count(&mut self, line: &Line<'_>, at: i64) {
        if self.lines == 0 {
            self.first = at;
            let head = &line.text[..line.text.len().min(TEXT_BYTES)];
            let calm = (1..WARNING).contains(&line.severity);
            self.failing = !calm && speaks_of_failure(&String::from_utf8_lossy(head));
        }
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.lines += 1;
        self.severity = self.severity.max(line.severity);
        self.failing |= line.severity >= ERROR;
    }
}

fn kept(line: &Line<'_>, at: i64) -> KeptLine {
    let text = String::from_utf8_lossy(&line.text[..line.text.len().min(TEXT_BYTES)]);
    let mut attributes = String::new();
    for (name, value) in line.attributes {
        if attributes.len() + name.len() + value.len() + 2 > ATTRIBUTE_BYTES {
            break;
        }
        attributes.push_str(if attributes.is_empty() { "" } else { "\n" });
        attributes.push_str(name);
        attributes.push('=');
        attributes.extend(value.chars().map(|c| if c == '\n' { ' ' } else { c }));
    }
    KeptLine {
        at,
        severity: line.severity,
        text: text.trim_end().into(),
        attributes: attributes.into(),
        trace: line.trace,
    }
}
