//! Where in a system of services a disturbance begins, from what callers and callees measure.
//!
//! What a service suffers beyond the usual (seconds waited, requests failed, per window) is partly its callees' doing. What
//! they do not account for is its own, and a likely origin is a service whose own excess is large beside the excess that was
//! complained about, and unusual for it. The same idea as self time in a trace, applied to sums.

use std::collections::{BTreeMap, BTreeSet};

use crate::robust::{Usual, median};

/// Who calls whom: callees by caller.
pub type Calls = BTreeMap<String, Vec<String>>;

/// What one service did in one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Mean per request: seconds, or the share that failed.
    pub each: f64,
    /// Requests in the window.
    pub requests: f64,
}

/// Windows of every service, all of the same length; `None` where nothing was measured.
pub type Loads = BTreeMap<String, Vec<Option<Load>>>;

/// What is suffered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Seconds waited.
    Latency,
    /// Requests failed.
    Failures,
}

impl Measure {
    /// Least excess per window that counts as one width of noise: a request that failed is no pattern.
    fn least(self) -> f64 {
        match self {
            Self::Latency => 1e-9,
            Self::Failures => 1.0,
        }
    }
}

/// A disturbance to explain.
#[derive(Debug)]
pub struct Question<'a> {
    /// Who calls whom.
    pub calls: &'a Calls,
    /// The service that was complained about.
    pub target: &'a str,
    /// What is suffered.
    pub measure: Measure,
    /// Windows without a fault. May be empty: then the case's own other windows say what is usual.
    pub calm: &'a Loads,
    /// Windows around the complaint.
    pub case: &'a Loads,
    /// Those among them in which the disturbance is suspected.
    pub suspected: &'a [usize],
}

/// A service with what speaks for it as the origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The service.
    pub service: String,
    /// Its own excess as a share of the excess complained about; at most 1.
    pub share: f64,
    /// Its own excess in widths of what is usual for it.
    pub sureness: f64,
    /// What the order is by.
    pub score: f64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Origins {
    /// The services that the target reaches, the likeliest first.
    pub ranked: Vec<Origin>,
    /// How far the target itself is above the usual, in widths.
    pub complaint: f64,
}

/// Widths beyond which more says nothing more.
const SURE: f64 = 6.0;
/// What the likeliest must show to be named: widths, share of the complaint, and widths of the complaint itself.
const NAMED: (f64, f64, f64) = (2.0, 0.3, 0.5);

impl Origins {
    /// The services worth naming, the likeliest first; none when nothing is unusual enough. Fixed so that a quiet system is
    /// called disturbed less than one time in ten.
    pub fn named(&self) -> &[Origin] {
        let (widths, share, complaint) = NAMED;
        let enough = |first: &Origin| first.sureness >= widths && first.share >= share && self.complaint >= complaint;
        if self.ranked.first().is_some_and(enough) { &self.ranked } else { &[] }
    }
}

/// Ranks the services that `target` reaches as origins of what it suffers.
pub fn origins(question: &Question<'_>) -> Origins {
    let reached = reached(question.calls, question.target);
    let usual = Baseline::of(question, &reached);
    let rows = |loads: &Loads| loads.values().map(Vec::len).max().unwrap_or(0);
    let quiet: Vec<usize> = (0..rows(question.case)).filter(|row| !question.suspected.contains(row)).collect();
    let calm = match rows(question.calm) {
        0 => quiet.iter().map(|row| usual.excess(question.case, *row, false)).collect::<Vec<_>>(),
        calm => (0..calm).map(|row| usual.excess(question.calm, row, false)).collect(),
    };
    let case: Vec<Excess<'_>> = question.suspected.iter().map(|row| usual.excess(question.case, *row, true)).collect();
    let least = question.measure.least();
    let width = |of: &dyn Fn(&Excess<'_>) -> f64| {
        // Excess is counted from the usual, so that its width is taken around 0.
        let away: Vec<f64> = calm.iter().flat_map(|excess| [of(excess), -of(excess)]).collect();
        Usual::of(&away).map_or(least, |usual| usual.width.max(least))
    };
    let suffered: Vec<f64> = case.iter().map(|excess| excess.whole(question.target)).collect();
    let most = suffered.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bad: Vec<usize> =
        (0..case.len()).filter(|row| suffered[*row] >= most / 2.0 || suffered[*row] == most).collect();
    let complaint: f64 = bad.iter().map(|row| suffered[*row]).sum();
    let mut ranked: Vec<Origin> = reached
        .iter()
        .map(|service| {
            let own = bad.iter().map(|row| case[*row].own(question.calls, service)).sum::<f64>();
            let sureness = own / bad.len().max(1) as f64 / width(&|excess| excess.own(question.calls, service));
            let share = if complaint > 0.0 { (own / complaint).min(1.0) } else { 0.0 };
            let score = share * (sureness.max(0.0) / SURE).min(1.0);
            Origin { service: (*service).to_owned(), share, sureness, score }
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.sureness.total_cmp(&a.sureness)));
    let complaint = if most.is_finite() { most / width(&|excess| excess.whole(question.target)) } else { 0.0 };
    Origins { ranked, complaint }
}

