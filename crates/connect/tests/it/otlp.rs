//! Bodies as OpenTelemetry collectors send them, and as nobody should.

use std::io::Write as _;

use connect::otlp::{self, Format, Measured, Signal, Unreadable};
use opentelemetry_proto::tonic::{
    collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
};
use proptest::prelude::*;
use prost::Message as _;

fn text(text: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(text.to_owned())) }
}

fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(text(value)), ..KeyValue::default() }
}

fn request(records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let attributes = vec![pair("service.name", "checkout"), pair("service.version", "5.2.0"), pair("host.name", "a1")];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_logs: vec![ScopeLogs { log_records: records, ..ScopeLogs::default() }],
            ..ResourceLogs::default()
        }],
    }
}

/// As the protocol's own examples write it: ids in hexadecimal, 64-bit numbers as text, fields nobody knows.
const LOGS_JSON: &str = r#"{"resourceLogs":[{"resource":{"attributes":[
  {"key":"service.name","value":{"stringValue":"checkout"}},{"key":"service.version","value":{"stringValue":"5.2.0"}},
  {"key":"host.name","value":{"stringValue":"a1"}}],"later":{"a":1}},
  "scopeLogs":[{"scope":{"name":"s"},"logRecords":[
   {"timeUnixNano":"1544712660300000000","severityNumber":17,"severityText":"ERROR","traceId":"5B8EFFF798038103D269B633813FC60C",
    "spanId":"EEE19B7EC3C1B174","body":{"stringValue":"payment 4711 refused"},
    "attributes":[{"key":"order","value":{"intValue":"4711"}},{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"boolValue":true}]}}}]},
   {"observedTimeUnixNano":"1544712660300000001","severityText":"warn","body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"slow"}},{"key":"ms","value":{"doubleValue":1.5}}]}}},
   {"severityNumber":9}]}]}]}"#;

#[test]
fn both_encodings_give_the_same_records() {
    let first = LogRecord {
        time_unix_nano: 1_544_712_660_300_000_000,
        severity_number: 17,
        body: Some(text("payment 4711 refused")),
        trace_id: vec![0x5b, 0x8e, 0xff, 0xf7, 0x98, 3, 0x81, 3, 0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0x0c],
        attributes: vec![pair("order", "4711"), pair("tags", "a, true")],
        ..LogRecord::default()
    };
    let second = LogRecord {
        observed_time_unix_nano: 1_544_712_660_300_000_001,
        severity_text: "warn".to_owned(),
        body: Some(text("msg=slow ms=1.5")),
        ..LogRecord::default()
    };
    let sent = request(vec![first, second, LogRecord { severity_number: 9, ..LogRecord::default() }]);
    let from_protobuf = otlp::logs(&sent.encode_to_vec(), Format::Protobuf).expect("protobuf");
    let mut from_json = otlp::logs(LOGS_JSON.as_bytes(), Format::Json).expect("json");
    // How long a structured body was is known only once it is written out.
    from_json.records[1].bytes = from_protobuf.records[1].bytes;
    assert_eq!(from_protobuf, from_json);
    assert_eq!(from_json.unusable, 1, "a record that says nothing");
    let [error, warning] = &from_json.records[..] else { panic!("two records") };
    assert_eq!((error.origin.service.as_str(), error.origin.version.as_deref()), ("checkout", Some("5.2.0")));
    assert_eq!((error.severity, error.at), (17, Some(1_544_712_660_300_000)));
    assert_eq!(error.attributes[0], ("order".to_owned(), "4711".to_owned()));
    assert_eq!(warning.severity, 13);
    assert_eq!(warning.text, "msg=slow ms=1.5");
    assert_eq!(warning.trace, None);
}

const METRICS_JSON: &str = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
  {"name":"queue.depth","gauge":{"dataPoints":[{"asInt":"12","timeUnixNano":"1544712660300000000","attributes":[{"key":"q","value":{"stringValue":"mail"}}]},
     {"timeUnixNano":"1544712660300000000"}]}},
  {"name":"requests","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asDouble":5.0,"startTimeUnixNano":"1000000","timeUnixNano":"1544712660300000000"}]}},
  {"name":"bytes","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{"asInt":"5","timeUnixNano":"1544712660300000000"}]}},
  {"name":"latency","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"2","sum":3.5,"bucketCounts":["1","1"],"explicitBounds":[1.0],"timeUnixNano":"1544712660300000000"}]}}]}]}]}"#;

#[test]
fn metric_points_say_what_their_value_means() {
    let batch = otlp::metrics(METRICS_JSON.as_bytes(), Format::Json).expect("json");
    let measured: Vec<(&str, Measured)> = batch.records.iter().map(|p| (&*p.name, p.measured)).collect();
    assert_eq!(
        measured,
        [
            ("queue.depth", Measured::Level(12.0)),
            ("requests", Measured::Total(5.0, 1_000)),
            ("bytes", Measured::Increase(5.0)),
            ("latency", Measured::TotalSpread(3.5, 2.0, 0)),
        ]
    );
    assert_eq!(batch.unusable, 1, "a point without a value");
    assert_eq!(batch.records[0].origin.service, "unknown");
}

const TRACES_JSON: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"spans":[
  {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173","name":"GET /cart","kind":2,
   "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661500000000","status":{"code":2},
   "events":[{"name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":"no stock"}}]}]},
  {"traceId":"","spanId":"eee19b7ec3c1b174","name":"lost"},
  {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b175","name":"clock went back",
   "startTimeUnixNano":"1544712661500000000","endTimeUnixNano":"1544712660000000000"}]}]}]}"#;

