//! Asks whoever was helped how it went, some time after a ticket ended. The question is a notice: fixed words and a link.

use desk::{
    audit::{AuditEvent, Service},
    notice::Notice,
    survey::{LINK_DAYS, Pace, may_ask},
};
use outbox::NoticeOutcome;
use store::{Askable, ServiceIdentity};

use crate::{App, FlowError};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A ticket that ended longer ago is not asked about any more: nobody remembers, and imported ones were never ours.
const WINDOW_DAYS: i64 = 14;
/// Tickets looked at in one go.
const AT_ONCE: i64 = 50;

/// Asks where it is time. Returns how many questions wait to leave.
///
/// # Errors
/// Whatever the database says.
pub async fn ask_due(app: &App) -> Result<usize, FlowError> {
    let settings = &app.config.surveys;
    if !settings.ask || app.config.desk.public_address().is_none() {
        return Ok(0);
    }
    let pace =
        Pace { after_seconds: settings.after_hours * 60 * 60, between_seconds: settings.days_between * DAY_SECONDS };
    let now = app.clock.now();
    let window = (now.plus_seconds(-WINDOW_DAYS * DAY_SECONDS), now.plus_seconds(-pace.after_seconds));
    let askable = app.store.read().await?.askable(window, pace.between_seconds, now, AT_ONCE).await?;
    let mut asked = 0;
    for one in askable.into_iter().filter(|one| may_ask(&one.facts, pace).is_ok()) {
        asked += usize::from(ask(app, &one, pace).await?);
    }
    Ok(asked)
}

async fn ask(app: &App, one: &Askable, pace: Pace) -> Result<bool, FlowError> {
    let now = app.clock.now();
    let until = now.plus_seconds(LINK_DAYS * DAY_SECONDS);
    let Some(link) = app.door.survey_link(one.requester, one.ticket, until) else { return Ok(false) };
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Delivery), now).await?;
    // Another node may have asked them in the meantime; whoever writes the row second sees the first.
    let new = tx.add_survey(one.ticket, one.requester, pace.between_seconds).await?;
    if !new {
        tx.abandon().await?;
        return Ok(false);
    }
    let notice = Notice::Survey { number: one.number, link };
    match outbox::queue_notice(&app.door, &mut tx, one.ticket, &notice).await? {
        NoticeOutcome::Queued => {
            tx.commit(AuditEvent::SurveyAsked { ticket: one.ticket }).await?;
            app.live.committed();
            Ok(true)
        }
        // Another fixed mail went there within a day, or nobody would read it.
        NoticeOutcome::Enough | NoticeOutcome::Machine | NoticeOutcome::NoAddress | NoticeOutcome::NotOurs => {
            tx.abandon().await?;
            Ok(false)
        }
    }
}
