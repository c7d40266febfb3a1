//! Named places where a test may kill the process, to prove what a crash there leaves behind.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

struct Planned {
    name: String,
    hit: u64,
}

static PLANNED: OnceLock<Option<Planned>> = OnceLock::new();
static HITS: AtomicU64 = AtomicU64::new(0);

/// Aborts here when the environment variable `COUNTERSIGN_CRASH_AT` says so: `NAME` for the first
/// time this place is reached, `NAME:3` for the third. Without the variable it does nothing. The
/// variable is read once.
pub fn point(name: &'static str) {
    let planned = PLANNED.get_or_init(|| std::env::var("COUNTERSIGN_CRASH_AT").ok().map(|plan| parse(&plan)));
    if let Some(planned) = planned
        && planned.name == name
        && HITS.fetch_add(1, Ordering::SeqCst) + 1 == planned.hit
    {
        std::process::abort();
    }
}

fn parse(plan: &str) -> Planned {
    let numbered = plan.rsplit_once(':').and_then(|(name, hit)| Some((name, hit.parse().ok()?)));
    let (name, hit) = numbered.unwrap_or((plan, 1));
    Planned { name: name.to_owned(), hit }
}

#[cfg(test)]
mod tests {
    #[test]
    fn plans_read_with_and_without_a_count() {
        for (plan, name, hit) in [("deliver-claimed", "deliver-claimed", 1), ("a:3", "a", 3), ("a:b", "a:b", 1)] {
            let read = super::parse(plan);
            assert_eq!((read.name.as_str(), read.hit), (name, hit));
        }
    }
}
