//! Finds tickets by what somebody typed: number, words of any message or note, and what is known of them. The index
//! finds words, the database has the last word on every ticket.

use desk::looking::Looking;
use store::{Conn, Grant, StoreError, TicketFilter, TicketLine, View};

use crate::{App, FlowError};

/// Characters around the words that show why a ticket was found.
const SNIPPET: usize = 200;
/// How many times more hits are looked at when only part of an address was given.
const PART_OF_ADDRESS: usize = 10;

/// A ticket and the words that show why.
#[derive(Debug)]
pub struct Found {
    /// The ticket.
    pub line: TicketLine,
    /// Words of one of its messages or notes.
    pub snippet: String,
    /// Where what was looked for stands in `snippet`, in characters.
    pub spans: Vec<(usize, usize)>,
}

/// What was asked for as a filter of lists; the words are left to the caller.
#[must_use]
pub fn narrowed(looking: &Looking) -> TicketFilter {
    TicketFilter {
        queue: looking.queue.clone(),
        category: looking.category.clone(),
        statuses: looking.statuses.clone(),
        risk: looking.risk.map(|flag| flag.word().to_owned()).unwrap_or_default(),
        from: looking.from.clone(),
        ..TicketFilter::default()
    }
}

/// At most `limit` tickets within the grant, best first.
///
/// # Errors
/// Whatever database or index say.
pub async fn find(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    looking: &Looking,
    limit: usize,
) -> Result<Vec<Found>, FlowError> {
    let mut found: Vec<Found> = Vec::new();
    let words: String = looking.words.chars().take(200).collect();
    // Numbers, parts of words and of addresses: what an index of whole words does not hold.
    let filter = TicketFilter { words, limit: i64::try_from(limit).unwrap_or(20), ..narrowed(looking) };
    let listed = conn.tickets(grant, View::All, &filter).await?.items;
    // Part of an address is no tag of the index: what it lets through is looked at one by one.
    let looked_at = if looking.from.is_empty() || looking.from.contains('@') { limit } else { limit * PART_OF_ADDRESS };
    let hits = if looking.words.is_empty() { Vec::new() } else { app.tickets.search(looking, grant, looked_at)? };
    for hit in hits {
        if found.len() >= limit {
            break;
        }
        let Ok(id) = hit.group.parse() else { continue };
        // The index may lag by a moment.
        let line = match conn.ticket(grant, id).await {
            Err(StoreError::NotFound) => continue,
            other => other?,
        };
        if still_fits(&line, looking) {
            let (snippet, spans) = excerpt(&hit.text, hit.sentence.start, &hit.spans);
            found.push(Found { line, snippet, spans });
        }
    }
    for line in listed {
        if found.len() < limit && !found.iter().any(|f| f.line.ticket.id == line.ticket.id) {
            let snippet = line.ticket.excerpt.clone();
            found.push(Found { line, snippet, spans: Vec::new() });
        }
    }
    // A number or an identifier typed alone means that one.
    let number = looking.words.trim_start_matches('#').parse().unwrap_or(-1_i64);
    found.sort_by_key(|f| f.line.ticket.number != number);
    Ok(found)
}

fn still_fits(line: &TicketLine, looking: &Looking) -> bool {
    let ticket = &line.ticket;
    (looking.statuses.is_empty() || looking.statuses.contains(&ticket.status))
        && (looking.queue.is_empty() || looking.queue == ticket.queue)
        && (looking.category.is_empty() || ticket.category.as_deref() == Some(&*looking.category))
        && looking.risk.is_none_or(|flag| ticket.risk.contains(&flag))
        && line.requester.1.to_lowercase().contains(&looking.from)
}

/// The part of a text around `start`, and the spans within it in characters.
fn excerpt(text: &str, start: usize, spans: &[search::Span]) -> (String, Vec<(usize, usize)>) {
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(SNIPPET).map_or(rest.len(), |(at, _)| at);
    let mut shown = rest[..end].replace(['\n', '\r', '\t'], " ");
    if end < rest.len() {
        shown.push('…');
    }
    let chars = |byte: usize| rest.get(..byte).map_or(0, |head| head.chars().count());
    let within = spans.iter().filter(|s| s.start >= start && s.end <= start + end);
    (shown, within.map(|s| (chars(s.start - start), chars(s.end - start))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_starts_at_its_sentence_and_counts_characters() {
        let text = "Hällo. Die Über\nweisung fehlt.";
        let at = |words: &str| text.find(words).expect("there");
        let span = |words: &str| search::Span { start: at(words), end: at(words) + words.len() };
        let (shown, spans) = excerpt(text, at("Die"), &[span("Hällo"), span("Über"), span("fehlt")]);
        assert_eq!((shown.as_str(), spans), ("Die Über weisung fehlt.", vec![(4, 8), (17, 22)]));
        let long = "ä".repeat(500);
        assert_eq!(
            excerpt(&long, 0, &[search::Span { start: 900, end: 902 }]),
            ("ä".repeat(SNIPPET) + "…", Vec::new())
        );
        assert_eq!(excerpt("ä", 1, &[]), (String::new(), Vec::new()), "an offset inside a letter is no panic");
    }
}
