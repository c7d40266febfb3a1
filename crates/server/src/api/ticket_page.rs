//! One ticket with everything an agent needs on one page.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use desk::{
    audit::{AuditEvent, Entry},
    ids::{AgentId, ExchangeId, TicketId},
};
use serde::Serialize;
use store::{AttachmentRow, Conn, EntryRow, Grant, Message as MessageRow, Note as NoteRow, Purpose, TicketLine as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::Answer,
    auth::Caller,
    page::{etag, time},
    people::Customer,
    problem::{Problem, ProblemBody},
    record_words,
    relocations::Relocations,
    summary::{self, SummaryLine},
    surveys::TicketSurvey,
    tickets::{self, AgentRef, TicketLine, next_ticket},
    understanding::Understanding,
};
use crate::{App, flow};

/// The page of a ticket, and changing it.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_ticket, tickets::change_ticket))
}

/// A ticket with messages, the machine's look, the answer in preparation and the customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketPage {
    #[serde(flatten)]
    line: TicketLine,
    revision: i64,
    /// Whether the caller follows it.
    followed: bool,
    /// A ticket of more than four messages in at most five lines; empty for shorter ones and where no AI may read.
    summary: Vec<SummaryLine>,
    messages: Vec<Message>,
    notes: Vec<Note>,
    /// Merges and splits.
    relocations: Relocations,
    understanding: Option<Understanding>,
    answer: Answer,
    customer: Customer,
    /// Newest notes on other tickets of the customer, within the reader's queues.
    customer_notes: Vec<NoteElsewhere>,
    /// Letters of this ticket, newest first.
    letters: Vec<LetterFate>,
    /// What the requester said when they were asked how it went; null where they were not, or did not answer.
    survey: Option<TicketSurvey>,
    trail: Vec<TrailLine>,
    next_ticket_id: Option<String>,
    /// The status this person chose last in this category: `solved`, `pending` or `open`.
    remembered_status: String,
}

/// What a requester sent or was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    id: String,
    /// `inbound` or `outbound`.
    direction: String,
    /// `customer`, `agent` or `automation`.
    author_kind: String,
    author_name: String,
    from: String,
    to: Vec<String>,
    cc: Vec<String>,
    subject: String,
    /// The whole text.
    text: String,
    /// The newest part, without quotes.
    latest: String,
    quoted: Option<String>,
    has_html: bool,
    attachments: Vec<Attachment>,
    at: String,
    /// `none`, `unchanged` or `edited`.
    ai_assisted: String,
    approved_by: Option<AgentRef>,
    approved_at: Option<String>,
    /// Its approval, whose provenance can be read; null for what nobody approved.
    approval_id: Option<String>,
    /// Where an outbound message is; null for inbound.
    delivery: Option<String>,
    /// Why we think a machine sent it.
    machine: Option<String>,
    warnings: Vec<String>,
    /// Number of the ticket it was moved from.
    moved_from: Option<i64>,
    /// Sentences of `latest` that try to instruct the machine, by the shipped rules. They have no effect.
    orders: Vec<CharSpan>,
}

/// A part of a text, in characters.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CharSpan {
    start: usize,
    end: usize,
}

/// A file that came with a message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attachment {
    id: String,
    name: String,
    media_type: String,
    size: i64,
}

/// An internal remark.
#[derive(Debug, Serialize, ToSchema)]
pub struct Note {
    id: String,
    author_name: String,
    body: String,
    at: String,
    /// Number of the ticket it was moved from.
    moved_from: Option<i64>,
}

/// A note on another ticket of the same customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteElsewhere {
    ticket_id: String,
    number: i64,
    #[serde(flatten)]
    note: Note,
}

/// What became of a letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterFate {
    outbox_id: String,
    /// `ready`, `sending`, `sent`, `uncertain`, `failed`, `stopped` or `cancelled`.
    state: String,
    /// The mail server's own words, or what held it back.
    detail: Option<String>,
    /// Tries so far.
    attempts: i64,
    /// Since when it is so.
    since: String,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrailLine {
    at: String,
    kind: String,
    actor: String,
    text: String,
    /// Its place in the record; null for a second or less.
    seq: Option<i64>,
    /// What a model was given and said then; on the last line about it.
    exchange_id: Option<String>,
}

