//! Everything that happens without a person asking: each loop calls flows, again and again, and
//! survives their errors. What happens when is listed in `clock.rs`.

pub mod fetch_mail;
mod runner;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use crate::{App, FlowError, clock, flow, meanings};

pub use runner::{Lease, SORTING, run_jobs_once, run_jobs_under, run_once_of};

/// How long a stopping desk waits for what it is doing.
const PATIENCE: Duration = Duration::from_secs(20);

/// Running loops; dropping the handle does not stop them, [`JobsHandle::stop`] does.
pub struct JobsHandle {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl JobsHandle {
    /// Asks every loop to end after what it is doing, and waits a while. What does not end by then
    /// is cut off: jobs run again at the next start, and a letter on its way becomes uncertain.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let end = tokio::time::Instant::now() + PATIENCE;
        for task in self.tasks {
            let cut = task.abort_handle();
            if tokio::time::timeout_at(end, task).await.is_err() {
                cut.abort();
            }
        }
    }
}

/// What is done again and again.
#[derive(Debug, Clone, Copy)]
enum Chore {
    Sequence,
    Deliver,
    Rescue,
    Sorting,
    Drafting,
    Learning,
    Reading,
    Index,
    Patterns,
    Diagnosing,
    Tidy,
    Sources,
    Files,
    Telemetry,
    Clocks,
    Outcomes,
    Calls,
}

impl Chore {
    const ALL: [Self; 17] = [
        Self::Sequence,
        Self::Deliver,
        Self::Rescue,
        Self::Sorting,
        Self::Drafting,
        Self::Learning,
        Self::Reading,
        Self::Index,
        Self::Patterns,
        Self::Diagnosing,
        Self::Tidy,
        Self::Sources,
        Self::Files,
        Self::Telemetry,
        Self::Clocks,
        Self::Outcomes,
        Self::Calls,
    ];

    const fn every(self) -> Duration {
        match self {
            Self::Sequence => clock::SEQUENCE_EVERY,
            Self::Deliver => clock::DELIVER_EVERY,
            Self::Rescue => clock::RESCUE_EVERY,
            Self::Sorting | Self::Drafting | Self::Learning | Self::Reading => clock::JOBS_EVERY,
            Self::Index => clock::INDEX_EVERY,
            Self::Patterns => clock::PATTERNS_EVERY,
            Self::Diagnosing => clock::DIAGNOSE_EVERY,
            Self::Tidy => clock::TIDY_EVERY,
            Self::Sources => clock::SOURCES_EVERY,
            Self::Files => clock::FOLLOW_EVERY,
            Self::Telemetry => clock::KEEP_TELEMETRY_EVERY,
            Self::Clocks => clock::CLOCKS_EVERY,
            Self::Outcomes => clock::OUTCOMES_EVERY,
            Self::Calls => clock::CALLS_EVERY,
        }
    }

    /// Does what is there to do once. Returns 0 when there was nothing.
    async fn once(self, app: &App) -> Result<usize, FlowError> {
        match self {
            Self::Sequence => flow::keep_record::sequence(app).await,
            Self::Deliver => flow::deliver_letters::deliver_due(app).await,
            Self::Rescue => flow::deliver_letters::rescue(app).await,
            Self::Sorting => runner::run_once_of(app, runner::SORTING).await,
            Self::Drafting => runner::run_once_of(app, runner::DRAFTING).await,
            Self::Learning => runner::run_once_of(app, runner::LEARNING).await,
            Self::Reading => runner::run_once_of(app, runner::READING).await,
            Self::Index => Ok(flow::follow_record::follow(app).await? + flow::index_tickets::follow(app).await?),
            Self::Patterns => {
                flow::find_patterns::count_when_due(app).await?;
                flow::measure_coverage::count_when_due(app).await.map(|()| 0)
            }
            Self::Diagnosing => {
                Ok(flow::diagnose_ticket::again(app).await? + flow::propose_incidents::propose_when_due(app).await?)
            }
            Self::Tidy => {
                flow::draw_reviews::draw_when_due(app).await?;
                flow::sum_up_week::mail_due(app).await?;
                flow::tidy_up::tidy_up(app).await.map(|()| 0)
            }
            Self::Sources => flow::sync_source::ask_due(app).await.map(|_| 0),
            Self::Files => tokio::task::block_in_place(|| flow::follow_files::follow(app)).map(|_| 0),
            Self::Telemetry => tokio::task::block_in_place(|| {
                flow::observe::tell(app);
                app.telemetry.keep()
            })
            .map(|()| 0),
            Self::Clocks => {
                flow::snooze::wake_due(app).await?;
                flow::check_night_drafts::check_due(app).await?;
                flow::count_clocks::follow(app).await.map(|_| 0)
            }
            Self::Outcomes => {
                flow::ask_surveys::ask_due(app).await?;
                let counted = flow::count_outcomes::follow(app).await? + flow::visit_help::count(app).await?;
                flow::watch_ladder::look(app).await?;
                Ok(counted + flow::join_cases::follow(app).await?)
            }
            Self::Calls => flow::page_receivers::call_due(app).await.map(|_| 0),
        }
    }

