//! Eval cases: taken from tickets, checked by people, read by suites.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::{
    eval::{self, Origin, Severity},
    failure::Failure,
    ids::{EvalCaseId, TicketId},
};
use serde::{Deserialize, Serialize};
use store::{EvalCase as Row, EvalCaseState, EvalChallenge, Grant, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::{approve_case, join_cases, propose_case},
    triager::may_learn_from,
};

/// Routes of eval cases.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_eval_cases))
        .routes(routes!(get_eval_case))
        .routes(routes!(take_eval_case))
        .routes(routes!(approve_eval_case))
        .routes(routes!(retire_eval_case))
        .routes(routes!(join_eval_case))
        .routes(routes!(part_eval_case))
        .routes(routes!(challenge_eval_case))
        .routes(routes!(keep_eval_case))
}

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Which {
    /// `proposed`, `approved` or `retired`; `proposed` unless said.
    state: Option<String>,
}

/// A case taken from a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvalCaseLine {
    id: String,
    /// Its name, which is that of its file.
    name: String,
    title: String,
    /// `proposed`, `approved` or `retired`.
    state: String,
    /// `minor`, `major` or `severe`.
    severity: String,
    /// What went wrong, as a word.
    failure: String,
    /// What made somebody think of it.
    from: String,
    /// The product that it tests; null for this desk.
    suite: Option<String>,
    /// `calm`, `annoyed` or `angry`, where somebody complained about that product.
    sentiment: Option<String>,
    /// What they did and saw, in order.
    steps: Vec<String>,
    ticket_id: String,
    ticket_number: i64,
    /// Who took it; null for the machine.
    proposed_by: Option<String>,
    proposed_at: String,
    /// Who approved or retired it.
    decided_by: Option<String>,
    decided_at: Option<String>,
    /// The case that stands for it; null where it stands alone.
    joined_to: Option<String>,
    /// How many tickets it stands for within the caller's queues, its own among them.
    tickets: i64,
    /// Its file's text, in YAML.
    text: String,
}

/// One of them, with those that say nearly the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvalCase {
    #[serde(flatten)]
    line: EvalCaseLine,
    alike: Vec<AlikeCase>,
    /// Cases that it stands for, oldest first.
    joined: Vec<JoinedCase>,
    /// Doubts about it, oldest first.
    challenges: Vec<EvalCaseChallenge>,
}

/// A case that another one stands for.
#[derive(Debug, Serialize, ToSchema)]
pub struct JoinedCase {
    id: String,
    title: String,
    ticket_id: String,
    ticket_number: i64,
}

/// A doubt about a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvalCaseChallenge {
    reason: String,
    by: String,
    at: String,
    /// `kept` or `retired`; null while it is open.
    outcome: Option<String>,
    /// Who decided.
    decided_by: Option<String>,
}

/// A case that says nearly the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlikeCase {
    id: String,
    title: String,
}

/// Why a case is taken.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewEvalCase {
    /// What was wrong, as one of the words by which drafts are turned down.
    failure: String,
    /// `minor`, `major` or `severe`; `major` unless said.
    #[serde(default)]
    severity: Option<String>,
}

/// The words a person checked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CheckedEvalCase {
    /// The whole file.
    text: String,
}

/// Why a case counts no more.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EvalCaseRetirement {
    /// In a sentence.
    reason: String,
}

/// Where a case belongs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EvalCaseJoin {
    /// The case that stands for it from then on.
    into: String,
}

/// Why somebody doubts a case.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewEvalCaseChallenge {
    /// In a sentence.
    reason: String,
}

impl EvalCaseLine {
    fn of(row: Row) -> Option<Self> {
        // Written by an older version in a form this one does not read: nobody can check it.
        let case = eval::read(&row.body).ok()?;
        Some(Self {
            id: row.id.to_string(),
            name: case.id,
            title: case.title,
            state: row.state.word().to_owned(),
            severity: case.severity.word().to_owned(),
            failure: case.failure.word().to_owned(),
            from: case.origin.word().to_owned(),
            suite: case.suite,
            sentiment: case.sentiment.map(|sentiment| sentiment.word().to_owned()),
            steps: case.steps,
            ticket_id: row.ticket.to_string(),
            ticket_number: row.number,
            proposed_by: row.proposed_by,
            proposed_at: time(row.proposed_at),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(time),
            joined_to: row.joined_to.map(|id| id.to_string()),
            tickets: row.stands_for + 1,
            text: row.body,
        })
    }
}

/// Eval cases within the caller's queues, newest first. Those of people who said no to AI are not among them.
#[utoipa::path(get, path = "/eval-cases", tag = "evals", params(Which),
    responses((status = 200, body = List<EvalCaseLine>), (status = "4XX", body = ProblemBody)))]
async fn list_eval_cases(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<EvalCaseLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let state = which.state.as_deref().map(word).transpose()?.unwrap_or(EvalCaseState::Proposed);
    let rows = approve_case::list(&app, &grant, state).await?;
    Ok(Json(List { items: rows.into_iter().filter_map(EvalCaseLine::of).collect() }))
}

