//! From a customer's sentence to the line in the log that explains it: a ticket against what was observed of the services.
//!
//! Nothing here fetches: [`Observed`] is handed in, and what comes out is evidence for a person, never a command. Whatever a log line
//! says is quoted as data.

mod candidate;
pub mod cause;
pub mod concepts;
pub mod effect;
pub mod entity;
pub mod observed;
mod query;
#[cfg(test)]
mod tests;
mod weigh;
mod when;

use std::collections::{BTreeSet, HashMap};

pub use cause::{Absent, AbsentKind, Cause, CauseKind, Diagnosis, Next, NextKind, Runbook, Signal, SignalKind};
pub use effect::{Moment, MomentKind};
pub use entity::{Entity, EntityKind, entities};
pub use observed::{
    Call, Course, Deploy, FailedTrace, KnownIncident, Line, Observed, OddMetric, Template, Tone, Window,
};
pub use weigh::FEATURES;
pub use when::{Began, began};

use self::{
    candidate::Candidate,
    concepts::Facet,
    weigh::{Field, Read, Telling, Weighed, weigh},
};
use crate::{
    grounding::sentences,
    suggestion::{Confidence, Evidence, EvidenceKind, Maker, Suggestion},
    time::Timestamp,
};

/// Version of features and weights.
pub const VERSION: &str = "1";
/// Most causes named.
pub const CAUSES_MAX: usize = 3;
/// Least probability a cause is named with: below, a person is better off with "nothing found".
pub const NAMED_FROM: f64 = 0.3;
/// Candidates weighed; the rest share nothing with the complaint.
const WEIGHED_MAX: usize = 400;
/// Sentences of a complaint that are compared by meaning.
const SENTENCES_MAX: usize = 8;
/// Signs of one service that began within this many seconds are one cause.
const SAME_SECONDS: i64 = 30 * 60;
/// Most other signs kept with a cause.
const ALSO_MAX: usize = 4;
/// Most moments of one kind in a time line.
const MOMENTS_MAX: usize = 12;
/// Seconds before a complaint in which deploys are shown.
const DEPLOYS_SECONDS: i64 = 24 * 3_600;
/// Shared words from which a runbook is proposed; one in its title counts as three.
const RUNBOOK_FROM: usize = 2;
/// Runbooks proposed.
const RUNBOOKS: usize = 2;

/// What a requester wrote.
#[derive(Debug, Clone)]
pub struct Complaint<'a> {
    /// Subject and the newest words.
    pub text: &'a str,
    /// When they wrote.
    pub at: Timestamp,
    /// Minutes they are east of UTC; 0 where that is not known.
    pub offset: i64,
    /// What is known of them beside their words, such as their customer number.
    pub known: &'a [Entity],
}

/// How close two texts are by meaning (cosine), where that can be told.
pub type Closeness<'a> = dyn Fn(&str, &str) -> Option<f64> + 'a;

/// Looks for what explains a complaint.
#[must_use]
pub fn diagnose(
    complaint: &Complaint<'_>,
    observed: &Observed,
    runbooks: &[Runbook],
    closeness: &Closeness<'_>,
    now: Timestamp,
) -> Diagnosis {
    let read = read(complaint, closeness);
    let weighed = weighed(&read, observed);
    let causes = causes(&read, weighed, now);
    let mut diagnosis = Diagnosis {
        absent: absent(&read, observed, &causes),
        next: Vec::new(),
        runbooks: matching(&causes, runbooks),
        causes,
        entities: read.entities,
        began: read.began,
        window: observed.window.clone(),
        services: observed.services.clone(),
        moments: Vec::new(),
    };
    diagnosis.moments = moments(complaint, &diagnosis, observed);
    diagnosis.next = next(&diagnosis, observed);
    diagnosis
}

/// The features of everything that could explain a complaint, the likeliest first, by service and signal: what the weights are
/// fitted on.
#[must_use]
pub fn features(
    complaint: &Complaint<'_>,
    observed: &Observed,
    closeness: &Closeness<'_>,
) -> Vec<(String, Signal, Vec<f64>)> {
    let read = read(complaint, closeness);
    let row = |(c, w): (Candidate<'_>, Weighed)| (c.service.to_owned(), c.signal, w.features.to_vec());
    weighed(&read, observed).into_iter().map(row).collect()
}

fn read<'a>(complaint: &Complaint<'_>, closeness: &'a Closeness<'a>) -> Read<'a> {
    let mut entities = entities(complaint.text);
    for known in complaint.known {
        if !entities.contains(known) {
            entities.push(known.clone());
        }
    }
    Read {
        terms: weigh::read_terms(complaint.text),
        sentences: sentences(complaint.text)
            .into_iter()
            .filter(|s| s.split_whitespace().count() > 2)
            .take(SENTENCES_MAX)
            .collect(),
        entities,
        began: began(complaint.text, complaint.at, complaint.offset),
        at: complaint.at,
        closeness,
    }
}

