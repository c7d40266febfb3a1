//! The only automatic mails there are: a closed list with typed slots, no free text.

use serde::{Deserialize, Serialize};

/// A fixed automatic mail. New kinds are added here, in review, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// We have your mail.
    Received {
        /// Ticket number.
        number: i64,
    },
}

impl Notice {
    /// Word stored with the row.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
        }
    }

    /// Subject line.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Received { number } => format!("We have received your message (#{number})"),
        }
    }

    /// Body: says that it is automatic and how to reach a person.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Self::Received { number } => format!(
                "This is an automatic message.\n\nYour message has reached us as ticket #{number}. A person will read it and answer.\n\
                 To add something, or to ask for a call with a person, just reply to this mail.\n"
            ),
        }
    }
}
