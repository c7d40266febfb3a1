//! What a person's correction makes of a ticket, and how it is taken back.
//!
//! A correction is the machine's own rule with a certain guess: whatever flags narrow and raise, they
//! narrow and raise a person's category too. Taking back restores field by field, and only what nobody
//! changed since.

use serde::{Deserialize, Serialize};

use crate::{
    operating::OperatingModel,
    people::Role,
    refusal::Refusal,
    risk::{Flag, Raised},
    suggestion::Doubt,
    ticket::{Priority, Ticket},
    time::Timestamp,
    triage::{Category, Guess, Known, Route, Triage, triage},
};

/// Everything about a ticket that sorting decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sorting {
    /// Category key.
    pub category: Option<String>,
    /// Queue key.
    pub queue: String,
    /// How it is worked.
    pub operating_model: Option<OperatingModel>,
    /// Order of work.
    pub priority: Priority,
    /// How sure the machine is.
    pub doubt: Option<Doubt>,
    /// Standing flags.
    pub risk: Vec<Flag>,
}

/// What a correction changed, kept so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Before.
    pub before: Sorting,
    /// After.
    pub after: Sorting,
    /// Flags that the person dismissed.
    pub dismissed: Vec<Flag>,
}

/// What a person says instead; none leaves it to the machine's rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// The right category's key.
    pub category: Option<String>,
    /// The right priority.
    pub priority: Option<Priority>,
    /// The right queue's key.
    pub queue: Option<String>,
    /// Flags that do not apply.
    pub dismissed: Vec<Flag>,
}

impl Correction {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this role may say it.
    ///
    /// # Errors
    /// [`Refusal::Role`] when a flag is dismissed that only leads and administrators may dismiss.
    pub fn permitted(&self, role: Role) -> Result<(), Refusal> {
        if matches!(role, Role::Lead | Role::Admin) || !self.dismissed.iter().any(|f| needs_a_lead(*f)) {
            return Ok(());
        }
        Err(Refusal::Role {
            needs: "a lead or administrator dismisses security, legal, safety and self-harm flags".to_owned(),
        })
    }
}

/// What the desk sorts by today.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The closed list, each with the operating model that applies.
    pub categories: &'a [Category],
    /// The desk's own routing.
    pub route: Route<'a>,
    /// The instant of the correction.
    pub now: Timestamp,
}

/// Flags where a wrong dismissal could hurt somebody.
#[must_use]
pub fn needs_a_lead(flag: Flag) -> bool {
    flag.is_grave()
}

impl Sorting {
    /// As it stands on a ticket.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            category: ticket.category.clone(),
            queue: ticket.queue.clone(),
            operating_model: ticket.operating_model,
            priority: ticket.priority,
            doubt: ticket.doubt,
            risk: ticket.risk.clone(),
        }
    }

    /// What a correction makes of it. `look` is the machine's suggestion, from which quotes, second
    /// topics and deadline come; flags that stand on the ticket and are not dismissed go on narrowing.
    #[must_use]
    pub fn corrected(&self, look: &Triage, correction: &Correction, rules: Rules<'_>) -> Self {
        let risk: Vec<Flag> = self.risk.iter().copied().filter(|f| !correction.dismissed.contains(f)).collect();
        let category = correction.category.clone().or_else(|| self.category.clone());
        let known = Known {
            guess: &guess(look),
            risk: raised(&risk, look),
            deadline: look.deadline.clone(),
            chosen: category.as_deref(),
            categories: rules.categories,
            fallback_queue: &self.queue,
            now: rules.now,
        };
        let (ruled, _) = triage(known, rules.route);
        let rerouted = correction.category.is_some() || !correction.dismissed.is_empty();
        let queue = match &correction.queue {
            Some(queue) => queue.clone(),
            None if rerouted => ruled.queue,
            None => self.queue.clone(),
        };
        let priority = match correction.priority {
            Some(priority) => priority,
            None if correction.dismissed.is_empty() => self.priority.max(ruled.priority),
            None => ruled.priority,
        };
        let doubt = if correction.category.is_some() { Some(Doubt::Sure) } else { self.doubt };
        Self { category, queue, operating_model: Some(ruled.operating_model), priority, doubt, risk }
    }

    /// Takes `changes` back where nobody changed anything since.
    #[must_use]
    pub fn restored(&self, changes: &Changes) -> Self {
        let (before, after) = (&changes.before, &changes.after);
        let mut risk = self.risk.clone();
        risk.extend(changes.dismissed.iter().filter(|f| before.risk.contains(f) && !self.risk.contains(f)));
        risk.sort_unstable();
        let pick =
            |now: &OperatingModel| risk.iter().filter_map(|f| f.narrows_to()).fold(*now, OperatingModel::narrower);
        let operating_model = back(&self.operating_model, &before.operating_model, &after.operating_model);
        Self {
            category: back(&self.category, &before.category, &after.category),
            queue: back(&self.queue, &before.queue, &after.queue),
            operating_model: operating_model.as_ref().map(pick),
            priority: back(&self.priority, &before.priority, &after.priority),
            doubt: back(&self.doubt, &before.doubt, &after.doubt),
            risk,
        }
    }
}

