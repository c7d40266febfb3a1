//! A prediction: ranked labels, a set, and a decision or an abstention.

use crate::calibration::{Looks, top};
use crate::features::{digest, words};
use crate::memory::Neighbour;
use crate::model::Model;
use crate::regression::{Row, softmax};

/// Neighbours are looked for among the examples of this many likeliest labels.
const LABELS_SEARCHED: usize = 10;
const NEIGHBOURS: usize = 5;
/// Labels named in a prediction; nobody reads further.
const RANKED: usize = 20;
/// The probability given to a person's word on the very same text. Not calibrated: people err too.
const REPEATED: f32 = 0.99;

/// What the model says about a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The likeliest labels with their calibrated probabilities, likeliest first; at most 20. Over all labels the
    /// probabilities sum to 1.
    pub ranked: Vec<(String, f32)>,
    /// The first label, or why none is given.
    pub decision: Decision,
    /// Labels that cannot be ruled out at the card's error rate, likeliest first: the right one is missing in at most
    /// that share of in-scope texts (split conformal, Sadinle et al. 2019). Never without the first label; where the
    /// model errs less often than the rate allows, [`Model::set`] may be empty.
    pub set: Vec<String>,
    /// Share of familiar texts that look no more familiar than this one, in 0..=1: low means out of scope.
    pub familiarity: f32,
    /// How much the model has seen of the first label.
    pub evidence: Evidence,
    /// The correction that answered, when the text repeats a corrected one.
    pub repeats: Option<Neighbour>,
}

/// A label, or none.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Sure enough for the precision asked for in training.
    Label {
        /// The first label.
        label: String,
        /// Its calibrated probability, in 0..=1.
        probability: f32,
    },
    /// The model does not decide.
    Abstain {
        /// The reason.
        why: Why,
    },
}

/// Why a model abstains.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Why {
    /// No known word, and no vector to go by.
    #[error("the text holds nothing the model knows: a person has to read it")]
    NothingKnown,
    /// The model was trained with meaning vectors and got none it can use.
    #[error("the model needs a meaning vector and got none: encode the text first")]
    VectorMissing,
    /// Unlike what it was trained on.
    #[error("the text is unlike the examples (only {:.1} % of known texts look as strange): it may be out of scope", familiarity * 100.0)]
    Unfamiliar {
        /// Share of familiar texts that look no more familiar, in 0..=1.
        familiarity: f32,
    },
    /// More than one label is left.
    #[error("{labels} labels are possible at the promised error rate: a person has to choose")]
    Several {
        /// Labels in the set.
        labels: usize,
    },
    /// Of a known kind, but not sure enough.
    #[error("the likeliest label has a probability of only {probability:.2}: a person has to choose")]
    Unsure {
        /// Calibrated probability of the first label, in 0..=1.
        probability: f32,
    },
    /// Too few examples were held back to prove anything.
    #[error("there are too few examples to know how often this model is right: a person has to choose")]
    Unproven,
}

/// How much a model has seen of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// No example; at most a description.
    None,
    /// 1 to 9 examples: probabilities are rough.
    Few,
    /// 10 to 49 examples.
    Some,
    /// 50 examples or more.
    Plenty,
}

impl Evidence {
    pub(crate) fn of(examples: usize) -> Evidence {
        match examples {
            0 => Evidence::None,
            1..=9 => Evidence::Few,
            10..=49 => Evidence::Some,
            _ => Evidence::Plenty,
        }
    }
}

/// Probabilities with what they were made of.
pub(crate) struct View {
    pub(crate) row: Row,
    pub(crate) p: Vec<f32>,
    pub(crate) looks: Looks,
    digest: u64,
}

impl Model {
    /// Predicts the label of `text`. `vector` must come from the encoder of the training examples; it is ignored by a
    /// model trained on words alone. Takes any text; the first 20,000 characters count.
    pub fn predict(&self, text: &str, vector: Option<&[f32]>) -> Prediction {
        self.judge(&self.view(text, vector))
    }

    /// The likeliest label and its calibrated probability, without a decision: for passing over many texts quickly.
    pub fn likeliest(&self, text: &str, vector: Option<&[f32]>) -> (&str, f32) {
        let row = self.row(&words(text), vector);
        let (label, probability) = top(&softmax(&self.heads.scores(&row).labels, self.calibration.temperature));
        (self.card.labels.get(label).map_or("", String::as_str), probability)
    }

    /// The calibrated probability of one label; 0 for a label the model does not know.
    pub fn probability(&self, text: &str, vector: Option<&[f32]>, label: &str) -> f32 {
        let Ok(at) = self.card.labels.binary_search_by(|known| known.as_str().cmp(label)) else { return 0.0 };
        let row = self.row(&words(text), vector);
        let p = softmax(&self.heads.scores(&row).labels, self.calibration.temperature);
        p.get(at).copied().unwrap_or_default()
    }

