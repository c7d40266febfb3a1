//! Cases as folders of tables: `inject_time.txt` (seconds since 1970), and any of `metrics.csv`, `logs.csv`, `traces.csv`.
//! The folder above names the truth: `SERVICE_FAULT/NUMBER`.
//!
//! Metrics have a column `time` and one per signal, `SERVICE_SIGNAL`. Logs have a time, a service (`container_name`) and a
//! `message`; they may also lie in a folder `logs`, one file per service, with the time first in each line. Traces have
//! one row per span.

use std::path::{Path, PathBuf};

use logmine::{LogLine, Signal, Span, Telemetry};

use super::table::{self, column, moment, number};
use crate::cli::Failure;

/// A case with its telemetry.
#[derive(Debug)]
pub struct Case {
    /// The service in which the fault was.
    pub truth: String,
    /// When, in seconds since 1970.
    pub moment: f64,
    /// What was measured around it.
    pub telemetry: Telemetry,
}

impl Case {
    /// Reads a case's folder.
    ///
    /// # Errors
    /// [`Failure::BadInput`], naming the file and what is wrong.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("inject_time.txt");
        let broken = |why: &str| Failure::BadInput(format!("{}: {why}. Correct it and start again.", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|e| broken(&e.to_string()))?;
        let moment = moment(&text).ok_or_else(|| broken("it holds no moment"))?;
        let mut telemetry = Telemetry { metrics: Vec::new(), logs: logs(folder)?, spans: spans(folder)? };
        let mut known: Vec<String> = telemetry.spans.iter().map(|span| span.service.clone()).collect();
        known.extend(telemetry.logs.iter().map(|line| line.service.clone()));
        known.sort_by_key(|name| std::cmp::Reverse(name.len()));
        known.dedup();
        telemetry.metrics = metrics(folder, &known)?;
        Ok(Self { truth: truth(folder), moment, telemetry })
    }

    /// Whether a ranked name is the service in which the fault was; an instance of a service counts as the service.
    pub fn is_truth(&self, service: &str) -> bool {
        service.eq_ignore_ascii_case(&self.truth)
    }
}

/// `SERVICE_FAULT/NUMBER`: the service.
fn truth(folder: &Path) -> String {
    let above = folder.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    above.rsplit_once('_').map_or(above.clone(), |(service, _)| service.to_owned())
}

fn present(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The service and the signal that a column's name holds: a service that is known, else what is before the first `_`.
fn signal<'a>(name: &'a str, known: &[String]) -> Option<(&'a str, &'a str)> {
    let of =
        |service: &String| Some((name.get(..service.len())?, name.strip_prefix(service.as_str())?.strip_prefix('_')?));
    known.iter().find_map(of).or_else(|| name.split_once('_'))
}

fn metrics(folder: &Path, known: &[String]) -> Result<Vec<Signal>, Failure> {
    let Some(path) = present(folder, &["metrics.csv", "simple_metrics.csv", "data.csv"]) else { return Ok(Vec::new()) };
    let rows = table::rows(&path)?;
    let Some((header, rows)) = rows.split_first() else { return Ok(Vec::new()) };
    let Some(time) = column(header, &["time", "timestamp"]) else {
        return Err(Failure::BadInput(format!("{} has no column time.", path.display())));
    };
    let times: Vec<Option<f64>> = rows.iter().map(|row| moment(row.get(time)?)).collect();
    let one = |(at, name): (usize, &str)| {
        let (service, signal) = signal(name, known).filter(|_| at != time)?;
        let point = |(row, time): (&csv::StringRecord, &Option<f64>)| Some(((*time)?, number(row.get(at))?));
        let points = rows.iter().zip(&times).filter_map(point).collect();
        Some(Signal { service: service.to_owned(), name: signal.to_owned(), points })
    };
    Ok(header.iter().enumerate().filter_map(one).collect())
}

