//! A person reviews a text that somebody else, or the machine, wrote; they are not told which. Where two people come to
//! different verdicts, a lead settles it after they talked.

use desk::{
    Refusal, Timestamp,
    audit::AuditEvent,
    eval::{Origin, Severity},
    ids::ReviewSampleId,
    knowledge::{Cited, Retrieval},
    review::{self, Agreement, Question, Rubric, Verdict, agreement},
};
use store::{AgentSession, Conn, Dispute, GraderRow, Grant, Message, OpenReview, Purpose, ReviewSample, ReviewsDone};

use crate::{
    App, FlowError,
    flow::{
        hold_against_people,
        propose_case::{self, Because},
        watch_ladder,
    },
};

/// Longest remark, in characters.
const NOTE_CHARS_MAX: usize = 1_000;
/// Shortest part of a name that is hidden: shorter ones are words.
const NAME_CHARS_MIN: usize = 3;
/// Agreement is told of so many weeks.
pub const WEEKS: i64 = 26;

/// A text with what its writer had.
pub struct Task {
    /// The sample.
    pub sample: ReviewSample,
    /// The ticket's words up to the question, oldest first: whether the requester wrote them, the words, when.
    pub messages: Vec<(bool, String, Timestamp)>,
    /// Passages and past cases that were found for it.
    pub sources: Vec<Cited>,
}

/// What reviews come to.
pub struct Summary {
    /// How far reviewers agree, by question.
    pub agreement: Vec<(Question, Agreement)>,
    /// What they found, by category.
    pub categories: Vec<ReviewsDone>,
    /// Texts they see differently.
    pub disputes: Vec<Dispute>,
    /// Texts that were drawn in that time.
    pub drawn: i64,
    /// The model that grades, with how far it agreed with reviewers; none without a model.
    pub grader: Option<(String, Option<GraderRow>)>,
}

/// What waits for the caller.
///
/// # Errors
/// Whatever the database says.
pub async fn open(app: &App, session: &AgentSession) -> Result<Vec<OpenReview>, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    Ok(app.store.read().await?.open_reviews(&grant).await?)
}

/// One text, without the names of the people here.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`Refusal::Unfit`] for their own text or one they reviewed.
pub async fn look(app: &App, session: &AgentSession, id: ReviewSampleId) -> Result<Task, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut sample = may(&mut conn, session, &grant, id).await?;
    let names = names(&mut conn).await?;
    let until = sample.until;
    let words = |message: Message| {
        let text = if message.inbound { message.latest } else { review::blind(&message.latest, &names) };
        (message.inbound, text, message.at)
    };
    let messages = conn.messages(&grant, sample.ticket).await?;
    let messages = messages.into_iter().filter(|message| message.at <= until).map(words).collect();
    let sources = match sample.retrieval {
        Some(found) => conn.suggestion::<Retrieval>(&grant, found).await?.suggestion.value.cited,
        None => Vec::new(),
    };
    sample.text = review::blind(&sample.text, &names);
    Ok(Task { sample, messages, sources })
}

/// A person's answers about it.
///
/// # Errors
/// [`Refusal::Unfit`] for answers that cannot stand together, for their own text, and for one that enough people reviewed;
/// [`FlowError::NotFound`] outside their queues.
pub async fn give(
    app: &App,
    session: &AgentSession,
    id: ReviewSampleId,
    rubric: &Rubric,
    note: &str,
) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    rubric.check()?;
    let note = short(note)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.hold_review_sample(id).await?;
    let sample = may(&mut tx, session, &grant, id).await?;
    if !tx.add_review(&sample, session.agent().id, rubric, note).await? {
        return Err(FlowError::Stale);
    }
    if rubric.severity == Some(Severity::Severe) {
        watch_ladder::severe(app, &mut tx, &sample.category, sample.until).await?;
    }
    let (ticket, verdict) = (sample.ticket, rubric.verdict().word().to_owned());
    tx.commit(AuditEvent::TextReviewed { ticket, sample: id, verdict }).await?;
    app.live.committed();
    if let (Verdict::Fails, Some(failure), Some(severity)) = (rubric.verdict(), rubric.failure, rubric.severity) {
        let because = Because { origin: Origin::SecondLook, failure, severity };
        propose_case::afterwards(app, ticket, because).await?;
    }
    Ok(())
}

