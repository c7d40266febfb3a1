//! What the machine may hold of a person: the keys under which vectors of their texts are cached, and their passages in the
//! index. Erasing, opting out and proving ask for the same list, so that none of them forgets a place.

use desk::{Digest, audit::Service, ids::TicketId};
use search::Passage;
use store::{Conn, Purpose};

use crate::{App, FlowError, library::meaning_of, triager::text_of};

/// Cache keys of every text of these tickets that is ever embedded: solved cases, what patterns are counted from, and what
/// triage learns from.
///
/// # Errors
/// Whatever the database says.
pub async fn vector_keys(app: &App, conn: &mut Conn, tickets: &[TicketId]) -> Result<Vec<Digest>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut texts = Vec::new();
    for ticket in tickets {
        let held = conn.embeddable(&grant, *ticket).await?;
        texts.extend(held.case.map(|(subject, question)| meaning_of(&subject, "", &question)));
        for (_, subject, latest) in held.messages {
            texts.extend([meaning_of(&held.subject, "", &latest), meaning_of(&subject, "", &latest)]);
            texts.extend([text_of(&subject, &latest), text_of(&held.subject, &latest)]);
        }
    }
    let mut keys: Vec<Digest> = texts.iter().map(|text| Digest::of(text.as_bytes())).collect();
    keys.sort_unstable_by_key(|key| *key.as_bytes());
    keys.dedup();
    Ok(keys)
}

/// Their solved cases as the index would hold them.
///
/// # Errors
/// Whatever the database says.
pub async fn passages(app: &App, conn: &mut Conn, tickets: &[TicketId]) -> Result<Vec<Passage>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut passages = Vec::new();
    for ticket in tickets {
        let case = conn.past_case(&grant, *ticket).await?;
        passages.extend(case.map(|case| crate::library::passage_of(&case)));
    }
    Ok(passages)
}
