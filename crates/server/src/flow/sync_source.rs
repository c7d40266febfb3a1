//! Reads a source again: what is new or changed is proposed (or speaks at once, where its owner said so beforehand), what
//! vanished is withdrawn, and everything is told. A reading that broke off, or found almost nothing, withdraws nothing.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use connect::{
    documents::{Broken, Found, Outcome, Validators},
    folder::Folder,
    site::{Limits, Reach, Site},
};
use desk::{
    Timestamp,
    audit::AuditEvent,
    ids::SourceId,
    knowledge::ArticleState,
    source::{Fate, FedBy, Report, SyncState, Withdrawing, may_sync, may_withdraw},
};
use serde::{Deserialize, Serialize};
use store::{AgentSession, Claimed, Feed, KnownDocument, NewJob, ServiceIdentity, Tx};

use super::{PREPARATION, take_document::take};
use crate::{App, FlowError, clock};

/// Name of the job; its subject is the source's id.
pub const SYNC: &str = "sync";
/// Documents that are taken in one transaction.
const BATCH: usize = 25;
/// Documents between two signs of life.
const STEP: usize = 5;

/// Whoever waits for a reading.
pub enum Watcher<'a> {
    /// Nobody.
    Nobody,
    /// Told how many documents of how many were looked at.
    Told(&'a (dyn Fn(usize, usize) + Send + Sync)),
    /// The job, which says it to whoever asks.
    Job(&'a Claimed),
}

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Documents looked at.
    pub done: usize,
    /// Documents in all; 0 while they are being listed.
    pub total: usize,
}

/// In whose name a source is read, how far, and who watches.
pub struct Reading<'a> {
    /// Who.
    pub by: ServiceIdentity,
    /// Whether most of a source may be withdrawn.
    pub withdrawing: Withdrawing,
    /// Which addresses a site may have; tests alone reach inside.
    pub reach: Reach,
    /// Bounds on reading a site.
    pub limits: Limits,
    /// Who wants to know how far it is.
    pub watcher: Watcher<'a>,
}

impl<'a> Reading<'a> {
    /// A reading as everybody does it.
    #[must_use]
    pub fn new(by: ServiceIdentity, withdrawing: Withdrawing, watcher: Watcher<'a>) -> Self {
        Self { by, withdrawing, reach: Reach::Public, limits: Limits::default(), watcher }
    }
}

/// A source that was listed and is read one document after the other.
enum Reader {
    Folder(Option<Folder>),
    Site(Box<Site>),
}

impl Reader {
    async fn open(feed: &Feed, how: &Reading<'_>) -> Result<Self, Broken> {
        match feed.fed_by {
            FedBy::Site => Ok(Self::Site(Box::new(Site::open(&feed.place, how.limits, how.reach).await?))),
            FedBy::Folder => {
                let place = feed.place.clone();
                let listed = tokio::task::spawn_blocking(move || Folder::open(Path::new(&place))).await;
                Ok(Self::Folder(Some(listed.map_err(|_| cut_off())??)))
            }
        }
    }

    fn total(&self) -> usize {
        match self {
            Self::Folder(folder) => folder.as_ref().map_or(0, Folder::total),
            Self::Site(site) => site.total(),
        }
    }

    fn is_complete(&self) -> bool {
        match self {
            Self::Folder(folder) => folder.as_ref().is_some_and(Folder::is_complete),
            Self::Site(site) => site.is_complete(),
        }
    }

    fn commit(&self) -> Option<String> {
        match self {
            Self::Folder(folder) => folder.as_ref()?.commit(),
            Self::Site(_) => None,
        }
    }

    async fn read_next(&mut self, known: &HashMap<String, KnownDocument>) -> Result<Option<Found>, Broken> {
        match self {
            Self::Site(site) => site.read_next(|place| validators(known.get(place))).await,
            Self::Folder(slot) => {
                let Some(mut folder) = slot.take() else { return Err(cut_off()) };
                let (folder, found) = tokio::task::spawn_blocking(move || {
                    let found = folder.read_next();
                    (folder, found)
                })
                .await
                .map_err(|_| cut_off())?;
                *slot = Some(folder);
                found
            }
        }
    }
}

fn cut_off() -> Broken {
    Broken("The reading was cut off. Nothing was withdrawn; sync again.".to_owned())
}

/// A page that is gone, or whose article was never taken, is asked for in full.
fn validators(known: Option<&KnownDocument>) -> Validators {
    let standing = known.filter(|k| !k.is_gone);
    standing.map_or_else(Validators::default, |k| Validators {
        etag: k.validators.0.clone(),
        modified: k.validators.1.clone(),
    })
}

