//! Reads the scorecard: sums of what became of tickets, told apart and within what the reader may see.

use desk::{
    Timestamp,
    outcome::{Count, Counts, Lived, Outcome, Slice, Where},
    reading::LEAST_PEOPLE,
    scorecard::{self, Figure},
};
use store::{Grant, Scope, Summed};

use crate::{App, FlowError};

/// Tickets shown behind a figure.
const SHOWN: usize = 100;
/// Rows read at once.
const AT_ONCE: i64 = 2_000;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How many days back, whole weeks.
    pub days: i64,
    /// Told apart by this.
    pub by: Slice,
    /// Of these alone.
    pub only: Where,
}

/// The figures asked for.
#[derive(Debug)]
pub struct Scored {
    /// The first Monday.
    pub from: Timestamp,
    /// The Monday after the last week.
    pub until: Timestamp,
    /// All of it.
    pub total: Counts,
    /// Told apart.
    pub groups: Vec<(String, Counts)>,
    /// By week.
    pub weeks: Vec<(String, Counts)>,
    /// Tickets among them that were generated.
    pub generated: i64,
}

fn range(app: &App, days: i64) -> (Timestamp, Timestamp) {
    let now = app.clock.now();
    (now.plus_seconds(-days * 86_400).monday(), now.monday().plus_seconds(7 * 86_400))
}

/// The figures within the grant.
///
/// # Errors
/// Whatever the database says.
pub async fn score(app: &App, grant: &Grant, asked: &Asked) -> Result<Scored, FlowError> {
    let (from, until) = range(app, asked.days);
    let mut conn = app.store.read().await?;
    let people = conn.agents().await?.iter().filter(|agent| agent.role.answers()).count();
    let sees_all = match grant.scope() {
        Scope::Desk => true,
        Scope::Queues(own) => conn.queues().await?.iter().all(|(key, _)| own.contains(key)),
    };
    let rows = conn.outcome_sums(grant, (from, until), asked.by, &asked.only).await?;
    let sum = |total: Counts, row: &Summed| total + row.counts;
    let total = rows.iter().fold(Counts::default(), sum);
    let made = rows.iter().filter(|row| row.lived == Lived::Generated).fold(Counts::default(), sum);
    let hidden = |groups: Vec<(String, Counts)>| groups.into_iter().map(|(k, c)| (k, c.without_reading())).collect();
    let is_whole = asked.only.0.is_empty() && people >= LEAST_PEOPLE && sees_all;
    Ok(Scored {
        from,
        until,
        total: if is_whole { total } else { total.without_reading() },
        groups: hidden(scorecard::groups(rows.iter().map(|row| (row.key.clone(), row.counts)))),
        weeks: hidden(scorecard::groups(rows.iter().map(|row| (row.week.date(), row.counts)))),
        generated: made.get(Count::Tickets),
    })
}

/// Tickets that a figure counts above the line, newest week first, at most a hundred; and how many there are.
///
/// # Errors
/// Whatever the database says.
pub async fn behind(
    app: &App,
    grant: &Grant,
    asked: &Asked,
    figure: Figure,
) -> Result<(Vec<Outcome>, usize), FlowError> {
    let (part, ..) = figure.quotient();
    let (mut found, mut after, mut n) = (Vec::new(), None, 0);
    loop {
        let rows = page(app, grant, asked, after).await?;
        let Some(last) = rows.last().map(|row| (row.place.week, row.ticket)) else { break };
        after = Some(last);
        // A visit to the help centre is no ticket.
        let is_meant = |row: &Outcome| asked.only.takes(&row.place) && row.counts.get(part) > 0;
        let counted = rows.into_iter().filter(|row| row.counts.get(Count::Tickets) > 0 && is_meant(row));
        for row in counted {
            n += 1;
            found.push(row);
        }
        found.sort_by_key(|row| std::cmp::Reverse(row.ended));
        found.truncate(SHOWN);
    }
    Ok((found, n))
}

/// One page of rows after a place, without what tells how somebody read; unfiltered, so that an empty page is the end.
///
/// # Errors
/// Whatever the database says.
pub async fn page(
    app: &App,
    grant: &Grant,
    asked: &Asked,
    after: Option<(Timestamp, desk::ids::TicketId)>,
) -> Result<Vec<Outcome>, FlowError> {
    let rows = app.store.read().await?.outcomes(grant, range(app, asked.days), after, AT_ONCE).await?;
    Ok(rows.into_iter().map(|row| Outcome { counts: row.counts.without_reading(), ..row }).collect())
}
