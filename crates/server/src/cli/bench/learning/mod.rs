//! What the learning loop promises, measured: each part in its own file.

mod scorecard;

use super::Figure;
use crate::cli::Failure;

/// Measures all parts.
///
/// # Errors
/// As [`super::Bench::run`].
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    scorecard::measure().await
}
