//! Several tickets about one thing: when the machine proposes an incident, and what a person may make of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    closed_list,
    diagnosis::{Cause, Diagnosis, Signal},
    ids::{RequesterId, TicketId},
    time::Timestamp,
};

/// Tickets of different people that make a proposal when telemetry explains them the same way.
pub const POINTING_MIN: usize = 3;
/// Least probability of a cause that counts for an incident.
pub const POINTING_FROM: f64 = 0.7;
/// Tickets of different people that make a proposal on their own.
pub const BURST_MIN: usize = 5;
/// Hours within which tickets belong together.
pub const TOGETHER_HOURS: i64 = 24;
/// Hours of a burst.
pub const BURST_HOURS: i64 = 2;
/// Share of ordinary stretches of time that may be called a burst.
const BURST_RATE: f64 = 1e-4;

closed_list! {
    /// Where an incident stands.
    pub enum IncidentStatus ("incident status") {
        /// The machine proposes it; nobody confirmed it.
        Proposed = "proposed",
        /// A person confirmed it.
        Open = "open",
        /// It seems to be over; somebody watches.
        Watching = "watching",
        /// It is over.
        Closed = "closed",
        /// A person said that it is none.
        Dismissed = "dismissed",
    }
}

impl IncidentStatus {
    /// Whether a person may make this of it.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use IncidentStatus::{Closed, Dismissed, Open, Proposed, Watching};
        matches!(
            (self, next),
            (Proposed, Open | Dismissed)
                | (Open, Watching | Closed)
                | (Watching, Open | Closed)
                | (Closed | Dismissed, Open)
        )
    }

    /// Whether new tickets still join it.
    #[must_use]
    pub const fn takes_tickets(self) -> bool {
        matches!(self, Self::Proposed | Self::Open | Self::Watching)
    }
}

closed_list! {
    /// What an incident was read from.
    pub enum IncidentSource ("source of an incident") {
        /// Telemetry that explains several tickets.
        Telemetry = "telemetry",
        /// A burst of tickets alone.
        Tickets = "tickets",
    }
}

/// What tells one incident from another: of telemetry the service and the signal, of a burst the category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncidentKey {
    /// What it was read from.
    pub source: IncidentSource,
    /// The service, or the category.
    pub subject: String,
    /// The signal's id; empty for a burst.
    pub signal: String,
}

/// A ticket as far as incidents are concerned.
#[derive(Debug, Clone)]
pub struct Complaint<'a> {
    /// Which.
    pub ticket: TicketId,
    /// Who asked.
    pub requester: RequesterId,
    /// Category key.
    pub category: Option<&'a str>,
    /// When.
    pub at: Timestamp,
    /// What telemetry said of it.
    pub diagnosis: Option<&'a Diagnosis>,
}

/// An incident the machine proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What tells it from others.
    pub key: IncidentKey,
    /// Its first name: what the telemetry says, or the category.
    pub title: String,
    /// When it began.
    pub began: Timestamp,
    /// Why it is proposed, a sentence.
    pub because: String,
    /// Its tickets, oldest first.
    pub tickets: Vec<TicketId>,
}

