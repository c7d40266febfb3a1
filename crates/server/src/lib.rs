//! Countersign's server: flows (load, decide, commit), the HTTP API, jobs and the command line.
//!
//! `main -> {api, jobs, cli} -> flow`. `api` and `jobs` never import each other; `flow` imports
//! neither. This crate must never hold SQL, a mail library, or a rule: rules are `desk`'s, SQL is
//! `store`'s, reaching a requester is `outbox`'s. A test reads its imports.
//!
//! Start reading with [`app::App`], then `flow/receive_mail.rs` and follow the letter.

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
mod dice;
pub mod error;
pub mod flow;
mod heartbeat;
pub mod jobs;
pub mod keys;
pub mod library;
pub mod meanings;
pub mod observations;
pub mod passkey;
pub mod patterns;
pub mod telemetry;
pub mod ticket_index;
pub mod totp;
pub mod triager;

pub use app::App;
pub use error::FlowError;
