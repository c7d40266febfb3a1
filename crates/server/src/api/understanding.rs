//! What the machine made of a ticket, why, and what a person said to that.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    consent::{Voices, may_use_ai},
    ids::SuggestionId,
    suggestion::{Confidence, Evidence as Reason},
    triage::{Category, Triage},
};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, Purpose, StoredSuggestion, SuggestionKind, TicketLine as Row};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, Id, word},
    page::time,
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{App, flow, flow::answer_suggestion::Answer};

/// Answering a suggestion.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(give_verdict))
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
    because: Vec<Evidence>,
    priority: String,
    risk: Vec<Risk>,
    language: Option<String>,
    operating_model: OperatingModel,
    made_by: Maker,
    made_at: String,
    verdict: Option<VerdictLine>,
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
}

/// How a case is worked.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperatingModel {
    key: String,
    name: String,
    ai_may: String,
    people_keep: String,
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
    /// `accepted`, `edited` or `rejected`.
    verdict: String,
    by: String,
    at: String,
    category: Option<Named>,
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
    /// The right category; with `edited` only.
    category: Option<String>,
    reason: Option<String>,
}

impl Understanding {
    /// The newest look at a ticket; none before the first.
    pub async fn load(app: &App, conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Option<Self>, Problem> {
        let found = conn.newest_suggestion::<Triage>(grant, row.ticket.id, SuggestionKind::Triage).await?;
        let Some(found) = found else { return Ok(None) };
        let categories = conn.categories().await?;
        let ai = ai_use(app, conn, row).await?;
        Ok(Some(Self::new(found, row, &categories, ai)))
    }

    fn new(found: StoredSuggestion<Triage>, row: &Row, categories: &[Category], ai: AiUse) -> Self {
        let look = found.suggestion.value;
        let confidence = found.suggestion.confidence;
        let named = |key: &str| {
            let name = categories.iter().find(|c| c.key == key).map_or(key, |c| c.name.as_str());
            Named { key: key.to_owned(), name: name.to_owned() }
        };
        let model = row.ticket.operating_model.unwrap_or(look.operating_model);
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
            because: found.suggestion.because.iter().map(Evidence::from).collect(),
            priority: look.priority.word().to_owned(),
            risk: look
                .risk
                .into_iter()
                .map(|r| Risk {
                    flag: r.flag.word().to_owned(),
                    quote: r.quote,
                    message_id: r.span.map(|_| r.message.map_or_else(|| message.clone(), |m| m.to_string())),
                })
                .collect(),
            language: row.language.clone(),
            operating_model: OperatingModel {
                key: model.word().to_owned(),
                name: model.name().to_owned(),
                ai_may: model.ai_may().to_owned(),
                people_keep: model.people_keep().to_owned(),
            },
            made_by: Maker { engine: found.suggestion.made_by.engine, version: found.suggestion.made_by.version },
            made_at: time(found.suggestion.made_at),
            verdict: found.verdict.map(|v| VerdictLine {
                verdict: v.verdict.word().to_owned(),
                by: v.by,
                at: time(v.at),
                category: v.value.as_deref().map(named),
            }),
            ai,
        }
    }
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
#[utoipa::path(post, path = "/suggestions/{id}/verdict", tag = "tickets", params(("id" = String, Path)), request_body = NewVerdict,
    responses((status = 200, body = Understanding), (status = "4XX", body = ProblemBody)))]
async fn give_verdict(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<SuggestionId>,
    Body(new): Body<NewVerdict>,
) -> Result<Json<Understanding>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let ticket = app.store.read().await?.suggestion::<serde_json::Value>(&grant, id).await?.ticket;
    let answer =
        Answer { verdict: word(&new.verdict)?, category: new.category.as_deref(), reason: new.reason.as_deref() };
    flow::answer_suggestion::answer(&app, &session, id, answer).await?;
    let mut conn = app.store.read().await?;
    let row = super::tickets::after_change(&app, &grant, ticket).await?;
    let all = app.service_grant(desk::audit::Service::Intake, Purpose::Work)?;
    let found = conn.suggestion::<Triage>(&all, id).await?;
    let categories = conn.categories().await?;
    let ai = ai_use(&app, &mut conn, &row).await?;
    Ok(Json(Understanding::new(found, &row, &categories, ai)))
}
