//! The HTTP API and the console's files.
//!
//! One file per noun; handlers read a request, call a flow, write an answer, and decide nothing.
//! `auth` says who calls, `problem` turns every no into its status, `idempotency` makes repeated
//! requests harmless. The OpenAPI document is made from the handlers; a test keeps the committed
//! copy equal.

mod aberrations;
mod access;
mod accounts;
mod agents;
mod answer;
mod article_writing;
mod articles;
mod attention;
mod audit;
mod auth;
mod bulk_replies;
mod calibration;
mod choice;
mod console;
mod contradictions;
mod corrections;
mod coverage;
mod demo;
mod desk_status;
mod diagnoses;
mod digest;
mod drafts;
mod embed;
mod escalations;
mod eval_cases;
mod events;
mod extract;
mod frame;
mod gates;
mod held;
mod help;
mod help_page;
mod idempotency;
mod incidents;
mod layers;
mod leaving;
mod macros;
mod mail;
mod messages;
mod morning;
mod otlp;
mod packages;
mod page;
mod passkeys;
mod patterns;
mod people;
mod policies;
mod portal;
mod portal_page;
mod portal_words;
mod presence;
mod privacy;
mod problem;
mod provenance;
mod provider;
mod queue_health;
mod readiness;
mod readings;
mod record_words;
mod relocations;
mod reviews;
mod rewrites;
mod scorecard;
mod search;
mod session;
mod shadows;
mod sorting_again;
mod sources;
mod standing_approvals;
mod summary;
mod survey;
mod survey_words;
mod surveys;
mod tasks;
mod telemetry;
mod ticket_page;
mod tickets;
mod tokens;
mod tray;
mod triage_models;
mod understanding;
mod voices;
mod waiting_texts;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::{
    OpenApi,
    openapi::{
        Server,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::App;
use problem::Problem;

/// Where the API lives.
const BASE: &str = "/api/v1";
/// Largest body of all routes but those that take mail, in bytes.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(info(
    title = "Countersign",
    description = "A support desk where the machine prepares and a person signs. Errors are RFC 9457 problems. Offsets count characters.",
))]
struct Description;

/// Every route with its description.
fn routes() -> OpenApiRouter<Arc<App>> {
    let kept = tickets::kept()
        .merge(understanding::kept())
        .merge(corrections::kept())
        .merge(drafts::kept())
        .merge(bulk_replies::kept())
        .merge(article_writing::kept())
        .merge(patterns::kept())
        .merge(mail::kept())
        .merge(demo::kept())
        .layer(from_fn(idempotency::once));
    let large = mail::large().layer(from_fn(idempotency::once)).layer(mail::limit());
    OpenApiRouter::with_openapi(description())
        .merge(session::router())
        .merge(desk_status::router())
        .merge(demo::router())
        .merge(tickets::router())
        .merge(ticket_page::router())
        .merge(attention::router())
        .merge(relocations::router())
        .merge(morning::router())
        .merge(diagnoses::router())
        .merge(incidents::router())
        .merge(aberrations::router())
        .merge(messages::router())
        .merge(leaving::router())
        .merge(presence::router())
        .merge(people::router())
        .merge(privacy::router())
        .merge(agents::router())
        .merge(policies::router())
        .merge(sorting_again::router())
        .merge(voices::router())
        .merge(tasks::router())
        .merge(drafts::router())
        .merge(rewrites::router())
        .merge(bulk_replies::router())
        .merge(readings::router())
        .merge(passkeys::router())
        .merge(provider::router())
        .merge(access::router())
        .merge(accounts::router())
        .merge(articles::router())
        .merge(article_writing::router())
        .merge(macros::router())
        .merge(contradictions::router())
        .merge(waiting_texts::router())
        .merge(sources::router())
        .merge(standing_approvals::router())
        .merge(patterns::router())
        .merge(eval_cases::router())
        .merge(digest::router())
        .merge(reviews::router())
        .merge(surveys::router())
        .merge(readiness::router())
        .merge(queue_health::router())
        .merge(coverage::router())
        .merge(gates::router())
        .merge(shadows::router())
        .merge(scorecard::router())
        .merge(search::router())
        .merge(tray::router())
        .merge(mail::router())
        .merge(audit::router())
        .merge(provenance::router())
        .merge(telemetry::router())
        .merge(tokens::router())
        .merge(corrections::router())
        .merge(calibration::router())
        .merge(triage_models::router())
        .merge(events::router())
        .merge(escalations::router())
        .merge(packages::router())
        .merge(kept)
        .merge(large)
}

fn description() -> utoipa::openapi::OpenApi {
    let mut description = Description::openapi();
    description.servers = Some(vec![Server::new(BASE)]);
    let components = description.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("countersign_session")));
    components.add_security_scheme("session", cookie);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Tokens read and propose; they never approve."))
        .build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    description
}

/// The OpenAPI document, as committed in `crates/server/openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let (_, description) = routes().split_for_parts();
    // Serialising a document of strings into a string cannot fail.
    description.to_pretty_json().unwrap_or_default()
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json()).into_response()
}

/// API under `/api/v1`, the console under everything else.
pub fn router(app: Arc<App>) -> Router {
    let (api, _) = routes().split_for_parts();
    let api = api
        .route("/openapi.json", axum::routing::get(openapi))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::invalid_as(StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method.")
        })
        .layer(from_fn(auth::same_origin))
        .layer(from_fn(layers::patience))
        .layer(from_fn(layers::trace))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(Extension(Arc::clone(&app)))
        .with_state(Arc::clone(&app));
    Router::new()
        .merge(choice::router(Arc::clone(&app)))
        .merge(portal::router(Arc::clone(&app)))
        .merge(help::router(Arc::clone(&app)))
        .merge(embed::router(Arc::clone(&app)))
        .merge(survey::router(Arc::clone(&app)))
        .nest(BASE, api)
        .merge(otlp::router(app))
        .fallback(console::serve)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(layers::headers))
        .layer(CompressionLayer::new())
}
