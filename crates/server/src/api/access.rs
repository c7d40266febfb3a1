//! One's own ways in: sessions and the second factor.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::ids::SessionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Body, Id},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{manage_people, second_factor},
};

/// Sessions and second factor of the caller.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(own_sessions))
        .routes(routes!(end_session))
        .routes(routes!(get_second_factor, begin_second_factor, remove_second_factor))
        .routes(routes!(confirm_second_factor))
}

/// A live session of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    /// Browser and system, as far as they say.
    client: String,
    /// `password`, `code` or `recovery`: what it was opened with.
    opened_with: String,
    created_at: String,
    expires_at: String,
}

/// Where the caller is signed in, newest first.
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = List<OwnSession>), (status = "4XX", body = ProblemBody)))]
async fn own_sessions(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<List<OwnSession>>, Problem> {
    let lines = app.store.read().await?.live_sessions(session.agent().id, app.clock.now()).await?;
    let one = |line: store::SessionLine| OwnSession {
        current: line.id == session.id(),
        id: line.id.to_string(),
        client: line.client,
        opened_with: line.opened_with.word().to_owned(),
        created_at: time(line.created_at),
        expires_at: time(line.expires_at),
    };
    Ok(Json(List { items: lines.into_iter().map(one).collect() }))
}

/// Signs the caller out of one of their sessions.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = String, Path)), responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn end_session(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    manage_people::end_own_session(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's second factor.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactor {
    /// Since when signing in asks for a code; null when it does not.
    since: Option<String>,
    /// Recovery codes that are left.
    recovery_codes: i64,
}

/// Whether signing in asks the caller for a code.
#[utoipa::path(get, path = "/second-factor", tag = "session", responses((status = 200, body = SecondFactor), (status = "4XX", body = ProblemBody)))]
async fn get_second_factor(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<SecondFactor>, Problem> {
    let mut conn = app.store.read().await?;
    let agent = session.agent().id;
    let since = conn.second_factor(agent).await?.and_then(|f| f.confirmed_at);
    let recovery_codes = conn.recovery_codes_left(agent).await?;
    Ok(Json(SecondFactor { since: since.map(time), recovery_codes }))
}

/// A secret for an authenticator app; told once.
#[derive(Serialize, ToSchema)]
pub struct NewSecondFactor {
    /// Base32, for typing.
    secret: String,
    /// For an app, as a QR code or link.
    address: String,
}

/// Begins a second factor. Needs a confirmation of the last five minutes; nothing changes until a first code is typed.
#[utoipa::path(post, path = "/second-factor", tag = "session", responses((status = 201, body = NewSecondFactor), (status = "4XX", body = ProblemBody)))]
async fn begin_second_factor(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<(StatusCode, Json<NewSecondFactor>), Problem> {
    let begun = second_factor::begin(&app, &session).await?;
    Ok((StatusCode::CREATED, Json(NewSecondFactor { secret: begun.secret, address: begun.address })))
}

/// A code of an authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    code: String,
}

/// Codes for the day the phone is lost; told once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    codes: Vec<String>,
}

/// From now on signing in asks for a code.
#[utoipa::path(post, path = "/second-factor/confirmation", tag = "session", request_body = FirstCode, responses((status = 200, body = RecoveryCodes), (status = "4XX", body = ProblemBody)))]
async fn confirm_second_factor(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(typed): Body<FirstCode>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let codes = second_factor::confirm(&app, &session, &typed.code).await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// Signing in asks the caller for the password alone again. Needs a confirmation of the last five minutes.
#[utoipa::path(delete, path = "/second-factor", tag = "session", responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn remove_second_factor(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<StatusCode, Problem> {
    second_factor::remove(&app, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
