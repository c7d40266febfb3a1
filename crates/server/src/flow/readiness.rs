//! What is known of each category before it climbs: where it stands, six questions answered from counts, and the trial of what
//! the next rung promises. Reads only.

use desk::{
    Timestamp,
    conduct::{Conduct, Worked},
    ladder::{Ladder, Pilot, Rung, Step, Trial, Where},
    outcome::{Count, Counts},
    policy::{DEFAULT_KEY, Policies, PolicyKind, Standing},
    readiness::{self, Answered, Facts, Missing},
    standing,
    triage::Category,
    trial,
};
use store::{Conn, Grant, Scope, StepLine};

use crate::{App, FlowError};

/// Steps told of.
const STEPS: i64 = 200;

/// A category and how ready it is.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// Which.
    pub category: Category,
    /// Where it stands.
    pub rung: Rung,
    /// The step that led there; none where nobody has moved it.
    pub step: Option<Step>,
    /// The most its policy leaves room for.
    pub ceiling: Rung,
    /// From when evidence counts.
    pub since: Timestamp,
    /// Tickets that ended since.
    pub tickets: i64,
    /// The six answers.
    pub answers: Vec<Answered>,
    /// What the next rung promises is tried on this.
    pub trial: Trial,
    /// How strong that is; [`trial::ENOUGH`] is enough.
    pub evidence: f64,
    /// The next rung, or all that is missing.
    pub next: Result<Rung, Vec<Missing>>,
    /// Where it was taken elsewhere.
    pub pilots: Vec<Step>,
}

/// Every category whose own queue the reader sees, as a whole or in a pilot, and the last steps of all.
///
/// # Errors
/// [`FlowError::NotFound`] for a pilot in a queue that the reader does not see or for a product that the desk does not have, or whatever the database says.
pub async fn all(
    app: &App,
    grant: &Grant,
    pilot: Option<&Pilot>,
) -> Result<(Vec<Readiness>, Vec<StepLine>), FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    if let Some(pilot) = pilot {
        known(&mut conn, pilot).await?;
    }
    let is_reached = match (grant.scope(), pilot.and_then(Pilot::queue)) {
        (Scope::Queues(own), Some(queue)) => own.iter().any(|key| key == queue),
        _ => true,
    };
    if !is_reached {
        return Err(FlowError::NotFound);
    }
    let policies = conn.policies().await?;
    let sees = |category: &Category| match grant.scope() {
        Scope::Desk => true,
        Scope::Queues(own) => own.contains(&category.queue),
    };
    let mut found = Vec::new();
    for category in policies.categories().into_iter().filter(sees) {
        found.push(of(&mut conn, &policies, &category, pilot, now).await?);
    }
    let mut steps = conn.steps(STEPS).await?;
    steps.retain(|line| found.iter().any(|one| one.category.key == line.step.category));
    Ok((found, steps))
}

/// Whether there is such a queue or product.
///
/// # Errors
/// [`FlowError::NotFound`].
pub async fn known(conn: &mut Conn, pilot: &Pilot) -> Result<(), FlowError> {
    let is_known = match pilot {
        Pilot::Queue(key) => conn.queues().await?.iter().any(|(queue, _)| queue == key),
        Pilot::Product(name) => conn.products().await?.contains(name),
    };
    if is_known { Ok(()) } else { Err(FlowError::NotFound) }
}

/// One category, as a whole or in a pilot.
///
/// # Errors
/// Whatever the database says.
pub async fn of(
    conn: &mut Conn,
    policies: &Policies,
    category: &Category,
    pilot: Option<&Pilot>,
    now: Timestamp,
) -> Result<Readiness, FlowError> {
    let (ladder, key) = (policies.ladder(), category.key.as_str());
    let (step, rung) = (ladder.step(key, pilot).cloned(), ladder.rung(key, pilot));
    let since = readiness::window(step.as_ref().map(|s| s.at), now);
    let counts = with_reviews(conn, key, pilot, (since, now)).await?;
    // Of answers that just left nobody knows yet whether the requester comes back.
    let ripe = conn.counts_of(key, pilot, (since, now.plus_seconds(-readiness::RIPE_DAYS * 86_400))).await?;
    let lately = now.plus_seconds(-readiness::REVIEW_DAYS * 86_400);
    let facts = Facts {
        counts,
        goes_up_with: goes_up_with(policies, key, now),
        reviewed: with_reviews(conn, key, pilot, (lately, now)).await?.get(Count::Reviewed),
    };
    let ceiling = ceiling(policies, key, now);
    let trial = tried(rung, &counts, &ripe);
    let promised = rung.up().map_or(1.0, readiness::promised);
    Ok(Readiness {
        category: category.clone(),
        rung,
        step,
        ceiling,
        since,
        tickets: counts.get(Count::Tickets),
        answers: readiness::answers(&facts),
        trial,
        evidence: if promised < 1.0 { trial::evidence(trial, promised) } else { 0.0 },
        next: readiness::may_climb(rung, ceiling, &facts, trial),
        pilots: ladder.pilots(key).cloned().collect(),
    })
}

/// What became of a category's tickets, and what reviewers said of it since then. Reviews are of a whole category.
///
/// # Errors
/// Whatever the database says.
pub async fn with_reviews(
    conn: &mut Conn,
    category: &str,
    pilot: Option<&Pilot>,
    (since, until): (Timestamp, Timestamp),
) -> Result<Counts, FlowError> {
    let counts = conn.counts_of(category, pilot, (since, until)).await?;
    let done = conn.reviews_by_category(since).await?;
    let done = done.iter().find(|done| done.category == category);
    let (reviewed, failed) = done.map_or((0, 0), |done| (done.reviewed, done.failed));
    let more = |count, n: i64| counts.get(count).saturating_add(n);
    let (reviewed, failed) = (more(Count::Reviewed, reviewed), more(Count::ReviewFailed, failed));
    Ok(counts.with(Count::Reviewed, reviewed).with(Count::ReviewFailed, failed))
}

fn tried(rung: Rung, counts: &Counts, ripe: &Counts) -> Trial {
    match rung.up() {
        Some(next @ Rung::StandingApprovals) => readiness::trial(next, ripe),
        Some(next) => readiness::trial(next, counts),
        None => readiness::trial(rung, ripe),
    }
}

/// Rules by which cases of a category go up: its own flags, and the desk's policy while that is in force.
fn goes_up_with(policies: &Policies, category: &str, now: Timestamp) -> usize {
    let own = policies.terms(category).map_or(0, |terms| terms.escalate_when.len());
    let all = policies.find(PolicyKind::Escalation, DEFAULT_KEY);
    own + usize::from(all.is_some_and(|policy| !matches!(policy.standing(now), Standing::Lapsed { .. })))
}

/// The most that a category's policy leaves room for, whatever was earned.
fn ceiling(policies: &Policies, category: &str, now: Timestamp) -> Rung {
    let unclimbed = policies.clone().on(Ladder::default());
    let worked = Worked { category: Some(category), model: None, flags: &[], at: Where::Furthest };
    let conduct = Conduct::of(&unclimbed, worked, now);
    Rung::ceiling(conduct.writing, standing::is_low_risk(&conduct))
}
