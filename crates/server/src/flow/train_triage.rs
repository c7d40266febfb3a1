//! Trains the classifier on solved cases whose category people chose and on their standing corrections,
//! leaving out who opted out and what machines wrote. The new model is compared with the running one on
//! examples neither was trained on, and takes its place only when it is not worse.

use classify::{Example, Model, Settings, train as learn};
use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    ids::{ModelId, TicketId},
    promotion::{CASES_LEAST, CASES_ONE_IN, COMPARED_LEAST, CORRECTIONS_ONE_IN, Comparison, Judgement, is_held_back},
};
use serde::{Deserialize, Serialize};
use store::{Claimed, Conn, Identity, ModelState, ModelVersion, NewJob, NewModel, Purpose, ServiceIdentity, Tx};

use super::gate_classifier;
use crate::{
    App, FlowError,
    library::{compute, may_use, meaning_of},
    triager::{may_learn_from, text_of},
};

/// Name of the job.
pub const TRAIN: &str = "train";
/// What the job is about; there is one at a time.
const SUBJECT: &str = "triage";
/// Share of decided tickets that should be right: the promise that live answers are held against. A
/// wrong label costs an agent one key; an abstention costs them the same and helps nobody, so the bar
/// is below "sure".
pub const TARGET_PRECISION: f32 = 0.85;
/// New corrections after which training starts by itself.
const ENOUGH: i64 = 25;
/// Texts encoded between two signs of life.
const STEP: usize = 50;

/// What is learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Using {
    /// Words alone: done in a second or two.
    Words,
    /// Words and meaning, where weights are there.
    Meaning,
}

/// How far a training is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Texts done.
    pub done: usize,
    /// Texts in all.
    pub total: usize,
    /// What is being done, in a word or two.
    pub step: String,
}

/// Whoever waits for a training.
enum Watcher<'a> {
    Nobody,
    Job(&'a Claimed),
}

/// What became of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The new version, as it is kept.
    pub version: ModelVersion,
}

struct Lesson {
    example: Example,
    is_correction: bool,
    is_held: bool,
}

/// Asks for a training, unless one waits already. The transaction still needs its ending.
///
/// # Errors
/// Whatever the database says.
pub async fn ask(tx: &mut Tx) -> Result<(), FlowError> {
    let now = tx.now();
    Ok(tx.queue_job(NewJob { kind: TRAIN, subject: SUBJECT, run_at: now }).await?)
}

/// Asks for a training when enough was corrected since the last one.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_when_due(tx: &mut Tx) -> Result<(), FlowError> {
    let last = tx.models().await?.first().map_or(Timestamp::from_micros(0), |m| m.trained_at);
    // The one that is being given right now counts too.
    if tx.corrections_since(last).await? + 1 >= ENOUGH {
        tx.record(AuditEvent::TrainingAsked { why: "corrections".to_owned() }).await?;
        ask(tx).await?;
    }
    Ok(())
}

