//! Text to label with a calibrated confidence, a set of labels with a stated error rate, abstention and reasons.
//!
//! Words and letter groups (TF-IDF), beside a meaning vector when one is handed in, go into multinomial logistic
//! regression; with a vector, two small networks see the same; all vote. Rows held back from training set one
//! temperature, the sets, a threshold per label, and how strange a text may look.
//!
//! This crate must never make vectors, read files or clocks, or know what its labels mean. It never acts on a
//! label. A model holds hashes of words and the caller's ids, never the words of its examples.
//!
//! Start reading at [`train`] (`train.rs`), [`Model::predict`] (`predict.rs`) and [`Model::understand`]
//! (`understand.rs`).

mod calibration;
mod evaluate;
mod explain;
mod features;
mod fixed;
mod format;
mod heads;
mod memory;
mod metrics;
mod model;
mod network;
mod predict;
mod random;
mod recall;
mod regression;
mod segments;
mod train;
mod understand;

pub use calibration::Metrics;
pub use evaluate::{Evaluation, SetFigures, evaluate};
pub use explain::{Contribution, without};
pub use format::LoadError;
pub use memory::Neighbour;
pub use metrics::auroc;
pub use model::{Card, Model};
pub use predict::{Decision, Evidence, Prediction, Why};
pub use recall::{Commonness, Recall, Recalled};
pub use train::{Described, Lessons, Settings, TrainError, train};
pub use understand::{Encode, Topic, Understanding};

/// A text with its label; the unit of training and of evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The caller's name for it, handed back with neighbours; may be empty.
    pub id: String,
    /// What was written.
    pub text: String,
    /// What it was about.
    pub label: String,
    /// Its meaning, from whatever encoder the caller uses; scaled to length 1 here. Used only when every example has
    /// one of the same length.
    pub vector: Option<Vec<f32>>,
}