impl From<outbox::Fate> for LetterFate {
    fn from(fate: outbox::Fate) -> Self {
        Self {
            outbox_id: fate.outbox.to_string(),
            state: fate.state.word().to_owned(),
            detail: fate.detail,
            attempts: fate.attempts,
            since: time(fate.since),
        }
    }
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        Self { id: row.id.to_string(), author_name: row.author, body: row.body, at: time(row.at), moved_from: None }
    }
}

/// One ticket, by id or number.
#[utoipa::path(get, path = "/tickets/{id}", tag = "tickets", params(("id" = String, Path, description = "Id or number")),
    responses((status = 200, body = TicketPage), (status = "4XX", body = ProblemBody)))]
async fn get_ticket(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(asked): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let row = find(&mut conn, &grant, &asked).await?;
    let ticket = row.ticket.id;
    let trail = conn.trail(&grant, ticket).await?;
    let may_read = flow::triage_ticket::consent(&app, &mut conn, &row).await?.is_ok();
    let summary = if may_read { summary::lines(&conn.messages(&grant, ticket).await?) } else { Vec::new() };
    let mut messages = messages(&mut conn, &grant, &row).await?;
    let mut notes: Vec<Note> = conn.notes(&grant, ticket).await?.into_iter().map(Note::from).collect();
    let moved: HashMap<String, i64> =
        conn.moved_here(&grant, ticket).await?.into_iter().map(|one| (one.row, one.from)).collect();
    messages.iter_mut().for_each(|m| m.moved_from = moved.get(&m.id).copied());
    notes.iter_mut().for_each(|n| n.moved_from = moved.get(&n.id).copied());
    let page = TicketPage {
        summary,
        line: TicketLine::from(&row),
        revision: row.ticket.revision,
        followed: match grant.reader() {
            Some(reader) => conn.is_followed(ticket, reader).await?,
            None => false,
        },
        messages,
        notes,
        relocations: Relocations::load(&mut conn, &grant, ticket).await?,
        understanding: Understanding::load(&app, &mut conn, &grant, &row).await?,
        answer: Answer::load(&app, &mut conn, &grant, &row, &trail).await?,
        customer: Customer::load(&mut conn, &grant, row.ticket.requester).await?,
        customer_notes: notes_elsewhere(&mut conn, &grant, &row).await?,
        letters: outbox::fates(&mut conn, &grant, ticket).await?.into_iter().map(LetterFate::from).collect(),
        survey: TicketSurvey::load(&mut conn, ticket).await?,
        trail: trail_lines(&trail),
        next_ticket_id: next_ticket(&mut conn, &grant, &row.ticket).await?,
        remembered_status: remembered(&mut conn, &grant, &row).await?,
    };
    Ok((etag(row.ticket.revision), Json(page)))
}

async fn find(conn: &mut Conn, grant: &Grant, asked: &str) -> Result<Row, Problem> {
    if let Ok(number) = asked.parse::<i64>() {
        return Ok(conn.ticket_numbered(grant, number).await?);
    }
    let id: TicketId = asked.parse().map_err(|_| Problem::not_found())?;
    Ok(conn.ticket(grant, id).await?)
}

/// Notes on other tickets of a customer that stand beside one: few, the newest.
const NOTES_ELSEWHERE: i64 = 5;

