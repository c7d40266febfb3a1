//! Texts approved beforehand for one category: shown, begun, ended, and every use of them. Only signed-in people get here.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{Digest, Timestamp, ids::StandingId, standing::Limits};
use outbox::StandingLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Leading},
    extract::{Body, Id, id},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::standing_approvals::{self as flow, Wanted},
};

/// Routes of standing approvals.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_standing_approvals, begin_standing_approval))
        .routes(routes!(preview_standing_approval))
        .routes(routes!(end_standing_approval))
        .routes(routes!(list_standing_uses))
}

/// A text approved beforehand.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingApproval {
    id: String,
    category: String,
    /// The language of its text; only tickets in it are answered.
    language: String,
    text: String,
    by: String,
    at: String,
    a_day: i64,
    a_requester: i64,
    until: String,
    /// `active`, `source_changed` (an article it rests on changed: it answers nobody), `lapsed` or `ended`.
    state: String,
    ended_by: Option<String>,
    ended_at: Option<String>,
    uses: i64,
    /// Uses after which the requester wrote again.
    came_back: i64,
    /// The articles it rests on.
    articles: Vec<String>,
}

impl StandingApproval {
    fn new(line: StandingLine, now: Timestamp) -> Self {
        let s = line.standing;
        let state = match s.ended_at {
            Some(_) => "ended",
            None if now >= s.limits.until => "lapsed",
            None if line.changed.is_some() => "source_changed",
            None => "active",
        };
        Self {
            id: s.id.to_string(),
            category: s.category,
            language: s.language,
            text: s.body,
            by: line.by,
            at: time(s.approved_at),
            a_day: s.limits.a_day,
            a_requester: s.limits.a_requester,
            until: time(s.limits.until),
            state: state.to_owned(),
            ended_by: line.ended_by,
            ended_at: s.ended_at.map(time),
            uses: line.uses,
            came_back: line.came_back,
            articles: s.sources.iter().map(|(article, _)| article.to_string()).collect(),
        }
    }
}

/// A text to be approved beforehand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingText {
    category: String,
    text: String,
    /// Uses within a day, 1 to 200.
    a_day: i64,
    /// Uses for one requester within seven days, 1 to 3.
    a_requester: i64,
    /// Its last moment, within the next 90 days.
    until: String,
    /// The articles that say the same.
    articles: Vec<String>,
}

/// The same, as its page showed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStandingApproval {
    category: String,
    text: String,
    a_day: i64,
    a_requester: i64,
    until: String,
    articles: Vec<String>,
    /// Digest of what the page showed.
    digest: String,
}

/// What would be approved.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingPreview {
    /// Of everything on the page.
    digest: String,
    /// The body of the letters that would leave.
    letter: String,
    /// Looks of the machine at this category that people answered within 90 days.
    answered: usize,
    /// Of these, right.
    right: usize,
    /// Why it cannot begin.
    unfit: Option<String>,
}

/// A use of one.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingUseLine {
    ticket_id: String,
    number: i64,
    subject: String,
    /// Where the letter is: `ready`, `sending`, `sent`, `uncertain`, `failed`, `stopped` or `cancelled`.
    state: String,
    at: String,
    /// Whether the requester wrote again.
    came_back: bool,
}

fn wanted(text: StandingText) -> Result<Wanted, Problem> {
    let until = Timestamp::parse(&text.until)
        .ok_or_else(|| Problem::invalid("“until” is a point in time such as 2026-12-31T23:00:00Z.".to_owned()))?;
    Ok(Wanted {
        category: text.category,
        text: text.text,
        limits: Limits { a_day: text.a_day, a_requester: text.a_requester, until },
        articles: text.articles.iter().map(|article| id(article)).collect::<Result<_, _>>()?,
    })
}

/// All of them, active ones first.
#[utoipa::path(get, path = "/standing-approvals", tag = "policies",
    responses((status = 200, body = List<StandingApproval>), (status = "4XX", body = ProblemBody)))]
async fn list_standing_approvals(
    State(app): State<Arc<App>>,
    Answering(_session): Answering,
) -> Result<Json<List<StandingApproval>>, Problem> {
    let now = app.clock.now();
    let items = flow::all(&app).await?.into_iter().map(|line| StandingApproval::new(line, now)).collect();
    Ok(Json(List { items }))
}

/// Shows what would be approved, with the evidence; nothing is kept.
#[utoipa::path(post, path = "/standing-approvals/preview", tag = "policies", request_body = StandingText,
    responses((status = 200, body = StandingPreview), (status = "4XX", body = ProblemBody)))]
async fn preview_standing_approval(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Body(text): Body<StandingText>,
) -> Result<Json<StandingPreview>, Problem> {
    let shown = flow::preview(&app, &session, &wanted(text)?).await?;
    Ok(Json(StandingPreview {
        digest: shown.digest.to_string(),
        letter: shown.letter,
        answered: shown.evidence.n,
        right: shown.evidence.right,
        unfit: shown.unfit,
    }))
}

/// Approves a text beforehand, as its page showed it. Needs the password typed again within half an hour.
#[utoipa::path(post, path = "/standing-approvals", tag = "policies", request_body = NewStandingApproval,
    responses((status = 201, body = StandingApproval), (status = "4XX", body = ProblemBody)))]
async fn begin_standing_approval(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Body(text): Body<NewStandingApproval>,
) -> Result<(StatusCode, Json<StandingApproval>), Problem> {
    let shown: Digest = text.digest.parse().map_err(|e: desk::digest::BadDigest| Problem::invalid(e.to_string()))?;
    let NewStandingApproval { category, text, a_day, a_requester, until, articles, digest: _ } = text;
    let wanted = wanted(StandingText { category, text, a_day, a_requester, until, articles })?;
    let id = flow::begin(&app, &session, &wanted, shown).await?;
    let now = app.clock.now();
    let line = flow::all(&app).await?.into_iter().find(|line| line.standing.id == id).ok_or_else(Problem::not_found)?;
    Ok((StatusCode::CREATED, Json(StandingApproval::new(line, now))))
}

/// Ends one: what waits of it does not leave.
#[utoipa::path(delete, path = "/standing-approvals/{id}", tag = "policies", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn end_standing_approval(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(id): Id<StandingId>,
) -> Result<StatusCode, Problem> {
    flow::end(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every use of one that the caller may see, newest first, at most 200.
#[utoipa::path(get, path = "/standing-approvals/{id}/uses", tag = "policies", params(("id" = String, Path)),
    responses((status = 200, body = List<StandingUseLine>), (status = "4XX", body = ProblemBody)))]
async fn list_standing_uses(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<StandingId>,
) -> Result<Json<List<StandingUseLine>>, Problem> {
    let uses = flow::uses(&app, &session, id).await?;
    let items = uses
        .into_iter()
        .map(|u| StandingUseLine {
            ticket_id: u.ticket.to_string(),
            number: u.number,
            subject: u.subject,
            state: u.state.word().to_owned(),
            at: time(u.at),
            came_back: u.came_back,
        })
        .collect();
    Ok(Json(List { items }))
}
