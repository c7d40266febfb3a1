//! What somebody who takes a ticket over has to know: what happened since they last looked, what was promised with a day,
//! and who was called by name in a note.
//!
//! Everything here is counted or quoted, nothing is paraphrased. Start with [`news`].

use std::collections::HashMap;

use crate::{
    audit::{Actor, AuditEvent},
    closed_list, deadline,
    deadline::Precision,
    ids::{AgentId, OutboxId},
    package::is_promise,
    summary::sentences,
    time::Timestamp,
};

/// Promises of one letter that are kept: the first.
const PROMISES_MAX: usize = 5;
/// Longest words of a promise that are kept, in characters.
const WORDS_MAX: usize = 300;

closed_list! {
    /// What kind of thing happened on a ticket.
    pub enum News ("kind of news") {
        /// The requester's side wrote.
        Message = "message",
        /// A reply left.
        Reply = "reply",
        /// A colleague wrote a note.
        Note = "note",
        /// Its status is another.
        Status = "status",
        /// Its priority is another.
        Priority = "priority",
        /// It is in another queue.
        Queue = "queue",
        /// Somebody else is on it, or nobody.
        Assignee = "assignee",
        /// It was put off.
        Snoozed = "snoozed",
        /// It came back from being put off.
        Woken = "woken",
        /// It went up.
        WentUp = "went_up",
        /// Somebody answered for a promise.
        Promise = "promise",
        /// Another ticket was merged with it, or no longer is.
        Merged = "merged",
        /// A part of it became a ticket of its own.
        Split = "split",
    }
}

/// An entry of a ticket's trail.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Who did it.
    pub by: Actor,
    /// Their name.
    pub who: &'a str,
    /// When.
    pub at: Timestamp,
    /// What it was.
    pub event: &'a AuditEvent,
}

/// Things of one kind that happened, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What kind.
    pub what: News,
    /// How many.
    pub count: usize,
    /// Who did it, each once, first one first.
    pub who: Vec<String>,
    /// What it is now, as a word or an id; for changes.
    pub to: Option<String>,
}

/// What others did on a ticket after an instant, gathered by kind in the order of [`News`]. What the reader did
/// themselves is no news to them. A reply counts when it left, for whoever approved it.
#[must_use]
pub fn news(trail: &[Seen<'_>], after: Timestamp, reader: AgentId) -> Vec<Told> {
    let mut approvers: HashMap<OutboxId, (Actor, &str)> = HashMap::new();
    let mut told: Vec<Told> = Vec::new();
    for seen in trail {
        if let AuditEvent::ReplyApproved { outbox, .. } = seen.event {
            approvers.insert(*outbox, (seen.by, seen.who));
        }
        if seen.at <= after {
            continue;
        }
        let (by, who) = match seen.event {
            AuditEvent::ReplySent { outbox, .. } => approvers.get(outbox).copied().unwrap_or((seen.by, seen.who)),
            _ => (seen.by, seen.who),
        };
        if matches!(by, Actor::Agent { id, .. } if id == reader) {
            continue;
        }
        for (what, to) in kinds(seen.event) {
            add(&mut told, what, who, to);
        }
    }
    told.sort_by_key(|one| one.what);
    told
}

fn add(told: &mut Vec<Told>, what: News, who: &str, to: Option<String>) {
    let place = told.iter().position(|one| one.what == what).unwrap_or_else(|| {
        told.push(Told { what, count: 0, who: Vec::new(), to: None });
        told.len() - 1
    });
    let Some(one) = told.get_mut(place) else { return };
    one.count += 1;
    one.to = to.or_else(|| one.to.take());
    // Nobody has to be told that the intake brought a mail in.
    if what != News::Message && !one.who.iter().any(|known| known == who) {
        one.who.push(who.to_owned());
    }
}

fn kinds(event: &AuditEvent) -> Vec<(News, Option<String>)> {
    match event {
        AuditEvent::MailAccepted { .. } => vec![(News::Message, None)],
        AuditEvent::ReplySent { .. } => vec![(News::Reply, None)],
        AuditEvent::NoteWritten { .. } => vec![(News::Note, None)],
        AuditEvent::TicketChanged { change, .. } => changes(change),
        AuditEvent::TicketSnoozed { .. } => vec![(News::Snoozed, None)],
        AuditEvent::TicketsMerged { .. } | AuditEvent::MergeUndone { .. } => vec![(News::Merged, None)],
        AuditEvent::TicketSplit { .. } => vec![(News::Split, None)],
        AuditEvent::TicketWoken { .. } => vec![(News::Woken, None)],
        AuditEvent::EscalationMade { state, .. } if state == "raised" => vec![(News::WentUp, None)],
        AuditEvent::EscalationAnswered { state, .. } if state == "raised" => vec![(News::WentUp, None)],
        AuditEvent::PromiseAnswered { state, .. } => vec![(News::Promise, Some(state.clone()))],
        _ => Vec::new(),
    }
}

/// Reads `status: open, assignee: …`, as changes stand in the record.
fn changes(said: &str) -> Vec<(News, Option<String>)> {
    said.split(", ")
        .filter_map(|one| {
            let (field, to) = one.split_once(": ")?;
            let what: News = field.parse().ok()?;
            let is_field = matches!(what, News::Status | News::Priority | News::Queue | News::Assignee);
            is_field.then(|| (what, Some(to.to_owned())))
        })
        .collect()
}

/// Words of a letter that say what we will do by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The sentence, at most 300 characters.
    pub words: String,
    /// The instant; of a day without an hour, its last second in UTC.
    pub due: Timestamp,
    /// How exactly it was named.
    pub precision: Precision,
}

