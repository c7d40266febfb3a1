//! What is out of the ordinary: in ticket flow by queue and category, in logs and metrics by service.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use desk::{
    Timestamp,
    diagnosis::{Course, Observed, Tone},
    incident::chance,
};
use serde::Serialize;
use store::{Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::App;

/// Hours of ticket flow shown, in buckets of six.
const FLOW_HOURS: i64 = 14 * 24;
const BUCKET_HOURS: i64 = 6;
/// Share of ordinary buckets that may be called odd.
const RATE: f64 = 0.001;
/// Most rows.
const ROWS_MAX: usize = 100;

/// Routes of aberrations.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_aberrations))
}

/// Everything out of the ordinary.
#[derive(Debug, Serialize, ToSchema)]
pub struct Aberrations {
    /// Whether telemetry is observed at all: `observed` or `not_observed`.
    telemetry: String,
    /// Odd first, then by name; at most 100.
    items: Vec<Aberration>,
    /// Deploys in the time shown.
    deploys: Vec<DeployAt>,
}

/// A series with its usual band.
#[derive(Debug, Serialize, ToSchema)]
pub struct Aberration {
    /// `queue`, `category`, `template` or `metric`.
    kind: String,
    /// Queue or category key, or the service.
    subject: String,
    /// Name of queue, category or metric, or the template's text.
    name: String,
    /// `new`, `more`, `fewer` or `usual`.
    course: String,
    /// When it became odd.
    odd_from: Option<String>,
    /// Begin of the first bucket, and length of one, in seconds.
    from: String,
    bucket_seconds: i64,
    /// One value per bucket; null where nothing was measured.
    values: Vec<Option<f64>>,
    /// The usual band.
    low: f64,
    high: f64,
}

/// A deploy.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeployAt {
    service: String,
    version: String,
    at: String,
}

/// Ticket flow of the caller's queues, and what telemetry shows.
#[utoipa::path(get, path = "/aberrations", tag = "incidents",
    responses((status = 200, body = Aberrations), (status = "4XX", body = ProblemBody)))]
async fn list_aberrations(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Aberrations>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut items = flow(&app, &grant).await?;
    let held = app.observations.held();
    let (mut deploys, mut telemetry) = (Vec::new(), "not_observed");
    if let Some((_, observed)) = &held {
        telemetry = "observed";
        items.extend(of_logs(observed));
        items.extend(of_metrics(observed));
        deploys.extend(observed.deploys.iter().map(|d| DeployAt {
            service: d.service.clone(),
            version: d.version.clone(),
            at: time(d.at),
        }));
    }
    items.sort_by_key(|a| (a.course == Course::Usual.word(), a.kind.clone(), a.subject.clone(), a.name.clone()));
    items.truncate(ROWS_MAX);
    Ok(Json(Aberrations { telemetry: telemetry.to_owned(), items, deploys }))
}

/// Tickets by queue and by category in buckets of six hours.
async fn flow(app: &App, grant: &Grant) -> Result<Vec<Aberration>, Problem> {
    let now = app.clock.now();
    let from = now.plus_seconds(-FLOW_HOURS * 3_600);
    let mut conn = app.store.read().await?;
    let opened = conn.opened_since(grant, from).await?;
    let queues: BTreeMap<String, String> = conn.queues().await?.into_iter().collect();
    let categories: BTreeMap<String, String> = conn.categories().await?.into_iter().map(|c| (c.key, c.name)).collect();
    let mut series: BTreeMap<(&str, String), Vec<f64>> = BTreeMap::new();
    let buckets = usize::try_from(FLOW_HOURS / BUCKET_HOURS).unwrap_or(1);
    for (at, queue, category) in opened {
        let bucket = usize::try_from(at.seconds_since(from) / (BUCKET_HOURS * 3_600)).unwrap_or(0).min(buckets - 1);
        for key in [Some(("queue", queue)), category.map(|c| ("category", c))].into_iter().flatten() {
            if let Some(count) = series.entry(key).or_insert_with(|| vec![0.0; buckets]).get_mut(bucket) {
                *count += 1.0;
            }
        }
    }
    let rows = series.into_iter().map(|((kind, key), values)| {
        let names = if kind == "queue" { &queues } else { &categories };
        of_flow(kind, names.get(&key).unwrap_or(&key).clone(), key, &values, from)
    });
    Ok(rows.collect())
}

fn of_flow(kind: &str, name: String, subject: String, values: &[f64], from: Timestamp) -> Aberration {
    // The last day is held against the days before.
    let before = values.get(..values.len().saturating_sub(4)).unwrap_or_default();
    let usual = before.iter().sum::<f64>() / before.len().max(1) as f64;
    let high = (0..1_000).find(|n| chance(*n, usual) < RATE).unwrap_or(1_000);
    let odd = values.iter().enumerate().skip(before.len()).find(|(_, v)| **v >= high as f64).map(|(n, _)| n);
    let at = |n: usize| time(from.plus_seconds(i64::try_from(n).unwrap_or(0) * BUCKET_HOURS * 3_600));
    Aberration {
        kind: kind.to_owned(),
        subject,
        name,
        course: if odd.is_some() { Course::More } else { Course::Usual }.word().to_owned(),
        odd_from: odd.map(at),
        from: time(from),
        bucket_seconds: BUCKET_HOURS * 3_600,
        values: values.iter().map(|v| Some(*v)).collect(),
        low: 0.0,
        high: high as f64,
    }
}

fn of_logs(observed: &Observed) -> impl Iterator<Item = Aberration> + '_ {
    let odd = observed.templates.iter().filter(|t| t.course != Course::Usual || t.tone == Tone::Failure);
    odd.map(|t| Aberration {
        kind: "template".to_owned(),
        subject: t.service.clone(),
        name: t.text.clone(),
        course: t.course.word().to_owned(),
        odd_from: t.odd_from.map(time),
        from: time(observed.window.from),
        bucket_seconds: observed.window.bucket_seconds,
        values: t.counts.iter().map(|n| Some(f64::from(*n))).collect(),
        low: 0.0,
        high: (0..10_000).find(|n| chance(*n, t.baseline) < RATE).unwrap_or(10_000) as f64,
    })
}

fn of_metrics(observed: &Observed) -> impl Iterator<Item = Aberration> + '_ {
    observed.metrics.iter().map(|m| Aberration {
        kind: "metric".to_owned(),
        subject: m.service.clone(),
        name: m.name.clone(),
        course: m.course.word().to_owned(),
        odd_from: Some(time(m.odd_from)),
        from: time(observed.window.from),
        bucket_seconds: observed.window.bucket_seconds,
        values: m.values.clone(),
        low: m.band.0,
        high: m.band.1,
    })
}
