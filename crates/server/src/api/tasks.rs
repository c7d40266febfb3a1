//! What waits for the caller.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes of tasks.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_tasks))
}

/// One thing that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Task {
    /// `escalation_raised`, `escalation_proposed`, `reply_stopped`, `low_rating`, `promise_due`, `ticket_given`, `mentioned`, `ticket_back`, `promise_found`, `followed_stirred`, `second_approval`, `policy_lapsed`, `policy_due`, `article_lapsed`, `article_due`, `text_proposed`, `contradiction`, `source_failed`, `texts_waiting`, `check_waiting`, `reviews_waiting`, `standing_stopped` or `drift`.
    kind: String,
    sentence: String,
    /// The console's page for it.
    link: String,
}

/// What waits for the caller, most pressing first.
#[utoipa::path(get, path = "/tasks", tag = "policies",
    responses((status = 200, body = List<Task>), (status = "4XX", body = ProblemBody)))]
async fn list_tasks(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<Json<List<Task>>, Problem> {
    let tasks = flow::tasks::of(&app, &session).await?.into_iter();
    let items = tasks.map(|t| Task { kind: t.kind.word().to_owned(), sentence: t.sentence, link: t.link }).collect();
    Ok(Json(List { items }))
}
