//! Another system, or an agent, says what is known of a requester: contract, region, seats. Agents see it beside their
//! tickets; no model is given it, and nothing is decided by it.

use std::collections::BTreeMap;

use desk::{audit::AuditEvent, ids::RequesterId};
use store::{Grant, Identity};

use crate::{App, FlowError};

/// Most attributes of one requester.
const ATTRIBUTES_MAX: usize = 30;
/// Longest name, in characters.
const KEY_CHARS_MAX: usize = 60;
/// Longest value, in characters.
const VALUE_CHARS_MAX: usize = 300;

/// Replaces the attributes of a requester.
///
/// # Errors
/// [`FlowError::NotFound`] where the grant sees no ticket of theirs, [`FlowError::Invalid`] for more than 30, or for names and
/// values that are no short lines.
pub async fn set(
    app: &App,
    who: &impl Identity,
    grant: &Grant,
    requester: RequesterId,
    attributes: &BTreeMap<String, String>,
) -> Result<(), FlowError> {
    let is_line = |text: &str, most: usize| {
        !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
    };
    let fits = |(key, value): (&String, &String)| is_line(key, KEY_CHARS_MAX) && is_line(value, VALUE_CHARS_MAX);
    if attributes.len() > ATTRIBUTES_MAX || !attributes.iter().all(fits) {
        return Err(FlowError::Invalid(format!(
            "A requester has at most {ATTRIBUTES_MAX} attributes: lines of at most {KEY_CHARS_MAX} characters as names, {VALUE_CHARS_MAX} as values."
        )));
    }
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    if tx.tickets_of(grant, requester, 1).await?.is_empty() {
        return Err(FlowError::NotFound);
    }
    tx.set_attributes(requester, attributes).await?;
    let count = i64::try_from(attributes.len()).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::RequesterAttributes { requester, count }).await?;
    app.live.committed();
    Ok(())
}
