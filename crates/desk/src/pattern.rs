//! Requests that come again and again: how often, how much of people's time they take, and where knowledge is missing.

use std::collections::BTreeMap;

use crate::{closed_list, time::Timestamp};

/// Longest time one reply is counted with, in minutes: whoever comes back after lunch did not read all the while.
pub const MINUTES_MAX: f64 = 30.0;
/// Least requests that make a pattern.
pub const REQUESTS_MIN: usize = 3;

closed_list! {
    /// Why knowledge is wanting.
    pub enum GapKind ("kind of gap") {
        /// Nothing approved answers these requests.
        Undocumented = "undocumented",
        /// Something approved answers, yet replies were written without it or drafts set aside.
        Failing = "failing",
        /// People looked for it and opened nothing.
        SearchedInVain = "searched_in_vain",
        /// A model took it from a past reply, and nothing approved says it.
        SaidBefore = "said_before",
    }
}

/// How drafting fared with the requests of one pattern.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fared {
    /// Requests.
    pub requests: usize,
    /// Of these, whose draft found no source.
    pub without_source: usize,
    /// Of these, whose draft a person set aside.
    pub set_aside: usize,
    /// Of these, answered here.
    pub answered: usize,
    /// Of those answered here, without citing an article.
    pub uncited: usize,
}

/// The minutes one approved reply took: from the approver's first sign of work on the ticket to the approval, at most
/// [`MINUTES_MAX`]. None where nothing before the approval is recorded.
#[must_use]
pub fn minutes(began: Option<Timestamp>, read: Option<Timestamp>, approved: Timestamp) -> Option<f64> {
    let first = began.into_iter().chain(read).min().filter(|first| *first < approved)?;
    let micros = approved.micros().saturating_sub(first.micros());
    #[expect(clippy::cast_precision_loss, reason = "two hours of microseconds are exact")]
    let minutes = micros as f64 / 60e6;
    Some(minutes.min(MINUTES_MAX))
}

/// What the requests of a pattern cost: those timed with their own minutes, the others with the median of `desk`, all minutes
/// known. None where nothing was ever timed.
#[must_use]
pub fn cost(timed: &[f64], requests: usize, desk: &[f64]) -> Option<f64> {
    let mut all = desk.to_vec();
    all.sort_by(f64::total_cmp);
    let median = all.get(all.len() / 2)?;
    let others = requests.saturating_sub(timed.len());
    #[expect(clippy::cast_precision_loss, reason = "counts of requests are small")]
    let others = others as f64;
    Some(timed.iter().sum::<f64>() + others * median)
}

/// Requests in each of the last `weeks` weeks of seven days, oldest first; the last one ends at `now`.
#[must_use]
pub fn by_week(at: &[Timestamp], weeks: usize, now: Timestamp) -> Vec<usize> {
    const WEEK: i64 = 7 * 86_400 * 1_000_000;
    let mut counts = vec![0; weeks];
    for at in at {
        let ago = usize::try_from(now.micros().saturating_sub(at.micros()).max(0) / WEEK).unwrap_or(usize::MAX);
        if let Some(count) = weeks.checked_sub(1).and_then(|last| last.checked_sub(ago)).and_then(|n| counts.get_mut(n))
        {
            *count += 1;
        }
    }
    counts
}

/// The weight of a gap: the requests it concerns, each failure beside them once more. Gaps are ranked by it.
#[must_use]
pub const fn weight(fared: Fared) -> usize {
    fared.requests + fared.without_source + fared.set_aside + fared.uncited
}

/// Whether a pattern is a gap, and why: nothing approved answers it, or at least two drafts or replies, and half of them,
/// did without what does.
#[must_use]
pub const fn gap(fared: Fared, documented: bool) -> Option<GapKind> {
    if !documented {
        return Some(GapKind::Undocumented);
    }
    let failed = fared.set_aside + fared.uncited + fared.without_source;
    let tried = if fared.answered > fared.without_source { fared.answered } else { fared.without_source };
    if failed > 1 && failed * 2 >= tried { Some(GapKind::Failing) } else { None }
}

/// Words by how often they occur, most frequent first, equal ones by name.
#[must_use]
pub fn counted<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    let mut counted: Vec<(String, usize)> = counts.into_iter().map(|(word, n)| (word.to_owned(), n)).collect();
    counted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000_000);

    #[test]
    fn minutes_begin_with_the_first_sign_and_end_at_half_an_hour() {
        let ago = |seconds: i64| Some(NOW.plus_seconds(-seconds));
        assert_eq!(minutes(ago(120), ago(300), NOW), Some(5.0));
        assert_eq!(minutes(ago(7_000), None, NOW), Some(MINUTES_MAX));
        assert_eq!(minutes(None, ago(0), NOW), None);
        assert_eq!(minutes(None, None, NOW), None);
    }

    #[test]
    fn what_was_not_timed_costs_the_median() {
        assert_eq!(cost(&[2.0, 4.0], 4, &[2.0, 3.0, 4.0]), Some(12.0));
        assert_eq!(cost(&[], 5, &[]), None);
    }

    #[test]
    fn weeks_end_now() {
        let days = |n: i64| NOW.plus_seconds(-n * 86_400);
        assert_eq!(by_week(&[days(0), days(6), days(7), days(20), days(21), NOW.plus_seconds(60)], 3, NOW), [1, 1, 3]);
        assert!(by_week(&[NOW], 0, NOW).is_empty());
    }

    #[test]
    fn a_gap_is_what_nothing_answers_or_what_is_not_used() {
        let fared = Fared { requests: 5, answered: 4, uncited: 2, ..Fared::default() };
        assert_eq!(gap(fared, false), Some(GapKind::Undocumented));
        assert_eq!(gap(fared, true), Some(GapKind::Failing));
        assert_eq!(gap(Fared { uncited: 1, ..fared }, true), None);
        assert_eq!(gap(Fared { requests: 5, ..Fared::default() }, true), None);
        assert_eq!(gap(Fared { requests: 5, without_source: 1, ..Fared::default() }, true), None, "once is no sign");
        assert_eq!(gap(Fared { requests: 5, without_source: 2, ..Fared::default() }, true), Some(GapKind::Failing));
        assert!(weight(fared) > weight(Fared { requests: 5, ..Fared::default() }));
    }
}
