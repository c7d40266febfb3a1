//! Freshdesk: tickets with `conversations` as the API gives them, and the account export, whose tickets stand in `helpdesk_ticket` and hold
//! `notes`.

use serde::Deserialize;

use super::{By, Conversation, Id, Malformed, has_key, items, turn, words};

#[derive(Deserialize)]
struct Page {
    tickets: Vec<Ticket>,
}

#[derive(Deserialize)]
struct Wrapped {
    helpdesk_ticket: Ticket,
}

#[derive(Deserialize)]
struct Ticket {
    #[serde(alias = "display_id")]
    id: Id,
    subject: Option<String>,
    description: Option<String>,
    description_text: Option<String>,
    requester: Option<Contact>,
    requester_name: Option<String>,
    email: Option<String>,
    #[serde(default, alias = "notes")]
    conversations: Vec<Note>,
}

#[derive(Deserialize)]
struct Contact {
    name: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Note {
    body: Option<String>,
    body_text: Option<String>,
    incoming: Option<bool>,
    private: Option<bool>,
    from_email: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Vec<Conversation>, Malformed> {
    let inner = text.trim_start().trim_start_matches('[');
    let tickets = if has_key(inner, "helpdesk_ticket") {
        items::<Wrapped>(text)?.into_iter().map(|wrapped| wrapped.helpdesk_ticket).collect()
    } else if has_key(text, "tickets") {
        serde_json::from_str::<Page>(text)?.tickets
    } else {
        items(text)?
    };
    Ok(tickets.into_iter().map(conversation).collect())
}

fn conversation(ticket: Ticket) -> Conversation {
    let first = turn(By::Requester, words(ticket.description_text.as_deref(), ticket.description.as_deref()));
    let mut people = vec![(ticket.requester_name.unwrap_or_default(), ticket.email.unwrap_or_default())];
    people.extend(ticket.requester.map(|who| (who.name.unwrap_or_default(), who.email.unwrap_or_default())));
    people.extend(ticket.conversations.iter().filter_map(|note| Some((String::new(), note.from_email.clone()?))));
    let said = ticket.conversations.into_iter().filter(|note| note.private != Some(true)).filter_map(|note| {
        let by = if note.incoming == Some(true) { By::Requester } else { By::Desk };
        turn(by, words(note.body_text.as_deref(), note.body.as_deref()))
    });
    let turns = first.into_iter().chain(said).collect();
    Conversation { id: ticket.id.to_string(), subject: ticket.subject.unwrap_or_default(), turns, people }
}