fn weighed<'o>(read: &Read<'_>, observed: &'o Observed) -> Vec<(Candidate<'o>, Weighed)> {
    let mut candidates = candidate::candidates(observed);
    // What began after somebody complained is not what they complain about.
    candidates.retain(|c| c.from <= read.at);
    let telling = Telling::of(&candidates);
    let mut named: HashMap<&Entity, BTreeSet<&str>> = HashMap::new();
    for candidate in &candidates {
        for entity in &candidate.entities {
            named.entry(entity).or_default().insert(&candidate.signal.id);
        }
    }
    let many = (candidates.len() / 3).max(4);
    let common = named.into_iter().filter(|(_, by)| by.len() > many).map(|(e, _)| e.clone()).collect::<Vec<_>>();
    let field = Field { telling, common: common.iter().collect() };
    let candidates = likely(read, candidates, &field);
    let weights = weigh(read, &candidates, &field);
    let mut all: Vec<(Candidate<'o>, Weighed)> = candidates.into_iter().zip(weights).collect();
    all.sort_by(|a, b| b.1.probability.total_cmp(&a.1.probability));
    all
}

/// The candidates worth comparing by meaning, by everything that costs little.
fn likely<'o>(read: &Read<'_>, candidates: Vec<Candidate<'o>>, field: &Field<'_>) -> Vec<Candidate<'o>> {
    if candidates.len() <= WEIGHED_MAX {
        return candidates;
    }
    let quick = Read {
        closeness: &|_, _| None,
        terms: read.terms.clone(),
        sentences: Vec::new(),
        entities: read.entities.clone(),
        began: read.began.clone(),
        at: read.at,
    };
    let weights = weigh(&quick, &candidates, field);
    let mut all: Vec<(Candidate<'o>, Weighed)> = candidates.into_iter().zip(weights).collect();
    all.sort_by(|a, b| b.1.probability.total_cmp(&a.1.probability));
    all.into_iter().take(WEIGHED_MAX).map(|(candidate, _)| candidate).collect()
}

/// The likeliest, signs of the same put together: each other kind of telemetry that shows it makes it likelier.
fn causes(read: &Read<'_>, weighed: Vec<(Candidate<'_>, Weighed)>, now: Timestamp) -> Vec<Suggestion<Cause>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (candidate, weighed) in weighed {
        let same = |g: &&mut Group<'_>| {
            g.first.service == candidate.service && g.first.from.seconds_since(candidate.from).abs() <= SAME_SECONDS
        };
        if let Some(group) = groups.iter_mut().find(same) {
            group.join(candidate, &weighed);
        } else {
            groups.push(Group { missed: 1.0 - weighed.probability, first: candidate, weighed, also: Vec::new() });
        }
    }
    groups.sort_by(|a, b| a.missed.total_cmp(&b.missed));
    groups.retain(|g| 1.0 - g.missed >= NAMED_FROM);
    groups.into_iter().take(CAUSES_MAX).map(|group| suggestion(read, group, now)).collect()
}

/// Signs of one cause, the likeliest first.
struct Group<'o> {
    first: Candidate<'o>,
    weighed: Weighed,
    /// The probability that none of the kinds of telemetry is right about it.
    missed: f64,
    also: Vec<Signal>,
}

impl<'o> Group<'o> {
    fn join(&mut self, candidate: Candidate<'o>, weighed: &Weighed) {
        let new = |kind| self.first.signal.kind != kind && self.also.iter().all(|s| s.kind != kind);
        if new(candidate.signal.kind) {
            self.missed *= 1.0 - weighed.probability;
        }
        if self.also.len() < ALSO_MAX && candidate.course != Course::Usual {
            self.also.push(candidate.signal);
        }
    }
}