#[test]
fn spans_have_their_ids_or_are_counted() {
    let batch = otlp::traces(TRACES_JSON.as_bytes(), Format::Json).expect("json");
    assert_eq!((batch.records.len(), batch.unusable), (2, 1));
    let (failed, odd) = (&batch.records[0], &batch.records[1]);
    assert!(failed.failed && failed.parent.is_some());
    assert_eq!((failed.seconds, failed.message.as_str()), (1.5, "no stock"));
    assert_eq!((odd.seconds, odd.failed), (0.0, false));
}

#[test]
fn bodies_are_unpacked_within_a_bound() {
    let gzip = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).expect("into memory");
        packer.finish().expect("into memory")
    };
    assert_eq!(&*otlp::unpack(&gzip(b"hello"), Some("gzip")).expect("unpacks"), b"hello");
    assert_eq!(&*otlp::unpack(b"hello", None).expect("as it is"), b"hello");
    let bomb = gzip(&vec![0; otlp::BODY_BYTES_MAX * 20]);
    assert!(bomb.len() < otlp::BODY_BYTES_MAX / 10);
    assert_eq!(otlp::unpack(&bomb, Some("gzip")), Err(Unreadable::TooLarge));
    assert_eq!(otlp::unpack(b"x", Some("br")), Err(Unreadable::Encoding));
    assert!(matches!(otlp::unpack(b"not packed", Some("gzip")), Err(Unreadable::Malformed(_))));
}

#[test]
fn empty_parts_by_the_million_are_not_built() {
    // Two bytes each on the wire, hundreds in memory.
    let wrap = |inner: Vec<u8>, tag: u8| {
        let mut outer = vec![tag];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(inner);
        outer
    };
    let records: Vec<u8> = [0x12, 0].repeat(3_000_000);
    let body = wrap(wrap(records, 0x12), 0x0a);
    assert!(body.len() < otlp::BODY_BYTES_MAX);
    assert_eq!(otlp::logs(&body, Format::Protobuf), Err(Unreadable::TooLarge));
    let body = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{}{{}}]}}]}}]}}"#, "{},".repeat(2_000_000));
    assert_eq!(otlp::logs(body.as_bytes(), Format::Json), Err(Unreadable::TooLarge));
    let ordinary = request(vec![LogRecord { body: Some(text("x")), ..LogRecord::default() }; 8_192]).encode_to_vec();
    assert_eq!(otlp::logs(&ordinary, Format::Protobuf).expect("an ordinary batch").records.len(), 8_192);
}

#[test]
fn senders_are_told_in_their_own_format() {
    let told = otlp::answer(Signal::Logs, Format::Protobuf, 3, "too old");
    let told = ExportLogsServiceResponse::decode(&*told).expect("a response").partial_success.expect("partial");
    assert_eq!((told.rejected_log_records, told.error_message.as_str()), (3, "too old"));
    assert!(otlp::answer(Signal::Traces, Format::Protobuf, 0, "").is_empty());
    assert_eq!(otlp::answer(Signal::Traces, Format::Json, 0, ""), b"{}");
    let told = String::from_utf8(otlp::answer(Signal::Metrics, Format::Json, 2, "why")).expect("text");
    assert_eq!(told, r#"{"partialSuccess":{"errorMessage":"why","rejectedDataPoints":"2"}}"#);
    assert_eq!(otlp::status(Format::Json, 3, "no"), br#"{"code":3,"message":"no"}"#);
}

#[test]
fn lists_in_lists_without_end_are_refused_or_cut() {
    let deep = |levels: usize| {
        let (open, close) = (r#"{"arrayValue":{"values":["#.repeat(levels), "]}}".repeat(levels));
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{open}{close}}}]}}]}}]}}"#)
    };
    assert!(matches!(otlp::logs(deep(5_000).as_bytes(), Format::Json), Err(Unreadable::Malformed(_))));
    let batch = otlp::logs(deep(10).as_bytes(), Format::Json).expect("ten levels");
    assert_eq!(batch.records[0].text, "...");
}

proptest! {
    #[test]
    fn any_bytes_end_in_an_answer(body in prop::collection::vec(any::<u8>(), 0..400), cut in 0..400_usize) {
        let whole = request(vec![LogRecord { body: Some(text("x")), trace_id: body.clone(), ..LogRecord::default() }]).encode_to_vec();
        for bytes in [&body[..], &whole[..cut.min(whole.len())], &LOGS_JSON.as_bytes()[..cut]] {
            for format in [Format::Protobuf, Format::Json] {
                let _ = (otlp::logs(bytes, format), otlp::metrics(bytes, format), otlp::traces(bytes, format));
            }
            let _ = otlp::unpack(bytes, Some("gzip"));
        }
    }
}
