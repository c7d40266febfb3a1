//! Takes an eval case from a ticket: what was asked, what the machine had before it, what has to come of it. Personal data
//! is hidden first, and nobody's case is taken who said no to AI. A person checks it before it counts
//! (`approve_case.rs`).

use std::collections::BTreeMap;

use desk::{
    Refusal,
    audit::{AuditEvent, Service},
    draft::DraftOrigin,
    eval::{self, Asked, Asker, Case, Expectation, Origin, Pin, Reply, Said, Severity, Source, Speaker},
    failure::Failure,
    ids::{EvalCaseId, TicketId},
    knowledge::Retrieval,
    operating::OperatingModel,
};
use redact::{Known, Namespace, Redactor};
use store::{AgentSession, Conn, EvalCase, Grant, NewEvalCase, Purpose, SuggestionKind, TicketLine, Tx};

use crate::{
    App, FlowError,
    flow::{PREPARATION, prepare_reply, triage_ticket},
    library::compute,
};

/// Messages of a ticket that a case keeps: the newest.
const MESSAGES: usize = 12;
/// Longest message it keeps, in characters.
const CHARS: usize = 8_000;
/// Longest title, in characters.
const TITLE_CHARS: usize = 120;

/// Why a case is taken.
#[derive(Debug, Clone, Copy)]
pub struct Because {
    /// What made somebody think of it.
    pub origin: Origin,
    /// What was wrong.
    pub failure: Failure,
    /// How bad it is.
    pub severity: Severity,
}

/// A person takes a case from a ticket.
///
/// # Errors
/// [`FlowError::NotFound`] outside the person's queues, [`FlowError::Refused`] where somebody said no to AI,
/// [`FlowError::Conflict`] when the ticket has a case already, [`FlowError::Unavailable`] when a detector failed.
pub async fn propose(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    because: Because,
) -> Result<EvalCaseId, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let line = tx.ticket(&grant, ticket).await?;
    if !session.agent().role.answers() || !session.agent().works_in(&line.ticket.queue) {
        return Err(Refusal::NotYours.into());
    }
    if let Some(number) = has_case(&mut tx, &grant, ticket, None).await? {
        return Err(FlowError::Conflict(format!("Ticket #{number} has a case already. Open it under Eval cases.")));
    }
    let id = keep(app, &mut tx, &grant, &line, because, Some(session)).await?;
    tx.commit(AuditEvent::EvalCaseProposed { ticket, case: id }).await?;
    app.live.committed();
    Ok(id)
}

/// The same within a transaction of what shows the failure; where no case can be taken, nothing is, and that goes on.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn beside(
    app: &App,
    tx: &mut Tx,
    grant: &Grant,
    ticket: TicketId,
    because: Because,
) -> Result<(), FlowError> {
    if let Some(case) = unasked(app, tx, grant, ticket, because).await? {
        tx.record(AuditEvent::EvalCaseProposed { ticket, case }).await?;
    }
    Ok(())
}

/// The same for what a ticket's end shows, when nobody is there to ask.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn afterwards(app: &App, ticket: TicketId, because: Because) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    if let Some(case) = unasked(app, &mut tx, &grant, ticket, because).await? {
        tx.commit(AuditEvent::EvalCaseProposed { ticket, case }).await?;
        app.live.committed();
    }
    Ok(())
}

/// Keeps a case nobody asked for; none where the ticket has one, or where none may be taken.
async fn unasked(
    app: &App,
    tx: &mut Tx,
    grant: &Grant,
    ticket: TicketId,
    because: Because,
) -> Result<Option<EvalCaseId>, FlowError> {
    let line = tx.ticket(grant, ticket).await?;
    if has_case(tx, grant, ticket, None).await?.is_some() {
        return Ok(None);
    }
    if_taken(keep(app, tx, grant, &line, because, None).await)
}

