//! How far a model that grades agrees with people who answered the same questions about the same drafts.
//!
//! Kappa is pooled over the questions: agreement and what chance gives are averaged before they are compared (De Vries and others
//! 2008), so that a question that nearly always gets a yes lends nothing to the others. Its interval leaves out one draft after the
//! other (jackknife), because answers about one draft hang together.

use std::collections::BTreeMap;

use crate::{
    closed_list,
    review::{Answer, Question, Rubric},
};

/// Fewer drafts say nothing of a grader.
pub const DRAFTS_MIN: usize = 30;
/// Less agreement than this, and what it misses is a remark.
pub const KAPPA_MIN: f64 = 0.6;
/// Standard deviations of a 95 % interval.
const Z: f64 = 1.96;

/// What reviewers are asked, as statements that are true of a good text.
pub const ASKED: [(Question, &str); 4] = [
    (Question::Correct, "Everything that the draft states is right, as far as the sources tell."),
    (Question::Grounded, "The sources carry every statement of the draft."),
    (Question::Complete, "The draft answers everything that the customer asks."),
    (Question::Tone, "The tone of the draft is right for this customer."),
];

/// Whether a reviewer said yes to a question; in part is no.
#[must_use]
pub fn said_yes(rubric: &Rubric, question: Question) -> Option<bool> {
    let answer = match question {
        Question::Correct => rubric.correct,
        Question::Grounded => rubric.grounded,
        Question::Complete => rubric.complete,
        Question::Tone => rubric.tone,
        Question::Verdict | Question::WouldSend => return None,
    };
    Some(answer == Answer::Yes)
}

/// One question about one draft, answered by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The question.
    pub question: Question,
    /// What a person said.
    pub person: bool,
    /// What the grader said.
    pub grader: bool,
}

/// Kappa with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kappa {
    /// 1 is agreement, 0 is what chance gives.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What came of holding a grader against people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Drafts with at least one answer by both.
    pub drafts: usize,
    /// Answers by both.
    pub answers: usize,
    /// Of these, the same.
    pub same: usize,
    /// Questions to which the grader's answer counts for nothing.
    pub unsure: usize,
    /// None where chance alone would agree as often.
    pub kappa: Option<Kappa>,
}

closed_list! {
    /// What a grader's word counts for.
    pub enum Standing ("standing of a grader") {
        /// It agrees with people.
        Calibrated = "calibrated",
        /// Too few drafts were answered by both.
        TooFew = "too_few",
        /// It agrees too little.
        TooFar = "too_far",
        /// All answers are alike, so nobody can tell.
        Alike = "alike",
    }
}

impl Calibration {
    /// What the grader's word counts for.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.kappa {
            _ if self.drafts < DRAFTS_MIN => Standing::TooFew,
            None => Standing::Alike,
            Some(kappa) if kappa.value < KAPPA_MIN => Standing::TooFar,
            Some(_) => Standing::Calibrated,
        }
    }

    /// In words.
    #[must_use]
    pub fn told(&self) -> String {
        let kappa = self.kappa.map_or_else(
            || format!("all answers alike on {} drafts", self.drafts),
            |k| format!("kappa {:.2} ({:.2} to {:.2}) on {} drafts", k.value, k.low, k.high, self.drafts),
        );
        match self.standing() {
            Standing::Calibrated => format!("agrees with people: {kappa}"),
            Standing::TooFew => format!("not calibrated: {} drafts, {DRAFTS_MIN} are needed", self.drafts),
            Standing::TooFar => format!("not calibrated: {kappa}, {KAPPA_MIN:.1} is needed"),
            Standing::Alike => format!("not calibrated: {kappa}, so chance would agree as often"),
        }
    }
}

/// Holds a grader against people: one list of pairs for each draft.
#[must_use]
pub fn calibrate(drafts: &[Vec<Pair>], unsure: usize) -> Calibration {
    let drafts: Vec<&Vec<Pair>> = drafts.iter().filter(|pairs| !pairs.is_empty()).collect();
    let mut all = Counts::default();
    drafts.iter().for_each(|pairs| all.add(pairs, 1.0));
    let value = all.kappa();
    let without = |pairs: &&Vec<Pair>| {
        let mut rest = all.clone();
        rest.add(pairs, -1.0);
        rest.kappa()
    };
    let left_out: Vec<f64> = drafts.iter().filter_map(without).collect();
    let pairs = drafts.iter().flat_map(|pairs| pairs.iter());
    Calibration {
        drafts: drafts.len(),
        answers: pairs.clone().count(),
        same: pairs.filter(|p| p.person == p.grader).count(),
        unsure,
        kappa: value.map(|value| {
            let half = Z * spread(&left_out);
            Kappa { value, low: (value - half).max(-1.0), high: (value + half).min(1.0) }
        }),
    }
}

