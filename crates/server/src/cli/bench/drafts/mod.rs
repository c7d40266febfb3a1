//! Drafts and what judges them, on plain files: each part reads its own set and is left out, with a word, where it is missing.

mod assembled;
mod attacks;
mod conversations;
mod requests;

use std::path::Path;

use super::Figure;
use crate::cli::{Failure, meaning::Weights};

/// Measures what is in the folder.
///
/// # Errors
/// [`Failure::BadInput`] for a file that is not of its form, or when no set is there.
pub async fn measure(data: &Path, weights: &Weights) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    if is_there(data, "mtrag_un") {
        let encoder = weights.encoder()?;
        let rated = conversations::read(&data.join("mtrag_un/mtrag_human_evaluations.json"))?;
        figures.extend(conversations::measure(&rated));
        figures.extend(assembled::measure(&rated, encoder.as_ref()));
    }
    if is_there(data, "bipia") {
        figures.extend(attacks::bipia(&data.join("bipia")).await?);
    }
    if is_there(data, "agentdojo") {
        figures.extend(attacks::agentdojo(&data.join("agentdojo")).await?);
    }
    if is_there(data, "tau2_policies") {
        figures.extend(requests::measure(&data.join("tau2_policies"))?);
    }
    if figures.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} holds none of mtrag_un, bipia, agentdojo, tau2_policies. Name the folder of the data sets with --data.",
            data.display()
        )));
    }
    Ok(figures)
}

fn is_there(data: &Path, set: &str) -> bool {
    let there = data.join(set).is_dir();
    if !there {
        eprintln!("  {} is not there: left out", data.join(set).display());
    }
    there
}