/// Asks for a training where this program cannot read the running model, as after an update that stores models in
/// another format: until then nothing is sorted by words.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_when_unreadable(app: &App) -> Result<(), FlowError> {
    let running = app.store.read().await?.running_model().await?;
    if running.is_none_or(|version| app.triager.running() == Some(version.id)) {
        return Ok(());
    }
    let mut tx = app.store.begin(&super::PREPARATION, app.clock.now()).await?;
    ask(&mut tx).await?;
    tx.commit(AuditEvent::TrainingAsked { why: "unreadable".to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Asks for a training without these tickets, where any kept version has learnt from one of them. The transaction still needs
/// its ending.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_without(app: &App, tx: &mut Tx, tickets: &[TicketId]) -> Result<(), FlowError> {
    if taught_by(app, tx, tickets).await?.is_empty() {
        return Ok(());
    }
    tx.record(AuditEvent::TrainingAsked { why: "consent".to_owned() }).await?;
    ask(tx).await
}

/// Versions that learnt from one of these tickets, with how many of them. One that this program cannot read counts as having
/// learnt from all.
///
/// # Errors
/// Whatever the database says.
pub async fn taught_by(
    app: &App,
    conn: &mut Conn,
    tickets: &[TicketId],
) -> Result<Vec<(ModelVersion, usize)>, FlowError> {
    let ids: Vec<String> = tickets.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    for version in conn.models().await? {
        if ids.is_empty() {
            break;
        }
        let learnt = match app.triager.running() == Some(version.id) {
            true => app.triager.has_learnt(&ids),
            false => {
                let bytes = conn.model_bytes(version.id).await?;
                let model = compute(|| Model::from_bytes(&bytes)).ok();
                model.map(|model| ids.iter().filter(|id| model.has_learnt(id)).count())
            }
        };
        let learnt = learnt.unwrap_or(ids.len());
        if learnt > 0 {
            found.push((version, learnt));
        }
    }
    Ok(found)
}

/// Takes away every version that learnt from somebody who has since said no, once it no longer runs or nothing can take its
/// place.
async fn forget_taught(app: &App, who: &impl Identity, spare: Option<ModelId>) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let gone = conn.tickets_out_of_reach().await?;
    let taught = taught_by(app, &mut conn, &gone).await?;
    drop(conn);
    let mut models: Vec<ModelId> = taught.into_iter().map(|(v, _)| v.id).filter(|id| Some(*id) != spare).collect();
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    tx.drop_models(&models).await?;
    let Some(last) = models.pop() else { return Ok(tx.abandon().await?) };
    for model in &models {
        tx.record(AuditEvent::ModelForgotten { model: *model }).await?;
    }
    tx.commit(AuditEvent::ModelForgotten { model: last }).await?;
    app.live.committed();
    app.reload_triage().await
}

/// Runs a training job.
///
/// # Errors
/// Whatever the database says; the running model stays.
pub async fn run(app: &App, job: &Claimed) -> Result<(), FlowError> {
    let using = if app.library.has_encoder() { Using::Meaning } else { Using::Words };
    train_as(app, &super::PREPARATION, using, &Watcher::Job(job)).await.map(|_| ())
}

/// Trains, compares, and promotes when not worse. None when there was too little to learn from.
///
/// # Errors
/// Whatever the database says; the running model stays.
pub async fn train(app: &App, who: &impl Identity, using: Using) -> Result<Option<Trained>, FlowError> {
    train_as(app, who, using, &Watcher::Nobody).await
}

async fn train_as(
    app: &App,
    who: &impl Identity,
    using: Using,
    watcher: &Watcher<'_>,
) -> Result<Option<Trained>, FlowError> {
    let lessons = lessons(app, using, watcher).await?;
    let total = lessons.len();
    watcher.tell(app, total, total, "learning").await?;
    let (held, taught): (Vec<Lesson>, Vec<Lesson>) = lessons.into_iter().partition(|l| l.is_held);
    let corrections = taught.iter().filter(|l| l.is_correction).count();
    let examples: Vec<Example> = taught.into_iter().map(|l| l.example).collect();
    let now = app.clock.now();
    let settings = Settings { trained_at: now.micros(), target_precision: TARGET_PRECISION, ..Settings::default() };
    let model = match compute(|| learn(&examples, &settings)) {
        Ok(model) => model,
        Err(error) => {
            tracing::warn!(%error, "triage is not trained");
            // A model that may not be used any more does not run on because there is none to follow it.
            forget_taught(app, who, None).await?;
            return Ok(None);
        }
    };
    let id = keep(app, who, &model, examples.len(), corrections).await?;
    watcher.tell(app, total, total, "comparing").await?;
    judge(app, who, id, &model, &held).await?;
    forget_taught(app, who, Some(id)).await?;
    let version = app.store.read().await?.model(id).await?;
    Ok(Some(Trained { version }))
}

