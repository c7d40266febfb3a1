//! How sure the machine may be of a draft: the calibrated chance that an agent sends it without changing a fact, learnt from
//! what became of earlier drafts.

use crate::{
    draft::{Sentence, Support},
    grounding::{Sources, words_alone},
};

/// Fewer outcomes than this say nothing.
pub const LEAST: usize = 30;
/// Outcomes in one group of like scores.
const GROUP: usize = 10;

/// What became of one draft.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The drafter's own score, 0..=1.
    pub score: f64,
    /// Whether it was sent with every fact as it was.
    pub kept: bool,
}

/// Whether a letter still says everything the machine stated: each statement of the draft is carried by the text that left.
/// Words around them, and more facts beside them, are a person's to add.
#[must_use]
pub fn keeps_facts(machine: &[Sentence], sent: &str) -> bool {
    let letter = Sources::of(&[sent], "");
    let statements = machine.iter().filter(|s| matches!(s.support, Support::Supported | Support::Unsupported));
    let mut statements = statements.peekable();
    statements.peek().is_some()
        && statements
            .all(|s| sent.contains(&s.text) || letter.judge(&s.text, &words_alone).support != Support::Unsupported)
}

/// The chance that a draft of this score is sent without a changed fact; none with fewer than [`LEAST`] outcomes.
///
/// Outcomes are grouped by score in tens, each group's share is drawn to one half by one outcome of either kind (Laplace), and
/// neighbouring groups that share a score or contradict the order are joined (pool adjacent violators, Ayer et al. 1955): a higher score never
/// means a lower chance.
#[must_use]
pub fn chance(score: f64, outcomes: &[Outcome]) -> Option<f64> {
    if outcomes.len() < LEAST || !score.is_finite() {
        return None;
    }
    let mut sorted: Vec<Outcome> = outcomes.iter().copied().filter(|o| o.score.is_finite()).collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut groups: Vec<Group> = Vec::new();
    for chunk in sorted.chunks(GROUP) {
        groups.push(Group::of(chunk));
        while let [.., before, last] = groups.as_slice()
            && (before.share() >= last.share() || before.to >= last.from)
        {
            let joined = before.joined(last);
            groups.truncate(groups.len() - 2);
            groups.push(joined);
        }
    }
    let nearest = groups.iter().min_by(|a, b| a.distance(score).total_cmp(&b.distance(score)))?;
    Some(nearest.share())
}

/// Outcomes of like scores.
#[derive(Debug, Clone, Copy)]
struct Group {
    from: f64,
    to: f64,
    n: f64,
    kept: f64,
}

impl Group {
    fn of(outcomes: &[Outcome]) -> Self {
        let edge = |o: Option<&Outcome>| o.map_or(0.0, |o| o.score);
        let kept = outcomes.iter().filter(|o| o.kept).count();
        Self { from: edge(outcomes.first()), to: edge(outcomes.last()), n: outcomes.len() as f64, kept: kept as f64 }
    }

    fn joined(&self, next: &Self) -> Self {
        Self { from: self.from, to: next.to, n: self.n + next.n, kept: self.kept + next.kept }
    }

    fn share(&self) -> f64 {
        (self.kept + 1.0) / (self.n + 2.0)
    }

    fn distance(&self, score: f64) -> f64 {
        (self.from - score).max(score - self.to).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::ece;

    fn sentence(text: &str, support: Support) -> Sentence {
        Sentence { text: text.into(), start: 0, end: 0, citations: vec![1], support }
    }

    #[test]
    fn a_changed_number_or_denial_is_a_changed_fact_and_kinder_words_are_not() {
        let machine = [
            sentence("Hi Ana,", Support::Frame),
            sentence("A refund is possible within 30 days of the charge.", Support::Supported),
            sentence("The VAT id is changed in Settings.", Support::Supported),
        ];
        let cases = [
            ("Hi Ana,\n\nA refund is possible within 30 days of the charge. The VAT id is changed in Settings.", true),
            (
                "Dear Ana, thanks! A refund is possible within 30 days of the charge, and the VAT id is changed in Settings. Call me on Monday.",
                true,
            ),
            ("A refund is possible within 60 days of the charge. The VAT id is changed in Settings.", false),
            ("A refund is not possible within 30 days of the charge. The VAT id is changed in Settings.", false),
            ("A refund is possible within 30 days of the charge.", false),
            ("", false),
        ];
        for (sent, kept) in cases {
            assert_eq!(keeps_facts(&machine, sent), kept, "{sent}");
        }
        assert!(!keeps_facts(&machine[..1], "Hi Ana,"), "a draft that states nothing proves nothing");
    }

    /// Outcomes whose true chance is their score squared; drawn by a fixed sequence.
    fn drawn(n: u64) -> Vec<Outcome> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..n)
            .map(|_| next())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|score| Outcome { score, kept: next() < score * score })
            .collect()
    }

    #[test]
    fn what_is_promised_holds_on_drafts_that_were_not_learnt_from() {
        let all = drawn(3_000);
        let (learnt, fresh) = all.split_at(1_000);
        let held: Vec<(f64, bool)> = fresh.iter().map(|o| (chance(o.score, learnt).expect("enough"), o.kept)).collect();
        let gap = ece(&held).expect("outcomes");
        assert!(gap < 0.06, "expected calibration error {gap}");
        let raw: Vec<(f64, bool)> = fresh.iter().map(|o| (o.score, o.kept)).collect();
        assert!(ece(&raw).expect("outcomes") > 2.0 * gap, "the bare score promises too much");
    }

    #[test]
    fn too_few_say_nothing_and_a_higher_score_never_means_less() {
        assert_eq!(chance(0.9, &drawn(29)), None);
        let some = drawn(200);
        let curve: Vec<f64> = (0..=20).filter_map(|n| chance(f64::from(n) / 20.0, &some)).collect();
        assert_eq!(curve.len(), 21);
        assert!(curve.windows(2).all(|w| w[0] <= w[1]) && curve.iter().all(|p| *p > 0.0 && *p < 1.0), "{curve:?}");
        let never: Vec<Outcome> = some.iter().map(|o| Outcome { kept: false, ..*o }).collect();
        assert!(chance(0.99, &never).is_some_and(|p| p < 0.05), "all of them changed");
        let alike = [Outcome { score: 0.7, kept: false }; 30];
        assert!(chance(0.7, &alike).is_some_and(|p| (p - 1.0 / 32.0).abs() < 1e-9), "one score is one group");
    }
}
