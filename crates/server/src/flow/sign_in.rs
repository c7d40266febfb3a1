//! A person signs in and out. An unknown address costs the same time and gives the same answer as a
//! wrong password, and both are counted.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Digest, Refusal, Timestamp,
    audit::{AuditEvent, Service},
    ids::AgentId,
    terms::Confirmation,
};
use store::{AgentSession, Conn, NewSession, OpenedWith, ServiceIdentity, Tx};
use tokio::sync::Semaphore;

use crate::{App, FlowError, flow::second_factor};

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
    /// The password is right; a code of the authenticator app is asked for besides.
    #[error("Type the code of your authenticator app, or a recovery code.")]
    SecondFactor,
    /// The code is wrong, or was used.
    #[error("This code is not right, or was used already. Wait for the next one.")]
    WrongCode,
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

/// What somebody types at the door.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// Their address.
    pub email: &'a str,
    /// Their password.
    pub password: &'a str,
    /// A code of their authenticator app, or a recovery code.
    pub code: Option<&'a str>,
    /// The program they sign in with, as far as it says.
    pub client: &'a str,
}

/// Opens a session for the agent with this address and password, and the code where they have a second factor.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(app: &App, typed: Typed<'_>) -> Result<Opened, SignInError> {
    let email = typed.email.trim().to_lowercase();
    let now = app.clock.now();
    let counted = app.keys.commit_to("countersign/sign-in/1", email.as_bytes());
    if app.store.sign_in_failures(&counted.to_string(), now.plus_seconds(-FAILURE_SECONDS)).await? >= FAILURES_MAX {
        return Err(SignInError::TooMany);
    }
    let known = app.store.read().await?.password_of(&email).await?;
    let Some(agent) = verify(known, typed.password).await? else {
        failed(app, counted).await?;
        return Err(SignInError::Wrong);
    };
    // The person has no session yet to act in; the event names both.
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), now).await?;
    let factor = tx.second_factor(agent).await?.filter(|f| f.confirmed_at.is_some());
    let opened_with = match (factor, typed.code) {
        (None, _) => OpenedWith::Password,
        (Some(_), None) => return Err(SignInError::SecondFactor),
        (Some(factor), Some(code)) => match second_factor::opens(app, &mut tx, agent, &factor, code).await? {
            Some(way) => way,
            None => {
                tx.abandon().await?;
                failed(app, counted).await?;
                return Err(SignInError::WrongCode);
            }
        },
    };
    Ok(open(app, tx, Opening { agent, opened_with, proved_at: None, client: typed.client }).await?)
}

/// Whose session is opened, and how they came.
pub(super) struct Opening<'a> {
    pub agent: AgentId,
    pub opened_with: OpenedWith,
    /// When a provider made sure just now that it is them.
    pub proved_at: Option<Timestamp>,
    pub client: &'a str,
}

/// Opens a session for somebody who was let in, and commits.
pub(super) async fn open(app: &App, mut tx: Tx, opening: Opening<'_>) -> Result<Opened, FlowError> {
    let Opening { agent, opened_with, proved_at, client } = opening;
    let secret: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let token = URL_SAFE_NO_PAD.encode(secret);
    let (hash, now) = (Digest::of(token.as_bytes()), tx.now());
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    let new = NewSession { agent, token_hash: hash.as_bytes(), expires_at, client, opened_with, proved_at };
    let session = tx.open_session(new).await?;
    tx.commit(AuditEvent::SignedIn { agent, session }).await?;
    app.live.committed();
    let session = app.store.read().await?.session(hash.as_bytes(), now).await?.ok_or(FlowError::NotFound)?;
    Ok(Opened { token, session })
}

/// Counts a failure under the keyed digest of its address.
async fn failed(app: &App, counted: Digest) -> Result<(), SignInError> {
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::SignIn), app.clock.now()).await?;
    tx.sign_in_failed(&counted.to_string()).await?;
    tx.commit(AuditEvent::SignInFailed { commitment: counted }).await?;
    app.live.committed();
    Ok(())
}

/// How long a confirmation counts for what changes rights, in seconds.
const CONFIRMATION_SECONDS: i64 = 5 * 60;

/// Whether a person proved just now that it is them: asked before anything that changes rights.
///
/// # Errors
/// [`Refusal::ConfirmFirst`].
pub async fn recently_confirmed(conn: &mut Conn, session: &AgentSession, now: Timestamp) -> Result<(), FlowError> {
    match conn.confirmed_since(session, now.plus_seconds(-CONFIRMATION_SECONDS)).await? {
        true => Ok(()),
        false => Err(Refusal::ConfirmFirst.into()),
    }
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
