//! The server as its callers meet it: HTTP in, rows and letters out, on every engine there is.

#![expect(clippy::unwrap_used, reason = "a failed test should stop at once")]

mod api_doors;
mod api_events;
mod api_story;
mod client;
mod harness;
mod matrix;
mod openapi;
