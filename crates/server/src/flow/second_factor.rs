//! A second factor at the door: codes of an authenticator app, and ten recovery codes for the day the phone is lost.

use desk::{audit::AuditEvent, ids::AgentId};
use store::{AgentSession, OpenedWith, SecondFactor, StoreError};

use crate::{
    App, FlowError,
    flow::sign_in::recently_confirmed,
    totp::{base32, step_of},
};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// What their keyed digests are made under.
const RECOVERY: &str = "countersign/recovery-code/1";

/// A secret to be put into an app. It is told once.
#[derive(Debug)]
pub struct Begun {
    /// Base32, for typing.
    pub secret: String,
    /// For an app: `otpauth://...`.
    pub address: String,
}

/// Begins. Signing in asks for nothing new until [`confirm`].
///
/// # Errors
/// [`desk::Refusal::ConfirmFirst`] without a fresh confirmation; [`FlowError::Conflict`] when there is one already.
pub async fn begin(app: &App, session: &AgentSession) -> Result<Begun, FlowError> {
    let agent = session.agent();
    let secret: [u8; 20] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let sealed = app.keys.lock_away(&bound_to(agent.id), &secret).map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    recently_confirmed(&mut tx, session, app.clock.now()).await?;
    match tx.begin_second_factor(agent.id, &sealed).await {
        Err(StoreError::Stale) => {
            return Err(FlowError::Conflict("There is a second factor already. Remove it first.".to_owned()));
        }
        other => other?,
    }
    tx.commit(AuditEvent::AgentChanged { agent: agent.id, change: "second factor begun".to_owned() }).await?;
    let secret = base32(&secret);
    let mut address = url::Url::parse("otpauth://totp").map_err(|e| FlowError::Internal(e.to_string()))?;
    address.set_path(&format!("/{}:{}", app.config.desk.name, agent.email));
    address.query_pairs_mut().append_pair("secret", &secret).append_pair("issuer", &app.config.desk.name);
    Ok(Begun { secret, address: address.into() })
}

/// The person typed the first code: from now on signing in asks for one. Returns the recovery codes, told once.
///
/// # Errors
/// [`FlowError::Invalid`] for a wrong code, or when nothing was begun.
pub async fn confirm(app: &App, session: &AgentSession, code: &str) -> Result<Vec<String>, FlowError> {
    let agent = session.agent().id;
    let now = app.clock.now();
    let mut tx = app.store.begin(session, now).await?;
    let begun = tx.second_factor(agent).await?.filter(|f| f.confirmed_at.is_none());
    let begun = begun.ok_or_else(|| FlowError::Invalid("Begin with a new secret first.".to_owned()))?;
    let secret = secret_of(app, agent, &begun)?;
    let step = step_of(&secret, code, now.micros().div_euclid(1_000_000), begun.last_step);
    let step = step.ok_or_else(|| FlowError::Invalid("This code is not right. Type the newest one.".to_owned()))?;
    if !tx.use_step(agent, step).await? {
        return Err(FlowError::Stale);
    }
    let codes = (0..RECOVERY_CODES).map(|_| recovery_code(app)).collect::<Result<Vec<_>, _>>()?;
    let kept: Vec<String> = codes.iter().map(|code| keyed(app, agent, code)).collect();
    tx.confirm_second_factor(agent, &kept).await?;
    tx.commit(AuditEvent::AgentChanged { agent, change: "second factor on".to_owned() }).await?;
    app.live.committed();
    Ok(codes)
}

/// Signing in asks for the password alone again.
///
/// # Errors
/// [`desk::Refusal::ConfirmFirst`] without a fresh confirmation.
pub async fn remove(app: &App, session: &AgentSession) -> Result<(), FlowError> {
    let agent = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    recently_confirmed(&mut tx, session, app.clock.now()).await?;
    tx.remove_second_factor(agent).await?;
    tx.commit(AuditEvent::AgentChanged { agent, change: "second factor off".to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Whether a typed code opens the door now, and which kind it was. Used up when it does.
pub(super) async fn opens(
    app: &App,
    tx: &mut store::Tx,
    agent: AgentId,
    factor: &SecondFactor,
    code: &str,
) -> Result<Option<OpenedWith>, FlowError> {
    let secret = secret_of(app, agent, factor)?;
    let seconds = tx.now().micros().div_euclid(1_000_000);
    if let Some(step) = step_of(&secret, code, seconds, factor.last_step) {
        return Ok(tx.use_step(agent, step).await?.then_some(OpenedWith::Code));
    }
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let used = tx.use_recovery_code(agent, &keyed(app, agent, &typed)).await?;
    Ok(used.then_some(OpenedWith::Recovery))
}

fn bound_to(agent: AgentId) -> String {
    format!("second-factor:{agent}")
}

fn secret_of(app: &App, agent: AgentId, factor: &SecondFactor) -> Result<Vec<u8>, FlowError> {
    let opened = app.keys.unlock(&bound_to(agent), &factor.secret);
    opened.ok_or_else(|| FlowError::Internal("a second factor does not open with this desk's keys".to_owned()))
}

/// Fifty bits in two groups of five letters.
fn recovery_code(app: &App) -> Result<String, FlowError> {
    let bytes: [u8; 7] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    Ok(base32(&bytes).chars().take(10).collect())
}

fn keyed(app: &App, agent: AgentId, code: &str) -> String {
    app.keys.commit_to(RECOVERY, format!("{agent}:{code}").as_bytes()).to_string()
}
