//! What leaves for language models: what would for a ticket, what did, and taking words out of a ticket for good.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use desk::ids::{AttachmentId, TicketId};
use redact::Class;
use serde::{Deserialize, Serialize};
use store::{ExchangeLine, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller, SignedIn},
    extract::{Body, Id},
    page::{LIMIT, Page, PageAsked, cursor, read_cursor, time},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_exchanges))
        .routes(routes!(what_would_leave))
        .routes(routes!(redact_words))
        .routes(routes!(redact_attachment))
}

/// One request that left for a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct Departure {
    id: String,
    ticket_id: String,
    /// The ticket's number.
    number: i64,
    endpoint: String,
    /// Where the endpoint stands, as configured.
    region: String,
    /// `reply` or `check`.
    purpose: String,
    /// `masked`, `minimal` or `off`.
    hiding: String,
    /// `pending`, `answered`, `refused` or `failed`.
    state: String,
    /// How many values were hidden.
    hidden: i64,
    /// How many bytes were sent; 0 once they were emptied.
    bytes: i64,
    at: String,
}

impl From<ExchangeLine> for Departure {
    fn from(line: ExchangeLine) -> Self {
        Self {
            id: line.id.to_string(),
            ticket_id: line.ticket.to_string(),
            number: line.number,
            endpoint: line.endpoint,
            region: line.region,
            purpose: line.purpose.to_string(),
            hiding: line.hiding.to_string(),
            state: line.state.to_string(),
            hidden: line.hidden,
            bytes: line.bytes,
            at: time(line.at),
        }
    }
}

/// What left for models, newest first.
#[utoipa::path(get, path = "/exchanges", tag = "messages", params(PageAsked),
    responses((status = 200, body = Page<Departure>), (status = "4XX", body = ProblemBody)))]
async fn list_exchanges(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<PageAsked>,
) -> Result<Json<Page<Departure>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let broken = |_| Problem::invalid("This cursor is not one of ours. Start again at the first page.");
    let before = match asked.cursor.as_deref().filter(|c| !c.is_empty()) {
        Some(text) => {
            let [id] = read_cursor::<1>(text)?;
            Some(id.parse().map_err(broken)?)
        }
        None => None,
    };
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, 200);
    let mut lines = app.store.read().await?.exchanges(&grant, before, limit + 1).await?;
    let more = lines.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    lines.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = lines.last().filter(|_| more).map(|line| cursor(&[&line.id.to_string()]));
    Ok(Json(Page { items: lines.into_iter().map(Departure::from).collect(), next_cursor }))
}

/// What would leave for a model.
#[derive(Debug, Serialize, ToSchema)]
pub struct WouldLeave {
    endpoint: String,
    region: String,
    /// `masked`, `minimal` or `off`.
    hiding: String,
    /// The fixed half of the request.
    system: String,
    /// The other half, placeholders in place of what is hidden.
    user: String,
    hidden: Vec<HiddenValue>,
}

/// One hidden value.
#[derive(Debug, Serialize, ToSchema)]
pub struct HiddenValue {
    placeholder: String,
    /// A class of personal data.
    class: String,
    /// What it stands for. Stays in the house.
    value: String,
}

/// What would leave for a model if a person asked for a draft now. Nothing is sent.
#[utoipa::path(get, path = "/tickets/{id}/leaving", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = WouldLeave), (status = "4XX", body = ProblemBody)))]
async fn what_would_leave(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(ticket): Id<TicketId>,
) -> Result<Json<WouldLeave>, Problem> {
    let leaving = flow::leave::show(&app, &session, ticket).await?;
    let model = flow::which_model::present(&app).await.ok().map(|endpoint| endpoint.config);
    let hidden = leaving.table.hidden().map(|(placeholder, class, value)| HiddenValue {
        placeholder: placeholder.to_owned(),
        class: class.to_string(),
        value: value.to_owned(),
    });
    Ok(Json(WouldLeave {
        endpoint: model.map_or_else(String::new, |m| m.name.clone()),
        region: model.map_or_else(String::new, |m| m.region.clone()),
        hiding: leaving.hiding.to_string(),
        system: leaving.request.system.as_str().to_owned(),
        user: leaving.request.user.as_str().to_owned(),
        hidden: hidden.collect(),
    }))
}

/// Words to take out of a ticket.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemovalAsked {
    /// The words, as they stand in a message.
    text: String,
    /// What they are: `person`, `email`, `phone`, `card`, `iban`, `ssn`, `ip`, `address`, `date`, `url`, `key` or `other`.
    class: String,
}

/// What was taken out.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removed {
    /// In how many texts it stood.
    places: i64,
}

/// Takes words out of a ticket for good, wherever they stand in it. The mails that held them lose their raw bytes.
#[utoipa::path(post, path = "/tickets/{id}/redactions", tag = "tickets", params(("id" = String, Path)), request_body = RemovalAsked,
    responses((status = 200, body = Removed), (status = "4XX", body = ProblemBody)))]
async fn redact_words(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<RemovalAsked>,
) -> Result<Json<Removed>, Problem> {
    let class: Class = asked.class.parse().map_err(|e| Problem::invalid(format!("`class` is {e}.")))?;
    let places = flow::redact_ticket::words(&app, &session, ticket, &asked.text, class).await?;
    Ok(Json(Removed { places }))
}

/// Takes a file out of its ticket for good. The mail that brought it loses its raw bytes.
#[utoipa::path(post, path = "/attachments/{id}/redaction", tag = "messages", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn redact_attachment(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<AttachmentId>,
) -> Result<StatusCode, Problem> {
    flow::redact_ticket::file(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
