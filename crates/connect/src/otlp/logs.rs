//! Log records.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    logs::v1::LogRecord as Sent,
};

use super::{Batch, Format, Origin, Unreadable, decode, id, micros, origin, value};

/// Bytes kept of what a record says; the miner reads less of it.
const TEXT_BYTES: usize = 64 << 10;

/// One log line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Who wrote it.
    pub origin: Arc<Origin>,
    /// Microseconds since 1970, as the writer or else the collector said.
    pub at: Option<i64>,
    /// 1 to 24 as OTLP counts them, 17 and above are errors; 0 where nobody said.
    pub severity: u8,
    /// What it says.
    pub text: String,
    /// Bytes it was sent with, before anything was cut.
    pub bytes: usize,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
    /// The trace it belongs to.
    pub trace: Option<[u8; 16]>,
}

/// Reads a body of `/v1/logs`.
///
/// # Errors
/// [`Unreadable`].
pub fn logs(body: &[u8], format: Format) -> Result<Batch<LogRecord>, Unreadable> {
    let request: ExportLogsServiceRequest = decode(body, format)?;
    let mut batch = Batch::default();
    for resource in request.resource_logs {
        let origin = origin(resource.resource);
        for sent in resource.scope_logs.into_iter().flat_map(|scope| scope.log_records) {
            match record(&origin, sent) {
                Some(record) => batch.records.push(record),
                None => batch.unusable += 1,
            }
        }
    }
    Ok(batch)
}

/// `None` for a record that says nothing at all.
fn record(origin: &Arc<Origin>, sent: Sent) -> Option<LogRecord> {
    let severity = match u8::try_from(sent.severity_number) {
        Ok(number @ 1..=24) => number,
        _ => named(&sent.severity_text),
    };
    let body = sent.body.unwrap_or_default();
    let mut bytes = match &body.value {
        Some(Value::StringValue(text)) => text.len(),
        Some(Value::BytesValue(raw)) => raw.len(),
        _ => 0,
    };
    let mut text = match body.value {
        Some(Value::BytesValue(raw)) => String::from_utf8_lossy(&raw[..raw.len().min(TEXT_BYTES)]).into_owned(),
        value => value::text(opentelemetry_proto::tonic::common::v1::AnyValue { value }, TEXT_BYTES),
    };
    if text.is_empty() {
        text = said_elsewhere(&sent.event_name, &sent.attributes);
    }
    bytes = bytes.max(text.len());
    let attributes = value::pairs(sent.attributes);
    (!text.is_empty()).then(|| LogRecord {
        origin: Arc::clone(origin),
        at: micros(sent.time_unix_nano).or_else(|| micros(sent.observed_time_unix_nano)),
        severity,
        text,
        bytes,
        attributes,
        trace: id(&sent.trace_id),
    })
}

/// Events and exceptions may say what happened in their attributes alone.
fn said_elsewhere(event: &str, attributes: &[KeyValue]) -> String {
    let find = |key: &str| {
        let pair = attributes.iter().find(|pair| pair.key == key)?;
        Some(value::text(pair.value.clone()?, TEXT_BYTES))
    };
    let parts = [Some(event.to_owned()), find("exception.type"), find("exception.message"), find("message")];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// Severity from its name, where the number is missing.
fn named(text: &str) -> u8 {
    match text.to_ascii_lowercase().as_str() {
        "trace" => 1,
        "debug" => 5,
        "info" | "information" | "notice" => 9,
        "warn" | "warning" => 13,
        "error" | "err" => 17,
        "fatal" | "critical" | "crit" | "alert" | "emergency" | "emerg" | "panic" => 21,
        _ => 0,
    }
}
