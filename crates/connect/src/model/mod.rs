//! Language models behind any OpenAI-compatible endpoint.
//!
//! A model has no hands: it is given text and gives text. No tools are offered, a tool call is
//! refused, no redirect is followed, and nothing but [`redact::Redacted`] text can be sent.
//!
//! ```compile_fail
//! # async fn cheat(client: connect::model::Client) {
//! let request = connect::model::Request { system: "be nice".to_owned(), user: "ana@x.example".to_owned(), max_tokens: 9, temperature: 0.0 };
//! client.complete(&request, 0).await;
//! # }
//! ```
//! ```compile_fail
//! # fn cheat() -> redact::Redacted {
//! "ana@x.example".into()
//! # }
//! ```

pub(crate) mod address;
mod breaker;
mod client;
#[cfg(feature = "fake")]
pub mod fake;
mod stream;

pub use crate::reach::Reach;
pub(crate) use address::check as check_address;
pub use client::Client;

use std::time::Duration;

use redact::Redacted;

/// What is asked. Both halves passed the second gate; there is no other way to make them.
#[derive(Clone)]
pub struct Request {
    /// The fixed half.
    pub system: Redacted,
    /// The half that changes.
    pub user: Redacted,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// 0..=2.
    pub temperature: f32,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// Why it ended: `stop`, `length`, or the endpoint's word.
    pub finish: String,
    /// Tokens of prompt and answer, when the endpoint says so.
    pub usage: Option<(u64, u64)>,
    /// Milliseconds to the first byte.
    pub first_byte_ms: u64,
    /// Milliseconds in all.
    pub total_ms: u64,
}

/// Where the model is.
#[derive(Clone)]
pub struct EndpointConfig {
    /// Base address up to and with `/v1`.
    pub base_url: String,
    /// Model name.
    pub model: String,
    /// Key, sent as a bearer token.
    pub api_key: Option<crate::Secret>,
    /// Where the endpoint stands, in words; shown, not checked yet.
    pub region: String,
    /// Which addresses may be called.
    pub reach: Reach,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds on one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// From the request to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
    /// For everything, retries included.
    pub total: Duration,
    /// Bytes of the answer, protocol included.
    pub bytes: usize,
    /// Tries after the first, where the endpoint says "later".
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(15),
            total: Duration::from_secs(120),
            bytes: 256 * 1024,
            retries: 2,
        }
    }
}

/// Why there is no answer. People can work on without one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The address cannot be used.
    #[error("the model's address cannot be used: {0}")]
    Address(String),
    /// TLS or the client could not be set up.
    #[error("the model client cannot be set up: {0}")]
    Setup(String),
    /// Several calls in a row failed; it is left alone for a while.
    #[error("the model failed several times; it is left alone until it has had a minute's rest")]
    Resting,
    /// Nobody there.
    #[error("the model cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the model took too long ({0})")]
    TooSlow(&'static str),
    /// It answered with a status that is no answer.
    #[error("the model answered with status {0}")]
    Status(u16),
    /// It sent more than is read.
    #[error("the model's answer was longer than is read")]
    TooLong,
    /// It sent something that is no chat completion.
    #[error("the model's answer was not a chat completion")]
    Form,
    /// It asked to use a tool.
    #[error("the model asked to use a tool; it has none")]
    Tool,
}
