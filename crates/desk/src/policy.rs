//! Policies: what leads wrote down about how cases are worked, each version with an owner and a review date.
//!
//! A policy whose owner left or whose review date passed has lapsed: nobody answers for it, so the machine only sorts
//! where it applies ([`crate::conduct`]). Nothing is stored about that; it is decided afresh from `now` each time.

use crate::{
    closed_list, ids::AgentId, ladder::Ladder, operating::OperatingModel, terms::Terms, time::Timestamp,
    triage::Category,
};

pub use crate::risk::Problem;

/// Key of the policies of which a desk has one.
pub const DEFAULT_KEY: &str = "default";
/// A policy is due this long before its review date, in days.
pub const DUE_DAYS: i64 = 14;
/// A review date lies at most this far ahead, in days.
pub const REVIEW_DAYS_MAX: i64 = 731;
/// Longest body, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

closed_list! {
    /// What a policy is about.
    pub enum PolicyKind ("policy kind") {
        /// How cases of one category are worked; its key is the category's.
        OperatingModel = "operating_model",
        /// Which words raise which flag.
        RiskRules = "risk_rules",
        /// Which tickets go to which queue.
        Routing = "routing",
        /// How the desk sounds.
        Persona = "persona",
        /// Wording approved beforehand.
        Macro = "macro",
        /// When cases go up, and who receives them.
        Escalation = "escalation",
        /// When people work, and until when they promise to answer.
        Service = "service",
    }
}

impl PolicyKind {
    /// Whether the desk has exactly one, under [`DEFAULT_KEY`].
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self, Self::RiskRules | Self::Routing | Self::Escalation | Self::Service)
    }
}

impl Problem {
    /// On a line.
    #[must_use]
    pub(crate) fn at(line: usize, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }
}

/// Who answers for a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Shipped, and taken over by nobody yet.
    Nobody,
    /// Somebody who can sign in.
    Active {
        /// Who.
        id: AgentId,
        /// Name.
        name: String,
    },
    /// Somebody whose account was switched off.
    Gone {
        /// Who.
        id: AgentId,
        /// Name.
        name: String,
    },
}

/// One version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What it is about.
    pub kind: PolicyKind,
    /// Which of its kind.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    /// From 1.
    pub version: i64,
    /// Its text.
    pub body: String,
    /// Category keys it applies to; for personas and macros only.
    pub categories: Vec<String>,
    /// Who answers for it.
    pub owner: Owner,
    /// Until when it counts as looked at.
    pub review_by: Option<Timestamp>,
    /// Who made this version; none when it was shipped or came from the command line.
    pub made_by: Option<AgentId>,
    /// When; none when it was shipped.
    pub made_at: Option<Timestamp>,
    /// Why it was made, in the person's words.
    pub note: String,
}

/// Whether somebody still answers for a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Current,
    /// Yes, but a lead has something to do.
    Due {
        /// What, in a sentence.
        why: String,
    },
    /// No: where it applies, the machine only sorts.
    Lapsed {
        /// Why, in a sentence.
        why: String,
    },
}

impl Standing {
    /// `current`, `due` or `lapsed`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Due { .. } => "due",
            Self::Lapsed { .. } => "lapsed",
        }
    }

    /// The sentence, when there is something to say.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Current => None,
            Self::Due { why } | Self::Lapsed { why } => Some(why),
        }
    }
}

impl Policy {
    /// Its kind and name, as sentences call it.
    #[must_use]
    pub fn title(&self) -> String {
        match self.kind {
            PolicyKind::OperatingModel => format!("operating model of “{}”", self.name),
            PolicyKind::RiskRules => "risk rules".to_owned(),
            PolicyKind::Routing => "routing".to_owned(),
            PolicyKind::Persona => format!("persona “{}”", self.name),
            PolicyKind::Macro => format!("macro “{}”", self.name),
            PolicyKind::Escalation => "escalation policy".to_owned(),
            PolicyKind::Service => "service levels".to_owned(),
        }
    }

