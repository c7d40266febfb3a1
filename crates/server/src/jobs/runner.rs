//! Claims jobs one after the other and calls the flow behind each. A job that fails comes back
//! later; one that fails too often waits for a person, and so does a mail that nobody could read.

use std::time::Duration;

use desk::audit::AuditEvent;
use outbox::PROMISES;
use store::Claimed;

use crate::{
    App, FlowError, clock,
    flow::{
        self, INTAKE, escalate::ESCALATE, gate_policy::GATE, prepare_reply::PREPARE, receive_mail::ACCEPT,
        shadow_draft::SHADOW, sync_source::SYNC, train_triage::TRAIN, triage_ticket::TRIAGE,
    },
    heartbeat::Heartbeat,
};

/// Every kind there is.
const KINDS: &[&str] = &[ACCEPT, TRIAGE, ESCALATE, PROMISES, PREPARE, TRAIN, GATE, SHADOW, SYNC];
/// Until a mail can be seen and is sorted: must never wait behind a slow model.
pub const SORTING: &[&str] = &[ACCEPT, TRIAGE, ESCALATE, PROMISES];
/// Sources and drafts; may ask a model.
pub const DRAFTING: &[&str] = &[PREPARE];
/// Training, eval cases and candidates; may take minutes, so nothing waits behind them.
pub const LEARNING: &[&str] = &[TRAIN, GATE, SHADOW];
/// Sources, a page a second: may take hours.
pub const READING: &[&str] = &[SYNC];
/// How long a silent worker's job stays its own, and how often a living one speaks.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// In seconds.
    pub seconds: i64,
    /// Several times within those.
    pub renewed_every: Duration,
}
/// The usual lease.
const LEASE: Lease = Lease { seconds: clock::JOB_LEASE_SECONDS, renewed_every: clock::JOB_RENEWED_EVERY };
/// Tries before a person is asked.
const TRIES_MAX: i64 = 5;
/// Tries to read a mail before it is set aside.
const READS_MAX: i64 = 2;

/// Runs one job of any kind, if one is due. Returns 1 when there was one.
///
/// # Errors
/// Whatever the database says about the queue itself.
pub async fn run_jobs_once(app: &App) -> Result<usize, FlowError> {
    run_once_of(app, KINDS).await
}

/// The same under another lease: how tests make time short.
///
/// # Errors
/// Whatever the database says about the queue itself.
pub async fn run_jobs_under(app: &App, lease: Lease) -> Result<usize, FlowError> {
    run_under(app, KINDS, lease).await
}

/// Runs one job of these kinds, if one is due. Returns 1 when there was one.
///
/// # Errors
/// Whatever the database says about the queue itself.
pub async fn run_once_of(app: &App, kinds: &[&str]) -> Result<usize, FlowError> {
    run_under(app, kinds, LEASE).await
}

async fn run_under(app: &App, kinds: &[&str], lease: Lease) -> Result<usize, FlowError> {
    let Some(job) = app.store.claim_job(kinds, app.clock.now(), lease.seconds).await? else { return Ok(0) };
    outbox::crash::point("job-claimed");
    let heartbeat = still_at(app, &job, lease);
    let ran = if job.attempts > TRIES_MAX {
        Err(FlowError::Internal("its process died each time".to_owned()))
    } else {
        run(app, &job).await
    };
    drop(heartbeat);
    match ran {
        Ok(()) => {
            outbox::crash::point("job-done");
            app.store.finish_job(&job).await?;
        }
        Err(FlowError::NotFound) => {
            tracing::warn!(kind = job.kind, subject = job.subject, "job about something that is gone");
            app.store.finish_job(&job).await?;
        }
        Err(error) => give_back(app, &job, &error).await?,
    }
    Ok(1)
}

/// A slow worker keeps its job; a dead one loses it when the lease ends.
fn still_at(app: &App, job: &Claimed, lease: Lease) -> Heartbeat {
    let (store, clock, job) = (app.store.clone(), app.clock.clone(), job.clone());
    Heartbeat::every(lease.renewed_every, move || {
        let (store, until, job) = (store.clone(), clock.now().plus_seconds(lease.seconds), job.clone());
        // A database that does not answer now may do so at the next beat.
        async move { store.renew_job(&job, until).await.unwrap_or(true) }
    })
}

async fn run(app: &App, job: &Claimed) -> Result<(), FlowError> {
    let gone = |_| FlowError::NotFound;
    match job.kind.as_str() {
        ACCEPT => {
            let mail = job.subject.parse().map_err(gone)?;
            if job.attempts > READS_MAX {
                return flow::receive_mail::set_aside(app, mail, "reading it failed twice").await;
            }
            flow::receive_mail::accept(app, mail).await
        }
        TRIAGE => flow::triage_ticket::triage(app, job.subject.parse().map_err(gone)?).await,
        ESCALATE => flow::escalate::look(app, job.subject.parse().map_err(gone)?).await,
        PROMISES => flow::keep_promises::find(app, job.subject.parse().map_err(gone)?).await,
        PREPARE => flow::prepare_reply::prepare(app, job.subject.parse().map_err(gone)?).await,
        SYNC => flow::sync_source::run(app, job).await,
        TRAIN => flow::train_triage::run(app, job).await,
        GATE => flow::gate_policy::run(app, job).await,
        SHADOW => flow::shadow_draft::run(app, job).await,
        _ => Err(FlowError::NotFound),
    }
}

async fn give_back(app: &App, job: &Claimed, error: &FlowError) -> Result<(), FlowError> {
    tracing::error!(kind = job.kind, subject = job.subject, attempt = job.attempts, detail = ?error, "job failed");
    let now = app.clock.now();
    if job.attempts < TRIES_MAX {
        let wait = 2_i64.pow(u32::try_from(job.attempts.clamp(0, 10)).unwrap_or(10));
        return Ok(app.store.return_job(job, Some(now.plus_seconds(wait)), &error.to_string()).await?);
    }
    app.store.return_job(job, None, &error.to_string()).await?;
    let tx = app.store.begin(&INTAKE, now).await?;
    tx.commit(AuditEvent::JobGivenUp { job: job.kind.clone() }).await?;
    Ok(())
}
