//! Where knowledge comes from, with its health, and what the last reading of a folder or site did.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{ids::SourceId, source::Report};
use serde::Serialize;
use store::{Feed, Purpose, SourceLine as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::Id,
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::sync_source::{self, Progress, SYNC},
};

/// Routes of sources.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_sources)).routes(routes!(sync_source))
}

/// A source and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceLine {
    id: String,
    key: String,
    name: String,
    kind: String,
    owner: String,
    owner_id: String,
    /// False when the owner can no longer sign in: then nobody keeps it true.
    owned: bool,
    /// `public` or `internal`.
    audience: String,
    /// Days between two reviews.
    interval_days: i64,
    /// Articles in every state.
    articles: i64,
    /// Approved and in time.
    current: i64,
    /// Approved, with a review date that has passed: they ground nothing.
    due: i64,
    /// Texts that wait for the owner.
    proposed: i64,
    /// Expired or withdrawn.
    retired: i64,
    /// How it is read; null for a source that people write.
    feed: Option<SourceFeed>,
}

/// A folder or site that is read again and again.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFeed {
    /// `folder` or `site`.
    fed_by: String,
    /// Absolute path, or address.
    place: String,
    /// `propose`, or `approve`: its owner approved whatever it says.
    arrival: String,
    /// Product word; empty for all.
    product: String,
    /// Product versions in words.
    versions: String,
    /// Region in words.
    region: String,
    /// `reply`, `work`.
    purposes: Vec<String>,
    /// Of the last reading: `never`, `done` or `failed`.
    state: String,
    /// When it ended.
    ended_at: Option<String>,
    /// How far a reading is that waits or runs now.
    running: Option<SourceProgress>,
    /// What the last reading did.
    report: Option<SourceReport>,
}

/// How far a reading is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceProgress {
    /// Documents looked at.
    done: usize,
    /// Documents in all; 0 while they are being listed.
    total: usize,
}

/// What a reading did, in numbers of documents.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceReport {
    added: usize,
    changed: usize,
    /// They were gone and are here again.
    back: usize,
    unchanged: usize,
    /// They are gone; their articles are withdrawn.
    vanished: usize,
    /// They cannot be taken.
    refused: usize,
    /// The commit a checkout stood at.
    commit: Option<String>,
    /// Why the reading stopped, or was not believed.
    problem: Option<String>,
    /// Each document that is not what it was, at most 200.
    lines: Vec<SourceReportLine>,
}

/// What became of one document.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceReportLine {
    /// Path in the source, or address.
    place: String,
    /// `added`, `changed`, `back`, `vanished` or `refused`.
    fate: String,
    /// One sentence; empty where the fate says it all.
    why: String,
}

impl From<Row> for SourceLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.to_string(),
            key: row.key,
            name: row.name,
            kind: row.kind,
            owner_id: row.owner.0.to_string(),
            owner: row.owner.1,
            owned: row.owned,
            audience: row.audience.word().to_owned(),
            interval_days: row.interval_days,
            articles: row.articles,
            current: row.approved - row.due,
            due: row.due,
            proposed: row.proposed,
            retired: row.retired,
            feed: None,
        }
    }
}

impl From<Report> for SourceReport {
    fn from(report: Report) -> Self {
        let line =
            |l: desk::source::Line| SourceReportLine { place: l.place, fate: l.fate.word().to_owned(), why: l.why };
        Self {
            added: report.added,
            changed: report.changed,
            back: report.back,
            unchanged: report.unchanged,
            vanished: report.vanished,
            refused: report.refused,
            commit: report.commit,
            problem: report.problem,
            lines: report.lines.into_iter().map(line).collect(),
        }
    }
}

impl SourceFeed {
    fn new(feed: Feed, job: Option<String>) -> Self {
        let progress = job.map(|detail| serde_json::from_str::<Progress>(&detail).unwrap_or_default());
        Self {
            fed_by: feed.fed_by.word().to_owned(),
            place: feed.place,
            arrival: feed.arrival.word().to_owned(),
            product: feed.labels.product,
            versions: feed.labels.applies_to,
            region: feed.labels.region,
            purposes: feed.labels.purposes.iter().map(|u| u.word().to_owned()).collect(),
            state: feed.state.word().to_owned(),
            ended_at: feed.ended_at.map(time),
            running: progress.map(|p| SourceProgress { done: p.done, total: p.total }),
            report: feed.report.map(SourceReport::from),
        }
    }
}

/// Every source, for those who work here.
#[utoipa::path(get, path = "/sources", tag = "knowledge",
    responses((status = 200, body = List<SourceLine>), (status = "4XX", body = ProblemBody)))]
async fn list_sources(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<List<SourceLine>>, Problem> {
    caller.needs_scope("knowledge:read")?;
    caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let rows = conn.source_lines(app.clock.now()).await?;
    let feeds = conn.source_feeds().await?;
    drop(conn);
    let mut items: Vec<SourceLine> = rows.into_iter().map(SourceLine::from).collect();
    for feed in feeds {
        let id = feed.source.to_string();
        let job = app.store.job_about(SYNC, &id).await?;
        if let Some(line) = items.iter_mut().find(|line| line.id == id) {
            line.feed = Some(SourceFeed::new(feed, job));
        }
    }
    Ok(Json(List { items }))
}

/// Has a folder or site read now. `GET /sources` says how far it is and what it did.
#[utoipa::path(post, path = "/sources/{id}/sync", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn sync_source(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(source): Id<SourceId>,
) -> Result<StatusCode, Problem> {
    sync_source::ask(&app, &session, source).await?;
    Ok(StatusCode::ACCEPTED)
}
