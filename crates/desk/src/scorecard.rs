//! The desk's figures, each beside its trap: the figure that tells when the first one flatters.
//!
//! Every figure is one count over another, so that a page, an export and anybody's own arithmetic agree to the digit. A share has
//! Wilson's 95 % interval (Wilson 1927), a mean the normal one of its sum and its squares. Nothing is told of a figure whose
//! denominator is zero.

use std::collections::BTreeMap;

use crate::{
    calibration::wilson,
    closed_list,
    outcome::{Count, Counts},
};

/// Under so many cases a figure is shown as small: its interval is wider than most differences.
pub const SMALL: i64 = 30;
/// 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

closed_list! {
    /// A figure.
    pub enum Figure ("figure") {
        /// Drafts that left, of those prepared.
        Acceptance = "acceptance",
        /// Characters of them that people changed.
        EditBurden = "edit_burden",
        /// Of them, those that say something else than the draft.
        MeaningChanged = "meaning_changed",
        /// Of them, left unchanged, faster than anybody reads.
        RubberStamps = "rubber_stamps",
        /// Seconds a page is read before a yes.
        ReviewSeconds = "review_seconds",
        /// Drafts that left, after which the requester came back or was not content.
        FoundLater = "found_later",
        /// Drafts turned down.
        Rejected = "rejected",
        /// Statements carried by a cited passage.
        Grounding = "grounding",
        /// Prepared drafts after which a person wrote alone.
        HumanAfterAi = "human_after_ai",
        /// Common questions that an answer approved beforehand settled.
        Containment = "containment",
        /// Tickets whose requester came back.
        Reopened = "reopened",
        /// Tickets that went up.
        Escalation = "escalation",
        /// Answered escalations that the receiver took.
        EscalationRight = "escalation_right",
        /// Minutes to the first answer.
        FirstReply = "first_reply",
        /// Minutes to the last answer, with words of the machine.
        ResolutionAssisted = "resolution_assisted",
        /// Minutes to the last answer, written by a person alone.
        ResolutionAlone = "resolution_alone",
        /// Of tickets for which a time was promised, those for which every one was kept.
        PromisesKept = "promises_kept",
        /// Mean rating, 1 to 5.
        Rating = "rating",
        /// Of those who were asked, those who rated.
        RatingResponse = "rating_response",
        /// Of rated tickets, those whose requester came back; beside the share of all it tells who answers.
        RatedReopened = "rated_reopened",
        /// Mean effort of the requester, 1 to 5.
        Effort = "effort",
        /// Requests to language models for a ticket.
        ModelRequests = "model_requests",
        /// Tokens of language models for a ticket.
        ModelTokens = "model_tokens",
    }
}

/// What a figure's quotient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A part of a whole, 0 to 1, counted one by one.
    Share,
    /// A part of a whole, 0 to 1, of characters or statements that come in bunches: no interval can be told from sums.
    Ratio,
    /// An amount for each, with the count of its squares.
    Mean(Count),
    /// An amount for each, without a spread.
    Rate,
}

impl Figure {
    /// What is divided by what, and what comes out.
    #[must_use]
    pub const fn quotient(self) -> (Count, Count, Kind) {
        match self {
            Self::Acceptance => (Count::Sent, Count::Drafted, Kind::Share),
            Self::EditBurden => (Count::CharactersChanged, Count::Characters, Kind::Ratio),
            Self::MeaningChanged => (Count::MeaningChanged, Count::Sent, Kind::Share),
            Self::RubberStamps => (Count::Stamped, Count::Sent, Kind::Share),
            Self::ReviewSeconds => (Count::ReviewSeconds, Count::Reviews, Kind::Mean(Count::ReviewSquares)),
            Self::FoundLater => (Count::FoundLater, Count::Sent, Kind::Share),
            Self::Rejected => (Count::Rejected, Count::Drafted, Kind::Share),
            Self::Grounding => (Count::Grounded, Count::Claims, Kind::Ratio),
            Self::HumanAfterAi => (Count::DraftedAlone, Count::Drafted, Kind::Share),
            Self::Containment => (Count::Contained, Count::Common, Kind::Share),
            Self::Reopened => (Count::Reopened, Count::Tickets, Kind::Share),
            Self::Escalation => (Count::Escalated, Count::Tickets, Kind::Share),
            Self::EscalationRight => (Count::EscalationRight, Count::EscalationAnswered, Kind::Share),
            Self::FirstReply => (Count::FirstReplyMinutes, Count::Replied, Kind::Mean(Count::FirstReplySquares)),
            Self::ResolutionAssisted => (Count::AssistedMinutes, Count::Assisted, Kind::Mean(Count::AssistedSquares)),
            Self::ResolutionAlone => (Count::AloneMinutes, Count::Alone, Kind::Mean(Count::AloneSquares)),
            Self::PromisesKept => (Count::PromisesKept, Count::Promised, Kind::Share),
            Self::Rating => (Count::RatingSum, Count::Rated, Kind::Rate),
            Self::RatingResponse => (Count::Rated, Count::Asked, Kind::Share),
            Self::RatedReopened => (Count::RatedReopened, Count::Rated, Kind::Share),
            Self::Effort => (Count::EffortSum, Count::Efforts, Kind::Rate),
            Self::ModelRequests => (Count::ModelRequests, Count::Tickets, Kind::Rate),
            Self::ModelTokens => (Count::ModelTokens, Count::Tickets, Kind::Rate),
        }
    }

