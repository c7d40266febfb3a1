//! The desk itself: its name, queues, categories, and how its parts are doing.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::time,
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{App, app::World};

/// The status route.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_status))
}

/// The desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Desk {
    name: String,
    version: String,
    demo: bool,
    /// Seconds in which an approval can be undone.
    undo_seconds: i64,
    /// `tray` or `smtp`.
    delivery: String,
    embedding: Embedding,
    model: Model,
    queues: Vec<Named>,
    categories: Vec<Category>,
}

/// The local embedding model.
#[derive(Debug, Serialize, ToSchema)]
pub struct Embedding {
    /// `ready`, `missing` or `filling`.
    state: String,
    done: u64,
    total: u64,
    detail: String,
}

/// The language model.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// `off`, `ready` or `unreachable`.
    state: String,
    name: Option<String>,
}

/// A member of the closed list triage chooses from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    key: String,
    name: String,
    description: String,
    operating_model: String,
    queue: String,
}

impl Desk {
    /// As it is now.
    pub async fn load(app: &App) -> Result<Self, Problem> {
        let mut conn = app.store.read().await?;
        let queues = conn.queues().await?.into_iter().map(|(key, name)| Named { key, name }).collect();
        let categories = conn.categories().await?;
        let embedding = app.library.embedding();
        let name = app.config.model.as_ref().map(|m| m.name.clone());
        Ok(Self {
            name: app.config.desk.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: app.world == World::Demo,
            undo_seconds: app.config.desk.undo_seconds,
            delivery: if app.config.mail.smtp.is_some() { "smtp" } else { "tray" }.to_owned(),
            embedding: Embedding {
                state: embedding.state.to_owned(),
                done: embedding.done,
                total: embedding.total,
                detail: embedding.detail,
            },
            model: Model { state: model_state(app).to_owned(), name },
            queues,
            categories: categories
                .into_iter()
                .map(|c| Category {
                    key: c.key,
                    name: c.name,
                    description: c.description,
                    operating_model: c.operating_model.word().to_owned(),
                    queue: c.queue,
                })
                .collect(),
        })
    }
}

/// From what this process last heard of the model.
fn model_state(app: &App) -> &'static str {
    match &app.model {
        None => "off",
        Some(client) if client.is_failing() => "unreachable",
        Some(_) => "ready",
    }
}

/// How the desk is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    desk: Desk,
    jobs: Jobs,
    mailboxes: Vec<Mailbox>,
    index: Index,
}

/// Background work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jobs {
    waiting: i64,
    running: i64,
    failed: i64,
}

/// An address mail comes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mailbox {
    address: String,
    /// `idle`, `ok` or `failing`.
    state: String,
    detail: Option<String>,
    last_fetch_at: Option<String>,
}

/// How far the search index has followed the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Index {
    cursor: i64,
    feed_head: i64,
    passages: u64,
    vectors: u64,
}

/// How the desk and its parts are doing.
#[utoipa::path(get, path = "/status", tag = "desk", responses((status = 200, body = Status), (status = "4XX", body = ProblemBody)))]
async fn get_status(State(app): State<Arc<App>>, _caller: Caller) -> Result<Json<Status>, Problem> {
    let jobs = app.store.job_counts().await?;
    let mut conn = app.store.read().await?;
    let mailboxes = conn.mailboxes().await?;
    let feed_head = conn.log_size().await?;
    drop(conn);
    let (passages, vectors) = app.library.counts();
    Ok(Json(Status {
        desk: Desk::load(&app).await?,
        jobs: Jobs { waiting: jobs.waiting, running: jobs.running, failed: jobs.failed },
        mailboxes: mailboxes
            .into_iter()
            .map(|m| Mailbox {
                address: m.address,
                state: m.state,
                detail: Some(m.detail).filter(|d| !d.is_empty()),
                last_fetch_at: m.last_fetch_at.map(time),
            })
            .collect(),
        index: Index { cursor: app.library.cursor(), feed_head, passages, vectors },
    }))
}
