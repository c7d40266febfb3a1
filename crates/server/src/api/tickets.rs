//! Tickets in lists, and what people change on them.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use desk::{
    Timestamp,
    audit::Service,
    ids::TicketId,
    looking::Looking,
    ticket::{Status, Ticket},
};
use serde::{Deserialize, Serialize};
use store::{ClockLine, Conn, Grant, Purpose, StoreError, TicketFilter, TicketLine as Row, View};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    attention::Snooze,
    auth::{Answering, Caller, SignedIn},
    extract::{Asked, Body, Id, IfMatch, id, word},
    page::{LIMIT, List, Page, cursor, etag, read_cursor, time},
    people::{OrganizationRef, Person},
    problem::{Problem, ProblemBody},
    ticket_page::Note,
};
use crate::{
    App, flow,
    flow::{change_ticket::Change, find_tickets::narrowed},
};

/// Routes of lists and changes.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_views)).routes(routes!(list_tickets)).routes(routes!(mark_read))
}

/// Routes whose repetition under one key does nothing twice.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(add_note))
}

/// A key with its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    pub key: String,
    pub name: String,
}

/// An agent by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentRef {
    pub id: String,
    pub name: String,
}

/// A ticket as listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketLine {
    pub id: String,
    pub number: i64,
    pub subject: String,
    pub excerpt: String,
    pub requester: Person,
    pub status: String,
    pub priority: String,
    pub queue: String,
    pub category: Option<Named>,
    /// The product it is about, lower case, as its words or its requester's contract name one; null where none or several are.
    pub product: Option<String>,
    pub operating_model: Option<String>,
    /// `sure`, `check` or `unknown`.
    pub confidence: Option<String>,
    pub risk: Vec<String>,
    pub assignee: Option<AgentRef>,
    /// `ready`, `preparing`, `withheld` or `none`.
    pub draft: String,
    /// A message came since this person looked.
    pub unread: bool,
    /// Demo: start here.
    pub first: bool,
    pub last_inbound_at: String,
    pub created_at: String,
    pub updated_at: String,
    /// The promise that presses, in lists of what waits; null where none does.
    pub due: Option<Due>,
    /// How it was put off; null where it was not.
    pub snooze: Option<Snooze>,
}

/// A promise whose time comes near or has passed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Due {
    /// `first_response`, `next_response` or `resolution`.
    promised: String,
    /// Until when.
    at: String,
    /// Whether that has passed.
    missed: bool,
}

impl Due {
    fn of(clock: &ClockLine, now: Timestamp) -> Self {
        Self { promised: clock.promised.word().to_owned(), at: time(clock.due), missed: clock.due <= now }
    }
}

impl From<&Row> for TicketLine {
    fn from(row: &Row) -> Self {
        let ticket = &row.ticket;
        let organization =
            ticket.organization.zip(row.organization.as_ref()).map(|(id, (name, plan))| OrganizationRef {
                id: id.to_string(),
                name: name.clone(),
                plan: Some(plan.clone()).filter(|p| !p.is_empty()),
            });
        let (name, email) = row.requester.clone();
        let (cohort, role) = (row.cohort.clone(), row.role.clone());
        let requester = Person { id: ticket.requester.to_string(), name, email, organization, cohort, role };
        Self {
            id: ticket.id.to_string(),
            number: ticket.number,
            subject: ticket.subject.clone(),
            excerpt: ticket.excerpt.clone(),
            requester,
            status: ticket.status.word().to_owned(),
            priority: ticket.priority.word().to_owned(),
            queue: ticket.queue.clone(),
            category: category(row),
            product: row.product.clone(),
            operating_model: ticket.operating_model.map(|m| m.word().to_owned()),
            confidence: ticket.doubt.map(|d| d.word().to_owned()),
            risk: ticket.risk.iter().map(|f| f.word().to_owned()).collect(),
            assignee: ticket
                .assignee
                .zip(row.assignee_name.clone())
                .map(|(id, name)| AgentRef { id: id.to_string(), name }),
            draft: ticket.draft.word().to_owned(),
            unread: is_unread(ticket, row.read_at),
            first: row.is_first,
            last_inbound_at: time(ticket.last_inbound_at),
            created_at: time(ticket.created_at),
            updated_at: time(ticket.updated_at),
            due: None,
            snooze: row.snooze.as_ref().map(Snooze::from),
        }
    }
}

fn category(row: &Row) -> Option<Named> {
    let key = row.ticket.category.clone()?;
    Some(Named { name: row.category_name.clone().unwrap_or_else(|| key.clone()), key })
}

fn is_unread(ticket: &Ticket, read_at: Option<Timestamp>) -> bool {
    let over = matches!(ticket.status, Status::Solved | Status::Closed);
    !over && read_at.is_none_or(|at| at < ticket.last_inbound_at)
}

