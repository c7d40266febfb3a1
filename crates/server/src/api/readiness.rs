//! How ready each category is for the next rung of the autonomy ladder, and steps up and down.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    ladder::{Pilot as Part, Rung, Step, Trial},
    readiness as ready,
    trial::ENOUGH,
};
use serde::{Deserialize, Serialize};
use store::{Purpose, StepLine};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Caller, Leading},
    extract::{Asked, Body, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App, FlowError,
    flow::{
        readiness::{self, Readiness},
        take_step::{self, Wanted},
    },
};

/// Routes of the ladder.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_readiness)).routes(routes!(take_step))
}

/// Where categories stand, how ready they are, and the last steps.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ladder {
    /// Rungs from the lowest to the highest, as words.
    rungs: Vec<String>,
    /// Evidence from which a promise is believed.
    enough: f64,
    /// Days that evidence counts at most.
    window_days: i64,
    /// Whether some of what is counted was generated for the demo.
    generated: bool,
    categories: Vec<CategoryReadiness>,
    /// Products that a pilot may be for.
    products: Vec<String>,
    /// Newest first, at most 200.
    steps: Vec<LadderStep>,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryReadiness {
    key: String,
    name: String,
    /// Where it stands; its policy may leave room for less than it has earned.
    rung: String,
    /// The most its policy leaves room for.
    ceiling: String,
    /// Since when it stands there; null where nobody has moved it.
    at: Option<String>,
    /// Why; null where nobody has moved it.
    cause: Option<String>,
    /// From when evidence counts.
    since: String,
    /// Tickets that ended since.
    tickets: i64,
    answers: Vec<ReadinessAnswer>,
    /// The rung above; null at the top and under its policy's ceiling.
    next: Option<String>,
    /// The share of errors that the next rung promises to stay under; null where there is none.
    promised: Option<f64>,
    /// What that is tried on: looked at.
    looked_at: i64,
    /// Of these, wrong.
    wrong: i64,
    /// How much stronger the evidence is for keeping the promise than for breaking it.
    evidence: f64,
    /// Whether everything is there.
    ready: bool,
    /// All that is missing, in sentences.
    missing: Vec<String>,
    pilots: Vec<Pilot>,
}

/// A queue or a product for which a category was taken elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pilot {
    /// Queue key; null where it is for a product.
    queue: Option<String>,
    /// Null where it is for a queue.
    product: Option<String>,
    rung: String,
}

/// What readiness is asked of: one of both at most, everything without.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReadinessAsked {
    /// Queue key: a pilot in it.
    queue: Option<String>,
    /// A product, lower case: a pilot for it.
    product: Option<String>,
}

/// An answer with the figures it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessAnswer {
    /// `segment`, `documents`, `doubt`, `minute`, `escalation` or `cadence`.
    question: String,
    /// `yes`, `no` or `too_few`.
    answer: String,
    part: i64,
    /// Of so many; 0 where there is no whole.
    whole: i64,
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct LadderStep {
    category: String,
    /// The queue it holds in; null where it holds everywhere or for a product.
    queue: Option<String>,
    /// The product it holds for; null where it holds everywhere or in a queue.
    product: Option<String>,
    rung: String,
    cause: String,
    at: String,
    /// Its evidence: looked at, of these wrong, and from when that counted.
    looked_at: i64,
    wrong: i64,
    since: String,
    /// Who took it; null when it fell.
    by: Option<String>,
    reason: String,
}

/// A step to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLadderStep {
    /// Category key.
    category: String,
    /// A queue it shall hold in, a pilot; everywhere when absent.
    #[serde(default)]
    queue: Option<String>,
    /// A product it shall hold for, a pilot; for all when absent. Not together with a queue.
    #[serde(default)]
    product: Option<String>,
    /// Where it shall lead: the next one up, or any below.
    rung: String,
    /// Why.
    reason: String,
}

