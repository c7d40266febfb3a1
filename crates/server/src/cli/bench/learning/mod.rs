//! What the learning loop promises, measured: each part in its own file.

mod coverage;
mod doubles;
mod drift;
mod readiness;
mod scorecard;

use super::Figure;
use crate::cli::{Failure, meaning::Weights};

/// Measures all parts; with `rows`, prints what constants are fitted on instead.
///
/// # Errors
/// As [`super::Bench::run`].
pub async fn measure(weights: &Weights, rows: bool) -> Result<Vec<Figure>, Failure> {
    let mut figures = doubles::measure(weights, rows)?;
    figures.extend(coverage::measure(weights, rows)?);
    if !rows {
        figures.extend(readiness::measure());
        figures.extend(drift::measure());
        figures.extend(scorecard::measure().await?);
    }
    Ok(figures)
}
