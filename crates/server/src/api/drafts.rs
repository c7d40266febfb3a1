//! Drafts, the sealed view, a person's yes, and taking it back. Only signed-in people get here.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use desk::{
    Digest, Refusal, Timestamp,
    draft::DraftOrigin,
    failure::Failure,
    ids::{ApprovalId, DraftId, OutboxId, TicketId, VersionId},
    knowledge::{Cited, Origin, Retrieval},
};
use outbox::{Acknowledged, Attention};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer::Draft,
    auth::Answering,
    extract::{Body, Id, IfMatch, word},
    idempotency,
    page::{etag, time},
    problem::{Problem, ProblemBody},
    tickets::next_ticket,
};
use crate::{
    App, FlowError, flow,
    flow::approve_reply::{self as came, ApproveRequest},
};

/// Editing, sealing, undoing.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(edit_draft))
        .routes(routes!(seal_draft))
        .routes(routes!(reject_draft))
        .routes(routes!(undo_approval))
        .routes(routes!(take_back_first))
        .routes(routes!(settle_delivery))
}

/// Starting a draft and approving one: repeated under one key, they happen once.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(start_draft)).routes(routes!(approve_draft))
}

/// Who writes the draft.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDraft {
    /// `agent`, `assembled` or `model`.
    origin: String,
    /// The open draft with your own words that the machine's may take the place of.
    #[serde(default)]
    aside: Option<String>,
}

/// Starts a draft.
#[utoipa::path(post, path = "/tickets/{id}/drafts", tag = "drafts", params(("id" = String, Path)), request_body = NewDraft,
    responses((status = 201, body = Draft), (status = "4XX", body = ProblemBody)))]
async fn start_draft(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(new): Body<NewDraft>,
) -> Result<impl IntoResponse, Problem> {
    let origin: DraftOrigin = word(&new.origin)?;
    let aside = new.aside.as_deref().map(super::extract::id).transpose()?;
    let id = flow::write_draft::start(&app, &session, ticket, origin, aside).await?;
    let draft = shown(&app, &session, id).await?;
    Ok((StatusCode::CREATED, etag(draft.revision), Json(draft)))
}

async fn shown(app: &App, session: &AgentSession, id: DraftId) -> Result<Draft, Problem> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    Draft::by_id(app, &mut conn, &grant, id).await
}

/// A draft's text.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DraftText {
    body: String,
}

/// A draft turned down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRejection {
    /// What was wrong, where the person says so: `wrong_fact`, `wrong_policy`, `invented_capability`, `wrong_tone`,
    /// `missed_question`, `asked_again`, `missed_escalation`, `leaked_context`, `stale_source` or `wrong_action`.
    #[serde(default)]
    why: Option<String>,
}

/// Turns a draft of the machine's down. No reason is asked for; one may be added by a second call.
#[utoipa::path(post, path = "/drafts/{id}/rejection", tag = "drafts", params(("id" = String, Path)), request_body = NewRejection,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn reject_draft(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<DraftId>,
    Body(new): Body<NewRejection>,
) -> Result<StatusCode, Problem> {
    let why: Option<Failure> = new.why.as_deref().map(word).transpose()?;
    if why.is_some_and(|why| !why.is_of_drafts()) {
        return Err(Problem::invalid("A draft calls no tools; say what else was wrong with it."));
    }
    flow::reject_draft::reject(&app, &session, id, why).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Saves a person's text.
#[utoipa::path(put, path = "/drafts/{id}", tag = "drafts", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = DraftText,
    responses((status = 200, body = Draft), (status = "4XX", body = ProblemBody)))]
async fn edit_draft(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<DraftId>,
    IfMatch(revision): IfMatch,
    Body(text): Body<DraftText>,
) -> Result<impl IntoResponse, Problem> {
    flow::write_draft::edit(&app, &session, id, revision, &text.body).await.map_err(Problem::under_if_match)?;
    let draft = shown(&app, &session, id).await?;
    Ok((etag(draft.revision), Json(draft)))
}

/// Exactly what would leave.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sealed {
    /// The page's one-time token.
    token: String,
    /// Of sender, recipients and bytes.
    digest: String,
    subject: String,
    from: String,
    to: Vec<String>,
    cc: Vec<String>,
    body: String,
    attachments: Vec<SealedFile>,
    #[schema(value_type = Vec<[String; 2]>)]
    headers: Vec<(String, String)>,
    bytes: usize,
    checks: Vec<Check>,
    /// From the machine's text to this one.
    changes: Vec<Change>,
    citations: Vec<SealedCitation>,
    ai: AiPart,
    expires_at: String,
    /// `one` or `two`: how many people approve.
    people: String,
    /// The colleague's yes these bytes already have.
    first: Option<FirstApproval>,
    /// The earliest moment a yes to it counts; later than now while its reader is slowed down.
    earliest_yes: String,
    /// `none`, or why they are slowed down: `burst` after many letters in a minute, `haste` after many that nobody can have read.
    brake: String,
    /// `session`, `password` or `passkey`: how the approver proves to be there.
    confirm: String,
}

