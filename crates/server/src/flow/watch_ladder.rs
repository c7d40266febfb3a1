//! Categories fall from their rung by themselves: at once when a person confirms something severe, and by the clock when
//! more goes wrong than before, or nobody reviews any more.

use desk::{
    Timestamp,
    audit::AuditEvent,
    falling::{Since, falls},
    ladder::{Cause, Rung, Step, Trial},
    outcome::Count,
    readiness::REVIEW_DAYS,
};
use store::{NewStep, Tx};

use crate::{
    App, FlowError,
    flow::{PREPARATION, readiness::with_reviews, take_step::follow},
};

/// Looks at every category that climbed. Returns how many fell.
///
/// # Errors
/// Whatever the database says.
pub async fn look(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let mut fallen = Vec::new();
    for step in conn.ladder().await?.steps().iter().filter(|s| s.cause == Cause::Climbed) {
        let pilot = step.pilot.as_ref();
        let wrong = conn.wrong_since(&step.category, pilot, step.at).await?;
        let lately = now.plus_seconds(-REVIEW_DAYS * 86_400);
        let was_reviewed =
            with_reviews(&mut conn, &step.category, pilot, (lately, now)).await?.get(Count::Reviewed) > 0;
        let reviewed = was_reviewed.then_some(now);
        let since = Since { rung: step.rung, step: Some(step), severe: 0, wrong: &wrong, reviewed };
        if let Some((to, cause)) = falls(&since, now) {
            fallen.push((step.clone(), to, cause, trial(&wrong)));
        }
    }
    drop(conn);
    for (step, to, cause, trial) in &fallen {
        let mut tx = app.store.begin(&PREPARATION, now).await?;
        // Somebody may have moved it in the meantime.
        if tx.ladder().await?.step(&step.category, step.pilot.as_ref()).map(|s| s.id) != Some(step.id) {
            tx.abandon().await?;
            continue;
        }
        let event = fall(&mut tx, step, *to, *cause, *trial).await?;
        follow(app, &mut tx, &step.category).await?;
        tx.commit(event).await?;
        app.live.committed();
    }
    Ok(fallen.len())
}

/// A person confirmed that something severe went wrong in a category, in words of that time: it falls by a rung in every pilot,
/// in the same transaction. What was found in the meantime has had its fall.
///
/// # Errors
/// Whatever the database says.
pub async fn severe(app: &App, tx: &mut Tx, category: &str, written: Timestamp) -> Result<(), FlowError> {
    // Of a ticket that nobody sorted nothing can fall.
    if category.is_empty() {
        return Ok(());
    }
    let ladder = tx.ladder().await?;
    let pilots = ladder.pilots(category).map(|step| step.pilot.as_ref());
    for pilot in pilots.chain([None]) {
        let (step, rung) = (ladder.step(category, pilot), ladder.rung(category, pilot));
        if step.is_some_and(|step| step.cause == Cause::SevereFailure && step.at > written) {
            continue;
        }
        let since = Since { rung, step, severe: 1, wrong: &[], reviewed: None };
        let Some((to, cause)) = falls(&since, tx.now()) else { continue };
        let new = NewStep {
            category,
            pilot,
            rung: to,
            cause,
            trial: (Trial { n: 1, wrong: 1 }, tx.now()),
            by: None,
            reason: "A person confirmed a severe failure.",
        };
        let step = tx.add_step(new).await?;
        tx.record(changed(step, to, cause)).await?;
    }
    follow(app, tx, category).await
}

async fn fall(tx: &mut Tx, from: &Step, to: Rung, cause: Cause, trial: Trial) -> Result<AuditEvent, FlowError> {
    let reason = match cause {
        Cause::Drift => "More answers went wrong than when it climbed.",
        Cause::ReviewLapsed => "Nobody reviewed what the machine wrote here for 30 days.",
        Cause::SevereFailure => "A person confirmed a severe failure.",
        Cause::Climbed | Cause::Lowered => "",
    };
    let new = NewStep {
        category: &from.category,
        pilot: from.pilot.as_ref(),
        rung: to,
        cause,
        trial: (trial, from.at),
        by: None,
        reason,
    };
    let step = tx.add_step(new).await?;
    Ok(changed(step, to, cause))
}

fn changed(step: desk::ids::StepId, to: Rung, cause: Cause) -> AuditEvent {
    AuditEvent::RungChanged { step, rung: to.word().to_owned(), cause: cause.word().to_owned() }
}

fn trial(wrong: &[bool]) -> Trial {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Trial { n: count(wrong.len()), wrong: count(wrong.iter().filter(|w| **w).count()) }
}
