//! A category goes one rung up, on evidence and by a lead; or down, as far as a lead wants. What it falls from by itself
//! stands in `watch_ladder`.

use desk::{
    audit::AuditEvent,
    ladder::{Cause, Pilot, Rung},
    policy::Policies,
    triage::Category,
};
use store::{AgentSession, NewStep, Tx};

use super::{
    readiness,
    set_policy::{may_write, prepare_waiting},
    sign_in::recently_confirmed,
};
use crate::{App, FlowError};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A step that a lead wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Category key.
    pub category: String,
    /// The part it shall hold for; none for the whole category.
    pub pilot: Option<Pilot>,
    /// Where it shall lead.
    pub rung: Rung,
    /// Why.
    pub reason: String,
}

/// Takes a category up by one rung, or down.
///
/// # Errors
/// [`desk::Refusal::Role`] for all but leads and administrators, [`desk::Refusal::ConfirmFirst`] before a climb, [`FlowError::Conflict`]
/// with all that is missing, [`FlowError::Invalid`] for a rung that is not the next one, [`FlowError::NotFound`].
pub async fn take(app: &App, session: &AgentSession, wanted: &Wanted) -> Result<(), FlowError> {
    may_write(session)?;
    let (now, pilot) = (app.clock.now(), wanted.pilot.as_ref());
    let reason = wanted.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(FlowError::Invalid(format!("Say why, in at most {REASON_CHARS_MAX} characters.")));
    }
    let mut tx = app.store.begin(session, now).await?;
    let policies = tx.policies().await?;
    let category = known(&mut tx, &policies, wanted).await?;
    let ready = readiness::of(&mut tx, &policies, &category, pilot, now).await?;
    let cause = match wanted.rung {
        to if to < ready.rung => Cause::Lowered,
        to if Some(to) == ready.rung.up() => {
            recently_confirmed(&mut tx, session, now).await?;
            ready.next.map_err(|missing| {
                FlowError::Conflict(missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            })?;
            Cause::Climbed
        }
        _ => {
            let why = format!("It stands on “{}”. It goes up by one rung, or down.", ready.rung.name());
            return Err(FlowError::Invalid(why));
        }
    };
    let step = NewStep {
        category: &category.key,
        pilot,
        rung: wanted.rung,
        cause,
        trial: (ready.trial, ready.since),
        by: Some(session.agent().id),
        reason,
    };
    let id = tx.add_step(step).await?;
    follow(app, &mut tx, &category.key).await?;
    tx.commit(AuditEvent::RungChanged {
        step: id,
        rung: wanted.rung.word().to_owned(),
        cause: cause.word().to_owned(),
    })
    .await?;
    app.live.committed();
    Ok(())
}

/// What follows from a step: letters that wait under the old rung come back, and open tickets are prepared anew.
///
/// # Errors
/// Whatever the database says.
pub async fn follow(app: &App, tx: &mut Tx, category: &str) -> Result<(), FlowError> {
    outbox::withdraw_all_stale(&app.door, tx).await?;
    prepare_waiting(tx, &[category.to_owned()], true).await
}

async fn known(tx: &mut Tx, policies: &Policies, wanted: &Wanted) -> Result<Category, FlowError> {
    if let Some(pilot) = &wanted.pilot {
        readiness::known(tx, pilot).await?;
    }
    policies.categories().into_iter().find(|c| c.key == wanted.category).ok_or(FlowError::NotFound)
}