/// A first person's yes that waits for a second.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstApproval {
    agent_id: String,
    by: String,
    at: String,
}

impl From<outbox::FirstShown> for FirstApproval {
    fn from(first: outbox::FirstShown) -> Self {
        Self { agent_id: first.agent.to_string(), by: first.by, at: time(first.at) }
    }
}

/// A file that goes along.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedFile {
    name: String,
    size: u64,
}

/// One thing to look at before approving.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    key: String,
    label: String,
    /// `ok`, `warn` or `block`.
    state: String,
    detail: String,
    /// `tick` or `note`: how it is confirmed.
    answer: String,
}

/// One run of the comparison.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// `same`, `added` or `removed`.
    op: String,
    text: String,
}

impl From<(desk::draft::Change, String)> for Change {
    fn from((op, text): (desk::draft::Change, String)) -> Self {
        Self { op: op.word().to_owned(), text }
    }
}

/// A source the text rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedCitation {
    citation: u32,
    title: String,
}

/// The machine's part.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiPart {
    origin: String,
    share: f64,
    /// The value of the mail's AI header.
    header: String,
}

/// Freezes the mail and shows it.
#[utoipa::path(post, path = "/drafts/{id}/seal", tag = "drafts", params(("id" = String, Path)),
    responses((status = 201, body = Sealed), (status = "4XX", body = ProblemBody)))]
async fn seal_draft(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<DraftId>,
) -> Result<impl IntoResponse, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let origin = app.store.read().await?.draft(&grant, id).await?.origin;
    let cited = cited(&app, &grant, id).await?;
    let sealed = flow::seal_reply::seal(&app, &session, id).await?;
    let citations = cited
        .iter()
        .filter(|c| match c.origin {
            Origin::Passage { version, .. } => sealed.sources.iter().any(|s| s.version == version),
            Origin::Reply { .. } => false,
        })
        .filter(|c| sealed.sentences.iter().any(|s| s.citations.contains(&c.citation)))
        .map(|c| SealedCitation { citation: c.citation, title: c.title.clone() })
        .collect();
    Ok((StatusCode::CREATED, Json(Sealed::new(sealed, origin, citations))))
}

impl Sealed {
    fn new(sealed: outbox::Sealed, origin: DraftOrigin, citations: Vec<SealedCitation>) -> Self {
        let letter = sealed.letter;
        Self {
            token: sealed.token,
            digest: sealed.digest.to_string(),
            subject: letter.subject,
            from: letter.from,
            to: letter.to,
            cc: letter.cc,
            bytes: sealed.bytes,
            body: letter.body,
            attachments: Vec::new(),
            headers: letter.headers,
            checks: sealed
                .checks
                .into_iter()
                .map(|c| Check {
                    key: c.key,
                    label: c.label,
                    state: c.state.word().to_owned(),
                    detail: c.detail,
                    answer: c.answer.word().to_owned(),
                })
                .collect(),
            changes: sealed.changes.into_iter().map(Change::from).collect(),
            citations,
            ai: AiPart {
                origin: origin.word().to_owned(),
                share: sealed.ai_share,
                header: sealed.ai.word().to_owned(),
            },
            expires_at: time(sealed.expires_at),
            people: sealed.people.word().to_owned(),
            earliest_yes: time(sealed.earliest_yes),
            brake: sealed.brake.word().to_owned(),
            first: sealed.first.map(FirstApproval::from),
            confirm: sealed.confirm.word().to_owned(),
        }
    }
}

/// A person's yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    token: String,
    digest: String,
    /// `solved`, `pending` or `open`.
    status_after: String,
    /// Keys of the warnings the person confirmed.
    #[serde(default)]
    acknowledged: Vec<String>,
    /// What they wrote down, by the warning's key.
    #[serde(default)]
    notes: HashMap<String, String>,
    /// The hour to send it at, within two weeks; none for now.
    #[serde(default)]
    send_at: Option<String>,
    /// Seconds the words stood before the person, for their own figures.
    #[serde(default)]
    seconds: i64,
    /// Numbers of the sources they opened meanwhile, for their own figures.
    #[serde(default)]
    opened: Vec<u32>,
}

/// What came of a yes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approved {
    /// `leaves`, or `awaits_second` where the case asks for two people.
    state: String,
    approval_id: Option<String>,
    outbox_id: Option<String>,
    ticket_id: String,
    /// When it leaves; until then it can be undone.
    undo_until: Option<String>,
    next_ticket_id: Option<String>,
}

/// Approves exactly what the sealed view showed. Needs an `Idempotency-Key`.
#[utoipa::path(post, path = "/drafts/{id}/approval", tag = "drafts", params(("id" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewApproval,
    responses((status = 201, body = Approved), (status = "4XX", body = ProblemBody)))]
