//! Live updates: the ordered record, as ids, from where the browser left off. Any node can serve any
//! browser, because what is told is what the database holds.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use desk::{Timestamp, ids::TicketId};
use serde::Serialize;
use store::{Conn, FeedItem, Grant, Purpose, StoreError};
use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    problem::{Problem, ProblemBody},
};
use crate::App;

/// Time between comments that keep proxies awake.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Time between looks at what other nodes wrote, and at vectors.
const LOOK: Duration = Duration::from_secs(1);
/// An ended session is noticed within this time.
const ASK_AGAIN: Duration = Duration::from_secs(3);
/// Events read at once.
const BATCH: i64 = 200;

/// The stream.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(follow))
}

/// One event's data.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    seq: i64,
    kind: String,
    ticket_id: Option<String>,
}

/// How far meaning search is filled.
#[derive(Debug, Serialize, PartialEq, Eq, ToSchema)]
pub struct Progress {
    done: u64,
    total: u64,
}

/// Follows the record. Resumes after `Last-Event-ID`.
#[utoipa::path(get, path = "/events", tag = "desk", params(("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, body = FeedEvent, content_type = "text/event-stream"), (status = "4XX", body = ProblemBody)))]
async fn follow(State(app): State<Arc<App>>, caller: Caller, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let last = headers.get(HeaderName::from_static("last-event-id")).and_then(|v| v.to_str().ok()?.parse().ok());
    let after = match last {
        Some(seq) => seq,
        None => app.store.read().await?.log_size().await? - 1,
    };
    let head = app.live.head.subscribe();
    let (to, events) = mpsc::channel(64);
    let follower = Follower { present: app.clock.now(), app, caller, headers, grant, after, told: None, to };
    tokio::spawn(follower.run(head));
    Ok(Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here")))
}

/// One browser that follows.
struct Follower {
    app: Arc<App>,
    caller: Caller,
    headers: HeaderMap,
    grant: Grant,
    after: i64,
    told: Option<Progress>,
    present: Timestamp,
    to: mpsc::Sender<Result<Event, Infallible>>,
}

impl Follower {
    /// Until the browser goes, the session ends or the database does not answer; the browser then
    /// comes back by itself and resumes.
    async fn run(mut self, mut head: broadcast::Receiver<i64>) {
        let mut asked = Instant::now();
        loop {
            if asked.elapsed() >= ASK_AGAIN {
                asked = Instant::now();
                if !self.still_welcome().await {
                    return;
                }
            }
            if !self.drain().await || !self.tell_progress().await || !self.tell_presence().await {
                return;
            }
            tokio::select! {
                _ = head.recv() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.to.closed() => return,
            }
        }
    }

    async fn still_welcome(&mut self) -> bool {
        if !self.caller.still_holds(&self.app, &self.headers).await {
            return false;
        }
        // Queues may have changed meanwhile.
        if let Caller::Person(session) = &self.caller
            && let Ok(mut conn) = self.app.store.read().await
            && let Ok(Some(fresh)) = conn.session_again(session.id(), self.app.clock.now()).await
        {
            match Grant::for_agent(&fresh, Purpose::Work) {
                Ok(grant) => self.grant = grant,
                Err(_) => return false,
            }
        }
        true
    }

    /// Sends everything new. False when there is nobody to send to any more.
    async fn drain(&mut self) -> bool {
        loop {
            let Ok(batch) = self.read().await else { return false };
            if batch.is_empty() {
                return true;
            }
            for item in batch {
                let data =
                    FeedEvent { seq: item.seq, kind: item.kind.clone(), ticket_id: item.ticket.map(|t| t.to_string()) };
                let Ok(event) = Event::default().id(item.seq.to_string()).event(item.kind).json_data(&data) else {
                    return false;
                };
                if self.to.send(Ok(event)).await.is_err() {
                    return false;
                }
            }
        }
    }

    /// The next events that the grant may see. Moves on past those it may not.
    async fn read(&mut self) -> Result<Vec<FeedItem>, StoreError> {
        let mut conn = self.app.store.read().await?;
        let mut seen = HashMap::new();
        loop {
            let batch = conn.changes(self.after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(Vec::new()) };
            self.after = last.seq;
            let mut visible = Vec::new();
            for item in batch {
                if is_visible(&mut conn, &self.grant, item.ticket, &mut seen).await? {
                    visible.push(item);
                }
            }
            if !visible.is_empty() {
                return Ok(visible);
            }
        }
    }

    /// Tells at which tickets somebody came, left or began to write. Without a number: it is no entry of the record.
    async fn tell_presence(&mut self) -> bool {
        let Ok(tickets) = self.presence().await else { return false };
        for ticket in tickets {
            let data = FeedEvent { seq: 0, kind: "presence".to_owned(), ticket_id: Some(ticket.to_string()) };
            let Ok(event) = Event::default().event("presence").json_data(&data) else { return false };
            if self.to.send(Ok(event)).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn presence(&mut self) -> Result<Vec<TicketId>, StoreError> {
        let mut conn = self.app.store.read().await?;
        let (mut seen, mut tickets) = (HashMap::new(), Vec::new());
        for (ticket, at) in conn.presence_since(self.present).await? {
            self.present = self.present.max(at);
            if !tickets.contains(&ticket) && is_visible(&mut conn, &self.grant, Some(ticket), &mut seen).await? {
                tickets.push(ticket);
            }
        }
        Ok(tickets)
    }

    async fn tell_progress(&mut self) -> bool {
        let embedding = self.app.library.embedding();
        let progress = Progress { done: embedding.done, total: embedding.total };
        let news = embedding.state != "missing" && self.told.as_ref().is_some_and(|told| *told != progress);
        let first = self.told.is_none() && embedding.state == "filling";
        if !news && !first {
            self.told.get_or_insert(progress);
            return true;
        }
        let Ok(event) = Event::default().event("progress").json_data(&progress) else { return false };
        self.told = Some(progress);
        self.to.send(Ok(event)).await.is_ok()
    }
}

async fn is_visible(
    conn: &mut Conn,
    grant: &Grant,
    ticket: Option<TicketId>,
    seen: &mut HashMap<TicketId, bool>,
) -> Result<bool, StoreError> {
    let Some(ticket) = ticket else { return Ok(true) };
    if let Some(known) = seen.get(&ticket) {
        return Ok(*known);
    }
    let visible = match conn.ticket(grant, ticket).await {
        Ok(_) => true,
        Err(StoreError::NotFound) => false,
        Err(error) => return Err(error),
    };
    seen.insert(ticket, visible);
    Ok(visible)
}
