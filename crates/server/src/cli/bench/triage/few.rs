//! Learning from few examples a label, drawn several times.

use std::collections::BTreeMap;

use classify::Example;

use super::{
    super::Figure,
    Draw,
    full::{Goals, Run},
    sets::Set,
};
use crate::cli::Failure;

const SHOTS: usize = 10;
/// Draws whose figures are averaged when nobody says otherwise.
pub const SEEDS: u64 = 5;

/// Measures the mean accuracy of ten examples a label. No validation row is used: training holds back rows of the ten.
///
/// # Errors
/// [`Failure::BadInput`] when no model can be made.
pub fn measure(set: &Set, figures: &mut Vec<Figure>) -> Result<(), Failure> {
    let Some(drawn) = (1..=SEEDS).map(|seed| draw(&set.train, SHOTS, seed).ok()).collect::<Option<Vec<_>>>() else {
        return Ok(());
    };
    let mut right = 0;
    let n = set.test.len() * drawn.len();
    for (seed, examples) in (1..).zip(drawn) {
        let Run { model, .. } = Run::train(set, &examples, &[], seed)?;
        right += set.test.iter().filter(|e| model.likeliest(&e.text, e.vector.as_deref()).0 == e.label).count();
    }
    let name = format!("{}.{SHOTS}_shot_accuracy", set.name);
    let accuracy = right as f64 / n.max(1) as f64;
    figures.push(Figure::new("triage", name, accuracy, "", n, Goals::of(&set.name).ten));
    Ok(())
}

/// So many examples of each label, the same ones for the same seed.
///
/// # Errors
/// A label that has fewer.
pub fn draw(train: &[Example], shots: usize, seed: u64) -> Result<Vec<Example>, String> {
    let mut by_label: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in train {
        by_label.entry(&example.label).or_default().push(example);
    }
    if let Some((label, examples)) = by_label.iter().find(|(_, examples)| examples.len() < shots) {
        return Err(format!("the label {label} has {} examples, and {shots} are asked for", examples.len()));
    }
    let mut draw = Draw::from(seed);
    let some = |examples: &Vec<&Example>| -> Vec<Example> {
        let chosen = draw.some(shots, examples.len()).into_iter();
        chosen.filter_map(|at| examples.get(at).copied().cloned()).collect()
    };
    Ok(by_label.values().flat_map(some).collect())
}
