//! A candidate beside the present language model on live tickets: what each drafted is held against the other, pair by pair,
//! and the pairs say whether the candidate may take over.
//!
//! Start with [`compare`]. A figure is judged by the sign of each pair alone, so no ticket weighs more than another.

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use crate::{
    closed_list,
    draft::{Composed, Support},
    language::Language,
    persona::{Voice, lint},
};

/// With fewer pairs than this nothing is said.
pub const PAIRS_LEAST: usize = 20;
/// Chance is ruled out at this.
const CHANCE: f64 = 0.05;
/// How many of a hundred tickets may come out worse, net, for a candidate that is not worse.
const MARGIN: f64 = 0.10;

closed_list! {
    /// What came back from a model.
    pub enum Came ("outcome of a shadow") {
        /// A draft.
        Answered = "answered",
        /// Words that could not be used, or a refusal.
        Refused = "refused",
        /// Nothing.
        Failed = "failed",
    }
}

/// What one of the two did with a ticket, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// What came back.
    pub came: Came,
    /// Statements of the draft.
    pub claims: u32,
    /// Those that a cited source carries.
    pub carried: u32,
    /// Words of the draft.
    pub words: u32,
    /// Rules of the voice it breaks.
    pub breaches: u32,
    /// Milliseconds until the whole answer was there.
    pub ms: Option<i64>,
    /// Tokens of prompt and answer, where the endpoint says so.
    pub tokens: Option<i64>,
    /// How near it is to what a person sent, 0 to 1; none while nothing left.
    pub near: Option<f64>,
}

impl Side {
    /// Of a draft that came back.
    #[must_use]
    pub fn of(draft: &Composed, voice: &Voice, language: Language) -> Self {
        let count = |of: &dyn Fn(Support) -> bool| draft.sentences.iter().filter(|s| of(s.support)).count();
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            came: Came::Answered,
            claims: small(count(&|s| matches!(s, Support::Supported | Support::Unsupported))),
            carried: small(count(&|s| s == Support::Supported)),
            words: small(draft.body.split_whitespace().count()),
            breaches: small(lint(&draft.body, voice, language).len()),
            ms: None,
            tokens: None,
            near: None,
        }
    }

    /// Of what is no draft.
    #[must_use]
    pub const fn without(came: Came) -> Self {
        Self { came, claims: 0, carried: 0, words: 0, breaches: 0, ms: None, tokens: None, near: None }
    }

    /// Statements that nothing carries.
    #[must_use]
    pub const fn loose(&self) -> u32 {
        self.claims.saturating_sub(self.carried)
    }
}

/// Both on one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// What is in use.
    pub present: Side,
    /// What may take over.
    pub candidate: Side,
}

impl Pair {
    /// Whether the candidate did something here that the present one did not and that harms: it states what nothing carries.
    #[must_use]
    pub const fn is_severe(&self) -> bool {
        self.candidate.loose() > 0 && self.present.loose() == 0
    }
}

closed_list! {
    /// What is held against the other side.
    pub enum Figure ("figure of a shadow") {
        /// A draft came back.
        Answered = "answered",
        /// Statements that a source carries.
        Carried = "carried",
        /// Rules of the voice that are kept.
        Voice = "voice",
        /// How near it is to what was sent.
        Near = "near",
        /// Words.
        Words = "words",
        /// Milliseconds.
        Latency = "latency",
        /// Tokens.
        Tokens = "tokens",
    }
}

closed_list! {
    /// What the pairs say of the candidate.
    pub enum Verdict ("verdict of a shadow") {
        /// More often better than chance would have it, and nowhere worse.
        Better = "better",
        /// Nowhere worse by more than the margin.
        NotWorse = "not_worse",
        /// More often worse than chance would have it.
        Worse = "worse",
        /// The pairs do not say yet.
        TooFew = "too_few",
    }
}

