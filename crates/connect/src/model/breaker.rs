//! Leaves an endpoint alone after several failures in a row.

use std::sync::Mutex;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open, in microseconds.
const REST_MICROS: i64 = 60_000_000;

#[derive(Default)]
struct State {
    failures: u32,
    until: i64,
}

/// Counts failures; `now` is handed in.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    /// Whether a call may be made.
    pub fn closed(&self, now: i64) -> bool {
        self.0.lock().is_ok_and(|state| now >= state.until)
    }

    /// Whether the last call failed.
    pub fn failing(&self) -> bool {
        self.0.lock().is_ok_and(|state| state.failures > 0)
    }

    /// Notes how a call went.
    pub fn note(&self, worked: bool, now: i64) {
        let Ok(mut state) = self.0.lock() else { return };
        if worked {
            *state = State::default();
            return;
        }
        state.failures += 1;
        if state.failures >= FAILURES {
            // One more failure after the rest opens it again at once.
            *state = State { failures: FAILURES - 1, until: now.saturating_add(REST_MICROS) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_bring_a_minutes_rest() {
        let breaker = Breaker::default();
        for _ in 0..4 {
            breaker.note(false, 0);
            assert!(breaker.closed(0) && breaker.failing());
        }
        breaker.note(false, 0);
        assert!(!breaker.closed(REST_MICROS - 1) && breaker.closed(REST_MICROS));
        breaker.note(false, REST_MICROS);
        assert!(!breaker.closed(REST_MICROS + 1));
        breaker.note(true, 2 * REST_MICROS);
        assert!(!breaker.failing());
        breaker.note(false, 2 * REST_MICROS);
        assert!(breaker.closed(2 * REST_MICROS));
    }
}
