//! What a window is asked.

use std::sync::Arc;

use super::{Event, KeptLine, Seen, Service, Window};
use crate::miner::{Stream, Template, Templates};
use crate::parameter::Parameter;
use crate::rates::Series;
use crate::shapes::ShapeId;

/// A service as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceView {
    /// Its name; empty for lines of services that were too many to be told apart.
    pub name: String,
    /// Lines counted.
    pub lines: u64,
    /// Lines kept.
    pub kept: usize,
    /// When the last line was written.
    pub last: i64,
    /// Its versions, as they appeared.
    pub versions: Vec<String>,
}

/// A kept line and where it belongs.
#[derive(Debug, Clone, Copy)]
pub struct LineView<'a> {
    /// Who wrote it.
    pub service: &'a str,
    /// Its shape, for [`Templates::of`].
    pub shape: ShapeId,
    /// The line.
    pub line: &'a KeptLine,
}

impl Window {
    /// Services that sent lines, by name.
    pub fn services(&self) -> Vec<ServiceView> {
        let view = |name: &str, service: &Service| ServiceView {
            name: name.to_string(),
            lines: self.miner.known(name).map_or(0, |stream| stream.tally().lines),
            kept: service.lines.shapes.values().map(|shape| shape.lines.len()).sum(),
            last: service.last,
            versions: service.versions.iter().cloned().collect(),
        };
        self.services.iter().map(|(name, known)| view(name, known)).collect()
    }

    /// The templates of a service. Grouping is done again only when there are new shapes, so that their numbers of lines may be
    /// behind; [`Window::series`] is not.
    pub fn templates(&mut self, service: &str) -> Option<Arc<Templates>> {
        let stream = self.miner.known(service)?;
        let known = self.services.get_mut(service)?;
        if let Some((shapes, grouped)) = &known.grouped
            && *shapes == stream.shapes()
        {
            return Some(Arc::clone(grouped));
        }
        let grouped = Arc::new(stream.templates());
        known.grouped = Some((stream.shapes(), Arc::clone(&grouped)));
        Some(grouped)
    }

    /// Lines of a template by the minute.
    pub fn series(&self, service: &str, template: &Template) -> Series {
        let empty = Series { start: 0, seconds: 60, counts: Vec::new() };
        self.services.get(service).map_or(empty, |known| known.minutes.series(&template.shapes))
    }

    /// Lines of a template by the hour, for three weeks.
    pub fn hours(&self, service: &str, template: &Template) -> Series {
        let empty = Series { start: 0, seconds: 3_600, counts: Vec::new() };
        self.services.get(service).map_or(empty, |known| known.hours.series(&template.shapes))
    }

    /// What was seen of a template since the window began, its lines that are forgotten among it.
    pub fn seen(&self, service: &str, template: &Template) -> Option<Seen> {
        let known = &self.services.get(service)?.lines.shapes;
        template.shapes.iter().filter_map(|shape| known.get(shape)).map(|of| of.seen).reduce(|a, b| Seen {
            first: a.first.min(b.first),
            last: a.last.max(b.last),
            lines: a.lines + b.lines,
            severity: a.severity.max(b.severity),
            failing: a.failing || b.failing,
        })
    }

    /// Kept lines of a template, the oldest of each of its shapes first.
    pub fn lines_of(&self, service: &str, template: &Template) -> impl Iterator<Item = &KeptLine> {
        let known = self.services.get(service);
        let shapes = template.shapes.iter().filter_map(move |shape| known?.lines.shapes.get(shape));
        shapes.flat_map(|of| of.lines.iter())
    }

    /// Kept lines of the services that `wanted` lets through, in no order.
    pub fn lines<'a>(&'a self, wanted: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = LineView<'a>> {
        let services = self.services.iter().filter(move |(name, _)| wanted(name));
        services.flat_map(|(service, known)| {
            known
                .lines
                .shapes
                .iter()
                .flat_map(move |(shape, of)| of.lines.iter().map(move |line| LineView { service, shape: *shape, line }))
        })
    }

    /// The parameters of a line of a service.
    pub fn parameters(&self, service: &str, templates: &Templates, line: &str) -> Vec<Parameter> {
        let stream: Option<&Stream> = self.miner.known(service);
        stream.map(|stream| stream.parameters(templates, line.as_bytes())).unwrap_or_default()
    }

    /// Events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }

    /// Bytes that lines, shapes, counts and metrics take, nearly.
    pub fn bytes(&self) -> usize {
        let cells: usize = self.services.values().map(|service| service.minutes.cells() + service.hours.cells()).sum();
        let metrics: usize = self.metrics().map(|(_, metric)| metric.values().count() * 8 + 300).sum();
        self.line_bytes + self.shapes * 700 + cells * 24 + metrics
    }
}
