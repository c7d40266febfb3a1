//! Incidents: proposed by the machine from several tickets, moved by people.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use desk::ids::{IncidentId, TicketId};
use serde::{Deserialize, Serialize};
use store::{Grant, Incident as Row, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::propose_incidents::{Move, Way},
};

/// Routes of incidents.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_incidents))
        .routes(routes!(get_incident, move_incident))
        .routes(routes!(link_ticket, unlink_ticket))
}

/// Several tickets about one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentLine {
    id: String,
    title: String,
    /// `proposed`, `open`, `watching`, `closed` or `dismissed`.
    status: String,
    /// `telemetry`, or `tickets` for a burst of tickets alone.
    source: String,
    /// The service, or the category of a burst.
    subject: String,
    /// Why it was proposed.
    because: String,
    began_at: String,
    created_at: String,
    changed_at: String,
    /// Counts its changes; a change names the one it saw.
    revision: i64,
    /// Its tickets within the caller's queues.
    tickets: i64,
}

/// One of them, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Incident {
    #[serde(flatten)]
    line: IncidentLine,
    /// Its tickets within the caller's queues, in the order they were linked.
    linked: Vec<LinkedTicket>,
    /// What became of it, oldest first.
    steps: Vec<Step>,
    /// What it may become.
    may_become: Vec<String>,
}

/// One of its tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedTicket {
    ticket_id: String,
    number: i64,
    subject: String,
    requester: String,
    status: String,
    linked_at: String,
    /// Who linked it; null for the machine.
    linked_by: Option<String>,
}

/// One step of its life.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    at: String,
    /// Who; null for the machine.
    by: Option<String>,
    status: String,
    note: String,
}

impl From<Row> for IncidentLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title,
            status: row.status.word().to_owned(),
            source: row.key.source.word().to_owned(),
            subject: row.key.subject,
            because: row.because,
            began_at: time(row.began_at),
            created_at: time(row.created_at),
            changed_at: time(row.changed_at),
            revision: row.revision,
            tickets: row.tickets,
        }
    }
}

/// Incidents with a ticket in the caller's queues; those that are not done first, at most 200.
#[utoipa::path(get, path = "/incidents", tag = "incidents",
    responses((status = 200, body = List<IncidentLine>), (status = "4XX", body = ProblemBody)))]
async fn list_incidents(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<List<IncidentLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let rows = app.store.read().await?.incidents(&grant).await?;
    Ok(Json(List { items: rows.into_iter().map(IncidentLine::from).collect() }))
}

/// One of them.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents", params(("id" = String, Path)),
    responses((status = 200, body = Incident), (status = "4XX", body = ProblemBody)))]
async fn get_incident(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<IncidentId>,
) -> Result<Json<Incident>, Problem> {
    Ok(Json(shown(&app, &caller.grant(Purpose::Work)?, id).await?))
}

async fn shown(app: &App, grant: &Grant, id: IncidentId) -> Result<Incident, Problem> {
    use desk::incident::IncidentStatus;
    let mut conn = app.store.read().await?;
    let row = conn.incident(grant, id).await?;
    let may_become = IncidentStatus::ALL.iter().filter(|s| row.status.may_become(**s)).map(|s| s.word().to_owned());
    let may_become = may_become.collect();
    let linked = conn.incident_tickets(grant, id).await?.into_iter().map(|t| LinkedTicket {
        ticket_id: t.ticket.to_string(),
        number: t.number,
        subject: t.subject,
        requester: t.requester,
        status: t.status.word().to_owned(),
        linked_at: time(t.linked_at),
        linked_by: t.linked_by,
    });
    let linked = linked.collect();
    let steps = conn.incident_steps(id).await?.into_iter().map(|s| Step {
        at: time(s.at),
        by: s.by,
        status: s.status.word().to_owned(),
        note: s.note,
    });
    Ok(Incident { line: row.into(), linked, steps: steps.collect(), may_become })
}

/// What a person makes of an incident.
#[derive(Debug, Deserialize, ToSchema)]
pub struct IncidentMove {
    /// The revision that was seen.
    revision: i64,
    /// `open`, `watching`, `closed` or `dismissed`; the same as before for a note or a new title alone.
    status: String,
    /// Another title.
    #[serde(default)]
    title: Option<String>,
    /// What the person says.
    #[serde(default)]
    note: String,
}

/// Confirms, watches, closes, dismisses or opens it again.
#[utoipa::path(put, path = "/incidents/{id}", tag = "incidents", params(("id" = String, Path)), request_body = IncidentMove,
    responses((status = 200, body = Incident), (status = "4XX", body = ProblemBody)))]
async fn move_incident(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<IncidentId>,
    Body(wanted): Body<IncidentMove>,
) -> Result<Json<Incident>, Problem> {
    let to = Move {
        seen: wanted.revision,
        status: word(&wanted.status)?,
        title: wanted.title.as_deref(),
        note: &wanted.note,
    };
    flow::propose_incidents::set_status(&app, &session, id, to).await?;
    Ok(Json(shown(&app, &Grant::for_agent(&session, Purpose::Work)?, id).await?))
}

/// Links a ticket to it.
#[utoipa::path(put, path = "/incidents/{id}/tickets/{ticket}", tag = "incidents",
    params(("id" = String, Path), ("ticket" = String, Path)),
    responses((status = 200, body = Incident), (status = "4XX", body = ProblemBody)))]
async fn link_ticket(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Path(path): Path<(String, String)>,
) -> Result<Json<Incident>, Problem> {
    change(&app, &session, path, Way::Link).await
}

/// Takes a ticket out of it.
#[utoipa::path(delete, path = "/incidents/{id}/tickets/{ticket}", tag = "incidents",
    params(("id" = String, Path), ("ticket" = String, Path)),
    responses((status = 200, body = Incident), (status = "4XX", body = ProblemBody)))]
async fn unlink_ticket(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Path(path): Path<(String, String)>,
) -> Result<Json<Incident>, Problem> {
    change(&app, &session, path, Way::Unlink).await
}

async fn change(
    app: &App,
    session: &store::AgentSession,
    (id, ticket): (String, String),
    way: Way,
) -> Result<Json<Incident>, Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found())?;
    let ticket: TicketId = ticket.parse().map_err(|_| Problem::not_found())?;
    flow::propose_incidents::change_ticket(app, session, id, ticket, way).await?;
    Ok(Json(shown(app, &Grant::for_agent(session, Purpose::Work)?, id).await?))
}
