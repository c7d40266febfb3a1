//! Metric points.

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{AggregationTemporality, NumberDataPoint, metric::Data, number_data_point::Value},
};

use super::{Batch, Format, Origin, Unreadable, decode, micros, origin, value};

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricPoint {
    /// Who measured.
    pub origin: Arc<Origin>,
    /// What.
    pub name: Arc<str>,
    /// Its attributes.
    pub labels: Vec<(String, String)>,
    /// Microseconds since 1970.
    pub at: Option<i64>,
    /// How much.
    pub measured: Measured,
}

/// What a value means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// How it stands now.
    Level(f64),
    /// How much was counted since the count began at this time (microseconds since 1970, 0 where nobody said); it only grows.
    Total(f64, i64),
    /// How much was counted since the last point.
    Increase(f64),
    /// Sum and number of many values since the count began at this time.
    TotalSpread(f64, f64, i64),
    /// Sum and number of many values since the last point.
    Spread(f64, f64),
}

impl Measured {
    fn is_finite(self) -> bool {
        match self {
            Self::Level(value) | Self::Total(value, _) | Self::Increase(value) => value.is_finite(),
            Self::TotalSpread(sum, count, _) | Self::Spread(sum, count) => sum.is_finite() && count.is_finite(),
        }
    }
}

/// Reads a body of `/v1/metrics`.
///
/// # Errors
/// [`Unreadable`].
pub fn metrics(body: &[u8], format: Format) -> Result<Batch<MetricPoint>, Unreadable> {
    let request: ExportMetricsServiceRequest = decode(body, format)?;
    let mut batch = Batch::default();
    for resource in request.resource_metrics {
        let origin = origin(resource.resource);
        for metric in resource.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
            let name: Arc<str> = value::cut(metric.name, 200).into();
            points(&mut batch, metric.data, &|labels, at, measured| MetricPoint {
                origin: Arc::clone(&origin),
                name: Arc::clone(&name),
                labels: value::pairs(labels),
                at: micros(at),
                measured,
            });
        }
    }
    Ok(batch)
}

type Make<'a> = &'a dyn Fn(Vec<KeyValue>, u64, Measured) -> MetricPoint;

fn points(batch: &mut Batch<MetricPoint>, data: Option<Data>, make: Make<'_>) {
    let mut take = |labels, at, measured: Option<Measured>| match measured.filter(|m| m.is_finite()) {
        Some(measured) => batch.records.push(make(labels, at, measured)),
        None => batch.unusable += 1,
    };
    let began = |nanos| micros(nanos).unwrap_or_default();
    let cumulative = |temporality| temporality == AggregationTemporality::Cumulative as i32;
    let spread = |sum: Option<f64>, count: u64, start: u64, cumulative: bool| {
        let (sum, count) = (sum?, count as f64);
        Some(if cumulative { Measured::TotalSpread(sum, count, began(start)) } else { Measured::Spread(sum, count) })
    };
    match data {
        None => {}
        Some(Data::Gauge(gauge)) => {
            for point in gauge.data_points {
                let level = number(&point).map(Measured::Level);
                take(point.attributes, point.time_unix_nano, level);
            }
        }
        Some(Data::Sum(sum)) => {
            for point in sum.data_points {
                let measured =
                    number(&point).map(|value| match (cumulative(sum.aggregation_temporality), sum.is_monotonic) {
                        (true, true) => Measured::Total(value, began(point.start_time_unix_nano)),
                        (true, false) => Measured::Level(value),
                        (false, _) => Measured::Increase(value),
                    });
                take(point.attributes, point.time_unix_nano, measured);
            }
        }
        Some(Data::Histogram(histogram)) => {
            for point in histogram.data_points {
                let all = cumulative(histogram.aggregation_temporality);
                let measured = spread(point.sum, point.count, point.start_time_unix_nano, all);
                take(point.attributes, point.time_unix_nano, measured);
            }
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            for point in histogram.data_points {
                let all = cumulative(histogram.aggregation_temporality);
                let measured = spread(point.sum, point.count, point.start_time_unix_nano, all);
                take(point.attributes, point.time_unix_nano, measured);
            }
        }
        Some(Data::Summary(summary)) => {
            for point in summary.data_points {
                let measured = spread(Some(point.sum), point.count, point.start_time_unix_nano, true);
                take(point.attributes, point.time_unix_nano, measured);
            }
        }
    }
}

fn number(point: &NumberDataPoint) -> Option<f64> {
    match point.value? {
        Value::AsDouble(value) => Some(value),
        Value::AsInt(value) => Some(value as f64),
    }
}
