//! Triage on labelled data sets: accuracy, calibration, sets, abstention, few examples, second topics, reasons, speed.
//!
//! Nothing is chosen on a test split. Where a set has a validation split, the model is calibrated on it and learns from
//! the train split alone; otherwise training holds back rows of its own.

mod beside;
mod feelings;
pub mod few;
pub mod full;
mod reasons;
pub mod sets;

use std::path::Path;

use super::Figure;
use crate::{
    cli::{Failure, meaning::Meaning},
    dice::Dice,
};

/// Measures every data set found in `folder`.
pub fn measure(folder: &Path, meaning: &Meaning, peers: &[String]) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for found in sets::find(folder)? {
        eprintln!("  {}", found.display());
        let mut set = sets::Set::read(&found)?;
        for rows in [&mut set.train, &mut set.validation, &mut set.test, &mut set.outside] {
            meaning.encode(rows)?;
        }
        let model = full::measure(&set, &mut figures)?;
        reasons::measure(&set, &model, meaning, &mut figures);
        beside::measure(&set, &model, meaning, peers, &mut figures)?;
        few::measure(&set, &mut figures)?;
    }
    if let Some(found) = feelings::find(folder) {
        eprintln!("  {}", found.display());
        feelings::measure(&found, meaning, &mut figures)?;
    }
    if figures.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} holds no data set: give a folder with train and test as .csv or .jsonl, or one that holds such folders.",
            folder.display()
        )));
    }
    Ok(figures)
}

/// Draws positions, the same on every machine.
pub struct Draw(Dice);

impl Draw {
    /// From a seed.
    const fn from(seed: u64) -> Self {
        Self(Dice(seed))
    }

    /// `n` different positions below `of`, in the order drawn; all of them when there are fewer.
    fn some(&mut self, n: usize, of: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..of).collect();
        for at in 0..n.min(of) {
            let other = at + self.0.below(of - at);
            all.swap(at, other);
        }
        all.truncate(n);
        all
    }
}