fn suggestion(read: &Read<'_>, group: Group<'_>, now: Timestamp) -> Suggestion<Cause> {
    let Group { first: candidate, weighed, missed, also } = group;
    let because = because(read, &candidate, &weighed);
    let value = Cause {
        kind: kind(&candidate),
        service: candidate.service.to_owned(),
        signal: candidate.signal,
        says: candidate.says,
        from: candidate.from,
        last: candidate.last,
        query: candidate.query,
        lines: candidate.lines.into_iter().cloned().collect(),
        count: candidate.count,
        usual: candidate.usual,
        counts: candidate.counts.to_vec(),
        deploy: candidate.deploy.cloned(),
        path: candidate.path,
        also,
    };
    let confidence = Confidence::Probability { value: 1.0 - missed };
    let made_by = Maker { engine: "diagnosis".to_owned(), version: VERSION.to_owned(), policy: String::new() };
    Suggestion { value, confidence, because, made_by, made_at: now }
}

fn kind(candidate: &Candidate<'_>) -> CauseKind {
    let says = |facet| candidate.terms.facets.contains(&facet);
    if candidate.signal.kind == SignalKind::Incident {
        CauseKind::KnownIncident
    } else if says(Facet::Permission) {
        CauseKind::PermissionProblem
    } else if says(Facet::Input) && candidate.deploy.is_none() {
        CauseKind::UserError
    } else if candidate.deploy.is_some() {
        CauseKind::Release
    } else if says(Facet::Dependency) {
        CauseKind::Dependency
    } else if says(Facet::Capacity) {
        CauseKind::Capacity
    } else if says(Facet::Gone) && !says(Facet::Fault) {
        CauseKind::MissingData
    } else {
        CauseKind::ProductBug
    }
}

/// Why it matches, the strongest first.
fn because(read: &Read<'_>, candidate: &Candidate<'_>, weighed: &Weighed) -> Vec<Evidence> {
    let telemetry =
        |text: String| Evidence { kind: EvidenceKind::Telemetry, text, message: None, span: None, weight: None };
    let mut because: Vec<Evidence> = Vec::new();
    for entity in &weighed.named {
        because.push(telemetry(format!("Lines or traces name the same {}: {}.", entity.kind, entity.value)));
    }
    if !weighed.words.is_empty() {
        because.push(telemetry(format!("Letter and telemetry both speak of: {}.", weighed.words.join(", "))));
    }
    match candidate.course {
        Course::New => because.push(telemetry(format!("It was never seen before {}.", candidate.from.minute()))),
        Course::More | Course::Fewer => because.push(telemetry(format!(
            "It was seen {} times where {:.0} would be usual.",
            candidate.count, candidate.usual
        ))),
        Course::Usual => {}
    }
    if let Some(began) = read.began.as_ref().filter(|_| weighed.features.get(8).is_some_and(|time| *time > 0.5)) {
        because.push(telemetry(format!("It began at {}, which fits \"{}\".", candidate.from.minute(), began.quote)));
    }
    if let Some(deploy) = candidate.deploy {
        because.push(telemetry(format!(
            "{} {} was deployed at {}.",
            deploy.service,
            deploy.version,
            deploy.at.minute()
        )));
    }
    if candidate.root > 0.6 && !candidate.path.is_empty() {
        because.push(telemetry(format!("Failed traces end here: {}.", candidate.path.join(" > "))));
    }
    because
}

/// What was looked for in vain.
fn absent(read: &Read<'_>, observed: &Observed, causes: &[Suggestion<Cause>]) -> Vec<Absent> {
    let lines = observed.templates.iter().flat_map(|t| &t.lines).flat_map(|l| &l.entities);
    let seen: BTreeSet<&Entity> = lines.chain(observed.traces.iter().flat_map(|t| &t.entities)).collect();
    let mut absent: Vec<Absent> = Vec::new();
    for entity in read.entities.iter().filter(|e| !seen.contains(e)) {
        absent.push(Absent { kind: AbsentKind::Entity, detail: format!("{} {}", entity.kind, entity.value) });
    }
    let near = |from: Timestamp, began: &Began| {
        from >= began.from.plus_seconds(-3_600) && from <= began.to.plus_seconds(3_600)
    };
    if let Some(began) = &read.began
        && !observed.templates.iter().filter_map(|t| t.odd_from).any(|from| near(from, began))
    {
        absent.push(Absent { kind: AbsentKind::OddAtThatTime, detail: began.quote.clone() });
    }
    if causes.is_empty() {
        let words: Vec<&str> = read.terms.things.iter().take(6).map(|w| w.trim_start_matches('#')).collect();
        absent.push(Absent { kind: AbsentKind::Words, detail: words.join(", ") });
    }
    if observed.traces.is_empty() {
        absent.push(Absent { kind: AbsentKind::FailedTrace, detail: String::new() });
    }
    if observed.deploys.is_empty() {
        absent.push(Absent { kind: AbsentKind::Deploy, detail: String::new() });
    }
    absent.extend(observed.window.gaps.iter().map(|gap| Absent { kind: AbsentKind::Telemetry, detail: gap.clone() }));
    absent
}

