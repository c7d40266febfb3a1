//! Somebody's say in whether AI touches a case changes. From then on the rules in [`desk::consent`] answer differently
//! wherever they are asked. What the machine had prepared goes with a no: its untouched drafts, cached vectors, and every
//! trained model that learnt from them. The index and what is held in memory follow the record.

use desk::{
    audit::{AuditEvent, Service},
    ids::{OrganizationId, RequesterId},
    people::{AiSetting, Role},
};
use store::{AgentSession, Grant, Purpose, ServiceIdentity, StoreError, TokenSession, Tx};

use crate::{
    App, FlowError,
    flow::{held_of, train_triage},
};

/// Told on tickets whose machine's draft was taken away.
const WHY: &str = "AI is off for this customer since they, or somebody for them, said no.";

/// An agent writes down what a requester wants.
///
/// # Errors
/// [`FlowError::NotFound`] when this person sees no ticket of theirs.
pub async fn requester(
    app: &App,
    session: &AgentSession,
    requester: RequesterId,
    ai: AiSetting,
) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    if tx.tickets_of(&grant, requester, 1).await?.is_empty() {
        return Err(FlowError::NotFound);
    }
    set(app, tx, requester, ai).await
}

/// A program writes it down, as a form on the company's own pages does. Its scope was asked for before.
///
/// # Errors
/// [`FlowError::NotFound`].
pub async fn by_program(
    app: &App,
    token: &TokenSession,
    requester: RequesterId,
    ai: AiSetting,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(token, app.clock.now()).await?;
    known(&mut tx, requester).await?;
    set(app, tx, requester, ai).await
}

/// Whoever holds the link under a mail to a requester says it for them.
///
/// # Errors
/// [`FlowError::NotFound`] for a link that is forged, outdated, or of somebody who was erased.
pub async fn by_link(app: &App, link: &str, ai: AiSetting) -> Result<(), FlowError> {
    let requester = app.door.choice_of(link, app.clock.now()).ok_or(FlowError::NotFound)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Requester), app.clock.now()).await?;
    if known(&mut tx, requester).await? == ai {
        return Ok(tx.abandon().await?);
    }
    set(app, tx, requester, ai).await
}

/// What the holder of a link has said so far. Nothing else of the requester is told.
///
/// # Errors
/// As [`by_link`].
pub async fn look(app: &App, link: &str) -> Result<AiSetting, FlowError> {
    let requester = app.door.choice_of(link, app.clock.now()).ok_or(FlowError::NotFound)?;
    let found = app.store.read().await?.requester(requester).await.map_err(gone)?;
    if found.email.contains('@') { Ok(found.ai) } else { Err(FlowError::NotFound) }
}

/// A lead writes down what an organization wants, for everybody in it.
///
/// # Errors
/// [`desk::Refusal::Role`] for all but leads and administrators, [`FlowError::NotFound`].
pub async fn organization(
    app: &App,
    session: &AgentSession,
    organization: OrganizationId,
    ai: AiSetting,
) -> Result<(), FlowError> {
    if !matches!(session.agent().role, Role::Lead | Role::Admin) {
        return Err(desk::Refusal::Role { needs: "leads and administrators can".to_owned() }.into());
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.set_organization_ai(organization, ai).await.map_err(gone)?;
    if ai == AiSetting::Out {
        for requester in tx.people_of(organization).await? {
            withdraw(app, &mut tx, requester).await?;
        }
    }
    tx.commit(AuditEvent::OrganizationConsent { organization, setting: ai.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Writes down what an agent wants for their own work.
///
/// # Errors
/// Whatever the database says.
pub async fn agent(app: &App, session: &AgentSession, ai: AiSetting) -> Result<(), FlowError> {
    let agent = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.set_agent_ai(agent, ai).await?;
    tx.commit(AuditEvent::AgentConsent { agent, setting: ai.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

async fn set(app: &App, mut tx: Tx, requester: RequesterId, ai: AiSetting) -> Result<(), FlowError> {
    tx.set_requester_ai(requester, ai).await.map_err(gone)?;
    if ai == AiSetting::Out {
        withdraw(app, &mut tx, requester).await?;
    }
    tx.commit(AuditEvent::RequesterConsent { requester, setting: ai.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

async fn withdraw(app: &App, tx: &mut Tx, requester: RequesterId) -> Result<(), FlowError> {
    let tickets = tx.every_ticket_of(requester).await?;
    let vectors = held_of::vector_keys(app, tx, &tickets).await?;
    tx.withdraw_machine(requester, &vectors, WHY).await?;
    train_triage::ask_without(app, tx, &tickets).await
}

/// What somebody said so far; nobody who was erased can be asked again.
async fn known(tx: &mut Tx, requester: RequesterId) -> Result<AiSetting, FlowError> {
    let found = tx.requester(requester).await.map_err(gone)?;
    if found.email.contains('@') { Ok(found.ai) } else { Err(FlowError::NotFound) }
}

fn gone(error: StoreError) -> FlowError {
    match error {
        StoreError::NotFound => FlowError::NotFound,
        other => other.into(),
    }
}
