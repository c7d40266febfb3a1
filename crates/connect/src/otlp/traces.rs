//! Spans.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span as Sent, status::StatusCode},
};

use super::{Batch, Format, Origin, Unreadable, decode, id, micros, origin, value};

/// One traced call.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanRecord {
    /// Who served it.
    pub origin: Arc<Origin>,
    /// The trace.
    pub trace: [u8; 16],
    /// The span.
    pub id: [u8; 8],
    /// The span that caused it.
    pub parent: Option<[u8; 8]>,
    /// The operation.
    pub name: String,
    /// When it began, in microseconds since 1970.
    pub start: Option<i64>,
    /// How long it took, in seconds; never below 0.
    pub seconds: f64,
    /// Whether it failed.
    pub failed: bool,
    /// What it says about its failure.
    pub message: String,
}

/// Reads a body of `/v1/traces`.
///
/// # Errors
/// [`Unreadable`].
pub fn traces(body: &[u8], format: Format) -> Result<Batch<SpanRecord>, Unreadable> {
    let request: ExportTraceServiceRequest = decode(body, format)?;
    let mut batch = Batch::default();
    for resource in request.resource_spans {
        let origin = origin(resource.resource);
        for sent in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            match span(&origin, sent) {
                Some(span) => batch.records.push(span),
                None => batch.unusable += 1,
            }
        }
    }
    Ok(batch)
}

/// `None` for a span without its ids.
fn span(origin: &Arc<Origin>, sent: Sent) -> Option<SpanRecord> {
    let (trace, own) = (id(&sent.trace_id)?, id(&sent.span_id)?);
    let failed = sent.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32);
    let mut message = sent.status.map(|status| status.message).unwrap_or_default();
    if failed && message.is_empty() {
        let exception = sent.events.into_iter().filter(|event| event.name == "exception").find_map(|event| {
            value::pairs(event.attributes).into_iter().find(|(key, _)| key == "exception.message").map(|(_, text)| text)
        });
        message = exception.unwrap_or_default();
    }
    Some(SpanRecord {
        origin: Arc::clone(origin),
        trace,
        id: own,
        parent: id(&sent.parent_span_id),
        name: value::cut(sent.name, 200),
        start: micros(sent.start_time_unix_nano),
        seconds: sent.end_time_unix_nano.saturating_sub(sent.start_time_unix_nano) as f64 / 1e9,
        failed,
        message: value::cut(message, 1_024),
    })
}
