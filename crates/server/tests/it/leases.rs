//! Jobs under a lease: a slow worker keeps its job, a dead one's is taken over within a minute.

use std::{sync::Arc, time::Duration};

use connect::model::{
    Limits,
    fake::{Fake, Mood},
};
use server::{App, clock, jobs};
use tokio::task::JoinHandle;

use crate::{demo_copy::take, model};

const LEASE: jobs::Lease = jobs::Lease { seconds: clock::JOB_LEASE_SECONDS, renewed_every: Duration::from_millis(10) };

/// A worker that soon waits for a model that says nothing.
async fn waiting_for_the_model(app: &Arc<App>, fake: &Fake, subject: &str) -> JoinHandle<()> {
    let before = fake.requests().len();
    take(app, "zofia@pixelforge.example", subject, model::QUESTION).await;
    let app = Arc::clone(app);
    let worker = tokio::spawn(async move { while jobs::run_jobs_under(&app, LEASE).await.unwrap() > 0 {} });
    while fake.requests().len() == before {
        assert!(!worker.is_finished(), "the model was not asked");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker
}

#[test]
fn a_slow_job_keeps_its_lease_and_a_dead_ones_is_taken_over() {
    model::run(async {
        let fake = Fake::start(Mood::Hangs).await.unwrap();
        let wait = Duration::from_secs(6);
        let limits = Limits { first_byte: wait, total: wait, ..model::LIMITS };
        let (app, _folder) = model::open(&fake.base_url, "fake", limits).await;
        let slow = waiting_for_the_model(&app, &fake, "Slow").await;
        for _ in 0..4 {
            app.clock.advance(clock::JOB_LEASE_SECONDS - 5);
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(jobs::run_jobs_once(&app).await.unwrap(), 0, "slow, not dead");
        }
        slow.await.unwrap();

        let dying = waiting_for_the_model(&app, &fake, "Dead").await;
        dying.abort();
        assert!(dying.await.is_err_and(|e| e.is_cancelled()));
        app.clock.advance(clock::JOB_LEASE_SECONDS - 1);
        assert_eq!(jobs::run_jobs_once(&app).await.unwrap(), 0, "it might live");
        fake.set(Mood::Page);
        app.clock.advance(2);
        assert_eq!(jobs::run_jobs_once(&app).await.unwrap(), 1);
    });
}