async fn notes_elsewhere(conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Vec<NoteElsewhere>, Problem> {
    let found = conn.notes_elsewhere(grant, row.ticket.requester, row.ticket.id, NOTES_ELSEWHERE).await?;
    let line = |(ticket, number, note): (TicketId, i64, NoteRow)| NoteElsewhere {
        ticket_id: ticket.to_string(),
        number,
        note: note.into(),
    };
    Ok(found.into_iter().map(line).collect())
}

async fn remembered(conn: &mut Conn, grant: &Grant, row: &Row) -> Result<String, Problem> {
    let chosen = match (&row.ticket.category, grant.reader()) {
        (Some(category), Some(agent)) => conn.status_choice(category, agent).await?,
        _ => None,
    };
    let word = chosen.map_or("solved", |status| status.word());
    Ok(if matches!(word, "pending" | "open") { word } else { "solved" }.to_owned())
}

fn trail_lines(trail: &[EntryRow]) -> Vec<TrailLine> {
    let mut told = HashSet::new();
    let mut lines: Vec<TrailLine> = trail.iter().rev().map(|entry| trail_line(entry, &mut told)).collect();
    lines.reverse();
    lines
}

/// `told` are the exchanges that later lines name.
fn trail_line(entry: &EntryRow, told: &mut HashSet<ExchangeId>) -> TrailLine {
    let exchange = match serde_json::from_str::<Entry>(&entry.leaf).map(|e| e.event) {
        Ok(AuditEvent::ExchangeKept { exchange, .. }) => Some(exchange),
        _ => None,
    };
    TrailLine {
        at: time(entry.at),
        kind: entry.kind.clone(),
        actor: record_words::actor_name(entry),
        text: record_words::said(&entry.leaf),
        seq: entry.seq,
        exchange_id: exchange.filter(|id| told.insert(*id)).map(|id| id.to_string()),
    }
}

async fn messages(conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Vec<Message>, Problem> {
    let rows = conn.messages(grant, row.ticket.id).await?;
    let mut past = past_case(conn, grant, row).await?;
    if rows.is_empty() {
        return Ok(past);
    }
    let is_answered_here = rows.iter().any(|m| !m.inbound);
    let names: HashMap<AgentId, String> = conn.agents().await?.into_iter().map(|a| (a.id, a.name)).collect();
    let mut files: HashMap<String, Vec<Attachment>> = HashMap::new();
    for file in conn.attachments(grant, row.ticket.id).await? {
        files.entry(file.message.to_string()).or_default().push(file.into());
    }
    let mut shown: Vec<Message> = rows.into_iter().map(|m| message(m, &names, &mut files)).collect();
    if !is_answered_here {
        // The reply of a case from before this desk is no letter of this desk, but it answered the question.
        shown.extend(past.pop());
    }
    Ok(shown)
}

fn message(row: MessageRow, names: &HashMap<AgentId, String>, files: &mut HashMap<String, Vec<Attachment>>) -> Message {
    let id = row.id.to_string();
    let kind = match (row.inbound, &row.machine, row.agent) {
        (true, None, _) => "customer",
        (false, _, Some(_)) => "agent",
        _ => "automation",
    };
    let approved_by = row
        .agent
        .map(|agent| AgentRef { id: agent.to_string(), name: names.get(&agent).unwrap_or(&row.author).clone() });
    let orders = if row.inbound { desk::risk::shipped().orders(&row.latest) } else { Vec::new() };
    let orders = orders.into_iter().map(|(start, end)| CharSpan { start, end }).collect();
    Message {
        attachments: files.remove(&id).unwrap_or_default(),
        id,
        direction: if row.inbound { "inbound" } else { "outbound" }.to_owned(),
        author_kind: kind.to_owned(),
        author_name: row.author,
        from: row.from,
        to: row.to,
        cc: row.cc,
        subject: row.subject,
        text: row.text,
        latest: row.latest,
        quoted: row.quoted,
        has_html: row.has_html,
        at: time(row.at),
        ai_assisted: row.ai_part,
        approved_at: row.approved_at.map(time),
        approval_id: row.approval.map(|id| id.to_string()),
        approved_by,
        // A lock that held looks to people like a letter that did not leave.
        delivery: row.delivery.map(|state| if state == "stopped" { "failed".to_owned() } else { state }),
        machine: row.machine,
        warnings: row.warnings,
        moved_from: None,
        orders,
    }
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        Self { id: row.id.to_string(), name: row.name, media_type: row.media_type, size: row.size }
    }
}

/// A case from before this desk has no letters of this desk, only what was asked and answered.
async fn past_case(conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Vec<Message>, Problem> {
    let Some(case) = conn.past_case(grant, row.ticket.id).await? else { return Ok(Vec::new()) };
    let (name, email) = row.requester.clone();
    let side = |part: &str, text: String, author: &str, from: &str, inbound: bool| Message {
        id: format!("{}-{part}", row.ticket.id),
        direction: if inbound { "inbound" } else { "outbound" }.to_owned(),
        author_kind: if inbound { "customer" } else { "agent" }.to_owned(),
        author_name: author.to_owned(),
        from: from.to_owned(),
        to: Vec::new(),
        cc: Vec::new(),
        subject: case.subject.clone(),
        latest: text.clone(),
        text,
        quoted: None,
        has_html: false,
        attachments: Vec::new(),
        at: time(if inbound { row.ticket.created_at } else { case.solved_at }),
        ai_assisted: "none".to_owned(),
        approved_by: None,
        approved_at: None,
        approval_id: None,
        delivery: None,
        machine: None,
        warnings: Vec::new(),
        moved_from: None,
        orders: Vec::new(),
    };
    Ok(vec![
        side("question", case.question.clone(), &name, &email, true),
        side("reply", case.reply.clone(), "Support", "", false),
    ])
}
