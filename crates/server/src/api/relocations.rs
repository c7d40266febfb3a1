//! Merging tickets and splitting one, with undo.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    ids::TicketId,
    relocation::{Relocation, Take},
};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, Purpose, RelocationRow};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, Id, id, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{keep_draft::is_a_persons, merge_tickets, split_ticket},
};

/// Routes of merging and splitting.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(merge, undo_merge)).routes(routes!(split, undo_split))
}

/// Another ticket that letters went to or came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherTicket {
    ticket_id: String,
    number: i64,
    /// Who did it.
    by: String,
    at: String,
    /// What a person had drafted on a ticket that was merged into this one; null for the others, and for what cannot be seen.
    draft: Option<String>,
}

/// Where a ticket's letters went and came from; what was undone is not there.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Relocations {
    /// The ticket that goes on instead of this one.
    merged_into: Option<OtherTicket>,
    /// Tickets that were merged into this one.
    merged: Vec<OtherTicket>,
    /// The ticket that this one was a part of.
    split_from: Option<OtherTicket>,
    /// Tickets that were parts of this one.
    split_off: Vec<OtherTicket>,
}

impl Relocations {
    pub async fn load(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Self, Problem> {
        let mut all = Self::default();
        for row in conn.relocations_of(grant, ticket).await? {
            let here = row.to == ticket;
            let other = if here { (row.from, row.from_number) } else { (row.to, row.to_number) };
            let draft =
                if here && row.kind == Relocation::Merge { drafted(conn, grant, row.from).await? } else { None };
            let other = line(&row, other, draft);
            match (row.kind, here) {
                (Relocation::Merge, true) => all.merged.push(other),
                (Relocation::Merge, false) => all.merged_into = Some(other),
                (Relocation::Split, true) => all.split_from = Some(other),
                (Relocation::Split, false) => all.split_off.push(other),
            }
        }
        Ok(all)
    }
}

fn line(row: &RelocationRow, (ticket, number): (TicketId, i64), draft: Option<String>) -> OtherTicket {
    OtherTicket { ticket_id: ticket.to_string(), number, by: row.by.clone(), at: time(row.at), draft }
}

/// What a person wrote there and did not send.
async fn drafted(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Option<String>, Problem> {
    let draft = conn.current_draft(grant, ticket).await?;
    Ok(draft.filter(is_a_persons).map(|d| d.body).filter(|body| !body.trim().is_empty()))
}

/// Which ticket goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    /// Id or number of the ticket that goes on; it is of the same requester.
    into: String,
}

/// Which letters become a ticket of their own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// A letter of the requester.
    message_id: String,
    /// `alone`, or `following`: with all that came or left after it.
    take: String,
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoesOn {
    ticket_id: String,
    number: i64,
}

/// Merges this ticket into another of the same requester: its letters and notes go there, and mail to it follows.
#[utoipa::path(post, path = "/tickets/{id}/merge", tag = "tickets", params(("id" = String, Path)), request_body = NewMerge,
    responses((status = 200, body = GoesOn), (status = "4XX", body = ProblemBody)))]
async fn merge(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<NewMerge>,
) -> Result<Json<GoesOn>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Reply)?;
    let mut conn = app.store.read().await?;
    let into = match asked.into.trim().trim_start_matches('#').parse::<i64>() {
        Ok(number) => conn.ticket_numbered(&grant, number).await?,
        Err(_) => conn.ticket(&grant, id(asked.into.trim())?).await?,
    };
    drop(conn);
    merge_tickets::merge(&app, &session, ticket, into.ticket.id).await?;
    Ok(Json(GoesOn { ticket_id: into.ticket.id.to_string(), number: into.ticket.number }))
}

/// Undoes the merge of this ticket: its letters and notes are back. What came since stays with the other ticket.
#[utoipa::path(delete, path = "/tickets/{id}/merge", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn undo_merge(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    merge_tickets::undo(&app, &session, ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a ticket of its own of a letter, alone or with all that follows.
#[utoipa::path(post, path = "/tickets/{id}/split", tag = "tickets", params(("id" = String, Path)), request_body = NewSplit,
    responses((status = 201, body = GoesOn), (status = "4XX", body = ProblemBody)))]
async fn split(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<NewSplit>,
) -> Result<(StatusCode, Json<GoesOn>), Problem> {
    let take: Take = word(&asked.take)?;
    let (into, number) = split_ticket::split(&app, &session, ticket, id(&asked.message_id)?, take).await?;
    Ok((StatusCode::CREATED, Json(GoesOn { ticket_id: into.to_string(), number })))
}

/// Undoes the split that this ticket began with: it goes back, with what came since, to where it was.
#[utoipa::path(delete, path = "/tickets/{id}/split", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn undo_split(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    merge_tickets::undo_split(&app, &session, ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}
