//! A folder or site becomes a source that is read again and again. Only the command line does this: whoever may name
//! folders of this machine sits at it.

use desk::{
    audit::{AuditEvent, Service},
    ids::SourceId,
    knowledge::Audience,
    source::{Arrival, FedBy},
};
use store::{Labels, NewFeed, NewSource, ServiceIdentity, StoreError};

use crate::{App, FlowError};

/// A source as described.
#[derive(Debug, Clone)]
pub struct Described {
    /// Stable key: lower-case letters, digits and dashes.
    pub key: String,
    /// Name.
    pub name: String,
    /// The owner's address.
    pub owner: String,
    /// Who may read it.
    pub audience: Audience,
    /// How it is read.
    pub fed_by: FedBy,
    /// Absolute path, or address.
    pub place: String,
    /// What a document is when it arrives.
    pub arrival: Arrival,
    /// What its documents are.
    pub labels: Labels,
    /// Days between two reviews.
    pub interval_days: i64,
}

/// Adds it. Nothing is read yet.
///
/// # Errors
/// [`FlowError::Invalid`] with a sentence about what cannot be; [`FlowError::Conflict`] for a key or place that is taken.
pub async fn add(app: &App, new: &Described) -> Result<SourceId, FlowError> {
    check(new).map_err(FlowError::Invalid)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    let people = tx.agents().await?;
    let owner = people.into_iter().find(|a| a.email.eq_ignore_ascii_case(&new.owner) && a.role.answers());
    let Some(owner) = owner else {
        return Err(FlowError::Invalid(format!(
            "Nobody who answers customers signs in with {}. Name the person who keeps this source true.",
            new.owner
        )));
    };
    if tx.source_by_key(&new.key).await.is_ok() {
        return Err(FlowError::Conflict(format!("There is a source {} already. Choose another key.", new.key)));
    }
    let kind = new.fed_by.word();
    let source = NewSource { key: &new.key, name: &new.name, kind, owner: owner.id, audience: new.audience };
    let source = tx.add_source(source).await?;
    let feed = NewFeed {
        source,
        fed_by: new.fed_by,
        place: &new.place,
        arrival: new.arrival,
        labels: &new.labels,
        interval_days: new.interval_days,
    };
    tx.add_feed(feed).await.map_err(|error| match error {
        StoreError::Constraint { .. } => {
            FlowError::Conflict(format!("Another source is read from {} already.", new.place))
        }
        other => other.into(),
    })?;
    let (fed_by, arrival) = (new.fed_by.word().to_owned(), new.arrival.word().to_owned());
    tx.commit(AuditEvent::SourceAdded { source, owner: owner.id, fed_by, arrival }).await?;
    app.live.committed();
    Ok(source)
}

fn check(new: &Described) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if new.key.is_empty() || new.key.len() > 60 || !new.key.chars().all(plain) {
        return Err("A key is 1 to 60 lower-case letters, digits and dashes.".to_owned());
    }
    let labels = [&new.labels.product, &new.labels.applies_to, &new.labels.region];
    let line = |text: &String, least: usize| {
        (least..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    };
    if !line(&new.name, 1) || !labels.iter().all(|text| line(text, 0)) {
        return Err("Name, product, versions and region are one line of at most 100 characters each.".to_owned());
    }
    if new.labels.purposes.is_empty() {
        return Err("Name at least one purpose: reply, work.".to_owned());
    }
    if !(1..=730).contains(&new.interval_days) {
        return Err("The time between two reviews is 1 to 730 days.".to_owned());
    }
    match new.fed_by {
        FedBy::Site => connect::site::address(&new.place, connect::site::Reach::Public).map(|_| ()),
        FedBy::Folder => connect::folder::Folder::open(new.place.as_ref()).map(|_| ()).map_err(|broken| broken.0),
    }
}
