//! Mail handed in by programs, what became of it, and what waits in quarantine.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
};
use desk::{audit::Service, ids::MailId, ticket::DraftReadiness, triage::Triage};
use serde::{Deserialize, Serialize};
use store::{Mail as Row, MailSource, MailState, Purpose, SuggestionKind, Taken};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Asked, Id, raw_body},
    page::{Page, PageAsked, cut, time},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Largest mail that is taken, in bytes.
const MAIL_BYTES_MAX: usize = 60 * 1024 * 1024;
/// Bytes of a quarantined mail that are shown.
const EXCERPT_BYTES: usize = 600;

/// Reading routes.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_mail)).routes(routes!(list_quarantine))
}

/// Retrying.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(retry_mail))
}

/// Handing mail in, with a body limit of its own around whatever layer `inner` puts inside.
pub fn large() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(post_mail))
}

/// The limit for [`large`].
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAIL_BYTES_MAX)
}

/// That a mail is safe here.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailTaken {
    pub mail_id: String,
    /// `received` or `duplicate`.
    pub state: String,
}

impl From<Taken> for MailTaken {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::New(id) => Self { mail_id: id.to_string(), state: "received".to_owned() },
            Taken::Repeated(id) => Self { mail_id: id.to_string(), state: "duplicate".to_owned() },
        }
    }
}

/// Where a mail goes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MailboxAsked {
    /// The address it came to; the desk's own when absent.
    mailbox: Option<String>,
}

/// Hands in one raw mail. Once this answers, the mail is safe.
#[utoipa::path(post, path = "/mail", tag = "mail", params(MailboxAsked), request_body(content = String, content_type = "message/rfc822"),
    responses((status = 202, body = MailTaken), (status = "4XX", body = ProblemBody)))]
async fn post_mail(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<MailboxAsked>,
    request: Request,
) -> Result<(StatusCode, Json<MailTaken>), Problem> {
    caller.works("mail:write")?;
    let mailbox = mailbox(&app, asked.mailbox).await?;
    let raw = raw_body(request, &app, "message/rfc822").await?;
    if raw.is_empty() {
        return Err(Problem::invalid("The mail is empty."));
    }
    let taken = flow::receive_mail::take(&app, &mailbox, MailSource::Api, &raw, app.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, Json(taken.into())))
}

async fn mailbox(app: &App, asked: Option<String>) -> Result<String, Problem> {
    let own = app.config.mail.address.to_lowercase();
    let Some(asked) = asked.map(|a| a.to_lowercase()).filter(|a| *a != own) else { return Ok(own) };
    let known = app.store.read().await?.mailboxes().await?.iter().any(|m| m.address == asked);
    if known { Ok(asked) } else { Err(Problem::invalid("This desk has no mailbox of this address.")) }
}

/// What became of a mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailProgress {
    id: String,
    /// `received`, `accepted` or `quarantined`.
    state: String,
    ticket_id: Option<String>,
    /// The machine has looked at it.
    triaged: bool,
    /// A draft waits, or it is said why there is none.
    answered: bool,
    detail: Option<String>,
}

/// What became of a mail.
#[utoipa::path(get, path = "/mail/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = MailProgress), (status = "4XX", body = ProblemBody)))]
async fn get_mail(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<MailId>,
) -> Result<Json<MailProgress>, Problem> {
    caller.works("mail:write")?;
    let mut conn = app.store.read().await?;
    let mail = conn.mail(id).await?;
    let (mut triaged, mut answered, mut ticket_id) = (false, false, None);
    if let Some(ticket) = mail.ticket {
        let all = app.service_grant(Service::Intake, Purpose::Work)?;
        let look = conn.newest_suggestion::<Triage>(&all, ticket, SuggestionKind::Triage).await?;
        triaged = look.is_some_and(|s| Some(s.message) == mail.message);
        answered = triaged && conn.ticket(&all, ticket).await?.ticket.draft != DraftReadiness::Preparing;
        // Whoever may not see the ticket still learns that its mail went well.
        if let Ok(grant) = caller.grant(Purpose::Work) {
            ticket_id = conn.ticket(&grant, ticket).await.ok().map(|_| ticket.to_string());
        }
    }
    Ok(Json(MailProgress {
        id: id.to_string(),
        state: mail.state.word().to_owned(),
        ticket_id,
        triaged,
        answered,
        detail: mail.reason,
    }))
}

/// A mail that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quarantined {
    id: String,
    received_at: String,
    source: String,
    reason: String,
    size: usize,
    excerpt: String,
}

/// Mails that wait for a person, newest first.
#[utoipa::path(get, path = "/quarantine", tag = "mail", params(PageAsked),
    responses((status = 200, body = Page<Quarantined>), (status = "4XX", body = ProblemBody)))]
async fn list_quarantine(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Page<Quarantined>>, Problem> {
    // These mails are in no queue yet: everybody who works tickets sees them.
    caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let page = cut(conn.mails_in(MailState::Quarantined, 500).await?, &asked)?;
    let mut items = Vec::with_capacity(page.items.len());
    for mail in page.items {
        let raw = conn.blob(mail.blob).await?;
        items.push(quarantined(mail, &raw));
    }
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

fn quarantined(mail: Row, raw: &[u8]) -> Quarantined {
    let head = String::from_utf8_lossy(raw.get(..EXCERPT_BYTES).unwrap_or(raw));
    let plain = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    Quarantined {
        id: mail.id.to_string(),
        received_at: time(mail.received_at),
        source: mail.source.word().to_owned(),
        reason: mail.reason.unwrap_or_default(),
        size: raw.len(),
        excerpt: head.chars().map(plain).collect(),
    }
}

/// Sends a quarantined mail round again.
#[utoipa::path(post, path = "/quarantine/{id}/retry", tag = "mail", params(("id" = String, Path)),
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn retry_mail(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<MailId>,
) -> Result<StatusCode, Problem> {
    flow::retry_mail::retry(&app, &session, id).await?;
    Ok(StatusCode::ACCEPTED)
}