/// Standard error by the jackknife.
fn spread(left_out: &[f64]) -> f64 {
    let n = left_out.len().max(1) as f64;
    let mean = left_out.iter().sum::<f64>() / n;
    ((n - 1.0) / n * left_out.iter().map(|k| (k - mean).powi(2)).sum::<f64>()).sqrt()
}

/// Answers to one question: how many, how many the same, a person's and the grader's yes.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    n: f64,
    same: f64,
    person: f64,
    grader: f64,
}

#[derive(Debug, Clone, Default)]
struct Counts(BTreeMap<&'static str, Count>);

impl Counts {
    fn add(&mut self, pairs: &[Pair], weight: f64) {
        for pair in pairs {
            let count = self.0.entry(pair.question.word()).or_default();
            let one = |is: bool| if is { weight } else { 0.0 };
            count.n += weight;
            count.same += one(pair.person == pair.grader);
            count.person += one(pair.person);
            count.grader += one(pair.grader);
        }
    }

    /// None where chance alone agrees always.
    fn kappa(&self) -> Option<f64> {
        let counts = self.0.values().filter(|c| c.n > 0.5);
        let (mut n, mut same, mut chance) = (0.0, 0.0, 0.0);
        for c in counts {
            n += c.n;
            same += c.same;
            chance += (c.person * c.grader + (c.n - c.person) * (c.n - c.grader)) / c.n;
        }
        (n > 0.0 && n - chance > 1e-9).then(|| (same - chance) / (n - chance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(question: Question, person: bool, grader: bool) -> Pair {
        Pair { question, person, grader }
    }

    /// Drafts with one question each.
    fn drafts(counts: [usize; 4]) -> Vec<Vec<Pair>> {
        let kinds = [(true, true), (true, false), (false, true), (false, false)];
        let of = |((person, grader), n): ((bool, bool), usize)| vec![vec![pair(Question::Tone, person, grader)]; n];
        kinds.into_iter().zip(counts).flat_map(of).collect()
    }

    #[test]
    fn one_question_gives_the_kappa_of_the_textbook_and_its_known_error() {
        let told = calibrate(&drafts([20, 5, 10, 15]), 3);
        let kappa = told.kappa.expect("told");
        assert!((kappa.value - 0.4).abs() < 1e-12, "{kappa:?}");
        // The asymptotic error of this table (Fleiss, Cohen and Everitt 1969) is 0.127.
        let error = (kappa.high - kappa.low) / 2.0 / Z;
        assert!((error - 0.127).abs() < 0.01, "{error}");
        assert_eq!((told.drafts, told.answers, told.same, told.unsure), (50, 50, 35, 3));
        assert_eq!(told.standing(), Standing::TooFar);
    }

    #[test]
    fn a_question_that_always_gets_a_yes_lends_the_others_nothing() {
        // Tone is always yes; on correctness the grader is no better than a coin.
        let coin = [(true, true), (true, false), (false, true), (false, false)];
        let drafts: Vec<Vec<Pair>> = coin
            .iter()
            .cycle()
            .take(40)
            .map(|(person, grader)| vec![pair(Question::Tone, true, true), pair(Question::Correct, *person, *grader)])
            .collect();
        let kappa = calibrate(&drafts, 0).kappa.expect("told");
        assert!(kappa.value.abs() < 1e-9, "{kappa:?}");
    }

    #[test]
    fn a_grader_counts_once_it_agrees_on_enough_drafts() {
        let cases = [
            ([15, 0, 0, 15], Standing::Calibrated),
            ([15, 0, 0, 14], Standing::TooFew),
            ([15, 4, 4, 15], Standing::TooFar),
            ([20, 3, 3, 20], Standing::Calibrated),
            // Yes to everything agrees as chance does, whatever people said.
            ([30, 0, 30, 0], Standing::TooFar),
            ([60, 0, 0, 0], Standing::Alike),
            ([0, 0, 0, 0], Standing::TooFew),
        ];
        for (counts, standing) in cases {
            let told = calibrate(&drafts(counts), 0);
            assert_eq!(told.standing(), standing, "{counts:?} {told:?}");
            assert_eq!(told.told().starts_with("agrees with people: kappa"), standing == Standing::Calibrated);
        }
    }

    #[test]
    fn in_part_is_no() {
        use crate::review::WouldSend;
        let rubric = Rubric {
            correct: Answer::Yes,
            grounded: Answer::Partly,
            complete: Answer::No,
            tone: Answer::Yes,
            would_send: WouldSend::Changed,
            severity: None,
            failure: None,
        };
        let said: Vec<_> = ASKED.iter().map(|(question, _)| said_yes(&rubric, *question)).collect();
        assert_eq!(said, [Some(true), Some(false), Some(false), Some(true)]);
        assert_eq!(said_yes(&rubric, Question::WouldSend), None);
    }
}
