//! What of a window survives a restart: templates, how often they came, events. No line is among it, nor a metric.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::lines::{Lines, OfShape, Seen};
use super::{Event, Losses, Service, Settings, Window, limits};
use crate::miner::Miner;
use crate::rates::Rates;
use crate::shapes::ShapeId;
use crate::snapshot::{RestoreError, Snapshot};

/// The version of what is written here; another is refused.
const VERSION: u32 = 1;

/// A window without its lines.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    minutes: u32,
    miner: Snapshot,
    services: Vec<KeptService>,
    events: VecDeque<Event>,
    losses: Losses,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptService {
    name: String,
    minutes: Rates,
    hours: Rates,
    seen: Vec<(ShapeId, Seen)>,
    versions: VecDeque<String>,
    closed: Option<i64>,
    last: i64,
}

/// Why a kept window was not taken up. A new one may begin; only counts are lost.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeptError {
    /// Written by another version.
    #[error("What was kept of the telemetry was written by another version ({0}). It is counted anew.")]
    Version(u32),
    /// Its templates cannot be taken up.
    #[error(transparent)]
    Templates(#[from] RestoreError),
}

impl Window {
    /// What is to be kept over a restart.
    pub fn kept(&self) -> Kept {
        let service = |name: &str, service: &Service| KeptService {
            name: name.to_string(),
            minutes: service.minutes.clone(),
            hours: service.hours.clone(),
            seen: service.lines.shapes.iter().map(|(shape, of)| (*shape, of.seen)).collect(),
            versions: service.versions.clone(),
            closed: service.closed,
            last: service.last,
        };
        Kept {
            version: VERSION,
            minutes: self.settings.minutes,
            miner: self.miner.snapshot(),
            services: self.services.iter().map(|(name, kept)| service(name, kept)).collect(),
            events: self.events.clone(),
            losses: self.losses.clone(),
        }
    }

    /// Goes on where something was kept. Counts by the minute are taken up only for the same length of the window.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn restore(kept: Kept, settings: Settings) -> Result<Self, KeptError> {
        if kept.version != VERSION {
            return Err(KeptError::Version(kept.version));
        }
        let mut window = Self::new(settings);
        window.miner = Miner::restore(kept.miner, limits(&window.settings))?;
        window.shapes = window.miner.streams().map(crate::Stream::shapes).sum();
        let same = kept.minutes == window.settings.minutes;
        for old in kept.services {
            let Some(stream) = window.miner.known(&old.name) else { continue };
            let known = |shape: &ShapeId| (shape.0 as usize) < stream.shapes();
            let mut service = Service::new(&window.settings);
            if same {
                service.minutes = old.minutes;
            }
            service.hours = old.hours;
            let seen = old.seen.into_iter().filter(|(shape, _)| known(shape));
            let of = |(shape, seen)| (shape, OfShape { seen, ..OfShape::default() });
            service.lines = Lines { shapes: seen.map(of).collect() };
            (service.versions, service.closed, service.last) = (old.versions, old.closed, old.last);
            window.services.insert(old.name.into(), service);
        }
        window.events = kept.events;
        window.losses = kept.losses;
        Ok(window)
    }
}
