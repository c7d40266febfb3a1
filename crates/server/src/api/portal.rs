//! The pages behind the link under a mail: its reader sees the ticket, answers, attaches, closes, opens again, and asks for a
//! person. No script, no account. Looking changes nothing; every form carries a mark that is good on its own page only.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Multipart, Path, Query, State, multipart::Field},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use connect::mail::WrittenFile;
use desk::portal::{FILE_BYTES_MAX, FILES_MAX, Refused, TEXT_CHARS_MAX, Wish};
use serde::Deserialize;

use super::{
    frame::{self, Head, Tongue},
    messages::download,
    portal_page::{self, Around, Said},
    portal_words::{Words, refused},
};
use crate::{
    App, FlowError,
    flow::{
        close_by_requester,
        open_portal::{self, Opened},
        post_on_page::{self, LinkPost, PostError, Posted},
        send_requests,
    },
};

/// Files, and room for the words around them.
const BODY_BYTES_MAX: usize = FILE_BYTES_MAX + (1 << 20);
/// A form of one mark.
const MARK_BYTES_MAX: usize = 1024;
/// Bytes of the longest text, in the widest encoding.
const TEXT_BYTES_MAX: usize = TEXT_CHARS_MAX * 4;

/// Its routes, outside the API: a mail links to them.
pub fn router(app: Arc<App>) -> Router {
    let messages =
        Router::new().route("/portal/{link}/messages", post(write)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    Router::new()
        .route("/portal/{link}", get(look))
        .route("/portal/{link}/files/{file}", get(file_of))
        .route("/portal/{link}/closing", post(close))
        .route("/portal/{link}/requests", post(send))
        .layer(DefaultBodyLimit::max(MARK_BYTES_MAX))
        .merge(messages)
        .with_state(app)
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    lang: Option<String>,
    done: Option<String>,
    number: Option<i64>,
}

#[derive(Deserialize)]
struct Mark {
    form: String,
}

async fn look(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let tongue = match (&asked.lang, open_portal::language(&app, &link).await) {
        // What they read last time, until they choose another.
        (None, Ok(Some(kept))) => Tongue::chosen(Some(kept.word()), &headers),
        _ => Tongue::chosen(asked.lang.as_deref(), &headers),
    };
    let words = Words::of(tongue);
    let number = asked.number.map(|number| format!("{} #{number}.", words.did_open));
    let done = number.as_deref().or_else(|| asked.done.as_deref().and_then(|word| words.done(word)));
    show(&app, &link, tongue, done.map_or(Said::Nothing, Said::Done)).await
}

/// The page behind a link, with what is to be said over it.
async fn show(app: &App, link: &str, tongue: Tongue, said: Said<'_>) -> Response {
    let words = Words::of(tongue);
    let desk = &app.config.desk.name;
    let head = |title| Head { tongue, title, desk, framed_by: &[] };
    let opened = match open_portal::open(app, link).await {
        Ok(opened) => opened,
        Err(error) => return broken(app, tongue, &error),
    };
    match opened {
        Opened::Requests(found) => {
            let body = portal_page::requests(&found, tongue, link);
            frame::page(StatusCode::OK, &head(words.all_title), &body)
        }
        Opened::Ticket(shown) => {
            let now = app.clock.now();
            let Ok(form) = app.door.form_token(link, now) else {
                return frame::page(StatusCode::SERVICE_UNAVAILABLE, &head(words.title), words.failed);
            };
            let choice = app.door.opened(link, now).and_then(|link| app.door.choice_link(link.requester(), now));
            let help = app.config.portal.help_centre;
            let around = Around { tongue, token: link, form: &form, choice: choice.as_deref(), help, said };
            frame::page(said.status(), &head(words.title), &portal_page::ticket(&shown, &around))
        }
    }
}

/// A file that they sent. Saved, never shown: what stands in it is a stranger's.
async fn file_of(
    State(app): State<Arc<App>>,
    Path((link, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let tongue = Tongue::chosen(None, &headers);
    let found = match file.parse() {
        Ok(id) => open_portal::file(&app, &link, id).await,
        Err(_) => Err(FlowError::NotFound),
    };
    match found {
        Ok((name, bytes)) => {
            let mut response = download(bytes, "application/octet-stream", &name);
            let nosniff = HeaderValue::from_static("nosniff");
            response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
            response
        }
        Err(error) => broken(&app, tongue, &error),
    }
}

fn broken(app: &App, tongue: Tongue, error: &FlowError) -> Response {
    let words = Words::of(tongue);
    let head = Head { tongue, title: words.title, desk: &app.config.desk.name, framed_by: &[] };
    if matches!(error, FlowError::NotFound) {
        return frame::page(StatusCode::NOT_FOUND, &head, words.gone);
    }
    tracing::error!(%error, "a requester's page could not be made");
    frame::page(StatusCode::SERVICE_UNAVAILABLE, &head, words.failed)
}

async fn write(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Multipart,
) -> Response {
    let tongue = Tongue::chosen(asked.lang.as_deref(), &headers);
    // Before anything is read: a link that opens nothing takes nothing.
    if let Err(error) = open_portal::open(&app, &link).await {
        return broken(&app, tongue, &error);
    }
    let (post, wish) = match read(body, tongue).await {
        Ok(post) => (post.clone(), post.wish),
        Err((why, written)) => {
            return show(&app, &link, tongue, Said::Refused(why, &refused(tongue, why), &written)).await;
        }
    };
    match post_on_page::by_link(&app, &link, &post).await {
        Ok(Posted::Joined) => back(&link, tongue, &format!("done={wish}")),
        Ok(Posted::Opened(number)) => back(&link, tongue, &format!("number={number}")),
        Err(PostError::Refused(why)) => {
            show(&app, &link, tongue, Said::Refused(why, &refused(tongue, why), &post.written)).await
        }
        Err(PostError::Flow(error)) => broken(&app, tongue, &error),
    }
}

async fn close(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(mark): Form<Mark>,
) -> Response {
    let tongue = Tongue::chosen(asked.lang.as_deref(), &headers);
    let done = close_by_requester::close(&app, &link, &mark.form).await;
    after(&app, &link, tongue, done, "closed").await
}

async fn send(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(mark): Form<Mark>,
) -> Response {
    let tongue = Tongue::chosen(asked.lang.as_deref(), &headers);
    let done = send_requests::send(&app, &link, &mark.form, tongue.language()).await;
    after(&app, &link, tongue, done, "requests").await
}

async fn after(app: &App, link: &str, tongue: Tongue, done: Result<(), PostError>, word: &str) -> Response {
    match done {
        Ok(()) => back(link, tongue, &format!("done={word}")),
        Err(PostError::Refused(why)) => show(app, link, tongue, Said::Refused(why, &refused(tongue, why), "")).await,
        Err(PostError::Flow(error)) => broken(app, tongue, &error),
    }
}

/// Back to the page, so that loading it again sends nothing again.
fn back(link: &str, tongue: Tongue, said: &str) -> Response {
    // A link that held is letters, digits, `-` and `_` only.
    Redirect::to(&format!("/portal/{link}?lang={}&{said}", tongue.word())).into_response()
}

/// The fields of a message, or why it is not taken with the words that were read.
async fn read(mut body: Multipart, tongue: Tongue) -> Result<LinkPost, (Refused, String)> {
    let mut post = LinkPost {
        wish: Wish::Reply,
        written: String::new(),
        files: Vec::new(),
        form: String::new(),
        german: tongue == Tongue::German,
    };
    let mut room = FILE_BYTES_MAX;
    loop {
        let field = match body.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(post),
            Err(_) => return Err((Refused::TooLarge, post.written)),
        };
        let name = field.name().unwrap_or_default().to_owned();
        let taken = match name.as_str() {
            "files" => file(field, &mut room, &mut post.files).await,
            "text" => text(field, TEXT_BYTES_MAX).await.map(|text| post.written = text.replace("\r\n", "\n")),
            "form" => text(field, MARK_BYTES_MAX).await.map(|text| post.form = text),
            "do" => text(field, MARK_BYTES_MAX).await.map(|word| post.wish = word.parse().unwrap_or(Wish::Reply)),
            _ => Ok(()),
        };
        if let Err(why) = taken {
            return Err((why, post.written));
        }
    }
}

async fn text(field: Field<'_>, most: usize) -> Result<String, Refused> {
    let bytes = bounded(field, most).await.map_err(|_| Refused::TooLong)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A chosen file; browsers send an empty one without a name where none was chosen.
async fn file(field: Field<'_>, room: &mut usize, files: &mut Vec<WrittenFile>) -> Result<(), Refused> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let bytes = bounded(field, *room).await?;
    if bytes.is_empty() {
        return Ok(());
    }
    if files.len() >= FILES_MAX {
        return Err(Refused::TooLarge);
    }
    *room -= bytes.len();
    files.push(WrittenFile { name, bytes });
    Ok(())
}

async fn bounded(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Refused::TooLarge)? {
        if bytes.len() + chunk.len() > most {
            return Err(Refused::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
