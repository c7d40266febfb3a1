//! Who is at a ticket now: told to those who may see it, so that two people do not answer one letter.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::ids::TicketId;
use serde::{Deserialize, Serialize};
use store::{Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes of presence.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_presence, be_present))
}

/// A colleague at a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Present {
    agent_id: String,
    name: String,
    /// `viewing`, `writing` or `approving`.
    doing: String,
    /// Their last sign of life.
    at: String,
}

/// What the caller does at a ticket.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignOfLife {
    /// `viewing`, `writing`, `approving` or `gone`.
    doing: String,
}

fn list(present: Vec<store::Present>) -> Json<List<Present>> {
    let one = |p: store::Present| Present {
        agent_id: p.agent.to_string(),
        name: p.name,
        doing: p.doing.word().to_owned(),
        at: time(p.at),
    };
    Json(List { items: present.into_iter().map(one).collect() })
}

/// Who else is at a ticket.
#[utoipa::path(get, path = "/tickets/{id}/presence", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = List<Present>), (status = "4XX", body = ProblemBody)))]
async fn get_presence(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<Json<List<Present>>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    Ok(list(conn.others_at(&grant, ticket, session.agent().id, app.clock.now()).await?))
}

/// Says what the caller does at a ticket; counts for 25 seconds. Answers who else is there.
#[utoipa::path(put, path = "/tickets/{id}/presence", tag = "tickets", params(("id" = String, Path)), request_body = SignOfLife,
    responses((status = 200, body = List<Present>), (status = "4XX", body = ProblemBody)))]
async fn be_present(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(sign): Body<SignOfLife>,
) -> Result<Json<List<Present>>, Problem> {
    Ok(list(flow::be_present::at(&app, &session, ticket, word(&sign.doing)?).await?))
}
