//! Policies: read by everybody who signs in, written by leads and administrators.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use desk::{
    Timestamp,
    gate::{State as GateState, Subject},
    policy::{Owner, Policies, Policy as Row, PolicyKind, Problem as Line},
    terms::Terms,
};
use serde::{Deserialize, Serialize};
use store::{Grant, PolicyVersion, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Leading, SignedIn},
    extract::{Asked, Body, IfMatch, id, word},
    gates::{BeforeStart, before_start},
    page::{List, etag, time},
    problem::{Problem, ProblemBody},
    tickets::AgentRef,
};
use crate::{
    App, flow,
    flow::{
        gate_policy,
        set_policy::{NewPolicy as New, Saved},
        try_policy::{Moved, Placed, Tried as Found},
    },
};

/// Routes of policies.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_policies))
        .routes(routes!(get_policy, set_policy))
        .routes(routes!(get_policy_version))
        .routes(routes!(try_policy))
}

/// A policy in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyLine {
    /// `operating_model`, `risk_rules`, `routing`, `persona` or `macro`.
    kind: String,
    key: String,
    name: String,
    version: i64,
    /// Null while it is as shipped.
    owner: Option<AgentRef>,
    review_by: Option<String>,
    /// `current`, `due` or `lapsed`.
    state: String,
    /// Why it is due or lapsed.
    why: Option<String>,
    /// Category keys it applies to. Risk rules and routing name none and apply to all.
    categories: Vec<String>,
}

/// A policy with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Policy {
    #[serde(flatten)]
    line: PolicyLine,
    body: String,
    /// Newest first.
    versions: Vec<PolicyVersionLine>,
    /// The most an operating model may give the machine here.
    ceiling: Option<String>,
    /// What the eval cases are asked before a new version holds; null where none can fail by it.
    gate: Option<PolicyGate>,
}

/// What stands between a new version of a policy and its holding.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyGate {
    #[serde(flatten)]
    before_start: BeforeStart,
    /// A version that waits for its cases or for a person's decision, as a gate's id.
    waiting: Option<String>,
}

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyVersionLine {
    version: i64,
    /// Null when it was shipped or came from the command line.
    made_by: Option<String>,
    made_at: Option<String>,
    note: String,
}

/// One version with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyText {
    version: i64,
    body: String,
    owner: Option<AgentRef>,
    review_by: Option<String>,
    made_at: Option<String>,
    note: String,
}

/// The next version as sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolicy {
    body: String,
    /// An agent's id.
    owner: String,
    /// RFC 3339, or a date.
    review_by: String,
    #[serde(default)]
    note: String,
    /// For personas and macros.
    name: Option<String>,
    /// For personas and macros.
    categories: Option<Vec<String>>,
}

/// A text to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTrial {
    body: String,
}

/// What trying it showed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tried {
    /// What is wrong with the text; then nothing was looked at.
    problems: Vec<LineProblem>,
    looked_at: usize,
    /// Tickets that would have gone another way, newest first.
    moved: Vec<MovedTicket>,
}

/// What is wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineProblem {
    /// From 1.
    pub line: usize,
    pub why: String,
}

/// A ticket that would have gone another way.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedTicket {
    ticket_id: String,
    number: i64,
    subject: String,
    was: Placement,
    would: Placement,
}

/// Where a ticket goes, and what the machine may write there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Placement {
    queue: String,
    model: String,
    writing: String,
}

/// Which policies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PoliciesAsked {
    /// A kind's word; without it, all.
    kind: Option<String>,
}

impl PolicyLine {
    fn new(row: &Row, now: Timestamp) -> Self {
        let standing = row.standing(now);
        let categories = match row.kind {
            PolicyKind::OperatingModel => vec![row.key.clone()],
            _ => row.categories.clone(),
        };
        Self {
            kind: row.kind.word().to_owned(),
            key: row.key.clone(),
            name: row.name.clone(),
            version: row.version,
            owner: owner(row),
            review_by: row.review_by.map(time),
            state: standing.word().to_owned(),
            why: standing.why().map(str::to_owned),
            categories,
        }
    }
}

