//! What OpenTelemetry collectors and SDKs send over HTTP (OTLP 1.x): bytes in, plain records and counts out. Nothing here is kept
//! or decided, and no socket is read.
//!
//! A body is unpacked within a bound, its parts are counted before anything is built from them, and what cannot be used is
//! counted. Both encodings of the protocol, protobuf and JSON, give the same records.

mod answer;
mod bounds;
#[cfg(feature = "fake")]
pub mod fake;
mod logs;
mod metrics;
mod traces;
mod value;

pub(crate) use value::cut;

use std::{borrow::Cow, io::Read as _, sync::Arc};

use prost::Message;
use serde::de::DeserializeOwned;

pub use answer::{Signal, answer, status};
pub use logs::{LogRecord, logs};
pub use metrics::{Measured, MetricPoint, metrics};
pub use traces::{SpanRecord, traces};

/// Largest body once unpacked, in bytes.
pub const BODY_BYTES_MAX: usize = 8 << 20;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Format {
    /// From a `Content-Type`; `None` for any other.
    pub fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" | "application/protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The media type of answers in this format.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no message of this kind.
    #[error("The body is no OTLP message that can be read: {0}.")]
    Malformed(String),
    /// It is larger than is taken, packed or unpacked, or has more parts.
    #[error("The body is too large. Send batches of at most 8 MB unpacked and of fewer records.")]
    TooLarge,
    /// It is packed in a way that is not known.
    #[error("The body's Content-Encoding is not known. Send it with gzip or as it is.")]
    Encoding,
}

/// Who sent a record: one per resource of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// `service.name`; `unknown` where there is none.
    pub service: String,
    /// `service.version`.
    pub version: Option<String>,
    /// The other attributes of the resource, bounded.
    pub labels: Vec<(String, String)>,
}

/// What a body held.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<T> {
    /// Records, in their order.
    pub records: Vec<T>,
    /// Records that cannot be used: without any content, or without the ids that make them one.
    pub unusable: u64,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self { records: Vec::new(), unusable: 0 }
    }
}

/// The body without its packing, at most [`BODY_BYTES_MAX`] of it.
///
/// # Errors
/// [`Unreadable`].
pub fn unpack<'a>(body: &'a [u8], encoding: Option<&str>) -> Result<Cow<'a, [u8]>, Unreadable> {
    match encoding.map(|e| e.trim().to_ascii_lowercase()).as_deref() {
        None | Some("" | "identity") if body.len() > BODY_BYTES_MAX => Err(Unreadable::TooLarge),
        None | Some("" | "identity") => Ok(Cow::Borrowed(body)),
        Some("gzip") => {
            let mut whole = Vec::new();
            let most = BODY_BYTES_MAX as u64 + 1;
            flate2::read::MultiGzDecoder::new(body)
                .take(most)
                .read_to_end(&mut whole)
                .map_err(|e| Unreadable::Malformed(format!("gzip: {e}")))?;
            if whole.len() > BODY_BYTES_MAX { Err(Unreadable::TooLarge) } else { Ok(Cow::Owned(whole)) }
        }
        Some(_) => Err(Unreadable::Encoding),
    }
}

/// One message of either encoding.
fn decode<M: Message + Default + DeserializeOwned>(body: &[u8], format: Format) -> Result<M, Unreadable> {
    match format {
        Format::Protobuf => {
            bounds::few_fields(body)?;
            M::decode(body).map_err(|e| Unreadable::Malformed(e.to_string()))
        }
        Format::Json => {
            bounds::few_objects(body)?;
            serde_json::from_slice(body).map_err(|e| Unreadable::Malformed(e.to_string()))
        }
    }
}

type Resource = opentelemetry_proto::tonic::resource::v1::Resource;

fn origin(resource: Option<Resource>) -> Arc<Origin> {
    let mut origin = Origin::default();
    for (key, text) in value::pairs(resource.map(|r| r.attributes).unwrap_or_default()) {
        match key.as_str() {
            "service.name" => origin.service = text,
            "service.version" => origin.version = Some(text),
            _ => origin.labels.push((key, text)),
        }
    }
    if origin.service.is_empty() {
        "unknown".clone_into(&mut origin.service);
    }
    Arc::new(origin)
}

/// Nanoseconds since 1970 as microseconds; `None` for 0, which means that nobody said.
fn micros(nanos: u64) -> Option<i64> {
    i64::try_from(nanos / 1_000).ok().filter(|micros| *micros > 0)
}

/// An id of so many bytes; `None` for another length or nothing but zeros.
fn id<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    <[u8; N]>::try_from(bytes).ok().filter(|id| id.iter().any(|b| *b != 0))
}
