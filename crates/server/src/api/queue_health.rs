//! How each queue stands now.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use store::{Purpose, QueueHealth as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::App;

/// Days that tell what came and what ended.
const WEEK_DAYS: i64 = 7;
/// Days that tell who came back; a week is too short for it.
const MONTH_DAYS: i64 = 28;

/// Queues.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_queue_health))
}

/// Every queue that the reader sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuesHealth {
    /// Days that `came` and `ended` look back.
    week_days: i64,
    /// Days that `ended_lately` and `came_back` look back.
    month_days: i64,
    /// By name.
    queues: Vec<QueueHealth>,
}

/// A queue as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueHealth {
    key: String,
    name: String,
    /// Tickets that wait for us: `is:open`.
    open: i64,
    /// Of those that ask for an answer, tickets that nobody has and nobody put off.
    unassigned: i64,
    /// Tickets whose promised time has passed.
    late: i64,
    /// Tickets that wait for somebody else: `is:waiting`.
    elsewhere: i64,
    /// Since when the one waits that has asked for an answer the longest; null where none does.
    oldest: Option<String>,
    /// Tickets that came.
    came: i64,
    /// Tickets that ended.
    ended: i64,
    /// Tickets that ended within the longer time.
    ended_lately: i64,
    /// Of these, those whose requester came back.
    came_back: i64,
}

impl From<Row> for QueueHealth {
    fn from(row: Row) -> Self {
        let Row { key, name, open, unassigned, late, elsewhere, oldest, came, ended, ended_lately, came_back } = row;
        let oldest = oldest.map(time);
        Self { key, name, open, unassigned, late, elsewhere, oldest, came, ended, ended_lately, came_back }
    }
}

/// How each queue stands now: what waits and for how long, what came and ended lately, and who came back.
#[utoipa::path(get, path = "/scorecard/queues", tag = "desk",
    responses((status = 200, body = QueuesHealth), (status = "4XX", body = ProblemBody)))]
async fn get_queue_health(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<QueuesHealth>, Problem> {
    let (grant, now) = (caller.grant(Purpose::Work)?, app.clock.now());
    let back = |days: i64| now.plus_seconds(-days * 86_400);
    let rows = app.store.read().await?.queue_health(&grant, now, (back(WEEK_DAYS), back(MONTH_DAYS))).await?;
    let queues = rows.into_iter().map(QueueHealth::from).collect();
    Ok(Json(QueuesHealth { week_days: WEEK_DAYS, month_days: MONTH_DAYS, queues }))
}
