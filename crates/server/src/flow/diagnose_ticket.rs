//! Looks into telemetry for what explains a ticket: when it is sorted, again when more was observed, and when a person asks. Reads and
//! proposes; nothing it finds does anything by itself.

use std::{cell::RefCell, collections::HashMap};

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    diagnosis::{Complaint, Diagnosis, diagnose},
    eval::{Origin as CaseOrigin, Severity},
    failure::Failure,
    ids::{DiagnosisId, TicketId},
    suggestion::VerdictKind,
};
use store::{AgentSession, Conn, Grant, Message, Purpose, TicketLine};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION,
        propose_case::{self, Because},
        triage_ticket::consent,
    },
    library::compute,
};

/// Hours after a letter in which it is looked at again as more is observed.
const AGAIN_HOURS: i64 = 6;
/// Seconds between two looks at a ticket that nobody asked for.
const AGAIN_SECONDS: i64 = 600;
/// Tickets looked at again in one go.
const AGAIN_MAX: usize = 10;
/// Longest reason of a mark, in characters.
const REASON_CHARS_MAX: usize = 2_000;

/// Looks for what explains a message; none where nothing is observed, or its requester refuses AI.
///
/// # Errors
/// Whatever the database says.
pub async fn look(
    app: &App,
    conn: &mut Conn,
    line: &TicketLine,
    message: &Message,
) -> Result<Option<Diagnosis>, FlowError> {
    let Some((_, observed)) = app.observations.held() else { return Ok(None) };
    if consent(app, conn, line).await?.is_err() {
        return Ok(None);
    }
    let offset = conn.utc_offset(line.ticket.requester).await?.unwrap_or(0);
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let runbooks = conn.runbooks(&grant).await?;
    let text = format!("{}\n\n{}", message.subject, message.latest);
    let complaint = Complaint { text: &text, at: message.at, offset, known: &[] };
    // Sentences of letters are kept nowhere; what services say is made once.
    let sentences: RefCell<HashMap<String, Option<embed::Vector>>> = RefCell::default();
    let closeness = |sentence: &str, template: &str| {
        let mut known = sentences.borrow_mut();
        let of = known.entry(sentence.to_owned()).or_insert_with(|| app.library.vector(sentence)).as_ref()?;
        let template = app.observations.vector(template, || app.library.vector(template))?;
        Some(f64::from(of.cosine(&template)))
    };
    let now = app.clock.now();
    Ok(Some(compute(|| diagnose(&complaint, &observed, &runbooks, &closeness, now))))
}

/// Looks at a ticket because a person asks.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`FlowError::Unavailable`] where nothing is observed or AI is refused.
pub async fn ask(app: &App, session: &AgentSession, ticket: TicketId) -> Result<DiagnosisId, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let line = conn.ticket(&grant, ticket).await?;
    consent(app, &mut conn, &line).await??;
    let Some((message, diagnosis)) = newest(app, &mut conn, &grant, &line).await? else {
        return Err(FlowError::Unavailable(
            "No telemetry is observed, or nobody wrote here yet. Connect telemetry first, then ask again.".to_owned(),
        ));
    };
    drop(conn);
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let id = tx.add_diagnosis(ticket, message, &diagnosis).await?;
    tx.commit(AuditEvent::TicketDiagnosed { ticket, diagnosis: id }).await?;
    app.live.committed();
    Ok(id)
}

async fn newest(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    line: &TicketLine,
) -> Result<Option<(desk::ids::MessageId, Diagnosis)>, FlowError> {
    let messages = conn.messages(grant, line.ticket.id).await?;
    let Some(message) = messages.iter().rev().find(|m| Some(m.id) == line.ticket.last_inbound) else { return Ok(None) };
    Ok(look(app, conn, line, message).await?.map(|diagnosis| (message.id, diagnosis)))
}

/// Looks again at tickets of the last hours that nothing explained, since more was observed. Returns how many were explained now.
///
/// # Errors
/// Whatever the database says.
pub async fn again(app: &App) -> Result<usize, FlowError> {
    let Some((told, _)) = app.observations.held() else { return Ok(0) };
    let now = app.clock.now();
    let index = app.service_grant(Service::Preparation, Purpose::Index)?;
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let rows = conn.complaints_since(&index, now.plus_seconds(-AGAIN_HOURS * 3_600)).await?;
    let due = |at: Option<Timestamp>| at.is_none_or(|at| at < told && at.plus_seconds(AGAIN_SECONDS) <= now);
    let unexplained = rows.into_iter().filter(|row| row.diagnosis.as_ref().is_none_or(|d| d.causes.is_empty()));
    let mut explained = 0;
    for row in unexplained.filter(|row| due(row.made_at)).take(AGAIN_MAX) {
        let line = conn.ticket(&grant, row.ticket).await?;
        // What is not sorted yet is looked at then.
        if line.ticket.operating_model.is_none() {
            continue;
        }
        let Some((message, diagnosis)) = newest(app, &mut conn, &grant, &line).await? else { continue };
        explained += usize::from(!diagnosis.causes.is_empty());
        let mut tx = app.store.begin(&PREPARATION, now).await?;
        let id = tx.add_diagnosis(row.ticket, message, &diagnosis).await?;
        tx.commit(AuditEvent::TicketDiagnosed { ticket: row.ticket, diagnosis: id }).await?;
        app.live.committed();
    }
    Ok(explained)
}

/// Keeps a person's word on a cause: right or wrong.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues or for a cause that is not there, [`FlowError::Invalid`] for a verdict that is neither.
pub async fn mark(
    app: &App,
    session: &AgentSession,
    id: DiagnosisId,
    cause: usize,
    (verdict, reason): (VerdictKind, Option<&str>),
) -> Result<TicketId, FlowError> {
    if verdict == VerdictKind::Edited {
        return Err(FlowError::Invalid("A cause is right or wrong: accepted or rejected.".to_owned()));
    }
    if reason.is_some_and(|r| r.chars().count() > REASON_CHARS_MAX || r.contains('\0')) {
        return Err(FlowError::Invalid(format!("A reason has at most {REASON_CHARS_MAX} characters.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let found = tx.diagnosis(&grant, id).await?;
    if cause >= found.diagnosis.causes.len() {
        return Err(FlowError::NotFound);
    }
    let place = i64::try_from(cause).unwrap_or(i64::MAX);
    tx.mark_cause(id, place, session.agent().id, verdict, reason).await?;
    if verdict == VerdictKind::Rejected {
        let because =
            Because { origin: CaseOrigin::WrongDiagnosis, failure: Failure::WrongFact, severity: Severity::Minor };
        let all = app.service_grant(Service::Preparation, Purpose::Work)?;
        propose_case::beside(app, &mut tx, &all, found.ticket, because).await?;
    }
    let (ticket, verdict) = (found.ticket, verdict.word().to_owned());
    tx.commit(AuditEvent::CauseMarked { ticket, diagnosis: id, cause: place, verdict }).await?;
    app.live.committed();
    Ok(ticket)
}
