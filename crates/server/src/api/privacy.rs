//! What administrators do for people's rights: export, and what mails say about the machine.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{Refusal, disclosure::Disclosure, ids::RequesterId, people::Role};
use serde::{Deserialize, Serialize};
use store::AgentSession;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Body, Id, word},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Its routes.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(export_requester)).routes(routes!(read_disclosure, set_disclosure))
}

/// Whether mails say in plain words that the machine had a part.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisclosureLine {
    /// `shown` or `hidden`. A header says it in any case.
    line: String,
}

/// Everything of a requester as one document. Its form is described in the operator's pages.
#[utoipa::path(get, path = "/requesters/{id}/export", tag = "requesters", params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = "4XX", body = ProblemBody)))]
async fn export_requester(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<RequesterId>,
) -> Result<Json<flow::export_person::Export>, Problem> {
    administers(&session)?;
    Ok(Json(flow::export_person::by_person(&app, &session, id).await?))
}

/// What mails say.
#[utoipa::path(get, path = "/disclosure", tag = "desk",
    responses((status = 200, body = DisclosureLine), (status = "4XX", body = ProblemBody)))]
async fn read_disclosure(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<DisclosureLine>, Problem> {
    let line = flow::set_disclosure::read(&app, &session).await?;
    Ok(Json(DisclosureLine { line: line.word().to_owned() }))
}

/// Shows the line in mails that says so, or takes it away; the record keeps who did.
#[utoipa::path(put, path = "/disclosure", tag = "desk", request_body = DisclosureLine,
    responses((status = 200, body = DisclosureLine), (status = "4XX", body = ProblemBody)))]
async fn set_disclosure(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(said): Body<DisclosureLine>,
) -> Result<Json<DisclosureLine>, Problem> {
    let line: Disclosure = word(&said.line)?;
    flow::set_disclosure::set(&app, &session, line).await?;
    Ok(Json(DisclosureLine { line: line.word().to_owned() }))
}

fn administers(session: &AgentSession) -> Result<(), Problem> {
    if session.agent().role == Role::Admin {
        return Ok(());
    }
    Err(Refusal::Role { needs: "administrators can".to_owned() }.into())
}
