//! Writing articles: proposing a text, the owner's answer to it, reviews, and what a change touches.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use desk::{
    Timestamp,
    article::{Change, difference},
    ids::ArticleId,
    knowledge::{Audience, Kind},
    language::Language,
};
use serde::{Deserialize, Serialize};
use store::{Grant, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Asked, Body, Id, IfMatch, word},
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::write_article::{Answer, AsMacro, NewPage, Typed},
};

/// Answers, reviews, withdrawals, differences.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(answer_text))
        .routes(routes!(review_article))
        .routes(routes!(withdraw_article))
        .routes(routes!(article_changes))
        .routes(routes!(article_touches))
}

/// Starting an article and proposing a text: repeated under one key, they happen once.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(start_article)).routes(routes!(propose_text))
}

/// A new article.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewArticle {
    /// Key of its source.
    source: String,
    title: String,
    /// Markdown.
    body: String,
    /// `public` or `internal`.
    audience: String,
    /// Product word; empty for all.
    #[serde(default)]
    product: String,
    /// Product versions in words.
    #[serde(default)]
    applies_to: String,
    /// Why, in your words.
    #[serde(default)]
    note: String,
    /// `article` or `macro`; a macro is put into replies by people and grounds nothing.
    #[serde(default)]
    kind: Option<String>,
    /// Of a macro: key of the category it is for; empty for all.
    #[serde(default)]
    category: String,
    /// Of a macro: its language word; empty when it says none.
    #[serde(default)]
    language: String,
    /// Of a macro: ids of the articles it rests on; none for all of its source.
    #[serde(default)]
    rests_on: Vec<String>,
}

/// A new text for an article.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewText {
    title: String,
    /// Markdown.
    body: String,
    /// Why, in your words.
    #[serde(default)]
    note: String,
    /// Of a macro: ids of the articles it rests on; none for all of its source.
    #[serde(default)]
    rests_on: Vec<String>,
}

fn ids(texts: &[String]) -> Result<Vec<ArticleId>, Problem> {
    let read = texts.iter().map(|text| text.parse());
    read.collect::<Result<_, _>>().map_err(|_| Problem::invalid("A macro rests on articles, named by their ids."))
}

/// Where a text was put.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextPlace {
    article_id: String,
    version: i64,
}

/// Starts an article with a proposed text. It grounds nothing before its owner approves it.
#[utoipa::path(post, path = "/articles", tag = "knowledge", request_body = NewArticle,
    responses((status = 201, body = TextPlace), (status = "4XX", body = ProblemBody)))]
async fn start_article(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Body(new): Body<NewArticle>,
) -> Result<(StatusCode, Json<TextPlace>), Problem> {
    let audience: Audience = word(&new.audience)?;
    let kind = new.kind.as_deref().map(word::<Kind>).transpose()?.unwrap_or(Kind::Article);
    let language =
        Some(&new.language).filter(|text| !text.is_empty()).map(|text| word::<Language>(text)).transpose()?;
    let rests_on = ids(&new.rests_on)?;
    let page = NewPage {
        source: &new.source,
        product: &new.product,
        audience,
        applies_to: &new.applies_to,
        text: Typed { title: &new.title, body: &new.body, note: &new.note, rests_on: &rests_on },
        as_macro: (kind == Kind::Macro).then_some(AsMacro { category: &new.category, language }),
    };
    let article = flow::write_article::start(&app, &session, page).await?;
    Ok((StatusCode::CREATED, Json(TextPlace { article_id: article.to_string(), version: 1 })))
}

/// Proposes a new text, based on the version named by If-Match; 0 before anything was approved.
#[utoipa::path(post, path = "/articles/{id}/versions", tag = "knowledge", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewText,
    responses((status = 201, body = TextPlace), (status = "4XX", body = ProblemBody)))]
async fn propose_text(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ArticleId>,
    IfMatch(seen): IfMatch,
    Body(new): Body<NewText>,
) -> Result<(StatusCode, Json<TextPlace>), Problem> {
    let rests_on = ids(&new.rests_on)?;
    let text = Typed { title: &new.title, body: &new.body, note: &new.note, rests_on: &rests_on };
    let version =
        flow::write_article::propose(&app, &session, id, seen, text).await.map_err(Problem::under_if_match)?;
    Ok((StatusCode::CREATED, Json(TextPlace { article_id: id.to_string(), version })))
}

/// The owner's answer.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TextAnswer {
    /// `approve` or `decline`.
    answer: String,
    /// The next review, RFC 3339; the source's interval without one.
    #[serde(default)]
    review_by: Option<String>,
}

