//! Changes that eval cases are asked about: read by everybody who signs in, decided by leads and administrators.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::{
    eval::{self, Verdict},
    gate::{Compared, State as Standing, Subject},
    ids::{EvalCaseId, GateId},
};
use serde::{Deserialize, Serialize};
use store::{EvalCaseState, Gate as Row, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Leading, SignedIn},
    extract::{Body, Id},
    page::time,
    policies,
    problem::{Problem, ProblemBody},
    tickets::AgentRef,
};
use crate::{
    App, flow,
    flow::{approve_case, ask_model_too, gate_policy, run_suite, train_triage::Progress},
    library::compute,
};

/// Routes of gates.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_gates))
        .routes(routes!(ask_model))
        .routes(routes!(get_gate))
        .routes(routes!(promote_gate))
        .routes(routes!(withdraw_gate))
        .routes(routes!(roll_back_policy))
}

/// What running the desk's eval cases takes, before it is started.
#[derive(Debug, Serialize, ToSchema)]
pub struct BeforeStart {
    /// Approved cases.
    pub cases: usize,
    /// About how long, as the last run went.
    pub seconds: u64,
    /// Requests to a language model.
    pub requests: usize,
}

/// Changes, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gates {
    items: Vec<GateLine>,
    before_start: BeforeStart,
    /// The model in use, where it never drafted the cases as it is set up now.
    model_unasked: Option<UnaskedModel>,
}

/// A model that may be asked about the eval cases too.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnaskedModel {
    model: String,
    /// At most.
    requests: usize,
    /// About how long.
    seconds: u64,
}

/// A change that eval cases are asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateLine {
    id: String,
    /// `policy`, `classifier`, `model` or `program`.
    subject: String,
    /// Which of its kind, such as `persona/developer`.
    name: String,
    /// `waiting`, `undecided`, `promoted`, `refused` or `dropped`.
    state: String,
    cases: i64,
    /// Cases that were run so far.
    done: i64,
    /// `unchecked`, `clear`, `worse` or `severe`; null until all were run.
    judgement: Option<String>,
    /// Cases that held and fail.
    failing: usize,
    /// Cases that failed and hold.
    mended: usize,
    /// How long they took, in milliseconds.
    ms: i64,
    /// Null for the machine and the command line.
    asked_by: Option<AgentRef>,
    asked_at: String,
    /// Null where the cases decided.
    decided_by: Option<String>,
    decided_at: Option<String>,
    why: String,
}

/// One of them, with the cases that came out otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gate {
    #[serde(flatten)]
    line: GateLine,
    findings: Vec<GateFinding>,
    /// Cases that came out otherwise in queues the reader does not see, or that are gone.
    hidden: usize,
}

/// A case that came out otherwise than before.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateFinding {
    case_id: String,
    title: String,
    /// `minor`, `major` or `severe`.
    severity: String,
    /// `held` or `failed`.
    before: String,
    /// `held` or `failed`.
    after: String,
    /// What is missed under the change, while it can still be run.
    differences: Vec<GateDifference>,
}

/// Where an outcome leaves an expectation.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateDifference {
    /// Which scorer, as a word.
    scorer: String,
    wanted: String,
    found: String,
}

/// Why a change is to hold although cases fail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatePromotion {
    /// In a sentence.
    pub reason: String,
}

impl GateLine {
    fn of(row: &Row, done: i64) -> Self {
        let count = |of: fn(&Compared<EvalCaseId>) -> bool| row.findings.iter().filter(|c| of(c)).count();
        Self {
            id: row.id.to_string(),
            subject: row.subject.word().to_owned(),
            name: row.name.clone(),
            state: row.state.word().to_owned(),
            cases: row.cases,
            done,
            judgement: row.judgement.map(|j| j.word().to_owned()),
            failing: count(Compared::regressed),
            mended: count(Compared::mended),
            ms: row.ms,
            asked_by: row.asked_by.as_ref().map(|(id, name)| AgentRef { id: id.to_string(), name: name.clone() }),
            asked_at: time(row.asked_at),
            decided_by: row.decided_by.clone(),
            decided_at: row.decided_at.map(time),
            why: row.why.clone(),
        }
    }
}

/// What running the cases takes now.
pub async fn before_start(app: &App) -> Result<BeforeStart, Problem> {
    let mut conn = app.store.read().await?;
    let cases = run_suite::approved(app, &mut conn).await?.len();
    let told = run_suite::before_start(&mut conn, cases).await?;
    Ok(BeforeStart { cases: told.cases, seconds: told.seconds, requests: told.requests })
}

