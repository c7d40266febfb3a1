//! The gate as a caller sees it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod classes;
mod hostile;
mod known;
mod mentions;
mod planted;
mod roundtrip;
