//! Half a year of tickets that never were, so that no page of figures is empty: what became of each, and nobody's words. Every
//! row says that it was generated. What is true of each category is written here and read by nothing else.

use desk::{
    Timestamp,
    failure::Failure,
    outcome::{Count, Counts, Lived, Outcome, Place},
};

use super::files::{self, Company};
use crate::{App, FlowError, dice::Dice};

/// Weeks it lasts.
const WEEKS: i64 = 26;

/// What is true of a category.
struct Truth {
    category: &'static str,
    /// Tickets a week.
    a_week: usize,
    /// Chance that a draft is prepared.
    drafted: f64,
    /// Chance that it leaves, in the first week and in the last.
    leaves: (f64, f64),
    /// Chance that the requester comes back.
    comes_back: f64,
    /// Chance that it goes up, and that this was right.
    goes_up: (f64, f64),
    /// Chance that an answer approved beforehand is tried.
    common: f64,
    /// Chance that the machine sorts it rightly, and that a draft which left was changed in what it says.
    sorting: (f64, f64),
}

const fn truth(
    (category, a_week): (&'static str, usize),
    drafted: f64,
    leaves: (f64, f64),
    comes_back: f64,
    goes_up: (f64, f64),
    common: f64,
    sorting: (f64, f64),
) -> Truth {
    Truth { category, a_week, drafted, leaves, comes_back, goes_up, common, sorting }
}

/// The invented company's categories: where it does well, where it does not, and where it got worse.
const TRUTHS: [Truth; 10] = [
    truth(("product.howto", 34), 0.94, (0.94, 0.99), 0.015, (0.02, 0.90), 0.34, (0.97, 0.01)),
    truth(("product.idea", 9), 0.80, (0.70, 0.74), 0.02, (0.01, 0.80), 0.0, (0.90, 0.08)),
    truth(("billing.invoice", 26), 0.92, (0.66, 0.84), 0.04, (0.02, 0.92), 0.30, (0.95, 0.07)),
    truth(("billing.plan", 15), 0.90, (0.58, 0.72), 0.06, (0.03, 0.85), 0.0, (0.91, 0.09)),
    truth(("billing.payment", 17), 0.88, (0.60, 0.52), 0.11, (0.06, 0.86), 0.0, (0.90, 0.14)),
    truth(("refund.request", 12), 0.35, (0.40, 0.44), 0.13, (0.22, 0.93), 0.0, (0.96, 0.10)),
    truth(("technical.webhooks", 14), 0.76, (0.44, 0.61), 0.12, (0.14, 0.88), 0.0, (0.88, 0.13)),
    truth(("technical.import", 11), 0.74, (0.50, 0.66), 0.10, (0.09, 0.84), 0.0, (0.76, 0.12)),
    truth(("security.access", 8), 0.0, (0.0, 0.0), 0.04, (0.55, 0.96), 0.0, (0.98, 0.0)),
    truth(("care.complaint", 6), 0.0, (0.0, 0.0), 0.18, (0.48, 0.90), 0.0, (0.93, 0.0)),
];

/// The invented company answers first within so many minutes, or breaks its word.
const PROMISED_MINUTES: i64 = 240;
/// Characters in a word, blanks aside.
const LETTERS: i64 = 5;

/// Loads it once.
///
/// # Errors
/// Whatever the database says.
pub async fn load(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    if app.store.read().await?.generated_outcomes().await? > 0 {
        return Ok(());
    }
    let counted = app.store.read().await?.outcomes_counted().await?;
    let rows = rows(&files::company()?, now, 1);
    app.store.keep_outcomes(&rows, counted).await?;
    Ok(())
}

/// The rows of a company so many times as busy, oldest first.
pub(crate) fn rows(company: &Company, now: Timestamp, times: usize) -> Vec<Outcome> {
    let mut dice = Dice(20_261);
    let first = now.monday().plus_seconds(-WEEKS * 7 * 86_400);
    let mut rows = Vec::new();
    for week in 0..WEEKS {
        let begin = first.plus_seconds(week * 7 * 86_400);
        for truth in &TRUTHS {
            let Some(category) = company.categories.iter().find(|c| c.key == truth.category) else { continue };
            // Between four fifths and six fifths of what is usual.
            let n = times * (truth.a_week * 4 / 5 + dice.below(truth.a_week * 2 / 5 + 1));
            for _ in 0..n {
                let ended = begin.plus_seconds(dice.seconds(5 * 86_400) + 7 * 3_600);
                let place = place(&mut dice, &category.key, &category.queue, begin, week);
                let (counts, failure) = counts(&mut dice, truth, week as f64 / (WEEKS - 1) as f64);
                let counts = (counts + looked_at(&mut dice, truth)).judged();
                let place = Place { failure: failure.map_or_else(String::new, |f| f.word().to_owned()), ..place };
                let number = i64::try_from(rows.len()).unwrap_or(0);
                rows.push(Outcome { ticket: store::new_id(), number, ended, place, counts });
            }
        }
    }
    rows
}

fn place(dice: &mut Dice, category: &str, queue: &str, begin: Timestamp, week: i64) -> Place {
    let one = |dice: &mut Dice, of: &[&str]| of[dice.below(of.len())].to_owned();
    Place {
        week: begin,
        queue: queue.to_owned(),
        category: category.to_owned(),
        product: one(dice, &["ledger", "ledger", "relay"]),
        // The voice got a second version after four months.
        persona: format!("everyday/{}", if week < 17 { 1 } else { 2 }),
        language: one(dice, &["en", "en", "en", "en", "de", "de", "pt", "es", "fr"]),
        model: "assembled".to_owned(),
        failure: String::new(),
        lived: Lived::Generated,
    }
}

/// What became of one ticket, `along` the half-year from 0 to 1; and what was wrong where a draft was turned down.
fn counts(dice: &mut Dice, truth: &Truth, along: f64) -> (Counts, Option<Failure>) {
    let one = i64::from;
    let leaves = truth.leaves.0 + (truth.leaves.1 - truth.leaves.0) * along;
    let (is_back, is_up) = (dice.happens(truth.comes_back), dice.happens(truth.goes_up.0));
    let mut counts = Counts::default().with(Count::Tickets, 1).with(Count::Reopened, one(is_back));
    counts = counts.with(Count::Promised, 1).with(Count::PromisesKept, 1);
    if dice.happens(truth.common) {
        // Settled by what was approved beforehand, more often than not.
        let is_settled = !is_back && dice.happens(0.74);
        counts = counts.with(Count::Common, 1).with(Count::Contained, one(is_settled));
        if is_settled {
            return (rated(dice, counts, 4.3), None);
        }
    }
    let is_drafted = dice.happens(truth.drafted);
    let is_sent = is_drafted && dice.happens(leaves);
    let first = dice.around(if is_drafted { 74.0 } else { 160.0 }, 0.7).clamp(2, 8_000);
    counts = counts
        .with(Count::Replied, 1)
        .with(Count::PromisesKept, one(first <= PROMISED_MINUTES))
        .with_square(Count::FirstReplyMinutes, Count::FirstReplySquares, first)
        .with(Count::Drafted, one(is_drafted))
        .with(Count::DraftedAlone, one(is_drafted && !is_sent));
    let more = if is_back { dice.around(900.0, 0.5) } else { dice.around(30.0, 0.9) };
    let last = (first + more).clamp(first, 20_000);
    let failure = (is_drafted && !is_sent && dice.happens(0.6)).then(|| drawn_failure(dice));
    counts = counts.with(Count::Rejected, one(failure.is_some()));
    counts = if is_sent {
        let counts = sent(dice, counts, is_back, truth.sorting.1);
        counts.with(Count::Assisted, 1).with_square(Count::AssistedMinutes, Count::AssistedSquares, last)
    } else {
        counts.with(Count::Alone, 1).with_square(Count::AloneMinutes, Count::AloneSquares, last * 13 / 10)
    };
    if is_up {
        let is_right = dice.happens(truth.goes_up.1);
        counts = counts
            .with(Count::Escalated, 1)
            .with(Count::EscalationAnswered, 1)
            .with(Count::EscalationRight, one(is_right));
    }
    (rated(dice, counts, if is_back { 2.6 } else { 4.2 }), failure)
}

/// What people said of the machine's sorting, and what reviewers found.
fn looked_at(dice: &mut Dice, truth: &Truth) -> Counts {
    let one = i64::from;
    let mut counts = Counts::default();
    if dice.happens(0.4) {
        let is_right = dice.happens(truth.sorting.0);
        let is_sure = dice.happens(if is_right { 0.88 } else { 0.30 });
        counts = counts
            .with(Count::Sorted, 1)
            .with(Count::SortedRight, one(is_right))
            .with(Count::Sure, one(is_sure))
            .with(Count::SureRight, one(is_sure && is_right));
    }
    let is_reviewed = truth.drafted > 0.0 && dice.happens(0.12);
    let has_failed = is_reviewed && dice.happens(truth.sorting.1 + truth.comes_back);
    counts.with(Count::Reviewed, one(is_reviewed)).with(Count::ReviewFailed, one(has_failed))
}

/// A draft that left.
fn sent(dice: &mut Dice, counts: Counts, is_back: bool, altered: f64) -> Counts {
    let one = i64::from;
    let words = dice.around(62.0, 0.3).clamp(15, 220);
    let is_unchanged = dice.happens(0.46);
    let changed = if is_unchanged { 0 } else { dice.around(9.0, 0.8).clamp(1, words) };
    let seconds = dice.around(38.0, 0.6).clamp(2, 600);
    let claims = 1 + i64::try_from(dice.below(4)).unwrap_or(0);
    let ungrounded = one(dice.happens(0.07)).min(claims);
    counts
        .with(Count::Sent, 1)
        .with(Count::Unchanged, one(is_unchanged))
        .with(Count::Stamped, one(is_unchanged && desk::reading::is_hasty(words, seconds)))
        .with(Count::MeaningChanged, one(!is_unchanged && dice.happens(altered / 0.54)))
        .with(Count::Words, words)
        .with(Count::WordsChanged, changed)
        .with(Count::Characters, LETTERS * words)
        .with(Count::CharactersChanged, LETTERS * changed)
        .with(Count::Reviews, 1)
        .with_square(Count::ReviewSeconds, Count::ReviewSquares, seconds)
        .with(Count::Claims, claims)
        .with(Count::Grounded, claims - ungrounded)
        .with(Count::FoundLater, one(is_back))
}

/// A rating, from some; those who are not content answer more often.
fn rated(dice: &mut Dice, counts: Counts, mean: f64) -> Counts {
    let rating = (mean + (dice.share() + dice.share() - 1.0) * 1.6).round().clamp(1.0, 5.0) as i64;
    let answers = if rating <= 2 { 0.34 } else { 0.18 };
    let is_rated = dice.happens(answers);
    // Nobody is asked twice within three months, so that many are not asked.
    let counts = counts.with(Count::Asked, i64::from(is_rated || dice.happens(0.55)));
    if !is_rated {
        return counts;
    }
    let is_back = counts.get(Count::Reopened);
    let counts = counts.with(Count::Rated, 1).with(Count::RatingSum, rating).with(Count::RatedReopened, is_back);
    let effort = (6 - rating + i64::from(dice.happens(0.3)) - i64::from(dice.happens(0.3))).clamp(1, 5);
    if dice.happens(0.6) { counts.with(Count::Efforts, 1).with(Count::EffortSum, effort) } else { counts }
}

/// What a person said was wrong with a draft.
fn drawn_failure(dice: &mut Dice) -> Failure {
    let of_drafts: Vec<Failure> = Failure::ALL.iter().copied().filter(|failure| failure.is_of_drafts()).collect();
    of_drafts[dice.below(of_drafts.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_known_and_every_row_says_that_it_was_generated() {
        let company = files::company().expect("readable");
        for truth in &TRUTHS {
            assert!(company.categories.iter().any(|c| c.key == truth.category), "{}", truth.category);
        }
        let now = Timestamp::from_secs(1_795_000_000);
        let rows = rows(&company, now, 1);
        assert!(rows.len() > 3_500, "{}", rows.len());
        assert!(
            rows.iter().all(|r| r.place.lived == Lived::Generated && r.ended < now && r.place.week == r.ended.monday())
        );
    }
}
