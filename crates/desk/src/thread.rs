//! Which ticket a mail belongs to: pure, from headers and what the desk found for them.
//!
//! A subject line, a ticket number in the body or a quoted text never joins a mail to a ticket:
//! anybody can write those (T007). What joins is a Message-ID we know, from somebody who takes part.

use serde::{Deserialize, Serialize};

use crate::{ids::TicketId, ticket::Status};

/// What the desk knows about a ticket that the mail's headers point at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number, for the note to agents.
    pub number: i64,
    /// Where it is.
    pub status: Status,
    /// Addresses that take part, lower case.
    pub participants: Vec<String>,
}

/// Where a mail goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placement {
    /// Into an existing ticket.
    Join {
        /// Which.
        ticket: TicketId,
    },
    /// Into a ticket of its own.
    Open {
        /// Number of a ticket it points at without being allowed in; for agents' eyes only.
        refers_to: Option<i64>,
    },
    /// Set aside for a person: it comes from one of our own addresses.
    OwnAddress,
}

/// Decides. `from` is lower case; `own` are our mailboxes' addresses, lower case. `found` are the
/// tickets behind the mail's In-Reply-To and References, nearest reference first.
#[must_use]
pub fn place(from: Option<&str>, own: &[String], found: &[Found]) -> Placement {
    let Some(from) = from else {
        return Placement::Open { refers_to: None };
    };
    if own.iter().any(|address| address == from) {
        return Placement::OwnAddress;
    }
    let joinable = found.iter().find(|f| f.status != Status::Closed && f.participants.iter().any(|p| p == from));
    match joinable {
        Some(f) => Placement::Join { ticket: f.ticket },
        None => Placement::Open { refers_to: found.first().map(|f| f.number) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn found(n: u128, status: Status, participant: &str) -> Found {
        Found { ticket: Uuid::from_u128(n).into(), number: n as i64, status, participants: vec![participant.into()] }
    }

    #[test]
    fn only_participants_join_and_only_open_tickets() {
        let own = ["support@us.example".to_owned()];
        let a = found(1, Status::Open, "a@x.example");
        let closed = found(2, Status::Closed, "a@x.example");
        let join = Placement::Join { ticket: a.ticket };
        let cases = [
            (Some("a@x.example"), vec![a.clone()], join.clone()),
            (Some("b@x.example"), vec![a.clone()], Placement::Open { refers_to: Some(1) }),
            (Some("a@x.example"), vec![closed.clone()], Placement::Open { refers_to: Some(2) }),
            (Some("a@x.example"), vec![closed, a], join),
            (Some("a@x.example"), vec![], Placement::Open { refers_to: None }),
            (Some("support@us.example"), vec![], Placement::OwnAddress),
            (None, vec![], Placement::Open { refers_to: None }),
        ];
        for (from, found, expected) in cases {
            assert_eq!(place(from, &own, &found), expected, "{from:?}");
        }
    }
}
