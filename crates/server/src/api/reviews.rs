//! A second look at texts: what waits for the caller, what they say, what reviews come to.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    ids::ReviewSampleId,
    review::{Agreement as Told, Rubric, Verdict},
};
use serde::{Deserialize, Serialize};
use store::{GraderRow, Grant, Purpose, ReviewRow};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Leading},
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{draw_reviews, review_text},
};

/// Routes of reviews.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_reviews))
        .routes(routes!(get_review))
        .routes(routes!(give_review))
        .routes(routes!(settle_review))
        .routes(routes!(summarise_reviews))
        .routes(routes!(draw_reviews_now))
}

/// A text that waits for a second look.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenReview {
    id: String,
    category: String,
    drawn_at: String,
}

/// A text to be looked at. Who or what wrote it is not said.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewTask {
    id: String,
    category: String,
    /// The ticket's words up to the question, oldest first.
    messages: Vec<ReviewMessage>,
    /// The words to judge.
    text: String,
    /// What was found for the question.
    sources: Vec<ReviewSource>,
}

/// A message before the text.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewMessage {
    /// `requester` or `desk`.
    by: String,
    text: String,
    at: String,
}

/// Something a reply may rest on, or a past reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSource {
    /// `passage` or `past_case`.
    kind: String,
    title: String,
    heading: String,
    text: String,
}

/// What a reviewer says.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewReview {
    /// Is what it states right? `yes`, `partly` or `no`.
    correct: String,
    /// Do the sources carry it? `yes`, `partly` or `no`.
    grounded: String,
    /// Does it answer everything? `yes`, `partly` or `no`.
    complete: String,
    /// Is the tone right? `yes`, `partly` or `no`.
    tone: String,
    /// Would you have sent it? `as_it_is`, `changed` or `no`.
    would_send: String,
    /// How bad what is wrong is: `minor`, `major` or `severe`.
    #[serde(default)]
    severity: Option<String>,
    /// What is wrong, as one of the words by which drafts are turned down.
    #[serde(default)]
    failure: Option<String>,
    /// A remark for whoever discusses it.
    #[serde(default)]
    note: String,
}

/// What settles a disagreement.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewSettlement {
    /// `holds` or `fails`.
    verdict: String,
    /// In a sentence.
    reason: String,
}

/// How many texts to draw.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewDraw {
    /// 1 to 200.
    count: usize,
}

/// How many texts were drawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawnReviews {
    drawn: usize,
}

/// What reviews of the last half-year come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewSummary {
    /// Texts that were drawn.
    drawn: i64,
    agreement: Vec<ReviewAgreement>,
    categories: Vec<ReviewedCategory>,
    disputes: Vec<ReviewDispute>,
    /// The model that reads graded statements of eval cases; none without a model.
    grader: Option<ReviewGrader>,
}

/// A model that grades, and how far it agreed with reviewers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewGrader {
    model: String,
    /// `calibrated`, `too_few` (fewer than 30 drafts), `too_far` (kappa below 0.6), `alike` (all gave one answer) or `never`.
    standing: String,
    /// Drafts that both answered about.
    drafts: usize,
    /// Kappa, pooled over the questions.
    kappa: Option<f64>,
    /// Lower end of its 95 % interval.
    low: Option<f64>,
    /// Its upper end.
    high: Option<f64>,
    /// Questions to which its answer counts for nothing.
    unsure: usize,
    at: Option<String>,
}

/// How far two reviewers of the same text agree about a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewAgreement {
    /// `verdict`, `correct`, `grounded`, `complete`, `tone` or `would_send`.
    question: String,
    /// Texts that two people looked at.
    pairs: usize,
    /// `told`, `too_few` (fewer than 20 texts) or `alike` (all gave one answer, so kappa divides by zero).
    state: String,
    /// On how many they said the same.
    same: Option<usize>,
    /// Cohen's kappa.
    kappa: Option<f64>,
    /// Lower end of the 95 % interval of the share that was answered alike.
    low: Option<f64>,
    /// Its upper end.
    high: Option<f64>,
}

/// What reviewers found in a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewedCategory {
    category: String,
    reviewed: i64,
    /// Of these, those that should not have left.
    failed: i64,
    /// Of these, those with a severe fault.
    severe: i64,
    last_at: String,
}

/// A text that two people see differently.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewDispute {
    id: String,
    ticket_id: String,
    ticket_number: i64,
    category: String,
    text: String,
    reviews: Vec<GivenReview>,
}

/// What one of them said.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenReview {
    by: String,
    /// `holds` or `fails`.
    verdict: String,
    correct: String,
    grounded: String,
    complete: String,
    tone: String,
    would_send: String,
    severity: Option<String>,
    failure: Option<String>,
    note: String,
    at: String,
}

impl ReviewAgreement {
    fn of(question: &str, told: Told) -> Self {
        let bare = |pairs, state: &str| Self {
            question: question.to_owned(),
            pairs,
            state: state.to_owned(),
            same: None,
            kappa: None,
            low: None,
            high: None,
        };
        match told {
            Told::TooFew { pairs } => bare(pairs, "too_few"),
            Told::Alike { pairs } => Self { same: Some(pairs), ..bare(pairs, "alike") },
            Told::Told { pairs, same, kappa, interval: (low, high) } => {
                Self { same: Some(same), kappa: Some(kappa), low: Some(low), high: Some(high), ..bare(pairs, "told") }
            }
        }
    }
}

impl ReviewGrader {
    fn of((model, row): (String, Option<GraderRow>)) -> Self {
        let Some(row) = row else {
            let standing = "never".to_owned();
            return Self { model, standing, drafts: 0, kappa: None, low: None, high: None, unsure: 0, at: None };
        };
        let told = row.calibration;
        Self {
            model,
            standing: told.standing().word().to_owned(),
            drafts: told.drafts,
            kappa: told.kappa.map(|k| k.value),
            low: told.kappa.map(|k| k.low),
            high: told.kappa.map(|k| k.high),
            unsure: told.unsure,
            at: Some(time(row.at)),
        }
    }
}