fn owner(row: &Row) -> Option<AgentRef> {
    match &row.owner {
        Owner::Nobody => None,
        Owner::Active { id, name } | Owner::Gone { id, name } => {
            Some(AgentRef { id: id.to_string(), name: name.clone() })
        }
    }
}

impl From<PolicyVersion> for PolicyVersionLine {
    fn from(row: PolicyVersion) -> Self {
        Self { version: row.version, made_by: row.made_by, made_at: row.made_at.map(time), note: row.note }
    }
}

impl From<Line> for LineProblem {
    fn from(line: Line) -> Self {
        Self { line: line.line, why: line.why }
    }
}

impl From<Placed> for Placement {
    fn from(placed: Placed) -> Self {
        Self { queue: placed.queue, model: placed.model.word().to_owned(), writing: placed.writing.word().to_owned() }
    }
}

impl From<Moved> for MovedTicket {
    fn from(moved: Moved) -> Self {
        Self {
            ticket_id: moved.ticket.to_string(),
            number: moved.number,
            subject: moved.subject,
            was: moved.was.into(),
            would: moved.would.into(),
        }
    }
}

impl From<Found> for Tried {
    fn from(found: Found) -> Self {
        Self {
            problems: found.problems.into_iter().map(LineProblem::from).collect(),
            looked_at: found.looked_at,
            moved: found.moved.into_iter().map(MovedTicket::from).collect(),
        }
    }
}

/// Every policy in its current version.
#[utoipa::path(get, path = "/policies", tag = "policies", params(PoliciesAsked),
    responses((status = 200, body = List<PolicyLine>), (status = "4XX", body = ProblemBody)))]
async fn list_policies(
    State(app): State<Arc<App>>,
    SignedIn(_reader): SignedIn,
    Asked(asked): Asked<PoliciesAsked>,
) -> Result<Json<List<PolicyLine>>, Problem> {
    let kind: Option<PolicyKind> = asked.kind.as_deref().filter(|k| !k.is_empty()).map(word).transpose()?;
    let policies = app.store.read().await?.policies().await?;
    let now = app.clock.now();
    let chosen = policies.all().iter().filter(|p| kind.is_none_or(|kind| p.kind == kind));
    Ok(Json(List { items: chosen.map(|p| PolicyLine::new(p, now)).collect() }))
}

/// Kind and key of a path; what is no kind names nothing.
pub fn named((kind, key): &(String, String)) -> Result<(PolicyKind, &str), Problem> {
    Ok((kind.parse().map_err(|_| Problem::not_found())?, key))
}

fn find<'p>(policies: &'p Policies, kind: PolicyKind, key: &str) -> Result<&'p Row, Problem> {
    policies.find(kind, key).ok_or_else(Problem::not_found)
}

/// One policy with its text and versions.
#[utoipa::path(get, path = "/policies/{kind}/{key}", tag = "policies", params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = Policy), (status = "4XX", body = ProblemBody)))]
async fn get_policy(
    State(app): State<Arc<App>>,
    SignedIn(_reader): SignedIn,
    Path(path): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let (kind, key) = named(&path)?;
    page(&app, kind, key).await
}

pub async fn page(app: &App, kind: PolicyKind, key: &str) -> Result<impl IntoResponse + use<>, Problem> {
    let mut conn = app.store.read().await?;
    let policies = conn.policies().await?;
    let row = find(&policies, kind, key)?;
    let mut versions: Vec<PolicyVersionLine> =
        conn.policy_versions(kind, key).await?.into_iter().map(PolicyVersionLine::from).collect();
    if versions.is_empty() {
        versions.push(PolicyVersionLine { version: row.version, made_by: None, made_at: None, note: row.note.clone() });
    }
    let shipped = policies.shipped_categories().iter().find(|c| kind == PolicyKind::OperatingModel && c.key == key);
    let page = Policy {
        line: PolicyLine::new(row, app.clock.now()),
        body: row.body.clone(),
        versions,
        ceiling: shipped.map(|c| Terms::ceiling(c.operating_model)),
        gate: gate(app, kind, key).await?,
    };
    Ok((etag(row.version), Json(page)))
}

