//! Whether a category is ready for the next rung: six questions, each answered from counts, and a trial of what the rung
//! would promise. Nothing here is anybody's opinion.

use crate::{
    calibration::wilson,
    closed_list,
    ladder::{Rung, Trial},
    outcome::{Count, Counts},
    time::Timestamp,
    trial,
};

/// Tickets that people put into a category before the machine may sort into it.
pub const PEOPLE_SORTED_LEAST: i64 = 30;
/// Cases below which a question is not answered.
pub const FEW: i64 = 30;
/// Share of statements that their sources carry, at least.
pub const GROUNDED_LEAST: f64 = 0.90;
/// Words that are read in half a minute, at 238 a minute (Brysbaert 2019); the other half is for the sources.
pub const WORDS_MOST: i64 = 119;
/// Reviewed within [`REVIEW_DAYS`], at least.
pub const REVIEWED_LEAST: i64 = 5;
/// Days after which a review no longer counts, and without any a category falls.
pub const REVIEW_DAYS: i64 = 30;
/// Days after which a requester who was not content would have come back.
pub const RIPE_DAYS: i64 = 7;
/// Days that evidence lasts.
pub const WINDOW_DAYS: i64 = 182;

closed_list! {
    /// What is asked before a category climbs.
    pub enum Question ("question of readiness") {
        /// Do we know which requests these are?
        Segment = "segment",
        /// Do we know which documents answer them?
        Documents = "documents",
        /// Is doubt shown, and does it mean something?
        Doubt = "doubt",
        /// Can most drafts be reviewed in a minute?
        Minute = "minute",
        /// Do we know which cases go up?
        Escalation = "escalation",
        /// Does somebody review regularly?
        Cadence = "cadence",
    }
}

closed_list! {
    /// What counts say to a question.
    pub enum Answer ("answer of readiness") {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Too little has happened to tell.
        TooFew = "too_few",
    }
}

/// What is known of a category, within its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What became of its tickets.
    pub counts: Counts,
    /// Rules by which its cases go up.
    pub goes_up_with: usize,
    /// Drafts and replies reviewed within [`REVIEW_DAYS`].
    pub reviewed: i64,
}

/// An answer with the two figures it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Which.
    pub question: Question,
    /// What.
    pub answer: Answer,
    /// The part that counts.
    pub part: i64,
    /// Of so many; 0 where there is no whole.
    pub whole: i64,
}

/// Answers to all of them, in order.
#[must_use]
pub fn answers(facts: &Facts) -> Vec<Answered> {
    Question::ALL.iter().map(|question| answered(*question, facts)).collect()
}

fn answered(question: Question, facts: &Facts) -> Answered {
    let get = |count| facts.counts.get(count);
    let yes = |is: bool| if is { Answer::Yes } else { Answer::No };
    let (answer, part, whole) = match question {
        Question::Segment => {
            let (right, n) = (get(Count::SortedRight), get(Count::Sorted));
            (if n < FEW { Answer::TooFew } else { yes(low(right, n) >= 1.0 - promised(Rung::DraftsInside)) }, right, n)
        }
        Question::Documents => {
            let (grounded, claims) = (get(Count::Grounded), get(Count::Claims));
            let answer = if claims < FEW { Answer::TooFew } else { yes(share(grounded, claims) >= GROUNDED_LEAST) };
            (answer, grounded, claims)
        }
        Question::Doubt => doubt(&facts.counts),
        Question::Minute => {
            let (words, n) = (get(Count::Words), get(Count::Sent));
            let each = if n == 0 { 0 } else { words / n };
            (if n < FEW { Answer::TooFew } else { yes(each <= WORDS_MOST) }, words, n)
        }
        Question::Escalation => {
            let (right, n) = (get(Count::EscalationRight), get(Count::EscalationAnswered));
            let is_known = facts.goes_up_with > 0 && (n == 0 || share(right, n) >= 0.5);
            (yes(is_known), right, n)
        }
        Question::Cadence => (yes(facts.reviewed >= REVIEWED_LEAST), facts.reviewed, 0),
    };
    Answered { question, answer, part, whole }
}

/// Whether the machine is wrong more often where it says that it is not sure.
fn doubt(counts: &Counts) -> (Answer, i64, i64) {
    let (sure, sure_right) = (counts.get(Count::Sure), counts.get(Count::SureRight));
    let (unsure, unsure_right) = (counts.get(Count::Sorted) - sure, counts.get(Count::SortedRight) - sure_right);
    let answer = match (sure, unsure) {
        (0, _) => Answer::TooFew,
        (n, _) if n + unsure < FEW => Answer::TooFew,
        // Nothing was in doubt, and nothing was wrong that should have been.
        (n, 0) if low(sure_right, n) >= 0.9 => Answer::Yes,
        (_, 0) => Answer::No,
        (n, m) if share(sure_right, n) > share(unsure_right, m) => Answer::Yes,
        _ => Answer::No,
    };
    (answer, sure_right, sure)
}

fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn low(right: i64, n: i64) -> f64 {
    let plain = |n: i64| usize::try_from(n).unwrap_or(0);
    wilson(plain(right), plain(n)).0
}

/// The share of errors that a rung promises not to exceed; 1 where it promises nothing.
#[must_use]
pub const fn promised(rung: Rung) -> f64 {
    match rung {
        Rung::Off | Rung::TriageOnly => 1.0,
        Rung::DraftsInside | Rung::Drafts => 0.20,
        Rung::StandingApprovals => 0.10,
    }
}

/// What is tried before a rung: sorting before drafts inside, reviews before drafts, drafts that left before standing approvals.
#[must_use]
pub fn trial(rung: Rung, counts: &Counts) -> Trial {
    let of = |n, right| Trial { n: counts.get(n), wrong: counts.get(n) - counts.get(right) };
    match rung {
        Rung::Off => Trial::default(),
        Rung::TriageOnly => Trial { n: counts.get(Count::Tickets), wrong: 0 },
        Rung::DraftsInside => of(Count::Sorted, Count::SortedRight),
        Rung::Drafts => Trial { n: counts.get(Count::Reviewed), wrong: counts.get(Count::ReviewFailed) },
        Rung::StandingApprovals => Trial { n: counts.get(Count::Judged), wrong: counts.get(Count::Wrong) },
    }
}

/// Questions that have to be answered with yes before a rung.
#[must_use]
pub const fn asked(rung: Rung) -> &'static [Question] {
    match rung {
        Rung::Off | Rung::TriageOnly => &[],
        Rung::DraftsInside => &[Question::Segment, Question::Escalation],
        Rung::Drafts | Rung::StandingApprovals => Question::ALL,
    }
}

/// Why a category does not climb. `Display` is a sentence for the lead who wants it to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Missing {
    /// There is nothing above.
    #[error("This is the highest rung there is.")]
    Top,
    /// Its policy leaves no room.
    #[error("The policy of this category leaves room for “{}” and no more.", .0.name())]
    Ceiling(Rung),
    /// A question is not answered with yes.
    #[error("One of the six questions is not answered with yes: {}.", .0.word())]
    Question(Question),
    /// Too few tickets.
    #[error("People put {n} tickets into it; {PEOPLE_SORTED_LEAST} are needed.")]
    Tickets {
        /// So many.
        n: i64,
    },
    /// The trial does not carry the promise.
    #[error("{} of {} were wrong; that does not show yet that fewer than {} in a hundred are. More cases are needed, or fewer errors.",
        .trial.wrong, .trial.n, (.promised * 100.0).round())]
    Evidence {
        /// What was looked at.
        trial: Trial,
        /// The promise.
        promised: f64,
    },
}

/// The next rung, and all that is missing before it.
///
/// # Errors
/// Everything that is missing; never empty.
pub fn may_climb(from: Rung, ceiling: Rung, facts: &Facts, trial: Trial) -> Result<Rung, Vec<Missing>> {
    let Some(next) = from.up() else { return Err(vec![Missing::Top]) };
    if next > ceiling {
        return Err(vec![Missing::Ceiling(ceiling)]);
    }
    let answers = answers(facts);
    let is_yes = |q: &Question| answers.iter().any(|a| a.question == *q && a.answer == Answer::Yes);
    let mut missing: Vec<Missing> = asked(next).iter().filter(|q| !is_yes(q)).map(|q| Missing::Question(*q)).collect();
    if next == Rung::TriageOnly {
        if trial.n < PEOPLE_SORTED_LEAST {
            missing.push(Missing::Tickets { n: trial.n });
        }
    } else if !trial::is_enough(trial, promised(next)) {
        missing.push(Missing::Evidence { trial, promised: promised(next) });
    }
    if missing.is_empty() { Ok(next) } else { Err(missing) }
}

/// From when evidence counts: from the step that led here, at most [`WINDOW_DAYS`] back, on a Monday without one.
#[must_use]
pub fn window(step: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let oldest = now.plus_seconds(-WINDOW_DAYS * 86_400).monday();
    step.map_or(oldest, |at| at.max(oldest))
}

#[cfg(test)]
#[path = "readiness_tests.rs"]
mod tests;
