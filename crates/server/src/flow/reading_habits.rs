//! How people read the machine's words before their yes. A person's figures are their own; leads see groups of at least five,
//! over whole weeks, so that no two answers can be held against each other to find one person's day.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    audit::AuditEvent,
    closed_list,
    ids::AgentId,
    reading::{GroupHabits, Habits, Reading, of_group},
};
use store::{AgentSession, Grant};

use crate::{App, FlowError};

/// How far back one's own figures go, and how long a group's are, in seconds.
const OWN_SECONDS: i64 = 12 * 7 * 86_400;
const GROUP_SECONDS: i64 = 4 * 7 * 86_400;

closed_list! {
    /// Who sees a person's own figures.
    pub enum Sharing ("way of sharing") {
        /// They alone.
        Private = "private",
        /// Leads too.
        Shared = "shared",
    }
}

/// One person's figures.
#[derive(Debug)]
pub struct Own {
    /// Who sees them.
    pub sharing: Sharing,
    /// All of them together.
    pub total: Option<Habits>,
    /// Drafts turned down.
    pub rejected: i64,
    /// By week, oldest first.
    pub weeks: Vec<(Timestamp, Habits)>,
}

/// Figures of groups.
#[derive(Debug)]
pub struct Groups {
    /// The first Monday.
    pub from: Timestamp,
    /// The Monday after the last week.
    pub until: Timestamp,
    /// By queue; none where there are too few people.
    pub groups: Vec<(String, Option<GroupHabits>)>,
    /// Those who share their own.
    pub shared: Vec<(AgentId, String, Option<Habits>)>,
}

/// A person's own figures of the last twelve weeks.
///
/// # Errors
/// Whatever the database says.
pub async fn own(app: &App, agent: AgentId) -> Result<Own, FlowError> {
    let since = app.clock.now().plus_seconds(-OWN_SECONDS).monday();
    let mut conn = app.store.read().await?;
    let readings = conn.own_readings(agent, since).await?;
    let sharing = match conn.sharing_people().await?.iter().any(|(id, _)| *id == agent) {
        true => Sharing::Shared,
        false => Sharing::Private,
    };
    let mut weeks: BTreeMap<Timestamp, Vec<Reading>> = BTreeMap::new();
    for reading in &readings {
        weeks.entry(reading.at.monday()).or_default().push(*reading);
    }
    Ok(Own {
        sharing,
        total: Habits::of(&readings),
        rejected: conn.own_rejections(agent, since).await?,
        weeks: weeks.into_iter().filter_map(|(start, list)| Some((start, Habits::of(&list)?))).collect(),
    })
}

/// Groups over the last four whole weeks, within the grant.
///
/// # Errors
/// Whatever the database says.
pub async fn groups(app: &App, grant: &Grant) -> Result<Groups, FlowError> {
    let until = app.clock.now().monday();
    let from = until.plus_seconds(-GROUP_SECONDS);
    let mut conn = app.store.read().await?;
    let mut by_queue: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    for (queue, reading) in conn.readings_by_queue(grant, from, until).await? {
        by_queue.entry(queue).or_default().push(reading);
    }
    let mut shared = Vec::new();
    for (agent, name) in conn.sharing_people().await? {
        let theirs: Vec<Reading> = conn.own_readings(agent, from).await?.into_iter().filter(|r| r.at < until).collect();
        shared.push((agent, name, Habits::of(&theirs)));
    }
    let groups = by_queue.into_iter().map(|(queue, list)| (queue, of_group(&list))).collect();
    Ok(Groups { from, until, groups, shared })
}

/// Lets leads see a person's own figures, or no longer.
///
/// # Errors
/// Whatever the database says.
pub async fn share(app: &App, session: &AgentSession, sharing: Sharing) -> Result<(), FlowError> {
    let agent = session.agent().id;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    match sharing {
        Sharing::Shared => tx.share_readings(agent).await?,
        Sharing::Private => tx.keep_readings_private(agent).await?,
    }
    tx.commit(AuditEvent::ReadingsShared { agent, setting: sharing.word().to_owned() }).await?;
    Ok(())
}
