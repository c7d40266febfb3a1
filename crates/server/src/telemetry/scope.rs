//! Which part of the telemetry a grant may see. Nothing is seen where nothing was said.

use std::collections::BTreeMap;

use store::{Grant, Purpose, Scope as Reach};

use super::config::Scope;

/// What may be seen: made of a grant, and asked before anything is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    services: Services,
    /// One set of labels for each queue that has some; `None` asks without any.
    labels: Option<Vec<BTreeMap<String, String>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Services {
    All,
    These(Vec<String>),
}

impl Seen {
    /// What a grant sees under these scopes; nothing for a grant of another purpose.
    #[must_use]
    pub fn by(grant: &Grant, scopes: &[Scope]) -> Self {
        match (grant.purpose(), grant.scope()) {
            (Purpose::Telemetry, Reach::Desk) => Self { services: Services::All, labels: None },
            (Purpose::Telemetry, Reach::Queues(queues)) => Self::of(queues, scopes),
            _ => Self::of(&[], &[]),
        }
    }

    /// What the people of one queue see, if the grant reaches it: for a ticket, whoever reads.
    #[must_use]
    pub fn of_queue(grant: &Grant, queue: &str, scopes: &[Scope]) -> Self {
        let reached = match grant.scope() {
            Reach::Desk => true,
            Reach::Queues(queues) => queues.iter().any(|own| own == queue),
        };
        if grant.purpose() == Purpose::Telemetry && reached {
            Self::of(&[queue.to_owned()], scopes)
        } else {
            Self::of(&[], &[])
        }
    }

    /// What is said of every queue alike.
    #[must_use]
    pub fn of_everybody(scopes: &[Scope]) -> Self {
        Self::of(&["*".to_owned()], scopes)
    }

    fn of(queues: &[String], scopes: &[Scope]) -> Self {
        let reached: Vec<&Scope> = scopes
            .iter()
            .filter(|scope| !queues.is_empty() && (scope.queue == "*" || queues.contains(&scope.queue)))
            .collect();
        let services = reached.iter().flat_map(|scope| scope.services.iter().cloned()).collect();
        let labels =
            reached.iter().filter(|scope| !scope.labels.is_empty()).map(|scope| scope.labels.clone()).collect();
        Self { services: Services::These(services), labels: Some(labels) }
    }

    /// Whether a service is among it.
    #[must_use]
    pub fn shows(&self, service: &str) -> bool {
        match &self.services {
            Services::All => true,
            Services::These(patterns) => patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => service.starts_with(beginning),
                None => service == pattern,
            }),
        }
    }

    /// The labels a query to a store must have, one set for each query that may be asked; a whole desk asks once without any.
    /// Empty where nothing may be asked.
    #[must_use]
    pub fn labels(&self) -> Vec<BTreeMap<String, String>> {
        self.labels.clone().unwrap_or_else(|| vec![BTreeMap::new()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(queue: &str, services: &[&str], labels: &[(&str, &str)]) -> Scope {
        Scope {
            queue: queue.to_owned(),
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        }
    }

    #[test]
    fn a_queue_sees_what_was_said_and_nothing_else() {
        let scopes = [
            scope("billing", &["ledger*", "invoices"], &[("team", "billing")]),
            scope("*", &["web"], &[]),
            scope("security", &["*"], &[("team", "security")]),
        ];
        let billing = Seen::of(&["billing".to_owned()], &scopes);
        let shown =
            |seen: &Seen| ["ledger", "ledger-api", "invoices", "invoices2", "web", "vault", ""].map(|s| seen.shows(s));
        assert_eq!(shown(&billing), [true, true, true, false, true, false, false]);
        assert_eq!(billing.labels(), [BTreeMap::from([("team".to_owned(), "billing".to_owned())])]);
        assert_eq!(shown(&Seen::of_everybody(&scopes)), [false, false, false, false, true, false, false]);
        let nobody = Seen::of(&[], &scopes);
        assert_eq!(shown(&nobody), [false; 7]);
        assert!(nobody.labels().is_empty());
        assert_eq!(shown(&Seen::of(&["mail".to_owned()], &[])), [false; 7]);
        assert_eq!(Seen::of(&["billing".to_owned(), "security".to_owned()], &scopes).labels().len(), 2);
    }
}
