//! Where a letter comes from.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::ids::ApprovalId;
use store::Purpose;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::Id,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::trace_letter::{self, Provenance},
};

/// Routes of provenance.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_provenance))
}

/// Everything behind one approved letter, as one document that `countersign audit verify` checks offline.
#[utoipa::path(get, path = "/approvals/{id}/provenance", tag = "record", params(("id" = String, Path)),
    responses((status = 200, body = Provenance), (status = "4XX", body = ProblemBody)))]
async fn get_provenance(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(approval): Id<ApprovalId>,
) -> Result<Json<Provenance>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    Ok(Json(trace_letter::of(&app, &grant, approval).await?))
}
