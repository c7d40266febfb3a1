//! Versions of the trained classifier, for leads: how each compared, a new training, going back.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{Refusal, audit::AuditEvent, ids::ModelId, people::Role, promotion::Comparison};
use serde::{Deserialize, Serialize};
use store::{AgentSession, ModelVersion};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::Id,
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::train_triage::{Progress, TRAIN},
};

/// Routes about models.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_models))
        .routes(routes!(start_training, get_training))
        .routes(routes!(promote_model))
}

/// A version of the classifier.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelLine {
    id: String,
    /// `candidate`, `running`, `refused` or `retired`.
    state: String,
    trained_at: String,
    /// Examples it was trained on.
    examples: i64,
    /// How many of them were corrections.
    corrections: i64,
    /// Of its training data.
    fingerprint: String,
    /// Null for a version from before versions were kept.
    metrics: Option<Metrics>,
    compared: Option<Compared>,
    /// Why it is what it is.
    why: String,
}

/// A version's figures on rows held back within its own training.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Metrics {
    /// Share of first categories that are right, decided or not.
    pub accuracy: f64,
    /// Expected calibration error, 15 bins.
    pub ece: f64,
    /// Share it decides.
    pub coverage: f64,
}

impl Metrics {
    /// As the engine wrote them down.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// How it did against the version running then, on examples neither was trained on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared {
    /// Held-back examples.
    n: usize,
    /// Share right by the running version.
    running: f64,
    /// Share right by this one.
    candidate: f64,
    /// How many of the examples were corrections.
    corrections: usize,
    /// `not_worse`, `worse` or `too_few`.
    verdict: String,
}

/// A training that waits, runs or failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Training {
    /// `waiting`, `running` or `failed`.
    state: String,
    done: usize,
    total: usize,
    /// What is being done: `reading`, `learning`, `comparing`; or why it failed.
    step: String,
}

/// A training that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingAsked {
    job: String,
}

impl From<&Comparison> for Compared {
    fn from(compared: &Comparison) -> Self {
        let all = compared.all();
        let share = |right: usize| if all.n == 0 { 0.0 } else { right as f64 / all.n as f64 };
        Self {
            n: all.n,
            running: share(all.running),
            candidate: share(all.candidate),
            corrections: compared.corrections.n,
            verdict: compared.judgement().word().to_owned(),
        }
    }
}

impl From<&ModelVersion> for ModelLine {
    fn from(version: &ModelVersion) -> Self {
        Self {
            id: version.id.to_string(),
            state: version.state.word().to_owned(),
            trained_at: time(version.trained_at),
            examples: version.examples,
            corrections: version.corrections,
            fingerprint: version.fingerprint.clone(),
            metrics: version.metrics.as_deref().and_then(Metrics::read),
            compared: version.compared.as_ref().map(Compared::from),
            why: version.why.clone(),
        }
    }
}

fn leads(session: &AgentSession) -> Result<(), Problem> {
    if matches!(session.agent().role, Role::Lead | Role::Admin) {
        return Ok(());
    }
    Err(Refusal::Role { needs: "leads and administrators can".to_owned() }.into())
}

/// Every version kept, newest first.
#[utoipa::path(get, path = "/triage/models", tag = "triage",
    responses((status = 200, body = List<ModelLine>), (status = "4XX", body = ProblemBody)))]
async fn list_models(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<List<ModelLine>>, Problem> {
    leads(&session)?;
    let versions = app.store.read().await?.models().await?;
    Ok(Json(List { items: versions.iter().map(ModelLine::from).collect() }))
}

/// Asks for a new training. What it makes sorts only when it is not worse.
#[utoipa::path(post, path = "/triage/retrain", tag = "triage",
    responses((status = 202, body = TrainingAsked), (status = "4XX", body = ProblemBody)))]
async fn start_training(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<(StatusCode, Json<TrainingAsked>), Problem> {
    leads(&session)?;
    let mut tx = app.store.begin(&session, app.clock.now()).await?;
    flow::train_triage::ask(&mut tx).await?;
    tx.commit(AuditEvent::TrainingAsked { why: "person".to_owned() }).await?;
    let job = app.store.newest_job(TRAIN).await?.map(|(id, ..)| id.to_string()).unwrap_or_default();
    app.live.committed();
    Ok((StatusCode::ACCEPTED, Json(TrainingAsked { job })))
}

/// How far a training is; null when none waits, runs or failed.
#[utoipa::path(get, path = "/triage/retrain", tag = "triage",
    responses((status = 200, body = Option<Training>), (status = "4XX", body = ProblemBody)))]
async fn get_training(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<Option<Training>>, Problem> {
    leads(&session)?;
    let Some((_, state, detail)) = app.store.newest_job(TRAIN).await? else { return Ok(Json(None)) };
    let detail = detail.unwrap_or_default();
    let progress = serde_json::from_str(&detail).unwrap_or(Progress { done: 0, total: 0, step: detail });
    Ok(Json(Some(Training { state, done: progress.done, total: progress.total, step: progress.step })))
}

/// Lets a kept version sort from now on.
#[utoipa::path(post, path = "/triage/models/{id}/promote", tag = "triage", params(("id" = String, Path)),
    responses((status = 200, body = ModelLine), (status = "4XX", body = ProblemBody)))]
async fn promote_model(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<ModelId>,
) -> Result<Json<ModelLine>, Problem> {
    leads(&session)?;
    let version = flow::train_triage::choose(&app, &session, id, "chosen").await?;
    Ok(Json(ModelLine::from(&version)))
}