/// Past cases and corrections of people who let us learn from them, in an order that stays.
async fn lessons(app: &App, using: Using, watcher: &Watcher<'_>) -> Result<Vec<Lesson>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut conn = app.store.read().await?;
    let (cases, learnt) = (conn.past_cases(&grant).await?, conn.learnt(&grant).await?);
    drop(conn);
    let allowed = app.config.desk.ai_default;
    let spare = cases.len() >= CASES_LEAST;
    let mut lessons = Vec::with_capacity(cases.len() + learnt.len());
    let lesson = |text: String, label: String, ticket: TicketId, is_correction: bool, is_held: bool| Lesson {
        example: Example { id: ticket.to_string(), text, label, vector: None },
        is_correction,
        is_held,
    };
    for case in cases.into_iter().filter(|c| may_use(c, allowed)) {
        let Some(label) = case.category else { continue };
        let held = spare && is_held_back(&case.ticket.to_string(), CASES_ONE_IN);
        lessons.push(lesson(meaning_of(&case.subject, "", &case.question), label, case.ticket, false, held));
    }
    for l in learnt.into_iter().filter(|l| may_learn_from(l.said, allowed)) {
        let held = is_held_back(&l.verdict.to_string(), CORRECTIONS_ONE_IN);
        lessons.push(lesson(text_of(&l.subject, &l.latest), l.category, l.ticket, true, held));
    }
    if using == Using::Meaning {
        let total = lessons.len();
        for (done, lesson) in lessons.iter_mut().enumerate() {
            if done % STEP == 0 {
                watcher.tell(app, done, total, "reading").await?;
            }
            lesson.example.vector = vector(app, &lesson.example.text).await?;
        }
    }
    Ok(lessons)
}

/// Keeps a new model as a candidate.
async fn keep(
    app: &App,
    who: &impl Identity,
    model: &Model,
    examples: usize,
    corrections: usize,
) -> Result<ModelId, FlowError> {
    let card = model.card();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let unwritable = |e: serde_json::Error| FlowError::Internal(e.to_string());
    let new = NewModel {
        bytes: &model.to_bytes(),
        fingerprint: &card.fingerprint,
        examples: count(examples),
        corrections: count(corrections),
        split: 1,
        metrics: &serde_json::to_string(&card.metrics).map_err(unwritable)?,
    };
    let fingerprint: Digest = card.fingerprint.parse().unwrap_or(Digest::of(card.fingerprint.as_bytes()));
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    let id = tx.keep_model(new).await?;
    tx.commit(AuditEvent::ModelTrained { fingerprint, examples: count(examples) }).await?;
    Ok(id)
}

/// Compares a candidate with the running model, and promotes or refuses it.
async fn judge(
    app: &App,
    who: &impl Identity,
    id: ModelId,
    candidate: &Model,
    held: &[Lesson],
) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let running = conn.running_model().await?;
    let bytes = match &running {
        Some(version) => Some(conn.model_bytes(version.id).await?),
        None => None,
    };
    let gone = conn.tickets_out_of_reach().await?;
    drop(conn);
    let first = if running.is_none() { "the first model" } else { "this program cannot read the model before it" };
    let readable = bytes.and_then(|bytes| compute(|| Model::from_bytes(&bytes)).ok());
    let may_run = |model: &Model| !gone.iter().any(|ticket| model.has_learnt(&ticket.to_string()));
    let mut asked = None;
    let (promote, compared, why, word) = match readable {
        Some(running) if !may_run(&running) => {
            (true, None, "the model before it had learnt from somebody who has said no since".to_owned(), "consent")
        }
        None => (true, None, first.to_owned(), "first"),
        Some(running) => {
            let compared = compute(|| compare(&running, candidate, held));
            asked = gate_classifier::ask(app, &running, candidate).await?;
            let severe = asked.as_ref().and_then(gate_classifier::Asked::severe);
            let promote = severe.is_none() && compared.judgement() == Judgement::NotWorse;
            (promote, Some(compared), severe.unwrap_or_else(|| why(&compared)), "not_worse")
        }
    };
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    if let Some(asked) = &asked {
        gate_classifier::keep(&mut tx, asked, promote).await?;
    }
    let event = if promote {
        tx.promote_model(id, compared.as_ref(), &why).await?;
        AuditEvent::ModelPromoted { model: id, why: word.to_owned() }
    } else {
        tx.refuse_model(id, &compared.unwrap_or_default(), &why).await?;
        AuditEvent::ModelRefused { model: id }
    };
    tx.commit(event).await?;
    app.live.committed();
    app.reload_triage().await
}

/// Only examples that neither has learnt count; a model from before more was held back may know some of them.
fn compare(running: &Model, candidate: &Model, held: &[Lesson]) -> Comparison {
    let mut compared = Comparison::default();
    let new_to = |model: &Model, lesson: &Lesson| !model.has_learnt(&lesson.example.id);
    for lesson in held.iter().filter(|l| new_to(running, l) && new_to(candidate, l)) {
        let example = &lesson.example;
        let right = |model: &Model| {
            let said = model.predict(&example.text, example.vector.as_deref());
            said.ranked.first().is_some_and(|(label, _)| *label == example.label)
        };
        let score = if lesson.is_correction { &mut compared.corrections } else { &mut compared.cases };
        score.add(right(running), right(candidate));
    }
    compared
}

