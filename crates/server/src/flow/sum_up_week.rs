//! Sums a week up for whoever runs queues or owns articles: as a page, and on Mondays by mail to people who work here.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    ids::ArticleId,
    knowledge::{Origin, Retrieval},
    notice::Notice,
    people::{Agent, Role},
    weekly::{Behind, Fault, Missing, Week},
};
use outbox::NoticeOutcome;
use store::{AgentSession, Conn, DigestMail, EvalCaseState, Failed, Grant, Purpose, StoreError};

use crate::{
    App, FlowError,
    flow::{PREPARATION, approve_case},
};

const WEEK_SECONDS: i64 = 7 * 24 * 60 * 60;
/// The mail leaves on Mondays from this hour on, UTC.
const MAIL_FROM_SECONDS: i64 = 5 * 60 * 60;
/// Failures named at most.
const NAMED: usize = 20;
/// Gaps named at most.
const GAPS: usize = 5;

/// A week with the failures behind its numbers.
pub struct Summed {
    /// Its Monday, midnight UTC.
    pub from: Timestamp,
    /// What it comes to.
    pub week: Week,
    /// The newest failures.
    pub failed: Vec<Failed>,
}

/// The seven days from a Monday, for the person who asks. Owners see articles of theirs; leads and administrators all of them.
///
/// # Errors
/// Whatever the database says.
pub async fn of(app: &App, session: &AgentSession, monday: Option<Timestamp>) -> Result<Summed, FlowError> {
    let from = monday.unwrap_or_else(|| app.clock.now()).monday();
    summed(app, &Grant::for_agent(session, Purpose::Work)?, session.agent(), from).await
}

async fn summed(app: &App, grant: &Grant, agent: &Agent, from: Timestamp) -> Result<Summed, FlowError> {
    let mut conn = app.store.read().await?;
    let span = |weeks: i64| {
        let from = from.plus_seconds(weeks * WEEK_SECONDS);
        (from, from.plus_seconds(WEEK_SECONDS))
    };
    // A service may read more than the person it reads for.
    let own =
        |failed: Vec<Failed>| -> Vec<Failed> { failed.into_iter().filter(|f| agent.works_in(&f.queue)).collect() };
    let failed = own(conn.failures(grant, span(0)).await?);
    let before = own(conn.failures(grant, span(-1)).await?);
    let count =
        |all: &[Failed], fault: Fault| i64::try_from(all.iter().filter(|f| f.fault == fault).count()).unwrap_or(0);
    let faults = Fault::ALL.iter().map(|fault| (*fault, count(&failed, *fault), count(&before, *fault))).collect();
    let waiting = conn.low_ratings(grant).await?;
    let mut here = 0;
    for low in waiting {
        let queue = conn.ticket(grant, low.ticket).await?.ticket.queue;
        here += i64::from(agent.works_in(&queue));
    }
    let cases = approve_case::list(app, grant, EvalCaseState::Proposed).await?.len();
    let week = Week {
        faults,
        categories: categories(&failed),
        behind: behind(&mut conn, grant, agent, &failed).await?,
        missing: missing(app, agent),
        waiting: here,
        cases: i64::try_from(cases).unwrap_or(i64::MAX),
    };
    Ok(Summed { from, week, failed: failed.into_iter().take(NAMED).collect() })
}

