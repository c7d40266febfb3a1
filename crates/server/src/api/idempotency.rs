//! A POST with an `Idempotency-Key` happens once. The key is reserved before anything runs; the first
//! success is kept for a day and given again; a failure, which changed nothing, frees the key. Keys belong
//! to a caller who is let in *now*: a revoked token or an ended session gets no answer, not even its own.
//! A request says again and again that it runs; the key of one that fell silent can be taken over.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest as _, FromRequestParts as _, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use desk::Digest;
use store::Kept;

use super::{auth::Caller, extract::unreadable, problem::Problem};
use crate::{App, clock, heartbeat::Heartbeat};

/// The request's header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest kept answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Refuses a request that must carry a key and has none.
pub fn needed(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(&KEY) {
        Some(_) => Ok(()),
        None => Err(Problem::invalid("Send an Idempotency-Key, so that a repeated request cannot send twice.")),
    }
}

/// The layer around routes that keep their first answer.
pub async fn once(Extension(app): Extension<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(&KEY) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Nobody and strangers are turned away by the route itself; what they tried is not kept.
    let caller = Caller::from_request_parts(&mut parts, &app).await;
    let request = Request::from_parts(parts, body);
    let Ok(caller) = caller else { return next.run(request).await };
    match run(app, owner(&caller), request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Whose keys these are: a person's in all their sessions, or a program's.
fn owner(caller: &Caller) -> String {
    match caller {
        Caller::Person(session) => format!("agent:{}", session.agent().id),
        Caller::Program(token) => format!("token:{}", token.id()),
    }
}

async fn run(app: Arc<App>, actor: String, request: Request, next: Next) -> Result<Response, Problem> {
    let key = request.headers().get(&KEY).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > 255 {
        return Err(Problem::invalid("An Idempotency-Key has 1 to 255 printable characters."));
    }
    let (parts, body) = request.into_parts();
    let route = format!("{} {}", parts.method, parts.uri);
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await.map_err(unreadable)?;
    let body_digest = Digest::of(&bytes).to_string();
    let asked = Kept { route, body_digest, status: 0, response: String::new() };
    if !app.store.reserve_key(&actor, &key, &asked.route, &asked.body_digest, app.clock.now()).await? {
        return given_before(&app, &actor, &key, &asked).await;
    }
    // Whoever goes away in the middle must find the answer kept when they come back.
    let running = tokio::spawn(async move {
        let heartbeat = still_running(&app, &actor, &key);
        let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
        drop(heartbeat);
        settle(&app, &actor, &key, response).await
    });
    running.await.map_err(|e| Problem::internal(&e.to_string()))?
}

fn still_running(app: &Arc<App>, actor: &str, key: &str) -> Heartbeat {
    let (app, actor, key) = (Arc::clone(app), actor.to_owned(), key.to_owned());
    Heartbeat::every(clock::KEY_RENEWED_EVERY, move || {
        let (app, actor, key) = (Arc::clone(&app), actor.clone(), key.clone());
        // A database that does not answer now may do so at the next beat.
        async move { app.store.renew_key(&actor, &key, app.clock.now()).await.unwrap_or(true) }
    })
}

async fn given_before(app: &App, actor: &str, key: &str, asked: &Kept) -> Result<Response, Problem> {
    let busy = || {
        Problem::conflict(
            "The first request with this Idempotency-Key is still being worked on. Repeat it in a moment.",
        )
    };
    let kept = app.store.kept(actor, key).await?.ok_or_else(busy)?;
    if kept.route != asked.route || kept.body_digest != asked.body_digest {
        return Err(Problem::idempotency_mismatch());
    }
    let status = u16::try_from(kept.status).ok().and_then(|s| StatusCode::from_u16(s).ok()).ok_or_else(busy)?;
    let headers = [
        (REPLAYED, HeaderValue::from_static("true")),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ];
    Ok((status, headers, kept.response).into_response())
}

async fn settle(app: &App, actor: &str, key: &str, response: Response) -> Result<Response, Problem> {
    if !response.status().is_success() {
        app.store.forget_key(actor, key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|e| Problem::internal(&e.to_string()))?;
    let (status, answer) = (i64::from(parts.status.as_u16()), String::from_utf8_lossy(&bytes));
    app.store.keep_answer(actor, key, status, &answer, app.clock.now()).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
