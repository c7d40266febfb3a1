//! The help centre: a search of approved public articles that shows their words, and on every page the way to a person. Closed
//! unless the configuration opens it. No script, no account, no generated text.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use desk::portal::{SEARCH_CHARS_MAX, Wish};
use serde::Deserialize;

use super::{
    frame::{self, Head, Tongue},
    help_page::{self, Filled, Place, Words},
    portal_page::Said,
    portal_words::refused,
};
use crate::{
    App, FlowError,
    flow::{
        look_for_help::{self, Help},
        post_on_page::{self, FORM, FormPost, PostError, Posted},
        visit_help,
    },
};

/// A form of words only, in the widest encoding of a browser.
pub const FORM_BYTES_MAX: usize = 256 * 1024;

/// Its routes, outside the API.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/help", get(search))
        .route("/help/articles/{id}", get(article))
        .route("/help/ask", get(ask).post(send))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}

/// What the address of a page says.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What is looked for.
    #[serde(default)]
    q: String,
    lang: Option<String>,
    /// Mark of the visit.
    visit: Option<String>,
    /// Number of the request that was just made.
    number: Option<i64>,
}

impl Asked {
    fn words(&self) -> String {
        self.q.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SEARCH_CHARS_MAX).collect()
    }

    /// The language its reader wants.
    pub fn tongue(&self, headers: &HeaderMap) -> Tongue {
        Tongue::chosen(self.lang.as_deref(), headers)
    }
}

/// What a form posts.
#[derive(Debug, Deserialize)]
pub struct Sent {
    #[serde(default)]
    form: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    text: String,
}

async fn search(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let (tongue, words) = (asked.tongue(&headers), asked.words());
    match looked(&app, &asked, &words, tongue).await {
        Ok((found, visit)) => page(&app, tongue, StatusCode::OK, &help_page::search(&words, &visit, &found, tongue)),
        Err(error) => broken(&app, tongue, &error),
    }
}

async fn looked(app: &App, asked: &Asked, words: &str, tongue: Tongue) -> Result<(Vec<Help>, String), FlowError> {
    let found = look_for_help::look(app, words).await?;
    if !found.is_empty() {
        visit_help::found(app, asked.visit.as_deref(), words, tongue.word()).await?;
    }
    Ok((found, visit_help::mark(app, asked.visit.as_deref())?))
}

async fn article(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let tongue = asked.tongue(&headers);
    let Ok(id) = id.parse() else { return broken(&app, tongue, &FlowError::NotFound) };
    match look_for_help::article(&app, id).await {
        Ok((title, body)) => {
            page(&app, tongue, StatusCode::OK, &help_page::article(&title, &body, &asked.words(), tongue))
        }
        Err(error) => broken(&app, tongue, &error),
    }
}

async fn ask(State(app): State<Arc<App>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    if !app.config.portal.help_centre {
        return broken(&app, asked.tongue(&headers), &FlowError::NotFound);
    }
    form(&app, Place::Help, &asked, &headers, &[])
}

async fn send(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    if !app.config.portal.help_centre {
        return broken(&app, asked.tongue(&headers), &FlowError::NotFound);
    }
    take(&app, Place::Help, asked.tongue(&headers), sent, &[]).await
}

/// An empty form, or what is said after one was sent.
pub fn form(app: &App, place: Place, asked: &Asked, headers: &HeaderMap, framed_by: &[String]) -> Response {
    let tongue = asked.tongue(headers);
    let words = Words::of(tongue);
    if let Some(number) = asked.number {
        let said = Said::Done(&format!("{} #{number}.", words.done)).html();
        return framed(app, tongue, StatusCode::OK, &said, framed_by);
    }
    let filled = Filled { search: asked.words(), ..Filled::default() };
    shown(app, place, &filled, Said::Nothing, tongue, framed_by)
}

/// Takes what a form posted.
pub async fn take(app: &App, place: Place, tongue: Tongue, sent: Sent, framed_by: &[String]) -> Response {
    let post = FormPost {
        wish: if place == Place::Help { Wish::Person } else { Wish::Reply },
        name: sent.name,
        address: sent.address,
        written: sent.text.replace("\r\n", "\n"),
        search: sent.q,
        form: sent.form,
        german: tongue == Tongue::German,
    };
    match post_on_page::by_form(app, &post).await {
        Ok(Posted::Opened(number)) => {
            Redirect::to(&format!("{}?lang={}&number={number}", place.path(), tongue.word())).into_response()
        }
        // The same form a second time: its request is there already.
        Ok(Posted::Joined) => Redirect::to(&format!("{}?lang={}", place.path(), tongue.word())).into_response(),
        Err(PostError::Refused(why)) => {
            let filled = Filled { search: post.search, name: post.name, address: post.address, text: post.written };
            let text = refused(tongue, why);
            shown(app, place, &filled, Said::Refused(why, &text, ""), tongue, framed_by)
        }
        Err(PostError::Flow(error)) => broken(app, tongue, &error),
    }
}

fn shown(app: &App, place: Place, filled: &Filled, said: Said<'_>, tongue: Tongue, framed_by: &[String]) -> Response {
    match app.door.form_token(FORM, app.clock.now()) {
        Ok(mark) => framed(app, tongue, said.status(), &help_page::ask(place, filled, &mark, said, tongue), framed_by),
        Err(error) => broken(app, tongue, &error.into()),
    }
}

fn framed(app: &App, tongue: Tongue, status: StatusCode, body: &str, framed_by: &[String]) -> Response {
    let head = Head { tongue, title: Words::of(tongue).ask_title, desk: &app.config.desk.name, framed_by };
    frame::page(status, &head, body)
}

fn page(app: &App, tongue: Tongue, status: StatusCode, body: &str) -> Response {
    let head = Head { tongue, title: Words::of(tongue).title, desk: &app.config.desk.name, framed_by: &[] };
    frame::page(status, &head, body)
}

/// A page that is not there, or could not be made.
pub fn broken(app: &App, tongue: Tongue, error: &FlowError) -> Response {
    let words = Words::of(tongue);
    match error {
        FlowError::NotFound => page(app, tongue, StatusCode::NOT_FOUND, words.gone),
        FlowError::Unavailable(_) => page(app, tongue, StatusCode::SERVICE_UNAVAILABLE, words.failed),
        error => {
            tracing::error!(%error, "a page of the help centre could not be made");
            page(app, tongue, StatusCode::SERVICE_UNAVAILABLE, words.failed)
        }
    }
}
