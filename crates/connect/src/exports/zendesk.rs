//! Zendesk: the JSON export of the administration (a ticket on each line, with its comments), pages of the incremental ticket
//! export (whose tickets hold their first words alone), and of the incremental export of ticket events with `comment_events`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{By, Conversation, Id, Malformed, Turn, has_key, items, turn, words};

#[derive(Deserialize)]
struct Page {
    tickets: Vec<Ticket>,
    #[serde(default)]
    users: Vec<User>,
}

#[derive(Deserialize)]
struct Ticket {
    id: Id,
    subject: Option<String>,
    description: Option<String>,
    requester_id: Option<Id>,
    requester: Option<User>,
    #[serde(default)]
    comments: Vec<Comment>,
}

#[derive(Deserialize, Clone)]
struct User {
    id: Id,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    author_id: Option<Id>,
    author: Option<User>,
    body: Option<String>,
    plain_body: Option<String>,
    html_body: Option<String>,
    public: Option<bool>,
    #[serde(rename = "type")]
    kind: Option<String>,
    event_type: Option<String>,
}

#[derive(Deserialize)]
struct Events {
    ticket_events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    ticket_id: Id,
    child_events: Vec<Comment>,
}

pub(super) fn read(text: &str) -> Result<Vec<Conversation>, Malformed> {
    if has_key(text, "ticket_events") {
        let events: Events = serde_json::from_str(text)?;
        return Ok(of_events(events.ticket_events));
    }
    let (tickets, users) = if has_key(text, "tickets") {
        let page: Page = serde_json::from_str(text)?;
        (page.tickets, page.users)
    } else {
        (items(text)?, Vec::new())
    };
    Ok(tickets.into_iter().map(|ticket| conversation(ticket, &users)).collect())
}

fn conversation(ticket: Ticket, users: &[User]) -> Conversation {
    let asks = ticket.requester_id.clone().or_else(|| ticket.requester.as_ref().map(|r| r.id.clone()));
    let authors = ticket.comments.iter().filter_map(|c| c.author.clone());
    let ids: Vec<&Id> = ticket.comments.iter().filter_map(|c| c.author_id.as_ref()).chain(&asks).collect();
    let sideloaded = users.iter().filter(|user| ids.contains(&&user.id)).cloned();
    let people = authors.chain(ticket.requester.clone()).chain(sideloaded);
    let people = people.map(|user| (user.name.unwrap_or_default(), user.email.unwrap_or_default())).collect();
    let mut turns = said(&ticket.comments, asks.as_ref());
    if ticket.comments.is_empty() {
        turns.extend(turn(By::Requester, words(ticket.description.as_deref(), None)));
    }
    Conversation { id: ticket.id.to_string(), subject: ticket.subject.unwrap_or_default(), turns, people }
}

/// Whoever wrote first asks, where nothing says who does.
fn said(comments: &[Comment], asks: Option<&Id>) -> Vec<Turn> {
    let author = |c: &Comment| c.author_id.clone().or_else(|| c.author.as_ref().map(|a| a.id.clone()));
    let asks = asks.cloned().or_else(|| comments.first().and_then(author));
    let public = comments.iter().filter(|c| c.public != Some(false));
    let said = public.filter_map(|c| {
        let by = if author(c) == asks { By::Requester } else { By::Desk };
        turn(by, words(c.plain_body.as_deref().or(c.body.as_deref()), c.html_body.as_deref()))
    });
    said.collect()
}

fn of_events(events: Vec<Event>) -> Vec<Conversation> {
    let mut tickets: BTreeMap<Id, Vec<Comment>> = BTreeMap::new();
    for event in events {
        let is_comment =
            |c: &Comment| [&c.event_type, &c.kind].into_iter().any(|kind| kind.as_deref() == Some("Comment"));
        tickets.entry(event.ticket_id).or_default().extend(event.child_events.into_iter().filter(is_comment));
    }
    let one = |(id, comments): (Id, Vec<Comment>)| Conversation {
        id: id.to_string(),
        turns: said(&comments, None),
        ..Conversation::default()
    };
    tickets.into_iter().map(one).collect()
}
