//! The letter tray: where letters go when there is no mail server. What lies here has left.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    audit::{AuditEvent, Entry},
    ids::OutboxId,
};
use outbox::TrayLetter;
use serde::Serialize;
use store::{Conn, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::{Asked, Id},
    page::{Page, PageAsked, cut, time},
    problem::{Problem, ProblemBody},
    record_words::actor_name,
};
use crate::App;

/// Routes of the tray.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_letters)).routes(routes!(get_letter))
}

/// A letter as listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterLine {
    id: String,
    outbox_id: String,
    ticket_id: String,
    ticket_number: i64,
    to: Vec<String>,
    subject: String,
    at: String,
    /// The person who approved it; for a fixed notice, that it is one.
    approved_by: String,
    /// `none`, `unchanged` or `edited`.
    ai_assisted: String,
}

/// A letter with everything in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Letter {
    #[serde(flatten)]
    line: LetterLine,
    from: String,
    cc: Vec<String>,
    #[schema(value_type = Vec<[String; 2]>)]
    headers: Vec<(String, String)>,
    body: String,
    raw: String,
}

async fn line(conn: &mut Conn, grant: &Grant, letter: &TrayLetter) -> Result<LetterLine, Problem> {
    let ticket = conn.ticket(grant, letter.ticket).await?.ticket;
    let approved_by = conn
        .trail(grant, letter.ticket)
        .await?
        .iter()
        .find(|entry| match serde_json::from_str::<Entry>(&entry.leaf).map(|e| e.event) {
            Ok(AuditEvent::ReplyApproved { outbox, .. }) => outbox == letter.outbox,
            _ => false,
        })
        .map_or_else(|| "a fixed notice".to_owned(), actor_name);
    let ai_assisted = match letter.letter.header("AI-Assisted") {
        None => "none",
        Some(words) if words.contains("unchanged") => "unchanged",
        Some(_) => "edited",
    };
    Ok(LetterLine {
        id: letter.outbox.to_string(),
        outbox_id: letter.outbox.to_string(),
        ticket_id: letter.ticket.to_string(),
        ticket_number: ticket.number,
        to: letter.letter.to.clone(),
        subject: letter.letter.subject.clone(),
        at: time(letter.at),
        approved_by,
        ai_assisted: ai_assisted.to_owned(),
    })
}

/// Letters, newest first.
#[utoipa::path(get, path = "/tray", tag = "tray", params(PageAsked),
    responses((status = 200, body = Page<LetterLine>), (status = "4XX", body = ProblemBody)))]
async fn list_letters(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Page<LetterLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let page = cut(outbox::tray(&mut conn, &grant).await?, &asked)?;
    let mut items = Vec::with_capacity(page.items.len());
    for letter in &page.items {
        items.push(line(&mut conn, &grant, letter).await?);
    }
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// One letter.
#[utoipa::path(get, path = "/tray/{id}", tag = "tray", params(("id" = String, Path)),
    responses((status = 200, body = Letter), (status = "4XX", body = ProblemBody)))]
async fn get_letter(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<OutboxId>,
) -> Result<Json<Letter>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let letter = find(&mut conn, &grant, id).await?;
    let line = line(&mut conn, &grant, &letter).await?;
    let raw = String::from_utf8_lossy(&letter.mime).into_owned();
    let letter = letter.letter;
    Ok(Json(Letter { line, from: letter.from, cc: letter.cc, raw, headers: letter.headers, body: letter.body }))
}

/// A letter within a grant.
pub async fn find(conn: &mut Conn, grant: &Grant, id: OutboxId) -> Result<TrayLetter, Problem> {
    outbox::tray(conn, grant).await?.into_iter().find(|l| l.outbox == id).ok_or_else(Problem::not_found)
}
