//! A form for a product's own pages. One script tag puts a frame there; the frame is a page of this desk without a script, and
//! browsers show it on the configured sites only. Without such a site none of it exists.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    help::{self, Asked, FORM_BYTES_MAX, Sent},
    help_page::Place,
};
use crate::{App, FlowError};

/// Puts the frame behind its own tag. `data-lang` is `en` or `de`, `data-height` a length of CSS.
const SCRIPT: &str = "(function () {
  var tag = document.currentScript;
  if (!tag || !tag.parentNode) return;
  var frame = document.createElement(\"iframe\");
  var page = new URL(\"/embed/form\", tag.src);
  if (tag.dataset.lang === \"de\" || tag.dataset.lang === \"en\") page.searchParams.set(\"lang\", tag.dataset.lang);
  frame.src = page.href;
  frame.title = tag.dataset.title || \"Support\";
  frame.loading = \"lazy\";
  frame.referrerPolicy = \"no-referrer\";
  frame.style.border = \"0\";
  frame.style.width = \"100%\";
  frame.style.height = tag.dataset.height || \"46rem\";
  tag.parentNode.insertBefore(frame, tag.nextSibling);
})();
";

/// Its routes, outside the API.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/embed.js", get(script))
        .route("/embed/form", get(show).post(send))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}

/// The sites that may show the form; none means that there is none.
fn sites(app: &App) -> Result<&[String], FlowError> {
    let sites = app.config.portal.form_origins.as_slice();
    if sites.is_empty() { Err(FlowError::NotFound) } else { Ok(sites) }
}

async fn script(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    if let Err(error) = sites(&app) {
        return help::broken(&app, asked.tongue(&headers), &error);
    }
    let mut response = SCRIPT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    // Other sites load it: that is what it is for.
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}

async fn show(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    match sites(&app) {
        Ok(sites) => in_frame(help::form(&app, Place::Embedded, &asked, &headers, sites)),
        Err(error) => help::broken(&app, asked.tongue(&headers), &error),
    }
}

async fn send(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let tongue = asked.tongue(&headers);
    match sites(&app) {
        Ok(sites) => in_frame(help::take(&app, Place::Embedded, tongue, sent, sites).await),
        Err(error) => help::broken(&app, tongue, &error),
    }
}

/// A page that asks for isolation of its own may still hold the frame.
fn in_frame(mut response: Response) -> Response {
    let name = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(name, HeaderValue::from_static("cross-origin"));
    response
}
