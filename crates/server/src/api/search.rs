//! Looking for sources and tickets. The grant is part of the query, never a filter afterwards.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{ids::SearchId, looking::Looking};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::{PassageFound, PassageHit},
    auth::{Caller, SignedIn},
    extract::{Asked, Body, Id},
    problem::{Problem, ProblemBody},
    tickets::TicketLine,
};
use crate::{
    App, flow,
    flow::{find_tickets, prepare_reply::why},
    library::{Kind, SearchRequest},
};

/// Passages in one answer.
const PASSAGES: usize = 12;
/// Tickets in one answer.
const TICKETS: usize = 20;
/// Entries of the record that the index of tickets may be behind before it is worth saying.
const BEHIND: i64 = 500;
/// Words of a question that are looked at, in characters.
const QUESTION_CHARS: usize = 1_000;

/// The search, and what became of one.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(keep_search)).routes(routes!(open_found))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchAsked {
    /// Words, numbers, addresses; for tickets `is:open queue:billing category:refund risk:legal from:@acme.example`, for
    /// knowledge `product:boards region:eu language:de audience:public`.
    q: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    passages: Vec<PassageHit>,
    tickets: Vec<TicketFound>,
    /// What could not be understood, one sentence each; then nothing is found.
    unclear: Vec<String>,
    /// Set while the index of tickets is being filled: newer ones may be missing.
    catching_up: Option<CatchingUp>,
}

/// How far the index of tickets is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatchingUp {
    /// Entries of the record followed.
    done: i64,
    /// Entries there are.
    total: i64,
}

/// A ticket with the words that show why.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketFound {
    #[serde(flatten)]
    line: TicketLine,
    snippet: String,
    /// Where the words stand in `snippet`, in characters.
    spans: Vec<(usize, usize)>,
}

/// Finds passages and tickets.
#[utoipa::path(get, path = "/search", tag = "knowledge", params(SearchAsked),
    responses((status = 200, body = SearchResult), (status = "4XX", body = ProblemBody)))]
async fn search(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<SearchAsked>,
) -> Result<Json<SearchResult>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let typed: String = asked.q.unwrap_or_default().replace('\0', " ").chars().take(QUESTION_CHARS).collect();
    let looking = Looking::read(&typed);
    let mut conn = app.store.read().await?;
    let total = conn.log_size().await?;
    let done = app.tickets.cursor().min(total);
    let mut result = SearchResult {
        passages: Vec::new(),
        tickets: Vec::new(),
        catching_up: (total - done > BEHIND).then_some(CatchingUp { done, total }),
        unclear: looking.unclear.clone(),
    };
    if typed.trim().is_empty() || !looking.unclear.is_empty() {
        return Ok(Json(result));
    }
    if !looking.narrows_tickets() {
        result.passages = passages(&app, &mut conn, &grant, &looking).await?;
    }
    if !looking.narrows_knowledge() {
        let found = find_tickets::find(&app, &mut conn, &grant, &looking, TICKETS).await?;
        let shown = |f: find_tickets::Found| TicketFound {
            line: TicketLine::from(&f.line),
            snippet: f.snippet,
            spans: f.spans,
        };
        result.tickets = found.into_iter().map(shown).collect();
    }
    Ok(Json(result))
}

async fn passages(app: &App, conn: &mut Conn, grant: &Grant, looking: &Looking) -> Result<Vec<PassageHit>, Problem> {
    let request = SearchRequest {
        words: &looking.words,
        grant,
        kind: Kind::Passages,
        limit: PASSAGES,
        queue: None,
        about: Some(looking),
    };
    let mut passages = Vec::new();
    for hit in app.library.search(&request)? {
        let Ok(article) = hit.group.parse() else { continue };
        let chars = |byte: usize| hit.text.get(..byte).map_or(0, |head| head.chars().count());
        let spans = hit.spans.iter().map(|s| (chars(s.start), chars(s.end))).collect();
        let why = why(&hit);
        let found = PassageFound {
            citation: 0,
            passage: hit.id,
            article,
            version: None,
            heading: hit.heading,
            text: hit.text,
            spans,
            why,
        };
        passages.extend(found.with_article(conn, grant, app.clock.now()).await?);
    }
    Ok(passages)
}

/// What a person looked for, when they stopped typing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SearchMade {
    words: String,
    /// Passages and tickets found.
    found: u32,
}

/// A search that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchKept {
    /// What to name when something is opened; null where the words hold personal data and were not kept.
    id: Option<String>,
}

/// Keeps what a person looked for, for ninety days, so that what nobody finds becomes visible.
#[utoipa::path(post, path = "/searches", tag = "knowledge", request_body = SearchMade,
    responses((status = 201, body = SearchKept), (status = "4XX", body = ProblemBody)))]
async fn keep_search(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(made): Body<SearchMade>,
) -> Result<(StatusCode, Json<SearchKept>), Problem> {
    let id = flow::note_search::keep(&app, &session, &made.words, made.found).await?;
    Ok((StatusCode::CREATED, Json(SearchKept { id: id.map(|id| id.to_string()) })))
}

/// The person opened something that their search found.
#[utoipa::path(post, path = "/searches/{id}/opened", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn open_found(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<SearchId>,
) -> Result<StatusCode, Problem> {
    flow::note_search::opened(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
