//! Texts of a source that wait for its owner, and one answer to several of them.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::ids::{ArticleId, SourceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    article_writing::{self, TextAnswer},
    auth::Answering,
    extract::{Body, Id},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{App, flow::answer_texts};

/// Routes of waiting texts.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_waiting_texts)).routes(routes!(answer_texts))
}

/// A text that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingText {
    article_id: String,
    version: i64,
    title: String,
    /// Why, in the writer's words.
    note: String,
    /// Whether it changes what an article says; a new article otherwise.
    is_change: bool,
    /// Whether it hides words from its readers: then it is answered on its own page only.
    hides: bool,
    /// When it was proposed.
    made_at: String,
}

/// Texts of a source that wait for an answer, longest waiting first, at most 200.
#[utoipa::path(get, path = "/sources/{id}/texts", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = List<WaitingText>), (status = "4XX", body = ProblemBody)))]
async fn list_waiting_texts(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<SourceId>,
) -> Result<Json<List<WaitingText>>, Problem> {
    let texts = answer_texts::waiting(&app, &session, id).await?;
    let line = |text: store::WaitingText| WaitingText {
        hides: answer_texts::hides(&text),
        article_id: text.article.to_string(),
        version: text.number,
        title: text.title,
        note: text.note,
        is_change: text.is_change,
        made_at: time(text.made_at),
    };
    Ok(Json(List { items: texts.into_iter().map(line).collect() }))
}

/// One answer to several texts.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TextsAnswer {
    /// The answer to each of them.
    #[serde(flatten)]
    answer: TextAnswer,
    /// Which texts, 1 to 200.
    texts: Vec<NamedText>,
}

/// A text by its article and number.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NamedText {
    article_id: String,
    version: i64,
}

/// What became of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextFate {
    article_id: String,
    version: i64,
    /// Why it was not answered; null when it was.
    refused: Option<String>,
}

/// The owner answers several texts of a source at once. Each is checked as it would be alone; one that hides words from
/// its readers is left to its own page.
#[utoipa::path(post, path = "/sources/{id}/texts/answer", tag = "knowledge", params(("id" = String, Path)), request_body = TextsAnswer,
    responses((status = 200, body = List<TextFate>), (status = "4XX", body = ProblemBody)))]
async fn answer_texts(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<SourceId>,
    Body(asked): Body<TextsAnswer>,
) -> Result<Json<List<TextFate>>, Problem> {
    let answer = article_writing::answer_of(&asked.answer)?;
    let named = asked.texts.iter().map(|text| text.article_id.parse::<ArticleId>().map(|id| (id, text.version)));
    let texts: Vec<_> = named.collect::<Result<_, _>>().map_err(|_| Problem::not_found())?;
    let fates = answer_texts::answer(&app, &session, id, &texts, answer).await?;
    let fate = |(article, version, refused): answer_texts::Fate| TextFate {
        article_id: article.to_string(),
        version,
        refused,
    };
    Ok(Json(List { items: fates.into_iter().map(fate).collect() }))
}
