//! The parts of messages that are not JSON: safe HTML, files, raw mails; and exchanges with a model.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::ids::{AttachmentId, ExchangeId, MessageId};
use serde::Serialize;
use store::{ExchangeSide, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::Id,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::App;

/// What a stranger's HTML may do: nothing but show itself and images it carries along.
const STRANGERS_HTML: &str =
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'";
/// What a stranger's file may do if a browser shows it after all: nothing.
const STRANGERS_FILE: &str = "sandbox; default-src 'none'";

/// Routes of message parts.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(message_html))
        .routes(routes!(message_raw))
        .routes(routes!(get_attachment))
        .routes(routes!(get_exchange))
}

/// A message's HTML, sanitised.
#[utoipa::path(get, path = "/messages/{id}/html", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = ProblemBody)))]
async fn message_html(State(app): State<Arc<App>>, caller: Caller, Id(id): Id<MessageId>) -> Result<Response, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let html = app.store.read().await?.message_html(&grant, id).await?;
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, STRANGERS_HTML)];
    Ok((headers, html).into_response())
}

/// The mail as it arrived.
#[utoipa::path(get, path = "/messages/{id}/raw", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "message/rfc822"), (status = "4XX", body = ProblemBody)))]
async fn message_raw(State(app): State<Arc<App>>, caller: Caller, Id(id): Id<MessageId>) -> Result<Response, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let raw = app.store.read().await?.message_raw(&grant, id).await?;
    Ok(download(raw, "message/rfc822", &format!("{id}.eml")))
}

/// A file that came with a message.
#[utoipa::path(get, path = "/attachments/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "4XX", body = ProblemBody)))]
async fn get_attachment(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<AttachmentId>,
) -> Result<Response, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let (row, bytes) = app.store.read().await?.attachment(&grant, id).await?;
    Ok(download(bytes, &row.media_type, &row.name))
}

/// Bytes that a browser saves and does not show.
pub fn download(bytes: Vec<u8>, media_type: &str, name: &str) -> Response {
    let media_type =
        HeaderValue::try_from(media_type).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(STRANGERS_FILE));
    headers.insert(header::CONTENT_DISPOSITION, disposition(name));
    response
}

/// `attachment` with the name in the form of RFC 5987, every byte but letters and digits encoded.
fn disposition(name: &str) -> HeaderValue {
    let mut encoded = String::new();
    for byte in name.bytes().take(400) {
        if byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-' || byte == b'_' {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}"))
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// What a model was given and said.
#[derive(Debug, Serialize, ToSchema)]
pub struct Exchange {
    id: String,
    endpoint: String,
    /// The exact text that was sent, placeholders in place of personal data.
    request: String,
    response: Option<String>,
    /// `pending`, `answered`, `refused` or `failed`.
    state: String,
    detail: Option<String>,
    /// How many values were hidden.
    hidden: i64,
    at: String,
    /// How long it took, in milliseconds.
    ms: Option<i64>,
}

/// One exchange with a model.
#[utoipa::path(get, path = "/exchanges/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = Exchange), (status = "4XX", body = ProblemBody)))]
async fn get_exchange(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<ExchangeId>,
) -> Result<Json<Exchange>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let row = app.store.read().await?.exchange(&grant, id).await?;
    Ok(Json(Exchange {
        id: row.id.to_string(),
        endpoint: row.endpoint,
        request: String::from_utf8_lossy(&row.request).into_owned(),
        // A candidate's words are shown on the page that compares, and to nobody on a ticket.
        response: row.response.filter(|_| row.side == ExchangeSide::Present),
        state: row.state.word().to_owned(),
        detail: row.detail,
        hidden: row.hidden,
        at: time(row.at),
        ms: row.ms,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_name_ends_the_header() {
        assert_eq!(disposition("a b\"\r\n;é.pdf"), "attachment; filename*=UTF-8''a%20b%22%0D%0A%3B%C3%A9.pdf");
    }
}
