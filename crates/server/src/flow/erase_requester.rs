//! Erases a requester on request: every row, both indexes, the vectors and the files lose their words in one transaction
//! and one commit of each index. The record keeps that it happened, and holds nothing of the person.

use connect::mail;
use desk::{
    Digest, Refusal,
    audit::{AuditEvent, Service},
    ids::{MailId, RequesterId, TicketId},
    people::Role,
};
use outbox::Forgotten;
use store::{AgentSession, Conn, Grant, MailState, Purpose, Scope, ServiceIdentity, StoreError, Tx};

use crate::{App, FlowError, library::meaning_of};

/// Mails in quarantine that are looked through.
const HELD: i64 = 10_000;

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Tickets emptied.
    pub tickets: usize,
}

/// A person erases a requester; `address` is typed again, so that nobody is erased by a slip.
///
/// # Errors
/// [`Refusal::Role`] for all but administrators and leads of the whole desk, [`FlowError::NotFound`],
/// [`FlowError::Invalid`] for another address, and when a letter of theirs is leaving at this moment.
pub async fn by_person(
    app: &App,
    session: &AgentSession,
    requester: RequesterId,
    address: &str,
) -> Result<Erased, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let agent = session.agent();
    if !matches!(agent.role, Role::Admin | Role::Lead) || *grant.scope() != Scope::Desk {
        return Err(Refusal::Role { needs: "administrators and leads of every queue can".to_owned() }.into());
    }
    let tx = app.store.begin(session, app.clock.now()).await?;
    erase(app, tx, requester, address).await
}

/// The command line erases a requester by address.
///
/// # Errors
/// As [`by_person`], roles apart.
pub async fn by_command(app: &App, address: &str) -> Result<Erased, FlowError> {
    let address = address.trim().to_lowercase();
    let known = app.store.read().await?.requester_by_email(&address).await?.ok_or(FlowError::NotFound)?;
    let identity = ServiceIdentity::new(Service::CommandLine);
    let tx = app.store.begin(&identity, app.clock.now()).await?;
    erase(app, tx, known.id, &address).await
}

async fn erase(app: &App, mut tx: Tx, requester: RequesterId, address: &str) -> Result<Erased, FlowError> {
    let known = tx.requester(requester).await.map_err(|e| match e {
        StoreError::NotFound => FlowError::NotFound,
        other => other.into(),
    })?;
    if !known.email.contains('@') {
        return Err(FlowError::Invalid("This requester has been erased already.".to_owned()));
    }
    if known.email != address.trim().to_lowercase() {
        return Err(FlowError::Invalid("This is not the requester's address; type it as it is shown.".to_owned()));
    }
    let tickets = tx.every_ticket_of(requester).await?;
    let vectors = vectors(app, &mut tx, &tickets).await?;
    let held = held(app, &mut tx, &known.email).await?;
    for ticket in &tickets {
        if outbox::forget(&mut tx, *ticket).await? == Forgotten::OneIsLeaving {
            return Err(FlowError::Invalid("A letter to them is leaving right now. Try again in a minute.".to_owned()));
        }
    }
    tx.forget_requester(requester, &held, &vectors).await?;
    for ticket in &tickets {
        tx.record(AuditEvent::TicketErased { ticket: *ticket }).await?;
    }
    let count = i64::try_from(tickets.len()).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::RequesterErased { requester, tickets: count }).await?;
    app.store.clear_traces().await?;
    app.live.committed();
    Ok(Erased { tickets: tickets.len() })
}

/// Keys of the cached vectors of their solved cases and of what they asked, as patterns are counted from it.
async fn vectors(app: &App, conn: &mut Conn, tickets: &[TicketId]) -> Result<Vec<Digest>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut digests = Vec::new();
    for ticket in tickets {
        if let Some(case) = conn.past_case(&grant, *ticket).await? {
            digests.push(Digest::of(meaning_of(&case.subject, "", &case.question).as_bytes()));
        }
        let subject = conn.ticket(&grant, *ticket).await?.ticket.subject;
        for message in conn.messages(&grant, *ticket).await?.iter().filter(|m| m.inbound) {
            digests.push(Digest::of(meaning_of(&subject, "", &message.latest).as_bytes()));
        }
    }
    Ok(digests)
}

/// Their mails that never became messages.
async fn held(app: &App, conn: &mut Conn, address: &str) -> Result<Vec<MailId>, FlowError> {
    let mut theirs = Vec::new();
    for state in [MailState::Quarantined, MailState::Received] {
        for held in conn.mails_in(state, HELD).await? {
            let raw = conn.blob(held.blob).await?;
            let from = mail::parse(&raw, &app.mail).from;
            if from.is_some_and(|from| from.address.eq_ignore_ascii_case(address)) {
                theirs.push(held.id);
            }
        }
    }
    Ok(theirs)
}
