//! Bodies as a collector would send them, for tests and for measuring.

use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
};
use prost::Message as _;

use super::Format;

/// A body of `/v1/logs` with these lines of one service, each with two attributes, a millisecond apart from `at` (microseconds since
/// 1970) on.
pub fn logs(service: &str, lines: &[&str], at: i64, format: Format) -> Vec<u8> {
    let text = |text: &str| Some(AnyValue { value: Some(Value::StringValue(text.to_owned())) });
    let pair = |key: &str, value: &str| KeyValue { key: key.to_owned(), value: text(value), ..KeyValue::default() };
    let record = |(n, line): (usize, &&str)| LogRecord {
        time_unix_nano: (at.unsigned_abs() + n as u64 * 1_000) * 1_000,
        severity_number: 9,
        body: text(line),
        attributes: vec![pair("thread", "worker-7"), pair("code.function.name", "handle")],
        ..LogRecord::default()
    };
    let scope = ScopeLogs { log_records: lines.iter().enumerate().map(record).collect(), ..ScopeLogs::default() };
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource { attributes: vec![pair("service.name", service)], ..Resource::default() }),
            scope_logs: vec![scope],
            ..ResourceLogs::default()
        }],
    };
    match format {
        Format::Protobuf => request.encode_to_vec(),
        // Texts and numbers alone: writing them cannot fail.
        Format::Json => serde_json::to_vec(&request).unwrap_or_default(),
    }
}
