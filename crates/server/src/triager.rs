//! The classifier this node uses, and where it came from.

use std::sync::RwLock;

use classify::{Decision, Encode, Example, Model, Understanding};
use desk::{
    suggestion::{Confidence, Evidence, EvidenceKind, Maker},
    triage::{Guess, Topic},
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
    /// Labels with probabilities, whether to believe the first, what cannot be ruled out at the model's error rate,
    /// and what else the text asks (places are character offsets in the text).
    pub guess: Guess,
    /// Words for the first label, strongest first, then those against it; weights are signed log-odds.
    pub because: Vec<Evidence>,
    /// Cases it was trained on or corrected by that are most like the text, nearest first.
    pub nearest: Vec<Near>,
    /// How much the model has seen of the first label.
    pub seen: classify::Evidence,
    /// Engine, version, policy.
    pub made_by: Maker,
}

/// A case like the text.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Near {
    /// Id of its ticket.
    pub id: String,
    /// The category a person gave it.
    pub label: String,
    /// Cosine, in -1..=1.
    pub similarity: f32,
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

    /// Takes a person's correction: the same text again, and one nearly the same, gets this label at once. The
    /// example's id is the ticket's. Until the next training, and only in this process. False when nothing was
    /// trained yet or the text is empty.
    pub fn remember(&self, correction: &Example) -> bool {
        self.0.write().is_ok_and(|mut held| held.as_mut().is_some_and(|model| model.remember(correction)))
    }

    /// Takes a correction back.
    pub fn forget(&self, id: &str) -> bool {
        self.0.write().is_ok_and(|mut held| held.as_mut().is_some_and(|model| model.forget(id)))
    }

    /// Reads a text. `encode` gives the vectors of texts, or none without weights; a model of words alone does not
    /// ask it.
    #[must_use]
    pub fn understand(&self, text: &str, encode: &Encode<'_>) -> Opinion {
        let held = self.0.read().ok();
        match held.as_ref().and_then(|h| h.as_ref()) {
            Some(model) => opinion(model, text, model.understand(text, encode)),
            None => Opinion::none("nothing was trained yet", maker("untrained")),
        }
    }
}

impl Opinion {
    /// No opinion, and why.
    #[must_use]
    pub fn none(why: &str, made_by: Maker) -> Self {
        Self {
            guess: Guess::none(why),
            because: Vec::new(),
            nearest: Vec::new(),
            seen: classify::Evidence::None,
            made_by,
        }
    }
}

fn opinion(model: &Model, text: &str, understood: Understanding) -> Opinion {
    let prediction = understood.prediction;
    let confidence = match &prediction.decision {
        Decision::Label { probability, .. } => Confidence::Probability { value: f64::from(*probability) },
        Decision::Abstain { why } => Confidence::Abstain { why: why.to_string() },
    };
    let named = |(label, p): &(String, f32)| (label.clone(), f64::from(*p));
    let ranked = prediction.ranked.iter().take(5).map(named).collect();
    let set = prediction.ranked.iter().filter(|(label, _)| prediction.set.contains(label)).map(named).collect();
    let fingerprint: String = model.card().fingerprint.chars().take(12).collect();
    // The engine counts bytes; people and browsers count characters.
    let chars = |byte: usize| text.get(..byte).map_or(0, |head| head.chars().count());
    let because = understood.because.into_iter().map(|c| Evidence {
        kind: EvidenceKind::Words,
        text: c.text,
        message: None,
        span: Some((chars(c.start), chars(c.end))),
        weight: Some(f64::from(c.weight)),
    });
    let also = understood.also.into_iter().map(|topic| Topic {
        category: topic.label,
        probability: f64::from(topic.probability),
        quote: text.get(topic.start..topic.end).unwrap_or_default().to_owned(),
        message: None,
        span: Some((chars(topic.start), chars(topic.end))),
    });
    let near = |n: classify::Neighbour| Near { id: n.id, label: n.label, similarity: n.similarity };
    Opinion {
        guess: Guess { ranked, confidence, set, also: also.collect() },
        because: because.collect(),
        nearest: prediction.repeats.into_iter().chain(understood.nearest).map(near).collect(),
        seen: prediction.evidence,
        made_by: maker(&fingerprint),
    }
}

fn maker(version: &str) -> Maker {
    Maker {
        engine: "classify".to_owned(),
        version: version.to_owned(),
        policy: desk::operating::POLICY_VERSION.to_owned(),
    }
}
