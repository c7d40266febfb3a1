//! What somebody who opens a ticket again has to know: what others did since they looked, what was promised, what is asked.

use std::collections::HashMap;

use desk::{
    Timestamp,
    audit::Entry,
    handover::{Seen, Told, news},
    ids::TicketId,
    package::{Line, Part},
};
use store::{AgentSession, Conn, Grant, Purpose};

use crate::{App, FlowError, flow::pack_case};

/// A hand-over.
#[derive(Debug)]
pub struct HandOver {
    /// When they last looked; none where they never did.
    pub looked_at: Option<Timestamp>,
    /// Who gave the ticket to them, where that is news.
    pub given_by: Option<String>,
    /// What others did since; empty where they never looked.
    pub news: Vec<Told>,
    /// What was promised, in the words of our letters.
    pub promised: Vec<Line>,
    /// What is asked and not answered, in the words of whoever asks.
    pub open: Vec<Line>,
}

/// What is new on a ticket for a person. Looking at it here is no look: the page says that separately.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues.
pub async fn since(app: &App, session: &AgentSession, ticket: TicketId) -> Result<HandOver, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let line = conn.ticket(&grant, ticket).await?;
    let given_by = conn.given_by(&grant, ticket).await?;
    let news = match line.read_at {
        Some(after) => told(&mut conn, &grant, ticket, after, session).await?,
        None => Vec::new(),
    };
    let package = pack_case::pack(app, &mut conn, &grant, ticket, None).await?;
    let part = |part: Part| package.of(part).cloned().collect();
    Ok(HandOver { looked_at: line.read_at, given_by, news, promised: part(Part::Promised), open: part(Part::Open) })
}

async fn told(
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
    after: Timestamp,
    session: &AgentSession,
) -> Result<Vec<Told>, FlowError> {
    let trail = conn.trail(grant, ticket).await?;
    // A leaf that this version cannot read is shown in the record, and is no news here.
    let entries: Vec<(Entry, &str)> = trail
        .iter()
        .filter_map(|row| {
            let entry = serde_json::from_str::<Entry>(&row.leaf).ok()?;
            Some((entry, row.actor_name.as_deref().unwrap_or("Countersign")))
        })
        .collect();
    let seen: Vec<Seen<'_>> =
        entries.iter().map(|(entry, who)| Seen { by: entry.by, who, at: entry.at, event: &entry.event }).collect();
    let mut told = news(&seen, after, session.agent().id);
    let names: HashMap<String, String> =
        conn.agents().await?.into_iter().map(|agent| (agent.id.to_string(), agent.name)).collect();
    for one in &mut told {
        one.to = one.to.take().map(|to| names.get(&to).cloned().unwrap_or(to));
    }
    Ok(told)
}
