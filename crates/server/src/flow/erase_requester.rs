//! Erases a requester on request: every row, both indexes, the vectors and the files lose their words in one transaction
//! and one commit of each index. The record keeps that it happened, and holds nothing of the person.

use connect::mail;
use desk::{
    Refusal, Timestamp,
    audit::{AuditEvent, Service},
    ids::{MailId, RequesterId},
    people::Role,
};
use outbox::Forgotten;
use store::{AgentSession, Conn, Emptied, Grant, MailState, Purpose, Scope, ServiceIdentity, StoreError, Tx};

use crate::{
    App, FlowError,
    flow::{erased_list, held_of, sign_in::recently_confirmed, train_triage},
};

/// Mails in quarantine that are looked through.
const HELD: i64 = 10_000;

/// What was erased: the receipt. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The requester's id, by which the record knows them.
    pub requester: RequesterId,
    /// When.
    pub at: Timestamp,
    /// Tickets emptied.
    pub tickets: usize,
    /// Rows emptied or removed, by table.
    pub rows: Emptied,
}

/// A person erases a requester; `address` is typed again, so that nobody is erased by a slip.
///
/// # Errors
/// [`Refusal::Role`] for all but administrators and leads of the whole desk, [`Refusal::ConfirmFirst`], [`FlowError::NotFound`],
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
    let now = app.clock.now();
    let mut tx = app.store.begin(session, now).await?;
    recently_confirmed(&mut tx, session, now).await?;
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

/// Retention erases a requester with whom nothing is open and nothing happened since `before`.
///
/// # Errors
/// [`FlowError::Stale`] when something happened; as [`by_person`], roles apart.
pub async fn by_age(app: &App, requester: RequesterId, before: Timestamp) -> Result<Erased, FlowError> {
    let mut tx = app.store.begin(&super::PREPARATION, app.clock.now()).await?;
    if !tx.is_silent(requester, before).await? {
        return Err(FlowError::Stale);
    }
    let address = tx.requester(requester).await?.email;
    erase(app, tx, requester, &address).await
}

/// Erases again whoever was erased before and is back, as after a backup was restored. Asked before the desk serves: it does not
/// serve while somebody who was erased is in it. Returns how many came back.
///
/// # Errors
/// When the list cannot be read, or whatever the database says.
pub async fn again(app: &App) -> Result<usize, FlowError> {
    let mut back = 0;
    for requester in erased_list::read(&app.config.data)? {
        let known = app.store.read().await?.requester(requester).await;
        let address = match known {
            Ok(known) if known.email.contains('@') => known.email,
            Ok(_) | Err(StoreError::NotFound) => continue,
            Err(other) => return Err(other.into()),
        };
        let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
        // A hold that came back with the backup had ended before they were erased.
        match tx.end_hold(requester).await {
            Ok(()) => {
                tx.record(AuditEvent::HoldEnded { requester }).await?;
            }
            Err(StoreError::NotFound) => {}
            Err(other) => return Err(other.into()),
        }
        erase(app, tx, requester, &address).await?;
        back += 1;
    }
    if back > 0 {
        tracing::warn!(
            back,
            "people who had been erased were in this database again, as in a restored backup, and are erased again"
        );
    }
    Ok(back)
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
    if let Some(reference) = tx.held_for(requester).await? {
        return Err(FlowError::Invalid(format!(
            "This requester is under a legal hold ({reference}), so nothing of theirs is erased. End the hold with `countersign retention release` first."
        )));
    }
    let tickets = tx.every_ticket_of(requester).await?;
    let vectors = held_of::vector_keys(app, &mut tx, &tickets).await?;
    let held = held(app, &mut tx, &known.email).await?;
    for ticket in &tickets {
        if outbox::forget(&mut tx, *ticket).await? == Forgotten::OneIsLeaving {
            return Err(FlowError::Invalid("A letter to them is leaving right now. Try again in a minute.".to_owned()));
        }
    }
    let rows = tx.forget_requester(requester, &held, &vectors).await?;
    for ticket in &tickets {
        tx.record(AuditEvent::TicketErased { ticket: *ticket }).await?;
    }
    train_triage::ask_without(app, &mut tx, &tickets).await?;
    let at = tx.now();
    erased_list::note(app, requester, at)?;
    let count = i64::try_from(tickets.len()).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::RequesterErased { requester, tickets: count }).await?;
    app.store.clear_traces().await?;
    app.live.committed();
    Ok(Erased { requester, at, tickets: tickets.len(), rows })
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
