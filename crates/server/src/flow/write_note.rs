//! A person leaves an internal remark. Notes live in their own table and never become mail.

use desk::{audit::AuditEvent, ids::TicketId};
use store::{AgentSession, Grant, Note, Purpose};

use crate::{App, FlowError};

/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 20_000;

/// Writes a note on a ticket.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Invalid`] when it is empty or
/// longer than 20,000 characters.
pub async fn write(app: &App, session: &AgentSession, ticket: TicketId, body: &str) -> Result<Note, FlowError> {
    let body = body.trim();
    if body.is_empty() || body.chars().count() > NOTE_CHARS_MAX || body.contains('\0') {
        return Err(FlowError::Invalid(format!("A note has 1 to {NOTE_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.ticket(&grant, ticket).await?;
    let agent = session.agent();
    let note = tx.add_note(ticket, agent.id, body).await?;
    let at = tx.now();
    tx.commit(AuditEvent::NoteWritten { ticket, note }).await?;
    app.live.committed();
    Ok(Note { id: note, author: agent.name.clone(), body: body.to_owned(), at })
}