fn categories(failed: &[Failed]) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for one in failed.iter().filter(|one| !one.category.is_empty()) {
        *counts.entry(&one.category).or_default() += 1;
    }
    let mut all: Vec<(String, i64)> = counts.into_iter().map(|(key, n)| (key.to_owned(), n)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

/// Articles that the drafts which failed cited.
async fn behind(conn: &mut Conn, grant: &Grant, agent: &Agent, failed: &[Failed]) -> Result<Vec<Behind>, FlowError> {
    let mut counts: BTreeMap<ArticleId, i64> = BTreeMap::new();
    for (retrieval, sentences) in failed.iter().filter_map(|one| one.draft.as_ref()) {
        let found = match conn.suggestion::<Retrieval>(grant, *retrieval).await {
            Ok(found) => found.suggestion.value,
            Err(StoreError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let is_cited = |n: u32| sentences.iter().any(|s| s.citations.contains(&n));
        let mut articles: Vec<ArticleId> = Vec::new();
        for cited in found.cited.iter().filter(|cited| is_cited(cited.citation)) {
            if let Origin::Passage { article, .. } = cited.origin
                && !articles.contains(&article)
            {
                articles.push(article);
            }
        }
        for article in articles {
            *counts.entry(article).or_default() += 1;
        }
    }
    let sees_all = matches!(agent.role, Role::Lead | Role::Admin);
    let mut all = Vec::new();
    for (article, failures) in counts {
        let row = match conn.article(grant, article).await {
            Ok(row) => row,
            Err(StoreError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let keepers = conn.keepers(article).await?;
        if sees_all || keepers.owner == agent.id || keepers.source_owner == agent.id {
            all.push(Behind { article, title: row.title, failures });
        }
    }
    all.sort_by(|a, b| b.failures.cmp(&a.failures).then(a.title.cmp(&b.title)));
    Ok(all)
}

/// Patterns of the person's queues that nothing answers, as counted last.
fn missing(app: &App, agent: &Agent) -> Vec<Missing> {
    let Some(counted) = app.patterns.held() else { return Vec::new() };
    let gaps = counted.patterns.iter().filter(|p| p.gap.is_some() && agent.works_in(&p.queue));
    let mut all: Vec<Missing> = gaps
        .map(|p| Missing {
            pattern: p.id.to_string(),
            words: p.words.join(" "),
            requests: i64::try_from(p.requests.len()).unwrap_or(i64::MAX),
            this_week: p.weeks.last().map_or(0, |n| i64::try_from(*n).unwrap_or(i64::MAX)),
        })
        .collect();
    all.sort_by(|a, b| b.this_week.cmp(&a.this_week).then(b.requests.cmp(&a.requests)));
    all.truncate(GAPS);
    all
}

/// Mails last week to whoever runs queues or owns articles, once, where the desk does that and they do not mind. A week in which
/// nothing failed is no mail. Returns how many wait to leave.
///
/// # Errors
/// Whatever the database says.
pub async fn mail_due(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let monday = now.monday();
    if !app.config.digest.mail || now.seconds_since(monday) < MAIL_FROM_SECONDS {
        return Ok(0);
    }
    let agents = app.store.read().await?.agents().await?;
    let mut mailed = 0;
    for agent in agents.iter().filter(|agent| gets_it(agent.role)) {
        let (wish, last) = app.store.read().await?.digest_of(agent.id).await?;
        if wish == Some(DigestMail::Off) || last.is_some_and(|week| week >= monday) {
            continue;
        }
        mailed += usize::from(mail(app, agent, monday).await?);
    }
    Ok(mailed)
}

/// Who runs queues or owns what is written there.
#[must_use]
pub const fn gets_it(role: Role) -> bool {
    matches!(role, Role::Lead | Role::Admin | Role::KnowledgeOwner)
}

async fn mail(app: &App, agent: &Agent, monday: Timestamp) -> Result<bool, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let summed = summed(app, &grant, agent, monday.plus_seconds(-WEEK_SECONDS)).await?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    if !tx.digest_mailed(agent.id, monday).await? {
        tx.abandon().await?;
        return Ok(false);
    }
    let mut outcome = NoticeOutcome::Enough;
    if let Some(newest) = summed.failed.first() {
        let notice = Notice::Digest {
            number: newest.number,
            from: summed.from,
            failures: summed.week.failures(),
            waiting: summed.week.waiting,
            desk: app.config.desk.address.trim_end_matches('/').to_owned(),
        };
        outcome = outbox::queue_call(&app.door, &mut tx, newest.ticket, &notice, &agent.email).await?;
    }
    tx.commit(AuditEvent::DigestMade { agent: agent.id, way: outcome.word().to_owned() }).await?;
    app.live.committed();
    Ok(outcome == NoticeOutcome::Queued)
}

/// Whether a person gets it by mail: their own word, else the desk's.
///
/// # Errors
/// Whatever the database says.
pub async fn mail_of(app: &App, session: &AgentSession) -> Result<DigestMail, FlowError> {
    let (wish, _) = app.store.read().await?.digest_of(session.agent().id).await?;
    let desk = if app.config.digest.mail { DigestMail::On } else { DigestMail::Off };
    // What the desk does not do, nobody gets.
    Ok(wish.filter(|_| app.config.digest.mail).unwrap_or(desk))
}

/// A person wants it by mail, or not.
///
/// # Errors
/// [`FlowError::Invalid`] where the desk mails none.
pub async fn set_mail(app: &App, session: &AgentSession, mail: DigestMail) -> Result<(), FlowError> {
    if mail == DigestMail::On && !app.config.digest.mail {
        return Err(FlowError::Invalid("This desk mails no digests. Whoever runs it sets digest.mail.".to_owned()));
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.set_digest_mail(session.agent().id, mail).await?;
    tx.commit(AuditEvent::DigestMade { agent: session.agent().id, way: mail.word().to_owned() }).await?;
    Ok(())
}