/// Reads a source. What is wrong with it, or with its documents, is in the report and kept with the source.
///
/// # Errors
/// [`FlowError::NotFound`] for a source that is not read from anywhere; whatever the database says: then the batches
/// before stand, and the next reading goes on.
pub async fn sync(app: &App, source: SourceId, how: &Reading<'_>) -> Result<Report, FlowError> {
    let mut conn = app.store.read().await?;
    let feed = conn.source_feed(source).await?;
    let known: HashMap<String, KnownDocument> =
        conn.documents(source).await?.into_iter().map(|d| (d.place.clone(), d)).collect();
    drop(conn);
    let mut report = Report::default();
    match read_all(app, &feed, &known, how, &mut report).await? {
        Ok(seen) => withdraw(app, &feed, &known, &seen, how, &mut report).await?,
        Err(problem) => report.problem = Some(problem),
    }
    end(app, &feed, how, &report).await?;
    Ok(report)
}

/// Reads every document. Gives the places that are there, or why nothing can be said about those that are not.
async fn read_all(
    app: &App,
    feed: &Feed,
    known: &HashMap<String, KnownDocument>,
    how: &Reading<'_>,
    report: &mut Report,
) -> Result<Result<BTreeSet<String>, String>, FlowError> {
    let mut reader = match Reader::open(feed, how).await {
        Ok(reader) => reader,
        Err(broken) => return Ok(Err(broken.0)),
    };
    report.commit = reader.commit();
    let (total, mut done) = (reader.total(), 0_usize);
    let (mut seen, mut batch) = (BTreeSet::new(), Vec::new());
    loop {
        let found = match reader.read_next(known).await {
            Ok(found) => found,
            Err(broken) => return Ok(Err(broken.0)),
        };
        let is_last = found.is_none();
        if let Some(found) = found {
            if found.outcome != Outcome::Gone {
                seen.insert(found.place.clone());
            }
            batch.push(found);
            done += 1;
        }
        if batch.len() >= BATCH || is_last {
            take_batch(app, feed, how, std::mem::take(&mut batch), report).await?;
        }
        if done.is_multiple_of(STEP) || is_last {
            tell(app, &how.watcher, Progress { done, total }).await?;
        }
        if is_last {
            break;
        }
    }
    if reader.is_complete() {
        return Ok(Ok(seen));
    }
    Ok(Err(
        "It was not read to its end: it holds more than is read, or a part cannot be listed. Nothing was withdrawn."
            .to_owned(),
    ))
}

/// Takes some documents in one transaction, which leaves no trace when nothing is new.
async fn take_batch(
    app: &App,
    feed: &Feed,
    how: &Reading<'_>,
    batch: Vec<Found>,
    report: &mut Report,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&how.by, app.clock.now()).await?;
    tx.hold_feed(feed.source).await?;
    let mut events = Vec::new();
    let mut noted = Vec::new();
    for found in &batch {
        let known = tx.document(feed.source, &found.place).await?;
        let (fate, why) = match (&found.outcome, known.as_ref()) {
            (Outcome::Unchanged, Some(_)) => (Fate::Unchanged, String::new()),
            (Outcome::Unchanged, None) => {
                (Fate::Refused, "It says that nothing changed, and was never read.".to_owned())
            }
            (Outcome::Gone, Some(_)) => continue,
            (Outcome::Gone, None) => (Fate::Refused, "It is listed and not there.".to_owned()),
            (Outcome::Refused(why), _) => (Fate::Refused, why.clone()),
            (Outcome::Read(document), known) => {
                take(app, &mut tx, feed, document, &found.validators, known, &mut events).await?
            }
        };
        noted.push((found.place.clone(), fate, why));
    }
    finish(app, tx, events).await?;
    for (place, fate, why) in noted {
        report.note(&place, fate, &why);
    }
    Ok(())
}

