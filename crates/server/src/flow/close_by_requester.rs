//! A requester says by their link that a ticket is done. A later message of theirs opens it again.

use desk::{
    audit::{AuditEvent, Service},
    portal::{Refused, closed_by_requester},
};
use store::{Grant, Purpose, ServiceIdentity};

use super::{open_portal::holds_ticket, post_on_page::PostError};
use crate::{App, FlowError, flow::INTAKE};

/// Closes the link's ticket; one that is over stays as it is.
///
/// # Errors
/// [`Refused::Outdated`] for another page's form; [`FlowError::NotFound`] for a link that opens no ticket.
pub async fn close(app: &App, token: &str, form: &str) -> Result<(), PostError> {
    let (link, now) = (holds_ticket(app, token).await?, app.clock.now());
    app.door.form_of(token, form, now).ok_or(Refused::Outdated)?;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::Requester), now).await?;
    let shown = link.shown(&mut tx).await.map_err(FlowError::from)?;
    let Some(status) = closed_by_requester(shown.status) else {
        tx.abandon().await?;
        return Ok(());
    };
    let grant = Grant::for_service(INTAKE, Purpose::Work).map_err(FlowError::from)?;
    let ticket = tx.ticket(&grant, link.ticket()).await?.ticket;
    tx.change_ticket(ticket.id, ticket.revision, status, ticket.priority, &ticket.queue, ticket.assignee).await?;
    tx.commit(AuditEvent::TicketChanged { ticket: ticket.id, change: format!("status: {status}") }).await?;
    app.live.committed();
    Ok(())
}
