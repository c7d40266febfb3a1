//! Intercom: conversations with their source and parts, as the API gives them: one, a page of them, a list, or one on each line.

use serde::Deserialize;

use super::{By, Conversation, Id, Malformed, has_key, items, turn, words};

#[derive(Deserialize)]
struct Page {
    conversations: Vec<Talk>,
}

#[derive(Deserialize)]
struct Data {
    data: Vec<Talk>,
}

#[derive(Deserialize)]
struct Talk {
    id: Id,
    title: Option<String>,
    source: Source,
    conversation_parts: Option<Parts>,
}

#[derive(Deserialize)]
struct Source {
    subject: Option<String>,
    body: Option<String>,
    author: Option<Author>,
}

#[derive(Deserialize)]
struct Parts {
    conversation_parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    part_type: Option<String>,
    body: Option<String>,
    author: Option<Author>,
}

#[derive(Deserialize)]
struct Author {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

impl Author {
    /// Admins, teams and bots answer; everybody else asks.
    fn by(&self) -> By {
        match self.kind.as_deref() {
            Some("admin" | "team" | "bot" | "operator") => By::Desk,
            _ => By::Requester,
        }
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Conversation>, Malformed> {
    let talks = if has_key(text, "conversations") {
        serde_json::from_str::<Page>(text)?.conversations
    } else if has_key(text, "data") {
        serde_json::from_str::<Data>(text)?.data
    } else {
        items(text)?
    };
    Ok(talks.into_iter().map(conversation).collect())
}

fn conversation(talk: Talk) -> Conversation {
    let parts = talk.conversation_parts.map(|parts| parts.conversation_parts).unwrap_or_default();
    let spoken = parts.into_iter().filter(|part| part.part_type.as_deref() != Some("note"));
    let said = [(talk.source.author, talk.source.body)].into_iter().chain(spoken.map(|part| (part.author, part.body)));
    let (mut turns, mut people) = (Vec::new(), Vec::new());
    for (author, body) in said {
        let by = author.as_ref().map_or(By::Requester, Author::by);
        turns.extend(turn(by, words(None, body.as_deref())));
        people.extend(author.map(|a| (a.name.unwrap_or_default(), a.email.unwrap_or_default())));
    }
    // Subjects come as markup, too.
    let subject = talk.source.subject.or(talk.title).map(|subject| words(None, Some(&subject))).unwrap_or_default();
    Conversation { id: talk.id.to_string(), subject, turns, people }
}