/// The incidents that these complaints make: those that point at one template, metric or call, then bursts of one category among
/// the rest. `usual` are complaints of a category in a stretch of [`BURST_HOURS`], by category.
#[must_use]
pub fn proposals(complaints: &[Complaint<'_>], usual: &BTreeMap<String, f64>, now: Timestamp) -> Vec<Proposal> {
    let since = now.plus_seconds(-TOGETHER_HOURS * 3_600);
    let recent: Vec<&Complaint<'_>> = complaints.iter().filter(|c| c.at >= since && c.at <= now).collect();
    let mut all = pointing(&recent);
    let explained: BTreeSet<TicketId> = all.iter().flat_map(|p| p.tickets.clone()).collect();
    let burst = now.plus_seconds(-BURST_HOURS * 3_600);
    let rest: Vec<&Complaint<'_>> =
        recent.into_iter().filter(|c| c.at >= burst && !explained.contains(&c.ticket)).collect();
    all.extend(bursts(&rest, usual));
    all
}

fn pointing(complaints: &[&Complaint<'_>]) -> Vec<Proposal> {
    let mut services: BTreeMap<&str, Vec<(&Complaint<'_>, &Cause)>> = BTreeMap::new();
    for complaint in complaints {
        let Some(first) = complaint.diagnosis.and_then(|d| d.causes.first()) else { continue };
        if first.confidence.probability().is_some_and(|p| p >= POINTING_FROM) {
            services.entry(&first.value.service).or_default().push((complaint, &first.value));
        }
    }
    services.into_iter().filter_map(|(service, group)| shared(service, &group)).collect()
}

/// What most complaints about a service share, be it their first sign or another; those that have it.
fn shared(service: &str, group: &[(&Complaint<'_>, &Cause)]) -> Option<Proposal> {
    let mut counts: BTreeMap<&Signal, usize> = BTreeMap::new();
    for (_, cause) in group {
        for signal in cause.also.iter().chain([&cause.signal]).collect::<BTreeSet<_>>() {
            *counts.entry(signal).or_default() += 1;
        }
    }
    // Of equals the first kind: a template says more than a metric.
    let (signal, _) = counts.iter().min_by_key(|(signal, n)| (std::cmp::Reverse(**n), **signal))?;
    let has = |cause: &Cause| cause.signal == **signal || cause.also.contains(signal);
    let members: Vec<(&Complaint<'_>, &Cause)> = group.iter().filter(|(_, cause)| has(cause)).copied().collect();
    let complaints: Vec<&Complaint<'_>> = members.iter().map(|(complaint, _)| *complaint).collect();
    if people(&complaints) < POINTING_MIN {
        return None;
    }
    let says = members.iter().find(|(_, cause)| cause.signal == **signal).map_or(&signal.id, |(_, cause)| &cause.says);
    let tickets = in_order(&complaints);
    Some(Proposal {
        key: IncidentKey { source: IncidentSource::Telemetry, subject: service.to_owned(), signal: signal.id.clone() },
        title: format!("{service}: {says}"),
        began: members.iter().map(|(_, cause)| cause.from).min()?,
        because: format!("{} tickets are explained by the same {} of {service}.", tickets.len(), signal.kind),
        tickets,
    })
}

fn bursts(complaints: &[&Complaint<'_>], usual: &BTreeMap<String, f64>) -> Vec<Proposal> {
    let mut groups: BTreeMap<&str, Vec<&Complaint<'_>>> = BTreeMap::new();
    for complaint in complaints {
        if let Some(category) = complaint.category {
            groups.entry(category).or_default().push(complaint);
        }
    }
    groups
        .into_iter()
        .filter(|(category, group)| {
            let usual = usual.get(*category).copied().unwrap_or(0.0);
            people(group) >= BURST_MIN && chance(group.len(), usual) < BURST_RATE
        })
        .filter_map(|(category, group)| {
            let usual = usual.get(category).copied().unwrap_or(0.0);
            Some(Proposal {
                key: IncidentKey {
                    source: IncidentSource::Tickets,
                    subject: category.to_owned(),
                    signal: String::new(),
                },
                title: format!("Many requests at once: {category}"),
                began: group.iter().map(|c| c.at).min()?,
                because: format!("{} requests in {BURST_HOURS} hours, where {usual:.1} would be usual.", group.len()),
                tickets: in_order(&group),
            })
        })
        .collect()
}

fn people(group: &[&Complaint<'_>]) -> usize {
    group.iter().map(|c| c.requester).collect::<BTreeSet<_>>().len()
}

fn in_order(group: &[&Complaint<'_>]) -> Vec<TicketId> {
    let mut group = group.to_vec();
    group.sort_by_key(|c| (c.at, c.ticket));
    group.iter().map(|c| c.ticket).collect()
}

/// How likely so many or more come where `usual` are expected, were they independent of each other (Poisson). Little was ever seen
/// of most categories, so that half a ticket is expected at least.
#[must_use]
pub fn chance(count: usize, usual: f64) -> f64 {
    let mean = usual.max(0.5);
    let (mut term, mut below) = ((-mean).exp(), 0.0);
    for n in 0..count {
        below += term;
        #[expect(clippy::cast_precision_loss, reason = "numbers of tickets are small")]
        let next = n as f64 + 1.0;
        term *= mean / next;
    }
    (1.0 - below).max(0.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn arrivals(people: u128, category: &str) -> Vec<Complaint<'_>> {
        let arrival = |n: u128| Complaint {
            ticket: Uuid::from_u128(100 + n).into(),
            requester: Uuid::from_u128(n).into(),
            category: Some(category),
            at: NOW.plus_seconds(-60 * i64::try_from(n).unwrap_or(0)),
            diagnosis: None,
        };
        (0..people).map(arrival).collect()
    }

    #[test]
    fn a_burst_of_tickets_alone_is_proposed_and_a_busy_hour_is_not() {
        let usual = |n: f64| BTreeMap::from([("technical.api".to_owned(), n)]);
        let six = arrivals(6, "technical.api");
        let found = proposals(&six, &usual(0.3), NOW);
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().map(|p| (p.key.source, p.tickets.len())), Some((IncidentSource::Tickets, 6)));
        assert!(proposals(&six, &usual(4.0), NOW).is_empty());
        assert!(proposals(&arrivals(4, "technical.api"), &usual(0.0), NOW).is_empty());
        // One person who writes six times is no burst.
        let one: Vec<Complaint<'_>> =
            six.iter().map(|c| Complaint { requester: Uuid::nil().into(), ..c.clone() }).collect();
        assert!(proposals(&one, &usual(0.3), NOW).is_empty());
        assert!(proposals(&six, &usual(0.3), NOW.plus_seconds(86_400)).is_empty());
    }

    #[test]
    fn only_a_person_moves_it_and_only_forward_or_back_to_open() {
        use IncidentStatus::{Closed, Dismissed, Open, Proposed, Watching};
        assert!(Proposed.may_become(Open) && Proposed.may_become(Dismissed) && Closed.may_become(Open));
        assert!(!Proposed.may_become(Closed) && !Dismissed.may_become(Closed) && !Open.may_become(Proposed));
        assert!(Watching.takes_tickets() && !Closed.takes_tickets() && !Dismissed.takes_tickets());
    }

    #[test]
    fn chance_is_that_of_poisson() {
        assert!((chance(1, 1.0) - (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
        assert!(chance(0, 3.0) >= 1.0 - 1e-12);
        assert!(chance(6, 0.0) < 1e-4);
    }
}
