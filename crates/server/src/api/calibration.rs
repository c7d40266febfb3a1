//! Whether triage keeps what it promises: figures from people's answers, within the reader's queues.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use desk::{
    calibration::{self as figures, Seen},
    triage::Category,
};
use serde::{Deserialize, Serialize};
use store::{Answered, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::Asked,
    page::time,
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{
    App,
    flow::watch_triage::{self, DAYS},
};

/// Pairs of confused categories shown, and tickets of each.
const PAIRS: usize = 20;
const TICKETS: usize = 5;

/// The page.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_calibration))
}

/// How far to look back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DaysAsked {
    /// Days, 1 to 730; 90 when absent.
    days: Option<i64>,
}

/// Everything on the calibration page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Calibration {
    promised: Promised,
    checked: CheckedCounts,
    /// 15 bins of equal width over all checked suggestions.
    bins: Vec<Bin>,
    /// Expected calibration error over those bins; null without any.
    ece: Option<f64>,
    coverage: Vec<CoveragePoint>,
    /// By the category the machine thought likeliest.
    categories: Vec<CategoryLine>,
    weeks: Vec<WeekLine>,
    drift: Drift,
    confusions: Vec<Confusion>,
}

/// What the running model promises of what it decides.
#[derive(Debug, Serialize, ToSchema)]
pub struct Promised {
    /// Share of decisions that are right.
    precision: f64,
    /// Share of mails it decides, on rows held back from its training; null without a model.
    coverage: Option<f64>,
}

/// How many suggestions were checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedCounts {
    /// Accepted, edited or rejected by a person.
    n: usize,
    /// Of these, drawn at random.
    sampled: usize,
    /// Of these, because somebody wanted to.
    volunteered: usize,
    /// A reply left and nobody answered: counted here and nowhere else.
    unobjected: usize,
}

/// Checked suggestions whose probability fell between two limits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bin {
    from: f64,
    to: f64,
    n: usize,
    /// Their mean probability; null in an empty bin.
    mean: Option<f64>,
    /// How many were right.
    right: usize,
}

/// What a threshold would have decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoveragePoint {
    threshold: f64,
    coverage: f64,
    precision: Option<f64>,
    n: usize,
}

/// Answers to one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryLine {
    key: String,
    name: String,
    /// Answers that tell whether it was right.
    n: usize,
    right: usize,
    accepted: usize,
    edited: usize,
    rejected: usize,
    unobjected: usize,
}

/// One week's answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekLine {
    /// Its Monday.
    start: String,
    n: usize,
    right: usize,
    ece: Option<f64>,
}

/// The promise held against the random sample.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drift {
    /// `ok`, `drift` or `too_few`.
    state: String,
    /// Share of the sample's decisions that were right.
    live: Option<f64>,
    /// 95 % interval of it.
    low: f64,
    high: f64,
    n: usize,
}

/// Two categories that were confused.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confusion {
    from: Named,
    to: Named,
    n: usize,
    /// The newest of them, at most 5.
    tickets: Vec<ConfusedTicket>,
}

/// A ticket whose category was corrected.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfusedTicket {
    id: String,
    number: i64,
    subject: String,
}

/// Reliability, coverage, drift and confusions of triage.
#[utoipa::path(get, path = "/triage/calibration", tag = "triage", params(DaysAsked),
    responses((status = 200, body = Calibration), (status = "4XX", body = ProblemBody)))]
async fn get_calibration(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<DaysAsked>,
) -> Result<Json<Calibration>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let days = asked.days.unwrap_or(DAYS).clamp(1, 730);
    let mut conn = app.store.read().await?;
    let rows = watch_triage::answers(&mut conn, &grant, days, app.clock.now()).await?;
    let categories = conn.categories().await?;
    let running = conn.running_model().await?;
    drop(conn);
    let promised = Promised {
        precision: watch_triage::promised(),
        coverage: running.and_then(|m| super::triage_models::Metrics::read(m.metrics.as_deref()?)).map(|m| m.coverage),
    };
    Ok(Json(Calibration::new(promised, &rows, &categories)))
}

impl Calibration {
    fn new(promised: Promised, rows: &[(Answered, Seen)], categories: &[Category]) -> Self {
        let seen: Vec<Seen> = rows.iter().map(|(_, seen)| seen.clone()).collect();
        let outcomes: Vec<(f64, bool)> = seen.iter().filter_map(Seen::outcome).collect();
        let names: BTreeMap<&str, &str> = categories.iter().map(|c| (c.key.as_str(), c.name.as_str())).collect();
        let checked = seen.iter().filter(|s| s.is_checked()).count();
        let sampled = seen.iter().filter(|s| s.is_checked() && s.sampled).count();
        Self {
            checked: CheckedCounts {
                n: checked,
                sampled,
                volunteered: checked - sampled,
                unobjected: seen.len() - checked,
            },
            bins: figures::bins(&outcomes).into_iter().map(Bin::from).collect(),
            ece: figures::ece(&outcomes),
            coverage: figures::coverage(&outcomes).into_iter().map(CoveragePoint::from).collect(),
            categories: category_lines(&seen, &names),
            weeks: figures::by_week(&seen)
                .into_iter()
                .map(|w| WeekLine { start: time(w.start), n: w.n, right: w.right, ece: w.ece })
                .collect(),
            drift: Drift::from(figures::drift(promised.precision, &seen)),
            confusions: confusions(rows, &seen, &names),
            promised,
        }
    }
}

fn category_lines(seen: &[Seen], names: &BTreeMap<&str, &str>) -> Vec<CategoryLine> {
    let line = |(key, t): (String, figures::Tally)| CategoryLine {
        name: (*names.get(key.as_str()).unwrap_or(&key.as_str())).to_owned(),
        key,
        n: t.n,
        right: t.right,
        accepted: t.accepted,
        edited: t.edited,
        rejected: t.rejected,
        unobjected: t.unobjected,
    };
    figures::by_category(seen).into_iter().map(line).collect()
}

fn confusions(rows: &[(Answered, Seen)], seen: &[Seen], names: &BTreeMap<&str, &str>) -> Vec<Confusion> {
    let named = |key: String| Named { name: (*names.get(key.as_str()).unwrap_or(&key.as_str())).to_owned(), key };
    let ticket = |row: &Answered| ConfusedTicket {
        id: row.ticket.to_string(),
        number: row.number,
        subject: row.subject.clone(),
    };
    let pair = |(from, to, places): (String, String, Vec<usize>)| Confusion {
        from: named(from),
        to: named(to),
        n: places.len(),
        tickets: places.iter().rev().take(TICKETS).filter_map(|at| Some(ticket(&rows.get(*at)?.0))).collect(),
    };
    figures::confusions(seen).into_iter().take(PAIRS).map(pair).collect()
}

impl From<figures::Bin> for Bin {
    fn from(b: figures::Bin) -> Self {
        Self { from: b.from, to: b.to, n: b.n, mean: b.mean, right: b.right }
    }
}

impl From<figures::Point> for CoveragePoint {
    fn from(p: figures::Point) -> Self {
        Self { threshold: p.threshold, coverage: p.coverage, precision: p.precision, n: p.n }
    }
}

impl From<figures::Kept> for Drift {
    fn from(k: figures::Kept) -> Self {
        Self { state: k.state.word().to_owned(), live: k.live, low: k.low, high: k.high, n: k.n }
    }
}
