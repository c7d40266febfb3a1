//! The macros of a desk, filled for one ticket, for a person to put into their reply. Nothing is written here: what is
//! inserted is the person's text like any other.

use desk::{
    ids::{ArticleId, TicketId},
    macros::{Resting, may_insert},
    template::{Slot, Template},
};
use store::{AgentSession, Grant, MacroRow, Purpose};

use super::bulk_reply::values;
use crate::{App, FlowError};

/// What a macro says for a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// This.
    Text(String),
    /// Nothing is known for a slot of it.
    Missing(Slot),
    /// It may not be inserted now.
    Resting(Resting),
}

/// A macro as offered for a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its article.
    pub article: ArticleId,
    /// Title.
    pub title: String,
    /// Key of the category it is for; empty for all.
    pub category: String,
    /// Language word; empty when it says none.
    pub language: String,
    /// What it says.
    pub filled: Filled,
}

/// Every macro for a ticket: those of its category first, then those for all, then the others; those that cannot be
/// inserted last of each.
///
/// # Errors
/// [`FlowError::NotFound`] for a ticket that is not theirs; whatever the database says.
pub async fn for_ticket(app: &App, session: &AgentSession, ticket: TicketId) -> Result<Vec<Offered>, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let line = conn.ticket(&grant, ticket).await?;
    let requester = conn.requester(line.ticket.requester).await?;
    let rows = conn.macros(&grant).await?;
    drop(conn);
    let now = app.clock.now();
    let values = values(&line, &requester, &session.agent().name);
    let fill = |row: &MacroRow| match may_insert(row.standing, row.changed.as_deref(), &row.rests, now) {
        Err(why) => Filled::Resting(why),
        Ok(()) => match Template::read(&row.body).map(|template| template.fill(&values)) {
            Ok(Ok(text)) => Filled::Text(text),
            Ok(Err(missing)) => Filled::Missing(missing.0),
            // Checked when it was proposed; slots may have gone since.
            Err(_) => Filled::Resting(Resting::Due),
        },
    };
    let category = line.ticket.category.as_deref().unwrap_or_default();
    let mut offered: Vec<Offered> = rows
        .into_iter()
        .map(|row| Offered {
            filled: fill(&row),
            article: row.article,
            title: row.title,
            category: row.category,
            language: row.language,
        })
        .collect();
    // Titles are in order already.
    offered.sort_by_key(|one| {
        let near = if one.category.is_empty() {
            1
        } else if one.category == category {
            0
        } else {
            2
        };
        (near, !matches!(one.filled, Filled::Text(_)))
    });
    Ok(offered)
}
