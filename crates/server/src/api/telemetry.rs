//! Telemetry for people: services, templates, lines around a moment, queries to stores. What a caller may not see is not there.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use desk::{Timestamp, ids::TicketId};
use logmine::window::EventKind;
use serde::{Deserialize, Serialize};
use store::{AgentSession, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Asked, Body},
    otlp::WRITE,
    page::{List, time},
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::{ask_store, look_at_telemetry as look, take_telemetry},
    telemetry::Seen,
};

/// Longest text of an event, in characters.
const TEXT_CHARS: usize = 300;

/// Routes of telemetry.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_telemetry))
        .routes(routes!(list_templates))
        .routes(routes!(list_lines))
        .routes(routes!(ask))
        .routes(routes!(note_event))
}

/// What there is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Telemetry {
    /// How far back the window reaches.
    minutes: u32,
    /// Memory it takes, nearly, and may take.
    bytes: usize,
    bytes_max: usize,
    services: Vec<TelemetryService>,
    /// Stores that can be asked.
    stores: Vec<TelemetryStore>,
    /// What was left away since the window began, by kind.
    losses: Vec<TelemetryLoss>,
}

/// A service that sent lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryService {
    /// Empty for lines of services that were too many to be told apart.
    name: String,
    /// Lines counted since the window began.
    lines: u64,
    /// Lines that can be read.
    kept: usize,
    last_at: String,
    /// As they appeared.
    versions: Vec<String>,
}

/// A store that can be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryStore {
    name: String,
    /// `prometheus` or `loki`.
    kind: String,
}

/// A kind of loss.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryLoss {
    /// A word such as `line_forgotten`.
    kind: String,
    count: u64,
}

/// A template of a service's lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryTemplate {
    id: String,
    /// With `<*>` for every parameter; personal data as the name of its class.
    text: String,
    lines: u64,
    first_at: String,
    last_at: String,
    /// It speaks of failure, by its words or severity.
    failing: bool,
    /// Lines in each of at most 60 stretches of the window, oldest first.
    counts: Vec<u64>,
    /// `new`, `more` or `less` where the last minute is out of the ordinary.
    odd: Option<String>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryLine {
    at: String,
    /// 1 to 24 as OTLP counts them, 17 and above are errors; 0 where nobody said.
    severity: u8,
    /// Personal data as the name of its class.
    text: String,
    /// `name=value`.
    attributes: Vec<String>,
    template: String,
    trace: Option<String>,
}

/// Lines around a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelemetryLines {
    items: Vec<TelemetryLine>,
    /// There are more than are shown.
    more: bool,
}

/// Of which service.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ServiceAsked {
    service: String,
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinesAsked {
    service: String,
    /// RFC 3339; now when absent.
    at: Option<String>,
    /// How far before and after, in seconds, at most 3600; 300 when absent.
    seconds: Option<i64>,
    /// Of one template only.
    template: Option<String>,
    /// Of one trace only, in hexadecimal.
    trace: Option<String>,
    /// The ticket one looks for; it stands in the record.
    ticket: Option<String>,
}

/// A question to a store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreQuestion {
    /// Name of the store.
    store: String,
    /// PromQL or LogQL, at most 4096 bytes. Every selector gets the labels of what one may see.
    query: String,
    /// RFC 3339; at most 31 days before `to`.
    from: String,
    /// RFC 3339.
    to: String,
    /// The ticket one looks for; it stands in the record.
    ticket: Option<String>,
}

/// What a store said.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreAnswer {
    /// As it was sent; it can be run again by hand.
    query: String,
    /// The whole address, without any token.
    address: String,
    series: Vec<StoreSeries>,
    lines: Vec<StoreLine>,
    /// What is missing, a sentence each.
    gaps: Vec<String>,
}

/// A series of numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreSeries {
    labels: BTreeMap<String, String>,
    /// Seconds since 1970, and the value.
    points: Vec<(f64, f64)>,
}

/// A line of a store.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreLine {
    at: String,
    labels: BTreeMap<String, String>,
    /// Personal data as the name of its class.
    text: String,
}

/// Something that people or their tools did, or found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTelemetryEvent {
    /// `deploy`, `incident` or `incident_end`.
    kind: String,
    /// Which service; all when absent.
    service: Option<String>,
    /// In words, or the version; 1 to 300 characters.
    text: String,
    /// RFC 3339; now when absent.
    at: Option<String>,
}

fn seen(app: &App, caller: &Caller) -> Result<Seen, Problem> {
    Ok(app.telemetry.seen(&caller.grant(Purpose::Telemetry)?))
}

fn seen_by(app: &App, session: &AgentSession) -> Result<Seen, Problem> {
    Ok(app.telemetry.seen(&store::Grant::for_agent(session, Purpose::Telemetry)?))
}

fn moment(text: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).ok_or_else(|| Problem::invalid("A time is written as 2026-11-22T10:00:00Z."))
}

/// A ticket that the caller may see. Another is not there.
async fn ticket(app: &App, session: &AgentSession, id: Option<&str>) -> Result<Option<TicketId>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let id: TicketId = id.parse().map_err(|_| Problem::not_found())?;
    let grant = store::Grant::for_agent(session, Purpose::Work)?;
    Ok(Some(app.store.read().await?.ticket(&grant, id).await?.ticket.id))
}

/// Services, stores, and what was left away.
#[utoipa::path(get, path = "/telemetry", tag = "telemetry",
    responses((status = 200, body = Telemetry), (status = "4XX", body = ProblemBody)))]