async fn gate(app: &App, kind: PolicyKind, key: &str) -> Result<Option<PolicyGate>, Problem> {
    if !gate_policy::is_gated(kind) {
        return Ok(None);
    }
    let newest = app.store.read().await?.newest_gate(Subject::Policy, &gate_policy::name(kind, key)).await?;
    let waiting = newest.filter(|g| matches!(g.state, GateState::Waiting | GateState::Undecided));
    Ok(Some(PolicyGate { before_start: before_start(app).await?, waiting: waiting.map(|g| g.id.to_string()) }))
}

/// One version's text.
#[utoipa::path(get, path = "/policies/{kind}/{key}/versions/{n}", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path), ("n" = i64, Path)),
    responses((status = 200, body = PolicyText), (status = "4XX", body = ProblemBody)))]
async fn get_policy_version(
    State(app): State<Arc<App>>,
    SignedIn(_reader): SignedIn,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<PolicyText>, Problem> {
    let (kind, key, n) = path;
    let kind: PolicyKind = kind.parse().map_err(|_| Problem::not_found())?;
    let n: i64 = n.parse().map_err(|_| Problem::not_found())?;
    let mut conn = app.store.read().await?;
    let row = match conn.policies().await?.find(kind, &key).filter(|p| p.version == n) {
        Some(current) => current.clone(),
        None => conn.policy_version(kind, &key, n).await?,
    };
    Ok(Json(PolicyText {
        version: row.version,
        owner: owner(&row),
        review_by: row.review_by.map(time),
        made_at: row.made_at.map(time),
        body: row.body,
        note: row.note,
    }))
}

/// Writes the next version; `If-Match` names the current one, `"0"` begins a new persona or macro. With 202 it does not hold yet:
/// `gate.waiting` names what decides.
#[utoipa::path(put, path = "/policies/{kind}/{key}", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path), ("If-Match" = String, Header)), request_body = NewPolicy,
    responses((status = 200, body = Policy), (status = 202, body = Policy), (status = "4XX", body = ProblemBody)))]
async fn set_policy(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewPolicy>,
) -> Result<impl IntoResponse, Problem> {
    let (kind, key) = named(&path)?;
    let review_by = Timestamp::parse(&new.review_by)
        .ok_or_else(|| Problem::invalid("The review date is none; write it such as 2027-03-01."))?;
    let new = New {
        kind,
        key: key.to_owned(),
        body: new.body,
        owner: id(&new.owner)?,
        review_by,
        note: new.note,
        name: new.name,
        categories: new.categories,
    };
    let saved = flow::set_policy::set(&app, &session, seen, new).await.map_err(Problem::under_if_match)?;
    let status = match saved {
        Saved::Holds => StatusCode::OK,
        Saved::Waits(_) => StatusCode::ACCEPTED,
    };
    Ok((status, page(&app, kind, key).await?))
}

/// Which of the newest 500 tickets a text would have moved. Nothing is saved.
#[utoipa::path(post, path = "/policies/{kind}/{key}/dry-run", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = PolicyTrial,
    responses((status = 200, body = Tried), (status = "4XX", body = ProblemBody)))]
async fn try_policy(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
    Body(candidate): Body<PolicyTrial>,
) -> Result<Json<Tried>, Problem> {
    let (kind, key) = named(&path)?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    Ok(Json(flow::try_policy::try_out(&app, &grant, kind, key, &candidate.body).await?.into()))
}
