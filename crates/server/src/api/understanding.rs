//! What the machine made of a ticket, why, and what a person said to that.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    audit::Service,
    consent::{Voices, may_use_ai},
    correction::{Correction, Sorting},
    ids::{SuggestionId, TicketId, VerdictId},
    suggestion::{Confidence, Evidence as Reason, Suggestion},
    triage::{Category, Triage},
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Conn, Grant, Purpose, StoredSuggestion, SuggestionKind, TicketLine as Row, VerdictRow};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    agents::Skilled,
    auth::Answering,
    corrections::Follower,
    extract::{Body, Id, word},
    held::{Held, OperatingModel},
    page::time,
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{App, flow, flow::answer_suggestion::Answer, triager::may_learn_from};

/// Answering a suggestion.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(give_verdict)).routes(routes!(undo_verdict))
}

/// The machine's look at a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct Understanding {
    suggestion_id: String,
    category: Option<Named>,
    /// Calibrated probability, 0 to 1; null when it does not say.
    confidence: Option<f64>,
    /// `sure`, `check` or `unknown`.
    word: String,
    /// Why it does not say.
    abstained: Option<String>,
    candidates: Vec<Candidate>,
    /// The two or three labels it hesitates between; empty when it names one or none.
    set: Vec<Candidate>,
    /// What else the mail asks.
    also: Vec<Topic>,
    deadline: Option<Deadline>,
    /// Why this queue, in one sentence.
    queue_because: String,
    /// `category`, `priority`, `queue` or `flags`: where a look pays most.
    least_certain: String,
    /// What a person decided and a newer look left alone: `category`, `priority`, `queue`.
    kept: Vec<String>,
    /// Whether this one was drawn for a real look. Asks, never blocks.
    check_asked: bool,
    /// Past cases it is like, within the reader's queues, nearest first.
    nearest: Vec<NearCase>,
    /// Who of the queue could take it, most fitting skills first.
    who: Vec<Skilled>,
    because: Vec<Evidence>,
    priority: String,
    risk: Vec<Risk>,
    language: Option<String>,
    operating_model: OperatingModel,
    made_by: Maker,
    made_at: String,
    verdict: Option<VerdictLine>,
    ai: AiUse,
    /// After a correction: open tickets nobody touched that would now be sorted alike; at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<Vec<Follower>>,
}

/// A past case or corrected ticket like this one.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearCase {
    ticket_id: String,
    number: i64,
    subject: String,
    category: Option<Named>,
    /// Cosine of meaning, or of words where there is no meaning; at most 1.
    similarity: f64,
}

/// What stands beside a look and changes without it.
struct Beside {
    nearest: Vec<NearCase>,
    held: Held,
    ai: AiUse,
}

/// A category that came into question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Candidate {
    key: String,
    name: String,
    probability: f64,
}

/// A second topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct Topic {
    key: String,
    name: String,
    probability: f64,
    quote: String,
    message_id: Option<String>,
    start: Option<usize>,
    end: Option<usize>,
}

/// When the requester wants it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deadline {
    quote: String,
    message_id: Option<String>,
    start: usize,
    end: usize,
    /// The instant, when it can be told; of a day without an hour, its end.
    due: Option<String>,
}

/// One reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// `words`, `rule`, `passage` or `similar`.
    kind: String,
    text: String,
    message_id: Option<String>,
    /// First character in the message's newest part.
    start: Option<usize>,
    /// One past the last.
    end: Option<usize>,
    weight: Option<f64>,
}

/// Why a person must look.
#[derive(Debug, Serialize, ToSchema)]
pub struct Risk {
    flag: String,
    quote: String,
    message_id: Option<String>,
    /// `standing`, or `dismissed` by a person.
    state: String,
}

/// What made a suggestion; never an agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Maker {
    engine: String,
    version: String,
}

/// A person's answer to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictLine {
    verdict_id: String,
    /// `accepted`, `edited` or `rejected`.
    verdict: String,
    by: String,
    at: String,
    category: Option<Named>,
    /// What the person said of the priority.
    priority: Option<String>,
    /// What the person said of the queue.
    queue: Option<String>,
    /// Flags they dismissed.
    dismissed: Vec<String>,
}

/// Whether AI may touch the case.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiUse {
    /// `allowed` or `refused`.
    #[serde(rename = "use")]
    allowed: String,
    because: String,
}

/// A person's answer as sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVerdict {
    /// `accepted`, `edited` or `rejected`.
    verdict: String,
    /// The right category; this and the next three with `edited` only.
    category: Option<String>,
    /// The right priority.
    priority: Option<String>,
    /// The right queue's key.
    queue: Option<String>,
    /// Flags that do not apply; needs a reason. Security, legal and safety: leads and administrators.
    #[serde(default)]
    dismissed: Vec<String>,
    reason: Option<String>,
    /// Somebody else's answer that this one replaces, by its id; without it, theirs stands (409).
    instead_of: Option<String>,
}

