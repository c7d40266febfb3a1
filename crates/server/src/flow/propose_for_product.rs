//! Takes a case for the suite of the company's own AI product from what somebody complains of: a test for whoever makes that
//! product, and never for this desk. Personal data is hidden first, and a person reads it before anybody pulls it.

use desk::{
    audit::{AuditEvent, Service},
    eval::{self, Asker, Case, Expectation, Origin, Said, Speaker},
    ids::{EvalCaseId, TicketId},
    own_ai::{self, Complaint},
};
use store::{Grant, Message, NewEvalCase, Purpose, TicketLine, Tx};

use super::{
    PREPARATION, prepare_reply,
    propose_case::{has_case, hide, if_taken, messages, title},
    triage_ticket,
};
use crate::{App, FlowError};

/// What a message complains of, if it does, about a product that the configuration names.
#[must_use]
pub fn complaint(app: &App, message: &Message) -> Option<Complaint> {
    let said = Said { by: Speaker::Requester, subject: message.subject.clone(), text: message.latest.clone() };
    own_ai::complaint(&[said], &app.config.own_ai.products)
}

/// Proposes the case of a ticket whose newest message complains; none where it has one for that product, or where none may be
/// taken.
///
/// # Errors
/// Whatever the database says.
pub async fn afterwards(app: &App, ticket: TicketId, complaint: Complaint) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    if has_case(&mut tx, &grant, ticket, Some(&complaint.product)).await?.is_some() {
        return Ok(());
    }
    let line = tx.ticket(&grant, ticket).await?;
    if let Some(case) = if_taken(keep(app, &mut tx, &grant, &line, complaint).await)? {
        tx.commit(AuditEvent::EvalCaseProposed { ticket, case }).await?;
        app.live.committed();
    }
    Ok(())
}

async fn keep(
    app: &App,
    tx: &mut Tx,
    grant: &Grant,
    line: &TicketLine,
    complaint: Complaint,
) -> Result<EvalCaseId, FlowError> {
    triage_ticket::consent(app, tx, line).await??;
    let Some(prepared) = prepare_reply::Case::load(tx, grant, line.ticket.id, app.clock.now()).await? else {
        return Err(FlowError::Invalid("Nobody asked anything here, so there is no case to take.".to_owned()));
    };
    let by = |inbound: bool| if inbound { Speaker::Requester } else { Speaker::Desk };
    let turns = prepared.turns.iter().map(|(inbound, text)| (by(*inbound), text.as_str()));
    let mut case = case(complaint, messages(turns, &line.ticket.subject), &app.clock.now().date());
    case.category.clone_from(&line.ticket.category);
    hide(app, &mut case, prepared.known)?;
    case.id = name(&case, &line.ticket.number.to_string());
    let new = NewEvalCase { ticket: line.ticket.id, body: &eval::write(&case), by: None };
    Ok(tx.add_eval_case(new).await?)
}

/// A case of a complaint that the last of these messages makes. It has no name yet, and nothing is hidden.
pub(crate) fn case(complaint: Complaint, messages: Vec<Said>, today: &str) -> Case {
    let subject = messages.last().map_or("", |last| last.subject.as_str());
    let first_line = || messages.last().and_then(|last| last.text.lines().next()).unwrap_or_default();
    Case {
        id: String::new(),
        title: title(if subject.trim().is_empty() { first_line() } else { subject }),
        severity: complaint.severity,
        failure: complaint.failure,
        origin: Origin::OwnAi,
        suite: Some(complaint.product),
        sentiment: Some(complaint.sentiment),
        made: today.to_owned(),
        proposed: None,
        retired: None,
        category: None,
        operating_model: None,
        persona: None,
        policies: Vec::new(),
        asker: Asker::default(),
        messages,
        steps: complaint.steps,
        sources: Vec::new(),
        expect: Expectation::default(),
    }
}

/// The name of a product's case: the product, what it is about, and the number where it comes from.
pub(crate) fn name(case: &Case, number: &str) -> String {
    let (product, title) = (eval::slug(case.suite.as_deref().unwrap_or_default()), eval::slug(&case.title));
    let title = title.strip_prefix(&product).unwrap_or(&title);
    format!("{}-{number}", eval::slug(&format!("{product} {title}")))
}
