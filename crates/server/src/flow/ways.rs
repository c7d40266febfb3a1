//! What routing and policies need to know of the desk, loaded once per decision.

use std::sync::{Arc, Mutex, PoisonError};

use desk::{
    policy::{DEFAULT_KEY, Policies, PolicyKind},
    risk::{self, Rules},
    routing::{Asked, Colleague, Proposed, Routing, product, who},
    triage::{Category, Routed},
};
use store::{Conn, TicketLine};

use crate::FlowError;

/// Policies, routing, queues and products of the desk as they are now.
pub struct Ways {
    /// Every policy.
    pub policies: Policies,
    /// The categories, each with the operating model that applies today.
    pub categories: Vec<Category>,
    routing: Routing,
    queues: Vec<String>,
    products: Vec<String>,
}

/// What is asked about one ticket.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Category key.
    pub category: Option<&'a str>,
    /// Subject and newest words.
    pub text: &'a str,
    /// Language word.
    pub language: Option<&'a str>,
    /// The product it was about before these words.
    pub product: Option<&'a str>,
    /// The requester's organization: name and plan.
    pub organization: Option<&'a (String, String)>,
}

impl<'a> About<'a> {
    /// A ticket as it was sorted.
    #[must_use]
    pub fn line(line: &'a TicketLine, text: &'a str) -> Self {
        Self {
            category: line.ticket.category.as_deref(),
            text,
            language: line.language.as_deref(),
            product: line.product.as_deref(),
            organization: line.organization.as_ref(),
        }
    }
}

impl Ways {
    /// Loads them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(conn: &mut Conn) -> Result<Self, FlowError> {
        let policies = conn.policies().await?;
        let queues = conn.queues().await?.into_iter().map(|(key, _)| key).collect();
        let products = conn.products().await?;
        Ok(Self::new(policies, queues, products))
    }

    /// Of policies, keys of queues and names of products.
    #[must_use]
    pub fn new(policies: Policies, queues: Vec<String>, products: Vec<String>) -> Self {
        let body = policies.find(PolicyKind::Routing, DEFAULT_KEY).map_or("", |p| p.body.as_str());
        // A routing that no longer reads, because a queue it names is gone, leaves every ticket to its category.
        let routing = Routing::parse(body, &queues, policies.shipped_categories()).unwrap_or_default();
        Self { categories: policies.categories(), policies, routing, queues, products }
    }

    /// The same desk under other policies.
    #[must_use]
    pub fn under(&self, policies: Policies) -> Self {
        Self::new(policies, self.queues.clone(), self.products.clone())
    }

    /// Keys of every queue.
    #[must_use]
    pub fn queues(&self) -> &[String] {
        &self.queues
    }

    fn asked<'a>(&'a self, about: About<'a>) -> Asked<'a> {
        Asked {
            category: about.category,
            product: self.product(about),
            language: about.language,
            organization: about.organization.map(|(name, _)| name.as_str()),
        }
    }

    /// The product that a ticket is about: the one its newest words name, else the one it was about, else the contract's.
    #[must_use]
    pub fn product(&self, about: About<'_>) -> Option<&str> {
        let plan = about.organization.map(|(_, plan)| plan.as_str());
        product(about.text, about.product.or(plan), &self.products)
    }

    /// The desk's own way for a ticket; none leaves it to its category.
    #[must_use]
    pub fn way(&self, about: About<'_>) -> Option<Routed> {
        self.routing.choose(self.asked(about), &self.queues)
    }

    /// Who of a queue's people knows most about such a ticket, then has least to do.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn who(&self, conn: &mut Conn, queue: &str, about: About<'_>) -> Result<Vec<Proposed>, FlowError> {
        let (skills, open) = (conn.skills().await?, conn.workload().await?);
        let people = conn.agents().await?.into_iter().filter(|a| a.role.answers() && a.works_in(queue));
        let colleagues = people
            .map(|agent| Colleague {
                skills: skills.iter().filter(|(id, _)| *id == agent.id).map(|(_, skill)| skill.clone()).collect(),
                open: open.iter().find(|(id, _)| *id == agent.id).map_or(0, |(_, n)| *n),
                id: agent.id,
                name: agent.name,
            })
            .collect();
        Ok(who(&self.asked(about), colleagues))
    }

    /// The desk's risk rules as they are now.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        let body = self.policies.find(PolicyKind::RiskRules, DEFAULT_KEY).map_or("", |p| p.body.as_str());
        rules(body)
    }
}

/// Reading rules runs their examples, so the last text read is kept with its rules.
fn rules(body: &str) -> Arc<Rules> {
    static LAST: Mutex<Option<(String, Arc<Rules>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((text, rules)) = last.as_ref()
        && text == body
    {
        return Arc::clone(rules);
    }
    let text = match Rules::parse(body) {
        Ok(read) => {
            let read = Arc::new(read);
            *last = Some((body.to_owned(), Arc::clone(&read)));
            return read;
        }
        // Written under an older version's format. Without any rules no flag would be raised at all.
        Err(problems) => {
            tracing::error!(?problems, "the risk rules cannot be read; the shipped ones are used");
            risk::SHIPPED_TEXT
        }
    };
    Arc::new(Rules::parse(text).unwrap_or_default())
}