/// None where no case can be taken.
pub(crate) fn if_taken(kept: Result<EvalCaseId, FlowError>) -> Result<Option<EvalCaseId>, FlowError> {
    match kept {
        Ok(case) => Ok(Some(case)),
        Err(FlowError::Refused(_) | FlowError::Invalid(_) | FlowError::Unavailable(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The number of a ticket that has a case of this suite, which is this desk's where none is named.
pub(crate) async fn has_case(
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
    suite: Option<&str>,
) -> Result<Option<i64>, FlowError> {
    let rows = conn.eval_cases_of(grant, ticket).await?;
    let of = |row: &&EvalCase| eval::read(&row.body).map_or(suite.is_none(), |case| case.suite.as_deref() == suite);
    Ok(rows.iter().find(of).map(|row| row.number))
}

async fn keep(
    app: &App,
    tx: &mut Tx,
    grant: &Grant,
    line: &TicketLine,
    because: Because,
    by: Option<&AgentSession>,
) -> Result<EvalCaseId, FlowError> {
    triage_ticket::consent(app, tx, line).await??;
    let Some(prepared) = prepare_reply::Case::load(tx, grant, line.ticket.id, app.clock.now()).await? else {
        return Err(FlowError::Invalid("Nobody asked anything here, so there is no case to take.".to_owned()));
    };
    let sources = sources(tx, grant, line.ticket.id).await?;
    let mut case = case(&prepared, because, sources, &app.clock.now().date());
    case.policies = eval::matter(&tx.policies().await?, &case).map(Pin::of).collect();
    hide(app, &mut case, prepared.known)?;
    case.id = format!("{}-{}", eval::slug(&case.title), line.ticket.number);
    let (ticket, body) = (line.ticket.id, eval::write(&case));
    let new = NewEvalCase { ticket, body: &body, by: by.map(|session| session.agent().id) };
    Ok(tx.add_eval_case(new).await?)
}

/// What the machine had before it when it wrote, with the words as they were; past replies lend no facts and stay out.
async fn sources(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Vec<Source>, FlowError> {
    let found = conn.newest_suggestion::<Retrieval>(grant, ticket, SuggestionKind::Retrieval).await?;
    let mut names: BTreeMap<String, i64> = BTreeMap::new();
    let mut all = Vec::new();
    for cited in
        found.into_iter().flat_map(|found| found.suggestion.value.cited).filter(desk::knowledge::Cited::grounds)
    {
        let desk::knowledge::Origin::Passage { article, .. } = cited.origin else { continue };
        // An article that is gone lends its words all the same: they are what the draft rested on.
        let (slug, version) = match conn.article(grant, article).await {
            Ok(article) => (article.slug, article.number),
            Err(store::StoreError::NotFound) => (eval::slug(&cited.title), 0),
            Err(error) => return Err(error.into()),
        };
        let same = names.entry(slug.clone()).or_default();
        *same += 1;
        let id = if *same == 1 { slug } else { format!("{slug}-{same}") };
        all.push(Source { id, version, title: cited.title, text: cited.text });
    }
    Ok(all)
}

fn case(prepared: &prepare_reply::Case, because: Because, sources: Vec<Source>, today: &str) -> Case {
    let ticket = &prepared.line.ticket;
    let model = ticket.operating_model.unwrap_or(OperatingModel::ProductQuestion);
    let turns = prepared
        .turns
        .iter()
        .map(|(inbound, text)| (if *inbound { Speaker::Requester } else { Speaker::Desk }, text.as_str()));
    let messages = messages(turns, &ticket.subject);
    let allowed = prepared.conduct.allows(DraftOrigin::Assembled).is_ok();
    let expect = Expectation {
        reply: Some(if allowed { Reply::Written } else { Reply::Withheld }),
        // What a person put right is what has to come of it.
        label: ticket.category.clone().filter(|_| because.origin == Origin::CorrectedTriage),
        escalation: match (because.origin, because.failure) {
            (Origin::ReturnedEscalation, _) => Some(eval::Escalation::Stays),
            (_, Failure::MissedEscalation) => Some(eval::Escalation::GoesUp),
            _ => None,
        },
        ..Expectation::default()
    };
    Case {
        id: String::new(),
        title: title(&ticket.subject),
        severity: because.severity,
        failure: because.failure,
        origin: because.origin,
        suite: None,
        sentiment: None,
        made: today.to_owned(),
        proposed: None,
        retired: None,
        category: ticket.category.clone(),
        operating_model: Some(prepared.conduct.model.narrower(model)),
        persona: prepared.voice.as_ref().ok().and_then(|chosen| chosen.key.clone()),
        policies: Vec::new(),
        asker: Asker {
            segment: prepared.line.cohort.as_deref().and_then(|word| word.parse().ok()),
            role: None,
            plan: prepared.line.organization.as_ref().map(|(_, plan)| plan.clone()).filter(|plan| !plan.is_empty()),
        },
        messages,
        steps: Vec::new(),
        sources,
        expect,
    }
}

/// A case's messages: the newest, up to the last that the requester wrote. What was said after it is no part of what is answered.
pub(crate) fn messages<'a>(turns: impl DoubleEndedIterator<Item = (Speaker, &'a str)>, subject: &str) -> Vec<Said> {
    let said =
        |(by, text): (Speaker, &str)| Said { by, subject: String::new(), text: text.chars().take(CHARS).collect() };
    let newest = turns.rev().skip_while(|(by, _)| *by == Speaker::Desk).take(MESSAGES);
    let mut messages: Vec<Said> = newest.map(said).collect();
    messages.reverse();
    if let Some(last) = messages.last_mut() {
        subject.clone_into(&mut last.subject);
    }
    messages
}

/// A case's title, of a subject.
pub(crate) fn title(subject: &str) -> String {
    subject.chars().take(TITLE_CHARS).collect()
}

/// Hides who the people are. Each value gets the same mark throughout, so that the case reads as it did; a name that one text
/// gives away ("I am ...") is hidden in all of them.
///
/// # Errors
/// [`FlowError::Unavailable`] when a detector failed: then nothing is kept.
pub(crate) fn hide(app: &App, case: &mut Case, known: Vec<(redact::Class, String)>) -> Result<(), FlowError> {
    hide_as(case, known, Namespace::new(app.keys.random().map_err(|_| closed())?))
}

/// The same, with placeholders of this namespace on the way.
///
/// # Errors
/// [`FlowError::Unavailable`] when a detector failed.
pub(crate) fn hide_as(
    case: &mut Case,
    known: Vec<(redact::Class, String)>,
    namespace: Namespace,
) -> Result<(), FlowError> {
    let mut known: Vec<Known> = known.into_iter().map(|(class, value)| Known { class, value }).collect();
    let found = compute(|| hidden(&mut case.clone(), known.clone(), namespace))?;
    known.extend(found.hidden().map(|(_, class, value)| Known { class, value: value.to_owned() }));
    let table = compute(|| hidden(case, known, namespace))?;
    plain(case, &table);
    Ok(())
}

fn hidden(case: &mut Case, known: Vec<Known>, namespace: Namespace) -> Result<redact::Table, FlowError> {
    let mut redactor = Redactor::new(namespace, known).map_err(|_| closed())?;
    for text in texts(case) {
        *text = redactor.redact(text).map_err(|_| closed())?.as_str().to_owned();
    }
    Ok(redactor.into_table())
}

fn closed() -> FlowError {
    FlowError::Unavailable("Personal data could not be looked for, so no case was taken.".to_owned())
}

/// What people wrote.
fn texts(case: &mut Case) -> impl Iterator<Item = &mut String> {
    case.messages
        .iter_mut()
        .flat_map(|m| [&mut m.subject, &mut m.text])
        .chain(case.steps.iter_mut())
        .chain([&mut case.title])
}

/// `PERSON_8KD02MXQ_1` as `[person 1]`: a file that people read for years needs no random letters.
fn plain(case: &mut Case, table: &redact::Table) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let marks: Vec<(String, String)> = table
        .hidden()
        .map(|(placeholder, class, _)| {
            let count = counts.entry(class.name()).or_default();
            *count += 1;
            (placeholder.to_owned(), format!("[{} {count}]", class.name()))
        })
        .collect();
    for text in texts(case) {
        // The longest first: the tenth begins like the first.
        for (placeholder, mark) in marks.iter().rev() {
            *text = text.replace(placeholder.as_str(), mark);
        }
    }
}

/// Cases that say nearly the same, by name, likest first.
#[must_use]
pub fn alike(case: &Case, others: &[EvalCase]) -> Vec<(EvalCaseId, String)> {
    let asked = Asked::of(case);
    let read = others.iter().filter_map(|o| Some((o.id, eval::read(&o.body).ok()?)));
    let sure = |other: &Case| eval::sameness(&asked, &Asked::of(other), None);
    let mut near: Vec<(f64, EvalCaseId, String)> =
        read.map(|(id, other)| (sure(&other), id, other.title)).filter(|(sure, ..)| *sure >= eval::NEAR).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().map(|(_, id, title)| (id, title)).collect()
}
