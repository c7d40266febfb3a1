//! Looking for sources and tickets. The grant is part of the query, never a filter afterwards.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use store::{Purpose, TicketFilter, View};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::{PassageFound, PassageHit},
    auth::Caller,
    extract::Asked,
    problem::{Problem, ProblemBody},
    tickets::TicketLine,
};
use crate::{
    App,
    flow::prepare_reply::why,
    library::{Kind, SearchRequest},
};

/// Passages in one answer.
const PASSAGES: usize = 12;
/// Tickets in one answer.
const TICKETS: i64 = 20;
/// Words of a question that are looked at, in characters.
const QUESTION_CHARS: usize = 1_000;

/// The search route.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchAsked {
    /// Words.
    q: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    passages: Vec<PassageHit>,
    tickets: Vec<TicketFound>,
}

/// A ticket with the words that show why.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketFound {
    #[serde(flatten)]
    line: TicketLine,
    snippet: String,
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
    let words: String = asked.q.unwrap_or_default().replace('\0', " ").chars().take(QUESTION_CHARS).collect();
    if words.trim().is_empty() {
        return Ok(Json(SearchResult { passages: Vec::new(), tickets: Vec::new() }));
    }
    let request = |kind, limit| SearchRequest { words: &words, grant: &grant, kind, limit, queue: None };
    let vector = app.library.vector(&words);
    let hits = app.library.search_with(&request(Kind::Passages, PASSAGES), vector.as_ref())?;
    let cases = app.library.search_with(&request(Kind::Cases, 10), vector.as_ref())?;
    let mut conn = app.store.read().await?;
    let mut passages = Vec::new();
    for hit in hits {
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
        passages.extend(found.with_article(&mut conn, &grant, app.clock.now()).await?);
    }
    let filter =
        TicketFilter { words: words.trim().chars().take(200).collect(), limit: TICKETS, ..TicketFilter::default() };
    let rows = conn.tickets(&grant, View::All, &filter).await?.items;
    let mut tickets: Vec<TicketFound> = rows
        .iter()
        .map(|row| TicketFound { snippet: row.ticket.excerpt.clone(), line: TicketLine::from(row) })
        .collect();
    for hit in cases {
        let Ok(id) = hit.id.parse() else { continue };
        if tickets.iter().any(|t| t.line.id == hit.id) {
            continue;
        }
        // The index may lag by a moment; the database has the last word.
        if let Ok(row) = conn.ticket(&grant, id).await {
            let snippet = hit.text.get(hit.sentence.start..hit.sentence.end).unwrap_or_default().to_owned();
            tickets.push(TicketFound { line: TicketLine::from(&row), snippet });
        }
    }
    Ok(Json(SearchResult { passages, tickets }))
}
