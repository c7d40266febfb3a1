//! The outside world, inward: mail, knowledge sources, telemetry, language models and whoever vouches for the people who sign in.
//! What arrives here is parsed into plain
//! data with closed types; what it means is decided elsewhere.
//!
//! What this crate must never do: reach a requester (it links no SMTP library), write to a database,
//! know a grant, or give a model anything but [`redact::Redacted`] text. Nothing that a mail or document points at
//! is fetched: no remote image, no link. [`site`] alone asks a web server, for the pages its own map names.
//!
//! Start reading at [`mail::parse`], then [`mail::imap`], then [`model::Client`]; for sources at [`documents::read`]; for telemetry
//! at [`otlp::logs`] and [`stores::Store`].

pub mod documents;
pub mod exports;
pub mod folder;
pub mod hook;
pub mod identity;
pub mod logfile;
pub mod mail;
mod markup;
pub mod model;
pub mod otlp;
mod reach;
mod secret;
pub mod site;
pub mod stores;
pub mod tls;

pub use secret::Secret;
