//! What the learning loop promises, measured: each part in its own file.

mod drift;
mod readiness;
mod scorecard;

use super::Figure;
use crate::cli::Failure;

/// Measures all parts.
///
/// # Errors
/// As [`super::Bench::run`].
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    let mut figures = readiness::measure();
    figures.extend(drift::measure());
    figures.extend(scorecard::measure().await?);
    Ok(figures)
}
