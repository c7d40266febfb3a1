//! Who asked, as the console shows them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use desk::{
    ids::{OrganizationId, RequesterId},
    people::{AiSetting, Organization, Requester},
};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    attention::Promise,
    auth::{Answering, Caller, Leading},
    extract::{Body, Id, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow};

/// Routes about requesters.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(set_requester_ai))
        .routes(routes!(set_organization_ai))
        .routes(routes!(set_requester_role))
        .routes(routes!(set_attributes))
        .routes(routes!(erase_requester))
}

/// Somebody who asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: String,
    pub organization: Option<OrganizationRef>,
    pub cohort: Option<String>,
    /// What they do at their company, as an agent wrote it down.
    pub role: Option<String>,
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
    /// What other systems said of them, by name.
    pub attributes: BTreeMap<String, String>,
    /// How far their clock is ahead of UTC by their newest mail, in minutes.
    pub utc_offset: Option<i64>,
    /// What was promised to them and is still to be done or to be confirmed, the soonest due first.
    pub promises: Vec<Promise>,
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

/// What is written down now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiSaid {
    /// `default`, `in` or `out`.
    ai: String,
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
            role: requester.role.clone(),
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
            attributes: conn.attributes(requester.id).await?,
            utc_offset: conn.utc_offset(requester.id).await?,
            promises: conn.promises_to(grant, id).await?.into_iter().map(Promise::from).collect(),
            tickets,
        })
    }
}

/// Writes down whether a requester wants AI near their cases.
#[utoipa::path(put, path = "/requesters/{id}/ai", tag = "requesters", params(("id" = String, Path)), request_body = AiChoice,
    responses((status = 200, body = AiSaid), (status = "4XX", body = ProblemBody)))]
async fn set_requester_ai(
    State(app): State<Arc<App>>,
    SaysForOthers(caller): SaysForOthers,
    Id(id): Id<RequesterId>,
    Body(choice): Body<AiChoice>,
) -> Result<Json<AiSaid>, Problem> {
    let ai: AiSetting = word(&choice.ai)?;
    match &caller {
        Caller::Person(session) => flow::set_consent::requester(&app, session, id, ai).await?,
        Caller::Program(token) => flow::set_consent::by_program(&app, token, id, ai).await?,
    }
    Ok(Json(AiSaid { ai: ai.word().to_owned() }))
}

/// Writes down whether an organization wants AI near the cases of everybody in it.
#[utoipa::path(put, path = "/organizations/{id}/ai", tag = "requesters", params(("id" = String, Path)), request_body = AiChoice,
    responses((status = 200, body = AiSaid), (status = "4XX", body = ProblemBody)))]
async fn set_organization_ai(
    State(app): State<Arc<App>>,
    Leading(session): Leading,
    Id(id): Id<OrganizationId>,
    Body(choice): Body<AiChoice>,
) -> Result<Json<AiSaid>, Problem> {
    let ai: AiSetting = word(&choice.ai)?;
    flow::set_consent::organization(&app, &session, id, ai).await?;
    Ok(Json(AiSaid { ai: ai.word().to_owned() }))
}

/// A person who answers customers, or a program with the scope `consent:write`.
struct SaysForOthers(Caller);

impl FromRequestParts<Arc<App>> for SaysForOthers {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        caller.works("consent:write")?;
        Ok(Self(caller))
    }
}

/// What somebody does at their company.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequesterRole {
    /// At most 60 characters; empty takes it away.
    role: String,
}

/// Writes down what a requester does at their company; personas can be for a role.
#[utoipa::path(put, path = "/requesters/{id}/role", tag = "requesters", params(("id" = String, Path)), request_body = RequesterRole,
    responses((status = 200, body = Customer), (status = "4XX", body = ProblemBody)))]
async fn set_requester_role(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<RequesterId>,
    Body(said): Body<RequesterRole>,
) -> Result<Json<Customer>, Problem> {
    flow::set_requester_role::set(&app, &session, id, &said.role).await?;
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    Ok(Json(Customer::load(&mut conn, &grant, id).await?))
}

/// What is known of a requester, by name: at most 30, names of at most 60 and values of at most 300 characters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<String, String>);

/// Says what another system knows of a requester; it takes the place of what was said before. Agents see it, no model does.
#[utoipa::path(put, path = "/requesters/{id}/attributes", tag = "requesters", params(("id" = String, Path)), request_body = Attributes,
    responses((status = 200, body = Customer), (status = "4XX", body = ProblemBody)))]
async fn set_attributes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<RequesterId>,
    Body(Attributes(said)): Body<Attributes>,
) -> Result<Json<Customer>, Problem> {
    caller.works("tickets:write")?;
    let grant = caller.grant(Purpose::Work)?;
    match &caller {
        Caller::Person(session) => flow::set_attributes::set(&app, session, &grant, id, &said).await?,
        Caller::Program(token) => flow::set_attributes::set(&app, token, &grant, id, &said).await?,
    }
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
    /// The id by which the record knows them.
    requester_id: String,
    at: String,
    /// What was emptied or removed.
    rows: Vec<EmptiedTable>,
}

/// A line of the receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmptiedTable {
    table: String,
    rows: u64,
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
    let line = |(table, rows): &(&str, u64)| EmptiedTable { table: (*table).to_owned(), rows: *rows };
    Ok(Json(ErasureDone {
        tickets: erased.tickets,
        requester_id: erased.requester.to_string(),
        at: time(erased.at),
        rows: erased.rows.0.iter().map(line).collect(),
    }))
}
