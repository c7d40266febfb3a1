//! The window of this node: what OpenTelemetry collectors, followed files and people's tools sent lately. Lines stay in memory;
//! templates and how often they came are kept in the data folder over a restart.

pub mod config;
mod mask;
mod scope;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use connect::stores::Store;
use logmine::window::{Kept, Loss, Settings, Window};
use store::Grant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use mask::{Masks, masked};
pub use scope::Seen;

use crate::FlowError;

/// Batches that may be on their way in at once; further ones are asked to come again.
const PLACES: usize = 16;
/// Batches that are unpacked and decoded at once.
const DECODED: usize = 2;

/// Telemetry of this node.
pub struct Telemetry {
    window: Mutex<Window>,
    scopes: Vec<config::Scope>,
    masks: Masks,
    places: Arc<Semaphore>,
    decoding: Arc<Semaphore>,
    /// Stores that can be asked, by name.
    pub stores: BTreeMap<String, Store>,
    /// How far each followed file was read.
    pub(crate) followed: Mutex<BTreeMap<PathBuf, crate::flow::follow_files::Place>>,
    kept: PathBuf,
}

impl Telemetry {
    /// Opens the window, and goes on with what was kept, if it can be read.
    ///
    /// # Errors
    /// A store's address or token file that cannot be used.
    pub fn open(config: &config::Telemetry, data: &Path) -> Result<Self, FlowError> {
        let settings = Settings {
            minutes: config.minutes,
            bytes: config.memory_mb << 20,
            services: config.services_max,
            ..Settings::default()
        };
        let kept = data.join("telemetry.json");
        let mut stores = BTreeMap::new();
        let sources = config.prometheus.iter().map(|s| (s, connect::stores::Kind::Prometheus));
        for (source, kind) in sources.chain(config.loki.iter().map(|s| (s, connect::stores::Kind::Loki))) {
            stores.insert(source.name.clone(), open_store(source, kind)?);
        }
        Ok(Self {
            window: Mutex::new(read_kept(&kept, settings)),
            scopes: config.scopes.clone(),
            masks: Masks::new(&config.mask),
            places: Arc::new(Semaphore::new(PLACES)),
            decoding: Arc::new(Semaphore::new(DECODED)),
            stores,
            followed: Mutex::new(BTreeMap::new()),
            kept,
        })
    }

    /// The window, for as long as the answer is held. A panic of another holder changes nothing: every call leaves it whole.
    pub(crate) fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What a grant may see.
    #[must_use]
    pub fn seen(&self, grant: &Grant) -> Seen {
        Seen::by(grant, &self.scopes)
    }

    /// What the people of a queue may see of it under a grant.
    #[must_use]
    pub fn seen_of_queue(&self, grant: &Grant, queue: &str) -> Seen {
        Seen::of_queue(grant, queue, &self.scopes)
    }

    /// What the people of every queue may see, whichever it is.
    #[must_use]
    pub fn seen_by_all(&self) -> Seen {
        Seen::of_everybody(&self.scopes)
    }

    /// Attributes that are never kept.
    #[must_use]
    pub const fn masks(&self) -> &Masks {
        &self.masks
    }

    /// A place for a batch. `None` when too many are on their way; that is counted.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        if place.is_none() {
            self.window().lost(Loss::BatchTurnedAway, 1);
        }
        place
    }

    /// Waits for its turn to be decoded.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.decoding).acquire_owned().await.ok()
    }

    /// Writes what outlives a restart. The file is replaced whole.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn keep(&self) -> Result<(), FlowError> {
        let kept = self.window().kept();
        let broken = |e: &dyn std::fmt::Display| FlowError::Unavailable(format!("The telemetry cannot be kept: {e}."));
        let bytes = serde_json::to_vec(&kept).map_err(|e| broken(&e))?;
        let part = self.kept.with_extension("part");
        std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &self.kept)).map_err(|e| broken(&e))
    }
}

/// What was kept, or an empty window: only counts are lost.
fn read_kept(file: &Path, settings: Settings) -> Window {
    let Ok(bytes) = std::fs::read(file) else { return Window::new(settings) };
    let restored = serde_json::from_slice::<Kept>(&bytes)
        .map_err(|e| e.to_string())
        .and_then(|kept| Window::restore(kept, settings).map_err(|e| e.to_string()));
    restored.unwrap_or_else(|error| {
        tracing::warn!(error, "what was kept of the telemetry cannot be read; it is counted anew");
        Window::new(settings)
    })
}

fn open_store(source: &config::Source, kind: connect::stores::Kind) -> Result<Store, FlowError> {
    let wrong = |why: String| FlowError::Unavailable(format!("The store {} of telemetry: {why}", source.name));
    let token = match &source.token_file {
        None => None,
        Some(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|e| wrong(format!("{} cannot be read: {e}.", file.display())))?;
            Some(connect::Secret::new(text.trim()))
        }
    };
    let at = connect::stores::Address {
        kind,
        url: source.url.clone(),
        token,
        tenant: source.tenant.clone(),
        reach: if source.allow_private { connect::model::Reach::PrivateToo } else { connect::model::Reach::Public },
    };
    Store::new(at).map_err(|e| wrong(e.to_string()))
}
