//! One reply to many tickets. Only signed-in people get here; each letter is approved under its own digest.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use desk::{
    Digest,
    bulk::{self, LetterFate},
    ids::{BulkId, DraftId, TicketId},
};
use outbox::BulkLetter;
use serde::{Deserialize, Serialize};
use store::{AgentSession, Bulk, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, Id, id, word},
    idempotency,
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App, FlowError,
    flow::bulk_reply::{self as flow, BulkYes, SeenLetter},
};

/// Looking, sealing, stopping.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_bulk_replies))
        .routes(routes!(get_bulk_reply, discard_bulk_reply))
        .routes(routes!(seal_bulk_reply))
        .routes(routes!(read_bulk_letter))
        .routes(routes!(stop_bulk_reply))
}

/// Preparing one and approving its letters: repeated under one key, they happen once.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(prepare_bulk_reply)).routes(routes!(approve_bulk_reply))
}

/// A reply to many, and what became of each letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReply {
    id: String,
    /// Who prepared it.
    by: String,
    at: String,
    /// The text with its slots.
    text: String,
    /// `one` or `two`: how many people approve.
    people: String,
    /// `prepared`, `awaits_second`, `leaving`, `stopped` or `done`.
    stage: String,
    /// Who stopped it last, and when.
    stopped_by: Option<String>,
    stopped_at: Option<String>,
    letters: Vec<LetterState>,
    left_out: Vec<LeftOutTicket>,
}

/// One letter of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterState {
    draft_id: String,
    ticket_id: String,
    number: i64,
    requester: String,
    email: String,
    /// `open`, `awaits_second`, `ready`, `sending`, `sent`, `uncertain` or `put_aside`.
    state: String,
    /// When it leaves or left.
    at: Option<String>,
    /// Why its newest approval was withdrawn, as a word.
    why: Option<String>,
}

/// A ticket that does not get the letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutTicket {
    ticket_id: String,
    number: i64,
    /// `in_hand`, `same_person`, `slot`, `closed` or `own_answer`.
    why: String,
    /// Which slot, or which check or rule.
    detail: String,
}

/// A text for many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulkReply {
    /// 2 to 500 tickets.
    tickets: Vec<String>,
    /// With slots such as `{{requester.first_name|there}}`.
    text: String,
}

/// Prepares a draft in each ticket. Nothing leaves by it.
#[utoipa::path(post, path = "/bulk-replies", tag = "drafts", request_body = NewBulkReply,
    responses((status = 201, body = BulkReply), (status = "4XX", body = ProblemBody)))]
async fn prepare_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Body(new): Body<NewBulkReply>,
) -> Result<(StatusCode, Json<BulkReply>), Problem> {
    let tickets = new.tickets.iter().map(|t| id::<TicketId>(t)).collect::<Result<Vec<_>, _>>()?;
    let bulk = match flow::prepare(&app, &session, &tickets, &new.text).await {
        // Another queue's tickets do not exist for this person.
        Err(FlowError::Refused(desk::Refusal::NotYours)) => return Err(Problem::not_found()),
        other => other?,
    };
    Ok((StatusCode::CREATED, Json(shown(&app, &session, bulk).await?)))
}

/// A reply to many in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkLine {
    id: String,
    /// Who prepared it.
    by: String,
    at: String,
    /// The text with its slots.
    text: String,
    /// `prepared`, `awaits_second`, `leaving`, `stopped` or `done`.
    stage: String,
    /// How many letters it has.
    letters: usize,
}

/// The newest replies to many, at most 20.
#[utoipa::path(get, path = "/bulk-replies", tag = "drafts",
    responses((status = 200, body = List<BulkLine>), (status = "4XX", body = ProblemBody)))]
async fn list_bulk_replies(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
) -> Result<Json<List<BulkLine>>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut items = Vec::new();
    for bulk in conn.bulks(&grant).await? {
        let letters = outbox::letters_of(&mut conn, &grant, bulk.id).await.map_err(FlowError::from)?;
        let whole = BulkReply::new(bulk, letters, Vec::new());
        items.push(BulkLine {
            id: whole.id,
            by: whole.by,
            at: whole.at,
            text: whole.text,
            stage: whole.stage,
            letters: whole.letters.len(),
        });
    }
    Ok(Json(List { items }))
}

