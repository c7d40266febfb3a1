//! How far eval cases cover what goes wrong, within the caller's queues.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use desk::{
    Timestamp,
    coverage::{self, Covering, Failed, Lobes},
};
use serde::Serialize;
use store::{Conn, Grant, Purpose, StoreError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::measure_coverage::{CoveringCase, FailedTicket, WEEKS},
};

/// Clusters shown.
const CLUSTERS: usize = 40;
/// Failures shown of each.
const EXAMPLES: usize = 3;
/// Cases like nothing lately shown.
const CASES: usize = 40;

/// Routes of coverage.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_coverage))
}

/// Failures and cases as two lobes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// `ready`, or `counting` when nothing was counted yet.
    state: String,
    counted_at: Option<String>,
    /// How far back a failure counts, in weeks.
    weeks: i64,
    now: CoverageLobes,
    /// The share of failures like a case, with its 95 % interval; null without failures.
    estimate: Option<CoverageEstimate>,
    /// The lobes at the end of each week, oldest first.
    trend: Vec<CoverageWeek>,
    /// Clusters of failures without a case, largest first, at most 40.
    uncovered: Vec<UncoveredCluster>,
    /// Cases like nothing that failed lately, at most 40.
    idle: Vec<IdleCase>,
    /// How a sample for review is spread over categories; the shares add up to one.
    weights: Vec<CategoryWeight>,
    /// Failures and cases among these that a demo made up.
    generated: usize,
}

/// Both lobes and what they share.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageLobes {
    /// Clusters of failures without a case.
    uncovered: usize,
    /// Clusters of failures with one.
    covered: usize,
    /// Cases like nothing that failed lately.
    idle: usize,
    failures: usize,
    /// Failures in a cluster with a case.
    failures_covered: usize,
}

/// A share with its interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageEstimate {
    share: f64,
    low: f64,
    high: f64,
}

/// The lobes at the end of a week.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageWeek {
    /// Its Monday.
    start: String,
    #[serde(flatten)]
    lobes: CoverageLobes,
}

/// Failures that ask the same and have no case.
#[derive(Debug, Serialize, ToSchema)]
pub struct UncoveredCluster {
    /// Their own words, the most telling first; empty where there are too few.
    words: Vec<String>,
    queue: String,
    category: String,
    failures: usize,
    last_at: String,
    /// The newest, at most 3.
    examples: Vec<FailureExample>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureExample {
    /// Null where a demo made it up.
    ticket_id: Option<String>,
    number: Option<i64>,
    subject: String,
    at: String,
    /// What showed it, as a word.
    signal: String,
    /// What was wrong, as a word: what a case of it would say until somebody says otherwise.
    failure: String,
}

/// A case like nothing that failed lately.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdleCase {
    /// Null where a demo made it up.
    id: Option<String>,
    title: String,
    since: String,
}

/// A category's share of a sample.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryWeight {
    category: String,
    share: f64,
}

impl From<Lobes> for CoverageLobes {
    fn from(of: Lobes) -> Self {
        let (uncovered, covered, idle) = (of.uncovered, of.covered, of.idle);
        Self { uncovered, covered, idle, failures: of.failures, failures_covered: of.failures_covered }
    }
}

/// How far eval cases cover what went wrong lately.
#[utoipa::path(get, path = "/coverage", tag = "evals",
    responses((status = 200, body = Coverage), (status = "4XX", body = ProblemBody)))]
