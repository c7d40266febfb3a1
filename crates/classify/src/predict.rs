//! A prediction: ranked labels, a decision or an abstention, and the words that led there.

use crate::calibration::share;
use crate::features::{Feature, Word, unit, words};
use crate::memory::Neighbour;
use crate::model::Model;
use crate::regression::{Row, softmax};

/// Neighbours are looked for among the examples of this many likeliest labels.
const LABELS_SEARCHED: usize = 10;
const NEIGHBOURS: usize = 5;
const REASONS: usize = 5;

/// What the model says about a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Every label with its calibrated probability, likeliest first; they sum to 1.
    pub ranked: Vec<(String, f32)>,
    /// The first label, or why none is given.
    pub decision: Decision,
    /// How many of the first labels form the set that holds the right one in 90 % of in-scope texts
    /// (split conformal, Sadinle et al. 2019); at least 1.
    pub likely: usize,
    /// Log-probability plus weighted similarity; what abstention is decided by. Higher is surer.
    pub assurance: f32,
    /// The parts of the text that speak most for the first label, strongest first; at most 5.
    pub because: Vec<Contribution>,
    /// The most similar training examples of the likeliest labels, nearest first; at most 5.
    pub nearest: Vec<Neighbour>,
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
    /// Unlike everything it was trained on.
    #[error("the text is unlike every example (similarity {similarity:.2}): it may be out of scope")]
    Unfamiliar {
        /// Similarity to the nearest example, in -1..=1.
        similarity: f32,
    },
    /// Of a known kind, but not sure enough.
    #[error("the likeliest label has a probability of only {probability:.2}: a person has to choose")]
    Unsure {
        /// Calibrated probability of the first label, in 0..=1.
        probability: f32,
    },
}

/// A part of the text that pushed towards the first label.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// First byte in the text handed in.
    pub start: usize,
    /// Byte after the last; both on character boundaries.
    pub end: usize,
    /// The words quoted.
    pub text: String,
    /// Log-odds for the first label against the average label.
    pub weight: f32,
}

impl Model {
    /// Predicts the label of `text`. `vector` must come from the encoder of the training examples; it is ignored by a
    /// model trained on words alone.
    pub fn predict(&self, text: &str, vector: Option<&[f32]>) -> Prediction {
        let found = words(text);
        let features = self.vocabulary.features(&found);
        let dimensions = self.card.dimensions;
        let dense = vector.filter(|_| dimensions > 0).and_then(|v| unit(v, dimensions)).unwrap_or_default();
        let row = Row { sparse: features.iter().map(|f| (f.index, f.value)).collect(), dense };
        let p = softmax(&self.weights.scores(&row), self.calibration.temperature);
        let mut order: Vec<usize> = (0..p.len()).collect();
        let of = |label: &usize| p.get(*label).copied().unwrap_or_default();
        order.sort_by(|a, b| of(b).total_cmp(&of(a)).then(a.cmp(b)));
        let ranked: Vec<(String, f32)> =
            order.iter().filter_map(|label| Some((self.card.labels.get(*label)?.clone(), of(label)))).collect();
        let searched = order.get(..LABELS_SEARCHED.min(order.len())).unwrap_or_default();
        let nearest = self.memory.nearest(&row, searched, NEIGHBOURS);
        let (label, probability) = ranked.first().cloned().unwrap_or_default();
        let similarity = nearest.first().map_or(0.0, |n| n.similarity);
        let assurance = self.calibration.assurance(probability, similarity);
        let decision = match self.doubt(&row, probability, similarity, assurance) {
            Some(why) => Decision::Abstain { why },
            None => Decision::Label { label, probability },
        };
        let likely = ranked.iter().take_while(|(_, p)| *p >= self.calibration.set_floor).count().max(1);
        let because = self.because(text, &found, &features, order.first().copied().unwrap_or(0));
        Prediction { ranked, decision, likely, assurance, because, nearest }
    }

    fn doubt(&self, row: &Row, probability: f32, similarity: f32, assurance: f32) -> Option<Why> {
        if row.sparse.is_empty() && row.dense.is_empty() {
            Some(Why::NothingKnown)
        } else if row.dense.len() != self.card.dimensions {
            Some(Why::VectorMissing)
        } else if similarity < self.calibration.least_similarity {
            Some(Why::Unfamiliar { similarity })
        } else if assurance < self.calibration.least_assurance {
            Some(Why::Unsure { probability })
        } else {
            None
        }
    }

    /// Shares every feature's weight out among the words it occurs in, then quotes the heaviest words; neighbours
    /// among them become one quotation.
    fn because(&self, text: &str, words: &[Word], features: &[Feature], label: usize) -> Vec<Contribution> {
        let mut weights = vec![0.0_f32; words.len()];
        for feature in features {
            let row = self.weights.feature(feature.index as usize);
            let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
            let odds = (row.get(label).copied().unwrap_or_default() - mean) * feature.value;
            let each = odds / self.calibration.temperature * share(1, feature.words.len());
            for &word in &feature.words {
                if let Some(weight) = weights.get_mut(word as usize) {
                    *weight += each;
                }
            }
        }
        let mut heaviest: Vec<usize> = (0..words.len()).collect();
        let of = |at: usize| weights.get(at).copied().unwrap_or_default();
        heaviest.sort_by(|&a, &b| of(b).total_cmp(&of(a)).then(a.cmp(&b)));
        heaviest.retain(|&at| of(at) > 0.0);
        heaviest.truncate(REASONS);
        heaviest.sort_unstable();
        let mut parts: Vec<(std::ops::Range<usize>, f32, usize)> = Vec::new();
        for at in heaviest {
            let Some(word) = words.get(at) else { continue };
            match parts.last_mut() {
                Some((span, weight, last)) if *last + 1 == at => {
                    *span = span.start..word.span.end;
                    *weight += of(at);
                    *last = at;
                }
                _ => parts.push((word.span.clone(), of(at), at)),
            }
        }
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let quoted = |(span, weight, _): (std::ops::Range<usize>, f32, usize)| {
            let quotation = text.get(span.clone())?.to_owned();
            Some(Contribution { start: span.start, end: span.end, text: quotation, weight })
        };
        parts.into_iter().filter_map(quoted).collect()
    }
}