    /// What to look at before believing it.
    #[must_use]
    pub const fn traps(self) -> &'static [Self] {
        match self {
            Self::Acceptance => &[Self::EditBurden, Self::MeaningChanged, Self::RubberStamps],
            Self::ReviewSeconds => &[Self::FoundLater],
            Self::Grounding => &[Self::Rejected],
            Self::Containment => &[Self::Reopened, Self::HumanAfterAi],
            Self::Escalation => &[Self::EscalationRight],
            Self::ResolutionAssisted => &[Self::ResolutionAlone],
            Self::FirstReply | Self::PromisesKept => &[Self::Reopened],
            Self::ModelRequests => &[Self::ModelTokens],
            Self::Rating => &[Self::RatingResponse, Self::RatedReopened, Self::Effort],
            _ => &[],
        }
    }

    /// Where it lies at desks that do well; both sides of it are worth a look. Shares of the field's surveys.
    #[must_use]
    pub const fn band(self) -> Option<(f64, f64)> {
        match self {
            Self::Containment => Some((0.6, 0.8)),
            Self::HumanAfterAi => Some((0.2, 0.4)),
            _ => None,
        }
    }

    /// Whether it tells how people read. A single queue may be one person's, so it is told of a whole desk only.
    #[must_use]
    pub const fn is_of_reading(self) -> bool {
        matches!(self, Self::ReviewSeconds | Self::RubberStamps)
    }

    /// Those with a card of their own; the others stand beside them.
    pub const CARDS: [Self; 10] = [
        Self::Acceptance,
        Self::ReviewSeconds,
        Self::Grounding,
        Self::Containment,
        Self::Escalation,
        Self::ResolutionAssisted,
        Self::FirstReply,
        Self::PromisesKept,
        Self::Rating,
        Self::ModelRequests,
    ];
}

closed_list! {
    /// Where a figure lies beside its band.
    pub enum Standing ("standing beside a band") {
        /// It has none, or too few cases say.
        Open = "open",
        /// Below.
        Below = "below",
        /// Inside.
        Inside = "inside",
        /// Above.
        Above = "above",
    }
}

/// A figure's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Which.
    pub figure: Figure,
    /// The quotient.
    pub value: f64,
    /// Its 95 % interval, where one can be told.
    pub interval: Option<(f64, f64)>,
    /// What was divided.
    pub part: i64,
    /// By what.
    pub whole: i64,
    /// Beside its band.
    pub standing: Standing,
}

impl Value {
    /// Whether too few cases stand behind it.
    #[must_use]
    pub const fn is_small(&self) -> bool {
        self.whole < SMALL
    }
}

/// A figure of these counts; none when nothing stands below the line, or when it is of reading and no reading is told.
#[must_use]
pub fn value(figure: Figure, counts: &Counts) -> Option<Value> {
    let (part, whole, kind) = figure.quotient();
    let (part, whole) = (counts.get(part), counts.get(whole));
    if whole <= 0 || (figure.is_of_reading() && counts.get(Count::Reviews) == 0) {
        return None;
    }
    let value = part as f64 / whole as f64;
    let interval = match kind {
        Kind::Share => usize::try_from(part).ok().zip(usize::try_from(whole).ok()).map(|(p, n)| wilson(p, n)),
        Kind::Mean(squares) => spread(value, counts.get(squares), whole),
        Kind::Ratio | Kind::Rate => None,
    };
    let standing = match (figure.band(), interval) {
        (Some(_), _) if whole < SMALL => Standing::Open,
        (Some((low, _)), Some((_, high))) if high < low => Standing::Below,
        (Some((_, high)), Some((low, _))) if low > high => Standing::Above,
        (Some(_), Some(_)) => Standing::Inside,
        _ => Standing::Open,
    };
    Some(Value { figure, value, interval, part, whole, standing })
}

