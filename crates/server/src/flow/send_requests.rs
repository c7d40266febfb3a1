//! The link to everything somebody asked goes to their own address and to no other: whoever holds one forwarded mail sees one
//! ticket, and cannot see more than that by it.

use desk::{
    audit::{AuditEvent, Service},
    language::Language,
    notice::Notice,
    portal::{REQUESTS_HOURS, Reach, Refused},
};
use outbox::NoticeOutcome;
use store::ServiceIdentity;

use super::{open_portal::holds_ticket, post_on_page::PostError};
use crate::{App, FlowError};

/// Sends it in the language of the page, at most once a day.
///
/// # Errors
/// [`Refused::TooOften`] when one was sent within a day, [`Refused::Address`] where nobody would read it,
/// [`FlowError::NotFound`] for a link that opens no ticket.
pub async fn send(app: &App, token: &str, form: &str, language: Language) -> Result<(), PostError> {
    let (link, now) = (holds_ticket(app, token).await?, app.clock.now());
    app.door.form_of(token, form, now).ok_or(Refused::Outdated)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Requester), now).await?;
    let number = link.shown(&mut tx).await.map_err(FlowError::from)?.number;
    tx.set_requester_language(link.requester(), language).await?;
    let until = now.plus_seconds(REQUESTS_HOURS * 60 * 60);
    let wide = app.door.portal_link(link.requester(), link.ticket(), Reach::Requests, until);
    let notice = Notice::Requests { number, link: wide.ok_or(FlowError::NotFound)? };
    let outcome = outbox::queue_notice(&app.door, &mut tx, link.ticket(), &notice).await.map_err(FlowError::from)?;
    let refused = match outcome {
        NoticeOutcome::Queued => {
            tx.commit(AuditEvent::RequestsAsked { ticket: link.ticket() }).await?;
            app.live.committed();
            return Ok(());
        }
        NoticeOutcome::Enough => Refused::TooOften,
        NoticeOutcome::Machine | NoticeOutcome::NoAddress | NoticeOutcome::NotOurs => Refused::Address,
    };
    tx.abandon().await?;
    Err(refused.into())
}