    /// Whether somebody still answers for it.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let title = self.title();
        if let Owner::Gone { name, .. } = &self.owner {
            return Standing::Lapsed { why: format!("The {title} has no owner: {name} left the desk.") };
        }
        match self.review_by {
            Some(by) if by <= now => {
                Standing::Lapsed { why: format!("The {title} was to be reviewed by {} and was not.", by.date()) }
            }
            _ if self.owner == Owner::Nobody => Standing::Due {
                why: format!("The {title} is as shipped and nobody owns it; name an owner and a review date."),
            },
            Some(by) if by <= now.plus_seconds(DUE_DAYS * 86_400) => {
                Standing::Due { why: format!("The {title} is to be reviewed by {}.", by.date()) }
            }
            _ => Standing::Current,
        }
    }

    /// Names this version among all: what an approval was given under.
    #[must_use]
    pub fn pin(&self) -> String {
        format!("{}/{}@{}", self.kind, self.key, self.version)
    }

    /// What is wrong with its text, if anything. `shipped` is the category's operating model as shipped, for
    /// operating models; queues and categories are those of the desk.
    ///
    /// # Errors
    /// Every problem, by line.
    pub fn check(kind: PolicyKind, body: &str, desk: &Desk<'_>) -> Result<(), Vec<Problem>> {
        if body.len() > BODY_BYTES_MAX {
            return Err(vec![Problem::at(1, "This is longer than 256 kB; write less.")]);
        }
        match kind {
            PolicyKind::OperatingModel => {
                Terms::parse(body, desk.shipped.unwrap_or(OperatingModel::ProductQuestion)).map(|_| ())
            }
            PolicyKind::Routing => crate::routing::Routing::parse(body, desk.queues, desk.categories).map(|_| ()),
            PolicyKind::RiskRules => crate::risk::Rules::parse(body).map(|_| ()),
            PolicyKind::Escalation => crate::escalation::Escalating::parse(body, desk.queues).map(|_| ()),
            PolicyKind::Service => crate::target::Service::parse(body, desk.queues).map(|_| ()),
            PolicyKind::Persona => crate::persona::Overlay::parse(body).map(|_| ()),
            PolicyKind::Macro if body.trim().is_empty() => {
                Err(vec![Problem::at(1, "There is no text; write what is to be said.")])
            }
            PolicyKind::Macro => Ok(()),
        }
    }
}

/// What a policy's text is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The category's operating model as shipped; for operating models only.
    pub shipped: Option<OperatingModel>,
    /// Keys of every queue.
    pub queues: &'a [String],
    /// The closed list of categories.
    pub categories: &'a [Category],
}

/// Every policy of a desk in its current version, shipped ones among them.
#[derive(Debug, Clone)]
pub struct Policies {
    categories: Vec<Category>,
    all: Vec<Policy>,
    ladder: Ladder,
}

impl Policies {
    /// From the desk's categories as shipped and the stored current versions. What is not stored is version 1.
    #[must_use]
    pub fn new(categories: Vec<Category>, mut stored: Vec<Policy>) -> Self {
        let has = |stored: &[Policy], kind, key: &str| stored.iter().any(|p| p.kind == kind && p.key == key);
        for category in &categories {
            if !has(&stored, PolicyKind::OperatingModel, &category.key) {
                stored.push(shipped_terms(category));
            }
        }
        if !has(&stored, PolicyKind::RiskRules, DEFAULT_KEY) {
            stored.push(shipped(PolicyKind::RiskRules, "Risk rules", crate::risk::SHIPPED_TEXT.to_owned()));
        }
        if !has(&stored, PolicyKind::Routing, DEFAULT_KEY) {
            stored.push(shipped(PolicyKind::Routing, "Routing", crate::routing::SHIPPED.to_owned()));
        }
        for (kind, name, text) in [
            (PolicyKind::Escalation, "Escalation", crate::escalation::SHIPPED),
            (PolicyKind::Service, "Service levels", crate::target::SHIPPED),
        ] {
            if !has(&stored, kind, DEFAULT_KEY) {
                stored.push(shipped(kind, name, text.to_owned()));
            }
        }
        let place = |p: &Policy| categories.iter().position(|c| c.key == p.key).unwrap_or(usize::MAX);
        stored.sort_by_key(|p| (p.kind, place(p), p.key.clone()));
        Self { categories, all: stored, ladder: Ladder::default() }
    }

    /// With the rungs that categories have come to.
    #[must_use]
    pub fn on(self, ladder: Ladder) -> Self {
        Self { ladder, ..self }
    }

    /// How much of what they leave room for has been earned.
    #[must_use]
    pub const fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// All of them: by kind, then in the order of the categories.
    #[must_use]
    pub fn all(&self) -> &[Policy] {
        &self.all
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, kind: PolicyKind, key: &str) -> Option<&Policy> {
        self.all.iter().find(|p| p.kind == kind && p.key == key)
    }

