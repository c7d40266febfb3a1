//! People who answer, as colleagues see them, and what they are good at.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    ids::AgentId,
    people::Agent as Row,
    routing::{Proposed, Skill},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Leading, SignedIn},
    extract::{Body, Id},
    page::List,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes about agents.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_agents)).routes(routes!(set_skills))
}

/// Somebody who answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Colleague {
    id: String,
    name: String,
    role: String,
    /// Queue keys; a lead or administrator with none works in all.
    queues: Vec<String>,
    /// Such as `language:de`, `product:relay`, `category:technical.api`.
    skills: Vec<String>,
}

/// Skills as sent; they replace what was there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Skills {
    skills: Vec<String>,
}

/// Somebody of the queue who could take a ticket; proposed, never assigned.
#[derive(Debug, Serialize, ToSchema)]
pub struct Skilled {
    id: String,
    name: String,
    /// Those of their skills that fit.
    skills: Vec<String>,
}

impl From<Proposed> for Skilled {
    fn from(person: Proposed) -> Self {
        let skills = person.skills.iter().map(ToString::to_string).collect();
        Self { id: person.id.to_string(), name: person.name, skills }
    }
}

impl Colleague {
    fn new(agent: Row, skills: &[(AgentId, Skill)]) -> Self {
        let own = skills.iter().filter(|(id, _)| *id == agent.id).map(|(_, skill)| skill.to_string());
        Self {
            skills: own.collect(),
            id: agent.id.to_string(),
            name: agent.name,
            role: agent.role.word().to_owned(),
            queues: agent.queues,
        }
    }
}

/// Everybody who can sign in, by name.
#[utoipa::path(get, path = "/agents", tag = "agents",
    responses((status = 200, body = List<Colleague>), (status = "4XX", body = ProblemBody)))]
async fn list_agents(
    State(app): State<Arc<App>>,
    SignedIn(_reader): SignedIn,
) -> Result<Json<List<Colleague>>, Problem> {
    let mut conn = app.store.read().await?;
    let skills = conn.skills().await?;
    let items = conn.agents().await?.into_iter().map(|agent| Colleague::new(agent, &skills)).collect();
    Ok(Json(List { items }))
}

/// Says what somebody is good at; for leads and administrators.
#[utoipa::path(put, path = "/agents/{id}/skills", tag = "agents", params(("id" = String, Path)), request_body = Skills,
    responses((status = 200, body = Colleague), (status = "4XX", body = ProblemBody)))]
async fn set_skills(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(agent): Id<AgentId>,
    Body(new): Body<Skills>,
) -> Result<Json<Colleague>, Problem> {
    flow::set_skills::set(&app, &session, agent, &new.skills).await?;
    let mut conn = app.store.read().await?;
    let skills = conn.skills().await?;
    Ok(Json(Colleague::new(conn.agent(agent).await?, &skills)))
}