fn why(compared: &Comparison) -> String {
    let all = compared.all();
    match compared.judgement() {
        Judgement::TooFew => {
            format!(
                "{} held-back examples are too few to compare on, {COMPARED_LEAST} are needed: choose yourself",
                all.n
            )
        }
        Judgement::NotWorse | Judgement::Worse => {
            format!("right on {} of {} held-back examples, the running model on {}", all.candidate, all.n, all.running)
        }
    }
}

/// Lets an older version sort again.
///
/// # Errors
/// [`FlowError::NotFound`] when it is not kept, [`FlowError::Invalid`] when it runs already or this
/// program cannot read it.
pub async fn choose(app: &App, who: &impl Identity, id: ModelId, word: &str) -> Result<ModelVersion, FlowError> {
    let mut conn = app.store.read().await?;
    let version = conn.model(id).await?;
    if version.state == ModelState::Running {
        return Err(FlowError::Invalid("This version sorts already.".to_owned()));
    }
    let bytes = conn.model_bytes(id).await?;
    drop(conn);
    if let Err(error) = compute(|| Model::from_bytes(&bytes)) {
        return Err(FlowError::Invalid(format!("This version cannot be used: {error}.")));
    }
    let mut tx = app.store.begin(who, app.clock.now()).await?;
    tx.promote_model(id, None, "a person chose it").await?;
    tx.commit(AuditEvent::ModelPromoted { model: id, why: word.to_owned() }).await?;
    app.live.committed();
    app.reload_triage().await?;
    Ok(app.store.read().await?.model(id).await?)
}

/// Lets the version sort that did before the running one. Done twice, it goes back twice.
///
/// # Errors
/// [`FlowError::Invalid`] when there is no earlier one, or as [`choose`].
pub async fn roll_back(app: &App, who: &impl Identity) -> Result<ModelVersion, FlowError> {
    let versions = app.store.read().await?.models().await?;
    let running = versions.iter().find(|v| v.state == ModelState::Running).and_then(|v| v.promoted_at);
    let earlier = versions
        .iter()
        .filter(|v| v.state == ModelState::Retired && v.promoted_at.is_some() && v.promoted_at < running)
        .max_by_key(|v| v.promoted_at);
    let Some(earlier) = earlier else {
        return Err(FlowError::Invalid("There is no earlier version to go back to.".to_owned()));
    };
    choose(app, who, earlier.id, "rollback").await
}

/// The meaning of a text, from the cache by content; encoded and kept when new. None without weights.
///
/// # Errors
/// Whatever the database says.
pub async fn vector(app: &App, text: &str) -> Result<Option<Vec<f32>>, FlowError> {
    if !app.library.has_encoder() {
        return Ok(None);
    }
    let digest = Digest::of(text.as_bytes()).to_string();
    if let Some(bytes) = app.store.vector(&digest, embed::weights::MODEL_NAME).await?
        && let Ok(vector) = embed::Vector::from_bytes(&bytes)
    {
        return Ok(Some(vector.as_slice().to_vec()));
    }
    let Some(vector) = app.library.vector(text) else { return Ok(None) };
    app.store.keep_vectors(embed::weights::MODEL_NAME, &[(digest, vector.to_bytes())]).await?;
    tokio::task::yield_now().await;
    Ok(Some(vector.as_slice().to_vec()))
}

impl Watcher<'_> {
    /// Says how far it is. A job that another worker took over ends here.
    async fn tell(&self, app: &App, done: usize, total: usize, step: &str) -> Result<(), FlowError> {
        let Self::Job(job) = self else { return Ok(()) };
        let progress = Progress { done, total, step: step.to_owned() };
        // Two numbers and a word into a string cannot fail.
        let detail = serde_json::to_string(&progress).unwrap_or_default();
        if app.store.job_is_at(job, &detail).await? { Ok(()) } else { Err(FlowError::Stale) }
    }
}

/// The identity of commands.
pub const COMMAND_LINE: ServiceIdentity = ServiceIdentity::new(Service::CommandLine);
