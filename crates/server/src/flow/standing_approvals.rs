//! Texts approved beforehand: shown with the evidence, begun, ended, and used for a ticket that was just prepared.

use desk::{
    Digest, Timestamp,
    audit::Service,
    calibration::{Seen, Tally, by_category},
    ids::{ArticleId, StandingId, VersionId},
    standing::{Beginning, Limits, may_begin},
    suggestion::Doubt,
    terms::Confirmation,
};
use outbox::{NewStanding, Question, StandingLine, StandingUse};
use store::{AgentSession, Conn, Grant, Purpose};

use super::{
    PREPARATION,
    prepare_reply::{Case, person_writes},
    watch_triage::{DAYS, answers},
};
use crate::{App, FlowError};

/// How people answered the machine's looks at a category.
async fn evidence(conn: &mut Conn, grant: &Grant, category: &str, now: Timestamp) -> Result<Tally, FlowError> {
    let seen: Vec<Seen> = answers(conn, grant, DAYS, now).await?.into_iter().map(|(_, seen)| seen).collect();
    Ok(by_category(&seen).get(category).copied().unwrap_or_default())
}

/// A standing approval as a lead wants it, before its articles are looked up.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Category key.
    pub category: String,
    /// The text, word for word.
    pub text: String,
    /// Its limits.
    pub limits: Limits,
    /// The articles that say the same.
    pub articles: Vec<ArticleId>,
}

impl Wanted {
    /// The current versions of its articles; what the reader may not see is not found.
    async fn sources(&self, conn: &mut Conn, grant: &Grant) -> Result<Vec<(ArticleId, VersionId)>, FlowError> {
        let mut articles = self.articles.clone();
        articles.sort_unstable();
        articles.dedup();
        let mut sources = Vec::new();
        for id in articles {
            let article = conn.article(grant, id).await?;
            sources.push((id, article.current.ok_or(FlowError::NotFound)?));
        }
        Ok(sources)
    }

    fn with<'a>(&'a self, sources: &'a [(ArticleId, VersionId)]) -> NewStanding<'a> {
        NewStanding { category: &self.category, body: &self.text, limits: self.limits, sources }
    }
}

/// What a page shows before anybody begins one.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Of everything on it.
    pub digest: Digest,
    /// The body of the letters that would leave.
    pub letter: String,
    /// How people answered the machine's looks at the category.
    pub evidence: Tally,
    /// Why it cannot begin, but for the password.
    pub unfit: Option<String>,
}

/// Shows what would be approved.
///
/// # Errors
/// [`FlowError::NotFound`] for a category that does not exist, or what the database says.
pub async fn preview(app: &App, session: &AgentSession, wanted: &Wanted) -> Result<Preview, FlowError> {
    let (grant, now) = (app.service_grant(Service::Preparation, Purpose::Work)?, app.clock.now());
    let mut conn = app.store.read().await?;
    let sources = wanted.sources(&mut conn, &Grant::for_agent(session, Purpose::Work)?).await?;
    let new = wanted.with(&sources);
    known(&mut conn, new.category).await?;
    let evidence = evidence(&mut conn, &grant, new.category, now).await?;
    let conduct = outbox::conduct_of_category(&mut conn, new.category, now).await?;
    let asked = Beginning {
        role: session.agent().role,
        confirmed: Confirmation::Password,
        conduct: &conduct,
        evidence,
        text: new.body,
        sources: (sources.len(), outbox::good_sources(&mut conn, &sources, now).await?),
        limits: new.limits,
    };
    let unfit = may_begin(&asked, now).err().map(|unfit| unfit.to_string());
    let letter = new.letter(&app.door, &session.agent().name);
    Ok(Preview { digest: new.digest(), letter, evidence, unfit })
}

async fn known(conn: &mut Conn, category: &str) -> Result<(), FlowError> {
    let categories = conn.categories().await?;
    if categories.iter().any(|c| c.key == category) { Ok(()) } else { Err(FlowError::NotFound) }
}

/// Begins one, as its page showed it.
///
/// # Errors
/// What the door refuses, or the database says.
pub async fn begin(app: &App, session: &AgentSession, wanted: &Wanted, shown: Digest) -> Result<StandingId, FlowError> {
    let (grant, now) = (app.service_grant(Service::Preparation, Purpose::Work)?, app.clock.now());
    let mut conn = app.store.read().await?;
    let sources = wanted.sources(&mut conn, &Grant::for_agent(session, Purpose::Work)?).await?;
    let new = wanted.with(&sources);
    known(&mut conn, new.category).await?;
    let evidence = evidence(&mut conn, &grant, new.category, now).await?;
    drop(conn);
    let id = outbox::begin_standing(&app.door, &app.store, session, &new, shown, evidence, now).await?;
    app.live.committed();
    Ok(id)
}

/// Ends one: what waits of it does not leave.
///
/// # Errors
/// What the door refuses, or the database says.
pub async fn end(app: &App, session: &AgentSession, id: StandingId) -> Result<(), FlowError> {
    outbox::end_standing(&app.store, session, id, app.clock.now()).await?;
    app.live.committed();
    Ok(())
}

/// All of them, active ones first.
///
/// # Errors
/// Whatever the database says.
pub async fn all(app: &App) -> Result<Vec<StandingLine>, FlowError> {
    let mut conn = app.store.read().await?;
    Ok(outbox::standings(&mut conn, app.clock.now()).await?)
}

/// The uses of one that this person may see.
///
/// # Errors
/// Whatever the database says.
pub async fn uses(app: &App, session: &AgentSession, id: StandingId) -> Result<Vec<StandingUse>, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    Ok(outbox::uses_of(&mut conn, &grant, id).await?)
}

/// Answers a ticket that was just prepared by the standing approval of its category, where one is active and
/// everything holds. Sources and draft stay beside it for whoever takes over.
///
/// # Errors
/// Whatever the database says.
pub async fn answer(app: &App, case: &Case) -> Result<(), FlowError> {
    let (grant, now) = (app.service_grant(Service::Preparation, Purpose::Work)?, app.clock.now());
    let ticket = case.line.ticket.id;
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    let line = tx.ticket(&grant, ticket).await?;
    let Some(category) = line.ticket.category.clone().filter(|_| line.ticket.last_inbound == Some(case.newest.id))
    else {
        return Ok(tx.abandon().await?);
    };
    if !outbox::has_standing(&mut tx, &category).await? {
        return Ok(tx.abandon().await?);
    }
    let messages = tx.messages(&grant, ticket).await?;
    let question = Question {
        is_surely_its: line.ticket.doubt == Some(Doubt::Sure),
        is_first: messages.len() == 1
            && line.ticket.assignee.is_none()
            && !person_writes(&mut tx, &grant, ticket).await?,
        evidence: evidence(&mut tx, &grant, &category, now).await?,
    };
    match outbox::use_standing(&app.door, &mut tx, ticket, question).await? {
        Some(Ok(outbox)) => {
            tx.commit(desk::audit::AuditEvent::TicketChanged { ticket, change: "status: pending".to_owned() }).await?;
            app.live.committed();
            tracing::info!(%ticket, %outbox, "answered by a standing approval");
        }
        Some(Err(why)) => {
            tx.abandon().await?;
            tracing::info!(%ticket, why = why.word(), "a standing approval was not used");
        }
        None => tx.abandon().await?,
    }
    Ok(())
}
