//! A person's yes to exactly what the page showed. The only place that may call `outbox::approve`.

use desk::{
    Digest, Timestamp,
    ids::{ApprovalId, DraftId, OutboxId, TicketId},
};
use outbox::{StatusAfter, approve as pass_the_door};
use store::AgentSession;

use crate::{App, FlowError};

/// What the browser sent.
#[derive(Debug, Clone)]
pub struct ApproveRequest {
    /// The draft.
    pub draft: DraftId,
    /// The page's one-time token.
    pub token: String,
    /// Digest of what the page showed.
    pub digest: Digest,
    /// What becomes of the ticket.
    pub status_after: StatusAfter,
    /// Checks the person confirmed.
    pub acknowledged: Vec<String>,
}

/// What was approved.
#[derive(Debug, Clone, Copy)]
pub struct Approved {
    /// The approval.
    pub approval: ApprovalId,
    /// Its place in the outbox.
    pub outbox: OutboxId,
    /// The ticket.
    pub ticket: TicketId,
    /// Until when it can be undone.
    pub undo_until: Timestamp,
}

/// Approves.
///
/// # Errors
/// What the door refuses, or the database says.
pub async fn approve(app: &App, session: &AgentSession, request: ApproveRequest) -> Result<Approved, FlowError> {
    let now = app.clock.now();
    let reply = pass_the_door(
        &app.door,
        &app.store,
        session,
        &request.token,
        request.digest,
        request.draft,
        request.status_after,
        &request.acknowledged,
        now,
    )
    .await?;
    app.live.committed();
    Ok(Approved {
        approval: reply.approval(),
        outbox: reply.outbox(),
        ticket: reply.ticket(),
        undo_until: reply.leaves_at(),
    })
}
