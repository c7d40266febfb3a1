//! Whoever was asked says how it went, by the link in the mail to them. Looking changes nothing, because programs that check
//! links look too; only a form that was shown says anything.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    eval::{Origin, Severity},
    failure::Failure,
    ids::TicketId,
    language::Language,
    portal::Refused,
    survey::{CHANGES_MAX, Step, comment, is_low},
};
use outbox::SurveyLink;
use store::{AgentSession, Conn, Grant, Purpose, ServiceIdentity, Survey};

use super::{
    INTAKE,
    post_on_page::PostError,
    propose_case::{self, Because},
};
use crate::{App, FlowError};

/// What the holder of a link is shown.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Number of the ticket.
    pub number: i64,
    /// What was said so far.
    pub survey: Survey,
    /// Whether they are asked about other tickets too.
    pub declined: bool,
    /// Until when the answer can be changed.
    pub until: Timestamp,
    /// The language they chose on a page of theirs.
    pub language: Option<Language>,
}

/// What is said by one form: what it does not say stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// How it went.
    pub rating: Option<Step>,
    /// How much work it was.
    pub effort: Option<Step>,
    /// In their own words.
    pub comment: Option<String>,
    /// The form's mark.
    pub form: String,
}

/// Opens a link.
///
/// # Errors
/// [`FlowError::NotFound`] for a link that is forged, outdated, of an erased person, or of a ticket that is not theirs any more.
pub async fn look(app: &App, token: &str) -> Result<Asked, FlowError> {
    let link = held(app, token)?;
    shown(&mut app.store.read().await?, link).await
}

/// Keeps an answer.
///
/// # Errors
/// [`Refused::Outdated`] for a form of another page, [`Refused::Empty`] without a rating, [`Refused::TooOften`];
/// [`FlowError::NotFound`] as [`look`].
pub async fn answer(app: &App, token: &str, said: &Said) -> Result<(), PostError> {
    let (link, now) = (held(app, token)?, app.clock.now());
    app.door.form_of(token, &said.form, now).ok_or(Refused::Outdated)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Requester), now).await?;
    let before = shown(&mut tx, link).await?.survey;
    let Some(rating) = said.rating.or(before.rating) else { return Err(Refused::Empty.into()) };
    if before.changes >= CHANGES_MAX {
        return Err(Refused::TooOften.into());
    }
    let words = said.comment.as_deref().map(comment);
    let ticket = link.ticket();
    tx.answer_survey(ticket, rating, said.effort, words.as_deref()).await?;
    tx.commit(AuditEvent::SurveyAnswered { ticket, rating: rating.number() }).await?;
    app.live.committed();
    if is_low(rating) && !before.rating.is_some_and(is_low) {
        let because =
            Because { origin: Origin::LowRating, failure: Failure::MissedQuestion, severity: Severity::Minor };
        propose_case::afterwards(app, ticket, because).await?;
    }
    Ok(())
}

/// They do not want to be asked again.
///
/// # Errors
/// As [`answer`].
pub async fn decline(app: &App, token: &str, form: &str) -> Result<(), PostError> {
    let (link, now) = (held(app, token)?, app.clock.now());
    app.door.form_of(token, form, now).ok_or(Refused::Outdated)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Requester), now).await?;
    if shown(&mut tx, link).await?.declined {
        return Ok(());
    }
    tx.decline_surveys(link.requester()).await?;
    tx.commit(AuditEvent::SurveysDeclined { requester: link.requester() }).await?;
    app.live.committed();
    Ok(())
}

/// A person saw to a low rating.
///
/// # Errors
/// [`FlowError::NotFound`] outside their queues, [`FlowError::Conflict`] where none waits.
pub async fn follow_up(app: &App, session: &AgentSession, ticket: TicketId) -> Result<(), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.ticket(&grant, ticket).await?;
    if !tx.follow_survey_up(ticket, session.agent().id).await? {
        return Err(FlowError::Conflict("No low rating waits on this ticket. Load it again.".to_owned()));
    }
    tx.commit(AuditEvent::SurveyFollowedUp { ticket }).await?;
    app.live.committed();
    Ok(())
}

fn held(app: &App, token: &str) -> Result<SurveyLink, FlowError> {
    app.door.surveyed(token, app.clock.now()).ok_or(FlowError::NotFound)
}

async fn shown(conn: &mut Conn, link: SurveyLink) -> Result<Asked, FlowError> {
    let grant = Grant::for_service(INTAKE, Purpose::Work)?;
    let line = conn.ticket(&grant, link.ticket()).await?;
    let survey = conn.survey(link.ticket()).await?.ok_or(FlowError::NotFound)?;
    // A ticket that is somebody else's by now is none of whoever held a mail about it.
    if line.ticket.requester != link.requester() {
        return Err(FlowError::NotFound);
    }
    Ok(Asked {
        number: line.ticket.number,
        survey,
        declined: conn.declines_surveys(link.requester()).await?,
        until: link.until(),
        language: conn.requester_language(link.requester()).await?,
    })
}

/// Whether an answer brings a person back to the ticket.
#[must_use]
pub fn wants_a_person(survey: &Survey) -> bool {
    survey.rating.is_some_and(is_low) && survey.followed_up.is_none()
}
