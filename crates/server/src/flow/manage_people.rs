//! Administrators let people in and out. What changes rights asks for a fresh confirmation, and nobody changes their own.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Digest, Refusal,
    audit::{AuditEvent, Service},
    ids::{AgentId, InvitationId, SessionId},
    people::{Agent, AiSetting, Role, may_manage},
};
use store::{AgentSession, Invitation, InvitationState, NewInvitation, ServiceIdentity, StoreError, Tx, new_id};

use crate::{
    App, FlowError,
    flow::sign_in::{hash_password, recently_confirmed},
};

/// How long an invitation is good, in seconds.
pub const INVITATION_SECONDS: i64 = 72 * 60 * 60;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Whom somebody invites.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Full name, as customers will read it.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// What they will do.
    pub role: Role,
    /// Queues they will work in.
    pub queues: Vec<String>,
}

/// A change of somebody's account.
#[derive(Debug, Clone)]
pub enum Change {
    /// Another role and other queues.
    Role(Role, Vec<String>),
    /// No longer let in; every session ends.
    Off,
    /// Let in again.
    On,
    /// Signed out everywhere.
    SignedOut,
    /// Their second factor is lost: the password alone lets them in until they begin anew.
    SecondFactorLost,
}

/// Makes an invitation; returns its token, which is told once.
///
/// # Errors
/// [`Refusal::Role`], [`Refusal::ConfirmFirst`], [`FlowError::Invalid`] for a name, address or queue that cannot be.
pub async fn invite(app: &App, session: &AgentSession, invite: &Invite) -> Result<(InvitationId, String), FlowError> {
    administers(session)?;
    let email = invite.email.trim().to_lowercase();
    let name = invite.name.trim();
    if !desk::envelope::is_address(&email) {
        return Err(FlowError::Invalid(
            "This is no address to sign in with; give one such as ana@company.example.".into(),
        ));
    }
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(FlowError::Invalid("A person needs a name on one line.".to_owned()));
    }
    let secret: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let token = URL_SAFE_NO_PAD.encode(secret);
    let now = app.clock.now();
    let mut tx = app.store.begin(session, now).await?;
    recently_confirmed(&mut tx, session, now).await?;
    known_queues(&mut tx, &invite.queues).await?;
    if tx.accounts().await?.iter().any(|a| a.agent.email == email) {
        return Err(FlowError::Conflict("Somebody signs in with this address already.".to_owned()));
    }
    let hash = Digest::of(token.as_bytes());
    let new = NewInvitation {
        token_hash: hash.as_bytes(),
        email: &email,
        name,
        role: invite.role,
        queues: &invite.queues,
        by: session.agent().id,
        expires_at: now.plus_seconds(INVITATION_SECONDS),
    };
    let id = tx.add_invitation(new).await?;
    tx.commit(AuditEvent::InvitationMade { invitation: id, role: invite.role.word().to_owned() }).await?;
    app.live.committed();
    Ok((id, token))
}

/// Takes an invitation back.
///
/// # Errors
/// [`FlowError::NotFound`] when there is none that is open.
pub async fn withdraw(app: &App, session: &AgentSession, id: InvitationId) -> Result<(), FlowError> {
    administers(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.end_invitation(id, InvitationState::Withdrawn).await?;
    tx.commit(AuditEvent::InvitationEnded { invitation: id, why: "withdrawn".to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// The good invitation behind a token. Used, withdrawn, too old and never made are one answer.
///
/// # Errors
/// [`FlowError::Invalid`].
pub async fn look(app: &App, token: &str) -> Result<Invitation, FlowError> {
    let found =
        app.store.read().await?.good_invitation(Digest::of(token.as_bytes()).as_bytes(), app.clock.now()).await?;
    found.ok_or_else(|| FlowError::Invalid("This invitation is not good any more. Ask for a new one.".to_owned()))
}

/// The invited person chose a password: the account is there, the invitation used up.
///
/// # Errors
/// [`FlowError::Invalid`] for a token that is not good or a password that is too short.
pub async fn accept(app: &App, token: &str, password: &str) -> Result<AgentId, FlowError> {
    let invitation = look(app, token).await?;
    let hash = hash_password(password).await?;
    let agent = Agent {
        id: new_id(),
        name: invitation.name,
        email: invitation.email,
        role: invitation.role,
        queues: invitation.queues,
        ai: AiSetting::Default,
    };
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), app.clock.now()).await?;
    match tx.end_invitation(invitation.id, InvitationState::Accepted).await {
        Err(StoreError::NotFound) => return Err(FlowError::Stale),
        other => other?,
    }
    match tx.add_agent(&agent, Some(&hash)).await {
        Err(StoreError::Constraint { .. }) => {
            return Err(FlowError::Conflict("Somebody signs in with this address already.".to_owned()));
        }
        other => other?,
    }
    tx.commit(AuditEvent::InvitationEnded { invitation: invitation.id, why: "accepted".to_owned() }).await?;
    app.live.committed();
    Ok(agent.id)
}

/// Changes somebody's account.
///
/// # Errors
/// [`Refusal::Role`] for everybody but administrators, [`Refusal::Unfit`] for one's own account, [`Refusal::ConfirmFirst`].
pub async fn change(app: &App, session: &AgentSession, whom: AgentId, change: Change) -> Result<(), FlowError> {
    administers(session)?;
    let now = app.clock.now();
    let mut tx = app.store.begin(session, now).await?;
    // Two administrators who demote each other at the same instant: the second is none any more.
    tx.accounts_alone().await?;
    let still = tx.session_again(session.id(), now).await?;
    administers(&still.ok_or(FlowError::Stale)?)?;
    may_manage(session.agent(), &tx.agent(whom).await?)?;
    recently_confirmed(&mut tx, session, now).await?;
    let word = match change {
        Change::Role(role, queues) => {
            known_queues(&mut tx, &queues).await?;
            tx.set_role(whom, role, &queues).await?;
            format!("role {}", role.word())
        }
        Change::Off => {
            tx.deactivate_agent(whom).await?;
            "switched off".to_owned()
        }
        Change::On => {
            tx.activate_agent(whom).await?;
            "switched on".to_owned()
        }
        Change::SignedOut => {
            tx.end_sessions(whom).await?;
            "signed out everywhere".to_owned()
        }
        Change::SecondFactorLost => {
            tx.remove_second_factor(whom).await?;
            tx.end_sessions(whom).await?;
            "second factor taken away".to_owned()
        }
    };
    tx.commit(AuditEvent::AgentChanged { agent: whom, change: word }).await?;
    app.live.committed();
    Ok(())
}

/// A person ends one of their own sessions.
///
/// # Errors
/// [`FlowError::NotFound`] when it is not theirs or over.
pub async fn end_own_session(app: &App, session: &AgentSession, id: SessionId) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.end_own_session(id, session.agent().id).await?;
    tx.commit(AuditEvent::SignedOut { session: id }).await?;
    app.live.committed();
    Ok(())
}

/// Whether a person lets others in.
///
/// # Errors
/// [`Refusal::Role`].
pub fn administers(session: &AgentSession) -> Result<(), Refusal> {
    match session.agent().role {
        Role::Admin => Ok(()),
        _ => Err(Refusal::Role { needs: "an administrator can".to_owned() }),
    }
}

async fn known_queues(tx: &mut Tx, wanted: &[String]) -> Result<(), FlowError> {
    let known = tx.queues().await?;
    match wanted.iter().find(|key| !known.iter().any(|(k, _)| k == *key)) {
        Some(unknown) => Err(FlowError::Invalid(format!("There is no queue “{unknown}”."))),
        None => Ok(()),
    }
}
