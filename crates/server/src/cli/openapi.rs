//! `countersign openapi`.

use super::{Outcome, output::line};

/// Prints the description that the handlers generate, as committed in `crates/server/openapi.json`.
pub fn run() -> Outcome {
    line(crate::api::openapi_json());
    Ok(())
}
