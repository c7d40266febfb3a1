//! A person's passkeys, and proving with one that they are there.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use desk::ids::PasskeyId;
use serde::{Deserialize, Serialize};
use store::{ChallengeFor, Passkey as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Body, Id},
    page::time,
    problem::{Problem, ProblemBody},
    session::not_confirmed,
};
use crate::{App, flow::passkeys, passkey};

/// Registering, listing, removing, confirming.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_passkeys, add_passkey))
        .routes(routes!(new_passkey_question))
        .routes(routes!(remove_passkey))
        .routes(routes!(confirmation_question))
        .routes(routes!(confirm_with_passkey))
}

/// One of the caller's passkeys.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passkey {
    id: String,
    name: String,
    /// The site it was made for; it works on no other.
    site: String,
    created_at: String,
    last_used_at: Option<String>,
}

impl From<Row> for Passkey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            site: row.relying_party,
            created_at: time(row.created_at),
            last_used_at: row.last_used_at.map(time),
        }
    }
}

/// The caller's passkeys.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passkeys {
    items: Vec<Passkey>,
}

/// The caller's passkeys, oldest first.
#[utoipa::path(get, path = "/passkeys", tag = "session", responses((status = 200, body = Passkeys), (status = "4XX", body = ProblemBody)))]
async fn list_passkeys(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<Json<Passkeys>, Problem> {
    let keys = app.store.read().await?.passkeys(session.agent().id).await?;
    Ok(Json(Passkeys { items: keys.into_iter().map(Passkey::from).collect() }))
}

/// What the browser hands to an authenticator. Everything binary is base64url.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyQuestion {
    challenge: String,
    /// The site's name.
    site: String,
    /// The caller's id, for a new key.
    user: String,
    /// Ids of the caller's keys.
    known: Vec<String>,
}

async fn question(
    app: &App,
    session: &store::AgentSession,
    headers: &HeaderMap,
    purpose: ChallengeFor,
) -> Result<Json<PasskeyQuestion>, Problem> {
    let site = passkey::relying_party(host(headers)?).to_owned();
    let asked = passkeys::ask(app, session, purpose).await?;
    let known = asked.keys.into_iter().filter(|k| k.relying_party == site).map(|k| k.credential).collect();
    Ok(Json(PasskeyQuestion { challenge: asked.challenge, site, user: session.agent().id.to_string(), known }))
}

fn host(headers: &HeaderMap) -> Result<&str, Problem> {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    host.ok_or_else(|| Problem::invalid("The request names no host, so no passkey can belong to it."))
}

/// What a new passkey is made from. It waits five minutes.
#[utoipa::path(post, path = "/passkeys/question", tag = "session", responses((status = 200, body = PasskeyQuestion), (status = "4XX", body = ProblemBody)))]
async fn new_passkey_question(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
) -> Result<Json<PasskeyQuestion>, Problem> {
    question(&app, &session, &headers, ChallengeFor::Register).await
}

/// A new passkey as the browser made it. Everything binary is base64url.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// What its person calls it.
    name: String,
    /// Their password, typed again.
    password: String,
    /// The credential's id.
    credential: String,
    client_data: String,
    authenticator_data: String,
    /// Subject public key info.
    public_key: String,
}

/// Registers a passkey.
#[utoipa::path(post, path = "/passkeys", tag = "session", request_body = NewPasskey, responses((status = 201, body = Passkeys), (status = "4XX", body = ProblemBody)))]
async fn add_passkey(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    Body(new): Body<NewPasskey>,
) -> Result<(StatusCode, Json<Passkeys>), Problem> {
    let created = passkey::Created {
        id: new.credential,
        client_data: new.client_data,
        authenticator_data: new.authenticator_data,
        public_key: new.public_key,
    };
    let words = (new.name.as_str(), new.password.as_str(), host(&headers)?);
    passkeys::register(&app, &session, words, &created).await.map_err(not_confirmed)?;
    let list = list_passkeys(State(app), SignedIn(session)).await?;
    Ok((StatusCode::CREATED, list))
}

/// Removes one of the caller's passkeys.
#[utoipa::path(delete, path = "/passkeys/{id}", tag = "session", params(("id" = String, Path)), responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn remove_passkey(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<PasskeyId>,
) -> Result<StatusCode, Problem> {
    passkeys::remove(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a passkey is asked to prove that its person is there. It waits five minutes and is answered once.
#[utoipa::path(post, path = "/session/confirmation/question", tag = "session", responses((status = 200, body = PasskeyQuestion), (status = "4XX", body = ProblemBody)))]
async fn confirmation_question(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
) -> Result<Json<PasskeyQuestion>, Problem> {
    question(&app, &session, &headers, ChallengeFor::Confirm).await
}

/// A passkey's answer. Everything binary is base64url.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// The credential's id.
    credential: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

/// Proves with a passkey that the caller is there. Counts for what is open now.
#[utoipa::path(post, path = "/session/confirmation/passkey", tag = "session", request_body = PasskeyAnswer, responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn confirm_with_passkey(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<StatusCode, Problem> {
    let answered = passkey::Answered {
        id: answer.credential,
        client_data: answer.client_data,
        authenticator_data: answer.authenticator_data,
        signature: answer.signature,
    };
    passkeys::confirm(&app, &session, host(&headers)?, &answered).await?;
    Ok(StatusCode::NO_CONTENT)
}
