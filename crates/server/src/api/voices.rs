//! The voice of a draft, and one draft in every voice.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    ids::TicketId,
    persona::{self, Breach as Found, Chosen},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Leading,
    extract::{Body, Id},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::preview_voices::{Candidate, Previewed, preview},
};

/// Previews.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(preview_voices))
}

/// The voice a draft was made in, and where its words leave it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftVoice {
    /// The persona's key; null for the base.
    key: Option<String>,
    name: String,
    /// Why this one, in a few words.
    because: String,
    /// The versions it is made of.
    pins: String,
    breaches: Vec<Breach>,
}

/// One place where a text leaves its voice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Breach {
    /// `greeting`, `closing`, `escalation`, `length`, `emoji`, `exclamation`, `contraction`, `address`, `forbidden`, `code` or `citation`.
    rule: String,
    /// First character in the body.
    start: usize,
    /// One past the last; the same where something is missing.
    end: usize,
    /// The words.
    quote: String,
    why: String,
}

impl DraftVoice {
    pub fn of(chosen: Chosen, body: &str) -> Self {
        let breaches = persona::lint(body, &chosen.voice, chosen.language);
        Self {
            breaches: shown(breaches, body),
            key: chosen.key,
            name: chosen.name,
            because: chosen.because,
            pins: chosen.pins,
        }
    }
}

fn shown(breaches: Vec<Found>, body: &str) -> Vec<Breach> {
    let quote = |b: &Found| body.chars().skip(b.start).take((b.end - b.start).min(80)).collect();
    let breach =
        |b: Found| Breach { rule: b.rule.word().to_owned(), quote: quote(&b), start: b.start, end: b.end, why: b.why };
    breaches.into_iter().map(breach).collect()
}

/// What to preview.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoicesAsked {
    /// Key of the persona whose text is tried; with it, `body`.
    key: Option<String>,
    /// A text that nobody saved yet.
    body: Option<String>,
}

/// One ticket's draft in every voice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Voices {
    /// Why the ticket's own voice is that one, or why the machine writes nothing.
    because: String,
    /// The base first.
    items: Vec<VoicePreview>,
}

/// The draft in one voice.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoicePreview {
    /// The persona's key; null for the base.
    key: Option<String>,
    name: String,
    /// Whether the ticket gets this one.
    is_own: bool,
    /// Null where no source answers.
    body: Option<String>,
    /// The questions that no source answers.
    unanswered: Vec<String>,
    breaches: Vec<Breach>,
}

impl VoicePreview {
    fn new(previewed: Previewed, own: Option<&Option<String>>) -> Self {
        let Previewed { voice, drafted, breaches } = previewed;
        let (body, unanswered) = match drafted {
            Ok(composed) => (Some(composed.body), Vec::new()),
            Err(unanswered) => (None, unanswered),
        };
        Self {
            is_own: own == Some(&voice.key),
            breaches: shown(breaches, body.as_deref().unwrap_or_default()),
            key: voice.key,
            name: voice.name,
            body,
            unanswered,
        }
    }
}

/// A ticket's draft in every voice of the desk, side by side. Keeps nothing.
#[utoipa::path(post, path = "/tickets/{id}/voices", tag = "policies", params(("id" = String, Path)), request_body = VoicesAsked,
    responses((status = 200, body = Voices), (status = "4XX", body = ProblemBody)))]
async fn preview_voices(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<VoicesAsked>,
) -> Result<Json<Voices>, Problem> {
    let candidate = match (&asked.key, &asked.body) {
        (Some(key), Some(body)) => Some(Candidate { key, body }),
        (None, None) => None,
        _ => return Err(Problem::invalid("Name the persona's key together with its text, or neither.")),
    };
    let found = preview(&app, &session, ticket, candidate).await?;
    let own = found.own.as_ref().ok().map(|(key, _)| key);
    let items = found.voices.into_iter().map(|previewed| VoicePreview::new(previewed, own)).collect();
    let because = match found.own {
        Ok((_, because)) => because,
        Err(why) => why,
    };
    Ok(Json(Voices { because, items }))
}
