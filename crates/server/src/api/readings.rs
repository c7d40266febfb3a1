//! How people read the machine's words before their yes: one's own figures, and those of groups.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use desk::reading::{GroupHabits, Habits as Figures, LEAST_PEOPLE};
use serde::{Deserialize, Serialize};
use store::{Grant, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Body, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App,
    flow::reading_habits::{self, Sharing},
};

/// Own figures, groups, sharing.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(own_readings)).routes(routes!(group_readings)).routes(routes!(share_readings))
}

/// What a number of letters with words of the machine come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Habits {
    /// Letters.
    letters: usize,
    /// Median seconds before a yes.
    seconds: f64,
    /// Share that left word for word as the machine wrote it, 0 to 1.
    unchanged: f64,
    /// Mean number of words put in or taken out.
    changed_words: f64,
    /// Of the letters that rest on sources, the share for which one was opened; null where no letter does.
    opened: Option<f64>,
    /// Share approved faster than anybody reads, 0 to 1.
    hasty: f64,
    /// Letters before which the page had to stand for a while.
    braked: usize,
}

impl From<Figures> for Habits {
    fn from(h: Figures) -> Self {
        Self {
            letters: h.letters,
            seconds: h.seconds,
            unchanged: h.unchanged,
            changed_words: h.changed_words,
            opened: h.opened,
            hasty: h.hasty,
            braked: h.braked,
        }
    }
}

/// One's own figures of the last twelve weeks. Nobody else sees them unless they are shared.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnReadings {
    /// `private` or `shared`.
    sharing: String,
    /// Null without any letter.
    total: Option<Habits>,
    /// Drafts turned down.
    rejected: i64,
    /// Weeks with letters, oldest first.
    weeks: Vec<ReadingWeek>,
}

/// One week.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingWeek {
    /// Its Monday.
    start: String,
    habits: Habits,
}

/// How the caller read.
#[utoipa::path(get, path = "/readings/own", tag = "desk", responses((status = 200, body = OwnReadings), (status = "4XX", body = ProblemBody)))]
async fn own_readings(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<Json<OwnReadings>, Problem> {
    let own = reading_habits::own(&app, session.agent().id).await?;
    let weeks = own.weeks.into_iter().map(|(start, h)| ReadingWeek { start: time(start), habits: h.into() }).collect();
    Ok(Json(OwnReadings {
        sharing: own.sharing.word().to_owned(),
        total: own.total.map(Habits::from),
        rejected: own.rejected,
        weeks,
    }))
}

/// Groups of people in the last four whole weeks, and who shares their own figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupReadings {
    /// The first Monday.
    from: String,
    /// The Monday after the last week.
    until: String,
    /// Fewer people than this are no group.
    least_people: usize,
    groups: Vec<ReadingGroup>,
    /// People who let leads see their own figures.
    people: Vec<ReadingPerson>,
}

/// A queue's people, each counting once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingGroup {
    /// The queue's key.
    queue: String,
    name: String,
    /// How many people; null when too few for a group.
    people: Option<usize>,
    habits: Option<Habits>,
}

/// Somebody who shares.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadingPerson {
    agent_id: String,
    name: String,
    habits: Option<Habits>,
}

/// How groups of people read. For leads.
#[utoipa::path(get, path = "/readings/groups", tag = "desk", responses((status = 200, body = GroupReadings), (status = "4XX", body = ProblemBody)))]
async fn group_readings(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<GroupReadings>, Problem> {
    if !session.agent().role.leads() {
        return Err(Problem::forbidden("Figures of groups are for leads. Your own are on this page."));
    }
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let found = reading_habits::groups(&app, &grant).await?;
    let names: BTreeMap<String, String> = app.store.read().await?.queues().await?.into_iter().collect();
    let name = |queue: &str| names.get(queue).cloned().unwrap_or_else(|| queue.to_owned());
    let group = |(queue, group): (String, Option<GroupHabits>)| ReadingGroup {
        name: name(&queue),
        queue,
        people: group.map(|g| g.people),
        habits: group.map(|g| g.habits.into()),
    };
    Ok(Json(GroupReadings {
        from: time(found.from),
        until: time(found.until),
        least_people: LEAST_PEOPLE,
        groups: found.groups.into_iter().map(group).collect(),
        people: found
            .shared
            .into_iter()
            .map(|(agent, name, habits)| ReadingPerson {
                agent_id: agent.to_string(),
                name,
                habits: habits.map(Habits::from),
            })
            .collect(),
    }))
}

/// Whether leads may see the caller's own figures.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSharing {
    /// `private` or `shared`.
    sharing: String,
}

/// Shares the caller's own figures with leads, or keeps them private again.
#[utoipa::path(put, path = "/readings/sharing", tag = "desk", request_body = NewSharing, responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn share_readings(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(new): Body<NewSharing>,
) -> Result<StatusCode, Problem> {
    let sharing: Sharing = word(&new.sharing)?;
    reading_habits::share(&app, &session, sharing).await?;
    Ok(StatusCode::NO_CONTENT)
}
