//! What figures over very many tickets cost. The tickets are generated (`demo::half_year`).

use std::time::Instant;

use desk::{
    Timestamp,
    audit::Service,
    outcome::{Slice, Where},
};
use store::Purpose;

use super::super::{Figure, Goal, lists, percentile};
use crate::{
    FlowError,
    cli::Failure,
    demo::{files, half_year},
    flow::score,
};

/// A company so many times as busy as the demo's, for a million tickets.
const TIMES: usize = 271;
/// Rows kept in one transaction.
const AT_ONCE: usize = 20_000;
/// Pages asked for.
const ASKED: usize = 60;
const HALF_YEAR_SECONDS: f64 = 10.0;
const PAGE_MS: f64 = 500.0;

/// Measures.
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let app = lists::desk_in(folder.path()).await?;
    let started = Instant::now();
    half_year::load(&app).await?;
    let loaded = started.elapsed().as_secs_f64();
    let company = files::company()?;
    let few = half_year::rows(&company, app.clock.now(), 1).len();

    let many = half_year::rows(&company, app.clock.now(), TIMES);
    for rows in many.chunks(AT_ONCE) {
        app.store.keep_outcomes(rows, Timestamp::from_secs(0)).await.map_err(FlowError::from)?;
    }
    let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
    let mut times = Vec::with_capacity(ASKED);
    for n in 0..ASKED {
        let by = Slice::ALL[n % Slice::ALL.len()];
        let only = if n % 2 == 0 { Vec::new() } else { vec![(Slice::Queue, "billing".to_owned())] };
        let asked = score::Asked { days: 182, by, only: Where(only) };
        let started = Instant::now();
        score::score(&app, &grant, &asked).await?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    app.store.close().await;
    Ok(vec![
        Figure::new("learning", "half_year_loaded_s", loaded, "s", few, Goal::AtMost(HALF_YEAR_SECONDS)),
        Figure::new(
            "learning",
            "scorecard_p95_ms",
            percentile(&mut times, 0.95),
            "ms",
            many.len(),
            Goal::AtMost(PAGE_MS),
        ),
    ])
}
