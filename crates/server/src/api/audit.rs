//! The record: reading it, checking it, taking it along.

use std::{io, sync::Arc};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::{audit::AuditEvent, ids::TicketId};
use serde::{Deserialize, Serialize};
use store::{EntryRow, Grant, Purpose};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_stream::wrappers::UnboundedReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::{Asked, id},
    page::{LIMIT, Page, cursor, read_number, time},
    problem::{Problem, ProblemBody},
    record_words::{actor_name, said},
};
use crate::{App, flow};

/// Bytes of an export handed over at once.
const EXPORT_CHUNK: usize = 64 * 1024;
/// What can be said about anchoring: nothing is sent anywhere by itself.
const ANCHORED: &str = "Not anchored outside this desk. Keep a copy of this checkpoint where the desk cannot reach it.";

/// Routes of the record.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_entries))
        .routes(routes!(get_checkpoint))
        .routes(routes!(verify_record))
        .routes(routes!(export_record))
        .routes(routes!(prove_entry))
}

/// An entry of the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLine {
    /// Its place; null for a second or less.
    seq: Option<i64>,
    id: String,
    at: String,
    kind: String,
    actor: Actor,
    ticket_id: Option<String>,
    summary: String,
    /// Leaf hash, base64.
    hash: String,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Actor {
    /// `agent`, `token` or `service`.
    kind: String,
    id: String,
    name: String,
}

impl From<EntryRow> for AuditLine {
    fn from(row: EntryRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id.to_string(),
            at: time(row.at),
            actor: Actor { name: actor_name(&row), kind: row.actor_kind, id: row.actor_id },
            kind: row.kind,
            ticket_id: row.ticket.map(|t| t.to_string()),
            summary: said(&row.leaf),
            hash: tlog::leaf_hash(row.leaf.as_bytes()).to_base64(),
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EntriesAsked {
    /// Only about this ticket.
    ticket: Option<String>,
    /// Only of this kind.
    kind: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most this many, 1 to 200.
    limit: Option<i64>,
}

fn grant(caller: &Caller) -> Result<Grant, Problem> {
    caller.grant(Purpose::Record)
}

/// Entries, newest first.
#[utoipa::path(get, path = "/audit", tag = "record", params(EntriesAsked),
    responses((status = 200, body = Page<AuditLine>), (status = "4XX", body = ProblemBody)))]
async fn list_entries(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<EntriesAsked>,
) -> Result<Json<Page<AuditLine>>, Problem> {
    let grant = grant(&caller)?;
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, 200);
    let wanted = usize::try_from(limit).unwrap_or(1);
    let before = read_number(asked.cursor.as_deref())?;
    let kind = asked.kind.unwrap_or_default().replace('\0', "");
    let mut conn = app.store.read().await?;
    let mut rows = match asked.ticket.filter(|t| !t.is_empty()) {
        Some(ticket) => {
            let ticket: TicketId = id(&ticket)?;
            let of_page = |row: &EntryRow| {
                (kind.is_empty() || row.kind == kind) && before.is_none_or(|b| row.seq.is_some_and(|seq| seq < b))
            };
            conn.trail(&grant, ticket).await?.into_iter().rev().filter(of_page).take(wanted + 1).collect()
        }
        None => conn.entries(&grant, before, &kind, limit + 1).await?,
    };
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let last = rows.last().and_then(|row| row.seq).map(|seq| cursor(&[&seq.to_string()]));
    Ok(Json(Page { items: rows.into_iter().map(AuditLine::from).collect(), next_cursor: last.filter(|_| more) }))
}

/// A signed state of the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkpoint {
    size: i64,
    root: String,
    /// The signed note.
    note: String,
    /// The public key.
    key: String,
    at: String,
    /// Where else the checkpoint is known.
    anchored: String,
}

/// The newest signed state.
#[utoipa::path(get, path = "/audit/checkpoint", tag = "record", responses((status = 200, body = Checkpoint), (status = "4XX", body = ProblemBody)))]
async fn get_checkpoint(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Checkpoint>, Problem> {
    grant(&caller)?;
    let view = flow::keep_record::checkpoint(&app).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(Checkpoint {
        size: view.size,
        root: view.root,
        note: view.note,
        key: view.key,
        at: time(view.at),
        anchored: ANCHORED.to_owned(),
    }))
}

/// What verification found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    ok: bool,
    size: i64,
    root: String,
    first_bad: Option<i64>,
    detail: String,
    ms: i64,
}

/// Checks every entry against the tree and every checkpoint against the key.
#[utoipa::path(post, path = "/audit/verification", tag = "record", responses((status = 200, body = Verification), (status = "4XX", body = ProblemBody)))]
async fn verify_record(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Verification>, Problem> {
    let found = flow::keep_record::verify(&app, &grant(&caller)?).await?;
    Ok(Json(Verification {
        ok: found.ok,
        size: found.size,
        root: found.root,
        first_bad: found.first_bad,
        detail: found.detail,
        ms: found.ms,
    }))
}

/// Hands what is written over in pieces. The receiver's end is a response's body.
struct Pieces {
    to: UnboundedSender<Result<Bytes, io::Error>>,
    piece: Vec<u8>,
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= EXPORT_CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        self.to.send(Ok(piece.into())).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// The whole record as a file that verifies offline.
#[utoipa::path(get, path = "/audit/export", tag = "record",
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = "4XX", body = ProblemBody)))]
async fn export_record(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    let grant = grant(&caller)?;
    let size = app.store.read().await?.log_size().await?;
    let event = AuditEvent::RecordExported { size };
    let now = app.clock.now();
    match &caller {
        Caller::Person(session) => app.store.begin(session, now).await?.commit(event).await?,
        Caller::Program(token) => app.store.begin(token, now).await?.commit(event).await?,
    };
    app.live.committed();
    let (to, pieces) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut writer = Pieces { to: to.clone(), piece: Vec::new() };
        let written = flow::keep_record::export(&app, &grant, &mut writer).await;
        let flushed = io::Write::flush(&mut writer);
        if written.is_err() || flushed.is_err() {
            // A broken transfer is seen; a short file would not be.
            let _ = to.send(Err(io::Error::other("the export broke off")));
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"record.ndjson\"")),
    ];
    Ok((headers, Body::from_stream(UnboundedReceiverStream::new(pieces))).into_response())
}

/// A proof that one entry is in the record.
#[utoipa::path(get, path = "/audit/entries/{seq}/proof", tag = "record", params(("seq" = i64, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = ProblemBody)))]
async fn prove_entry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(seq): Path<String>,
) -> Result<Response, Problem> {
    let grant = grant(&caller)?;
    let seq: i64 = seq.parse().ok().filter(|s| *s >= 0).ok_or_else(Problem::not_found)?;
    let proof = flow::keep_record::proof(&app, &grant, seq).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof).into_response())
}
