//! Cases that go up: what is promised for a ticket, its package, who receives it, and what both sides say.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    asked::{self, Earlier},
    escalation::{Means, OnCall},
    ids::{EscalationId, TicketId},
    target::Clock,
};
use serde::{Deserialize, Serialize};
use store::{Escalation as Row, EscalationUpdate as UpdateRow, Grant, MeansKind, Purpose, UpdateDelivery, Waits};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller, SignedIn},
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{answer_escalation, count_clocks, pack_case, page_receivers},
};

/// Days that escalation correctness looks back.
const CORRECT_DAYS: i64 = 90;

/// Routes of escalations.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_escalations))
        .routes(routes!(get_standing, raise))
        .routes(routes!(answer))
        .routes(routes!(tell))
        .routes(routes!(find_repetitions))
}

/// A case that goes up.
#[derive(Debug, Serialize, ToSchema)]
pub struct Escalation {
    id: String,
    ticket_id: String,
    number: i64,
    subject: String,
    queue: String,
    /// `proposed`, `raised`, `accepted`, `returned`, `dismissed` or `ended`.
    state: String,
    /// What showed it, as words.
    signals: Vec<String>,
    /// Why, in a sentence.
    because: String,
    /// Receiver's key; null for the leads of its queue.
    receiver: Option<String>,
    /// `leads`, `queue`, `on_call`, `system` or `mail`.
    means: String,
    /// Who raised it; null for the machine.
    raised_by: Option<String>,
    made_at: String,
    raised_at: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<String>,
    reason: Option<String>,
    /// Who was called so far: a person, everybody by mail, or nobody answered.
    called: Option<Called>,
    /// Whether nobody could be reached, so that everybody is shown it.
    unanswered: bool,
}

/// Where calling stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Called {
    /// `person`, `mail` or `banner`.
    step: String,
    /// The person's address.
    person: Option<String>,
}

impl Escalation {
    fn new(row: &Row, failed: bool) -> Self {
        let reached = page_receivers::reached(row);
        let called = reached.map(|step| match step {
            OnCall::Person(at) => {
                let person = row.target.split(',').nth(at).map(str::to_owned);
                Called { step: "person".to_owned(), person }
            }
            OnCall::Mail => Called { step: "mail".to_owned(), person: None },
            OnCall::Banner => Called { step: "banner".to_owned(), person: None },
        });
        let word = |w: &str| w.to_owned();
        Self {
            id: row.id.to_string(),
            ticket_id: row.ticket.to_string(),
            number: row.number,
            subject: row.subject.clone(),
            queue: row.queue.clone(),
            state: word(row.state.word()),
            signals: row.signals.iter().map(|s| word(s.word())).collect(),
            because: row.because.clone(),
            receiver: row.receiver.clone(),
            means: word(row.means.word()),
            raised_by: row.raised_by.clone(),
            made_at: time(row.made_at),
            raised_at: row.raised_at.map(time),
            answered_by: row.answered_by.clone(),
            answered_at: row.answered_at.map(time),
            reason: row.reason.clone(),
            called,
            unanswered: row.state == store::EscalationState::Raised && (failed || reached == Some(OnCall::Banner)),
        }
    }
}

/// Cases that wait, and how often receivers kept what they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Escalations {
    /// Went up and nobody answered yet, oldest first.
    raised: Vec<Escalation>,
    /// Proposed by the machine, oldest first.
    proposed: Vec<Escalation>,
    /// Taken by their receivers, of those made within 90 days.
    accepted: i64,
    /// Times one of those was given back, also where it was taken later.
    returned: i64,
    /// Share of what was answered that was taken: escalation correctness; null before the first answer.
    correctness: Option<f64>,
}

