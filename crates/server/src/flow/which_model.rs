//! Which of the configured language models is in use, and which may take over: one setting, read wherever a model is asked.

use connect::model::Client;
use desk::{Digest, prompt::PROMPT_VERSION};
use store::Conn;

use crate::{App, FlowError, config::Model};

/// Names the candidate that is in use by its fingerprint; empty or another one's means the model of the configuration's own section.
const IN_USE: &str = "model_in_use";

/// A language model with its settings.
#[derive(Clone, Copy)]
pub struct Endpoint<'a> {
    /// What asks it.
    pub client: &'a Client,
    /// How it is configured.
    pub config: &'a Model,
}

/// The model in use, and the one beside it.
#[derive(Clone, Copy)]
pub struct Both<'a> {
    /// Writes drafts.
    pub present: Endpoint<'a>,
    /// May take over.
    pub candidate: Option<Endpoint<'a>>,
}

impl Endpoint<'_> {
    /// The endpoint, the model's name and the prompt's version, as one word: a change of any of them is another candidate.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.fingerprint_under(PROMPT_VERSION)
    }

    /// The same under another prompt.
    pub(super) fn fingerprint_under(&self, prompt: &str) -> String {
        let parts = [&self.config.base_url, &self.config.name, prompt];
        let fields: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        Digest::of_fields("countersign/model/1", &fields).to_string().chars().take(16).collect()
    }
}

/// Both; none without a model.
///
/// # Errors
/// Whatever the database says.
pub async fn both<'a>(app: &'a App, conn: &mut Conn) -> Result<Option<Both<'a>>, FlowError> {
    let endpoint = |client: &'a Option<Client>, config: &'a Option<Model>| {
        client.as_ref().zip(config.as_ref()).map(|(client, config)| Endpoint { client, config })
    };
    let Some(own) = endpoint(&app.model, &app.config.model) else { return Ok(None) };
    let Some(other) = endpoint(&app.candidate, &app.config.candidate) else {
        return Ok(Some(Both { present: own, candidate: None }));
    };
    let used = conn.setting(IN_USE).await?.unwrap_or_default();
    let (present, candidate) = if used == other.fingerprint() { (other, own) } else { (own, other) };
    Ok(Some(Both { present, candidate: Some(candidate) }))
}

/// The model in use.
///
/// # Errors
/// [`FlowError::Unavailable`] without one.
pub async fn present(app: &App) -> Result<Endpoint<'_>, FlowError> {
    let both = both(app, &mut app.store.read().await?).await?;
    both.map(|both| both.present).ok_or_else(|| FlowError::Unavailable("No language model is configured.".to_owned()))
}

/// Lets the candidate write from now on. The transaction still needs its ending.
///
/// # Errors
/// Whatever the database says.
pub async fn take_over(tx: &mut store::Tx, candidate: &str) -> Result<(), FlowError> {
    if let Some(event) = super::ask_model_too::overtaken(tx).await? {
        tx.record(event).await?;
    }
    Ok(tx.set_setting(IN_USE, candidate).await?)
}
