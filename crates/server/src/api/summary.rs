//! A long ticket in five lines, and the facts beside a refund request: quoted, never decided.

use desk::{
    knowledge::Cited,
    refund::{self, Told},
    summary::{self, Turn},
};
use serde::Serialize;
use store::Message as Row;
use utoipa::ToSchema;

/// One line of a summary, quoted from a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryLine {
    /// `wants`, `tried`, `promised` or `open`.
    about: String,
    quote: String,
    message_id: String,
    /// First character in the message's newest part.
    start: usize,
    /// One past the last.
    end: usize,
}

/// What a refund is decided by; people decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyCheck {
    /// The policy's own sentences.
    rules: Vec<PolicyRule>,
    found: Vec<PolicyFact>,
    /// `invoice`, `amount`, `charged_on`: what nobody said yet.
    missing: Vec<String>,
}

/// A sentence of the policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyRule {
    /// The number of its passage.
    citation: u32,
    quote: String,
}

/// A fact in the requester's words.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyFact {
    /// `invoice`, `amount` or `charged_on`.
    fact: String,
    quote: String,
    message_id: String,
    /// First character in the message's newest part.
    start: usize,
    /// One past the last.
    end: usize,
    /// For a day: how many days before the message.
    days_before: Option<i64>,
}

/// At most five lines; none for a short ticket.
pub fn lines(rows: &[Row]) -> Vec<SummaryLine> {
    let people = rows.iter().filter(|m| m.machine.is_none());
    let turns: Vec<Turn<'_>> = people.map(|m| Turn { message: m.id, inbound: m.inbound, text: &m.latest }).collect();
    let line = |l: summary::Line| SummaryLine {
        about: l.about.word().to_owned(),
        quote: l.quote,
        message_id: l.message.to_string(),
        start: l.start,
        end: l.end,
    };
    summary::summary(&turns).into_iter().map(line).collect()
}

impl PolicyCheck {
    /// Rule and facts of a refund request.
    pub fn of(rows: &[Row], cited: &[Cited]) -> Self {
        let inbound = rows.iter().filter(|m| m.inbound && m.machine.is_none());
        let told: Vec<Told<'_>> = inbound.map(|m| Told { message: m.id, text: &m.latest, at: m.at }).collect();
        let found = refund::check(&told, cited);
        Self {
            rules: found.rules.into_iter().map(|r| PolicyRule { citation: r.citation, quote: r.quote }).collect(),
            missing: found.missing.into_iter().map(|f| f.word().to_owned()).collect(),
            found: found
                .found
                .into_iter()
                .map(|f| PolicyFact {
                    fact: f.fact.word().to_owned(),
                    quote: f.quote,
                    message_id: f.message.to_string(),
                    start: f.start,
                    end: f.end,
                    days_before: f.days_before,
                })
                .collect(),
        }
    }
}
