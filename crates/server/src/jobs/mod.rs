//! Everything that happens without a person asking: each loop calls flows, again and again, and
//! survives their errors. What happens when is listed in `clock.rs`.

pub mod fetch_mail;
mod runner;

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use crate::{App, clock, flow};

pub use runner::run_jobs_once;

/// Running loops; dropping the handle does not stop them, [`JobsHandle::stop`] does.
pub struct JobsHandle {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl JobsHandle {
    /// Asks every loop to end after what it is doing, and waits.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// Starts every loop of this node.
#[must_use]
pub fn spawn(app: Arc<App>) -> JobsHandle {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = Vec::new();
    macro_rules! every {
        ($name:literal, $period:expr, $wake:expr, $work:expr) => {
            tasks.push(tokio::spawn(looped($name, Arc::clone(&app), stopped.clone(), $period, $wake, $work)));
        };
    }
    every!("sequence", clock::SEQUENCE_EVERY, Some(|app: &App| &app.live.wake.record), async |app: &App| flow::keep_record::sequence(app).await);
    every!("deliver", clock::DELIVER_EVERY, Some(|app: &App| &app.live.wake.letters), async |app: &App| flow::deliver_letters::deliver_due(app).await);
    every!("rescue", clock::RESCUE_EVERY, NEVER, async |app: &App| flow::deliver_letters::rescue(app).await);
    every!("jobs", clock::JOBS_EVERY, Some(|app: &App| &app.live.wake.jobs), async |app: &App| run_jobs_once(app).await);
    every!("index", clock::INDEX_EVERY, NEVER, async |app: &App| flow::follow_record::follow(app).await);
    tasks.push(tokio::spawn(learn(Arc::clone(&app), stopped.clone())));
    if app.config.mail.imap.is_some() {
        let (app, mut stopped) = (Arc::clone(&app), stopped.clone());
        tasks.push(tokio::spawn(async move {
            tokio::select! {
                () = fetch_mail::run(app) => {}
                _ = stopped.changed() => {}
            }
        }));
    }
    JobsHandle { stop, tasks }
}

type WakeUp = Option<fn(&App) -> &tokio::sync::Notify>;
const NEVER: WakeUp = None;

/// Calls `work` until there is nothing left, then waits for a wake-up or the period.
async fn looped<F>(name: &'static str, app: Arc<App>, mut stopped: watch::Receiver<bool>, period: Duration, wake: WakeUp, work: F)
where
    F: AsyncFn(&App) -> Result<usize, crate::FlowError> + Send,
    for<'a> F::CallRefFuture<'a>: Send,
{
    loop {
        match work(&app).await {
            Ok(0) => {}
            Ok(_) if !*stopped.borrow() => continue,
            Ok(_) => return,
            Err(error) => tracing::error!(%error, detail = ?error, "{name} failed; it goes on"),
        }
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = async { match wake { Some(of) => of(&app).notified().await, None => std::future::pending().await } } => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Fills vectors behind everything else, then trains triage once more with meaning beside words.
async fn learn(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
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
                && let Err(error) = flow::train_triage::train(&app, flow::train_triage::Using::Meaning).await
            {
                tracing::error!(%error, "training failed");
            }
        }
        let pause = if left > 0 { Duration::from_millis(20) } else { Duration::from_secs(1) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}
