//! Help Scout: conversations with their threads, as the API gives them: a page, a list, or one on each line. It lists the newest first.

use serde::Deserialize;

use super::{By, Conversation, Id, Malformed, has_key, items, turn, words};

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "_embedded")]
    embedded: Conversations,
}

#[derive(Deserialize)]
struct Conversations {
    conversations: Vec<Talk>,
}

#[derive(Deserialize)]
struct Talk {
    id: Id,
    subject: Option<String>,
    #[serde(rename = "primaryCustomer")]
    customer: Option<Person>,
    #[serde(rename = "_embedded")]
    embedded: Threads,
}

#[derive(Deserialize)]
struct Threads {
    threads: Vec<Thread>,
}

#[derive(Deserialize)]
struct Thread {
    #[serde(rename = "type")]
    kind: String,
    state: Option<String>,
    body: Option<String>,
    #[serde(rename = "createdAt")]
    at: Option<String>,
    #[serde(rename = "createdBy")]
    by: Option<Person>,
}

#[derive(Deserialize)]
struct Person {
    #[serde(rename = "type")]
    kind: Option<String>,
    first: Option<String>,
    last: Option<String>,
    email: Option<String>,
}

impl Person {
    fn named(&self) -> (String, String) {
        let name = [&self.first, &self.last].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        (name, self.email.clone().unwrap_or_default())
    }
}

pub(super) fn read(text: &str) -> Result<Vec<Conversation>, Malformed> {
    // A single conversation has `_embedded` as well, with an id beside it.
    let talks = if has_key(text, "_embedded") && !has_key(text, "id") {
        serde_json::from_str::<Page>(text)?.embedded.conversations
    } else {
        items(text)?
    };
    Ok(talks.into_iter().map(conversation).collect())
}

fn conversation(talk: Talk) -> Conversation {
    let mut threads = talk.embedded.threads;
    if threads.iter().all(|thread| thread.at.is_some()) {
        threads.sort_by(|a, b| a.at.cmp(&b.at));
    } else {
        threads.reverse();
    }
    let mut people: Vec<(String, String)> = talk.customer.iter().map(Person::named).collect();
    people.extend(threads.iter().filter_map(|thread| thread.by.as_ref()).map(Person::named));
    let spoken = threads.iter().filter(|thread| {
        let is_draft = thread.state.as_deref().is_some_and(|state| state != "published");
        !is_draft && !matches!(thread.kind.as_str(), "note" | "lineitem" | "forwardparent" | "forwardchild")
    });
    let turns = spoken.filter_map(|thread| {
        let is_customer = thread
            .by
            .as_ref()
            .and_then(|by| by.kind.as_deref())
            .map_or(thread.kind == "customer", |by| by == "customer");
        turn(if is_customer { By::Requester } else { By::Desk }, words(None, thread.body.as_deref()))
    });
    let turns = turns.collect();
    Conversation { id: talk.id.to_string(), subject: talk.subject.unwrap_or_default(), turns, people }
}
