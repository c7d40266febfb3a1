//! A person takes words or a file out of a ticket for good. A mark stands in its place; nothing brings it back, and the record
//! says that it happened.

use desk::{
    Digest, Refusal,
    audit::AuditEvent,
    ids::{AttachmentId, TicketId},
};
use outbox::Forgotten;
use redact::{Class, Removal};
use store::{AgentSession, Conn, Grant, Purpose, Scrub};

use crate::{App, FlowError, library::meaning_of};

/// Takes every occurrence of `words` out of a ticket. Returns in how many texts it stood.
///
/// # Errors
/// [`FlowError::Invalid`] where it does not stand in the ticket or is too short, [`FlowError::NotFound`] or
/// [`Refusal::NotYours`] for other queues.
pub async fn words(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    words: &str,
    class: Class,
) -> Result<i64, FlowError> {
    let removal = Removal::new(words).map_err(|e| FlowError::Invalid(format!("This cannot be removed: {e}.")))?;
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    works_here(&mut tx, session, &grant, ticket).await?;
    let vectors = vectors(&mut tx, &grant, ticket, &removal).await?;
    let family = tx.relatives(ticket).await?;
    for one in &family {
        tx.hold_drafts(*one).await?;
    }
    let mark = format!("[{class} removed]");
    let whole = |text: &str| removal.remove(text, &mark);
    let pieces = |text: &str| removal.remove_pieces(text, &mark);
    let done = tx.scrub(ticket, Scrub { whole: &whole, pieces: &pieces }, &vectors).await?;
    if done.places == 0 {
        tx.abandon().await?;
        return Err(FlowError::Invalid("These words do not stand in this ticket. Select them again.".to_owned()));
    }
    // What was sent or shown cannot be changed in part: its bytes go as a whole, digest and approval stay.
    for one in family.iter().filter(|_| done.letters) {
        if outbox::forget(&mut tx, *one).await? == Forgotten::OneIsLeaving {
            tx.abandon().await?;
            return Err(FlowError::Invalid(
                "A letter of this ticket is leaving right now. Try again in a minute.".to_owned(),
            ));
        }
    }
    tx.commit(AuditEvent::TicketRedacted { ticket, class: class.name().to_owned(), places: done.places }).await?;
    app.store.clear_traces().await?;
    app.live.committed();
    Ok(done.places)
}

/// Takes a file out of its ticket.
///
/// # Errors
/// [`FlowError::NotFound`] or [`Refusal::NotYours`] for other queues.
pub async fn file(app: &App, session: &AgentSession, id: AttachmentId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let ticket = tx.ticket_of_attachment(&grant, id).await?;
    works_here(&mut tx, session, &grant, ticket).await?;
    let (row, _) = tx.attachment(&grant, id).await?;
    tx.remove_attachment(id, row.message).await?;
    tx.commit(AuditEvent::AttachmentRedacted { ticket, attachment: id }).await?;
    app.store.clear_traces().await?;
    app.live.committed();
    Ok(())
}

async fn works_here(conn: &mut Conn, session: &AgentSession, grant: &Grant, ticket: TicketId) -> Result<(), FlowError> {
    let queue = conn.ticket(grant, ticket).await?.ticket.queue;
    let agent = session.agent();
    if agent.role.answers() && agent.works_in(&queue) { Ok(()) } else { Err(Refusal::NotYours.into()) }
}

/// Keys of the cached vectors of texts that hold the words.
async fn vectors(
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
    removal: &Removal,
) -> Result<Vec<Digest>, FlowError> {
    // A letter's meaning was taken under the subject of the ticket it was on then.
    let messages = conn.messages(grant, ticket).await?;
    let mut texts = Vec::new();
    for one in conn.relatives(ticket).await? {
        let subject = conn.subject(one).await?;
        texts.extend(messages.iter().map(|m| meaning_of(&subject, "", &m.latest)));
    }
    if let Some(case) = conn.past_case(grant, ticket).await? {
        texts.push(meaning_of(&case.subject, "", &case.question));
    }
    Ok(texts.iter().filter(|text| removal.count(text) > 0).map(|text| Digest::of(text.as_bytes())).collect())
}