impl GivenReview {
    fn of(row: ReviewRow) -> Self {
        let said = row.rubric;
        Self {
            by: row.by,
            verdict: said.verdict().word().to_owned(),
            correct: said.correct.word().to_owned(),
            grounded: said.grounded.word().to_owned(),
            complete: said.complete.word().to_owned(),
            tone: said.tone.word().to_owned(),
            would_send: said.would_send.word().to_owned(),
            severity: said.severity.map(|word| word.word().to_owned()),
            failure: said.failure.map(|word| word.word().to_owned()),
            note: row.note,
            at: time(row.at),
        }
    }
}

/// Texts that wait for a look by the caller, oldest first: none of their own.
#[utoipa::path(get, path = "/reviews", tag = "reviews",
    responses((status = 200, body = List<OpenReview>), (status = "4XX", body = ProblemBody)))]
async fn list_reviews(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
) -> Result<Json<List<OpenReview>>, Problem> {
    let open = review_text::open(&app, &session).await?.into_iter();
    let items = open
        .map(|one| OpenReview { id: one.id.to_string(), category: one.category, drawn_at: time(one.drawn_at) })
        .collect();
    Ok(Json(List { items }))
}

/// One of them, with what its writer had before them.
#[utoipa::path(get, path = "/reviews/{id}", tag = "reviews", params(("id" = String, Path)),
    responses((status = 200, body = ReviewTask), (status = "4XX", body = ProblemBody)))]
async fn get_review(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ReviewSampleId>,
) -> Result<Json<ReviewTask>, Problem> {
    let task = review_text::look(&app, &session, id).await?;
    let messages = task.messages.into_iter().map(|(inbound, text, at)| ReviewMessage {
        by: if inbound { "requester" } else { "desk" }.to_owned(),
        text,
        at: time(at),
    });
    let sources = task.sources.into_iter().map(|cited| ReviewSource {
        kind: if cited.grounds() { "passage" } else { "past_case" }.to_owned(),
        title: cited.title,
        heading: cited.heading,
        text: cited.text,
    });
    Ok(Json(ReviewTask {
        id: id.to_string(),
        category: task.sample.category,
        messages: messages.collect(),
        text: task.sample.text,
        sources: sources.collect(),
    }))
}

/// The caller's answers about one.
#[utoipa::path(post, path = "/reviews/{id}", tag = "reviews", params(("id" = String, Path)), request_body = NewReview,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn give_review(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ReviewSampleId>,
    Body(new): Body<NewReview>,
) -> Result<StatusCode, Problem> {
    let rubric = Rubric {
        correct: word(&new.correct)?,
        grounded: word(&new.grounded)?,
        complete: word(&new.complete)?,
        tone: word(&new.tone)?,
        would_send: word(&new.would_send)?,
        severity: new.severity.as_deref().map(word).transpose()?,
        failure: new.failure.as_deref().map(word).transpose()?,
    };
    review_text::give(&app, &session, id, &rubric, &new.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Settles what two people see differently.
#[utoipa::path(post, path = "/reviews/{id}/settlement", tag = "reviews", params(("id" = String, Path)), request_body = ReviewSettlement,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn settle_review(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(id): Id<ReviewSampleId>,
    Body(settled): Body<ReviewSettlement>,
) -> Result<StatusCode, Problem> {
    let verdict: Verdict = word(&settled.verdict)?;
    review_text::settle(&app, &session, id, verdict, &settled.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How far reviewers agree, what they found, and what they see differently.
#[utoipa::path(get, path = "/reviews/summary", tag = "reviews",
    responses((status = 200, body = ReviewSummary), (status = "4XX", body = ProblemBody)))]
async fn summarise_reviews(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
) -> Result<Json<ReviewSummary>, Problem> {
    let summary = review_text::summary(&app, &session).await?;
    let categories = summary.categories.into_iter().map(|done| ReviewedCategory {
        category: done.category,
        reviewed: done.reviewed,
        failed: done.failed,
        severe: done.severe,
        last_at: time(done.last),
    });
    let disputes = summary.disputes.into_iter().map(|dispute| ReviewDispute {
        id: dispute.id.to_string(),
        ticket_id: dispute.ticket.to_string(),
        ticket_number: dispute.number,
        category: dispute.category,
        text: dispute.text,
        reviews: dispute.reviews.into_iter().map(GivenReview::of).collect(),
    });
    Ok(Json(ReviewSummary {
        drawn: summary.drawn,
        agreement: summary.agreement.into_iter().map(|(q, told)| ReviewAgreement::of(q.word(), told)).collect(),
        categories: categories.collect(),
        disputes: disputes.collect(),
        grader: summary.grader.map(ReviewGrader::of),
    }))
}

/// Draws texts now, beside those that are drawn by the clock.
#[utoipa::path(post, path = "/reviews/draws", tag = "reviews", request_body = ReviewDraw,
    responses((status = 201, body = DrawnReviews), (status = "4XX", body = ProblemBody)))]
async fn draw_reviews_now(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Body(asked): Body<ReviewDraw>,
) -> Result<(StatusCode, Json<DrawnReviews>), Problem> {
    if !(1..=draw_reviews::AT_ONCE_MAX).contains(&asked.count) {
        return Err(Problem::invalid("Draw between 1 and 200 texts at once."));
    }
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let drawn = draw_reviews::draw_some(&app, &session, &grant, asked.count).await?;
    Ok((StatusCode::CREATED, Json(DrawnReviews { drawn })))
}
