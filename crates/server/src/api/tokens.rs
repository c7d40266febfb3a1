//! Programs' keys, kept by leads.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::ids::TokenId;
use serde::{Deserialize, Serialize};
use store::TokenRow;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Asked, Body, Id},
    page::{Page, PageAsked, cut, time},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes of keys. No first answer is kept here: it holds a secret.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_tokens, make_token)).routes(routes!(revoke_token))
}

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    id: String,
    name: String,
    scopes: Vec<String>,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

/// A new key; the secret is told once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenMade {
    #[serde(flatten)]
    token: Token,
    secret: String,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    /// Of `tickets:read`, `tickets:write`, `mail:write`, `record:read`, `knowledge:read`, `consent:write`, `telemetry:write`, `telemetry:read`.
    scopes: Vec<String>,
    /// How long it lives, 1 to 366.
    days: i64,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            scopes: row.scopes,
            created_at: time(row.created_at),
            expires_at: time(row.expires_at),
            last_used_at: row.last_used_at.map(time),
            revoked_at: row.revoked_at.map(time),
        }
    }
}

/// Every key, newest first.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(PageAsked),
    responses((status = 200, body = Page<Token>), (status = "4XX", body = ProblemBody)))]
async fn list_tokens(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Asked(asked): Asked<PageAsked>,
) -> Result<Json<Page<Token>>, Problem> {
    flow::make_token::may_keep_keys(&session)?;
    let rows = app.store.read().await?.tokens().await?;
    Ok(Json(cut(rows.into_iter().map(Token::from).collect(), &asked)?))
}

/// Makes a key.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = TokenMade), (status = "4XX", body = ProblemBody)))]
async fn make_token(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<TokenMade>), Problem> {
    let made = flow::make_token::make(&app, &session, &new.name, &new.scopes, new.days).await?;
    let token = Token {
        id: made.id.to_string(),
        name: new.name.trim().to_owned(),
        scopes: made.scopes,
        created_at: time(made.created_at),
        expires_at: time(made.expires_at),
        last_used_at: None,
        revoked_at: None,
    };
    Ok((StatusCode::CREATED, Json(TokenMade { token, secret: made.secret })))
}

/// Takes a key back.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn revoke_token(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, Problem> {
    flow::make_token::revoke(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
