//! The classifier this node uses, and where it came from.

use std::sync::RwLock;

use classify::{Decision, Model, Prediction};
use desk::{
    suggestion::{Confidence, Evidence, EvidenceKind, Maker},
    triage::Guess,
};
use store::Store;

use crate::FlowError;

/// Name of its row among the trained models.
pub const MODEL_NAME: &str = "triage";

/// Holds the newest trained model; none until somebody trained one.
#[derive(Default)]
pub struct Triager(RwLock<Option<Model>>);

/// What it says about a text, in the desk's words.
pub struct Opinion {
    /// Labels with probabilities, and whether to believe the first.
    pub guess: Guess,
    /// The words that decided.
    pub because: Vec<Evidence>,
    /// Engine, version, policy.
    pub made_by: Maker,
}

impl Triager {
    /// Loads the model kept in the database, if there is one this program can read.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(store: &Store) -> Result<Self, FlowError> {
        let kept = store.read().await?.model(MODEL_NAME).await?;
        let model = kept.and_then(|(bytes, _)| match Model::from_bytes(&bytes) {
            Ok(model) => Some(model),
            Err(error) => {
                tracing::warn!(%error, "the kept triage model is not used; train it again");
                None
            }
        });
        Ok(Self(RwLock::new(model)))
    }

    /// Puts a newer model in place.
    pub fn replace(&self, model: Model) {
        if let Ok(mut held) = self.0.write() {
            *held = Some(model);
        }
    }

    /// Whether the model wants a vector beside the words.
    #[must_use]
    pub fn wants_vectors(&self) -> bool {
        self.0.read().is_ok_and(|held| held.as_ref().is_some_and(|m| m.card().dimensions > 0))
    }

    /// Reads a text.
    #[must_use]
    pub fn read(&self, text: &str, vector: Option<&[f32]>) -> Opinion {
        let held = self.0.read().ok();
        let Some(model) = held.as_ref().and_then(|h| h.as_ref()) else {
            return Opinion {
                guess: Guess::none("nothing was trained yet"),
                because: Vec::new(),
                made_by: maker("untrained"),
            };
        };
        let prediction = model.predict(text, vector);
        let confidence = match &prediction.decision {
            Decision::Label { probability, .. } => Confidence::Probability { value: f64::from(*probability) },
            Decision::Abstain { why } => Confidence::Abstain { why: why.to_string() },
        };
        let ranked = prediction.ranked.iter().take(5).map(|(label, p)| (label.clone(), f64::from(*p))).collect();
        let fingerprint: String = model.card().fingerprint.to_string().chars().take(12).collect();
        Opinion {
            guess: Guess { ranked, confidence, set: Vec::new(), also: Vec::new() },
            because: evidence(text, &prediction),
            made_by: maker(&fingerprint),
        }
    }
}

fn maker(version: &str) -> Maker {
    Maker {
        engine: "classify".to_owned(),
        version: version.to_owned(),
        policy: desk::operating::POLICY_VERSION.to_owned(),
    }
}

/// The engine counts bytes; people and browsers count characters.
fn evidence(text: &str, prediction: &Prediction) -> Vec<Evidence> {
    let chars = |byte: usize| text.get(..byte).map_or(0, |head| head.chars().count());
    prediction
        .because
        .iter()
        .filter(|c| c.weight > 0.0)
        .map(|c| Evidence {
            kind: EvidenceKind::Words,
            text: c.text.clone(),
            message: None,
            span: Some((chars(c.start), chars(c.end))),
            weight: Some(f64::from(c.weight)),
        })
        .collect()
}
