//! Packs a case for whoever takes it over: made afresh whenever somebody reads it, so that it is never older than the ticket.

use desk::{
    assemble::plain,
    escalation::Escalating,
    ids::TicketId,
    knowledge::{self, Retrieval},
    package::{Beside, Line, Origin, Package, Part, Turn, build},
    policy::{DEFAULT_KEY, Policies, PolicyKind},
    triage::Triage,
};
use store::{Conn, Grant, SuggestionKind, TicketLine};

use crate::{App, FlowError, flow::count_clocks};

/// Notes that come along: the newest.
const NOTES_MAX: usize = 4;
/// Passages that come along: the best.
const PASSAGES_MAX: usize = 4;

/// When cases go up at this desk. A text that does not read is replaced by the shipped one, which escalates more.
#[must_use]
pub fn escalating(policies: &Policies, queues: &[String]) -> Escalating {
    let body = policies.find(PolicyKind::Escalation, DEFAULT_KEY).map_or("", |p| p.body.as_str());
    Escalating::parse(body, queues).unwrap_or_else(|problems| {
        tracing::error!(?problems, "the escalation policy cannot be read; the shipped one is used");
        Escalating::shipped()
    })
}

/// Loads the policy.
///
/// # Errors
/// Whatever the database says.
pub async fn load(conn: &mut Conn) -> Result<Escalating, FlowError> {
    let policies = conn.policies().await?;
    let queues: Vec<String> = conn.queues().await?.into_iter().map(|(key, _)| key).collect();
    Ok(escalating(&policies, &queues))
}

/// The package of a ticket for a receiver, by its key.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket outside the grant, [`FlowError::Invalid`] for a receiver that is none.
pub async fn pack(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
    receiver: Option<&str>,
) -> Result<Package, FlowError> {
    let line = conn.ticket(grant, ticket).await?;
    let policy = load(conn).await?;
    let needs = match receiver {
        Some(key) => match policy.named(key) {
            Some(receiver) => receiver.needs.clone(),
            None => {
                return Err(FlowError::Invalid(
                    "There is no receiver of this name in the escalation policy.".to_owned(),
                ));
            }
        },
        None => Vec::new(),
    };
    let messages = conn.messages(grant, ticket).await?;
    let turns: Vec<Turn<'_>> = messages
        .iter()
        .filter(|m| m.machine.is_none())
        .map(|m| Turn { message: m.id, inbound: m.inbound, author: &m.author, at: m.at, text: &m.latest })
        .collect();
    let mut lines = customer(&line);
    lines.extend(evidence(conn, grant, ticket).await?);
    let told = count_clocks::told(app, conn, grant, ticket).await?;
    lines.extend(told.clocks.iter().filter(|c| c.runs()).map(|clock| Line {
        part: Part::Deadline,
        text: clock.because.clone(),
        origin: Origin::Target,
        due: clock.due,
    }));
    Ok(build(&turns, &Beside { subject: line.ticket.subject.clone(), lines, needs }))
}

fn customer(line: &TicketLine) -> Vec<Line> {
    let Some((name, plan)) = &line.organization else { return Vec::new() };
    let plan = if plan.is_empty() { String::new() } else { format!(", {plan}") };
    let cohort = line.cohort.as_deref().map(|c| format!(", {}", c.replace('_', " "))).unwrap_or_default();
    vec![Line { part: Part::Summary, text: format!("{name}{plan}{cohort}"), origin: Origin::Customer, due: None }]
}

/// Passages that were found, files that came, notes of colleagues, and what the machine saw.
async fn evidence(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Vec<Line>, FlowError> {
    let line = |text: String, origin| Line { part: Part::Evidence, text, origin, due: None };
    let mut lines = Vec::new();
    if let Some(look) = conn.newest_suggestion::<Triage>(grant, ticket, SuggestionKind::Triage).await? {
        for raised in look.suggestion.value.risk {
            let said = format!("{}: {}", raised.flag.word().replace('_', " "), raised.quote);
            lines.push(line(said, Origin::Signal));
        }
    }
    if let Some(found) = conn.newest_suggestion::<Retrieval>(grant, ticket, SuggestionKind::Retrieval).await? {
        for cited in found.suggestion.value.cited.iter().take(PASSAGES_MAX) {
            let link = match cited.origin {
                knowledge::Origin::Passage { article, .. } => format!("/knowledge/{article}"),
                knowledge::Origin::Reply { ticket } => format!("/tickets/{ticket}"),
            };
            lines.push(line(plain(&cited.text), Origin::Passage { title: cited.title.clone(), link }));
        }
    }
    for file in conn.attachments(grant, ticket).await? {
        lines.push(line(
            format!("{} ({})", file.name, file.media_type),
            Origin::File { name: file.name, message: file.message },
        ));
    }
    for note in conn.notes(grant, ticket).await?.into_iter().rev().take(NOTES_MAX) {
        lines.push(line(note.body, Origin::Note { author: note.author, at: note.at }));
    }
    Ok(lines)
}