impl Understanding {
    /// The newest look at a ticket; none before the first.
    pub async fn load(app: &App, conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Option<Self>, Problem> {
        let found = conn.newest_suggestion::<Triage>(grant, row.ticket.id, SuggestionKind::Triage).await?;
        let Some(found) = found else { return Ok(None) };
        let categories = conn.categories().await?;
        let ai = ai_use(app, conn, row).await?;
        let nearest = nearest(app, conn, grant, &found, &categories).await?;
        let held = Held::load(app, conn, row).await?;
        Ok(Some(Self::new(found, row, &categories, Beside { nearest, held, ai })))
    }

    fn new(mut found: StoredSuggestion<Triage>, row: &Row, categories: &[Category], beside: Beside) -> Self {
        let Beside { mut nearest, held, ai } = beside;
        if ai.allowed == "refused" {
            // What a model said before somebody said no is not shown any more; rules and people's own words are.
            without_opinion(&mut found.suggestion, &ai.because);
            nearest.clear();
        }
        let look = found.suggestion.value;
        let confidence = found.suggestion.confidence;
        let named = |key: &str| named(categories, key);
        let message = found.message.to_string();
        Self {
            suggestion_id: found.id.to_string(),
            category: look.category.as_deref().map(named),
            confidence: confidence.probability(),
            word: confidence.doubt().word().to_owned(),
            abstained: match confidence {
                Confidence::Abstain { why } => Some(why),
                Confidence::Probability { .. } => None,
            },
            candidates: candidates(&look.candidates, named),
            set: candidates(&look.set, named),
            also: look.also.into_iter().map(|t| Topic::new(t, named)).collect(),
            deadline: look.deadline.map(Deadline::from),
            queue_because: look.queue_because,
            least_certain: look.least_certain.word().to_owned(),
            kept: look.kept.iter().map(|f| f.word().to_owned()).collect(),
            check_asked: found.sampled && found.verdict.is_none(),
            nearest,
            who: held.who,
            because: found.suggestion.because.iter().map(Evidence::from).collect(),
            priority: look.priority.word().to_owned(),
            risk: look
                .risk
                .into_iter()
                .map(|r| Risk {
                    state: if row.ticket.risk.contains(&r.flag) { "standing" } else { "dismissed" }.to_owned(),
                    flag: r.flag.word().to_owned(),
                    quote: r.quote,
                    message_id: r.span.map(|_| r.message.map_or_else(|| message.clone(), |m| m.to_string())),
                })
                .collect(),
            language: row.language.clone(),
            operating_model: OperatingModel::from(&held.conduct),
            made_by: Maker { engine: found.suggestion.made_by.engine, version: found.suggestion.made_by.version },
            made_at: time(found.suggestion.made_at),
            verdict: found.verdict.map(|v| verdict_line(v, categories)),
            more: None,
            ai,
        }
    }
}

fn without_opinion(said: &mut Suggestion<Triage>, why: &str) {
    let look = &mut said.value;
    (look.candidates, look.set, look.also) = (Vec::new(), Vec::new(), Vec::new());
    said.because.retain(|reason| reason.kind == desk::suggestion::EvidenceKind::Rule);
    said.confidence = Confidence::Abstain { why: why.to_owned() };
}

fn candidates(ranked: &[(String, f64)], named: impl Fn(&str) -> Named) -> Vec<Candidate> {
    ranked.iter().map(|(key, p)| Candidate { name: named(key).name, key: key.clone(), probability: *p }).collect()
}

impl Topic {
    fn new(topic: desk::triage::Topic, named: impl Fn(&str) -> Named) -> Self {
        Self {
            name: named(&topic.category).name,
            key: topic.category,
            probability: topic.probability,
            quote: topic.quote,
            message_id: topic.message.map(|m| m.to_string()),
            start: topic.span.map(|(start, _)| start),
            end: topic.span.map(|(_, end)| end),
        }
    }
}

impl From<desk::deadline::Deadline> for Deadline {
    fn from(deadline: desk::deadline::Deadline) -> Self {
        Self {
            quote: deadline.quote,
            message_id: deadline.message.map(|m| m.to_string()),
            start: deadline.span.0,
            end: deadline.span.1,
            due: deadline.due.map(time),
        }
    }
}

fn named(categories: &[Category], key: &str) -> Named {
    let name = categories.iter().find(|c| c.key == key).map_or(key, |c| c.name.as_str());
    Named { key: key.to_owned(), name: name.to_owned() }
}

fn verdict_line(v: VerdictRow, categories: &[Category]) -> VerdictLine {
    let changed = |pick: fn(&Sorting) -> String| {
        v.changes.as_ref().filter(|c| pick(&c.before) != pick(&c.after)).map(|c| pick(&c.after))
    };
    VerdictLine {
        verdict_id: v.id.to_string(),
        verdict: v.verdict.word().to_owned(),
        by: v.by,
        at: time(v.at),
        category: v.value.as_deref().map(|key| named(categories, key)),
        priority: changed(|s| s.priority.word().to_owned()),
        queue: changed(|s| s.queue.clone()),
        dismissed: v.changes.iter().flat_map(|c| &c.dismissed).map(|f| f.word().to_owned()).collect(),
    }
}

/// Within the grant, and only of people who let us learn from their cases.
async fn nearest(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    found: &StoredSuggestion<Triage>,
    categories: &[Category],
) -> Result<Vec<NearCase>, Problem> {
    let near = conn.nearest(grant, found.id).await?;
    let near =
        near.into_iter().filter(|n| n.ticket != found.ticket && may_learn_from(n.said, app.config.desk.ai_default));
    Ok(near
        .map(|n| NearCase {
            ticket_id: n.ticket.to_string(),
            number: n.number,
            subject: n.subject,
            category: n.category.as_deref().map(|key| named(categories, key)),
            similarity: n.similarity,
        })
        .collect())
}

impl From<&Reason> for Evidence {
    fn from(reason: &Reason) -> Self {
        Self {
            kind: reason.kind.word().to_owned(),
            text: reason.text.clone(),
            message_id: reason.message.map(|m| m.to_string()),
            start: reason.span.map(|(start, _)| start),
            end: reason.span.map(|(_, end)| end),
            weight: reason.weight,
        }
    }
}

async fn ai_use(app: &App, conn: &mut Conn, row: &Row) -> Result<AiUse, Problem> {
    let requester = conn.requester(row.ticket.requester).await?;
    let organization = match requester.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    let voices = Voices { requester: requester.ai, organization, desk: app.config.desk.ai_default };
    Ok(match may_use_ai(voices) {
        Ok(()) => AiUse { allowed: "allowed".to_owned(), because: "Nobody concerned has opted out.".to_owned() },
        Err(refusal) => AiUse { allowed: "refused".to_owned(), because: refusal.to_string() },
    })
}

/// Accepts, corrects or rejects what the machine made of a ticket.
#[utoipa::path(post, path = "/suggestions/{id}/verdict", tag = "triage", params(("id" = String, Path)), request_body = NewVerdict,
    responses((status = 200, body = Understanding), (status = "4XX", body = ProblemBody)))]
