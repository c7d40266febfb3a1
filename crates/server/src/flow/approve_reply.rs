//! A person's yes to exactly what the page showed. The only place that may call `outbox::approve`.

use desk::{
    Digest, Timestamp,
    ids::{ApprovalId, DraftId, OutboxId, TicketId},
};
use outbox::{Acknowledged, Attention, Given, StatusAfter, Yes, approve as pass_the_door};
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
    pub acknowledged: Vec<Acknowledged>,
    /// The hour to send it at; none for now.
    pub send_at: Option<Timestamp>,
    /// How they read it.
    pub attention: Attention,
}

/// What came of a yes.
#[derive(Debug, Clone, Copy)]
pub enum Approved {
    /// The reply waits in the outbox.
    Leaves {
        /// The approval.
        approval: ApprovalId,
        /// Its place in the outbox.
        outbox: OutboxId,
        /// The ticket.
        ticket: TicketId,
        /// When it leaves; until then it can be undone.
        leaves_at: Timestamp,
    },
    /// It is the first of two.
    AwaitsSecond {
        /// The ticket.
        ticket: TicketId,
    },
}

/// Approves.
///
/// # Errors
/// What the door refuses, or the database says.
pub async fn approve(app: &App, session: &AgentSession, request: ApproveRequest) -> Result<Approved, FlowError> {
    let yes = Yes {
        token: &request.token,
        shown: request.digest,
        draft: request.draft,
        after: request.status_after,
        acknowledged: &request.acknowledged,
        send_at: request.send_at,
        attention: &request.attention,
    };
    let given = pass_the_door(&app.door, &app.store, session, yes, app.clock.now()).await?;
    app.live.committed();
    Ok(match given {
        Given::Leaves(reply) => Approved::Leaves {
            approval: reply.approval(),
            outbox: reply.outbox(),
            ticket: reply.ticket(),
            leaves_at: reply.leaves_at(),
        },
        Given::AwaitsSecond { ticket, .. } => Approved::AwaitsSecond { ticket },
    })
}
