//! The outside world, inward: mail in and language models. What arrives here is parsed into plain
//! data with closed types; what it means is decided elsewhere.
//!
//! What this crate must never do: reach a requester (it links no SMTP library), write to a database,
//! know a grant, or give a model anything but [`redact::Redacted`] text. Nothing that is parsed here
//! is fetched: no remote image, no link, no redirect.
//!
//! Start reading at [`mail::parse`], then [`mail::imap`], then [`model::Client`].

pub mod mail;
pub mod model;
mod secret;
pub mod tls;

pub use secret::Secret;