/// The interval of a mean by its squares; none with fewer than two.
fn spread(mean: f64, squares: i64, n: i64) -> Option<(f64, f64)> {
    if n < 2 {
        return None;
    }
    let n = n as f64;
    let variance = ((squares as f64 - n * mean * mean) / (n - 1.0)).max(0.0);
    let half = Z * (variance / n).sqrt();
    Some(((mean - half).max(0.0), mean + half))
}

/// Every figure that can be told of these counts.
#[must_use]
pub fn values(counts: &Counts) -> Vec<Value> {
    Figure::ALL.iter().filter_map(|figure| value(*figure, counts)).collect()
}

/// Counts told apart by key, in its order; weeks, as dates, in order of time.
#[must_use]
pub fn groups(rows: impl IntoIterator<Item = (String, Counts)>) -> Vec<(String, Counts)> {
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for (key, counts) in rows {
        let sum = groups.entry(key).or_default();
        *sum = *sum + counts;
    }
    groups.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_of_nothing_and_small_is_called_small() {
        assert_eq!(values(&Counts::default()), []);
        let few = Counts::default().with(Count::Drafted, 10).with(Count::Sent, 9);
        let told = value(Figure::Acceptance, &few).expect("drafts");
        assert!(told.is_small() && told.interval.is_some_and(|(low, high)| low < 0.6 && high < 1.0), "{told:?}");
        assert_eq!(value(Figure::Reopened, &few), None);
    }

    #[test]
    fn a_band_warns_on_both_sides_and_only_when_the_interval_says_so() {
        let cases = [(20, Standing::Open), (300, Standing::Inside)];
        for (whole, standing) in cases {
            let counts = Counts::default().with(Count::Common, whole).with(Count::Contained, whole * 7 / 10);
            assert_eq!(value(Figure::Containment, &counts).map(|v| v.standing), Some(standing), "{whole}");
        }
        for (contained, standing) in [(100, Standing::Below), (175, Standing::Inside), (290, Standing::Above)] {
            let counts = Counts::default().with(Count::Common, 300).with(Count::Contained, contained);
            assert_eq!(value(Figure::Containment, &counts).map(|v| v.standing), Some(standing), "{contained}");
        }
    }

    #[test]
    fn a_mean_has_the_interval_of_its_values() {
        let minutes = [10_i64, 20, 30, 40];
        let one = |m: i64| {
            Counts::default().with(Count::Replied, 1).with_square(Count::FirstReplyMinutes, Count::FirstReplySquares, m)
        };
        let all = minutes.into_iter().map(one).fold(Counts::default(), |a, b| a + b);
        let told = value(Figure::FirstReply, &all).expect("answers");
        assert!((told.value - 25.0).abs() < 1e-12);
        // Standard deviation 12.909944, divided by the root of four, times 1.959964.
        let (low, high) = told.interval.expect("four values");
        assert!((high - 25.0 - 12.651_514).abs() < 1e-4 && (25.0 - low - 12.651_514).abs() < 1e-4, "{low} {high}");
        assert_eq!(value(Figure::FirstReply, &one(10)).and_then(|v| v.interval), None, "one value has no spread");
    }

    #[test]
    fn what_is_taken_away_again_leaves_nothing() {
        let some = Counts::default().with(Count::Tickets, 3).with(Count::Words, 120);
        assert_eq!(some + -some, Counts::default());
        assert_eq!(Counts::of(some.values()), Some(some));
        assert_eq!(Counts::of(&[1, 2]), None);
    }

    #[test]
    fn how_somebody_read_is_in_no_count_without_it() {
        let every = Counts::of(&[7; crate::outcome::COUNTS]).expect("as many");
        assert!(values(&every).iter().any(|told| told.figure.is_of_reading()));
        assert!(values(&every.without_reading()).iter().all(|told| !told.figure.is_of_reading()));
    }

    #[test]
    fn every_figure_has_a_card_or_stands_beside_one() {
        for figure in Figure::ALL {
            let beside = Figure::CARDS.iter().any(|card| card == figure || card.traps().contains(figure));
            assert!(beside, "{figure} is shown nowhere");
        }
    }
}