/// One of them.
#[utoipa::path(get, path = "/eval-cases/{id}", tag = "evals", params(("id" = String, Path)),
    responses((status = 200, body = EvalCase), (status = "4XX", body = ProblemBody)))]
async fn get_eval_case(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<EvalCaseId>,
) -> Result<Json<EvalCase>, Problem> {
    Ok(Json(shown(&app, &caller.grant(Purpose::Work)?, id).await?))
}

async fn shown(app: &App, grant: &Grant, id: EvalCaseId) -> Result<EvalCase, Problem> {
    let row = app.store.read().await?.eval_case(grant, id).await?;
    if !may_learn_from(row.said, app.config.desk.ai_default) {
        return Err(Problem::not_found());
    }
    let mut others = approve_case::list(app, grant, EvalCaseState::Approved).await?;
    others.extend(approve_case::list(app, grant, EvalCaseState::Proposed).await?);
    others.retain(|other| other.id != id && row.joined_to != Some(other.id));
    let alike = eval::read(&row.body).map(|case| propose_case::alike(&case, &others)).unwrap_or_default();
    let alike = alike.into_iter().map(|(id, title)| AlikeCase { id: id.to_string(), title }).collect();
    let mut conn = app.store.read().await?;
    let joined = conn.eval_cases_joined(grant, id).await?.into_iter();
    let joined = joined.filter(|other| may_learn_from(other.said, app.config.desk.ai_default)).filter_map(joined_case);
    let challenges = conn.eval_challenges(id).await?.into_iter().map(challenge).collect();
    let line = EvalCaseLine::of(row).ok_or_else(Problem::not_found)?;
    Ok(EvalCase { line, alike, joined: joined.collect(), challenges })
}

fn joined_case(row: Row) -> Option<JoinedCase> {
    let title = eval::read(&row.body).ok()?.title;
    Some(JoinedCase { id: row.id.to_string(), title, ticket_id: row.ticket.to_string(), ticket_number: row.number })
}

fn challenge(row: EvalChallenge) -> EvalCaseChallenge {
    let (decided_by, outcome) = row.decided.map(|(by, _, outcome)| (by, outcome.word().to_owned())).unzip();
    EvalCaseChallenge { reason: row.reason, by: row.name, at: time(row.at), outcome, decided_by }
}

/// Takes an eval case from a ticket. Personal data is hidden; it counts once somebody checked it.
#[utoipa::path(post, path = "/tickets/{id}/eval-case", tag = "evals", params(("id" = String, Path)), request_body = NewEvalCase,
    responses((status = 201, body = EvalCase), (status = "4XX", body = ProblemBody)))]
async fn take_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(new): Body<NewEvalCase>,
) -> Result<impl IntoResponse, Problem> {
    let failure: Failure = word(&new.failure)?;
    let severity = new.severity.as_deref().map(word).transpose()?.unwrap_or(Severity::Major);
    let because = propose_case::Because { origin: Origin::ByHand, failure, severity };
    let id = propose_case::propose(&app, &session, ticket, because).await?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    Ok((StatusCode::CREATED, Json(shown(&app, &grant, id).await?)))
}

/// Takes a case into the suite, in the words a person checked.
#[utoipa::path(post, path = "/eval-cases/{id}/approval", tag = "evals", params(("id" = String, Path)), request_body = CheckedEvalCase,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn approve_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
    Body(checked): Body<CheckedEvalCase>,
) -> Result<StatusCode, Problem> {
    flow::approve_case::approve(&app, &session, id, &checked.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a case out of the suite, or turns a proposed one down.
#[utoipa::path(post, path = "/eval-cases/{id}/retirement", tag = "evals", params(("id" = String, Path)), request_body = EvalCaseRetirement,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn retire_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
    Body(why): Body<EvalCaseRetirement>,
) -> Result<StatusCode, Problem> {
    flow::approve_case::retire(&app, &session, id, &why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a proposed case behind another one that asks the same; that one stands for both.
#[utoipa::path(post, path = "/eval-cases/{id}/join", tag = "evals", params(("id" = String, Path)), request_body = EvalCaseJoin,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn join_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
    Body(join): Body<EvalCaseJoin>,
) -> Result<StatusCode, Problem> {
    let into = join.into.parse().map_err(|_| Problem::not_found())?;
    join_cases::join(&app, &session, id, into).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a joined case stand alone again.
#[utoipa::path(delete, path = "/eval-cases/{id}/join", tag = "evals", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn part_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
) -> Result<StatusCode, Problem> {
    join_cases::part(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Doubts a case. It counts until another person keeps or retires it.
#[utoipa::path(post, path = "/eval-cases/{id}/challenge", tag = "evals", params(("id" = String, Path)), request_body = NewEvalCaseChallenge,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn challenge_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
    Body(why): Body<NewEvalCaseChallenge>,
) -> Result<StatusCode, Problem> {
    join_cases::challenge(&app, &session, id, &why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a case that another person challenged.
#[utoipa::path(delete, path = "/eval-cases/{id}/challenge", tag = "evals", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn keep_eval_case(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EvalCaseId>,
) -> Result<StatusCode, Problem> {
    join_cases::keep(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
