//! The demo: an invented company to try the desk on, and a burglar who tries its doors.

pub mod attack;
pub mod failures;
pub(crate) mod files;
pub mod half_year;
mod policies;
pub mod shadows;
mod telemetry;
pub mod world;

pub use policies::policies;