/// An open draft that was made from an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedDraft {
    draft_id: String,
    ticket_id: String,
    number: i64,
    subject: String,
}

/// The owner answers a proposed text. Says which open drafts go back to review.
#[utoipa::path(post, path = "/articles/{id}/versions/{version}/answer", tag = "knowledge",
    params(("id" = String, Path), ("version" = i64, Path)), request_body = TextAnswer,
    responses((status = 200, body = List<TouchedDraft>), (status = "4XX", body = ProblemBody)))]
async fn answer_text(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Path((id, version)): Path<(String, String)>,
    Body(asked): Body<TextAnswer>,
) -> Result<Json<List<TouchedDraft>>, Problem> {
    let id: ArticleId = id.parse().map_err(|_| Problem::not_found())?;
    let version: i64 = version.parse().map_err(|_| Problem::not_found())?;
    flow::write_article::answer(&app, &session, id, version, answer_of(&asked)?).await?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    touched(&app, &grant, id).await
}

/// The answer in its own words.
///
/// # Errors
/// A problem that says which words there are.
pub fn answer_of(asked: &TextAnswer) -> Result<Answer, Problem> {
    match asked.answer.as_str() {
        "approve" => Ok(Answer::Approve(date(asked.review_by.as_deref())?)),
        "decline" => Ok(Answer::Decline),
        _ => Err(Problem::invalid("An answer is “approve” or “decline”.")),
    }
}

fn date(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    Timestamp::parse(text)
        .map(Some)
        .ok_or_else(|| Problem::invalid("The next review is a date like 2027-01-31T00:00:00Z."))
}

async fn touched(app: &App, grant: &Grant, article: ArticleId) -> Result<Json<List<TouchedDraft>>, Problem> {
    let rows = app.store.read().await?.drafts_resting_on(grant, article).await?;
    let items = rows
        .into_iter()
        .map(|row| TouchedDraft {
            draft_id: row.draft.to_string(),
            ticket_id: row.ticket.to_string(),
            number: row.number,
            subject: row.subject,
        })
        .collect();
    Ok(Json(List { items }))
}

/// Open drafts that were made from an article, within the caller's queues; at most 200.
#[utoipa::path(get, path = "/articles/{id}/drafts", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = List<TouchedDraft>), (status = "4XX", body = ProblemBody)))]
async fn article_touches(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<ArticleId>,
) -> Result<Json<List<TouchedDraft>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    app.store.read().await?.article(&grant, id).await?;
    touched(&app, &grant, id).await
}

/// When to look again.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewUntil {
    /// The next review, RFC 3339; the source's interval without one.
    #[serde(default)]
    review_by: Option<String>,
}

/// The owner read it again and it still holds.
#[utoipa::path(post, path = "/articles/{id}/review", tag = "knowledge", params(("id" = String, Path)), request_body = ReviewUntil,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn review_article(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ArticleId>,
    Body(asked): Body<ReviewUntil>,
) -> Result<StatusCode, Problem> {
    flow::write_article::review(&app, &session, id, date(asked.review_by.as_deref())?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The owner takes it back: it grounds nothing from now on.
#[utoipa::path(post, path = "/articles/{id}/withdrawal", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn withdraw_article(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ArticleId>,
) -> Result<StatusCode, Problem> {
    flow::write_article::withdraw(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesAsked {
    /// The earlier version's number.
    from: i64,
    /// The later version's number.
    to: i64,
}

/// A piece of a difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedPiece {
    /// `same`, `gone` or `new`.
    change: String,
    text: String,
}

/// What became of a text between two versions, piece by piece.
#[utoipa::path(get, path = "/articles/{id}/changes", tag = "knowledge", params(("id" = String, Path), ChangesAsked),
    responses((status = 200, body = List<ChangedPiece>), (status = "4XX", body = ProblemBody)))]
async fn article_changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<ArticleId>,
    Asked(asked): Asked<ChangesAsked>,
) -> Result<Json<List<ChangedPiece>>, Problem> {
    let grant = super::articles::grant(&app, &caller)?;
    let mut conn = app.store.read().await?;
    let mut text = async |number: i64| match number {
        // Before the first version there was nothing.
        0 => Ok(String::new()),
        n => conn.version(&grant, id, n).await.map(|v| v.body),
    };
    let (was, now) = (text(asked.from).await?, text(asked.to).await?);
    drop(conn);
    let pieces = crate::library::compute(|| difference(&was, &now));
    let items =
        pieces.into_iter().map(|p| ChangedPiece { change: Change::word(p.change).to_owned(), text: p.text }).collect();
    Ok(Json(List { items }))
}
