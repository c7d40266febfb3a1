//! Macros: filled for a ticket, and which of them rest on an article. They are written as articles are.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::ids::{ArticleId, TicketId};
use serde::Serialize;
use store::Purpose;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::Id,
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::offer_macros::{self, Filled},
};

/// Reading macros.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(ticket_macros)).routes(routes!(article_macros))
}

/// A macro as offered for a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedMacro {
    article_id: String,
    title: String,
    /// Key of the category it is for; empty for all.
    category: String,
    /// Language word; empty when it says none.
    language: String,
    /// The text for this ticket; none when it cannot be inserted.
    text: Option<String>,
    /// Why it cannot be inserted, in a sentence.
    why: Option<String>,
}

/// An article in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedArticle {
    pub id: String,
    pub title: String,
}

impl From<store::Named> for NamedArticle {
    fn from(named: store::Named) -> Self {
        Self { id: named.article.to_string(), title: named.title }
    }
}

/// Macros filled for a ticket, those of its category first. One that cannot be inserted says why.
#[utoipa::path(get, path = "/tickets/{id}/macros", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = List<OfferedMacro>), (status = "4XX", body = ProblemBody)))]
async fn ticket_macros(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<TicketId>,
) -> Result<Json<List<OfferedMacro>>, Problem> {
    let offered = offer_macros::for_ticket(&app, &session, id).await?;
    let items = offered
        .into_iter()
        .map(|one| {
            let (text, why) = match one.filled {
                Filled::Text(text) => (Some(text), None),
                Filled::Missing(slot) => (None, Some(format!("Nothing is known for “{{{{{}}}}}” here.", slot.word()))),
                Filled::Resting(why) => (None, Some(why.to_string())),
            };
            OfferedMacro {
                article_id: one.article.to_string(),
                title: one.title,
                category: one.category,
                language: one.language,
                text,
                why,
            }
        })
        .collect();
    Ok(Json(List { items }))
}

/// Macros that rest on an article and go back to review when it changes; at most 200.
#[utoipa::path(get, path = "/articles/{id}/macros", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = List<NamedArticle>), (status = "4XX", body = ProblemBody)))]
async fn article_macros(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<ArticleId>,
) -> Result<Json<List<NamedArticle>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    conn.article(&grant, id).await?;
    let items = conn.macros_resting_on(id).await?.into_iter().map(NamedArticle::from).collect();
    Ok(Json(List { items }))
}