async fn line(app: &App, row: &Row) -> Result<GateLine, Problem> {
    let done = match row.state {
        Standing::Waiting => {
            let detail = app.store.job_about(gate_policy::GATE, &row.id.to_string()).await?.unwrap_or_default();
            let progress: Option<Progress> = serde_json::from_str(&detail).ok();
            progress.and_then(|p| i64::try_from(p.done).ok()).unwrap_or(0)
        }
        _ => row.cases,
    };
    Ok(GateLine::of(row, done))
}

/// The newest changes that eval cases were asked about, and what running them takes now.
#[utoipa::path(get, path = "/gates", tag = "evals",
    responses((status = 200, body = Gates), (status = "4XX", body = ProblemBody)))]
async fn list_gates(State(app): State<Arc<App>>, SignedIn(_reader): SignedIn) -> Result<Json<Gates>, Problem> {
    let rows = app.store.read().await?.gates().await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(line(&app, row).await?);
    }
    let unasked = ask_model_too::unasked(&app, &mut app.store.read().await?).await?;
    let model_unasked =
        unasked.map(|asked| UnaskedModel { model: asked.model, requests: asked.requests, seconds: asked.seconds });
    Ok(Json(Gates { items, before_start: before_start(&app).await?, model_unasked }))
}

/// Has the eval cases drafted by the model in use too; what comes of it decides as after a start.
#[utoipa::path(post, path = "/gates/model-run", tag = "evals",
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn ask_model(State(app): State<Arc<App>>, Leading(session): Leading) -> Result<StatusCode, Problem> {
    ask_model_too::ask(&app, &session).await?;
    Ok(StatusCode::ACCEPTED)
}

/// One of them, with the cases that came out otherwise.
#[utoipa::path(get, path = "/gates/{id}", tag = "evals", params(("id" = String, Path)),
    responses((status = 200, body = Gate), (status = "4XX", body = ProblemBody)))]
async fn get_gate(
    State(app): State<Arc<App>>,
    SignedIn(reader): SignedIn,
    Id(id): Id<GateId>,
) -> Result<Json<Gate>, Problem> {
    let row = app.store.read().await?.gate(id).await?;
    let grant = Grant::for_agent(&reader, Purpose::Work)?;
    let seen = approve_case::list(&app, &grant, EvalCaseState::Approved).await?;
    let cases: BTreeMap<EvalCaseId, eval::Case> =
        seen.into_iter().filter_map(|case| Some((case.id, eval::read(&case.body).ok()?))).collect();
    let rules = gate_policy::rules_of(&app, &row).await?;
    let findings: Vec<GateFinding> = row
        .findings
        .iter()
        .filter_map(|c| Some((c, cases.get(&c.case)?)))
        .map(|(compared, case)| {
            let missed = rules.as_ref().map(|rules| compute(|| flow::run_suite::run(&app, rules, case)).scored);
            let missed = missed.unwrap_or_default().into_iter().filter(|s| s.verdict == Verdict::Missed);
            let differences = missed.filter_map(|s| Some((s.scorer, s.difference?)));
            GateFinding {
                case_id: compared.case.to_string(),
                title: case.title.clone(),
                severity: compared.severity.word().to_owned(),
                before: compared.before.word().to_owned(),
                after: compared.after.word().to_owned(),
                differences: differences
                    .map(|(scorer, d)| GateDifference { scorer: scorer.to_string(), wanted: d.wanted, found: d.found })
                    .collect(),
            }
        })
        .collect();
    let hidden = row.findings.len() - findings.len();
    Ok(Json(Gate { line: line(&app, &row).await?, findings, hidden }))
}

/// Lets a change hold although cases fail, none of them severe.
#[utoipa::path(post, path = "/gates/{id}/promotion", tag = "evals", params(("id" = String, Path)), request_body = GatePromotion,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn promote_gate(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(id): Id<GateId>,
    Body(why): Body<GatePromotion>,
) -> Result<StatusCode, Problem> {
    match app.store.read().await?.gate(id).await?.subject {
        Subject::Policy => gate_policy::promote(&app, &session, id, &why.reason).await?,
        Subject::Model => flow::gate_model::promote(&app, &session, id, &why.reason).await?,
        Subject::Program => flow::gate_program::accept(&app, &session, id, &why.reason).await?,
        Subject::Classifier => return Err(Problem::not_found()),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a change back that does not hold yet.
#[utoipa::path(post, path = "/gates/{id}/withdrawal", tag = "evals", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn withdraw_gate(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(id): Id<GateId>,
) -> Result<StatusCode, Problem> {
    gate_policy::withdraw(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets the version of a policy hold again that did before.
#[utoipa::path(post, path = "/policies/{kind}/{key}/rollback", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = policies::Policy), (status = "4XX", body = ProblemBody)))]
async fn roll_back_policy(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let (kind, key) = policies::named(&path)?;
    flow::roll_back::policy_for(&app, &session, kind, key).await?;
    policies::page(&app, kind, key).await
}
