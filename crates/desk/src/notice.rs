//! The only automatic mails there are: a closed list with typed slots, no free text.

use serde::{Deserialize, Serialize};

use crate::{language::Language, time::Timestamp};

mod words;

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
    /// Whoever was helped is asked how it went; only the page behind the link takes an answer.
    Survey {
        /// Ticket number.
        number: i64,
        /// The signed link.
        link: String,
    },
    /// To a colleague: what failed in a week. Numbers alone; words stand on the page.
    Digest {
        /// Number of the ticket that failed last: the mail is kept with it.
        number: i64,
        /// Monday of the week.
        from: Timestamp,
        /// What failed.
        failures: i64,
        /// Low ratings that wait for a person.
        waiting: i64,
        /// Where this desk is opened; an address of the configuration.
        desk: String,
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

impl Notice {
    /// Word stored with the row.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Person { .. } => "person",
            Self::Requests { .. } => "requests",
            Self::Survey { .. } => "survey",
            Self::Digest { .. } => "digest",
            Self::OnCall { .. } => "on_call",
        }
    }

    /// Subject line. Fixed words are there in German and English; whoever reads neither gets English. A call to a colleague
    /// is in English.
    #[must_use]
    pub fn subject(&self, language: Language) -> String {
        if language == Language::German { words::german_subject(self) } else { words::subject(self) }
    }

    /// Body: says that it is automatic and how to reach a person.
    #[must_use]
    pub fn body(&self, language: Language) -> String {
        if language == Language::German { words::german_body(self) } else { words::body(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_the_time_where_the_desk_is_and_invents_no_zone() {
        let at = Timestamp::parse("2026-11-23T08:00:00Z").expect("reads");
        let by = |zone: &str| {
            Notice::Person { number: 7, answer: Answer::By { at, zone: zone.to_owned() } }.body(Language::French)
        };
        assert!(by("Europe/Vienna").contains("by Monday, 23 November 2026, 09:00 (CET)"), "{}", by("Europe/Vienna"));
        assert!(by("<b>here</b>").contains("08:00 (UTC)"));
        let opens = Notice::Person { number: 7, answer: Answer::Opens { at, zone: "Europe/Vienna".to_owned() } };
        let (opens, german) = (opens.body(Language::English), opens.body(Language::German));
        assert!(opens.contains("read again from Monday"), "{opens}");
        assert!(german.contains("ab Montag, 23. November 2026, 09:00 (CET)"), "{german}");
    }

    #[test]
    fn every_notice_to_a_requester_has_its_number_in_both_languages_and_no_word_of_the_other() {
        let link = "https://desk.example/portal/x".to_owned();
        let person = Notice::Person { number: 7_331, answer: Answer::Soon };
        let survey = Notice::Survey { number: 7_331, link: link.clone() };
        for notice in [Notice::Received { number: 7_331 }, person, survey, Notice::Requests { number: 7_331, link }] {
            let (english, german) = (notice.body(Language::English), notice.body(Language::German));
            for (language, text) in [(Language::English, &english), (Language::German, &german)] {
                assert!(text.contains("#7331") && notice.subject(language).contains("#7331"), "{text}");
            }
            assert!(english.contains("automatic") && german.contains("automatische"), "{german}");
            assert!(!german.contains("message") && !english.contains("Nachricht"), "{german}");
            assert_eq!(english.contains("/portal/x"), german.contains("/portal/x"));
        }
    }
}
