//! One request for help and its life.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    ids::{AgentId, MessageId, OrganizationId, RequesterId, TicketId},
    operating::OperatingModel,
    refusal::Refusal,
    risk::Flag,
    suggestion::Doubt,
    time::Timestamp,
};

closed_list! {
    /// Where a ticket is in its life.
    pub enum Status ("status") {
        /// Nobody has looked yet.
        New = "new",
        /// Waiting for us.
        Open = "open",
        /// Waiting for the requester.
        Pending = "pending",
        /// Waiting for somebody else.
        OnHold = "on_hold",
        /// Answered for good, as we think.
        Solved = "solved",
        /// Over; a new mail opens a new ticket.
        Closed = "closed",
    }
}

impl Status {
    /// Whether a person may move a ticket from here to `to`.
    ///
    /// # Errors
    /// [`Refusal::Transition`]: nothing becomes new again, and nothing leaves closed.
    pub fn move_to(self, to: Self) -> Result<Self, Refusal> {
        if self == Self::Closed || (to == Self::New && self != Self::New) {
            return Err(Refusal::Transition { from: self.word().replace('_', " "), to: to.word().replace('_', " ") });
        }
        Ok(to)
    }

    /// What a person's mail from the requester makes of it.
    #[must_use]
    pub const fn after_inbound(self) -> Self {
        match self {
            Self::New => Self::New,
            Self::OnHold => Self::OnHold,
            _ => Self::Open,
        }
    }

    /// What becomes of it when the time it was put off to has come: it waits for us, unless it is over.
    #[must_use]
    pub const fn after_snooze(self) -> Self {
        match self {
            Self::Pending | Self::OnHold => Self::Open,
            other => other,
        }
    }

    /// Whether nothing is to be done any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Solved | Self::Closed)
    }

    /// Whether it asks for somebody's attention.
    #[must_use]
    pub const fn waits_for_us(self) -> bool {
        matches!(self, Self::New | Self::Open)
    }
}

closed_list! {
    /// Order of work.
    pub enum Priority ("priority") {
        /// When there is time.
        Low = "low",
        /// In turn.
        Normal = "normal",
        /// Before the others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

closed_list! {
    /// Whether a draft waits on the ticket.
    pub enum DraftReadiness ("draft readiness") {
        /// There is one to review.
        Ready = "ready",
        /// The machine is at it.
        Preparing = "preparing",
        /// The machine may not, or could not; the page says why.
        Withheld = "withheld",
        /// Nobody asked for one.
        Absent = "none",
    }
}

/// A ticket as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Id.
    pub id: TicketId,
    /// Short number that people say aloud.
    pub number: i64,
    /// Subject of the newest inbound message, cleaned.
    pub subject: String,
    /// First words of the newest inbound message, at most 160 characters.
    pub excerpt: String,
    /// Where it is.
    pub status: Status,
    /// Order of work.
    pub priority: Priority,
    /// Queue key.
    pub queue: String,
    /// Accepted or proposed category key.
    pub category: Option<String>,
    /// How it is worked.
    pub operating_model: Option<OperatingModel>,
    /// How sure the machine is, weakest link first.
    pub doubt: Option<Doubt>,
    /// Why a person must look.
    pub risk: Vec<Flag>,
    /// Who asked.
    pub requester: RequesterId,
    /// Their company.
    pub organization: Option<OrganizationId>,
    /// Who is on it.
    pub assignee: Option<AgentId>,
    /// Draft waiting?
    pub draft: DraftReadiness,
    /// Newest message from a requester.
    pub last_inbound: Option<MessageId>,
    /// When that arrived.
    pub last_inbound_at: Timestamp,
    /// Counts every change; `If-Match` compares it.
    pub revision: i64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_is_the_end_and_new_only_a_beginning() {
        for from in Status::ALL {
            for to in Status::ALL {
                let allowed = *from != Status::Closed && (*to != Status::New || *from == Status::New);
                assert_eq!(from.move_to(*to).is_ok(), allowed, "{from} -> {to}");
            }
        }
        assert_eq!(Status::Solved.after_inbound(), Status::Open);
        assert_eq!(Status::OnHold.after_inbound(), Status::OnHold);
        assert_eq!(Status::Pending.after_snooze(), Status::Open);
        assert_eq!(Status::Solved.after_snooze(), Status::Solved);
    }
}