/// The promises with a day in a letter that left at an instant: sentences that say what we will do and name a day or an
/// hour ahead. A promise without a day is quoted in the package and is no follow-up.
#[must_use]
pub fn promises(letter: &str, sent_at: Timestamp) -> Vec<Promise> {
    let mut found: Vec<Promise> = Vec::new();
    for said in sentences(0, letter).into_iter().filter(|said| is_promise(&said.text)) {
        let Some(named) = deadline::named(&said.text, sent_at) else { continue };
        let Some(due) = named.due.filter(|due| *due > sent_at) else { continue };
        let flat = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = flat.chars().take(WORDS_MAX).collect();
        if found.len() < PROMISES_MAX && found.iter().all(|known| known.words != words) {
            found.push(Promise { words, due, precision: named.precision });
        }
    }
    found
}

/// Somebody who can be called by name.
#[derive(Debug, Clone, Copy)]
pub struct Callable<'a> {
    /// Who.
    pub id: AgentId,
    /// Full name.
    pub name: &'a str,
    /// Address; what stands before the `@` is a name too.
    pub email: &'a str,
}

/// Whom a note calls by `@name`: a full name, what stands before the `@` of their address, or a first name that only one
/// of them has. The longest name that fits is meant; letters' case does not count. Each once, in the order of the text.
#[must_use]
pub fn mentioned(note: &str, people: &[Callable<'_>]) -> Vec<AgentId> {
    let low = note.to_lowercase();
    let mut found: Vec<AgentId> = Vec::new();
    for (at, _) in low.match_indices('@') {
        let (before, rest) = (&low[..at], &low[at + 1..]);
        if before.chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some(id) = called(rest, people).filter(|id| !found.contains(id)) {
            found.push(id);
        }
    }
    found
}

fn called(rest: &str, people: &[Callable<'_>]) -> Option<AgentId> {
    let first = |p: &Callable<'_>| p.name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let mut best: Option<(usize, AgentId)> = None;
    for one in people {
        let given = first(one);
        let is_only = people.iter().filter(|other| first(other) == given).count() == 1;
        let local = one.email.split('@').next().unwrap_or_default().to_lowercase();
        let names = [one.name.to_lowercase(), local, if is_only { given } else { String::new() }];
        let longest = names.iter().filter(|name| begins(rest, name)).map(String::len).max();
        if let Some(length) = longest.filter(|n| best.is_none_or(|(b, _)| *n > b)) {
            best = Some((length, one.id));
        }
    }
    best.map(|(_, id)| id)
}

/// Whether a text begins with a name as whole words.
fn begins(rest: &str, name: &str) -> bool {
    !name.is_empty()
        && rest.strip_prefix(name).is_some_and(|after| !after.chars().next().is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests;