async fn give_verdict(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<SuggestionId>,
    Body(new): Body<NewVerdict>,
) -> Result<Json<Understanding>, Problem> {
    let correction = Correction {
        category: new.category,
        priority: new.priority.as_deref().map(word).transpose()?,
        queue: new.queue,
        dismissed: new.dismissed.iter().map(|flag| word(flag)).collect::<Result<_, _>>()?,
    };
    let answer = Answer {
        verdict: word(&new.verdict)?,
        correction,
        reason: new.reason.as_deref(),
        instead_of: new.instead_of.as_deref().map(super::extract::id).transpose()?,
    };
    let verdict = flow::answer_suggestion::answer(&app, &session, id, &answer).await?;
    let all = app.service_grant(Service::Intake, Purpose::Work)?;
    let given = app.store.read().await?.verdict(&all, verdict).await?;
    let mut shown = after(&app, &session, given.ticket, id).await?;
    if given.category.is_some() {
        let categories = app.store.read().await?.categories().await?;
        let found = flow::more_like_this::list(&app, &session, &given).await?;
        shown.more = Some(found.into_iter().map(|f| Follower::new(f, &categories)).collect());
    }
    Ok(Json(shown))
}

/// Takes an answer back: the ticket becomes what it was where nobody changed it since, and nothing is
/// learnt from the answer any more.
#[utoipa::path(post, path = "/verdicts/{id}/undo", tag = "triage", params(("id" = String, Path)),
    responses((status = 200, body = Understanding), (status = "4XX", body = ProblemBody)))]
async fn undo_verdict(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<VerdictId>,
) -> Result<Json<Understanding>, Problem> {
    let given = flow::answer_suggestion::undo(&app, &session, id).await?;
    Ok(Json(after(&app, &session, given.ticket, given.suggestion).await?))
}

/// How a suggestion stands after somebody answered it, even when that moved its ticket out of sight.
async fn after(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    suggestion: SuggestionId,
) -> Result<Understanding, Problem> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let row = super::tickets::after_change(app, &grant, ticket).await?;
    let mut conn = app.store.read().await?;
    let all = app.service_grant(Service::Intake, Purpose::Work)?;
    let found = conn.suggestion::<Triage>(&all, suggestion).await?;
    let categories = conn.categories().await?;
    let ai = ai_use(app, &mut conn, &row).await?;
    let nearest = nearest(app, &mut conn, &grant, &found, &categories).await?;
    let held = Held::load(app, &mut conn, &row).await?;
    Ok(Understanding::new(found, &row, &categories, Beside { nearest, held, ai }))
}
