//! Trains the classifier on solved cases whose category people chose, leaving out who opted out.

use classify::{Example, Settings, train as learn};
use desk::{
    Digest,
    audit::{AuditEvent, Service},
};
use store::{Purpose, ServiceIdentity};

use crate::{
    App, FlowError,
    library::{compute, may_use, meaning_of},
    triager::MODEL_NAME,
};

/// Share of decided tickets that should be right. A wrong label costs an agent one key; an
/// abstention costs them the same and helps nobody, so the bar is below "sure".
const TARGET_PRECISION: f32 = 0.85;

/// What is learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Using {
    /// Words alone: done in a second or two.
    Words,
    /// Words and meaning, where weights are there.
    Meaning,
}

/// Trains and puts the model in place. Returns how many examples it had; 0 when there were too few.
///
/// # Errors
/// Whatever the database says.
pub async fn train(app: &App, using: Using) -> Result<usize, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let cases = app.store.read().await?.past_cases(&grant).await?;
    let mut examples = Vec::with_capacity(cases.len());
    for case in cases.into_iter().filter(|c| may_use(c, app.config.desk.ai_default)) {
        let Some(label) = case.category else { continue };
        let text = meaning_of(&case.subject, "", &case.question);
        let vector = if using == Using::Meaning { vector(app, &text).await? } else { None };
        examples.push(Example { id: case.ticket.to_string(), text, label, vector });
    }
    let now = app.clock.now();
    let settings = Settings { trained_at: now.micros(), target_precision: TARGET_PRECISION, ..Settings::default() };
    let model = match compute(|| learn(&examples, &settings)) {
        Ok(model) => model,
        Err(error) => {
            tracing::warn!(%error, "triage is not trained");
            return Ok(0);
        }
    };
    let card = model.card();
    let metrics = format!("{:?}", card.metrics);
    let fingerprint: Digest = card.fingerprint.parse().unwrap_or(Digest::of(card.fingerprint.as_bytes()));
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Preparation), now).await?;
    tx.put_model(MODEL_NAME, &model.to_bytes(), &card.fingerprint, &metrics).await?;
    tx.commit(AuditEvent::ModelTrained { fingerprint, examples: i64::try_from(examples.len()).unwrap_or(i64::MAX) })
        .await?;
    app.triager.replace(model);
    app.live.committed();
    Ok(examples.len())
}

/// From the cache by content; encoded and kept when new.
async fn vector(app: &App, text: &str) -> Result<Option<Vec<f32>>, FlowError> {
    if !app.library.has_encoder() {
        return Ok(None);
    }
    let digest = Digest::of(text.as_bytes()).to_string();
    if let Some(bytes) = app.store.vector(&digest, embed::weights::MODEL_NAME).await?
        && let Ok(vector) = embed::Vector::from_bytes(&bytes)
    {
        return Ok(Some(vector.as_slice().to_vec()));
    }
    let Some(vector) = app.library.vector(text) else { return Ok(None) };
    app.store.keep_vectors(embed::weights::MODEL_NAME, &[(digest, vector.to_bytes())]).await?;
    tokio::task::yield_now().await;
    Ok(Some(vector.as_slice().to_vec()))
}
