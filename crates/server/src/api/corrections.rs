//! What people corrected: the list, and the tickets that may follow a correction.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    ids::{TicketId, VerdictId},
    triage::Category,
};
use serde::{Deserialize, Serialize};
use store::Purpose;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Asked, Body, Id, id},
    page::{LIMIT, Page, PageAsked, cursor, read_cursor, time},
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{App, flow, flow::more_like_this};

/// The list.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_corrections))
}

/// Moving tickets and moving them back.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(move_more)).routes(routes!(move_back))
}

/// An open ticket that would now be sorted like the corrected one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Follower {
    ticket_id: String,
    number: i64,
    subject: String,
    requester: String,
    from: Option<Named>,
    to: Named,
    /// How likely that is right, 0 to 1.
    probability: f64,
}

impl Follower {
    /// From what the flow found.
    pub fn new(found: more_like_this::Follower, categories: &[Category]) -> Self {
        Self {
            ticket_id: found.ticket.ticket.to_string(),
            number: found.ticket.number,
            subject: found.ticket.subject,
            requester: found.ticket.requester,
            from: found.ticket.category.as_deref().map(|key| named(categories, key)),
            to: named(categories, &found.to),
            probability: found.probability,
        }
    }
}

fn named(categories: &[Category], key: &str) -> Named {
    let name = categories.iter().find(|c| c.key == key).map_or(key, |c| c.name.as_str());
    Named { key: key.to_owned(), name: name.to_owned() }
}

/// Tickets that shall follow a correction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoreTickets {
    /// Ids, 1 to 100.
    tickets: Vec<String>,
}

/// A ticket that stayed where it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Skipped {
    id: String,
    /// One sentence.
    why: String,
}

/// What followed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    moved: Vec<String>,
    skipped: Vec<Skipped>,
}

/// What went back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restored {
    restored: Vec<String>,
    skipped: Vec<Skipped>,
}

/// A correction of a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionLine {
    verdict_id: String,
    at: String,
    by: String,
    ticket_id: String,
    number: i64,
    /// What the machine had said; null when it did not know.
    from: Option<Named>,
    to: Named,
    reason: Option<String>,
    /// `standing` or `withdrawn`.
    state: String,
}

impl Moved {
    /// As a flow says it.
    pub fn new(found: more_like_this::Moved) -> Self {
        Self { moved: words(found.done), skipped: skipped(found.skipped) }
    }
}

impl Restored {
    /// As a flow says it.
    pub fn new(found: more_like_this::Moved) -> Self {
        Self { restored: words(found.done), skipped: skipped(found.skipped) }
    }
}

fn words(done: Vec<TicketId>) -> Vec<String> {
    done.into_iter().map(|t| t.to_string()).collect()
}

fn skipped(skipped: Vec<(TicketId, String)>) -> Vec<Skipped> {
    skipped.into_iter().map(|(id, why)| Skipped { id: id.to_string(), why }).collect()
}

/// Sorts the named tickets as this correction says. Tickets that somebody touched stay.
#[utoipa::path(post, path = "/verdicts/{id}/more", tag = "triage", params(("id" = String, Path)), request_body = MoreTickets,
    responses((status = 200, body = Moved), (status = "4XX", body = ProblemBody)))]
async fn move_more(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(verdict): Id<VerdictId>,
    Body(asked): Body<MoreTickets>,
) -> Result<Json<Moved>, Problem> {
    let tickets: Vec<TicketId> = asked.tickets.iter().map(|t| id(t)).collect::<Result<_, _>>()?;
    let moved = flow::more_like_this::apply(&app, &session, verdict, &tickets).await?;
    Ok(Json(Moved::new(moved)))
}

/// Sorts what followed this correction as it was before. Tickets that somebody touched since stay.
#[utoipa::path(post, path = "/verdicts/{id}/more/undo", tag = "triage", params(("id" = String, Path)),
    responses((status = 200, body = Restored), (status = "4XX", body = ProblemBody)))]
async fn move_back(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(verdict): Id<VerdictId>,
) -> Result<Json<Restored>, Problem> {
    let moved = flow::more_like_this::undo(&app, &session, verdict).await?;
    Ok(Json(Restored::new(moved)))
}

/// Corrections of categories within the reader's queues, newest first.
#[utoipa::path(get, path = "/corrections", tag = "triage", params(PageAsked),
    responses((status = 200, body = Page<CorrectionLine>), (status = "4XX", body = ProblemBody)))]
async fn list_corrections(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Page<CorrectionLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let after = match asked.cursor.as_deref().filter(|c| !c.is_empty()) {
        Some(text) => {
            let [at, verdict] = read_cursor::<2>(text)?;
            let at = at.parse().map_err(|_| Problem::invalid("This cursor is not one of ours."))?;
            Some((desk::Timestamp::from_micros(at), id(&verdict)?))
        }
        None => None,
    };
    let mut conn = app.store.read().await?;
    let page = conn.corrections(&grant, after, asked.limit.unwrap_or(LIMIT)).await?;
    let categories = conn.categories().await?;
    let last = page.items.last().map(|c| cursor(&[&c.at.micros().to_string(), &c.verdict.to_string()]));
    let line = |c: store::CorrectionLine| CorrectionLine {
        verdict_id: c.verdict.to_string(),
        at: time(c.at),
        by: c.by,
        ticket_id: c.ticket.to_string(),
        number: c.number,
        from: c.from.as_deref().map(|key| named(&categories, key)),
        to: named(&categories, &c.to),
        reason: c.reason,
        state: if c.withdrawn { "withdrawn" } else { "standing" }.to_owned(),
    };
    Ok(Json(Page { items: page.items.into_iter().map(line).collect(), next_cursor: last.filter(|_| page.more) }))
}
