//! The classifier this node uses, and the corrections that answer before it does. Both are read again
//! whenever the record says that they changed, so that every node says the same.

use std::{
    collections::BTreeMap,
    sync::{
        RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use classify::{Commonness, Decision, Encode, Example, Model, Recall, Understanding, Why};
use desk::{
    Digest,
    consent::{DeskDefault, Voices, may_use_ai},
    ids::{ModelId, TicketId},
    people::AiSetting,
    suggestion::{Confidence, Evidence, EvidenceKind, Maker, Suggestion},
    triage::{Guess, Topic, Triage},
};
use store::{Grant, Learnt, Store};

use crate::{FlowError, library::meaning_of};

/// Cases shown as like a text.
const NEAREST: usize = 5;

/// Holds the running model, none until somebody trained one, and people's standing corrections.
#[derive(Default)]
pub struct Triager {
    model: RwLock<Option<Running>>,
    memory: RwLock<Memory>,
    seen: AtomicI64,
}

struct Running {
    id: ModelId,
    model: Model,
}

#[derive(Default)]
struct Memory {
    recall: Recall,
    common: Commonness,
    tickets: Vec<TicketId>,
}

/// What it says about a text, in the desk's words.
pub struct Opinion {
    /// Labels with probabilities, whether to believe the first, what cannot be ruled out at the model's error rate,
    /// and what else the text asks (places are character offsets in the text).
    pub guess: Guess,
    /// Words for the first label, strongest first, then those against it; weights are signed log-odds.
    pub because: Vec<Evidence>,
    /// Cases it was trained on or corrected by that are most like the text, nearest first, with the cosine.
    pub nearest: Vec<(TicketId, f64)>,
    /// How much the model has seen of the first label.
    pub seen: classify::Evidence,
    /// Engine, version, policy.
    pub made_by: Maker,
}

/// The text that triage reads of a message: sentences that speak to the machine are blanked, places stay.
#[must_use]
pub fn text_of(subject: &str, latest: &str) -> String {
    let rules = desk::risk::shipped();
    format!("{}\n\n{}", rules.without_orders(subject), rules.without_orders(latest))
}

/// Whether a case of these people may be learnt from and shown.
#[must_use]
pub fn may_learn_from((requester, organization): (AiSetting, AiSetting), desk: DeskDefault) -> bool {
    may_use_ai(Voices { requester, organization: Some(organization), desk }).is_ok()
}

impl Triager {
    /// Loads the running model, if there is one this program can read, and the corrections that stand.
    /// `grant` is one for indexing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(store: &Store, grant: &Grant, desk: DeskDefault) -> Result<Self, FlowError> {
        let triager = Self::default();
        triager.seen.store(store.read().await?.log_size().await? - 1, Ordering::SeqCst);
        triager.reload(store, grant, desk).await?;
        Ok(triager)
    }

    /// Whether an entry of the record at this place asks for another look at model and corrections.
    pub fn is_news(&self, seq: i64, kind: &str) -> bool {
        self.seen.fetch_max(seq, Ordering::SeqCst) < seq
            && matches!(
                kind,
                "suggestion.verdict"
                    | "suggestion.withdrawn"
                    | "model.promoted"
                    | "model.forgotten"
                    | "consent.requester"
                    | "consent.organization"
                    | "requester.erased"
                    | "desk.prepared"
            )
    }

    /// Reads model and corrections again.
    ///
    /// # Errors
    /// Whatever the database says; then what was held stays.
    pub async fn reload(&self, store: &Store, grant: &Grant, desk: DeskDefault) -> Result<(), FlowError> {
        self.reload_model(store).await?;
        let mut conn = store.read().await?;
        let learnt = conn.learnt(grant).await?;
        let background = if learnt.is_empty() { Vec::new() } else { conn.past_cases(grant).await? };
        drop(conn);
        let learnt: Vec<Learnt> = learnt.into_iter().filter(|l| may_learn_from(l.said, desk)).collect();
        let mut examples = Vec::with_capacity(learnt.len());
        for l in &learnt {
            let text = text_of(&l.subject, &l.latest);
            let digest = Digest::of(text.as_bytes()).to_string();
            let kept = store.vector(&digest, embed::weights::MODEL_NAME).await?;
            let vector = kept.and_then(|b| embed::Vector::from_bytes(&b).ok()).map(|v| v.as_slice().to_vec());
            examples.push(Example { id: l.ticket.to_string(), text, label: l.category.clone(), vector });
        }
        let memory = crate::library::compute(|| {
            let texts: Vec<String> = background.iter().map(|c| meaning_of(&c.subject, "", &c.question)).collect();
            let common = Commonness::of(texts.iter().map(String::as_str));
            Memory {
                recall: Recall::new(&examples, &common),
                common,
                tickets: learnt.iter().map(|l| l.ticket).collect(),
            }
        });
        if let Ok(mut held) = self.memory.write() {
            *held = memory;
        }
        Ok(())
    }

    async fn reload_model(&self, store: &Store) -> Result<(), FlowError> {
        let mut conn = store.read().await?;
        let Some(running) = conn.running_model().await? else {
            // The one that ran was taken away: nothing sorts by it any more.
            if let Ok(mut held) = self.model.write() {
                *held = None;
            }
            return Ok(());
        };
        let held = self.model.read().ok().and_then(|m| m.as_ref().map(|m| m.id));
        if held == Some(running.id) {
            return Ok(());
        }
        let bytes = conn.model_bytes(running.id).await?;
        drop(conn);
        match crate::library::compute(|| Model::from_bytes(&bytes)) {
            Ok(model) => {
                if let Ok(mut held) = self.model.write() {
                    *held = Some(Running { id: running.id, model });
                }
            }
            Err(error) => tracing::warn!(%error, "the kept triage model is not used; train it again"),
        }
        Ok(())
    }

    /// Which model sorts here.
    #[must_use]
    pub fn running(&self) -> Option<ModelId> {
        self.model.read().ok().and_then(|held| held.as_ref().map(|m| m.id))
    }

    /// From how many of these examples the running model has learnt; none without one.
    #[must_use]
    pub fn has_learnt(&self, ids: &[String]) -> Option<usize> {
        let held = self.model.read().ok()?;
        held.as_ref().map(|running| ids.iter().filter(|id| running.model.has_learnt(id)).count())
    }

    /// Whether the model wants a vector beside the words.
    #[must_use]
    pub fn wants_vectors(&self) -> bool {
        self.model.read().is_ok_and(|held| held.as_ref().is_some_and(|m| m.model.card().dimensions > 0))
    }

    /// What people's corrections of mails like this one say; none when there is none.
    #[must_use]
    pub fn recalled(&self, text: &str, vector: Option<&[f32]>) -> Option<(TicketId, classify::Recalled)> {
        let memory = self.memory.read().ok()?;
        let said = memory.recall.recall(text, vector, &memory.common)?;
        Some((*memory.tickets.get(said.index)?, said))
    }

    /// Reads a text: the model's opinion, unless a person corrected a mail like it. `encode` gives the vectors of
    /// texts, or none without weights; a model of words alone does not ask it.
    #[must_use]
    pub fn understand(&self, text: &str, encode: &Encode<'_>) -> Opinion {
        let mut opinion = match self.model.read().ok().as_ref().and_then(|held| held.as_ref()) {
            Some(Running { model, .. }) => opinion(model, text, model.understand(text, encode)),
            None => Opinion::none("Nothing was trained yet, so a person chooses.", maker("untrained")),
        };
        let remembers = self.memory.read().is_ok_and(|memory| !memory.recall.is_empty());
        let vector = (remembers && self.wants_vectors()).then(|| encode(&[text])).flatten();
        let vector = vector.as_ref().and_then(|all| all.first()).map(Vec::as_slice);
        if let Some((ticket, said)) = self.recalled(text, vector) {
            overrule(&mut opinion, ticket, &said);
        }
        opinion
    }
}

/// A person's word on a mail like this one goes before the model's.
fn overrule(opinion: &mut Opinion, ticket: TicketId, said: &classify::Recalled) {
    let ranked = &mut opinion.guess.ranked;
    let model = ranked.iter().find(|(label, _)| *label == said.label).map_or(0.0, |(_, p)| *p);
    let probability = f64::from(said.probability()).max(model);
    let agrees = ranked.first().is_some_and(|(label, _)| *label == said.label);
    if !agrees {
        // What the model said of its own words no longer decided.
        opinion.because.clear();
    }
    ranked.retain(|(label, _)| *label != said.label);
    let left: f64 = ranked.iter().map(|(_, p)| p).sum();
    if left > 1.0 - probability {
        ranked.iter_mut().for_each(|(_, p)| *p *= (1.0 - probability) / left);
    }
    ranked.insert(0, (said.label.clone(), probability));
    opinion.guess.confidence = Confidence::Probability { value: probability };
    opinion.guess.set.clear();
    opinion.because.insert(
        0,
        Evidence {
            kind: EvidenceKind::Similar,
            text: "A person corrected a mail like this one.".to_owned(),
            message: None,
            span: None,
            weight: None,
        },
    );
    let mut nearest = BTreeMap::from([(ticket, f64::from(said.similarity))]);
    nearest.extend(opinion.nearest.iter().copied().filter(|(t, _)| *t != ticket));
    opinion.nearest = nearest.into_iter().collect();
    opinion.nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    opinion.nearest.truncate(NEAREST);
}

impl Opinion {
    /// What was said at an earlier look; rules are asked anew.
    #[must_use]
    pub fn again(said: &Suggestion<Triage>) -> Self {
        let look = &said.value;
        let guess = Guess {
            ranked: look.candidates.clone(),
            confidence: said.confidence.clone(),
            set: look.set.clone(),
            also: look.also.clone(),
        };
        let because = said.because.iter().filter(|e| e.kind != EvidenceKind::Rule).cloned().collect();
        Self { guess, because, nearest: Vec::new(), seen: classify::Evidence::None, made_by: said.made_by.clone() }
    }

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
        Decision::Abstain { why } => Confidence::Abstain { why: in_words(*why) },
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
    let near = |n: classify::Neighbour| Some((n.id.parse().ok()?, f64::from(n.similarity)));
    Opinion {
        guess: Guess { ranked, confidence, set, also: also.collect() },
        because: because.collect(),
        nearest: prediction.repeats.into_iter().chain(understood.nearest).filter_map(near).collect(),
        seen: prediction.evidence,
        made_by: maker(&fingerprint),
    }
}

/// Why it does not say, for the person who reads the ticket.
fn in_words(why: Why) -> String {
    match why {
        Why::Several { labels } => format!("{labels} categories are still possible, so a person chooses."),
        Why::Unsure { .. } => "No category is likely enough, so a person chooses.".to_owned(),
        Why::Unfamiliar { .. } => "It is unlike the cases triage learnt from, so a person reads it.".to_owned(),
        Why::NothingKnown => "It holds no word that triage knows, so a person reads it.".to_owned(),
        Why::Unproven => "Too few cases are solved to know how often triage is right, so a person chooses.".to_owned(),
        Why::VectorMissing => "The embedding model is missing, and triage learnt with it. Install it with `countersign models install`, or train again.".to_owned(),
    }
}

fn maker(version: &str) -> Maker {
    Maker {
        engine: "classify".to_owned(),
        version: version.to_owned(),
        policy: desk::operating::POLICY_VERSION.to_owned(),
    }
}