    /// Labels that cannot be ruled out at `error_rate` (in 0..=1), likeliest first; the right one is missing in that
    /// share of in-scope texts, no more and hardly less. Empty where even the first label is less likely than right
    /// labels are in all but that share of texts.
    pub fn set(&self, prediction: &Prediction, error_rate: f32) -> Vec<String> {
        let floor = self.calibration.set_floor(error_rate);
        prediction.ranked.iter().take_while(|(_, p)| *p >= floor).map(|(label, _)| label.clone()).collect()
    }

    /// The training examples most like the text among those of its likeliest labels, nearest first; at most 5.
    pub fn nearest(&self, text: &str, vector: Option<&[f32]>) -> Vec<Neighbour> {
        self.neighbours(&self.view(text, vector))
    }

    pub(crate) fn neighbours(&self, view: &View) -> Vec<Neighbour> {
        let mut order = order(&view.p);
        order.truncate(LABELS_SEARCHED);
        let found = self.memory.nearest(&view.row, &order, NEIGHBOURS);
        let named = |(at, similarity): (usize, f32)| {
            let (id, label) = self.ids.get(at)?;
            Some(Neighbour { id: id.clone(), label: self.card.labels.get(*label as usize)?.clone(), similarity })
        };
        found.into_iter().filter_map(named).collect()
    }

    pub(crate) fn view(&self, text: &str, vector: Option<&[f32]>) -> View {
        let found = words(text);
        let row = self.row(&found, vector);
        let scores = self.heads.scores(&row);
        let p = softmax(&scores.labels, self.calibration.temperature);
        let looks = Looks::of(&scores, top(&p).0, &self.memory, &row);
        View { digest: digest(&found), row, p, looks }
    }

    pub(crate) fn judge(&self, view: &View) -> Prediction {
        let mut order = order(&view.p);
        order.truncate(RANKED);
        let named = |at: &usize| Some((self.card.labels.get(*at)?.clone(), view.p.get(*at).copied()?));
        let ranked: Vec<(String, f32)> = order.iter().filter_map(named).collect();
        let familiarity = self.calibration.familiarity(self.calibration.familiarity_score(view.looks));
        let first = order.first().copied().unwrap_or(0);
        let mut prediction = Prediction {
            ranked,
            decision: Decision::Abstain { why: Why::Unproven },
            set: Vec::new(),
            familiarity,
            evidence: Evidence::of(self.card.examples_of.get(first).copied().unwrap_or(0)),
            repeats: None,
        };
        prediction.set = self.set(&prediction, self.card.error_rate);
        if let (true, Some((first, _))) = (prediction.set.is_empty(), prediction.ranked.first()) {
            prediction.set.push(first.clone());
        }
        if let Some(repeats) = self.repeated(view) {
            return answered(prediction, repeats);
        }
        let (label, probability) = prediction.ranked.first().cloned().unwrap_or_default();
        prediction.decision = match self.doubt(view, first, probability, &prediction) {
            Some(why) => Decision::Abstain { why },
            None => Decision::Label { label, probability },
        };
        prediction
    }

    fn doubt(&self, view: &View, first: usize, probability: f32, prediction: &Prediction) -> Option<Why> {
        let familiarity = prediction.familiarity;
        if view.row.sparse.is_empty() && view.row.dense.is_empty() {
            Some(Why::NothingKnown)
        } else if view.row.dense.len() != self.card.dimensions {
            Some(Why::VectorMissing)
        } else if self.card.metrics.rows == 0 {
            Some(Why::Unproven)
        } else if familiarity < self.card.unfamiliar_rate {
            Some(Why::Unfamiliar { familiarity })
        } else if prediction.set.len() > 1 {
            Some(Why::Several { labels: prediction.set.len() })
        } else if probability < self.calibration.least.get(first).copied().unwrap_or(f32::MAX) {
            Some(Why::Unsure { probability })
        } else {
            None
        }
    }

    /// The newest of the most similar corrections that the text repeats.
    fn repeated(&self, view: &View) -> Option<Neighbour> {
        let repeats = self.notes.iter().filter_map(|note| Some((note, note.repeated_by(view.digest, &view.row)?)));
        let (note, similarity) = repeats.max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Neighbour { id: note.id.clone(), label: note.label.clone(), similarity })
    }
}

/// The prediction with a person's word in front.
fn answered(mut prediction: Prediction, repeats: Neighbour) -> Prediction {
    let probability = REPEATED * repeats.similarity;
    let own = prediction.ranked.iter().find(|(label, _)| *label == repeats.label).map_or(0.0, |(_, p)| *p);
    prediction.ranked.retain(|(label, _)| *label != repeats.label);
    let scale = (1.0 - probability) / (1.0 - own).max(1e-6);
    prediction.ranked.iter_mut().for_each(|(_, p)| *p *= scale.min(1.0));
    prediction.ranked.insert(0, (repeats.label.clone(), probability));
    prediction.ranked.truncate(RANKED);
    prediction.set = vec![repeats.label.clone()];
    prediction.decision = Decision::Label { label: repeats.label.clone(), probability };
    prediction.repeats = Some(repeats);
    prediction
}

/// Labels by probability, likeliest first.
fn order(p: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let of = |label: &usize| p.get(*label).copied().unwrap_or_default();
    order.sort_by(|a, b| of(b).total_cmp(&of(a)).then(a.cmp(b)));
    order
}
