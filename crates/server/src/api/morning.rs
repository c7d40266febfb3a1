//! What came while nobody worked, as it is begun in the morning.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    Timestamp,
    ids::TicketId,
    morning::{AT_ONCE, Waiting, Weight, in_order},
    target::{Asked, Service},
    ticket::Priority,
};
use serde::Serialize;
use store::{Conn, Grant, Purpose, TicketFilter, TicketLine as Row, View};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::time,
    problem::{Problem, ProblemBody},
    tickets::TicketLine,
};
use crate::{
    App,
    flow::{check_night_drafts::night, count_clocks},
};

/// Tickets of a night that are put in order; what is beyond waits in the inbox.
const NIGHT_MAX: i64 = 200;

/// Routes of the morning.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_morning))
}

/// What waits from the night, a few at a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Morning {
    /// When work began, by the calendar of the first of them; null where nothing waits.
    opened_at: Option<String>,
    /// Those to begin with: emergencies, then by the promised time, then as they came.
    tickets: Vec<TicketLine>,
    /// How many wait behind them.
    behind: usize,
}

/// What came while nobody worked and waits still. Empty while nobody works, and on desks without hours.
#[utoipa::path(get, path = "/morning", tag = "tickets",
    responses((status = 200, body = Morning), (status = "4XX", body = ProblemBody)))]
async fn get_morning(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Morning>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let levels = count_clocks::load(&mut conn).await?;
    let (rows, opened) = of_the_night(&mut conn, &grant, &levels, app.clock.now()).await?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in &rows {
        waiting.push(waits(&mut conn, &grant, row).await?);
    }
    let order: Vec<TicketId> = in_order(waiting).iter().map(|one| one.ticket).collect();
    let shown = order.iter().take(AT_ONCE).filter_map(|id| rows.iter().find(|row| row.ticket.id == *id));
    Ok(Json(Morning {
        opened_at: opened.map(time),
        tickets: shown.map(TicketLine::from).collect(),
        behind: order.len().saturating_sub(AT_ONCE),
    }))
}

/// Tickets of the inbox whose newest letter came in the night before the present hours of their own calendar.
async fn of_the_night(
    conn: &mut Conn,
    grant: &Grant,
    levels: &Service,
    now: Timestamp,
) -> Result<(Vec<Row>, Option<Timestamp>), Problem> {
    let nights: Vec<_> = levels.calendars.iter().map(|c| (c.key.as_str(), night(c, now))).collect();
    if nights.iter().all(|(_, night)| night.is_none()) {
        return Ok((Vec::new(), None));
    }
    let filter = TicketFilter { limit: NIGHT_MAX, ..TicketFilter::default() };
    let page = conn.tickets(grant, View::Inbox, &filter).await?;
    let of = |row: &Row| {
        let calendar = levels.of(&asked(row)).map(|(_, calendar)| calendar).or(levels.calendars.first())?;
        let (from, until) = nights.iter().find(|(key, _)| *key == calendar.key)?.1?;
        (from <= row.ticket.last_inbound_at && row.ticket.last_inbound_at < until).then_some(until)
    };
    let opened = page.items.iter().find_map(of);
    Ok((page.items.iter().filter(|row| of(row).is_some()).cloned().collect(), opened))
}

fn asked(row: &Row) -> Asked<'_> {
    Asked {
        queue: &row.ticket.queue,
        priority: row.ticket.priority,
        organization: row.organization.as_ref().map(|(name, plan)| (name.as_str(), plan.as_str())),
        status: row.ticket.status,
        created_at: row.ticket.created_at,
    }
}

async fn waits(conn: &mut Conn, grant: &Grant, row: &Row) -> Result<Waiting, Problem> {
    let ticket = &row.ticket;
    let is_grave = ticket.priority == Priority::Urgent || ticket.risk.iter().any(|flag| flag.is_grave());
    Ok(Waiting {
        ticket: ticket.id,
        weight: if is_grave { Weight::Emergency } else { Weight::Usual },
        due: conn.clock_of(grant, ticket.id).await?.map(|clock| clock.due),
        came: ticket.last_inbound_at,
    })
}
