//! The console's files, embedded. Every address that is no file is the console's own: it reads the
//! path and shows the page.

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
struct Files;

/// Scripts from here only, never inline. Styles may be inline because the component library sets them.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves a file of the console, or its page.
pub async fn serve(method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Problem::invalid_as(StatusCode::METHOD_NOT_ALLOWED, "This address can only be read.").into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        return page(path, file);
    }
    if path.starts_with("assets/") {
        return Problem::not_found().into_response();
    }
    match Files::get("index.html") {
        Some(file) => page("index.html", file),
        None => Problem::not_found().into_response(),
    }
}

fn page(path: &str, file: rust_embed::EmbeddedFile) -> Response {
    // Names under assets/ hold a hash of their content.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let media_type = HeaderValue::try_from(file.metadata.mimetype())
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let mut response = Body::from(file.data.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE));
    response
}
