//! A person signs in by the word of the identity provider. What it vouches for is who somebody is; whether they have an account here,
//! and what they may do, is decided here alone.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use connect::identity::{Attempt, Claims, IdentityError, Provider};
use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    ids::AgentId,
    people::{Agent, AiSetting},
};
use serde::{Deserialize, Serialize};
use store::{InvitationState, OpenedWith, ServiceIdentity, StoreError, Tx, new_id};

use crate::{
    App, FlowError,
    config::Identity,
    flow::sign_in::{Opened, Opening, open},
};

/// How long a person has at the provider, in seconds.
pub const ATTEMPT_SECONDS: i64 = 10 * 60;
/// What the note of an attempt is bound to.
const NOTE: &str = "countersign/attempt/1";

/// Why somebody is not let in by their provider's word.
#[derive(Debug, thiserror::Error)]
pub enum VouchedError {
    /// No provider is configured.
    #[error("This desk has no identity provider.")]
    NoProvider,
    /// Too late, another browser, or turned away at the provider.
    #[error("This attempt to sign in is over. Try again.")]
    Over,
    /// The provider does not say that the address is theirs.
    #[error("The identity provider has not verified your address.")]
    Unverified,
    /// Nobody here has this address, or they are switched off, or it is another person of the provider.
    #[error("Nobody here signs in with this account. Ask an administrator.")]
    Unknown,
    /// The provider failed or said what does not hold.
    #[error("The identity provider could not be asked: {0}.")]
    Provider(#[from] IdentityError),
    /// Anything else.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<StoreError> for VouchedError {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// What a browser keeps of its attempt, encrypted: whoever comes back with another browser is nobody.
#[derive(Serialize, Deserialize)]
struct Note {
    state: String,
    nonce: String,
    verifier: String,
    again: bool,
    to: String,
    until: i64,
}

/// Where to send a browser, and what it is to keep.
pub struct Sent {
    /// The provider's page.
    pub url: String,
    /// The note.
    pub note: String,
}

fn provider(app: &App) -> Result<(&Provider, &Identity), VouchedError> {
    app.identity.as_ref().zip(app.config.identity.as_ref()).ok_or(VouchedError::NoProvider)
}

fn random(app: &App) -> Result<String, VouchedError> {
    let bytes: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Begins an attempt. `to` is the page of this desk to go on at; `again` asks the provider for a fresh proof.
///
/// # Errors
/// [`VouchedError::NoProvider`], [`VouchedError::Provider`].
pub async fn begin(app: &App, to: &str, again: bool) -> Result<Sent, VouchedError> {
    let (provider, _) = provider(app)?;
    let attempt = Attempt { state: random(app)?, nonce: random(app)?, verifier: random(app)?, again };
    let url = provider.send_to(&attempt).await?.to_string();
    let Attempt { state, nonce, verifier, again } = attempt;
    let until = app.clock.now().plus_seconds(ATTEMPT_SECONDS).micros();
    let note = Note { state, nonce, verifier, again, to: own_page(to).to_owned(), until };
    let plain = serde_json::to_vec(&note).map_err(|e| FlowError::Internal(e.to_string()))?;
    let sealed = app.keys.lock_away(NOTE, &plain).map_err(|e| FlowError::Unavailable(e.to_string()))?;
    Ok(Sent { url, note: URL_SAFE_NO_PAD.encode(sealed) })
}

/// A path of this desk and nothing else; whatever is not one is the list of tickets.
fn own_page(to: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~?=&%+:".contains(c);
    if to.starts_with('/') && !to.starts_with("//") && to.chars().all(plain) { to } else { "/tickets" }
}

/// Finishes an attempt: a session, and the page to go on at.
///
/// # Errors
/// [`VouchedError`].
pub async fn finish(
    app: &App,
    note: &str,
    state: &str,
    code: &str,
    client: &str,
) -> Result<(Opened, String), VouchedError> {
    let (provider, identity) = provider(app)?;
    let now = app.clock.now();
    let plain = URL_SAFE_NO_PAD.decode(note).ok().and_then(|sealed| app.keys.unlock(NOTE, &sealed));
    let note: Note = plain.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or(VouchedError::Over)?;
    if note.state != state || note.until <= now.micros() {
        return Err(VouchedError::Over);
    }
    let attempt = Attempt { state: note.state, nonce: note.nonce, verifier: note.verifier, again: note.again };
    let claims = provider.who(code, &attempt, now.micros() / 1_000_000).await?;
    // The person has no session yet to act in; the event names both.
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), now).await?;
    let Some(agent) = account(&mut tx, &identity.issuer, &claims, now).await? else {
        tx.abandon().await?;
        return Err(turned_away(app, &identity.issuer, &claims).await?);
    };
    let proved_at = note.again.then_some(now);
    let opening = Opening { agent, opened_with: OpenedWith::Provider, proved_at, client };
    Ok((open(app, tx, opening).await?, note.to))
}

/// The account of a person of the provider: the one they had before, or the one with their verified address, or the one they were
/// invited to. Who is known by their subject stays that account, whatever address they have by now.
async fn account(tx: &mut Tx, issuer: &str, claims: &Claims, now: Timestamp) -> Result<Option<AgentId>, VouchedError> {
    if let Some(known) = tx.identified(issuer, &claims.subject).await? {
        return Ok(known.off_since.is_none().then_some(known.agent));
    }
    let Some(email) = claims.email.as_deref().filter(|_| claims.email_verified) else { return Ok(None) };
    let email = email.trim().to_lowercase();
    let agent = match tx.account_at(issuer, &email).await? {
        Some((account, taken)) if taken || account.off_since.is_some() => return Ok(None),
        Some((account, _)) => account.agent,
        None => match invited(tx, &email, now).await? {
            Some(agent) => agent,
            None => return Ok(None),
        },
    };
    tx.identify(issuer, &claims.subject, agent).await?;
    tx.record(AuditEvent::IdentityLinked { agent }).await?;
    Ok(Some(agent))
}

/// Uses up the invitation of an address: an account without a password.
async fn invited(tx: &mut Tx, email: &str, now: Timestamp) -> Result<Option<AgentId>, VouchedError> {
    let Some(invitation) = tx.invitation_of(email, now).await? else { return Ok(None) };
    tx.end_invitation(invitation.id, InvitationState::Accepted).await?;
    let agent = Agent {
        id: new_id(),
        name: invitation.name,
        email: invitation.email,
        role: invitation.role,
        queues: invitation.queues,
        ai: AiSetting::Default,
    };
    tx.add_agent(&agent, None).await?;
    tx.record(AuditEvent::InvitationEnded { invitation: invitation.id, why: "accepted".to_owned() }).await?;
    Ok(Some(agent.id))
}

/// Notes that somebody was turned away, under a keyed digest, and says why.
async fn turned_away(app: &App, issuer: &str, claims: &Claims) -> Result<VouchedError, VouchedError> {
    let whom = app.keys.commit_to("countersign/sign-in/1", format!("{issuer} {}", claims.subject).as_bytes());
    let tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), app.clock.now()).await?;
    tx.commit(AuditEvent::SignInFailed { commitment: whom }).await?;
    app.live.committed();
    let verified = claims.email.is_some() && claims.email_verified;
    Ok(if verified { VouchedError::Unknown } else { VouchedError::Unverified })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_afterwards() {
        for (to, page) in [
            ("/tickets/7?tab=record", "/tickets/7?tab=record"),
            ("//evil.example", "/tickets"),
            ("https://evil.example", "/tickets"),
            ("/\\evil.example", "/tickets"),
            ("/x\"><script>", "/tickets"),
            ("", "/tickets"),
        ] {
            assert_eq!(own_page(to), page, "{to}");
        }
    }
}
