//! Who asked, as the console shows them.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    ids::RequesterId,
    people::{AiSetting, Organization, Requester},
};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::{Body, Id, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes about requesters.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(set_requester_ai)).routes(routes!(erase_requester))
}

/// Somebody who asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
    pub organization: Option<OrganizationRef>,
    pub cohort: Option<String>,
}

/// The company somebody belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationRef {
    pub id: String,
    pub name: String,
    pub plan: Option<String>,
}

/// A requester with what an agent should know.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    #[serde(flatten)]
    pub person: Person,
    /// `default`, `in` or `out`.
    pub ai: String,
    pub organization_ai: Option<String>,
    /// A remark about the company.
    pub note: Option<String>,
    /// How far their clock is ahead of UTC by their newest mail, in minutes.
    pub utc_offset: Option<i64>,
    /// Their newest tickets within the reader's queues.
    pub tickets: Vec<TicketRef>,
}

/// A ticket in one line.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketRef {
    pub id: String,
    pub number: i64,
    pub subject: String,
    pub status: String,
    pub at: String,
}

/// A say in whether AI touches a case.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AiChoice {
    /// `default`, `in` or `out`.
    pub ai: String,
}

impl Person {
    /// From their row and their company's.
    pub fn new(requester: &Requester, organization: Option<&Organization>) -> Self {
        Self {
            id: requester.id.to_string(),
            name: requester.name.clone(),
            email: requester.email.clone(),
            organization: organization.map(|o| OrganizationRef {
                id: o.id.to_string(),
                name: o.name.clone(),
                plan: Some(o.plan.clone()).filter(|p| !p.is_empty()),
            }),
            cohort: requester.cohort.map(|c| c.word().to_owned()),
        }
    }
}

impl Customer {
    /// Everything about a requester that `grant` may see.
    pub async fn load(conn: &mut Conn, grant: &Grant, id: RequesterId) -> Result<Self, Problem> {
        let requester = conn.requester(id).await?;
        let organization = match requester.organization {
            Some(id) => Some(conn.organization(id).await?),
            None => None,
        };
        let rows = conn.tickets_of(grant, id, 20).await?;
        let tickets = rows
            .into_iter()
            .map(|row| TicketRef {
                id: row.ticket.id.to_string(),
                number: row.ticket.number,
                subject: row.ticket.subject,
                status: row.ticket.status.word().to_owned(),
                at: time(row.ticket.last_inbound_at),
            })
            .collect();
        Ok(Self {
            person: Person::new(&requester, organization.as_ref()),
            ai: requester.ai.word().to_owned(),
            organization_ai: organization.as_ref().map(|o| o.ai.word().to_owned()),
            note: organization.map(|o| o.note).filter(|n| !n.is_empty()),
            utc_offset: conn.utc_offset(requester.id).await?,
            tickets,
        })
    }
}

/// Writes down whether a requester wants AI near their cases.
#[utoipa::path(put, path = "/requesters/{id}/ai", tag = "requesters", params(("id" = String, Path)), request_body = AiChoice,
    responses((status = 200, body = Customer), (status = "4XX", body = ProblemBody)))]
async fn set_requester_ai(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<RequesterId>,
    Body(choice): Body<AiChoice>,
) -> Result<Json<Customer>, Problem> {
    let ai: AiSetting = word(&choice.ai)?;
    flow::set_consent::requester(&app, &session, id, ai).await?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    Ok(Json(Customer::load(&mut conn, &grant, id).await?))
}

/// Whom to erase, said a second time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureAsked {
    /// The requester's address, as it is shown.
    address: String,
}

/// What an erasure took away.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasureDone {
    /// Tickets that lost their words.
    tickets: usize,
}

/// Erases a requester: their words, and words about them, leave the desk for good.
#[utoipa::path(post, path = "/requesters/{id}/erasure", tag = "requesters", params(("id" = String, Path)), request_body = ErasureAsked,
    responses((status = 200, body = ErasureDone), (status = "4XX", body = ProblemBody)))]
async fn erase_requester(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<RequesterId>,
    Body(asked): Body<ErasureAsked>,
) -> Result<Json<ErasureDone>, Problem> {
    let erased = flow::erase_requester::by_person(&app, &session, id, &asked.address).await?;
    Ok(Json(ErasureDone { tickets: erased.tickets }))
}
