//! The index of tickets follows the record: what happened to a ticket brings its words up to date.

use std::collections::BTreeSet;

use desk::{audit::Service, ids::TicketId};
use store::{Conn, FeedItem, Grant, Purpose, StoreError};

use crate::{App, FlowError, ticket_index::TicketWords};

/// Entries followed in one go.
const BATCH: i64 = 500;
/// Entries that change no word of a ticket may go unsaved up to this many.
const UNSAVED: i64 = 50;

/// Follows what is new. Returns how many entries were followed when there may be more.
///
/// # Errors
/// Whatever database or index say; the next call starts at the same place.
pub async fn follow(app: &App) -> Result<usize, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut conn = app.store.read().await?;
    let cursor = app.tickets.cursor();
    if cursor > conn.log_size().await? {
        // The database is older than the index (a restored backup): everything is read again.
        app.tickets.commit(0)?;
        return Ok(1);
    }
    let items = conn.feed(&grant, cursor - 1, BATCH).await?;
    let Some(last) = items.last().map(|item| item.seq) else { return Ok(0) };
    let touched: BTreeSet<TicketId> =
        items.iter().filter(|item| changes_words(item)).filter_map(|i| i.ticket).collect();
    for ticket in &touched {
        put(app, &mut conn, &grant, *ticket).await?;
    }
    if items.iter().any(|item| ["ticket.erased", "ticket.redacted"].contains(&item.kind.as_str())) {
        app.tickets.commit(cursor)?;
        app.tickets.purge()?;
    }
    if !touched.is_empty() || last + 1 - cursor > UNSAVED {
        app.tickets.commit(last + 1)?;
    }
    Ok(if touched.is_empty() { 0 } else { items.len() })
}

/// What the machine prepares for a person is no word of the ticket yet.
fn changes_words(item: &FeedItem) -> bool {
    !["draft.", "exchange.", "sources."].iter().any(|kind| item.kind.starts_with(kind))
}

async fn put(app: &App, conn: &mut Conn, grant: &Grant, id: TicketId) -> Result<(), FlowError> {
    let line = match conn.ticket(grant, id).await {
        Err(StoreError::NotFound) => {
            app.tickets.remove(id);
            return Ok(());
        }
        other => other?,
    };
    let messages = conn.messages(grant, id).await?;
    let notes = conn.notes(grant, id).await?;
    let past = conn.past_case(grant, id).await?;
    app.tickets.put(&TicketWords { line: &line, messages: &messages, notes: &notes, past: past.as_ref() })
}
