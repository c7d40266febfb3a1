//! Figures of the grounding check on rated answers.

use std::path::PathBuf;

use super::rated::{Agreement, Rated, judge_all};
use crate::cli::{Failure, Outcome, bench::Goal, meaning::Weights, search::shelf::lines};

/// Measure on rated answers, one JSON line each: `{"passages":["..."],"question":"...","answer":"...","label":0..1}`. Prints
/// auroc (rated low is a label below one half), spearman, abstained (answers that state nothing), false_alarms (of label 1) and
/// found (of those rated low). Nothing is learnt from the file.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// The rated answers.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Words alone, even where weights are there.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    weights: Weights,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] with the line that cannot be read.
    pub fn run(&self) -> Outcome {
        let rated: Vec<Rated> = lines(&self.file)?;
        if let Some(at) = rated.iter().position(|r| !(0.0..=1.0).contains(&r.label)) {
            let (file, label) = (self.file.display(), rated.get(at).map_or(0.0, |r| r.label));
            return Err(Failure::BadInput(format!(
                "{file}, answer {}: label {label} is not between 0 and 1. Correct the line.",
                at + 1
            )));
        }
        let encoder = if self.words { None } else { self.weights.encoder()? };
        let judged = judge_all(rated.iter().map(|r| &r.answered), encoder.as_ref());
        let pairs: Vec<_> = rated.iter().map(|r| r.label).zip(judged).collect();
        for figure in Agreement::of(&pairs).figures("ground", "", (Goal::Unset, Goal::Unset)) {
            figure.print(self.json);
        }
        Ok(())
    }
}
