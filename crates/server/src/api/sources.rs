//! Where knowledge comes from, with its health.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use store::{Purpose, SourceLine as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::App;

/// Routes of sources.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_sources))
}

/// A source and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceLine {
    key: String,
    name: String,
    kind: String,
    owner: String,
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
}

impl From<Row> for SourceLine {
    fn from(row: Row) -> Self {
        Self {
            key: row.key,
            name: row.name,
            kind: row.kind,
            owner: row.owner.1,
            owned: row.owned,
            audience: row.audience.word().to_owned(),
            interval_days: row.interval_days,
            articles: row.articles,
            current: row.approved - row.due,
            due: row.due,
            proposed: row.proposed,
            retired: row.retired,
        }
    }
}

/// Every source, for those who work here.
#[utoipa::path(get, path = "/sources", tag = "knowledge",
    responses((status = 200, body = List<SourceLine>), (status = "4XX", body = ProblemBody)))]
async fn list_sources(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<List<SourceLine>>, Problem> {
    caller.needs_scope("knowledge:read")?;
    caller.grant(Purpose::Work)?;
    let rows = app.store.read().await?.source_lines(app.clock.now()).await?;
    Ok(Json(List { items: rows.into_iter().map(SourceLine::from).collect() }))
}