/// A saved filter with its count.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewLine {
    pub key: String,
    pub name: String,
    /// Counted to 1,000.
    pub count: i64,
}

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TicketsAsked {
    /// `inbox` (default), `mine`, `unassigned`, `waiting`, `snoozed`, `followed`, `solved` or `all`.
    view: Option<String>,
    /// Queue key.
    queue: Option<String>,
    /// Category key.
    category: Option<String>,
    /// Status word.
    status: Option<String>,
    /// Risk flag.
    risk: Option<String>,
    /// Words of subject, first words, requester; a number; and `is:open queue:billing category:refund risk:legal from:@acme.example`.
    q: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most this many, 1 to 200.
    limit: Option<i64>,
}

impl TicketsAsked {
    fn filter(self) -> Result<TicketFilter, Problem> {
        let after = match self.cursor.filter(|c| !c.is_empty()) {
            Some(text) => {
                let [at, ticket] = read_cursor::<2>(&text)?;
                let at = at
                    .parse()
                    .map_err(|_| Problem::invalid("This cursor is not one of ours. Start again at the first page."))?;
                Some((Timestamp::from_micros(at), id(&ticket)?))
            }
            None => None,
        };
        let typed: String = self.q.unwrap_or_default().chars().filter(|c| *c != '\0').take(200).collect();
        let looking = Looking::read(&typed);
        if let Some(unclear) = looking.unclear.first() {
            return Err(Problem::invalid(unclear));
        }
        let mut filter = narrowed(&looking);
        if let Some(status) = self.status.filter(|s| !s.is_empty()) {
            filter.statuses = vec![word(&status)?];
        }
        let named =
            [(&mut filter.queue, self.queue), (&mut filter.category, self.category), (&mut filter.risk, self.risk)];
        for (place, value) in named {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                *place = value;
            }
        }
        Ok(TicketFilter { words: looking.words, after, limit: self.limit.unwrap_or(LIMIT).clamp(1, 200), ..filter })
    }
}

const fn view_name(view: View) -> &'static str {
    match view {
        View::Inbox => "Inbox",
        View::Mine => "Mine",
        View::Unassigned => "Unassigned",
        View::Waiting => "Waiting",
        View::Snoozed => "Snoozed",
        View::Followed => "Followed",
        View::Solved => "Solved",
        View::All => "All",
    }
}

/// Views with how many tickets each holds.
#[utoipa::path(get, path = "/views", tag = "tickets", responses((status = 200, body = List<ViewLine>), (status = "4XX", body = ProblemBody)))]
async fn list_views(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<List<ViewLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut items = Vec::new();
    for (view, key) in View::ALL {
        let count = conn.count(&grant, *view).await?;
        items.push(ViewLine { key: (*key).to_owned(), name: view_name(*view).to_owned(), count });
    }
    Ok(Json(List { items }))
}

/// Most tickets at risk that stand above the others.
const AT_RISK_MAX: i64 = 30;

/// Tickets of a view whose promise presses, the soonest due first.
async fn at_risk(
    conn: &mut Conn,
    grant: &Grant,
    view: View,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<(Row, Due)>, Problem> {
    let mut risky = Vec::new();
    if !matches!(view, View::Inbox | View::Mine | View::Unassigned) {
        return Ok(risky);
    }
    for clock in conn.at_risk(grant, now, AT_RISK_MAX.min((limit / 2).max(1))).await? {
        let row = conn.ticket(grant, clock.ticket).await?;
        let fits = match view {
            View::Mine => row.ticket.assignee.is_some() && row.ticket.assignee == grant.reader(),
            View::Unassigned => row.ticket.assignee.is_none(),
            _ => true,
        };
        if fits {
            risky.push((row, Due::of(&clock, now)));
        }
    }
    Ok(risky)
}

/// Tickets of a view, those whose promise presses first, then newest message first.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(TicketsAsked),
    responses((status = 200, body = Page<TicketLine>), (status = "4XX", body = ProblemBody)))]
async fn list_tickets(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<TicketsAsked>,
) -> Result<Json<Page<TicketLine>>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let name = asked.view.clone().unwrap_or_else(|| "inbox".to_owned());
    let view = View::named(&name).ok_or_else(|| Problem::invalid("There is no view of this name."))?;
    let (filter, now) = (asked.filter()?, app.clock.now());
    let (is_first, is_plain) = (filter.after.is_none(), filter.is_plain());
    let mut conn = app.store.read().await?;
    let risky = at_risk(&mut conn, &grant, view, filter.limit, now).await?;
    let above = if is_plain { i64::try_from(risky.len()).unwrap_or(0) } else { 0 };
    let shorter = if is_first { (filter.limit - above).max(1) } else { filter.limit };
    let page = conn.tickets(&grant, view, &TicketFilter { limit: shorter, ..filter }).await?;
    let due = |row: &Row| risky.iter().find(|(r, _)| r.ticket.id == row.ticket.id).map(|(_, due)| due.clone());
    let line = |row: &Row| TicketLine { due: due(row), ..TicketLine::from(row) };
    let top = risky.iter().filter(|_| is_first && is_plain).map(|(row, _)| line(row));
    let rest = page.items.iter().filter(|row| !is_plain || due(row).is_none()).map(line);
    let items: Vec<TicketLine> = top.chain(rest).collect();
    let last = page
        .items
        .last()
        .map(|row| cursor(&[&row.ticket.last_inbound_at.micros().to_string(), &row.ticket.id.to_string()]));
    Ok(Json(Page { items, next_cursor: last.filter(|_| page.more) }))
}

