//! Lists and pages among many tickets, through the router a browser talks to.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use desk::{
    Digest,
    audit::{AuditEvent, Service},
    people::{Agent, AiSetting, Role},
    ticket::Status,
};
use serde_json::{Value, json};
use store::{NewInbound, NewTicket, ServiceIdentity, Tx, new_id};
use tower::ServiceExt as _;

use super::{Figure, Goal, percentile};
use crate::{
    App, FlowError, api,
    app::World,
    cli::{Failure, first_start, output::Progress},
    config::Config,
    flow::sign_in::hash_password,
};

const TICKETS: usize = 100_000;
/// Tickets per transaction.
const BATCH: usize = 2_000;
const REQUESTERS: usize = 2_000;
const REQUESTS: usize = 200;
const ADDRESS: &str = "bench@desk.example";
const PASSWORD: &str = "bench-password";
const QUEUES: [&str; 4] = ["support", "billing", "security", "legal"];

/// Measures.
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let app = desk_in(folder.path()).await?;
    first_start::lay_defaults(&app).await?;
    fill(&app, &STATES).await?;
    let browser = Browser::sign_in(&app).await?;
    let mut lists = Vec::new();
    let paths = [
        "/api/v1/tickets?view=inbox",
        "/api/v1/tickets?view=all",
        "/api/v1/tickets?view=solved",
        "/api/v1/tickets?view=inbox&queue=billing",
    ];
    let mut last = Value::Null;
    for at in 0..REQUESTS {
        let mut path = paths.get(at % paths.len()).copied().unwrap_or_default().to_owned();
        if at % 8 >= 4
            && let Some(cursor) = last.get("next_cursor").and_then(Value::as_str)
        {
            path = format!("/api/v1/tickets?view=inbox&cursor={cursor}");
        }
        let (page, ms) = browser.get(&path).await?;
        lists.push(ms);
        if path.contains("view=inbox") && !path.contains("queue=") {
            last = page;
        }
    }
    let mut pages = Vec::new();
    for at in 0..REQUESTS {
        let number = 1_001 + at * (TICKETS / REQUESTS);
        pages.push(browser.get(&format!("/api/v1/tickets/{number}")).await?.1);
    }
    app.store.close().await;
    Ok(vec![
        Figure::new("lists", "list_p95_ms", percentile(&mut lists, 0.95), "ms", REQUESTS, Goal::AtMost(30.0)),
        Figure::new("lists", "list_median_ms", percentile(&mut lists, 0.5), "ms", REQUESTS, Goal::Unset),
        Figure::new("lists", "ticket_page_p95_ms", percentile(&mut pages, 0.95), "ms", REQUESTS, Goal::AtMost(20.0)),
        Figure::new("lists", "ticket_page_median_ms", percentile(&mut pages, 0.5), "ms", REQUESTS, Goal::Unset),
    ])
}

/// A desk without embeddings in a folder.
pub(super) async fn desk_in(folder: &Path) -> Result<Arc<App>, FlowError> {
    let mut config = Config { data: folder.to_owned(), ..Config::default() };
    config.embedding.folder = PathBuf::from("none");
    App::open(config, World::Real).await
}

/// States of tickets at a desk: most are over.
pub(super) const STATES: [Status; 8] = [
    Status::New,
    Status::Open,
    Status::Pending,
    Status::Solved,
    Status::Solved,
    Status::Solved,
    Status::Closed,
    Status::Closed,
];

/// Fills the desk with 100,000 tickets of many requesters in these states.
pub(super) async fn fill(app: &App, states: &[Status]) -> Result<(), FlowError> {
    let identity = ServiceIdentity::new(Service::CommandLine);
    let hash = hash_password(PASSWORD).await?;
    let agent = Agent {
        id: new_id(),
        name: "Bench".to_owned(),
        email: ADDRESS.to_owned(),
        role: Role::Admin,
        queues: Vec::new(),
        ai: AiSetting::Default,
    };
    let progress = Progress::of("tickets made");
    for start in (0..TICKETS).step_by(BATCH) {
        let mut tx = app.store.begin(&identity, app.clock.now()).await?;
        if start == 0 {
            tx.add_agent(&agent, Some(&hash)).await?;
        }
        for number in start..(start + BATCH).min(TICKETS) {
            let status = states.get(number % states.len()).copied().unwrap_or(Status::New);
            one(&mut tx, number, status).await?;
        }
        tx.commit(AuditEvent::DeskPrepared { world: Digest::of(b"bench") }).await?;
        progress.at(start, TICKETS);
    }
    Ok(())
}

async fn one(tx: &mut Tx, number: usize, status: Status) -> Result<(), FlowError> {
    let from = format!("person{}@company.example", number % REQUESTERS);
    let requester = tx.requester_for(&from, "Somebody").await?.id;
    let queue = QUEUES.get(number / 7 % QUEUES.len()).copied().unwrap_or("support");
    let at = tx.now().plus_seconds(-60 * i64::try_from(TICKETS - number).unwrap_or(0));
    let subject = format!("Question {number} about invoices");
    let (ticket, _) =
        tx.open_ticket(NewTicket { requester, organization: None, queue, subject: &subject, at, status }).await?;
    let text =
        "Hello,\n\ncould you please tell me why the invoice of last month is higher than the one before?\n\nThank you";
    let id = format!("bench-{number}@company.example");
    let message = tx
        .add_inbound(&NewInbound {
            ticket,
            requester,
            author: "Somebody",
            from: &from,
            to: &[],
            cc: &[],
            subject: &subject,
            text,
            latest: text,
            quoted: None,
            html: None,
            message_id: &id,
            refs: &[],
            machine: None,
            warnings: &[],
            mail: None,
            at,
        })
        .await?;
    tx.inbound_arrived(ticket, message, text, status, at).await?;
    Ok(())
}

/// A signed-in person's requests.
struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    async fn sign_in(app: &Arc<App>) -> Result<Self, Failure> {
        let router = api::router(Arc::clone(app));
        let body = json!({ "email": ADDRESS, "password": PASSWORD }).to_string();
        let request = Request::post("/api/v1/session")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .map_err(broken)?;
        let response = router.clone().oneshot(request).await.map_err(broken)?;
        if response.status() != StatusCode::CREATED {
            return Err(broken(format!("signing in was answered with {}", response.status())));
        }
        let cookie = response
            .headers()
            .get(header::SET_COOKIE)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.split(';').next())
            .unwrap_or_default()
            .to_owned();
        Ok(Self { router, cookie })
    }

    /// The answer, whole, and the milliseconds until it was.
    async fn get(&self, path: &str) -> Result<(Value, f64), Failure> {
        let request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty())
            .map_err(broken)?;
        let started = Instant::now();
        let response = self.router.clone().oneshot(request).await.map_err(broken)?;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.map_err(broken)?;
        let ms = started.elapsed().as_secs_f64() * 1e3;
        if status != StatusCode::OK {
            return Err(broken(format!("{path} was answered with {status}")));
        }
        Ok((serde_json::from_slice(&bytes).map_err(broken)?, ms))
    }
}

fn broken(e: impl std::fmt::Display) -> Failure {
    Failure::told(format!("The bench could not ask the desk: {e}. Report this with the version."))
}
