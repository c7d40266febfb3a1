//! What a sender is told, in the format it wrote in.

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse},
    metrics::v1::{ExportMetricsPartialSuccess, ExportMetricsServiceResponse},
    trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse},
};
use prost::Message;
use serde::Serialize;

use super::Format;

/// What a batch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Log records.
    Logs,
    /// Metric points.
    Metrics,
    /// Spans.
    Traces,
}

/// The body of an answer with status 200: empty, or how many records were not kept and why. The sender must not send those again.
pub fn answer(signal: Signal, format: Format, rejected: u64, why: &str) -> Vec<u8> {
    let some = rejected > 0 || !why.is_empty();
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let error_message = why.to_owned();
    match signal {
        Signal::Logs => {
            let partial = ExportLogsPartialSuccess { rejected_log_records: rejected, error_message };
            let json = Told::new(some, "rejectedLogRecords", rejected, why);
            encode(&ExportLogsServiceResponse { partial_success: some.then_some(partial) }, &json, format)
        }
        Signal::Metrics => {
            let partial = ExportMetricsPartialSuccess { rejected_data_points: rejected, error_message };
            let json = Told::new(some, "rejectedDataPoints", rejected, why);
            encode(&ExportMetricsServiceResponse { partial_success: some.then_some(partial) }, &json, format)
        }
        Signal::Traces => {
            let partial = ExportTracePartialSuccess { rejected_spans: rejected, error_message };
            let json = Told::new(some, "rejectedSpans", rejected, why);
            encode(&ExportTraceServiceResponse { partial_success: some.then_some(partial) }, &json, format)
        }
    }
}

/// JSON of the protocol writes 64-bit numbers as text and leaves out what is empty.
struct Told(serde_json::Value);

impl Told {
    fn new(some: bool, field: &str, rejected: i64, why: &str) -> Self {
        if !some {
            return Self(serde_json::json!({}));
        }
        Self(serde_json::json!({ "partialSuccess": { field: rejected.to_string(), "errorMessage": why } }))
    }
}

fn encode(message: &impl Message, json: &Told, format: Format) -> Vec<u8> {
    match format {
        Format::Protobuf => message.encode_to_vec(),
        Format::Json => json.0.to_string().into_bytes(),
    }
}

/// google.rpc.Status, the body of answers with an error: code and message.
#[derive(Clone, PartialEq, Message, Serialize)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The body of an answer that is no success. `code` is one of google.rpc.Code.
pub fn status(format: Format, code: i32, message: &str) -> Vec<u8> {
    let status = Status { code, message: message.to_owned() };
    match format {
        Format::Protobuf => status.encode_to_vec(),
        // Writing a number and a text cannot fail.
        Format::Json => serde_json::to_vec(&status).unwrap_or_default(),
    }
}
