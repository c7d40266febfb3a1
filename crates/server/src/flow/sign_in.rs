//! A person signs in and out. An unknown address costs the same time and gives the same answer as a
//! wrong password, and both are counted.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Digest,
    audit::{AuditEvent, Service},
    ids::AgentId,
    terms::Confirmation,
};
use store::{AgentSession, NewSession, ServiceIdentity};
use tokio::sync::Semaphore;

use crate::{App, FlowError};

/// How long a session lasts, in seconds: one working day.
pub const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// How many failures of one address within [`FAILURE_SECONDS`] close it for a while.
pub const FAILURES_MAX: i64 = 10;
/// How long a failure counts, in seconds.
pub const FAILURE_SECONDS: i64 = 15 * 60;
/// Longest password that is looked at, in bytes.
const PASSWORD_BYTES_MAX: usize = 1_000;

/// Argon2 wants 19 MiB for each: at most this many at once.
static HASHING: Semaphore = Semaphore::const_new(3);

/// Verified against when there is no such agent, so that time tells nothing.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Why nobody is signed in now.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address or password is wrong; which one is not said.
    #[error("Address and password do not fit together.")]
    Wrong,
    /// Too many failures.
    #[error("Too many failed tries. Wait a quarter of an hour, then try again.")]
    TooMany,
    /// Anything else.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<store::StoreError> for SignInError {
    fn from(error: store::StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// A session with its token, which is told once and stored only as a hash.
pub struct Opened {
    /// The secret for the cookie.
    pub token: String,
    /// The session.
    pub session: AgentSession,
}

/// Opens a session for the agent with this address and password.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(app: &App, email: &str, password: &str) -> Result<Opened, SignInError> {
    let email = email.trim().to_lowercase();
    let now = app.clock.now();
    let typed = app.keys.commit_to("countersign/sign-in/1", email.as_bytes());
    if app.store.sign_in_failures(&typed.to_string(), now.plus_seconds(-FAILURE_SECONDS)).await? >= FAILURES_MAX {
        return Err(SignInError::TooMany);
    }
    let known = app.store.read().await?.password_of(&email).await?;
    let agent = match verify(known, password).await? {
        Some(agent) => agent,
        None => {
            let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), now).await?;
            tx.sign_in_failed(&typed.to_string()).await?;
            tx.commit(AuditEvent::SignInFailed { commitment: typed }).await?;
            app.live.committed();
            return Err(SignInError::Wrong);
        }
    };
    let secret: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let token = URL_SAFE_NO_PAD.encode(secret);
    let hash = Digest::of(token.as_bytes());
    // The person has no session yet to act in; the event names both.
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), now).await?;
    let new = NewSession { agent, token_hash: hash.as_bytes(), expires_at: now.plus_seconds(SESSION_SECONDS) };
    let session = tx.open_session(new).await?;
    tx.commit(AuditEvent::SignedIn { agent, session }).await?;
    app.live.committed();
    let session = app.store.read().await?.session(hash.as_bytes(), now).await?.ok_or(FlowError::NotFound)?;
    Ok(Opened { token, session })
}

/// A signed-in person proves again that it is them, for what asks for more than a session.
///
/// # Errors
/// [`SignInError`], counted like a failed sign-in.
pub async fn confirm(app: &App, session: &AgentSession, password: &str) -> Result<(), SignInError> {
    let (email, now) = (session.agent().email.as_str(), app.clock.now());
    let typed = app.keys.commit_to("countersign/sign-in/1", email.as_bytes());
    if app.store.sign_in_failures(&typed.to_string(), now.plus_seconds(-FAILURE_SECONDS)).await? >= FAILURES_MAX {
        return Err(SignInError::TooMany);
    }
    let known = app.store.read().await?.password_of(email).await?;
    if verify(known, password).await? != Some(session.agent().id) {
        let mut tx = app.store.begin(session, now).await?;
        tx.sign_in_failed(&typed.to_string()).await?;
        tx.commit(AuditEvent::SignInFailed { commitment: typed }).await?;
        app.live.committed();
        return Err(SignInError::Wrong);
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.confirm_session(session, Confirmation::Password).await?;
    let method = Confirmation::Password.word().to_owned();
    tx.commit(AuditEvent::SessionConfirmed { session: session.id(), method }).await?;
    app.live.committed();
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Whatever the database says.
pub async fn sign_out(app: &App, session: &AgentSession) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.end_session(session.id()).await?;
    tx.commit(AuditEvent::SignedOut { session: session.id() }).await?;
    app.live.committed();
    Ok(())
}

/// Hashes a password with Argon2id and its recommended parameters.
///
/// # Errors
/// [`FlowError::Invalid`] for a password under 8 characters or over 1,000 bytes.
pub async fn hash_password(password: &str) -> Result<String, FlowError> {
    if password.chars().count() < 8 || password.len() > PASSWORD_BYTES_MAX {
        return Err(FlowError::Invalid("A password has 8 to 1,000 characters.".to_owned()));
    }
    let password = password.to_owned();
    blocking(move || hash_now(&password))
        .await?
        .ok_or_else(|| FlowError::Unavailable("The system gave no random numbers; no password was set.".to_owned()))
}

fn hash_now(password: &str) -> Option<String> {
    Some(Argon2::default().hash_password(password.as_bytes()).ok()?.to_string())
}

async fn verify(known: Option<(AgentId, String)>, password: &str) -> Result<Option<AgentId>, FlowError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(None);
    }
    let password = password.to_owned();
    blocking(move || {
        let (agent, stored) = known.map_or_else(|| (None, NOBODY.clone()), |(agent, stored)| (Some(agent), stored));
        let parsed = PasswordHash::new(&stored).ok()?;
        Argon2::default().verify_password(password.as_bytes(), &parsed).ok()?;
        agent
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, FlowError> {
    let _permit = HASHING.acquire().await.map_err(|e| FlowError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|e| FlowError::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_agent_is_right() {
        let id = store::new_id::<AgentId>();
        let stored = hash_password("correct horse").await.expect("hashes");
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert_eq!(verify(Some((id, stored.clone())), "correct horse").await.ok().flatten(), Some(id));
        assert_eq!(verify(Some((id, stored)), "wrong horse").await.ok().flatten(), None);
        assert_eq!(verify(None, "nobody has this password").await.ok().flatten(), None);
        assert!(hash_password("short").await.is_err());
    }
}
