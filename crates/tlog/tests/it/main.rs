//! The log as a caller sees it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod export;
mod naive;
mod note;
mod tree;
