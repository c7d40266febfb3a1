//! Everything a flow is handed, opened once.

use std::{path::PathBuf, sync::Arc};

use connect::mail::Settings as MailSettings;
use desk::audit::Service;
use outbox::{Door, Transport};
use store::{Grant, Purpose, ServiceIdentity, Store};
use tokio::sync::{Notify, broadcast};

use crate::flow::{
    check_night_drafts::CheckedNights, count_clocks::Counted, find_contradictions::Kept as Contradictions,
    join_cases::Questions, look_for_help::Pace, measure_coverage::Measured, page_receivers::hooks,
};
use crate::{
    FlowError, clock::Clock, config::Config, keys::Keys, library::Library, meanings::Recent,
    observations::Observations, patterns::Patterns, telemetry::Telemetry, ticket_index::TicketIndex, triager::Triager,
};

/// The running desk. Flows take `&App` and nothing more.
pub struct App {
    /// All rows.
    pub store: Store,
    /// The only door to a customer.
    pub door: Door,
    /// What the door hands letters to.
    pub transport: Transport,
    /// The meaning of sentences that were used lately.
    pub recent: Recent,
    /// Passages and past cases, searchable.
    pub library: Library,
    /// Every ticket's words, for people who look for one.
    pub tickets: TicketIndex,
    /// Contradictions between articles, as last found.
    pub contradictions: Contradictions,
    /// Sorts mails.
    pub triager: Triager,
    /// How far the times of tickets are counted.
    pub counted: Counted,
    /// Which nights' drafts were looked at again.
    pub checked_nights: CheckedNights,
    /// Other systems that may be told things, by name.
    pub hooks: Vec<(String, connect::hook::Hook)>,
    /// How much people without an account look for.
    pub help_pace: Pace,
    /// Requests that come again and again, as counted last.
    pub patterns: Patterns,
    /// How far eval cases cover failures, as counted last.
    pub coverage: Measured,
    /// Meanings of what eval cases ask.
    pub questions: Questions,
    /// What was last observed of the services.
    pub observations: Observations,
    /// What services log and measure.
    pub telemetry: Telemetry,
    /// The language model, when one is configured.
    pub model: Option<connect::model::Client>,
    /// A language model that may take over, when one is configured.
    pub candidate: Option<connect::model::Client>,
    /// Who vouches for people who sign in, when one is configured.
    pub identity: Option<connect::identity::Provider>,
    /// The time.
    pub clock: Clock,
    /// Settings.
    pub config: Config,
    /// Secrets.
    pub keys: Keys,
    /// How mails are read.
    pub mail: MailSettings,
    /// Who waits for what.
    pub live: Live,
    /// Whether the invented company is loaded.
    pub world: World,
}

/// Whether this desk is the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// The invented company, with its tray and accounts in the open.
    Demo,
    /// A real desk.
    Real,
}

/// Wake-up calls between parts of one node. Losing one costs a poll's wait, nothing else.
#[derive(Default)]
pub struct Wake {
    /// Jobs were queued.
    pub jobs: Notify,
    /// Entries wait for their place.
    pub record: Notify,
    /// Letters may be due.
    pub letters: Notify,
}

/// Wake-up calls, and the head of the record for browsers that watch.
pub struct Live {
    /// Inner wake-ups.
    pub wake: Wake,
    /// Size of the ordered record, told to every watcher.
    pub head: broadcast::Sender<i64>,
}

impl Default for Live {
    fn default() -> Self {
        Self { wake: Wake::default(), head: broadcast::channel(64).0 }
    }
}

impl Live {
    /// Something was committed: entries wait, and perhaps jobs and letters.
    pub fn committed(&self) {
        self.wake.record.notify_one();
        self.wake.jobs.notify_waiters();
        self.wake.letters.notify_one();
    }
}