async fn approve_draft(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(draft): Id<DraftId>,
    headers: HeaderMap,
    Body(new): Body<NewApproval>,
) -> Result<(StatusCode, Json<Approved>), Problem> {
    idempotency::needed(&headers)?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let cited = cited(&app, &grant, draft).await?;
    let digest: Digest = new.digest.parse().map_err(|e: desk::digest::BadDigest| Problem::invalid(e.to_string()))?;
    let request = ApproveRequest {
        draft,
        token: new.token,
        digest,
        status_after: word(&new.status_after)?,
        acknowledged: acknowledged(new.acknowledged, &new.notes),
        send_at: new.send_at.as_deref().map(hour).transpose()?,
        attention: Attention { seconds: new.seconds, opened: opened(&cited, &new.opened) },
    };
    let came = flow::approve_reply::approve(&app, &session, request).await?;
    let (came::Approved::Leaves { ticket, .. } | came::Approved::AwaitsSecond { ticket }) = came;
    let mut conn = app.store.read().await?;
    let row = conn.ticket(&grant, ticket).await?;
    let next_ticket_id = next_ticket(&mut conn, &grant, &row.ticket).await?;
    let approved = match came {
        came::Approved::Leaves { approval, outbox, leaves_at, .. } => Approved {
            state: "leaves".to_owned(),
            approval_id: Some(approval.to_string()),
            outbox_id: Some(outbox.to_string()),
            ticket_id: ticket.to_string(),
            undo_until: Some(time(leaves_at)),
            next_ticket_id,
        },
        came::Approved::AwaitsSecond { .. } => Approved {
            state: "awaits_second".to_owned(),
            approval_id: None,
            outbox_id: None,
            ticket_id: ticket.to_string(),
            undo_until: None,
            next_ticket_id,
        },
    };
    Ok((StatusCode::CREATED, Json(approved)))
}

/// What was put before the drafter under numbers.
async fn cited(app: &App, grant: &Grant, draft: DraftId) -> Result<Vec<Cited>, Problem> {
    let mut conn = app.store.read().await?;
    Ok(match conn.draft(grant, draft).await?.retrieval {
        Some(id) => conn.suggestion::<Retrieval>(grant, id).await?.suggestion.value.cited,
        None => Vec::new(),
    })
}

/// The versions behind the numbers that were opened.
fn opened(cited: &[Cited], numbers: &[u32]) -> Vec<VersionId> {
    let version = |c: &Cited| match c.origin {
        Origin::Passage { version, .. } => Some(version),
        Origin::Reply { .. } => None,
    };
    cited.iter().filter(|c| numbers.contains(&c.citation)).filter_map(version).collect()
}

fn acknowledged(keys: Vec<String>, notes: &HashMap<String, String>) -> Vec<Acknowledged> {
    let note = |key: &str| notes.get(key).cloned().unwrap_or_default();
    keys.into_iter().map(|key| Acknowledged { note: note(&key), key }).collect()
}

fn hour(text: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text)
        .ok_or_else(|| Problem::invalid("“send_at” is a point in time such as 2026-11-21T08:30:00Z.".to_owned()))
}

/// Takes back one's own first yes while no second was given.
#[utoipa::path(delete, path = "/drafts/{id}/first-approval", tag = "drafts", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn take_back_first(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(draft): Id<DraftId>,
) -> Result<StatusCode, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    app.store.read().await?.draft(&grant, draft).await?;
    flow::undo_reply::take_back_first(&app, &session, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a person found out about a letter whose fate nobody knows.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Found {
    /// `sent` or `not_sent`.
    verdict: String,
}

/// Settles a letter whose fate nobody knows. It is never sent again by itself; after `not_sent` the
/// draft is open again and sending it needs a new approval.
#[utoipa::path(post, path = "/outbox/{id}/verdict", tag = "drafts", params(("id" = String, Path)), request_body = Found,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn settle_delivery(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<OutboxId>,
    Body(found): Body<Found>,
) -> Result<StatusCode, Problem> {
    match flow::settle_delivery::settle(&app, &session, id, word(&found.verdict)?).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        // Another queue's letters do not exist for this person.
        Err(FlowError::Refused(Refusal::NotYours)) => Err(Problem::not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Where an undone approval leads back to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    ticket_id: String,
    draft_id: String,
}

/// Takes an approval back while the letter is still here.
#[utoipa::path(delete, path = "/approvals/{id}", tag = "drafts", params(("id" = String, Path)),
    responses((status = 200, body = Undone), (status = "4XX", body = ProblemBody)))]
async fn undo_approval(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<ApprovalId>,
) -> Result<Json<Undone>, Problem> {
    match flow::undo_reply::undo(&app, &session, id).await {
        Ok((ticket, draft)) => Ok(Json(Undone { ticket_id: ticket.to_string(), draft_id: draft.to_string() })),
        // Another queue's approvals do not exist for this person.
        Err(FlowError::Refused(Refusal::NotYours)) => Err(Problem::not_found()),
        Err(error) => Err(error.into()),
    }
}
