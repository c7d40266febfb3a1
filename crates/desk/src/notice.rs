//! The only automatic mails there are: a closed list with typed slots, no free text.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{portal::REQUESTS_HOURS, time::Timestamp};

/// A fixed automatic mail. New kinds are added here, in review, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// We have your mail.
    Received {
        /// Ticket number.
        number: i64,
    },
    /// A person will answer, and when: somebody asked for one, or wrote while nobody works.
    Person {
        /// Ticket number.
        number: i64,
        /// When.
        answer: Answer,
    },
    /// The link to everything somebody asked, to their own address only.
    Requests {
        /// Ticket number of the page it was asked for on.
        number: i64,
        /// The signed link.
        link: String,
    },
    /// To a colleague: a case waits for them. No word of the requester is in it.
    OnCall {
        /// Ticket number.
        number: i64,
        /// Where this desk is opened; an address of the configuration.
        desk: String,
    },
}

/// When a person will answer, as far as somebody promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Answer {
    /// By an instant.
    By {
        /// The instant.
        at: Timestamp,
        /// The desk's time zone by its IANA name; one that does not exist counts as UTC.
        zone: String,
    },
    /// As soon as somebody is there, at an instant.
    Opens {
        /// The instant.
        at: Timestamp,
        /// The desk's time zone.
        zone: String,
    },
    /// Nobody promised a time.
    Soon,
}

impl Answer {
    fn sentence(&self) -> String {
        let told = |at: &Timestamp, zone: &str| {
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MIN);
            at.to_zoned(zone).strftime("%A, %-d %B %Y, %H:%M (%Z)").to_string()
        };
        match self {
            Self::By { at, zone } => format!("A person will answer you by {}.", told(at, zone)),
            Self::Opens { at, zone } => format!("Nobody is here just now. People read again from {}.", told(at, zone)),
            Self::Soon => "A person will answer you as soon as they can. We cannot promise a time.".to_owned(),
        }
    }
}

impl Notice {
    /// Word stored with the row.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Person { .. } => "person",
            Self::Requests { .. } => "requests",
            Self::OnCall { .. } => "on_call",
        }
    }

    /// Subject line.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Received { number } => format!("We have received your message (#{number})"),
            Self::Person { number, .. } => format!("A person will answer you (#{number})"),
            Self::Requests { number, .. } => format!("All your requests with us (#{number})"),
            Self::OnCall { number, .. } => format!("You are called: #{number} waits for a person"),
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
            Self::Person { number, answer } => format!(
                "This is an automatic message.\n\nYour message is ticket #{number}. {}\n\
                 To add something, or to say how we reach you sooner, just reply to this mail.\n",
                answer.sentence()
            ),
            Self::Requests { number, link } => format!(
                "This is an automatic message.\n\nOn the page of ticket #{number} somebody asked for the list of all your requests. \
                 It is shown to nobody but you, by this link, which is good for {REQUESTS_HOURS} hours:\n\n{link}\n\n\
                 If that was not you, do nothing: nobody has been shown anything. To reach a person, just reply to this mail.\n"
            ),
            Self::OnCall { number, desk } => format!(
                "Ticket #{number} went up and you are the next to be asked. Open it, then accept it or give it back with a reason:\n\n\
                 {desk}/tickets/{number}\n\nIf you do not answer, the next person is called.\n"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_the_time_where_the_desk_is_and_invents_no_zone() {
        let at = Timestamp::parse("2026-11-23T08:00:00Z").expect("reads");
        let by = |zone: &str| Notice::Person { number: 7, answer: Answer::By { at, zone: zone.to_owned() } }.body();
        assert!(by("Europe/Vienna").contains("by Monday, 23 November 2026, 09:00 (CET)"), "{}", by("Europe/Vienna"));
        assert!(by("<b>here</b>").contains("08:00 (UTC)"));
        let opens = Notice::Person { number: 7, answer: Answer::Opens { at, zone: "Europe/Vienna".to_owned() } }.body();
        assert!(opens.contains("read again from Monday"), "{opens}");
    }
}