/// What waits because it went up, or would.
#[utoipa::path(get, path = "/escalations", tag = "escalations", responses((status = 200, body = Escalations), (status = "4XX", body = ProblemBody)))]
async fn list_escalations(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<Escalations>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut raised = Vec::new();
    for row in conn.escalations_waiting(&grant, Waits::Raised).await? {
        let updates = conn.escalation_updates(&grant, row.id).await?;
        raised.push(Escalation::new(&row, updates.iter().any(|u| u.delivery == UpdateDelivery::Failed)));
    }
    let proposed = conn.escalations_waiting(&grant, Waits::Proposed).await?;
    let since = app.clock.now().plus_seconds(-CORRECT_DAYS * 86_400);
    let (accepted, returned) = conn.escalations_answered(&grant, since).await?;
    let all = accepted + returned;
    let correctness = (all > 0).then(|| accepted as f64 / all as f64);
    let proposed = proposed.iter().map(|row| Escalation::new(row, false)).collect();
    Ok(Json(Escalations { raised, proposed, accepted, returned, correctness }))
}

/// One promise.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockLine {
    /// `first_response`, `next_response` or `resolution`.
    promised: String,
    /// Until when; null while the requester has the word.
    due: Option<String>,
    /// When somebody is warned.
    warn: Option<String>,
    /// When it was kept; null while it runs.
    met: Option<String>,
    /// The count in words.
    because: String,
}

impl From<Clock> for ClockLine {
    fn from(clock: Clock) -> Self {
        Self {
            promised: clock.promised.word().to_owned(),
            due: clock.due.map(time),
            warn: clock.warn.map(time),
            met: clock.met.map(time),
            because: clock.because,
        }
    }
}

/// What one side told the other.
#[derive(Debug, Serialize, ToSchema)]
pub struct EscalationUpdate {
    /// `out` or `in`.
    direction: String,
    author: String,
    body: String,
    at: String,
    /// `none`, `waiting`, `sent` or `failed`.
    delivery: String,
    /// Why it did not get through.
    detail: Option<String>,
}

impl From<UpdateRow> for EscalationUpdate {
    fn from(row: UpdateRow) -> Self {
        Self {
            direction: if row.outward { "out" } else { "in" }.to_owned(),
            author: row.author,
            body: row.body,
            at: time(row.at),
            delivery: row.delivery.word().to_owned(),
            detail: row.detail,
        }
    }
}

/// A receiver to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiverLine {
    key: String,
    name: String,
    /// `queue`, `on_call`, `system` or `mail`.
    means: String,
    /// Parts a package must have for it.
    needs: Vec<String>,
}

/// How a ticket stands: its promises, whether it went up, and to whom it could.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    clocks: Vec<ClockLine>,
    /// Promises that were missed, each explained in a sentence.
    missed: Vec<String>,
    /// Whether somebody works now, by the ticket's calendar.
    open: bool,
    /// When somebody works next.
    opens: Option<String>,
    /// Newest first.
    cases: Vec<Escalation>,
    /// Of the newest case, oldest first.
    updates: Vec<EscalationUpdate>,
    receivers: Vec<ReceiverLine>,
}

/// How a ticket stands.
#[utoipa::path(get, path = "/tickets/{id}/escalations", tag = "escalations", params(("id" = String, Path)),
    responses((status = 200, body = Standing), (status = "4XX", body = ProblemBody)))]
async fn get_standing(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(ticket): Id<TicketId>,
) -> Result<Json<Standing>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let told = count_clocks::told(&app, &mut conn, &grant, ticket).await?;
    let cases = conn.escalations_of(&grant, ticket).await?;
    let updates = match cases.first() {
        Some(newest) => conn.escalation_updates(&grant, newest.id).await?,
        None => Vec::new(),
    };
    let failed = updates.iter().any(|u| u.delivery == UpdateDelivery::Failed);
    let receivers = pack_case::load(&mut conn).await?.receivers;
    Ok(Json(Standing {
        missed: told.missed,
        clocks: told.clocks.into_iter().map(ClockLine::from).collect(),
        open: told.open,
        opens: told.opens.map(time),
        cases: cases.iter().map(|row| Escalation::new(row, failed)).collect(),
        updates: updates.into_iter().map(EscalationUpdate::from).collect(),
        receivers: receivers
            .into_iter()
            .map(|r| ReceiverLine {
                key: r.key,
                name: r.name,
                means: match r.means {
                    Means::Queue(_) => MeansKind::Queue,
                    Means::OnCall { .. } => MeansKind::OnCall,
                    Means::System(_) => MeansKind::System,
                    Means::Mail(_) => MeansKind::Mail,
                }
                .word()
                .to_owned(),
                needs: r.needs.iter().map(|p| p.word().to_owned()).collect(),
            })
            .collect(),
    }))
}