/// What is true of a text that reviewers saw differently, after they talked.
///
/// # Errors
/// [`FlowError::Invalid`] without a reason or where nobody disagrees, [`FlowError::Stale`] when it is settled,
/// [`FlowError::NotFound`].
pub async fn settle(
    app: &App,
    session: &AgentSession,
    id: ReviewSampleId,
    verdict: Verdict,
    reason: &str,
) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let reason = short(reason)?;
    if reason.is_empty() {
        return Err(FlowError::Invalid("Say in a sentence what settled it.".to_owned()));
    }
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let sample = tx.review_sample(&grant, id).await?;
    if sample.settled.is_none() && !tx.review_disputes(&grant).await?.iter().any(|dispute| dispute.id == id) {
        return Err(FlowError::Invalid("Its reviewers agree, so there is nothing to settle.".to_owned()));
    }
    if !tx.settle_review(&sample, verdict, reason, session.agent().id).await? {
        return Err(FlowError::Stale);
    }
    let (ticket, verdict) = (sample.ticket, verdict.word().to_owned());
    tx.commit(AuditEvent::ReviewSettled { ticket, sample: id, verdict }).await?;
    app.live.committed();
    Ok(())
}

/// What reviews of the last half-year come to.
///
/// # Errors
/// Whatever the database says.
pub async fn summary(app: &App, session: &AgentSession) -> Result<Summary, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let since = app.clock.now().plus_seconds(-WEEKS * 7 * 86_400);
    let mut conn = app.store.read().await?;
    let pairs = conn.review_pairs(&grant, since).await?;
    let answers = |rubric: &Rubric, question: Question| {
        let answer = rubric.answers().into_iter().find(|(asked, _)| *asked == question);
        answer.map_or_else(|| rubric.verdict().word(), |(_, word)| word)
    };
    let agreement = Question::ALL
        .iter()
        .map(|question| {
            let said: Vec<(&str, &str)> =
                pairs.iter().map(|(one, two)| (answers(one, *question), answers(two, *question))).collect();
            (*question, agreement(&said))
        })
        .collect();
    Ok(Summary {
        agreement,
        categories: conn.reviews_by_category(since).await?,
        disputes: conn.review_disputes(&grant).await?,
        drawn: conn.drawn_since(since).await?,
        grader: hold_against_people::last(app, &mut conn).await?,
    })
}

/// The sample, where this person may review it.
async fn may(
    conn: &mut Conn,
    session: &AgentSession,
    grant: &Grant,
    id: ReviewSampleId,
) -> Result<ReviewSample, FlowError> {
    let sample = conn.review_sample(grant, id).await?;
    let (had_a_hand, did) = conn.stands_to_sample(id, session.agent().id).await?;
    review::may_review(had_a_hand, did, sample.settled.is_none() && sample.done < sample.wanted)?;
    Ok(sample)
}

/// Parts of the names of people here.
async fn names(conn: &mut Conn) -> Result<Vec<String>, FlowError> {
    let agents = conn.agents().await?;
    let parts = agents.iter().flat_map(|agent| agent.name.split_whitespace());
    Ok(parts.filter(|part| part.chars().count() >= NAME_CHARS_MIN).map(str::to_owned).collect())
}

fn short(text: &str) -> Result<&str, FlowError> {
    let text = text.trim();
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::Unfit { why: format!("Keep it to {NOTE_CHARS_MAX} characters.") }.into());
    }
    Ok(text)
}
