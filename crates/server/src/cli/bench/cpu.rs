//! Processor time of this process, all threads, as the kernel counts it.

/// Ticks per second in `/proc`: fixed at 100 for every Linux that user programs see.
const TICKS: f64 = 100.0;

/// User and system seconds so far; none where there is no `/proc`.
pub fn seconds() -> Option<f64> {
    parse(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// The name in the second field may hold spaces and brackets; fields are counted after it.
fn parse(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// Seconds that `work` takes: processor time where it can be had, otherwise wall.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (before, started) = (seconds(), std::time::Instant::now());
    let done = work();
    let took = match (before, seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => started.elapsed().as_secs_f64(),
    };
    // One tick is the finest the kernel tells.
    (done, took.max(1.0 / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_do_not_shift_the_fields() {
        let stat = "1 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(parse(stat), Some(3.0));
        assert_eq!(parse(""), None);
    }
}