    /// Returns when somebody says that there is something to do; never for chores nobody wakes.
    async fn woken(self, app: &App) {
        let wake = &app.live.wake;
        match self {
            Self::Sequence => wake.record.notified().await,
            Self::Deliver => wake.letters.notified().await,
            Self::Sorting | Self::Drafting | Self::Learning | Self::Reading => wake.jobs.notified().await,
            Self::Rescue
            | Self::Index
            | Self::Patterns
            | Self::Diagnosing
            | Self::Tidy
            | Self::Sources
            | Self::Files
            | Self::Telemetry
            | Self::Clocks
            | Self::Outcomes
            | Self::Calls => std::future::pending().await,
        }
    }
}

/// Starts every loop of this node.
#[must_use]
pub fn spawn(app: Arc<App>) -> JobsHandle {
    let (stop, stopped) = watch::channel(false);
    let mut tasks: Vec<_> =
        Chore::ALL.map(|chore| tokio::spawn(again_and_again(chore, Arc::clone(&app), stopped.clone()))).into();
    tasks.push(tokio::spawn(learn(Arc::clone(&app), stopped.clone())));
    if app.config.mail.imap.is_some() {
        let mut stopped = stopped;
        tasks.push(tokio::spawn(async move {
            tokio::select! {
                () = fetch_mail::run(app) => {}
                _ = stopped.changed() => {}
            }
        }));
    }
    JobsHandle { stop, tasks }
}

/// Does a chore until there is nothing left, then waits for a wake-up or the period.
async fn again_and_again(chore: Chore, app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match chore.once(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, detail = ?error, ?chore, "a chore failed; it goes on"),
        }
        tokio::select! {
            () = tokio::time::sleep(chore.every()) => {}
            () = chore.woken(&app) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Asks for a training where the model cannot be read; fills vectors behind everything else, then trains triage once
/// more with meaning beside words.
async fn learn(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    if let Err(error) = flow::train_triage::ask_when_unreadable(&app).await {
        tracing::error!(%error, "nobody knows whether triage can be used");
    }
    if let Err(error) = flow::gate_program::ask_when_changed(&app).await {
        tracing::error!(%error, "nobody knows whether the eval cases still hold");
    }
    let mut filled_before = false;
    loop {
        let left = match app.library.fill(&app.store).await {
            Ok(left) => left,
            Err(error) => {
                tracing::error!(%error, "filling vectors failed; it goes on");
                0
            }
        };
        let (passages, _) = app.library.counts();
        if left == 0 && passages > 0 && app.library.has_encoder() && !filled_before {
            filled_before = true;
            if !app.triager.wants_vectors()
                && let Err(error) =
                    flow::train_triage::train(&app, &flow::PREPARATION, flow::train_triage::Using::Meaning).await
            {
                tracing::error!(%error, "training failed");
            }
        }
        let goes_on = left > 0
            || meanings::read_ahead(&app).await.unwrap_or_else(|error| {
                tracing::error!(%error, "reading sentences ahead failed; it goes on");
                false
            });
        let pause = if goes_on { Duration::from_millis(20) } else { Duration::from_secs(1) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}
