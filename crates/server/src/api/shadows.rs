//! A candidate model beside the one in use: how both did, pair by pair; leads let it take over.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    audit::Service,
    shadow::{Compared, Mean, Side, compare, overall},
};
use serde::Serialize;
use store::{Grant, Purpose, Shadow as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Leading, SignedIn},
    extract::Body,
    gates::{BeforeStart, GatePromotion, before_start},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{gate_model, shadow_draft, which_model},
};

/// Pairs shown side by side: the newest.
const SHOWN: usize = 50;

/// Routes of the shadow.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_shadow)).routes(routes!(promote_candidate)).routes(routes!(roll_back_model))
}

/// The candidate beside the model in use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shadow {
    /// The model in use; null without one.
    present: Option<ShadowModel>,
    /// The one that may take over; null without one.
    candidate: Option<ShadowModel>,
    /// Of a hundred tickets, how many the candidate drafts for too.
    share_percent: u8,
    requests_a_day: i64,
    /// `better`, `not_worse`, `worse` or `too_few`, over the whole desk.
    verdict: String,
    figures: Vec<ShadowFigure>,
    /// Pairs that the figures are of.
    pairs: usize,
    /// How many of them were generated for the demo.
    generated: usize,
    /// What letting it take over makes the desk's eval cases ask.
    before_start: BeforeStart,
    /// Pairs of the reader's queues, newest first.
    items: Vec<ShadowPair>,
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowModel {
    name: String,
    region: String,
    /// Whether it took over from the model of the configuration's own section.
    took_over: bool,
}

/// A figure of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowFigure {
    /// `answered`, `carried`, `voice`, `near`, `words`, `latency` or `tokens`.
    figure: String,
    pairs: usize,
    present: Option<ShadowMean>,
    candidate: Option<ShadowMean>,
    /// Pairs in which the candidate does better.
    better: usize,
    /// Pairs in which it does worse.
    worse: usize,
    /// As that of all; null for what only costs.
    verdict: Option<String>,
}

/// A mean with its 95 % interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowMean {
    value: f64,
    low: f64,
    high: f64,
}

/// Both on one ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowPair {
    id: String,
    ticket_id: String,
    ticket_number: i64,
    subject: String,
    present: ShadowSide,
    candidate: ShadowSide,
    /// What a person sent; null while nothing left.
    sent: Option<String>,
    /// Whether the candidate states something that nothing carries, where the other does not.
    is_severe: bool,
    /// Whether it was generated for the demo.
    is_generated: bool,
    at: String,
}

/// What one of the two did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShadowSide {
    /// `answered`, `refused` or `failed`.
    came: String,
    text: String,
    claims: u32,
    carried: u32,
    words: u32,
    breaches: u32,
    ms: Option<i64>,
    tokens: Option<i64>,
    /// How near it is to what was sent, 0 to 1.
    near: Option<f64>,
}

impl From<Mean> for ShadowMean {
    fn from(mean: Mean) -> Self {
        Self { value: mean.value, low: mean.low, high: mean.high }
    }
}

impl From<Compared> for ShadowFigure {
    fn from(all: Compared) -> Self {
        Self {
            figure: all.figure.word().to_owned(),
            pairs: all.pairs,
            present: all.present.map(ShadowMean::from),
            candidate: all.candidate.map(ShadowMean::from),
            better: all.better,
            worse: all.worse,
            verdict: all.verdict.map(|v| v.word().to_owned()),
        }
    }
}

impl ShadowSide {
    fn of(side: &Side, text: String) -> Self {
        Self {
            came: side.came.word().to_owned(),
            text,
            claims: side.claims,
            carried: side.carried,
            words: side.words,
            breaches: side.breaches,
            ms: side.ms,
            tokens: side.tokens,
            near: side.near,
        }
    }
}

impl From<Row> for ShadowPair {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.to_string(),
            ticket_id: row.ticket.to_string(),
            ticket_number: row.number,
            subject: row.subject,
            present: ShadowSide::of(&row.pair.present, row.present),
            candidate: ShadowSide::of(&row.pair.candidate, row.candidate),
            sent: row.sent,
            is_severe: row.pair.is_severe(),
            is_generated: row.generated,
            at: time(row.at),
        }
    }
}

/// How the candidate does beside the model in use. Figures are of the whole desk; words only of the reader's queues.
#[utoipa::path(get, path = "/shadow", tag = "evals",
    responses((status = 200, body = Shadow), (status = "4XX", body = ProblemBody)))]
async fn get_shadow(State(app): State<Arc<App>>, SignedIn(reader): SignedIn) -> Result<Json<Shadow>, Problem> {
    let all = shadow_draft::pairs(&app, &app.service_grant(Service::Preparation, Purpose::Work)?).await?;
    let own = shadow_draft::pairs(&app, &Grant::for_agent(&reader, Purpose::Work)?).await?;
    let compared = compare(&all.iter().map(|one| one.pair).collect::<Vec<_>>());
    let both = which_model::both(&app, &mut app.store.read().await?).await?;
    let named = |endpoint: which_model::Endpoint<'_>| ShadowModel {
        name: endpoint.config.name.clone(),
        region: endpoint.config.region.clone(),
        took_over: app.config.candidate.as_ref().is_some_and(|c| std::ptr::eq(c, endpoint.config)),
    };
    let mut before_start = before_start(&app).await?;
    before_start.requests = before_start.cases * gate_model::REQUESTS_EACH;
    Ok(Json(Shadow {
        present: both.map(|both| named(both.present)),
        candidate: both.and_then(|both| both.candidate).map(|c| ShadowModel { took_over: false, ..named(c) }),
        share_percent: app.config.shadow.share_percent,
        requests_a_day: app.config.shadow.requests_a_day,
        verdict: overall(&compared).word().to_owned(),
        figures: compared.into_iter().map(ShadowFigure::from).collect(),
        pairs: all.len(),
        generated: all.iter().filter(|one| one.generated).count(),
        before_start,
        items: own.into_iter().take(SHOWN).map(ShadowPair::from).collect(),
    }))
}

/// Begins to let the candidate take over: the eval cases are drafted by both first, as a gate.
#[utoipa::path(post, path = "/shadow/promotion", tag = "evals", request_body = GatePromotion,
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn promote_candidate(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Body(why): Body<GatePromotion>,
) -> Result<StatusCode, Problem> {
    gate_model::ask(&app, &session, &why.reason).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lets the model write again that did before the candidate took over.
#[utoipa::path(post, path = "/shadow/rollback", tag = "evals",
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn roll_back_model(State(app): State<Arc<App>>, Leading(session): Leading) -> Result<StatusCode, Problem> {
    gate_model::roll_back(&app, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