/// One of them, by recipient.
#[utoipa::path(get, path = "/bulk-replies/{id}", tag = "drafts", params(("id" = String, Path)),
    responses((status = 200, body = BulkReply), (status = "4XX", body = ProblemBody)))]
async fn get_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(bulk): Id<BulkId>,
) -> Result<Json<BulkReply>, Problem> {
    Ok(Json(shown(&app, &session, bulk).await?))
}

async fn shown(app: &App, session: &AgentSession, id: BulkId) -> Result<BulkReply, Problem> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let bulk = conn.bulk(&grant, id).await?;
    let letters = outbox::letters_of(&mut conn, &grant, id).await.map_err(FlowError::from)?;
    let left_out = conn.left_out(&grant, id).await?;
    Ok(BulkReply::new(bulk, letters, left_out))
}

impl BulkReply {
    fn new(bulk: Bulk, letters: Vec<BulkLetter>, left_out: Vec<(TicketId, i64, bulk::LeftOut, String)>) -> Self {
        let fates: Vec<LetterFate> = letters.iter().map(|l| l.fate).collect();
        Self {
            id: bulk.id.to_string(),
            by: bulk.by,
            at: time(bulk.created_at),
            text: bulk.template,
            people: bulk.people.word().to_owned(),
            stage: bulk::stage(&fates, bulk.stopped_at.is_some()).word().to_owned(),
            stopped_by: bulk.stopped_by,
            stopped_at: bulk.stopped_at.map(time),
            letters: letters.into_iter().map(LetterState::from).collect(),
            left_out: left_out
                .into_iter()
                .map(|(ticket, number, why, detail)| LeftOutTicket {
                    ticket_id: ticket.to_string(),
                    number,
                    why: why.word().to_owned(),
                    detail,
                })
                .collect(),
        }
    }
}

impl From<BulkLetter> for LetterState {
    fn from(letter: BulkLetter) -> Self {
        Self {
            draft_id: letter.draft.to_string(),
            ticket_id: letter.ticket.to_string(),
            number: letter.number,
            requester: letter.requester,
            email: letter.email,
            state: letter.fate.word().to_owned(),
            at: letter.at.map(time),
            why: letter.why,
        }
    }
}

/// Every letter that would leave, frozen.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedBulkReply {
    letters: Vec<SealedLetter>,
    /// Letters that need an answer of their own on their tickets.
    alone: Vec<LeftOutTicket>,
    /// Drafts whose letters have to be read one by one.
    sample: Vec<String>,
    /// Whether the number of letters is typed by hand.
    counted: bool,
    /// `one` or `two`: how many people approve.
    people: String,
    /// `session`, `password` or `passkey`: how the approver proves to be there.
    confirm: String,
    /// Seconds from the first letter that leaves to the last.
    lasts_seconds: i64,
    expires_at: Option<String>,
}

/// One frozen letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedLetter {
    draft_id: String,
    ticket_id: String,
    number: i64,
    /// Its page's one-time token.
    token: String,
    /// Of sender, recipients and bytes.
    digest: String,
    to: Vec<String>,
    subject: String,
    body: String,
}

/// Freezes every letter that is left and shows it.
#[utoipa::path(post, path = "/bulk-replies/{id}/seal", tag = "drafts", params(("id" = String, Path)),
    responses((status = 201, body = SealedBulkReply), (status = "4XX", body = ProblemBody)))]
