//! A week of somebody's queues and articles: what failed, which source, which gap, and what to do first.
//!
//! Everything here is counted from what people said and did; nothing is guessed, and nobody's name is in it but that of whoever
//! reads it.

use crate::{closed_list, ids::ArticleId};

/// Most steps told.
const STEPS_MAX: usize = 5;
/// A low rating that nobody saw to weighs as much as so many failures: somebody waits.
const WAITING: i64 = 3;

closed_list! {
    /// How something failed.
    pub enum Fault ("kind of failure of a week") {
        /// A person turned a draft down.
        Rejected = "rejected",
        /// A second look found that it should not have left.
        SecondLook = "second_look",
        /// The requester rated it low.
        LowRating = "low_rating",
        /// The receiver of an escalation gave it back.
        Returned = "returned",
        /// A person sorted it otherwise.
        Corrected = "corrected",
    }
}

closed_list! {
    /// What may be done about it.
    pub enum Remedy ("step of a week") {
        /// Write to somebody who is not content.
        Answer = "answer",
        /// Read an article again that failures rest on.
        ReadArticle = "read_article",
        /// Write an article that is missing.
        WriteArticle = "write_article",
        /// Look at how a category is worked.
        LookAtCategory = "look_at_category",
        /// Check proposed eval cases.
        CheckCases = "check_cases",
    }
}

/// An article that failures of the week rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Which.
    pub article: ArticleId,
    /// Its title.
    pub title: String,
    /// Failures that rest on it.
    pub failures: i64,
}

/// Requests that nothing answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The pattern's page.
    pub pattern: String,
    /// Its words.
    pub words: String,
    /// Requests of the year.
    pub requests: i64,
    /// Requests of the week.
    pub this_week: i64,
}

/// A week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    /// Failures of each kind, of this week and the one before.
    pub faults: Vec<(Fault, i64, i64)>,
    /// Failures of each category, the most first.
    pub categories: Vec<(String, i64)>,
    /// Articles behind them, the most first.
    pub behind: Vec<Behind>,
    /// Gaps, the heaviest first.
    pub missing: Vec<Missing>,
    /// Low ratings that wait for a person.
    pub waiting: i64,
    /// Eval cases that wait for a check.
    pub cases: i64,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub remedy: Remedy,
    /// Of what: a title, a category, words; empty where there is nothing to name.
    pub subject: String,
    /// An id of what is meant; empty where there is none.
    pub id: String,
    /// How much it weighs: failures and requests that it would have spared.
    pub weight: i64,
}

impl Week {
    /// Failures of this week.
    #[must_use]
    pub fn failures(&self) -> i64 {
        self.faults.iter().map(|(_, now, _)| now).sum()
    }

    /// What to do first, the heaviest first, at most five. One article and one category each: the next week shows what is left.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let step = |remedy, subject: &str, id: String, weight| Step { remedy, subject: subject.to_owned(), id, weight };
        let mut steps = vec![step(Remedy::Answer, "", String::new(), self.waiting * WAITING)];
        steps
            .extend(self.behind.iter().map(|b| step(Remedy::ReadArticle, &b.title, b.article.to_string(), b.failures)));
        steps.extend(self.missing.iter().map(|m| step(Remedy::WriteArticle, &m.words, m.pattern.clone(), m.this_week)));
        // One failure alone says nothing of its category.
        let many = self.categories.iter().filter(|(_, failures)| *failures > 1);
        steps.extend(many.map(|(key, failures)| step(Remedy::LookAtCategory, key, String::new(), *failures)));
        steps.push(step(Remedy::CheckCases, "", String::new(), i64::from(self.cases > 0)));
        steps.retain(|step| step.weight > 0);
        steps.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.remedy.cmp(&b.remedy)).then(a.subject.cmp(&b.subject)));
        steps.truncate(STEPS_MAX);
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(title: &str, failures: i64) -> Behind {
        Behind { article: uuid::Uuid::nil().into(), title: title.to_owned(), failures }
    }

    #[test]
    fn a_quiet_week_asks_for_nothing() {
        assert_eq!(Week::default().steps(), []);
        let once = Week { categories: vec![("billing".to_owned(), 1)], ..Week::default() };
        assert_eq!(once.steps(), [], "one failure says nothing of its category");
    }

    #[test]
    fn whoever_waits_comes_first_and_the_heaviest_next() {
        let gap = Missing { pattern: "p".to_owned(), words: "export csv".to_owned(), requests: 40, this_week: 4 };
        let week = Week {
            faults: vec![(Fault::Rejected, 5, 2), (Fault::LowRating, 2, 0)],
            categories: vec![("billing".to_owned(), 5), ("api".to_owned(), 1)],
            behind: vec![behind("VAT id", 3), behind("Exports", 1)],
            missing: vec![gap],
            waiting: 2,
            cases: 9,
        };
        let steps = week.steps();
        let found: Vec<(Remedy, &str, i64)> = steps.iter().map(|s| (s.remedy, s.subject.as_str(), s.weight)).collect();
        assert_eq!(
            found,
            [
                (Remedy::Answer, "", 6),
                (Remedy::LookAtCategory, "billing", 5),
                (Remedy::WriteArticle, "export csv", 4),
                (Remedy::ReadArticle, "VAT id", 3),
                (Remedy::ReadArticle, "Exports", 1),
            ]
        );
        assert_eq!(week.failures(), 7);
    }
}