async fn get_coverage(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Coverage>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let held = app.coverage.held();
    let now = app.clock.now();
    let (failed, cases) = held.as_ref().map(|counted| counted.within(&grant)).unwrap_or_default();
    let (failures, covering): (Vec<Failed>, Vec<Covering>) =
        (failed.iter().map(|f| f.failed.clone()).collect(), cases.iter().map(|c| c.covering).collect());
    let lobes = coverage::lobes(&failures, &covering, now);
    let words = |cluster: usize| held.as_ref().and_then(|c| c.words.get(&cluster).cloned()).unwrap_or_default();
    let mut conn = app.store.read().await?;
    let mut uncovered = Vec::new();
    for group in gaps(&failed, &covering, now).into_iter().take(CLUSTERS) {
        uncovered.extend(cluster(&mut conn, &grant, &group, &words).await?);
    }
    let weights = coverage::weights(&failures, &covering, now);
    Ok(Json(Coverage {
        state: if held.is_some() { "ready" } else { "counting" }.to_owned(),
        counted_at: held.as_ref().map(|c| time(c.at)),
        weeks: coverage::WEEKS,
        estimate: lobes.estimate().map(|(share, low, high)| CoverageEstimate { share, low, high }),
        now: lobes.into(),
        trend: coverage::trend(&failures, &covering, WEEKS, now).into_iter().map(week).collect(),
        uncovered,
        idle: idle(&failed, &cases, now),
        weights: weights.into_iter().map(|(category, share)| CategoryWeight { category, share }).collect(),
        generated: failed.iter().filter(|f| f.ticket.is_none()).count()
            + cases.iter().filter(|c| c.case.is_none()).count(),
    }))
}

fn week((start, lobes): (Timestamp, Lobes)) -> CoverageWeek {
    CoverageWeek { start: time(start), lobes: lobes.into() }
}

/// Failures that count now and have no case, by cluster, the largest first, in each the newest first.
fn gaps<'a>(failed: &[&'a FailedTicket], covering: &[Covering], now: Timestamp) -> Vec<Vec<&'a FailedTicket>> {
    let mut groups: BTreeMap<usize, Vec<&FailedTicket>> = BTreeMap::new();
    for one in failed {
        let of = [one.failed.clone()];
        let lobes = coverage::lobes(&of, covering, now);
        if lobes.uncovered > 0 {
            groups.entry(one.failed.cluster).or_default().push(one);
        }
    }
    let mut groups: Vec<Vec<&FailedTicket>> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort_by_key(|one| std::cmp::Reverse(one.failed.at)));
    groups.sort_by_key(|group| std::cmp::Reverse((group.len(), group.first().map(|one| one.failed.at))));
    groups
}

/// A cluster as shown; none where nothing of it is visible any more.
async fn cluster(
    conn: &mut Conn,
    grant: &Grant,
    group: &[&FailedTicket],
    words: &(dyn Fn(usize) -> Vec<String> + Sync),
) -> Result<Option<UncoveredCluster>, Problem> {
    let Some(newest) = group.first() else { return Ok(None) };
    let mut examples = Vec::new();
    for one in group {
        let (number, subject) = match one.ticket {
            None => (None, one.subject.clone()),
            Some(id) => match conn.ticket(grant, id).await {
                Ok(line) => (Some(line.ticket.number), line.ticket.subject),
                // It moved to another queue since.
                Err(StoreError::NotFound) => continue,
                Err(error) => return Err(error.into()),
            },
        };
        examples.push(FailureExample {
            ticket_id: one.ticket.map(|id| id.to_string()),
            number,
            subject,
            at: time(one.failed.at),
            signal: one.signal.word().to_owned(),
            failure: one.failure.word().to_owned(),
        });
        if examples.len() == EXAMPLES {
            break;
        }
    }
    Ok((!examples.is_empty()).then(|| UncoveredCluster {
        words: words(newest.failed.cluster),
        queue: newest.queue.clone(),
        category: newest.failed.category.clone(),
        failures: group.len(),
        last_at: time(newest.failed.at),
        examples,
    }))
}

/// Cases like nothing that failed lately, the oldest first.
fn idle(failed: &[&FailedTicket], cases: &[&CoveringCase], now: Timestamp) -> Vec<IdleCase> {
    let failures: Vec<Failed> = failed.iter().map(|f| f.failed.clone()).collect();
    let mut idle: Vec<&&CoveringCase> =
        cases.iter().filter(|case| coverage::lobes(&failures, &[case.covering], now).idle > 0).collect();
    idle.sort_by_key(|case| case.covering.from);
    let line = |case: &&CoveringCase| IdleCase {
        id: case.case.map(|id| id.to_string()),
        title: case.title.clone(),
        since: time(case.covering.from),
    };
    idle.into_iter().take(CASES).map(line).collect()
}
