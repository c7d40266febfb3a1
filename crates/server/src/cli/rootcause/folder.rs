//! Scenarios of services that call each other: `graph.csv` (a matrix of who calls whom), `noissue/metrics.csv` (a time
//! without faults, may be missing), and cases with `metrics.csv` and `target.json`.
//!
//! The metrics have three header rows (service, metric, statistic) and one row per window. Read are the means of
//! `latency` and `availability` (in percent) and the sum of `requests`.

use std::{collections::BTreeMap, path::Path};

use logmine::{Calls, Load, Loads, Measure};
use serde::Deserialize;

use super::table;
use crate::cli::Failure;

/// What a case was complained about, and where it began.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// What was noticed.
    pub target: Target,
    root_cause: Node,
}

/// What was noticed, where and when.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// The service that was complained about.
    pub node: String,
    metric: String,
    timestamp: f64,
}

#[derive(Debug, Deserialize)]
struct Node {
    node: String,
}

/// How long before the complaint a window may have begun, and how long after it one may still show it, in seconds.
const BEFORE_S: f64 = 300.0;
const AFTER_S: f64 = 600.0;

impl Case {
    /// Reads `target.json`.
    ///
    /// # Errors
    /// [`Failure::BadInput`], naming the file.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("target.json");
        let broken = |e: &dyn std::fmt::Display| {
            Failure::BadInput(format!("{}: {e}. Correct it and start again.", path.display()))
        };
        let text = std::fs::read_to_string(&path).map_err(|e| broken(&e))?;
        serde_json::from_str(&text).map_err(|e| broken(&e))
    }

    /// Where it truly began.
    pub fn truth(&self) -> &str {
        &self.root_cause.node
    }

    /// What is suffered.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a metric that is neither latency nor availability.
    pub fn measure(&self) -> Result<Measure, Failure> {
        match self.target.metric.as_str() {
            "latency" => Ok(Measure::Latency),
            "availability" => Ok(Measure::Failures),
            other => {
                Err(Failure::BadInput(format!("The target's metric is {other}; it must be latency or availability.")))
            }
        }
    }

    /// The windows in which the disturbance is suspected.
    pub fn suspected(&self, times: &[f64]) -> Vec<usize> {
        let near = |at: f64| (self.target.timestamp - BEFORE_S..=self.target.timestamp + AFTER_S).contains(&at);
        (0..times.len()).filter(|row| near(times[*row])).collect()
    }
}

/// Metrics of all services, window by window.
#[derive(Debug, Default)]
pub struct Metrics {
    /// When each window begins or ends, as the file says, in seconds since 1970.
    pub times: Vec<f64>,
    latency: Loads,
    failures: Loads,
}

impl Metrics {
    /// Reads `metrics.csv`.
    ///
    /// # Errors
    /// [`Failure::BadInput`], naming the file and what is wrong.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let rows = table::rows(path)?;
        let [services, metrics, statistics, windows @ ..] = rows.as_slice() else {
            return Err(Failure::BadInput(format!("{} must begin with three header rows.", path.display())));
        };
        let windows: Vec<(f64, &csv::StringRecord)> =
            windows.iter().filter_map(|row| Some((table::moment(row.get(0)?)?, row))).collect();
        let mut columns: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (at, service) in services.iter().enumerate().skip(1) {
            let measured = match (metrics.get(at), statistics.get(at)) {
                (Some("latency"), Some("Average")) => "latency",
                (Some("availability"), Some("Average")) => "availability",
                (Some("requests"), Some("Sum")) => "requests",
                _ => continue,
            };
            columns.entry(service).or_default().insert(measured, at);
        }
        let mut found = Self { times: windows.iter().map(|(at, _)| *at).collect(), ..Self::default() };
        for (service, columns) in columns {
            let value = |row: &csv::StringRecord, name: &str| table::number(row.get(*columns.get(name)?));
            let loads = |name: &str, of: fn(f64) -> f64| -> Vec<Option<Load>> {
                let load = |row: &csv::StringRecord| {
                    Some(Load { each: of(value(row, name)?), requests: value(row, "requests")? })
                };
                windows.iter().map(|(_, row)| load(row)).collect()
            };
            found.latency.insert(service.to_owned(), loads("latency", |seconds| seconds));
            found.failures.insert(service.to_owned(), loads("availability", |percent| (100.0 - percent) / 100.0));
        }
        Ok(found)
    }

    /// The loads of one measure.
    pub fn loads(&self, measure: Measure) -> &Loads {
        match measure {
            Measure::Latency => &self.latency,
            Measure::Failures => &self.failures,
        }
    }

    /// The windows in `rows` alone.
    pub fn part(&self, rows: std::ops::Range<usize>) -> Self {
        let cut = |loads: &Loads| {
            let one = |(service, windows): (&String, &Vec<Option<Load>>)| {
                (service.clone(), windows.get(rows.clone()).unwrap_or_default().to_vec())
            };
            loads.iter().map(one).collect()
        };
        Self {
            times: self.times.get(rows.clone()).unwrap_or_default().to_vec(),
            latency: cut(&self.latency),
            failures: cut(&self.failures),
        }
    }
}

/// Reads who calls whom: callers by row, callees by column, 1 where there is a call.
///
/// # Errors
/// [`Failure::BadInput`], naming the file.
pub fn calls(path: &Path) -> Result<Calls, Failure> {
    let rows = table::rows(path)?;
    let Some((header, rows)) = rows.split_first() else { return Ok(Calls::new()) };
    let callees = |row: &csv::StringRecord| {
        let called =
            |(at, cell): (usize, &str)| table::number(Some(cell)).is_some_and(|n| n != 0.0).then(|| header.get(at));
        row.iter().enumerate().skip(1).filter_map(called).flatten().map(str::to_owned).collect()
    };
    Ok(rows.iter().filter_map(|row| Some((row.get(0)?.to_owned(), callees(row)))).collect())
}
