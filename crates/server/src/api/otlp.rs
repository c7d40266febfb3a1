//! Where OpenTelemetry collectors and SDKs send to: `/v1/logs`, `/v1/metrics` and `/v1/traces`, as the protocol names them. Answers
//! are in the format of the request and in the protocol's own words, not RFC 9457.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use connect::otlp::{self, Format, Signal, Unreadable};

use super::auth::Caller;
use crate::{App, flow::take_telemetry};

/// What a program needs to send telemetry. It lets nobody read any.
pub const WRITE: &str = "telemetry:write";
/// How long a sender may take for its body.
const PATIENCE: Duration = Duration::from_secs(30);
/// When a sender that was turned away may come again, in seconds.
const AGAIN_SECONDS: u16 = 5;

/// The protocol's three addresses.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/logs", post(|State(app), request| take(app, request, Signal::Logs)))
        .route("/v1/metrics", post(|State(app), request| take(app, request, Signal::Metrics)))
        .route("/v1/traces", post(|State(app), request| take(app, request, Signal::Traces)))
        .with_state(app)
}

/// A no: HTTP status, google.rpc.Code, and a sentence.
struct No(StatusCode, i32, String);

impl No {
    fn of(unreadable: &Unreadable) -> Self {
        let status = match unreadable {
            Unreadable::Malformed(_) => StatusCode::BAD_REQUEST,
            Unreadable::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Unreadable::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        };
        Self(status, 3, unreadable.to_string())
    }

    fn answer(&self, format: Format) -> Response {
        let mut response = said(self.0, format, otlp::status(format, self.1, &self.2));
        if self.0 == StatusCode::TOO_MANY_REQUESTS || self.0 == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(AGAIN_SECONDS));
        }
        response
    }
}

fn said(status: StatusCode, format: Format, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, format.media_type())], body).into_response()
}

async fn take(app: Arc<App>, request: Request, signal: Signal) -> Response {
    let text =
        |headers: &HeaderMap, name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).map(str::to_owned);
    let Some(format) = text(request.headers(), header::CONTENT_TYPE).and_then(|t| Format::of(&t)) else {
        let why = "This address takes application/x-protobuf and application/json.".to_owned();
        return No(StatusCode::UNSUPPORTED_MEDIA_TYPE, 3, why).answer(Format::Json);
    };
    let encoding = text(request.headers(), header::CONTENT_ENCODING);
    match taken(app, request, signal, format, encoding).await {
        Ok(taken) => said(StatusCode::OK, format, otlp::answer(signal, format, taken.rejected, &taken.why)),
        Err(no) => no.answer(format),
    }
}

async fn taken(
    app: Arc<App>,
    request: Request,
    signal: Signal,
    format: Format,
    encoding: Option<String>,
) -> Result<take_telemetry::Taken, No> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &app).await;
    match caller {
        Ok(Caller::Program(token)) if token.has(WRITE) => {}
        Ok(_) => {
            return Err(No(StatusCode::FORBIDDEN, 7, format!("A token with the scope {WRITE} can send telemetry.")));
        }
        Err(_) => {
            let why = format!("Send a token with the scope {WRITE} in the header Authorization.");
            return Err(No(StatusCode::UNAUTHORIZED, 16, why));
        }
    }
    let busy = || No(StatusCode::TOO_MANY_REQUESTS, 8, "Too much comes at once. Send it again later.".to_owned());
    let _place = app.telemetry.place().ok_or_else(busy)?;
    let body = read(body).await?;
    let _turn = app.telemetry.turn().await.ok_or_else(busy)?;
    let working = Arc::clone(&app);
    let work = move || {
        let whole = otlp::unpack(&body, encoding.as_deref())?;
        take_telemetry::take(&working, signal, format, &whole)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(taken) => taken.map_err(|unreadable| No::of(&unreadable)),
        Err(_) => Err(No(StatusCode::INTERNAL_SERVER_ERROR, 13, "The batch could not be taken.".to_owned())),
    }
}

async fn read(body: Body) -> Result<Bytes, No> {
    match tokio::time::timeout(PATIENCE, to_bytes(body, otlp::BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_limit(&error) => Err(No::of(&Unreadable::TooLarge)),
        Ok(Err(_)) => Err(No(StatusCode::BAD_REQUEST, 3, "The body ended before it was complete.".to_owned())),
        Err(_) => Err(No(StatusCode::REQUEST_TIMEOUT, 4, "The body took longer than half a minute.".to_owned())),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.to_string().contains("length limit"))
}
