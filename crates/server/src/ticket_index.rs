//! Every word of every ticket, for the people who look for one. Beside the library on purpose: nothing that prepares a
//! reply reads this index, and an open letter of one customer can never become a source for another.

use std::path::Path;

use desk::{Timestamp, looking::Looking};
use search::{Filter, Hit, Index, Opened, Passage, Query};
use store::{Grant, Message, Note, PastCase, Scope, TicketLine};

use crate::{FlowError, library::compute};

/// Messages of one ticket that are looked through, the newest ones.
const MESSAGES: usize = 60;
/// Characters of one message that are looked through.
const MESSAGE_CHARS: usize = 20_000;

/// The index of tickets of this node.
pub struct TicketIndex {
    index: Index,
}

/// What is known of a ticket when it is put in.
pub struct TicketWords<'a> {
    /// The ticket.
    pub line: &'a TicketLine,
    /// What was written to and fro.
    pub messages: &'a [Message],
    /// What was written inside.
    pub notes: &'a [Note],
    /// How it was solved before this desk existed.
    pub past: Option<&'a PastCase>,
}

impl TicketIndex {
    /// Opens the index. A damaged one is cleared and filled again.
    ///
    /// # Errors
    /// When the folder cannot be used at all.
    pub fn open(folder: &Path) -> Result<Self, FlowError> {
        let opened = Index::open(folder).map_err(|e| FlowError::Unavailable(e.to_string()))?;
        if let Opened::Rebuild { why, .. } = &opened {
            tracing::warn!(why, "the index of tickets is filled again from the database");
        }
        Ok(Self { index: opened.into_index() })
    }

    /// Entries of the record that the index has followed.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        i64::try_from(self.index.cursor()).unwrap_or(i64::MAX)
    }

    /// Makes everything put in so far searchable, and notes how far the record was followed.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn commit(&self, cursor: i64) -> Result<(), FlowError> {
        Ok(compute(|| self.index.commit(u64::try_from(cursor).unwrap_or(0)))?)
    }

    /// Puts a ticket's words in place of what was there.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn put(&self, words: &TicketWords<'_>) -> Result<(), FlowError> {
        let group = words.line.ticket.id.to_string();
        Ok(self.index.replace_group(&group, passages(words))?)
    }

    /// Takes a ticket out.
    pub fn remove(&self, ticket: desk::ids::TicketId) {
        self.index.remove_group(&ticket.to_string());
    }

    /// Rewrites index files so that nothing of what was taken out remains in them.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn purge(&self) -> Result<(), FlowError> {
        Ok(compute(|| self.index.purge())?)
    }

    /// Tickets whose words fit, best first, one hit each; the grant's reach and what else was asked for are part of the query.
    ///
    /// # Errors
    /// Whatever the index says.
    pub fn search(&self, looking: &Looking, grant: &Grant, limit: usize) -> Result<Vec<Hit>, FlowError> {
        let filter = filter(looking, grant);
        let mut query = Query::new(&looking.words, &filter);
        (query.limit, query.per_group) = (limit, 1);
        Ok(compute(|| self.index.search(&query))?)
    }
}

fn passages(words: &TicketWords<'_>) -> Vec<Passage> {
    let ticket = &words.line.ticket;
    let mut texts: Vec<(Timestamp, &str)> = Vec::new();
    let newest = words.messages.len().saturating_sub(MESSAGES);
    texts.extend(words.messages[newest..].iter().map(|m| (m.at, m.latest.as_str())));
    let newest = words.notes.len().saturating_sub(MESSAGES);
    texts.extend(words.notes[newest..].iter().map(|n| (n.at, n.body.as_str())));
    if let Some(past) = words.past {
        texts.extend([(past.solved_at, past.question.as_str()), (past.solved_at, past.reply.as_str())]);
    }
    if texts.is_empty() {
        texts.push((ticket.last_inbound_at, ""));
    }
    let (name, email) = &words.line.requester;
    let scopes = scopes(words.line);
    let passage = |(n, (at, text)): (usize, (Timestamp, &str))| Passage {
        id: format!("{}/{n}", ticket.id),
        group: ticket.id.to_string(),
        title: format!("#{} {}", ticket.number, ticket.subject),
        heading: format!("{name} {email}"),
        text: text.chars().take(MESSAGE_CHARS).collect(),
        scopes: scopes.clone(),
        boost: 1.0,
        as_of: Some(at.micros()),
    };
    texts.into_iter().enumerate().map(passage).collect()
}

fn scopes(line: &TicketLine) -> Vec<String> {
    let ticket = &line.ticket;
    let mut scopes = vec![format!("queue:{}", ticket.queue), format!("status:{}", ticket.status)];
    scopes.extend(ticket.category.iter().map(|category| format!("category:{category}")));
    scopes.extend(ticket.risk.iter().map(|flag| format!("risk:{flag}")));
    let email = line.requester.1.to_lowercase();
    // A scope longer than the index takes would keep the whole ticket out.
    if let Some((_, domain)) = email.rsplit_once('@').filter(|_| email.len() < 400) {
        scopes.push(format!("from:@{domain}"));
        scopes.push(format!("from:{email}"));
    }
    scopes
}

fn filter(looking: &Looking, grant: &Grant) -> Filter {
    let mut wanted: Vec<Vec<String>> = Vec::new();
    if let Scope::Queues(queues) = grant.scope() {
        wanted.push(queues.iter().map(|queue| format!("queue:{queue}")).collect());
    }
    let risk = looking.risk.map(|flag| flag.to_string()).unwrap_or_default();
    // Part of an address is no tag; the database sees to it.
    let from = if looking.from.contains('@') { looking.from.as_str() } else { "" };
    for (name, value) in [("queue", &*looking.queue), ("category", &looking.category), ("risk", &risk), ("from", from)]
    {
        if !value.is_empty() {
            wanted.push(vec![format!("{name}:{value}")]);
        }
    }
    if !looking.statuses.is_empty() {
        wanted.push(looking.statuses.iter().map(|status| format!("status:{status}")).collect());
    }
    wanted.into_iter().fold(Filter::everything(), Filter::and_any_of)
}