fn next(diagnosis: &Diagnosis, observed: &Observed) -> Vec<Next> {
    let mut next = Vec::new();
    let mut add = |kind, at: &str| next.push(Next { kind, at: at.to_owned() });
    if let Some(first) = diagnosis.causes.first().map(|c| &c.value) {
        add(NextKind::Lines, &first.service);
        if let Some(trace) = observed.traces.iter().find(|t| t.path.last().is_some_and(|c| c.service == first.service))
        {
            add(NextKind::Trace, &trace.id);
        }
        if let Some(deploy) = &first.deploy {
            add(NextKind::Deploy, &format!("{} {}", deploy.service, deploy.version));
        }
    } else {
        if diagnosis.began.as_ref().is_some_and(|b| b.from < observed.window.from) {
            add(NextKind::WiderWindow, "");
        }
        if diagnosis.began.is_none() {
            add(NextKind::AskWhen, "");
        }
        if !diagnosis.names_an_id() {
            add(NextKind::AskId, "");
        }
    }
    next
}

/// The requester's events, errors and deploys around the complaint, in order of time.
fn moments(complaint: &Complaint<'_>, diagnosis: &Diagnosis, observed: &Observed) -> Vec<Moment> {
    let moment = |at, kind, service: &str, text: &str| Moment {
        at,
        kind,
        service: service.to_owned(),
        text: text.chars().take(200).collect(),
    };
    let named = |entities: &[Entity]| entities.iter().any(|e| e.kind.weight() >= 2.0 && diagnosis.entities.contains(e));
    let mut own: Vec<Moment> = Vec::new();
    for template in &observed.templates {
        let lines = template.lines.iter().filter(|l| named(&l.entities));
        own.extend(lines.map(|l| moment(l.at, MomentKind::Line, &template.service, &l.text)));
    }
    for trace in observed.traces.iter().filter(|t| named(&t.entities)) {
        let Some(end) = trace.path.last() else { continue };
        own.push(moment(trace.at, MomentKind::Trace, &end.service, &end.operation));
    }
    own.sort_by_key(|m| std::cmp::Reverse(m.at));
    own.truncate(MOMENTS_MAX);
    for cause in diagnosis.causes.iter().map(|c| &c.value) {
        let kind = if cause.signal.kind == SignalKind::Metric { MomentKind::Metric } else { MomentKind::Error };
        own.push(moment(cause.from, kind, &cause.service, &cause.says));
    }
    let touched = |d: &&Deploy| {
        d.at <= complaint.at
            && d.at >= complaint.at.plus_seconds(-DEPLOYS_SECONDS)
            && (diagnosis.causes.is_empty() || diagnosis.causes.iter().any(|c| c.value.service == d.service))
    };
    let deploys =
        observed.deploys.iter().filter(touched).map(|d| moment(d.at, MomentKind::Deploy, &d.service, &d.version));
    own.extend(deploys.take(MOMENTS_MAX));
    own.push(moment(complaint.at, MomentKind::Letter, "", ""));
    own.sort_by_key(|m| m.at);
    own
}

/// Runbooks that speak of what was found, by their ids: words of the cause count, those that most runbooks have do not.
fn matching(causes: &[Suggestion<Cause>], runbooks: &[Runbook]) -> Vec<String> {
    let Some(first) = causes.first() else { return Vec::new() };
    let about = concepts::terms(&format!("{} {}", first.value.service, first.value.says)).things;
    let read: Vec<(&Runbook, BTreeSet<String>, BTreeSet<String>)> =
        runbooks.iter().map(|r| (r, concepts::terms(&r.title).things, concepts::terms(&r.text).things)).collect();
    let with = |word: &str| read.iter().filter(|(_, title, text)| title.contains(word) || text.contains(word)).count();
    let tells: BTreeSet<String> = about.into_iter().filter(|w| with(w) * 3 <= read.len().max(3)).collect();
    let mut ranked: Vec<(usize, &Runbook)> = read
        .iter()
        .map(|(r, title, text)| (3 * tells.intersection(title).count() + tells.intersection(text).count(), *r))
        .filter(|(shared, _)| *shared >= RUNBOOK_FROM)
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
    ranked.into_iter().take(RUNBOOKS).map(|(_, r)| r.id.clone()).collect()
}
