//! What surrounds every request: patience, traces without personal data, headers, a net for panics.

use std::{any::Any, time::Duration};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::problem::Problem;

/// How long a request may take before its answer begins.
const PATIENCE: Duration = Duration::from_secs(60);

/// Headers of every answer, unless the route chose stricter ones.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds [`HEADERS`] where they are missing.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Gives up on requests that take too long; what they had not committed is undone.
pub async fn patience(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("This took too long and was given up.").into_response(),
    }
}

/// One line per request: method, route, status, time. Never an address, id, query or person.
pub async fn trace(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "(no route)".to_owned(), |p| p.as_str().to_owned());
    let response = next.run(request).await;
    let ms = started.elapsed().as_millis();
    tracing::debug!(%method, route, status = response.status().as_u16(), ms, "request");
    response
}

/// A panic is our fault, and is told to nobody but the log.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let cause =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::internal(&cause.unwrap_or_else(|| "panic".to_owned())).into_response()
}
