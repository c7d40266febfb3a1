//! Other words for selected ones, taken or left by a person, and a mail in another language for reading. Only signed-in
//! people get here.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use desk::ids::{DraftId, TicketId};
use serde::{Deserialize, Serialize};
use store::{Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::Draft,
    auth::Answering,
    drafts::Change,
    extract::{Body, Id, IfMatch, id, word},
    page::etag,
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::rewrite_text::{Offer, Words},
};

/// Rewriting and translating.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(offer_rewrite)).routes(routes!(take_rewrite)).routes(routes!(translate))
}

/// What is to be rewritten, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRewrite {
    /// `shorter`, `plainer` or `formal`.
    tool: String,
    /// First selected character of the draft's text.
    start: usize,
    /// One past the last.
    end: usize,
}

/// Other words for the sentences that were selected.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedRewrite {
    /// `shorter`, `plainer` or `formal`.
    tool: String,
    /// First character of the whole sentences they would take the place of.
    start: usize,
    /// One past the last.
    end: usize,
    after: String,
    /// From the words that stand there to the new ones.
    changes: Vec<Change>,
    /// `rules` or `model`.
    made_by: String,
    exchange_id: Option<String>,
    /// Why a model's words were not used, where rules stood in for it.
    note: Option<String>,
    /// To be sent back with them.
    mark: String,
}

impl From<Offer> for OfferedRewrite {
    fn from(offer: Offer) -> Self {
        let Words { tool, at, after, by, exchange } = offer.words;
        Self {
            tool: tool.word().to_owned(),
            start: at.start,
            end: at.end,
            after,
            changes: offer.changes.into_iter().map(Change::from).collect(),
            made_by: by.word().to_owned(),
            exchange_id: exchange.map(|id| id.to_string()),
            note: offer.note,
            mark: offer.mark.to_string(),
        }
    }
}

/// Offers other words for selected ones; changes nothing.
#[utoipa::path(post, path = "/drafts/{id}/rewrites", tag = "drafts", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewRewrite,
    responses((status = 200, body = OfferedRewrite), (status = "4XX", body = ProblemBody)))]
async fn offer_rewrite(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(draft): Id<DraftId>,
    IfMatch(revision): IfMatch,
    Body(new): Body<NewRewrite>,
) -> Result<Json<OfferedRewrite>, Problem> {
    let offer = flow::rewrite_text::offer(&app, &session, draft, revision, word(&new.tool)?, new.start..new.end);
    Ok(Json(offer.await.map_err(Problem::under_if_match)?.into()))
}

/// Offered words that a person takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakenRewrite {
    tool: String,
    start: usize,
    end: usize,
    after: String,
    made_by: String,
    #[serde(default)]
    exchange_id: Option<String>,
    mark: String,
}

/// Puts offered words into the draft, as the machine's.
#[utoipa::path(post, path = "/drafts/{id}/rewrites/taken", tag = "drafts", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = TakenRewrite,
    responses((status = 200, body = Draft), (status = "4XX", body = ProblemBody)))]
async fn take_rewrite(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(draft): Id<DraftId>,
    IfMatch(revision): IfMatch,
    Body(taken): Body<TakenRewrite>,
) -> Result<impl IntoResponse, Problem> {
    let mark = taken.mark.parse().map_err(|e: desk::digest::BadDigest| Problem::invalid(e.to_string()))?;
    let words = Words {
        tool: word(&taken.tool)?,
        at: taken.start..taken.end,
        after: taken.after,
        by: word(&taken.made_by)?,
        exchange: taken.exchange_id.as_deref().map(id).transpose()?,
    };
    let take = flow::rewrite_text::take(&app, &session, draft, revision, words, mark);
    take.await.map_err(Problem::under_if_match)?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let draft = Draft::by_id(&app, &mut conn, &grant, draft).await?;
    Ok((etag(draft.revision), Json(draft)))
}

/// Which mail, and into which language.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTranslation {
    message_id: String,
    /// `en` or `de`.
    into: String,
}

/// A machine's translation, for reading.
#[derive(Debug, Serialize, ToSchema)]
pub struct Translation {
    into: String,
    text: String,
}

/// Translates an inbound mail for reading; nothing of the ticket changes.
#[utoipa::path(post, path = "/tickets/{id}/translations", tag = "messages", params(("id" = String, Path)), request_body = NewTranslation,
    responses((status = 200, body = Translation), (status = "4XX", body = ProblemBody)))]
async fn translate(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(new): Body<NewTranslation>,
) -> Result<Json<Translation>, Problem> {
    let text =
        flow::translate_message::translate(&app, &session, ticket, id(&new.message_id)?, word(&new.into)?).await?;
    Ok(Json(Translation { into: new.into, text }))
}