impl App {
    /// Opens the desk behind a configuration.
    ///
    /// # Errors
    /// Whatever cannot be opened, with what to do about it.
    pub async fn open(config: Config, world: World) -> Result<Arc<Self>, FlowError> {
        Self::open_with(config, world, Clock::default(), None).await
    }

    /// Opens it with a clock and transport of the caller's choice: how tests do it.
    ///
    /// # Errors
    /// Whatever cannot be opened.
    pub async fn open_with(
        config: Config,
        world: World,
        clock: Clock,
        transport: Option<Transport>,
    ) -> Result<Arc<Self>, FlowError> {
        connect::tls::install();
        std::fs::create_dir_all(&config.data).map_err(|e| {
            FlowError::Unavailable(format!(
                "The data folder {} cannot be used: {e}. Choose another with `data`.",
                config.data.display()
            ))
        })?;
        let store = Store::open(&config.database()).await.map_err(|e| FlowError::Unavailable(e.to_string()))?;
        let origin = format!("{}/countersign", host(&config.mail.address));
        let keys = Keys::open(&config.data.join("keys"), &origin).map_err(|e| FlowError::Unavailable(e.to_string()))?;
        let door = Door::new(
            outbox::Settings {
                mailbox: config.mail.address.to_lowercase(),
                desk_name: config.desk.name.clone(),
                domain: host(&config.mail.address).to_owned(),
                undo_seconds: config.desk.undo_seconds,
                letters_a_minute: config.desk.letters_a_minute,
                ai_default: config.desk.ai_default,
                address: config.desk.public_address(),
            },
            keys.approval(),
        )?;
        let transport = match transport {
            Some(transport) => transport,
            None => crate::cli::transport(&config)?,
        };
        let library = Library::open(&config.data.join("index"), &config.embedding.folder)?;
        let tickets = TicketIndex::open(&config.data.join("index").join("tickets"))?;
        let learning = Grant::for_service(ServiceIdentity::new(Service::Preparation), Purpose::Index)?;
        let triager = Triager::load(&store, &learning, config.desk.ai_default).await?;
        let telemetry = Telemetry::open(&config.telemetry, &config.data)?;
        let model = crate::cli::model_client(&config)?;
        let candidate = crate::cli::candidate_client(&config)?;
        let identity = crate::cli::identity_provider(&config)?;
        let hooks = hooks(&config)?;
        let mail = MailSettings {
            authserv_id: config.mail.authserv_id.clone(),
            own_addresses: vec![config.mail.address.to_lowercase()],
            ..MailSettings::default()
        };
        Ok(Arc::new(Self {
            store,
            door,
            transport,
            recent: Recent::default(),
            library,
            tickets,
            contradictions: Contradictions::default(),
            triager,
            counted: Counted::default(),
            checked_nights: CheckedNights::default(),
            hooks,
            help_pace: Pace::default(),
            patterns: Patterns::default(),
            coverage: Measured::default(),
            questions: Questions::default(),
            observations: Observations::default(),
            telemetry,
            model,
            candidate,
            identity,
            clock,
            config,
            keys,
            mail,
            live: Live::default(),
            world,
        }))
    }

    /// What a service may read for a purpose.
    ///
    /// # Errors
    /// When it may not.
    pub fn service_grant(&self, service: Service, purpose: Purpose) -> Result<Grant, FlowError> {
        Ok(Grant::for_service(ServiceIdentity::new(service), purpose)?)
    }

    /// Reads the running model and people's corrections again.
    ///
    /// # Errors
    /// Whatever the database says; then what was held stays.
    pub async fn reload_triage(&self) -> Result<(), FlowError> {
        let grant = self.service_grant(Service::Preparation, Purpose::Index)?;
        self.triager.reload(&self.store, &grant, self.config.desk.ai_default).await
    }

    /// The index folder.
    #[must_use]
    pub fn index_folder(&self) -> PathBuf {
        self.config.data.join("index")
    }
}

/// Right half of an address.
fn host(address: &str) -> &str {
    address.rsplit_once('@').map_or("desk.example", |(_, host)| host)
}