    /// The same with `candidate` in the place of its version, for trying it out.
    #[must_use]
    pub fn with(mut self, candidate: Policy) -> Self {
        self.all.retain(|p| (p.kind, &p.key) != (candidate.kind, &candidate.key));
        self.all.push(candidate);
        self
    }

    /// The categories as shipped.
    #[must_use]
    pub fn shipped_categories(&self) -> &[Category] {
        &self.categories
    }

    /// The categories, each with the operating model its policy gives it today.
    #[must_use]
    pub fn categories(&self) -> Vec<Category> {
        let model = |c: &Category| self.terms(&c.key).map_or(c.operating_model, |t| t.model);
        self.categories.iter().map(|c| Category { operating_model: model(c), ..c.clone() }).collect()
    }

    /// What a category's policy says; none when there is no such category or its text does not read.
    #[must_use]
    pub fn terms(&self, category: &str) -> Option<Terms> {
        let shipped = self.categories.iter().find(|c| c.key == category)?.operating_model;
        Terms::parse(&self.find(PolicyKind::OperatingModel, category)?.body, shipped).ok()
    }
}

fn shipped_terms(category: &Category) -> Policy {
    let body = Terms::shipped(category.operating_model).text();
    Policy { key: category.key.clone(), ..shipped(PolicyKind::OperatingModel, &category.name, body) }
}

fn shipped(kind: PolicyKind, name: &str, body: String) -> Policy {
    Policy {
        kind,
        key: DEFAULT_KEY.to_owned(),
        name: name.to_owned(),
        version: 1,
        body,
        categories: Vec::new(),
        owner: Owner::Nobody,
        review_by: None,
        made_by: None,
        made_at: None,
        note: String::new(),
    }
}

/// Whether `key` can name a policy: lower-case letters, digits, dots, dashes and underscores, at most 60.
#[must_use]
pub fn is_key(key: &str) -> bool {
    (1..=60).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        && !key.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn days(n: i64) -> Option<Timestamp> {
        Some(NOW.plus_seconds(n * 86_400))
    }

    #[test]
    fn a_policy_lapses_with_its_owner_or_its_date() {
        let id = Uuid::from_u128(1).into();
        let active = || Owner::Active { id, name: "Mara".into() };
        let gone = || Owner::Gone { id, name: "Mara".into() };
        let cases = [
            (active(), days(90), "current"),
            (active(), days(15), "current"),
            (active(), days(14), "due"),
            (active(), days(0), "lapsed"),
            (active(), days(-1), "lapsed"),
            (gone(), days(90), "lapsed"),
            (gone(), None, "lapsed"),
            (Owner::Nobody, None, "due"),
            (Owner::Nobody, days(-1), "lapsed"),
        ];
        for (owner, review_by, word) in cases {
            let policy = Policy { owner, review_by, ..shipped(PolicyKind::Routing, "Routing", String::new()) };
            assert_eq!(policy.standing(NOW).word(), word, "{policy:?}");
            assert_eq!(policy.standing(NOW).why().is_none(), word == "current");
        }
    }

    #[test]
    fn what_is_not_stored_is_as_shipped_and_version_one() {
        let category = Category {
            key: "billing.invoice".into(),
            name: "Invoices".into(),
            description: String::new(),
            operating_model: OperatingModel::BillingExplanation,
            queue: "billing".into(),
        };
        let policies = Policies::new(vec![category], Vec::new());
        let pins: Vec<_> = policies.all().iter().map(Policy::pin).collect();
        assert_eq!(
            pins,
            [
                "operating_model/billing.invoice@1",
                "risk_rules/default@1",
                "routing/default@1",
                "escalation/default@1",
                "service/default@1"
            ]
        );
        assert_eq!(policies.terms("billing.invoice"), Some(Terms::shipped(OperatingModel::BillingExplanation)));
        assert!(policies.all().iter().all(|p| {
            Policy::check(
                p.kind,
                &p.body,
                &Desk { shipped: Some(OperatingModel::BillingExplanation), queues: &[], categories: &[] },
            )
            .is_ok()
        }));
    }

    #[test]
    fn keys_are_plain() {
        for (key, fits) in [("default", true), ("billing.invoice", true), ("a-b_c", true), ("", false), ("../x", false)]
        {
            assert_eq!(is_key(key), fits, "{key}");
        }
        assert!(!is_key("Ab") && !is_key("a b") && !is_key("a/b") && !is_key(&"a".repeat(61)));
    }
}