async fn get_telemetry(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Telemetry>, Problem> {
    let seen = seen(&app, &caller)?;
    let services = look::services(&app, &seen).into_iter().map(|service| TelemetryService {
        name: service.name,
        lines: service.lines,
        kept: service.kept,
        last_at: time(Timestamp::from_micros(service.last)),
        versions: service.versions,
    });
    let (losses, bytes) = look::losses(&app);
    let stores = app.telemetry.stores.iter().filter(|_| !seen.labels().is_empty());
    Ok(Json(Telemetry {
        minutes: app.config.telemetry.minutes,
        bytes,
        bytes_max: app.config.telemetry.memory_mb << 20,
        services: services.collect(),
        stores: stores
            .map(|(name, store)| TelemetryStore { name: name.clone(), kind: store.kind().word().to_owned() })
            .collect(),
        losses: losses.all().map(|(loss, count)| TelemetryLoss { kind: loss.word().to_owned(), count }).collect(),
    }))
}

/// Templates of a service, those that speak of failure first.
#[utoipa::path(get, path = "/telemetry/templates", tag = "telemetry", params(ServiceAsked),
    responses((status = 200, body = List<TelemetryTemplate>), (status = "4XX", body = ProblemBody)))]
async fn list_templates(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ServiceAsked>,
) -> Result<Json<List<TelemetryTemplate>>, Problem> {
    let seen = seen(&app, &caller)?;
    let line = |line: look::TemplateLine| TelemetryTemplate {
        id: line.id,
        text: line.text,
        lines: line.seen.lines,
        first_at: time(Timestamp::from_micros(line.seen.first)),
        last_at: time(Timestamp::from_micros(line.seen.last)),
        failing: line.seen.failing,
        counts: line.counts,
        odd: line.odd.map(str::to_owned),
    };
    Ok(Json(List { items: look::templates(&app, &seen, &asked.service)?.into_iter().map(line).collect() }))
}

/// Lines of a service around a moment, at most 200. Each look is in the record.
#[utoipa::path(get, path = "/telemetry/lines", tag = "telemetry", params(LinesAsked),
    responses((status = 200, body = TelemetryLines), (status = "4XX", body = ProblemBody)))]
async fn list_lines(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Asked(asked): Asked<LinesAsked>,
) -> Result<Json<TelemetryLines>, Problem> {
    let seen = seen_by(&app, &session)?;
    let around = look::Around {
        at: asked.at.as_deref().map(moment).transpose()?.unwrap_or_else(|| app.clock.now()),
        seconds: asked.seconds.unwrap_or(300),
        template: asked.template,
        trace: asked.trace.map(|trace| trace.to_lowercase()),
        ticket: ticket(&app, &session, asked.ticket.as_deref()).await?,
        service: asked.service,
    };
    let (lines, more) = look::lines(&app, &session, &seen, &around).await?;
    let line = |line: look::ShownLine| TelemetryLine {
        at: time(line.at),
        severity: line.severity,
        text: line.text,
        attributes: line.attributes,
        template: line.template,
        trace: line.trace,
    };
    Ok(Json(TelemetryLines { items: lines.into_iter().map(line).collect(), more }))
}

/// Asks a store, within what one may see. Each question is in the record.
#[utoipa::path(post, path = "/telemetry/queries", tag = "telemetry", request_body = StoreQuestion,
    responses((status = 200, body = List<StoreAnswer>), (status = "4XX", body = ProblemBody)))]
async fn ask(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Body(asked): Body<StoreQuestion>,
) -> Result<Json<List<StoreAnswer>>, Problem> {
    let seen = seen_by(&app, &session)?;
    let question = ask_store::Question {
        store: asked.store,
        query: asked.query,
        from: moment(&asked.from)?,
        to: moment(&asked.to)?,
        ticket: ticket(&app, &session, asked.ticket.as_deref()).await?,
    };
    let answers = ask_store::ask(&app, &session, &seen, &question).await?;
    let one = |answer: connect::stores::Answer| StoreAnswer {
        query: answer.query,
        address: answer.address,
        series: answer.series.into_iter().map(|s| StoreSeries { labels: s.labels, points: s.points }).collect(),
        lines: answer
            .lines
            .into_iter()
            .map(|l| StoreLine { at: time(Timestamp::from_micros(l.at)), labels: l.labels, text: l.text })
            .collect(),
        gaps: answer.gaps,
    };
    Ok(Json(List { items: answers.into_iter().map(one).collect() }))
}

/// Tells of a deploy, or of an incident and its end.
#[utoipa::path(post, path = "/telemetry/events", tag = "telemetry", request_body = NewTelemetryEvent,
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn note_event(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewTelemetryEvent>,
) -> Result<StatusCode, Problem> {
    caller.works(WRITE)?;
    let kind = match new.kind.as_str() {
        "deploy" => EventKind::Deploy,
        "incident" => EventKind::Incident,
        "incident_end" => EventKind::IncidentEnd,
        _ => return Err(Problem::invalid("The kind of an event is deploy, incident or incident_end.")),
    };
    let text = new.text.trim().to_owned();
    let fits = |text: &str| text.chars().count() <= TEXT_CHARS && !text.chars().any(char::is_control);
    let service = new.service.unwrap_or_default();
    if text.is_empty() || !fits(&text) || !fits(&service) {
        return Err(Problem::invalid("An event has a text of 1 to 300 characters in one line."));
    }
    let at = new.at.as_deref().map(moment).transpose()?;
    take_telemetry::note(&app, kind, service, text, at);
    Ok(StatusCode::ACCEPTED)
}
