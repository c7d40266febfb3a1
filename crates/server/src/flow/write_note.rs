//! A person leaves an internal remark. Notes live in their own table and never become mail. Whom it calls by `@name` is
//! asked to look.

use desk::{
    audit::AuditEvent,
    handover::{Callable, mentioned},
    ids::{AgentId, TicketId},
};
use store::{AgentSession, AskedWhy, Conn, Grant, Note, Purpose};

use crate::{App, FlowError};

/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 20_000;

/// Writes a note on a ticket.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Invalid`] when it is empty or
/// longer than 20,000 characters, or calls somebody who could not see the ticket.
pub async fn write(app: &App, session: &AgentSession, ticket: TicketId, body: &str) -> Result<Note, FlowError> {
    let body = body.trim();
    if body.is_empty() || body.chars().count() > NOTE_CHARS_MAX || body.contains('\0') {
        return Err(FlowError::Invalid(format!("A note has 1 to {NOTE_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let queue = tx.ticket(&grant, ticket).await?.ticket.queue;
    if let Some(merge) = tx.merge_of(ticket).await? {
        return Err(FlowError::Conflict(format!(
            "This ticket was merged into #{}. Write the note there.",
            merge.to_number
        )));
    }
    let agent = session.agent();
    let called = called(&mut tx, body, &queue).await?;
    let note = tx.add_note(ticket, agent.id, body).await?;
    for one in called.into_iter().filter(|one| *one != agent.id) {
        tx.ask_to_look(ticket, one, AskedWhy::Mentioned, agent.id).await?;
    }
    let at = tx.now();
    tx.commit(AuditEvent::NoteWritten { ticket, note }).await?;
    app.live.committed();
    Ok(Note { id: note, author: agent.name.clone(), body: body.to_owned(), at })
}

/// Whom a note calls; all of them work in its ticket's queue.
async fn called(conn: &mut Conn, body: &str, queue: &str) -> Result<Vec<AgentId>, FlowError> {
    if !body.contains('@') {
        return Ok(Vec::new());
    }
    let people = conn.agents().await?;
    let callable: Vec<Callable<'_>> =
        people.iter().map(|p| Callable { id: p.id, name: &p.name, email: &p.email }).collect();
    let called = mentioned(body, &callable);
    let outside = people.iter().find(|p| called.contains(&p.id) && !(p.role.answers() && p.works_in(queue)));
    match outside {
        None => Ok(called),
        Some(person) => Err(FlowError::Invalid(format!(
            "{} does not work in this ticket's queue and would not see it. Leave the @ out, or transfer the ticket first.",
            person.name
        ))),
    }
}
