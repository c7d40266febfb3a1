//! The server as its callers meet it: HTTP in, rows and letters out, on every engine there is.

#![expect(clippy::unwrap_used, reason = "a failed test should stop at once")]

mod api_doors;
mod api_events;
mod api_story;
mod arrivals;
mod bulk;
mod by_hand;
mod cases;
mod client;
mod crash;
mod demo_copy;
mod erasure;
mod harness;
mod import;
mod in_hand;
mod index_again;
mod kept;
mod knowledge;
mod learning;
mod leases;
mod macros;
mod matrix;
mod model;
mod openapi;
mod patterns;
mod personas;
mod policies;
mod policy_files;
mod real;
mod real_mail;
mod record;
mod search;
mod sources;
mod standing;
mod sure_drafts;
mod triage;