/// A figure of both, with what the pairs say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Which.
    pub figure: Figure,
    /// Pairs that have it on both sides.
    pub pairs: usize,
    /// Mean of the present one.
    pub present: Option<Mean>,
    /// Mean of the candidate.
    pub candidate: Option<Mean>,
    /// Pairs in which the candidate does better.
    pub better: usize,
    /// Pairs in which it does worse.
    pub worse: usize,
    /// What they say; none for a figure of cost.
    pub verdict: Option<Verdict>,
}

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Figure {
    /// What it says of a side; larger is better where it judges.
    fn of(self, side: &Side) -> Option<f64> {
        let drafted = side.came == Came::Answered;
        match self {
            Self::Answered => Some(f64::from(u8::from(drafted))),
            Self::Carried => (drafted && side.claims > 0).then(|| f64::from(side.carried) / f64::from(side.claims)),
            Self::Voice => drafted.then(|| -f64::from(side.breaches)),
            Self::Near => side.near.filter(|_| drafted),
            Self::Words => drafted.then(|| f64::from(side.words)),
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of an answer fit")]
            Self::Latency => side.ms.filter(|_| drafted).map(|ms| ms as f64),
            #[expect(clippy::cast_precision_loss, reason = "tokens of an answer fit")]
            Self::Tokens => side.tokens.map(|n| n as f64),
        }
    }

    /// Whether it says which is better, or only what each takes.
    #[must_use]
    pub const fn judges(self) -> bool {
        matches!(self, Self::Answered | Self::Carried | Self::Voice | Self::Near)
    }
}

/// Every figure of the pairs.
#[must_use]
pub fn compare(pairs: &[Pair]) -> Vec<Compared> {
    Figure::ALL.iter().map(|figure| compared(*figure, pairs)).collect()
}

fn compared(figure: Figure, pairs: &[Pair]) -> Compared {
    let both: Vec<(f64, f64)> =
        pairs.iter().filter_map(|p| figure.of(&p.present).zip(figure.of(&p.candidate))).collect();
    let better = both.iter().filter(|(p, c)| c > p).count();
    let worse = both.iter().filter(|(p, c)| c < p).count();
    // Rules broken are told as a number, and fewer are better.
    let shown = |x: f64| if figure == Figure::Voice { 0.0 - x } else { x };
    Compared {
        figure,
        pairs: both.len(),
        present: mean(both.iter().map(|(p, _)| shown(*p))),
        candidate: mean(both.iter().map(|(_, c)| shown(*c))),
        better,
        worse,
        verdict: figure.judges().then(|| verdict(both.len(), better, worse)),
    }
}

/// What all of it says: worse anywhere is worse; better needs one figure, and none that may be worse.
#[must_use]
pub fn overall(all: &[Compared]) -> Verdict {
    // Nothing may have left yet; then what was drafted speaks alone.
    let said = || all.iter().filter(|c| c.figure != Figure::Near || c.pairs > 0).filter_map(|c| c.verdict);
    if said().any(|v| v == Verdict::Worse) {
        Verdict::Worse
    } else if said().any(|v| v == Verdict::TooFew) || said().next().is_none() {
        Verdict::TooFew
    } else if said().any(|v| v == Verdict::Better) {
        Verdict::Better
    } else {
        Verdict::NotWorse
    }
}

/// The sign test, then the margin.
fn verdict(pairs: usize, better: usize, worse: usize) -> Verdict {
    if pairs < PAIRS_LEAST {
        // Few pairs cannot promote, but they can warn.
        return if tail(better + worse, worse) < CHANCE { Verdict::Worse } else { Verdict::TooFew };
    }
    if tail(better + worse, worse) < CHANCE {
        Verdict::Worse
    } else if tail(better + worse, better) < CHANCE {
        Verdict::Better
    } else if net_worse_at_most(pairs, better, worse) < MARGIN {
        Verdict::NotWorse
    } else {
        Verdict::TooFew
    }
}

/// How often a fair coin shows at least `k` heads in `n` throws.
#[expect(clippy::cast_precision_loss, reason = "counts of tickets fit")]
fn tail(n: usize, k: usize) -> f64 {
    let ln_choose = |k: usize| (1..=k).map(|i| (((n - k + i) as f64) / (i as f64)).ln()).sum::<f64>();
    (k..=n).map(|i| (ln_choose(i) - (n as f64) * std::f64::consts::LN_2).exp()).sum::<f64>().min(1.0)
}

/// Upper end, one-sided 95 %, of the share of pairs that come out worse less those that come out better (Bonett and Price).
#[expect(clippy::cast_precision_loss, reason = "counts of tickets fit")]
fn net_worse_at_most(pairs: usize, better: usize, worse: usize) -> f64 {
    let (b, w, n) = (better as f64 + 1.0, worse as f64 + 1.0, pairs as f64 + 2.0);
    let difference = (w - b) / n;
    let spread = ((w + b) / n - difference * difference).max(0.0) / n;
    difference + 1.645 * spread.sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "counts of tickets fit")]
fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<Mean> {
    let n = values.clone().count() as f64;
    if n < 1.0 {
        return None;
    }
    let value = values.clone().sum::<f64>() / n;
    let spread = values.map(|x| (x - value).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let half = 1.96 * (spread / n).sqrt();
    Some(Mean { value, low: value - half, high: value + half })
}

/// How near two texts are, 0 to 1: words they share in order, of all words of both.
#[must_use]
pub fn near(drafted: &str, sent: &str) -> f64 {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (words(drafted), words(sent));
    let (left, right): (Vec<&str>, Vec<&str>) =
        (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    let same = TextDiff::from_slices(&left, &right).iter_all_changes().filter(|c| c.tag() == ChangeTag::Equal).count();
    let all = left.len() + right.len();
    #[expect(clippy::cast_precision_loss, reason = "words of a letter fit")]
    if all == 0 { 1.0 } else { 2.0 * same as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(claims: u32, carried: u32) -> Side {
        Side { claims, carried, words: 40, near: Some(0.8), ..Side::without(Came::Answered) }
    }

    /// `n` alike pairs, then some in which the candidate does better or worse.
    fn pairs(alike: usize, better: usize, worse: usize) -> Vec<Pair> {
        let (good, bad) = (side(4, 4), side(4, 2));
        let pair = |present, candidate| Pair { present, candidate };
        let mut all = vec![pair(good, good); alike];
        all.extend(vec![pair(bad, good); better]);
        all.extend(vec![pair(good, bad); worse]);
        all
    }

    #[test]
    fn the_pairs_say_better_not_worse_worse_or_nothing() {
        let table = [
            ((0, 0, 0), Verdict::TooFew),
            ((19, 0, 0), Verdict::TooFew),
            ((40, 0, 0), Verdict::NotWorse),
            ((38, 1, 1), Verdict::NotWorse),
            ((20, 0, 0), Verdict::TooFew),
            ((30, 8, 1), Verdict::Better),
            ((15, 0, 5), Verdict::Worse),
            ((0, 0, 5), Verdict::Worse),
            ((0, 5, 0), Verdict::TooFew),
            ((20, 10, 10), Verdict::TooFew),
            ((400, 10, 10), Verdict::NotWorse),
        ];
        for ((alike, better, worse), expected) in table {
            let all = compare(&pairs(alike, better, worse));
            assert_eq!(overall(&all), expected, "{alike} alike, {better} better, {worse} worse");
        }
    }

    #[test]
    fn worse_in_one_figure_is_worse_whatever_the_others_say() {
        let mut all = pairs(20, 20, 0);
        assert_eq!(overall(&compare(&all)), Verdict::Better);
        for pair in all.iter_mut().take(8) {
            pair.candidate = Side::without(Came::Refused);
        }
        assert_eq!(overall(&compare(&all)), Verdict::Worse);
    }

    #[test]
    fn the_sign_test_is_as_in_tables() {
        for (n, k, expected) in [(5, 5, 0.03125), (6, 5, 0.109_375), (9, 8, 0.019_531), (10, 5, 0.623_047), (0, 0, 1.0)]
        {
            assert!((tail(n, k) - expected).abs() < 1e-5, "{n} {k} {}", tail(n, k));
        }
        assert!(tail(2_000, 1_000) < 0.52, "many throws stay numbers");
    }

    #[test]
    fn what_only_costs_judges_nobody_and_fewer_broken_rules_are_better() {
        let quick = Side { ms: Some(900), tokens: Some(100), ..side(2, 2) };
        let slow = Side { ms: Some(9_000), tokens: Some(900), breaches: 2, ..side(2, 2) };
        let all = compare(&vec![Pair { present: quick, candidate: slow }; 30]);
        let of = |figure| *all.iter().find(|c| c.figure == figure).expect("every figure");
        assert_eq!((of(Figure::Latency).verdict, of(Figure::Tokens).verdict), (None, None));
        assert_eq!(of(Figure::Latency).candidate.map(|m| m.value), Some(9_000.0));
        assert_eq!((of(Figure::Voice).verdict, of(Figure::Voice).worse), (Some(Verdict::Worse), 30));
        assert_eq!(of(Figure::Voice).candidate.map(|m| m.value), Some(2.0));
    }

    #[test]
    fn near_counts_shared_words() {
        assert!((near("Open Settings now.", "Open Settings now.") - 1.0).abs() < 1e-9);
        assert!((near("a b c d", "a b x y") - 0.5).abs() < 1e-9);
        assert!(near("a b", "c d") < 1e-9 && (near("", "") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_statement_that_nothing_carries_is_severe_where_the_other_had_none() {
        let pair = |present, candidate| Pair { present, candidate };
        assert!(pair(side(3, 3), side(3, 2)).is_severe());
        assert!(!pair(side(3, 2), side(3, 2)).is_severe());
        assert!(!pair(side(3, 2), side(3, 3)).is_severe());
    }
}