impl From<Readiness> for CategoryReadiness {
    fn from(one: Readiness) -> Self {
        let next = one.rung.up().filter(|next| *next <= one.ceiling);
        let Trial { n, wrong } = one.trial;
        Self {
            key: one.category.key,
            name: one.category.name,
            rung: one.rung.min(one.ceiling).word().to_owned(),
            ceiling: one.ceiling.word().to_owned(),
            at: one.step.as_ref().map(|s| time(s.at)),
            cause: one.step.as_ref().map(|s| s.cause.word().to_owned()),
            since: time(one.since),
            tickets: one.tickets,
            answers: one.answers.iter().map(answer).collect(),
            next: next.map(|rung| rung.word().to_owned()),
            promised: next.map(ready::promised).filter(|p| *p < 1.0),
            looked_at: n,
            wrong,
            evidence: one.evidence.min(1e9),
            ready: one.next.is_ok(),
            missing: one.next.err().unwrap_or_default().iter().map(ToString::to_string).collect(),
            pilots: one.pilots.iter().map(Pilot::from).collect(),
        }
    }
}

fn answer(one: &ready::Answered) -> ReadinessAnswer {
    ReadinessAnswer {
        question: one.question.word().to_owned(),
        answer: one.answer.word().to_owned(),
        part: one.part,
        whole: one.whole,
    }
}

impl From<&Step> for Pilot {
    fn from(step: &Step) -> Self {
        let (queue, product) = named(step);
        Self { queue, product, rung: step.rung.word().to_owned() }
    }
}

/// The queue or the product that a step holds for.
fn named(step: &Step) -> (Option<String>, Option<String>) {
    let of = |named: fn(&Part) -> Option<&str>| step.pilot.as_ref().and_then(named).map(str::to_owned);
    (of(Part::queue), of(Part::product))
}

fn part(queue: Option<String>, product: Option<String>) -> Result<Option<Part>, Problem> {
    match (queue, product) {
        (Some(_), Some(_)) => {
            Err(FlowError::Invalid("A pilot is in a queue or for a product, not both.".to_owned()).into())
        }
        (queue, product) => Ok(queue.map(Part::Queue).or(product.map(Part::Product))),
    }
}

impl From<StepLine> for LadderStep {
    fn from(line: StepLine) -> Self {
        let step = line.step;
        let (queue, product) = named(&step);
        Self {
            category: step.category,
            queue,
            product,
            rung: step.rung.word().to_owned(),
            cause: step.cause.word().to_owned(),
            at: time(step.at),
            looked_at: step.trial.n,
            wrong: step.trial.wrong,
            since: time(line.since),
            by: line.by,
            reason: line.reason,
        }
    }
}

/// Where each category stands, six answers about it, and what is missing before the next rung.
#[utoipa::path(get, path = "/readiness", tag = "desk", params(ReadinessAsked),
    responses((status = 200, body = Ladder), (status = "4XX", body = ProblemBody)))]
async fn get_readiness(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ReadinessAsked>,
) -> Result<Json<Ladder>, Problem> {
    let pilot = part(asked.queue, asked.product)?;
    let (categories, steps) = readiness::all(&app, &caller.grant(Purpose::Work)?, pilot.as_ref()).await?;
    let mut conn = app.store.read().await?;
    let (generated, products) = (conn.generated_outcomes().await? > 0, conn.products().await?);
    Ok(Json(Ladder {
        rungs: Rung::ALL.iter().map(|rung| rung.word().to_owned()).collect(),
        enough: ENOUGH,
        window_days: ready::WINDOW_DAYS,
        generated,
        products,
        categories: categories.into_iter().map(CategoryReadiness::from).collect(),
        steps: steps.into_iter().map(LadderStep::from).collect(),
    }))
}

/// Takes a category one rung up, on evidence and with the password typed again, or down. Leads and administrators.
#[utoipa::path(post, path = "/readiness/steps", tag = "desk", request_body = NewLadderStep,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn take_step(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Body(new): Body<NewLadderStep>,
) -> Result<StatusCode, Problem> {
    let rung: Rung = word(&new.rung)?;
    let pilot = part(new.queue, new.product)?;
    let wanted = Wanted { category: new.category, pilot, rung, reason: new.reason };
    take_step::take(&app, &session, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}
