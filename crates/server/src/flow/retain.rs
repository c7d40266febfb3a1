//! Retention: what has been kept as long as the configuration says goes, class by class, unless its requester is held. A dry
//! run counts the same rows and changes nothing.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    closed_list,
    ids::RequesterId,
};
use store::{Due, Hold, ServiceIdentity, StoreError};

use crate::{App, FlowError, flow::erase_requester};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// People forgotten in one go; the next go comes ten minutes later.
const PEOPLE: i64 = 20;
/// Longest reference of a hold, in characters.
const REFERENCE_CHARS_MAX: usize = 60;

closed_list! {
    /// A kind of data with an age at which it goes.
    pub enum Class ("class of retention") {
        /// Requesters with nothing open, since their last ticket was touched: erased whole.
        People = "people",
        /// Requests to models with their answers, since they were made.
        ModelRequests = "model_requests",
        /// Mails in quarantine, since they came.
        Quarantine = "quarantine",
    }
}

/// One class as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub class: Class,
    /// After how many days it goes; 0 for never.
    pub days: i64,
    /// What is old enough.
    pub due: Due,
}

/// What would go now.
///
/// # Errors
/// Whatever the database says.
pub async fn report(app: &App) -> Result<Vec<Line>, FlowError> {
    let mut conn = app.store.read().await?;
    let mut lines = Vec::new();
    for class in Class::ALL.iter().copied() {
        let days = days(app, class);
        let due = match before(app, class) {
            None => Due::default(),
            Some(before) => match class {
                Class::People => conn.silent_due(before).await?,
                Class::ModelRequests => conn.exchanges_due(before).await?,
                Class::Quarantine => conn.quarantine_due(before).await?,
            },
        };
        lines.push(Line { class, days, due });
    }
    Ok(lines)
}

/// Lets go of what is due. Returns how much of each class went.
///
/// # Errors
/// Whatever the database says; what went before it stays gone.
pub async fn run(app: &App) -> Result<Vec<(Class, u64)>, FlowError> {
    let mut gone = Vec::new();
    for line in report(app).await?.into_iter().filter(|line| line.due.due > 0) {
        let Some(before) = before(app, line.class) else { continue };
        let count = match line.class {
            Class::People => people(app, before).await?,
            Class::ModelRequests | Class::Quarantine => rows(app, line.class, before).await?,
        };
        gone.push((line.class, count));
    }
    Ok(gone)
}

async fn people(app: &App, before: Timestamp) -> Result<u64, FlowError> {
    let due = app.store.read().await?.silent_people(before, PEOPLE).await?;
    let mut gone = 0;
    for requester in due {
        match erase_requester::by_age(app, requester, before).await {
            Ok(_) => gone += 1,
            // Somebody wrote, or a hold came, since they were counted.
            Err(FlowError::Stale | FlowError::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(gone)
}

async fn rows(app: &App, class: Class, before: Timestamp) -> Result<u64, FlowError> {
    let identity = ServiceIdentity::new(Service::CommandLine);
    let mut tx = app.store.begin(&identity, app.clock.now()).await?;
    let gone =
        if class == Class::Quarantine { tx.drop_quarantine(before).await? } else { tx.drop_exchanges(before).await? };
    let count = i64::try_from(gone).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::RetentionApplied { class: class.word().to_owned(), count }).await?;
    app.store.clear_traces().await?;
    app.live.committed();
    Ok(gone)
}

/// Keeps everything of a requester from retention and from erasure, until it is released.
///
/// # Errors
/// [`FlowError::NotFound`], [`FlowError::Invalid`] for a reference that is empty or long, or a second hold.
pub async fn hold(app: &App, address: &str, reference: &str) -> Result<(), FlowError> {
    let reference = reference.trim();
    let length = reference.chars().count();
    if length == 0 || length > REFERENCE_CHARS_MAX || reference.chars().any(char::is_control) {
        return Err(FlowError::Invalid(format!(
            "Say what the hold is for in 1 to {REFERENCE_CHARS_MAX} characters, such as a case number."
        )));
    }
    let requester = find(app, address).await?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    tx.place_hold(requester, reference).await.map_err(|e| match e {
        StoreError::Constraint { .. } => FlowError::Invalid("This requester is held already.".to_owned()),
        other => other.into(),
    })?;
    tx.commit(AuditEvent::HoldPlaced { requester }).await?;
    app.live.committed();
    Ok(())
}

/// Ends a hold.
///
/// # Errors
/// [`FlowError::NotFound`] for nobody, and for somebody who is not held.
pub async fn release(app: &App, address: &str) -> Result<(), FlowError> {
    let requester = find(app, address).await?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    tx.end_hold(requester).await.map_err(|e| match e {
        StoreError::NotFound => FlowError::NotFound,
        other => other.into(),
    })?;
    tx.commit(AuditEvent::HoldEnded { requester }).await?;
    app.live.committed();
    Ok(())
}

/// Everybody who is held.
///
/// # Errors
/// Whatever the database says.
pub async fn holds(app: &App) -> Result<Vec<Hold>, FlowError> {
    Ok(app.store.read().await?.holds().await?)
}

async fn find(app: &App, address: &str) -> Result<RequesterId, FlowError> {
    let found = app.store.read().await?.requester_by_email(&address.trim().to_lowercase()).await?;
    Ok(found.ok_or(FlowError::NotFound)?.id)
}

const fn days(app: &App, class: Class) -> i64 {
    let days = &app.config.retention;
    match class {
        Class::People => days.people_days,
        Class::ModelRequests => days.model_request_days,
        Class::Quarantine => days.quarantine_days,
    }
}

fn before(app: &App, class: Class) -> Option<Timestamp> {
    let days = days(app, class);
    (days > 0).then(|| app.clock.now().plus_seconds(-days.saturating_mul(DAY_SECONDS)))
}
