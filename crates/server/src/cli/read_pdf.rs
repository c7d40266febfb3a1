//! `countersign read-pdf`: reads one PDF for the desk, in a process that can be ended. Not for people.

use std::io;

use connect::documents::pdf;

use super::{Failure, Outcome};

/// The command's name, which the desk calls itself with.
const NAME: &str = "read-pdf";

/// Has PDFs read by this very program in a process of its own.
pub fn arrange() {
    if let Ok(program) = std::env::current_exe() {
        pdf::read_with(program, NAME);
    }
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read.
pub fn run() -> Outcome {
    // The library writes of what it does not know; nobody reads it.
    std::panic::set_hook(Box::new(|_| {}));
    pdf::unguarded(&mut io::stdin().lock(), &mut io::stdout().lock()).map_err(|e| Failure::told(e.to_string()))
}
