//! From an engine's guess and the rules to one look: category, priority, flags, operating model.

use serde::{Deserialize, Serialize};

use crate::{
    operating::OperatingModel,
    risk::{Flag, Raised},
    suggestion::Confidence,
    ticket::Priority,
};

/// A member of the closed list triage chooses from; rows of the desk, loaded at set-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Stable key such as `billing.invoice`.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    /// What belongs here.
    pub description: String,
    /// How its cases are worked.
    pub operating_model: OperatingModel,
    /// Queue key.
    pub queue: String,
}

/// What the classifier said, as plain values.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// Category key and calibrated probability, best first.
    pub ranked: Vec<(String, f64)>,
    /// The engine's own word on whether to believe the first.
    pub confidence: Confidence,
}

/// One look at a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    /// Category key; none when the machine does not know.
    pub category: Option<String>,
    /// Up to three keys with their probabilities, best first.
    pub candidates: Vec<(String, f64)>,
    /// Order of work.
    pub priority: Priority,
    /// Why a person must look.
    pub risk: Vec<Raised>,
    /// How it is to be worked.
    pub operating_model: OperatingModel,
    /// Queue key.
    pub queue: String,
}

/// Combines guess and rules. Rules only raise priority and narrow the model; a flag the classifier
/// did not see still sends the ticket to the queue that handles it.
#[must_use]
pub fn triage(guess: &Guess, risk: Vec<Raised>, categories: &[Category], fallback_queue: &str) -> Triage {
    let known = |key: &str| categories.iter().find(|c| c.key == key);
    let decided = guess.confidence.probability().and(guess.ranked.first());
    let category = decided.and_then(|(key, _)| known(key));
    // Not knowing is no reason to give the machine more room than its likeliest answer would.
    let base = guess
        .ranked
        .first()
        .and_then(|(key, _)| known(key))
        .map_or(OperatingModel::ProductQuestion, |c| c.operating_model);
    let operating_model = risk.iter().filter_map(|r| r.flag.narrows_to()).fold(base, OperatingModel::narrower);
    let priority = risk
        .iter()
        .map(|r| r.flag)
        .filter(|f| *f != Flag::MachineMail)
        .map(Flag::at_least)
        .fold(Priority::Normal, Ord::max);
    let queue = match category {
        Some(c) if c.operating_model == operating_model => c.queue.clone(),
        _ => queue_for(operating_model, categories)
            .or_else(|| category.map(|c| c.queue.clone()))
            .unwrap_or_else(|| fallback_queue.to_owned()),
    };
    Triage {
        category: category.map(|c| c.key.clone()),
        candidates: guess.ranked.iter().take(3).cloned().collect(),
        priority,
        risk,
        operating_model,
        queue,
    }
}

/// The queue most categories of a model name; only for models that rules narrow to.
fn queue_for(model: OperatingModel, categories: &[Category]) -> Option<String> {
    matches!(model, OperatingModel::Security | OperatingModel::Legal | OperatingModel::Relationship)
        .then(|| categories.iter().find(|c| c.operating_model == model).map(|c| c.queue.clone()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> Vec<Category> {
        [
            ("product.howto", OperatingModel::ProductQuestion, "product"),
            ("refund.request", OperatingModel::Refund, "billing"),
            ("security.access", OperatingModel::Security, "security"),
            ("care.complaint", OperatingModel::Relationship, "care"),
        ]
        .map(|(key, operating_model, queue)| Category {
            key: key.into(),
            name: key.into(),
            description: String::new(),
            operating_model,
            queue: queue.into(),
        })
        .to_vec()
    }

    fn guess(key: &str, p: f64) -> Guess {
        Guess { ranked: vec![(key.into(), p)], confidence: Confidence::Probability { value: p } }
    }

    fn flag(flag: Flag) -> Raised {
        Raised { flag, quote: String::new(), span: None }
    }

    #[test]
    fn rules_narrow_and_raise_but_never_widen() {
        let calm = triage(&guess("product.howto", 0.97), vec![], &categories(), "product");
        assert_eq!(
            (calm.operating_model, calm.priority, calm.queue.as_str()),
            (OperatingModel::ProductQuestion, Priority::Normal, "product")
        );

        let taken_over = triage(&guess("product.howto", 0.97), vec![flag(Flag::Security)], &categories(), "product");
        assert_eq!(
            (taken_over.operating_model, taken_over.priority, taken_over.queue.as_str()),
            (OperatingModel::Security, Priority::High, "security")
        );

        let security = triage(&guess("security.access", 0.9), vec![flag(Flag::Refund)], &categories(), "product");
        assert_eq!(security.operating_model, OperatingModel::Security);
    }

    #[test]
    fn not_knowing_names_no_category_and_keeps_the_likeliest_limits() {
        let unsure = Guess {
            ranked: vec![("refund.request".into(), 0.4)],
            confidence: Confidence::Abstain { why: "two labels are close".into() },
        };
        let look = triage(&unsure, vec![], &categories(), "product");
        assert_eq!(
            (look.category, look.operating_model, look.queue.as_str()),
            (None, OperatingModel::Refund, "product")
        );
        let nothing = Guess { ranked: vec![], confidence: Confidence::Abstain { why: "no model".into() } };
        assert_eq!(triage(&nothing, vec![], &categories(), "product").queue, "product");
    }
}
