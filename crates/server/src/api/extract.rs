//! Reading requests. What cannot be read is a problem with a sentence, never a bare status.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::App;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        needs_type(request.headers(), "application/json")?;
        let bytes = Bytes::from_request(request, app).await.map_err(unreadable)?;
        serde_json::from_slice(&bytes).map(Self).map_err(|e| Problem::invalid(format!("The body cannot be read: {e}.")))
    }
}

/// The raw bytes of a body of one media type.
pub async fn raw_body(request: Request, app: &Arc<App>, media_type: &str) -> Result<Bytes, Problem> {
    needs_type(request.headers(), media_type)?;
    Bytes::from_request(request, app).await.map_err(unreadable)
}

fn needs_type(headers: &HeaderMap, wanted: &str) -> Result<(), Problem> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let detail = format!("This address takes bodies of the type {wanted}.");
    Err(Problem::invalid_as(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
}

/// Why bytes could not be read.
pub fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large();
    }
    Problem::invalid_as(StatusCode::BAD_REQUEST, "The body ended before it was complete.")
}

/// The one id in a path. What is no id names nothing: not found.
pub struct Id<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<Arc<App>> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        text.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

/// Query parameters.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, app).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Problem::invalid(rejection.body_text())),
        }
    }
}

/// The revision a change is based on.
pub struct IfMatch(pub i64);

impl FromRequestParts<Arc<App>> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let detail = "Say with If-Match which revision this change is based on.";
            return Err(Problem::invalid_as(StatusCode::PRECONDITION_REQUIRED, detail));
        };
        let revision = value.to_str().ok().and_then(|v| v.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        revision.map(Self).ok_or_else(Problem::precondition_failed)
    }
}

/// A closed list's member from its word.
pub fn word<T: FromStr<Err = desk::words::UnknownWord>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|e: desk::words::UnknownWord| Problem::invalid(format!("{e}.")))
}

/// An id inside a body or query.
pub fn id<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::invalid(desk::ids::BadId.to_string()))
}