/// Withdraws what is gone, unless that is more likely a mistake.
async fn withdraw(
    app: &App,
    feed: &Feed,
    known: &HashMap<String, KnownDocument>,
    seen: &BTreeSet<String>,
    how: &Reading<'_>,
    report: &mut Report,
) -> Result<(), FlowError> {
    let standing: Vec<&KnownDocument> = known.values().filter(|k| !k.is_gone).collect();
    let mut gone: Vec<&KnownDocument> = standing.iter().copied().filter(|k| !seen.contains(&k.place)).collect();
    gone.sort_by(|a, b| a.place.cmp(&b.place));
    if standing.is_empty() && report.found() == 0 {
        report.problem = Some("It holds no document that is read: Markdown, HTML, plain text or PDF.".to_owned());
        return Ok(());
    }
    if let Err(why) = may_withdraw(standing.len(), gone.len(), report.found(), how.withdrawing) {
        report.problem = Some(why);
        return Ok(());
    }
    for batch in gone.chunks(BATCH) {
        let mut tx = app.store.begin(&how.by, app.clock.now()).await?;
        tx.hold_feed(feed.source).await?;
        let mut events = Vec::new();
        for document in batch {
            let article = document.article;
            for version in tx.supersede_proposals(article).await? {
                events.push(AuditEvent::ArticleDeclined { article, version });
            }
            tx.document_gone(feed.source, &document.place).await?;
            tx.set_article_state(article, ArticleState::Withdrawn).await?;
            events.push(AuditEvent::ArticleRetired { article, state: ArticleState::Withdrawn.word().to_owned() });
        }
        finish(app, tx, events).await?;
        for document in batch {
            report.note(&document.place, Fate::Vanished, "");
        }
    }
    Ok(())
}

async fn finish(app: &App, mut tx: Tx, mut events: Vec<AuditEvent>) -> Result<(), FlowError> {
    let Some(last) = events.pop() else { return Ok(tx.abandon().await?) };
    for event in events {
        tx.record(event).await?;
    }
    tx.commit(last).await?;
    app.live.committed();
    Ok(())
}

async fn end(app: &App, feed: &Feed, how: &Reading<'_>, report: &Report) -> Result<(), FlowError> {
    let state = if report.problem.is_some() { SyncState::Failed } else { SyncState::Done };
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut tx = app.store.begin(&how.by, app.clock.now()).await?;
    tx.end_sync(feed.source, state, report).await?;
    tx.commit(AuditEvent::SourceSynced {
        source: feed.source,
        state: state.word().to_owned(),
        added: number(report.added),
        changed: number(report.changed + report.back),
        vanished: number(report.vanished),
        refused: number(report.refused),
    })
    .await?;
    app.live.committed();
    Ok(())
}

async fn tell(app: &App, watcher: &Watcher<'_>, progress: Progress) -> Result<(), FlowError> {
    match watcher {
        Watcher::Nobody => Ok(()),
        Watcher::Told(watcher) => {
            watcher(progress.done, progress.total);
            Ok(())
        }
        Watcher::Job(job) => {
            let detail = serde_json::to_string(&progress).unwrap_or_default();
            if app.store.job_is_at(job, &detail).await? { Ok(()) } else { Err(FlowError::Stale) }
        }
    }
}

/// Reads a source as its job says.
///
/// # Errors
/// As [`sync`].
pub async fn run(app: &App, job: &Claimed) -> Result<(), FlowError> {
    let source = job.subject.parse().map_err(|_| FlowError::NotFound)?;
    let report = sync(app, source, &Reading::new(PREPARATION, Withdrawing::Few, Watcher::Job(job))).await?;
    if let Some(problem) = report.problem {
        tracing::warn!(%source, problem, "a source was not read to its end");
    }
    Ok(())
}

/// A person has a source read now.
///
/// # Errors
/// [`FlowError::NotFound`]; a refusal for all but its owner and administrators.
pub async fn ask(app: &App, session: &AgentSession, source: SourceId) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let feed = tx.source_feed(source).await?;
    may_sync(session.agent().id, session.agent().role, feed.owner)?;
    queue(app, tx, source, "person").await
}

/// Has the sources read that are due, unless that is asked for already. Returns how many.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_due(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let feeds = app.store.read().await?.source_feeds().await?;
    let mut asked = 0;
    for feed in feeds.iter().filter(|feed| is_due(feed.ended_at, now)) {
        if app.store.job_about(SYNC, &feed.source.to_string()).await?.is_none() {
            let tx = app.store.begin(&PREPARATION, now).await?;
            queue(app, tx, feed.source, "daily").await?;
            asked += 1;
        }
    }
    Ok(asked)
}

async fn queue(app: &App, mut tx: Tx, source: SourceId, why: &str) -> Result<(), FlowError> {
    let now = tx.now();
    tx.queue_job(NewJob { kind: SYNC, subject: &source.to_string(), run_at: now }).await?;
    tx.commit(AuditEvent::SyncAsked { source, why: why.to_owned() }).await?;
    app.live.committed();
    Ok(())
}

fn is_due(ended_at: Option<Timestamp>, now: Timestamp) -> bool {
    ended_at.is_none_or(|at| at.plus_seconds(clock::SYNC_AFTER_SECONDS) <= now)
}
