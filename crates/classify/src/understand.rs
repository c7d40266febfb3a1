//! A prediction with its reasons, the examples it is like, and the other things the text asks.

use std::ops::Range;

use crate::explain::{Contribution, explain};
use crate::memory::Neighbour;
use crate::model::Model;
use crate::predict::{Decision, Prediction, View};
use crate::segments::segments;

/// Texts to vectors, in their order, with the encoder of the training examples; `None` when it cannot.
pub type Encode<'a> = dyn Fn(&[&str]) -> Option<Vec<Vec<f32>>> + 'a;

/// What the model says about a text, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// Labels, set and decision for the whole text.
    pub prediction: Prediction,
    /// Words for and against the first label, measured by leaving them out: those for it first, strongest first.
    /// Deleting the quoted words that speak for the label makes it less likely.
    pub because: Vec<Contribution>,
    /// The most similar training examples of the likeliest labels, nearest first; at most 5.
    pub nearest: Vec<Neighbour>,
    /// What else the text asks: labels other than the first that a part of the text supports by itself.
    pub also: Vec<Topic>,
}

/// A label that a part of the text supports.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// The label.
    pub label: String,
    /// Its calibrated probability for that part, in 0..=1.
    pub probability: f32,
    /// First byte of the part in the text handed in.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Model {
    /// Predicts and explains. `encode` is asked for the vectors of the whole text, of its parts, and of what is left
    /// of it without some of its words: up to 55 texts in three calls, nearly all as long as a sentence. It is not
    /// asked by a model trained on words alone.
    pub fn understand(&self, text: &str, encode: &Encode<'_>) -> Understanding {
        let look = self.look(text, encode);
        let also = also(&look.prediction, &look.parts);
        let because = explain(self, text, &look.prediction, &look.parts, encode);
        Understanding { because, nearest: self.neighbours(&look.whole), also, prediction: look.prediction }
    }

    /// Predicts, and names what else the text asks, without reasons: `encode` is asked once, for the whole text and
    /// its parts.
    pub fn topics(&self, text: &str, encode: &Encode<'_>) -> (Prediction, Vec<Topic>) {
        let look = self.look(text, encode);
        let also = also(&look.prediction, &look.parts);
        (look.prediction, also)
    }

    fn look(&self, text: &str, encode: &Encode<'_>) -> Look {
        let ranges = segments(text);
        let mut pieces = vec![text];
        if ranges.len() > 1 {
            pieces.extend(ranges.iter().filter_map(|range| text.get(range.clone())));
        }
        let mut vectors = self.vectors(&pieces, encode).into_iter();
        let whole = self.view(text, vectors.next().flatten().as_deref());
        let parts = pieces.iter().skip(1).zip(vectors).map(|(piece, v)| self.predict(piece, v.as_deref()));
        Look { prediction: self.judge(&whole), parts: ranges.into_iter().zip(parts).collect(), whole }
    }

    /// One vector per text; none for a model that needs none, or when the encoder gives none.
    pub(crate) fn vectors(&self, texts: &[&str], encode: &Encode<'_>) -> Vec<Option<Vec<f32>>> {
        let made = if self.card.dimensions > 0 { encode(texts) } else { None };
        match made.filter(|vectors| vectors.len() == texts.len()) {
            Some(vectors) => vectors.into_iter().map(Some).collect(),
            None => vec![None; texts.len()],
        }
    }
}

/// The whole text and its parts, where there are several.
struct Look {
    whole: View,
    prediction: Prediction,
    parts: Vec<(Range<usize>, Prediction)>,
}

/// Labels that parts decide for by themselves, other than the one the whole is given.
fn also(whole: &Prediction, parts: &[(Range<usize>, Prediction)]) -> Vec<Topic> {
    let first = match &whole.decision {
        Decision::Label { label, .. } => Some(label),
        Decision::Abstain { .. } => None,
    };
    let mut topics: Vec<Topic> = Vec::new();
    for (range, part) in parts {
        let Decision::Label { label, probability } = &part.decision else { continue };
        if first == Some(label) || *probability < SECOND || part.familiarity < FAMILIAR {
            continue;
        }
        topics.push(Topic { label: label.clone(), probability: *probability, start: range.start, end: range.end });
    }
    topics.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let mut seen = std::collections::BTreeSet::new();
    topics.retain(|topic| seen.insert(topic.label.clone()));
    topics
}

/// A part of a text is shorter than what the model learnt from: it has to be surer. Both chosen on validation pairs.
const SECOND: f32 = 0.7;
const FAMILIAR: f32 = 0.05;