fn logs(folder: &Path) -> Result<Vec<LogLine>, Failure> {
    let mut lines = Vec::new();
    if let Some(path) = present(folder, &["logs.csv", "log.csv"]) {
        let rows = table::rows(&path)?;
        let header = &rows[0];
        let needed = |names: &[&str]| {
            column(header, names)
                .ok_or_else(|| Failure::BadInput(format!("{} has no column {}.", path.display(), names.join(" or "))))
        };
        let time = needed(&["timestamp", "time"])?;
        let (service, message) =
            (needed(&["container_name", "service", "serviceName"])?, needed(&["message", "log", "body"])?);
        let line = |row: &csv::StringRecord| {
            Some(LogLine {
                service: row.get(service)?.to_owned(),
                at: moment(row.get(time)?)?,
                text: row.get(message)?.to_owned(),
            })
        };
        lines.extend(rows.iter().skip(1).filter_map(line));
    }
    for file in std::fs::read_dir(folder.join("logs")).into_iter().flatten().flatten() {
        lines.extend(service_log(&file.path())?);
    }
    Ok(lines)
}

/// A file of one service: lines that begin with a time. Lines without one belong to the line before.
fn service_log(path: &Path) -> Result<Vec<LogLine>, Failure> {
    let bytes =
        std::fs::read(path).map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}.", path.display())))?;
    let service = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut at = None;
    let line = |line: std::borrow::Cow<'_, str>| {
        let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let two = rest.split_once(' ').and_then(|(second, rest)| Some((moment(&format!("{first} {second}"))?, rest)));
        let (found, text) =
            two.or_else(|| Some((moment(first)?, rest))).map_or((None, &*line), |(at, text)| (Some(at), text));
        at = found.or(at);
        Some(LogLine { service: service.clone(), at: at?, text: text.to_owned() })
    };
    Ok(bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(String::from_utf8_lossy).filter_map(line).collect())
}

fn spans(folder: &Path) -> Result<Vec<Span>, Failure> {
    let Some(path) = present(folder, &["traces.csv", "trace.csv"]) else { return Ok(Vec::new()) };
    let rows = table::rows(&path)?;
    let header = &rows[0];
    let needed = |names: &[&str]| {
        column(header, names)
            .ok_or_else(|| Failure::BadInput(format!("{} has no column {}.", path.display(), names.join(" or "))))
    };
    let (id, service) = (needed(&["spanID", "span_id"])?, needed(&["serviceName", "service_name", "service"])?);
    let (start, took) = (needed(&["startTime", "start_time", "startTimeMillis", "timestamp"])?, needed(&["duration"])?);
    let (parent, status) = (
        column(header, &["parentSpanID", "parent_span_id", "parent_id"]),
        column(header, &["statusCode", "status_code"]),
    );
    // Durations are in the unit of the start.
    let unit = |text: &str| number(Some(text)).map_or(1e6, |n| n / moment(text).unwrap_or(n).max(1.0));
    let span = |row: &csv::StringRecord| {
        let begun = row.get(start)?;
        Some(Span {
            service: row.get(service)?.to_owned(),
            id: row.get(id)?.to_owned(),
            parent: parent.and_then(|at| row.get(at)).unwrap_or_default().trim().to_owned(),
            start: moment(begun)?,
            seconds: number(row.get(took))? / unit(begun),
            failed: status.and_then(|at| row.get(at)).is_some_and(failed),
        })
    };
    Ok(rows.iter().skip(1).filter_map(span).collect())
}

/// Whether a status is that of a failure: of HTTP from 500 on, of gRPC and traces anything but zero or ok.
fn failed(status: &str) -> bool {
    match number(Some(status)) {
        Some(code) if code >= 100.0 => code >= 500.0,
        Some(code) => code != 0.0,
        None => ["error", "failed", "fail"].iter().any(|word| status.trim().eq_ignore_ascii_case(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_name_a_service_and_a_signal() {
        let known = ["order_queue".to_owned(), "order".to_owned()];
        assert_eq!(signal("order_queue_cpu", &known), Some(("order_queue", "cpu")));
        assert_eq!(signal("order_cpu", &known), Some(("order", "cpu")));
        assert_eq!(signal("ts-seat-service_latency-50", &known), Some(("ts-seat-service", "latency-50")));
        assert_eq!(signal("time", &known), None);
    }

    #[test]
    fn the_folder_above_names_the_truth() {
        assert_eq!(truth(Path::new("/x/ts-auth-service_cpu/3")), "ts-auth-service");
        assert_eq!(truth(Path::new("/x/cart_db_f1/1")), "cart_db");
    }

    #[test]
    fn statuses_of_failure() {
        for (status, is) in [
            ("200", false),
            ("503", true),
            ("404", false),
            ("0", false),
            ("2.0", true),
            ("Ok", false),
            ("Error", true),
            ("", false),
        ] {
            assert_eq!(failed(status), is, "{status}");
        }
    }
}
