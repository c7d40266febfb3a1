//! Signing in through the identity provider: there, and back.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{attempt, set_attempt, set_cookie_at},
    session::client,
};
use crate::{
    App,
    flow::{
        sign_in::SESSION_SECONDS,
        vouched_sign_in::{self, ATTEMPT_SECONDS, VouchedError},
    },
};

/// Which ways in there are, and the way through the provider.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(ways_to_sign_in))
        .routes(routes!(go_to_provider))
        .routes(routes!(come_back_from_provider))
}

/// How people sign in here.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaysIn {
    /// What the identity provider is called; none without one.
    provider: Option<String>,
}

/// Which ways to sign in there are besides a password.
#[utoipa::path(get, path = "/session/ways", tag = "session", responses((status = 200, body = WaysIn)))]
async fn ways_to_sign_in(State(app): State<Arc<App>>) -> Json<WaysIn> {
    Json(WaysIn { provider: app.config.identity.as_ref().map(|i| i.name.clone()) })
}

/// Where somebody wants to go.
#[derive(Deserialize, IntoParams)]
pub struct Going {
    /// The page of this desk to go on at.
    #[serde(default)]
    to: String,
    /// Any value: the provider asks the person again, which counts as a fresh proof for five minutes.
    again: Option<String>,
}

/// Sends a browser to the identity provider.
#[utoipa::path(get, path = "/session/provider", tag = "session", params(Going), responses((status = 303)))]
async fn go_to_provider(State(app): State<Arc<App>>, Query(going): Query<Going>) -> Response {
    match vouched_sign_in::begin(&app, &going.to, going.again.is_some()).await {
        Ok(sent) => {
            let cookie = set_attempt(&address(&app), &sent.note, ATTEMPT_SECONDS);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&sent.url)).into_response()
        }
        Err(error) => turned_away(&error),
    }
}

/// What the provider sends a browser back with.
#[derive(Deserialize, IntoParams)]
pub struct Back {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// Signs a person in by the provider's word.
#[utoipa::path(get, path = "/session/provider/return", tag = "session", params(Back),
    responses((status = 200, description = "A page that goes on by itself"), (status = 303, description = "Turned away")))]
async fn come_back_from_provider(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let note = attempt(&headers).unwrap_or_default();
    match vouched_sign_in::finish(&app, note, &back.state, &back.code, &client(&headers)).await {
        Ok((opened, to)) => {
            let mut response = goes_on_at(&to).into_response();
            let at = address(&app);
            for cookie in [set_cookie_at(&at, &opened.token, SESSION_SECONDS), set_attempt(&at, "", 0)] {
                if let Ok(value) = cookie.parse() {
                    response.headers_mut().append(header::SET_COOKIE, value);
                }
            }
            response
        }
        Err(error) => turned_away(&error),
    }
}

/// How browsers reach this desk.
fn address(app: &App) -> String {
    app.config.desk.public_address().unwrap_or_default()
}

/// A page of ours that leads on: a browser that comes from another site sends its strict cookie only after it stood on one.
fn goes_on_at(page: &str) -> (StatusCode, Html<String>) {
    let page = page.replace('&', "&amp;");
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Countersign</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={page}\"><p><a href=\"{page}\">Signed in. Go on.</a></p></html>"
    );
    (StatusCode::OK, Html(text))
}

/// Back to the door, with a word of what was wrong. Details are the operator's.
fn turned_away(error: &VouchedError) -> Response {
    let word = match error {
        VouchedError::NoProvider => "none",
        VouchedError::Over => "over",
        VouchedError::Unverified => "unverified",
        VouchedError::Unknown => "unknown",
        VouchedError::Provider(_) | VouchedError::Flow(_) => "provider",
    };
    if word == "provider" {
        tracing::warn!(%error, "signing in through the identity provider failed");
    }
    Redirect::to(&format!("/sign-in?refused={word}")).into_response()
}
