//! The one place that reads the time, and the list of everything that happens by the clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use desk::Timestamp;

/// How often waiting entries of the record get their places.
pub const SEQUENCE_EVERY: Duration = Duration::from_millis(150);
/// How often due letters are looked for.
pub const DELIVER_EVERY: Duration = Duration::from_millis(400);
/// How often jobs are looked for when nobody woke us.
pub const JOBS_EVERY: Duration = Duration::from_millis(500);
/// How often the index follows the record when nobody woke it.
pub const INDEX_EVERY: Duration = Duration::from_millis(500);
/// How often a mailbox is polled, where IDLE says nothing: the floor, not the rule.
pub const FETCH_EVERY: Duration = Duration::from_secs(30);
/// How long a job belongs to a worker that gives no sign of life, in seconds.
pub const JOB_LEASE_SECONDS: i64 = 30;
/// How often a worker says that it is still at its job.
pub const JOB_RENEWED_EVERY: Duration = Duration::from_secs(10);
/// How often a request with an `Idempotency-Key` says that it still runs.
pub const KEY_RENEWED_EVERY: Duration = Duration::from_secs(15);
/// How often what has served its time is cleared away.
pub const TIDY_EVERY: Duration = Duration::from_secs(600);
/// How often sources that are due to be read again are looked for.
pub const SOURCES_EVERY: Duration = Duration::from_secs(600);
/// How long after a reading ended a source is due again, in seconds.
pub const SYNC_AFTER_SECONDS: i64 = 24 * 60 * 60;
/// How often it is asked whether requests are to be counted again; a count is good for ten minutes.
pub const PATTERNS_EVERY: Duration = Duration::from_secs(3);
/// How often tickets are looked at again in telemetry, and incidents are proposed.
pub const DIAGNOSE_EVERY: Duration = Duration::from_secs(5);
/// How often followed log files are read on.
pub const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// How often looks at tickets are told what the window shows, and what outlives a restart of it is written.
pub const KEEP_TELEMETRY_EVERY: Duration = Duration::from_secs(60);
/// How often the times of tickets that changed are counted again, and those that ring are told.
pub const CLOCKS_EVERY: Duration = Duration::from_secs(2);
/// How often tickets that ended are counted for the scorecard.
pub const OUTCOMES_EVERY: Duration = Duration::from_secs(10);
/// How often receivers that did not answer are called again, and what waits for other systems is sent.
pub const CALLS_EVERY: Duration = Duration::from_secs(3);
/// How often letters stuck in `sending` are looked for.
pub const RESCUE_EVERY: Duration = Duration::from_secs(20);

/// Tells the time; tests move it by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// A clock that stands still until [`Clock::advance`].
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at.micros()))))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(fixed) => Timestamp::from_micros(fixed.load(Ordering::SeqCst)),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
        }
    }

    /// Moves a fixed clock on; does nothing to the real one.
    pub fn advance(&self, seconds: i64) {
        if let Some(fixed) = &self.0 {
            fixed.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_node_held_is_found_within_a_minute() {
        let minute = Duration::from_secs(60);
        let seconds = |s: i64| Duration::from_secs(s.unsigned_abs());
        assert!(seconds(JOB_LEASE_SECONDS) + JOBS_EVERY < minute);
        assert!(seconds(outbox::LEASE_SECONDS) + RESCUE_EVERY < minute);
    }

    #[test]
    fn who_misses_a_beat_keeps_what_it_holds() {
        let seconds = |s: i64| Duration::from_secs(s.unsigned_abs());
        assert!(JOB_RENEWED_EVERY * 2 < seconds(JOB_LEASE_SECONDS));
        assert!(KEY_RENEWED_EVERY * 2 < seconds(store::KEY_LEASE_SECONDS));
    }
}
