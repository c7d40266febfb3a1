//! Approved articles that say different things about the same.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use store::Purpose;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::find_contradictions::{self, Side},
};

/// Routes of contradictions.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_contradictions))
}

/// One side.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContradictionSide {
    article_id: String,
    title: String,
    /// Path of headings within the article.
    heading: String,
    /// `public` or `internal`.
    audience: String,
    sentence: String,
    /// Name of the article's owner: whom to ask.
    owner: String,
}

/// Two sentences that cannot both hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContradictionLine {
    /// `amount`, `time`, `number` or `yes_no`.
    difference: String,
    left: ContradictionSide,
    right: ContradictionSide,
}

/// Contradictions between articles that may speak now, at most 100. What is put in quite different words is not found.
#[utoipa::path(get, path = "/contradictions", tag = "knowledge",
    responses((status = 200, body = List<ContradictionLine>), (status = "4XX", body = ProblemBody)))]
async fn list_contradictions(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
) -> Result<Json<List<ContradictionLine>>, Problem> {
    let grant = store::Grant::for_agent(&session, Purpose::Work)?;
    let found = find_contradictions::current(&app, &grant).await?;
    let side = |side: &Side| ContradictionSide {
        article_id: side.article.to_string(),
        title: side.title.clone(),
        heading: side.heading.clone(),
        audience: side.audience.word().to_owned(),
        sentence: side.sentence.clone(),
        owner: side.owner.clone(),
    };
    let line = |one: &find_contradictions::Contradiction| ContradictionLine {
        difference: one.difference.word().to_owned(),
        left: side(&one.sides[0]),
        right: side(&one.sides[1]),
    };
    Ok(Json(List { items: found.iter().map(line).collect() }))
}
