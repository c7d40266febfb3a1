//! Text to label with a calibrated confidence, abstention and reasons.
//!
//! Words and letter groups (TF-IDF), beside a meaning vector when one is handed in, go into multinomial logistic
//! regression. Rows held back from training set one temperature and the threshold below which the model abstains.
//!
//! This crate must never make vectors, read files or clocks, or know what its labels mean. It never acts on a
//! label. A model holds hashes of words, never the words of its examples.
//!
//! Start reading at [`train`] (`train.rs`) and [`Model::predict`] (`predict.rs`).

mod calibration;
mod evaluate;
mod features;
mod format;
mod memory;
mod model;
mod predict;
mod regression;
mod train;

pub use calibration::Metrics;
pub use evaluate::{Evaluation, evaluate};
pub use format::LoadError;
pub use memory::Neighbour;
pub use model::{Card, Model};
pub use predict::{Contribution, Decision, Prediction, Why};
pub use train::{Settings, TrainError, train};

/// A text with its label; the unit of training and of evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What was written.
    pub text: String,
    /// What it was about.
    pub label: String,
    /// Its meaning, from whatever encoder the caller uses; scaled to length 1 here. Used only when every example has
    /// one of the same length.
    pub vector: Option<Vec<f32>>,
}