async fn seal_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(bulk): Id<BulkId>,
) -> Result<(StatusCode, Json<SealedBulkReply>), Problem> {
    let sealed = flow::seal(&app, &session, bulk).await?;
    let each = || sealed.letters.iter().map(|(_, letter)| letter);
    let confirm = each().map(|l| l.confirm).max().unwrap_or(desk::terms::Confirmation::Session);
    let people = each().map(|l| l.people).max().unwrap_or(sealed.bulk.people);
    let body = SealedBulkReply {
        alone: sealed
            .alone
            .into_iter()
            .map(|(ticket, number, detail)| LeftOutTicket {
                ticket_id: ticket.to_string(),
                number,
                why: bulk::LeftOut::OwnAnswer.word().to_owned(),
                detail,
            })
            .collect(),
        sample: sealed.sample.iter().map(ToString::to_string).collect(),
        counted: sealed.letters.len() > bulk::PREVIEW_ENOUGH,
        people: people.word().to_owned(),
        confirm: confirm.word().to_owned(),
        lasts_seconds: sealed.letters.len().checked_sub(1).map_or(0, bulk::leaves_after),
        expires_at: each().map(|l| l.expires_at).min().map(time),
        letters: sealed
            .letters
            .into_iter()
            .map(|(number, letter)| SealedLetter {
                draft_id: letter.draft.to_string(),
                ticket_id: letter.ticket.to_string(),
                number,
                token: letter.token,
                digest: letter.digest.to_string(),
                to: letter.letter.to,
                subject: letter.letter.subject,
                body: letter.letter.body,
            })
            .collect(),
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// What was on the page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterRead {
    /// Digest of the letter that was opened.
    digest: String,
}

/// Says that the caller opened one letter of a reply to many.
#[utoipa::path(put, path = "/drafts/{id}/reading", tag = "drafts", params(("id" = String, Path)), request_body = LetterRead,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn read_bulk_letter(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(draft): Id<DraftId>,
    Body(read): Body<LetterRead>,
) -> Result<StatusCode, Problem> {
    flow::read(&app, &session, draft, digest(&read.digest)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn digest(text: &str) -> Result<Digest, Problem> {
    text.parse().map_err(|e: desk::digest::BadDigest| Problem::invalid(e.to_string()))
}

/// A person's yes to many letters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulkApproval {
    /// The number of letters, typed by hand.
    counted: usize,
    /// `solved`, `pending` or `open`.
    status_after: String,
    letters: Vec<LetterSeen>,
}

/// One letter as its page showed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterSeen {
    draft_id: String,
    token: String,
    digest: String,
}

/// What came of a yes to many letters.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkApproved {
    /// Letters that wait to leave.
    leaving: usize,
    /// Letters that await a second person.
    awaiting: usize,
    /// Letters that a rule refused.
    refused: Vec<LetterRefused>,
}

/// A letter that a rule refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterRefused {
    draft_id: String,
    sentence: String,
}

/// Approves each of these letters on its own. Needs an `Idempotency-Key`.
#[utoipa::path(post, path = "/bulk-replies/{id}/approval", tag = "drafts", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewBulkApproval,
    responses((status = 201, body = BulkApproved), (status = "4XX", body = ProblemBody)))]
async fn approve_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(bulk): Id<BulkId>,
    headers: HeaderMap,
    Body(new): Body<NewBulkApproval>,
) -> Result<(StatusCode, Json<BulkApproved>), Problem> {
    idempotency::needed(&headers)?;
    let seen = |letter: LetterSeen| {
        Ok::<_, Problem>(SeenLetter {
            draft: id(&letter.draft_id)?,
            token: letter.token,
            digest: digest(&letter.digest)?,
        })
    };
    let yes = BulkYes {
        bulk,
        counted: new.counted,
        status_after: word(&new.status_after)?,
        letters: new.letters.into_iter().map(seen).collect::<Result<_, _>>()?,
    };
    let came = flow::approve(&app, &session, yes).await?;
    let refused = came
        .refused
        .into_iter()
        .map(|(draft, sentence)| LetterRefused { draft_id: draft.to_string(), sentence })
        .collect();
    Ok((StatusCode::CREATED, Json(BulkApproved { leaving: came.leaving, awaiting: came.awaiting, refused })))
}

/// Stops it: what has not left does not leave before somebody approves it again.
#[utoipa::path(post, path = "/bulk-replies/{id}/stop", tag = "drafts", params(("id" = String, Path)),
    responses((status = 200, body = BulkReply), (status = "4XX", body = ProblemBody)))]
async fn stop_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(bulk): Id<BulkId>,
) -> Result<Json<BulkReply>, Problem> {
    flow::stop(&app, &session, bulk).await?;
    Ok(Json(shown(&app, &session, bulk).await?))
}

/// Puts the letters aside that nobody approved.
#[utoipa::path(delete, path = "/bulk-replies/{id}", tag = "drafts", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn discard_bulk_reply(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(bulk): Id<BulkId>,
) -> Result<StatusCode, Problem> {
    flow::discard(&app, &session, bulk).await?;
    Ok(StatusCode::NO_CONTENT)
}
