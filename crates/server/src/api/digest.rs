//! The week of the caller: what failed, which source, which gap, what to do first.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
};
use desk::Timestamp;
use serde::{Deserialize, Serialize};
use store::DigestMail;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow::sum_up_week};

/// Routes of the week.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_digest)).routes(routes!(set_digest_mail))
}

/// Which week.
#[derive(Debug, Deserialize, IntoParams)]
pub struct WhichWeek {
    /// A day of it, such as `2026-11-16`; this week unless said.
    day: Option<String>,
}

/// A week.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekDigest {
    /// Its Monday.
    from: String,
    /// What to do first, at most five steps, the heaviest first.
    steps: Vec<DigestStep>,
    faults: Vec<DigestFault>,
    /// Categories with failures, the most first.
    categories: Vec<DigestCategory>,
    /// Articles that drafts which failed rest on: the caller's own, for leads all.
    sources: Vec<DigestSource>,
    /// Requests that nothing answers.
    gaps: Vec<DigestGap>,
    /// Low ratings that nobody saw to.
    waiting: i64,
    /// Eval cases that wait for a check.
    cases: i64,
    /// The newest failures.
    failed: Vec<DigestFailure>,
    /// Whether the caller gets it by mail on Mondays: `on` or `off`.
    mail: String,
}

/// Something to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestStep {
    /// `answer`, `read_article`, `write_article`, `look_at_category` or `check_cases`.
    remedy: String,
    /// What is meant, in words; empty where there is nothing to name.
    subject: String,
    /// Id of the article or pattern.
    id: String,
    /// Failures and requests that it would have spared.
    weight: i64,
}

/// How often something failed in one way.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestFault {
    /// `rejected`, `second_look`, `low_rating`, `returned` or `corrected`.
    fault: String,
    count: i64,
    /// In the week before.
    before: i64,
}

/// Failures of a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestCategory {
    category: String,
    failures: i64,
}

/// Failures that rest on an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestSource {
    article_id: String,
    title: String,
    failures: i64,
}

/// Requests that nothing answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestGap {
    pattern_id: String,
    words: String,
    requests: i64,
    this_week: i64,
}

/// Something that failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DigestFailure {
    fault: String,
    ticket_id: String,
    number: i64,
    category: String,
    /// What was wrong, as a word.
    why: Option<String>,
    at: String,
}

/// Whether somebody gets it by mail.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DigestMailSetting {
    /// `on` or `off`.
    mail: String,
}

/// The caller's week, within their queues.
#[utoipa::path(get, path = "/digest", tag = "digest", params(WhichWeek),
    responses((status = 200, body = WeekDigest), (status = "4XX", body = ProblemBody)))]
async fn get_digest(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Query(which): Query<WhichWeek>,
) -> Result<Json<WeekDigest>, Problem> {
    let read = |day: &str| {
        Timestamp::parse(&format!("{day}T00:00:00Z"))
            .ok_or_else(|| Problem::invalid("A day is written like 2026-11-16."))
    };
    let day = which.day.as_deref().map(read).transpose()?;
    let summed = sum_up_week::of(&app, &session, day).await?;
    let mail = sum_up_week::mail_of(&app, &session).await?.word().to_owned();
    let week = summed.week;
    let steps = week.steps().into_iter().map(|step| DigestStep {
        remedy: step.remedy.word().to_owned(),
        subject: step.subject,
        id: step.id,
        weight: step.weight,
    });
    let faults = week.faults.iter().map(|(fault, count, before)| DigestFault {
        fault: fault.word().to_owned(),
        count: *count,
        before: *before,
    });
    let failed = summed.failed.into_iter().map(|one| DigestFailure {
        fault: one.fault.word().to_owned(),
        ticket_id: one.ticket.to_string(),
        number: one.number,
        category: one.category,
        why: one.why,
        at: time(one.at),
    });
    Ok(Json(WeekDigest {
        from: time(summed.from),
        steps: steps.collect(),
        faults: faults.collect(),
        waiting: week.waiting,
        cases: week.cases,
        failed: failed.collect(),
        mail,
        categories: week
            .categories
            .into_iter()
            .map(|(category, failures)| DigestCategory { category, failures })
            .collect(),
        sources: week
            .behind
            .into_iter()
            .map(|b| DigestSource { article_id: b.article.to_string(), title: b.title, failures: b.failures })
            .collect(),
        gaps: week
            .missing
            .into_iter()
            .map(|m| DigestGap { pattern_id: m.pattern, words: m.words, requests: m.requests, this_week: m.this_week })
            .collect(),
    }))
}

/// Says whether the caller gets it by mail on Mondays.
#[utoipa::path(put, path = "/digest/mail", tag = "digest", request_body = DigestMailSetting,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn set_digest_mail(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Body(setting): Body<DigestMailSetting>,
) -> Result<StatusCode, Problem> {
    let mail: DigestMail = word(&setting.mail)?;
    sum_up_week::set_mail(&app, &session, mail).await?;
    Ok(StatusCode::NO_CONTENT)
}