fn reached<'a>(calls: &'a Calls, target: &'a str) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::from([target]), vec![target]);
    while let Some(service) = open.pop() {
        for callee in calls.get(service).into_iter().flatten() {
            if reached.insert(callee) {
                open.push(callee);
            }
        }
    }
    reached
}

/// What a request of each service usually takes: in calm times, and at the time of the complaint.
struct Baseline<'a> {
    of: BTreeMap<&'a str, (f64, f64)>,
}

/// Excess of each service in one window.
struct Excess<'a>(BTreeMap<&'a str, f64>);

impl<'a> Baseline<'a> {
    fn of(question: &Question<'_>, reached: &BTreeSet<&'a str>) -> Self {
        let each = |loads: &Loads, service: &str, rows: &dyn Fn(usize) -> bool| {
            let windows = loads.get(service).map(Vec::as_slice).unwrap_or_default();
            let values =
                windows.iter().enumerate().filter(|(row, _)| rows(*row)).filter_map(|(_, load)| Some((*load)?.each));
            median(&values.collect::<Vec<f64>>())
        };
        let one = |service: &&'a str| {
            let calm = each(question.calm, service, &|_| true);
            let around = each(question.case, service, &|row| !question.suspected.contains(&row));
            // A service that is slow all around the complaint is slow for another reason.
            let now = calm.into_iter().chain(around).reduce(f64::max)?;
            Some((*service, (calm.unwrap_or(now), now)))
        };
        Self { of: reached.iter().filter_map(one).collect() }
    }

    fn excess(&self, loads: &Loads, row: usize, now: bool) -> Excess<'a> {
        let one = |(service, (calm, around)): (&&'a str, &(f64, f64))| {
            let load = loads.get(*service)?.get(row).copied().flatten()?;
            Some((*service, (load.each - if now { *around } else { *calm }) * load.requests))
        };
        Excess(self.of.iter().filter_map(one).collect())
    }
}

impl Excess<'_> {
    fn whole(&self, service: &str) -> f64 {
        self.0.get(service).copied().unwrap_or(0.0)
    }

    /// What the callees do not account for.
    fn own(&self, calls: &Calls, service: &str) -> f64 {
        let callees = calls.get(service).into_iter().flatten().filter(|callee| *callee != service);
        self.whole(service) - callees.map(|callee| self.whole(callee).max(0.0)).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Calls {
        let of = |callees: &[&str]| callees.iter().map(|c| (*c).to_owned()).collect();
        Calls::from([
            ("front".to_owned(), of(&["orders", "search"])),
            ("orders".to_owned(), of(&["stock", "orders"])),
            ("search".to_owned(), of(&["stock"])),
        ])
    }

    /// Twenty calm windows with a little noise, then three with `slow` seconds more at `at` and at its callers.
    fn loads(at: &[&str], slow: f64) -> Loads {
        ["front", "orders", "search", "stock"]
            .into_iter()
            .map(|service| {
                let each = |row: usize| {
                    let extra = if row >= 20 && at.contains(&service) { slow } else { 0.0 };
                    Some(Load { each: 0.1 + 0.001 * (row % 5) as f64 + extra, requests: 100.0 })
                };
                (service.to_owned(), (0..23).map(each).collect())
            })
            .collect()
    }

    fn asked(case: &Loads) -> Origins {
        let none = Loads::new();
        let calls = calls();
        let (target, measure) = ("front", Measure::Latency);
        origins(&Question { calls: &calls, target, measure, calm: &none, case, suspected: &[20, 21, 22] })
    }

    #[test]
    fn the_deepest_service_that_is_slow_is_the_origin() {
        let found = asked(&loads(&["front", "search", "stock"], 0.5));
        assert_eq!(found.named()[0].service, "stock");
        assert!(found.named()[0].share > 0.9 && found.complaint > 5.0);
        assert_eq!(asked(&loads(&["front", "orders"], 0.5)).named()[0].service, "orders");
        assert_eq!(asked(&loads(&["front"], 0.5)).named()[0].service, "front");
    }

    #[test]
    fn nobody_is_named_in_a_quiet_system_nor_for_what_the_target_does_not_suffer() {
        assert!(asked(&loads(&[], 0.0)).named().is_empty());
        assert!(asked(&loads(&["stock"], 0.5)).named().is_empty(), "the target suffers nothing");
        assert!(asked(&Loads::new()).named().is_empty());
    }

    #[test]
    fn a_service_that_is_not_called_is_no_origin() {
        let mut case = loads(&["front"], 0.5);
        case.insert("nightly".to_owned(), vec![Some(Load { each: 9.0, requests: 1e6 }); 23]);
        assert!(asked(&case).ranked.iter().all(|origin| origin.service != "nightly"));
    }
}
