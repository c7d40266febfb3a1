//! Claims jobs one after the other and calls the flow behind each. A job that fails comes back
//! later; one that fails too often waits for a person, and so does a mail that nobody could read.

use desk::audit::AuditEvent;
use store::Claimed;

use crate::{
    App, FlowError,
    flow::{self, INTAKE, prepare_reply::PREPARE, receive_mail::ACCEPT, triage_ticket::TRIAGE},
};

/// Every kind there is.
const KINDS: &[&str] = &[ACCEPT, TRIAGE, PREPARE];
/// Until a mail can be seen and is sorted: must never wait behind a slow model.
pub const SORTING: &[&str] = &[ACCEPT, TRIAGE];
/// Sources and drafts; may ask a model.
pub const DRAFTING: &[&str] = &[PREPARE];
/// How long a job may run before another worker takes it.
const LEASE_SECONDS: i64 = 180;
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

/// Runs one job of these kinds, if one is due. Returns 1 when there was one.
///
/// # Errors
/// Whatever the database says about the queue itself.
pub async fn run_once_of(app: &App, kinds: &[&str]) -> Result<usize, FlowError> {
    let Some(job) = app.store.claim_job(kinds, app.clock.now(), LEASE_SECONDS).await? else { return Ok(0) };
    outbox::crash::point("job-claimed");
    let ran = if job.attempts > TRIES_MAX {
        Err(FlowError::Internal("its process died each time".to_owned()))
    } else {
        run(app, &job).await
    };
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
        PREPARE => flow::prepare_reply::prepare(app, job.subject.parse().map_err(gone)?).await,
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
