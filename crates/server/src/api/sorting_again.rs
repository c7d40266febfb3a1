//! Open tickets after a new version of routing or risk rules: which would be sorted otherwise, moving them, and back.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use desk::ids::TicketId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Leading,
    corrections::{Moved, Restored},
    extract::{Body, id},
    policies::{Placement, named},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::sort_again::{self, Found, Waiting},
};

/// Routes about open tickets under new policies.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_open)).routes(routes!(sort_open)).routes(routes!(sort_back))
}

/// Open tickets that nobody touched.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenTickets {
    looked_at: usize,
    /// Those that would be sorted otherwise today, newest question first; at most 100.
    moved: Vec<OpenTicket>,
}

/// An open ticket that would be sorted otherwise today.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenTicket {
    ticket_id: String,
    number: i64,
    subject: String,
    was: Placement,
    would: Placement,
    /// Flags that would be raised.
    raised: Vec<String>,
    /// Flags that would go.
    gone: Vec<String>,
}

/// Tickets that shall be sorted again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketsToSort {
    /// Ids, 1 to 100.
    tickets: Vec<String>,
}

impl From<Waiting> for OpenTicket {
    fn from(waiting: Waiting) -> Self {
        let words = |flags: Vec<desk::risk::Flag>| flags.into_iter().map(|f| f.word().to_owned()).collect();
        Self {
            ticket_id: waiting.ticket.to_string(),
            number: waiting.number,
            subject: waiting.subject,
            was: waiting.was.into(),
            would: waiting.would.into(),
            raised: words(waiting.raised),
            gone: words(waiting.gone),
        }
    }
}

impl From<Found> for OpenTickets {
    fn from(found: Found) -> Self {
        Self { looked_at: found.looked_at, moved: found.waiting.into_iter().map(OpenTicket::from).collect() }
    }
}

/// Which open tickets of the reader's queues that nobody touched would be sorted otherwise today. The newest 300 are
/// looked at. Routing and risk rules only; empty while they are as shipped.
#[utoipa::path(get, path = "/policies/{kind}/{key}/open-tickets", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = OpenTickets), (status = "4XX", body = ProblemBody)))]
async fn list_open(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
) -> Result<Json<OpenTickets>, Problem> {
    let (kind, key) = named(&path)?;
    Ok(Json(sort_again::list(&app, &session, kind, key).await?.into()))
}

/// Sorts the named tickets as today's policies say. Tickets that somebody touched stay.
#[utoipa::path(post, path = "/policies/{kind}/{key}/open-tickets", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path)), request_body = TicketsToSort,
    responses((status = 200, body = Moved), (status = "4XX", body = ProblemBody)))]
async fn sort_open(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
    Body(asked): Body<TicketsToSort>,
) -> Result<Json<Moved>, Problem> {
    let (kind, key) = named(&path)?;
    let tickets: Vec<TicketId> = asked.tickets.iter().map(|t| id(t)).collect::<Result<_, _>>()?;
    Ok(Json(Moved::new(sort_again::apply(&app, &session, kind, key, &tickets).await?)))
}

/// Sorts what followed the current version as it was before. Tickets that somebody touched since stay.
#[utoipa::path(post, path = "/policies/{kind}/{key}/open-tickets/undo", tag = "policies",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = Restored), (status = "4XX", body = ProblemBody)))]
async fn sort_back(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Path(path): Path<(String, String)>,
) -> Result<Json<Restored>, Problem> {
    let (kind, key) = named(&path)?;
    Ok(Json(Restored::new(sort_again::undo(&app, &session, kind, key).await?)))
}
