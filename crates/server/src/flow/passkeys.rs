//! A person registers a passkey, and later proves with it that they are there. A key proves presence for what asks for more
//! than a session; it signs nobody in.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{audit::AuditEvent, ids::PasskeyId, terms::Confirmation};
use store::{AgentSession, ChallengeFor, NewPasskey, Passkey, StoreError};

use crate::{
    App, FlowError,
    flow::sign_in::{self, SignInError},
    passkey::{Answered, Asked, CHALLENGE_SECONDS, Created, Key, PasskeyError, prove, take},
};

/// Keys that one person may have.
const KEYS_MAX: usize = 10;
/// Longest name of a key, in characters.
const NAME_CHARS_MAX: usize = 60;

impl From<PasskeyError> for FlowError {
    fn from(error: PasskeyError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// What a key is asked next.
#[derive(Debug)]
pub struct Question {
    /// The challenge, base64url.
    pub challenge: String,
    /// The person's keys.
    pub keys: Vec<Passkey>,
}

/// Asks for a key: a new one, or one that is known.
///
/// # Errors
/// [`FlowError::Invalid`] when there are too many keys, or none to ask.
pub async fn ask(app: &App, session: &AgentSession, purpose: ChallengeFor) -> Result<Question, FlowError> {
    let keys = app.store.read().await?.passkeys(session.agent().id).await?;
    match purpose {
        ChallengeFor::Register if keys.len() >= KEYS_MAX => {
            return Err(FlowError::Invalid(format!("You have {KEYS_MAX} passkeys. Remove one first.")));
        }
        ChallengeFor::Confirm if keys.is_empty() => {
            return Err(FlowError::Invalid("You have no passkey yet. Register one in the settings.".to_owned()));
        }
        _ => {}
    }
    let secret: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let challenge = URL_SAFE_NO_PAD.encode(secret);
    app.store.ask_passkey(session.id(), purpose, &challenge, app.clock.now()).await?;
    Ok(Question { challenge, keys })
}

/// The answer's challenge is used up whatever the answer is worth.
async fn asked(app: &App, session: &AgentSession, purpose: ChallengeFor) -> Result<String, FlowError> {
    let since = app.clock.now().plus_seconds(-CHALLENGE_SECONDS);
    let found = app.store.take_challenge(session.id(), purpose, since).await?;
    found.ok_or_else(|| FlowError::Invalid("The passkey took too long. Try again.".to_owned()))
}

/// Takes a new key of somebody who types their password once more.
///
/// # Errors
/// [`SignInError`] for the password; a key that is not taken, or known already, says why.
pub async fn register(
    app: &App,
    session: &AgentSession,
    (name, password, host): (&str, &str, &str),
    created: &Created,
) -> Result<PasskeyId, SignInError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let why = format!("A passkey needs a name of at most {NAME_CHARS_MAX} characters.");
        return Err(FlowError::Invalid(why).into());
    }
    sign_in::confirm(app, session, password).await?;
    let challenge = asked(app, session, ChallengeFor::Register).await?;
    let key = take(Asked { challenge: &challenge, host }, created).map_err(FlowError::from)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let new = NewPasskey {
        agent: session.agent().id,
        credential: &created.id,
        name,
        public_key: &key.public_key,
        relying_party: &key.relying_party,
        use_count: key.count.into(),
    };
    let id = match tx.add_passkey(new).await {
        Err(StoreError::Stale) => return Err(FlowError::Invalid("This passkey is known already.".to_owned()).into()),
        other => other?,
    };
    tx.commit(AuditEvent::PasskeyAdded { agent: session.agent().id, passkey: id }).await?;
    app.live.committed();
    Ok(id)
}

/// The person proves with a key that it is them.
///
/// # Errors
/// [`FlowError::Invalid`] with the reason when the answer proves nothing.
pub async fn confirm(app: &App, session: &AgentSession, host: &str, answered: &Answered) -> Result<(), FlowError> {
    let challenge = asked(app, session, ChallengeFor::Confirm).await?;
    let keys = app.store.read().await?.passkeys(session.agent().id).await?;
    let known = keys.iter().find(|k| k.credential == answered.id).ok_or(PasskeyError::Forged)?;
    let key = Key {
        public_key: known.public_key.clone(),
        relying_party: known.relying_party.clone(),
        count: u32::try_from(known.use_count).unwrap_or(u32::MAX),
    };
    let count = prove(Asked { challenge: &challenge, host }, &key, answered)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.passkey_used(known, count.into()).await?;
    tx.confirm_session(session, Confirmation::Passkey).await?;
    let method = Confirmation::Passkey.word().to_owned();
    tx.commit(AuditEvent::SessionConfirmed { session: session.id(), method }).await?;
    app.live.committed();
    Ok(())
}

/// Forgets one of a person's keys.
///
/// # Errors
/// [`FlowError::NotFound`] when it is not theirs.
pub async fn remove(app: &App, session: &AgentSession, id: PasskeyId) -> Result<(), FlowError> {
    let agent = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.remove_passkey(id, agent).await?;
    tx.commit(AuditEvent::PasskeyRemoved { agent, passkey: id }).await?;
    app.live.committed();
    Ok(())
}