/// What changes on a ticket; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketChange {
    status: Option<String>,
    priority: Option<String>,
    queue: Option<String>,
    /// An agent's id, `me`, or null for nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    assignee: Option<Option<String>>,
}

/// Tells "null" from "absent".
fn given<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(d).map(Some)
}

/// Changes status, priority, queue or assignee.
#[utoipa::path(patch, path = "/tickets/{id}", tag = "tickets", params(("id" = String, Path), ("If-Match" = String, Header)), request_body = TicketChange,
    responses((status = 200, body = TicketLine), (status = "4XX", body = ProblemBody)))]
pub async fn change_ticket(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(ticket): Id<TicketId>,
    IfMatch(revision): IfMatch,
    Body(asked): Body<TicketChange>,
) -> Result<impl IntoResponse, Problem> {
    caller.works("tickets:write")?;
    let grant = caller.grant(Purpose::Work)?;
    let change = Change {
        status: asked.status.as_deref().map(word).transpose()?,
        priority: asked.priority.as_deref().map(word).transpose()?,
        queue: asked.queue,
        assignee: asked.assignee.map(|a| assignee(&caller, a)).transpose()?,
    };
    let changed = match &caller {
        Caller::Person(session) => flow::change_ticket::change(&app, session, &grant, ticket, revision, change).await,
        Caller::Program(token) => flow::change_ticket::change(&app, token, &grant, ticket, revision, change).await,
    };
    changed.map_err(Problem::under_if_match)?;
    let row = after_change(&app, &grant, ticket).await?;
    Ok((etag(row.ticket.revision), Json(TicketLine::from(&row))))
}

fn assignee(caller: &Caller, asked: Option<String>) -> Result<Option<desk::ids::AgentId>, Problem> {
    match (asked.as_deref(), caller) {
        (None, _) => Ok(None),
        (Some("me"), Caller::Person(session)) => Ok(Some(session.agent().id)),
        (Some("me"), Caller::Program(_)) => Err(Problem::invalid("A token is nobody a ticket could be given to.")),
        (Some(text), _) => Ok(Some(id(text)?)),
    }
}

/// Whoever moved a ticket out of their own queues is still told how it stands, this once.
pub async fn after_change(app: &App, grant: &Grant, ticket: TicketId) -> Result<Row, Problem> {
    let mut conn = app.store.read().await?;
    match conn.ticket(grant, ticket).await {
        Err(StoreError::NotFound) => {
            let all = app.service_grant(Service::Intake, Purpose::Work)?;
            Ok(conn.ticket(&all, ticket).await?)
        }
        other => Ok(other?),
    }
}

/// The ticket to look at after this one: the next of the inbox, else its first.
pub async fn next_ticket(conn: &mut Conn, grant: &Grant, ticket: &Ticket) -> Result<Option<String>, Problem> {
    let after = Some((ticket.last_inbound_at, ticket.id));
    for (after, limit) in [(after, 1), (None, 2)] {
        let filter = TicketFilter { after, limit, ..TicketFilter::default() };
        let page = conn.tickets(grant, View::Inbox, &filter).await?;
        if let Some(next) = page.items.iter().find(|row| row.ticket.id != ticket.id) {
            return Ok(Some(next.ticket.id.to_string()));
        }
    }
    Ok(None)
}

/// The text of a note.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewNote {
    body: String,
}

/// Writes an internal note.
#[utoipa::path(post, path = "/tickets/{id}/notes", tag = "tickets", params(("id" = String, Path)), request_body = NewNote,
    responses((status = 201, body = Note), (status = "4XX", body = ProblemBody)))]
async fn add_note(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
    Body(new): Body<NewNote>,
) -> Result<(StatusCode, Json<Note>), Problem> {
    let note = flow::write_note::write(&app, &session, ticket, &new.body).await?;
    Ok((StatusCode::CREATED, Json(note.into())))
}

/// Notes that this person has the ticket before them.
#[utoipa::path(post, path = "/tickets/{id}/read", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn mark_read(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    app.store.read().await?.ticket(&grant, ticket).await?;
    app.store.mark_read(ticket, session.agent().id, app.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