fn back<T: Clone + PartialEq>(now: &T, before: &T, after: &T) -> T {
    if now == after { before.clone() } else { now.clone() }
}

/// The machine's own guess, undecided: what decides is the category a person chose.
fn guess(look: &Triage) -> Guess {
    Guess { ranked: look.candidates.clone(), set: look.set.clone(), also: look.also.clone(), ..Guess::none("answered") }
}

fn raised(flags: &[Flag], look: &Triage) -> Vec<Raised> {
    let quoted = |flag: Flag| look.risk.iter().find(|r| r.flag == flag).cloned();
    flags
        .iter()
        .map(|f| quoted(*f).unwrap_or(Raised { flag: *f, quote: String::new(), span: None, message: None }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggestion::Confidence;

    fn categories() -> Vec<Category> {
        [
            ("product.howto", OperatingModel::ProductQuestion, "product"),
            ("billing.invoice", OperatingModel::BillingExplanation, "billing"),
            ("security.access", OperatingModel::Security, "security"),
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

    fn looked(key: &str, flags: &[Flag]) -> (Sorting, Triage) {
        let confidence = Confidence::Probability { value: 0.9 };
        let guess = Guess { ranked: vec![(key.into(), 0.9)], confidence, ..Guess::none("") };
        let risk = flags.iter().map(|f| Raised { flag: *f, quote: "q".into(), span: None, message: None }).collect();
        let categories = categories();
        let known = Known {
            guess: &guess,
            risk,
            deadline: None,
            chosen: None,
            categories: &categories,
            fallback_queue: "product",
            now: Timestamp::from_secs(0),
        };
        let (look, _) = triage(known, &|_| None);
        let sorting = Sorting {
            category: look.category.clone(),
            queue: look.queue.clone(),
            operating_model: Some(look.operating_model),
            priority: look.priority,
            doubt: Some(Doubt::Sure),
            risk: flags.to_vec(),
        };
        (sorting, look)
    }

    fn corrected(now: &Sorting, look: &Triage, say: &Correction) -> Sorting {
        let rules = Rules { categories: &categories(), route: &|_| None, now: Timestamp::from_secs(0) };
        now.corrected(look, say, rules)
    }

    fn to(category: &str) -> Correction {
        Correction { category: Some(category.into()), ..Correction::default() }
    }

    #[test]
    fn flags_win_over_a_persons_category() {
        let (now, look) = looked("product.howto", &[Flag::Security]);
        let after = corrected(&now, &look, &to("billing.invoice"));
        assert_eq!(after.category.as_deref(), Some("billing.invoice"));
        assert_eq!((after.operating_model, after.queue.as_str()), (Some(OperatingModel::Security), "security"));

        let mut dismissing = to("billing.invoice");
        dismissing.dismissed = vec![Flag::Security];
        let after = corrected(&now, &look, &dismissing);
        assert_eq!(
            (after.operating_model, after.queue.as_str()),
            (Some(OperatingModel::BillingExplanation), "billing")
        );
        assert_eq!((after.priority, after.risk), (Priority::Normal, vec![]));
    }

    #[test]
    fn only_a_lead_dismisses_what_could_hurt() {
        let dismiss = |flag| Correction { dismissed: vec![flag], ..Correction::default() };
        for flag in Flag::ALL {
            assert!(dismiss(*flag).permitted(Role::Lead).is_ok());
            assert_eq!(dismiss(*flag).permitted(Role::Agent).is_err(), needs_a_lead(*flag), "{flag}");
        }
        assert!(needs_a_lead(Flag::Security) && needs_a_lead(Flag::Safety) && !needs_a_lead(Flag::Anger));
    }

    #[test]
    fn a_priority_alone_leaves_the_rest() {
        let (now, look) = looked("product.howto", &[]);
        let say = Correction { priority: Some(Priority::Low), ..Correction::default() };
        assert_eq!(corrected(&now, &look, &say), Sorting { priority: Priority::Low, ..now.clone() });
    }

    #[test]
    fn taking_back_restores_what_nobody_changed_since() {
        let (before, look) = looked("product.howto", &[Flag::Anger]);
        let mut say = to("security.access");
        say.dismissed = vec![Flag::Anger];
        let after = corrected(&before, &look, &say);
        let changes = Changes { before: before.clone(), after: after.clone(), dismissed: say.dismissed };
        assert_eq!(after.restored(&changes), before);

        let since = Sorting { priority: Priority::Urgent, queue: "billing".into(), ..after };
        let restored = since.restored(&changes);
        assert_eq!((restored.priority, restored.queue.as_str()), (Priority::Urgent, "billing"));
        assert_eq!((restored.category, restored.risk), (before.category, before.risk));
    }
}
