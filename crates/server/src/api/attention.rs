//! Who is to look at a ticket, and when: putting off, following, what is new since somebody looked, promises.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use desk::{
    Timestamp,
    handover::Told as ToldRow,
    ids::{PromiseId, TicketId},
};
use serde::{Deserialize, Serialize};
use store::{PromiseRow, PromiseState, Purpose, Snooze as SnoozeRow};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Body, Id, word},
    packages::PackageLine,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{follow_ticket, follow_ticket::Follows, hand_over, keep_promises, snooze},
};

/// Routes of attention.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(snooze_times, put_off, bring_back))
        .routes(routes!(follow, unfollow))
        .routes(routes!(get_hand_over))
        .routes(routes!(answer_promise))
}

/// How a ticket was put off.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snooze {
    /// Until when; null until the requester writes.
    until: Option<String>,
    by: String,
    at: String,
}

impl From<&SnoozeRow> for Snooze {
    fn from(row: &SnoozeRow) -> Self {
        Self { until: row.until.map(time), by: row.by.clone(), at: time(row.at) }
    }
}

/// Times a ticket can be put off to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnoozeTimes {
    /// Soonest first, as the calendar of the ticket's queue has them.
    times: Vec<SnoozeTime>,
    /// That calendar's time zone.
    zone: String,
}

/// One time.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnoozeTime {
    /// `later_today`, `next_morning` or `next_week`.
    key: String,
    at: String,
}

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutOff {
    /// A time such as `2026-11-23T09:00:00Z`, counted to the minute; null until the requester writes.
    until: Option<String>,
}

/// How it was before.
#[derive(Debug, Serialize, ToSchema)]
pub struct Before {
    /// Null where it was not put off.
    before: Option<Snooze>,
}

/// Times to put a ticket off to.
#[utoipa::path(get, path = "/tickets/{id}/snooze", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = SnoozeTimes), (status = "4XX", body = ProblemBody)))]
async fn snooze_times(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(ticket): Id<TicketId>,
) -> Result<Json<SnoozeTimes>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let (times, zone) = snooze::offered(&app, &mut conn, &grant, ticket).await?;
    let times = times.into_iter().map(|(later, at)| SnoozeTime { key: later.word().to_owned(), at: time(at) });
    Ok(Json(SnoozeTimes { times: times.collect(), zone }))
}

/// Puts a ticket off, until a minute or until the requester writes; whichever comes first brings it back.
#[utoipa::path(put, path = "/tickets/{id}/snooze", tag = "tickets", params(("id" = String, Path)), request_body = PutOff,
    responses((status = 200, body = Before), (status = "4XX", body = ProblemBody)))]
async fn put_off(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<PutOff>,
) -> Result<Json<Before>, Problem> {
    let read = |text: &str| {
        Timestamp::parse(text).ok_or_else(|| Problem::invalid("A time is written as 2026-11-23T09:00:00Z."))
    };
    let until = asked.until.as_deref().map(read).transpose()?;
    let before = snooze::put_off(&app, &session, ticket, until).await?;
    Ok(Json(Before { before: before.as_ref().map(Snooze::from) }))
}

/// Brings a ticket back before its time.
#[utoipa::path(delete, path = "/tickets/{id}/snooze", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn bring_back(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    snooze::bring_back(&app, &session, ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows a ticket: it is in the view "followed", and what others do on it becomes a task.
#[utoipa::path(put, path = "/tickets/{id}/follow", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn follow(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    follow_ticket::set(&app, &session, ticket, Follows::Yes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follows it no longer.
#[utoipa::path(delete, path = "/tickets/{id}/follow", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn unfollow(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    follow_ticket::set(&app, &session, ticket, Follows::No).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Things of one kind that others did.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewsLine {
    /// `message`, `reply`, `note`, `status`, `priority`, `queue`, `assignee`, `snoozed`, `woken`, `went_up`, `promise`, `merged` or `split`.
    what: String,
    count: usize,
    /// Who did it, each once; empty for messages of the requester's side.
    who: Vec<String>,
    /// What it is now; for changes.
    to: Option<String>,
}

impl From<ToldRow> for NewsLine {
    fn from(row: ToldRow) -> Self {
        Self { what: row.what.word().to_owned(), count: row.count, who: row.who, to: row.to }
    }
}

/// What somebody who opens a ticket has to know.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandOver {
    /// When the caller last looked; null where they never did.
    looked_at: Option<String>,
    /// Who gave the ticket to the caller, until they look.
    given_by: Option<String>,
    /// What others did since.
    news: Vec<NewsLine>,
    /// What was promised, in the words of our letters.
    promised: Vec<PackageLine>,
    /// What is asked and not answered, in the words of whoever asks.
    open: Vec<PackageLine>,
}

/// What is new on a ticket since the caller looked. Reading this is no look.
#[utoipa::path(get, path = "/tickets/{id}/hand-over", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = HandOver), (status = "4XX", body = ProblemBody)))]
async fn get_hand_over(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<Json<HandOver>, Problem> {
    let found = hand_over::since(&app, &session, ticket).await?;
    Ok(Json(HandOver {
        looked_at: found.looked_at.map(time),
        given_by: found.given_by,
        news: found.news.into_iter().map(NewsLine::from).collect(),
        promised: found.promised.into_iter().map(PackageLine::from).collect(),
        open: found.open.into_iter().map(PackageLine::from).collect(),
    }))
}

/// What a letter of ours says that we will do by a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Promise {
    id: String,
    ticket_id: String,
    number: i64,
    message_id: String,
    /// The sentence.
    words: String,
    /// Who signed the letter.
    by: String,
    due: String,
    /// `found`, `confirmed`, `dismissed` or `kept`.
    state: String,
}

impl From<PromiseRow> for Promise {
    fn from(row: PromiseRow) -> Self {
        Self {
            id: row.id.to_string(),
            ticket_id: row.ticket.to_string(),
            number: row.number,
            message_id: row.message.to_string(),
            words: row.words,
            by: row.by,
            due: time(row.due),
            state: row.state.word().to_owned(),
        }
    }
}

/// A person's word on a promise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseAnswer {
    /// `confirmed`, `dismissed` or `kept`; `confirmed` also takes the other two back.
    state: String,
}

/// Says what it is: a promise, none, or one that was kept.
#[utoipa::path(put, path = "/tickets/{id}/promises/{promise}", tag = "tickets", params(("id" = String, Path), ("promise" = String, Path)), request_body = PromiseAnswer,
    responses((status = 200, body = Promise), (status = "4XX", body = ProblemBody)))]
async fn answer_promise(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Path((ticket, promise)): Path<(String, String)>,
    Body(asked): Body<PromiseAnswer>,
) -> Result<Json<Promise>, Problem> {
    let ticket: TicketId = ticket.parse().map_err(|_| Problem::not_found())?;
    let promise: PromiseId = promise.parse().map_err(|_| Problem::not_found())?;
    let to: PromiseState = word(&asked.state)?;
    Ok(Json(keep_promises::answer(&app, &session, ticket, promise, to).await?.into()))
}