/// To whom a case goes up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// Receiver's key; absent for the leads of the queue.
    receiver: Option<String>,
}

/// The id of what was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Raised {
    id: String,
}

/// Raises a case, or what the machine proposed.
#[utoipa::path(post, path = "/tickets/{id}/escalations", tag = "escalations", params(("id" = String, Path)), request_body = Raise,
    responses((status = 201, body = Raised), (status = "4XX", body = ProblemBody)))]
async fn raise(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(asked): Body<Raise>,
) -> Result<(StatusCode, Json<Raised>), Problem> {
    let receiver = asked.receiver.filter(|r| !r.is_empty());
    let id = answer_escalation::raise(&app, &session, ticket, receiver.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(Raised { id: id.to_string() })))
}

/// An answer to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationAnswer {
    /// `accepted`, `returned`, `dismissed` or `ended`.
    state: String,
    /// Why; needed to return or dismiss.
    reason: Option<String>,
}

/// Takes a case, gives it back, dismisses what was proposed, or ends it.
#[utoipa::path(put, path = "/escalations/{id}/answer", tag = "escalations", params(("id" = String, Path)), request_body = EscalationAnswer,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn answer(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<EscalationId>,
    Body(given): Body<EscalationAnswer>,
) -> Result<StatusCode, Problem> {
    answer_escalation::answer(&app, &session, id, word(&given.state)?, given.reason.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpdate {
    body: String,
}

/// Tells the other side something: people outward, programs inward.
#[utoipa::path(post, path = "/escalations/{id}/updates", tag = "escalations", params(("id" = String, Path)), request_body = NewUpdate,
    responses((status = 201), (status = "4XX", body = ProblemBody)))]
async fn tell(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<EscalationId>,
    Body(new): Body<NewUpdate>,
) -> Result<StatusCode, Problem> {
    caller.works("tickets:write")?;
    let grant = caller.grant(Purpose::Work)?;
    match &caller {
        Caller::Person(session) => {
            let author = (session.agent().name.as_str(), true);
            answer_escalation::tell(&app, session, &grant, id, author, &new.body).await?;
        }
        Caller::Program(token) => {
            answer_escalation::tell(&app, token, &grant, id, ("The receiver's system", false), &new.body).await?;
        }
    }
    Ok(StatusCode::CREATED)
}

/// A reply in the making.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyText {
    body: String,
}

/// A sentence of a reply that repeats what is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct Repetition {
    sentence: String,
    /// First character of the sentence in the reply.
    start: usize,
    /// One past the last.
    end: usize,
    /// `answered`: the requester said it; `tried`: they did it.
    what: String,
    /// What the requester said.
    quote: String,
    message_id: String,
    at: String,
}

/// Sentences of a reply that ask what the requester answered, or tell a step that they tried.
#[utoipa::path(post, path = "/tickets/{id}/repetitions", tag = "escalations", params(("id" = String, Path)), request_body = ReplyText,
    responses((status = 200, body = List<Repetition>), (status = "4XX", body = ProblemBody)))]
async fn find_repetitions(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(reply): Body<ReplyText>,
) -> Result<Json<List<Repetition>>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    conn.ticket(&grant, ticket).await?;
    let messages = conn.messages(&grant, ticket).await?;
    let people: Vec<_> = messages.iter().filter(|m| m.machine.is_none()).collect();
    let earlier: Vec<Earlier<'_>> = people.iter().map(|m| Earlier { inbound: m.inbound, text: &m.latest }).collect();
    let found = asked::again(&reply.body, &earlier).into_iter().filter_map(|again| {
        let message = people.get(again.turn)?;
        Some(Repetition {
            sentence: again.sentence,
            start: again.start,
            end: again.end,
            what: again.what.word().to_owned(),
            quote: again.quote,
            message_id: message.id.to_string(),
            at: time(message.at),
        })
    });
    Ok(Json(List { items: found.collect() }))
}
