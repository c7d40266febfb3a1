//! A lead gives a program a key, or takes it back. There is no scope with which it could approve.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{Digest, Refusal, Timestamp, audit::AuditEvent, ids::TokenId, people::Role};
use store::{AgentSession, NewToken};

use crate::{App, FlowError};

/// Everything a key can be allowed.
pub const SCOPES: &[&str] = &[
    "tickets:read",
    "tickets:write",
    "mail:write",
    "record:read",
    "knowledge:read",
    "consent:write",
    "telemetry:write",
    "telemetry:read",
];
/// Longest life of a key, in days.
pub const DAYS_MAX: i64 = 366;

/// A key that was just made. The secret is told once.
pub struct Made {
    /// Its id.
    pub id: TokenId,
    /// The secret.
    pub secret: String,
    /// Scopes without repetitions.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Makes a key.
///
/// # Errors
/// [`Refusal::Role`] for all but leads and administrators, [`FlowError::Invalid`] for a name, scope
/// or number of days that cannot be.
pub async fn make(
    app: &App,
    session: &AgentSession,
    name: &str,
    scopes: &[String],
    days: i64,
) -> Result<Made, FlowError> {
    may_keep_keys(session)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(FlowError::Invalid(
            "Give the key a name of 1 to 100 characters that says what it is for.".to_owned(),
        ));
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(FlowError::Invalid(format!("A key lives 1 to {DAYS_MAX} days.")));
    }
    if let Some(unknown) = scopes.iter().find(|s| !SCOPES.contains(&s.as_str())) {
        let shown: String = unknown.chars().take(40).collect();
        return Err(FlowError::Invalid(format!("“{shown}” is not a scope; it must be one of: {}.", SCOPES.join(", "))));
    }
    let scopes: Vec<String> =
        SCOPES.iter().filter(|s| scopes.iter().any(|own| own == *s)).map(|s| (*s).to_owned()).collect();
    if scopes.is_empty() {
        return Err(FlowError::Invalid("Choose at least one scope.".to_owned()));
    }
    let random: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let secret = format!("cst_{}", URL_SAFE_NO_PAD.encode(random));
    let now = app.clock.now();
    let expires_at = now.plus_seconds(days.saturating_mul(86_400));
    let hash = Digest::of(secret.as_bytes());
    let mut tx = app.store.begin(session, now).await?;
    let id = tx
        .make_token(NewToken {
            name,
            token_hash: hash.as_bytes(),
            scopes: &scopes,
            made_by: session.agent().id,
            expires_at,
        })
        .await?;
    tx.commit(AuditEvent::TokenMade { token: id }).await?;
    app.live.committed();
    Ok(Made { id, secret, scopes, created_at: now, expires_at })
}

/// Takes a key back; it is refused from the next request on.
///
/// # Errors
/// [`Refusal::Role`], [`FlowError::NotFound`].
pub async fn revoke(app: &App, session: &AgentSession, token: TokenId) -> Result<(), FlowError> {
    may_keep_keys(session)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.revoke_token(token).await?;
    tx.commit(AuditEvent::TokenRevoked { token }).await?;
    app.live.committed();
    Ok(())
}

/// Whether this person keeps the programs' keys.
///
/// # Errors
/// [`Refusal::Role`].
pub fn may_keep_keys(session: &AgentSession) -> Result<(), Refusal> {
    match session.agent().role {
        Role::Lead | Role::Admin => Ok(()),
        _ => Err(Refusal::Role { needs: "leads and administrators keep the keys of programs".to_owned() }),
    }
}
