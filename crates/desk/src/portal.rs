//! What a requester may do on the desk's own pages: how long their links are good, what they may post, and the fixed words
//! that a button stands for. Whatever they post goes on as a message of theirs, through the same gate as a mail.

use crate::{closed_list, envelope::is_address, ticket::Status};

/// How long the link to a ticket stays good after the mail that holds it, in days.
pub const TICKET_DAYS: i64 = 30;
/// How long the link to everything somebody asked stays good, in hours.
pub const REQUESTS_HOURS: i64 = 24;
/// How long a page may stand open before its form asks to be sent again, in seconds.
pub const FORM_SECONDS: i64 = 2 * 24 * 60 * 60;
/// Messages that one requester may post in an hour.
pub const POSTS_AN_HOUR: i64 = 20;
/// Requests that may be written into forms under one address in an hour.
pub const FORMS_AN_HOUR: i64 = 5;
/// Longest message, in characters.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Files with one message.
pub const FILES_MAX: usize = 10;
/// Bytes of all files with one message: what a mail of the largest size that is read can carry.
pub const FILE_BYTES_MAX: usize = 24 << 20;
/// Longest search of the help centre, in characters.
pub const SEARCH_CHARS_MAX: usize = 300;

closed_list! {
    /// How far a link reaches.
    pub enum Reach ("reach of a link") {
        /// The ticket its mail was about, and nothing else: mails are forwarded.
        Ticket = "ticket",
        /// Everything its requester asked. Only ever sent to their own address, and good for a day.
        Requests = "requests",
    }
}

closed_list! {
    /// What somebody does with a message.
    pub enum Wish ("wish") {
        /// They answer.
        Reply = "reply",
        /// They want a person.
        Person = "person",
        /// What was solved is not.
        Reopen = "reopen",
    }
}

closed_list! {
    /// Why a post is not taken. Each page says it in its reader's language.
    pub enum Refused ("reason a post is not taken") {
        /// There is nothing in it.
        Empty = "empty",
        /// More than [`TEXT_CHARS_MAX`] characters.
        TooLong = "too_long",
        /// More than [`FILES_MAX`] files, or [`FILE_BYTES_MAX`] bytes of them.
        TooLarge = "too_large",
        /// More posts than an hour allows.
        TooOften = "too_often",
        /// No address that can be answered.
        Address = "address",
        /// The page was open for too long, or belongs to another link.
        Outdated = "outdated",
    }
}

/// The words of a message: what was written, after the fixed sentence of a button. None where both are missing.
///
/// # Errors
/// [`Refused::Empty`], [`Refused::TooLong`].
pub fn words(wish: Wish, written: &str, german: bool) -> Result<String, Refused> {
    let clean: String = written.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let clean = clean.trim();
    if clean.chars().count() > TEXT_CHARS_MAX {
        return Err(Refused::TooLong);
    }
    let fixed = match (wish, german) {
        (Wish::Reply, _) => "",
        (Wish::Person, false) => "I would like to talk to a person.",
        (Wish::Person, true) => "Ich möchte mit einem Menschen sprechen.",
        (Wish::Reopen, false) => "This is not solved.",
        (Wish::Reopen, true) => "Das ist nicht gelöst.",
    };
    match (fixed, clean) {
        ("", "") => Err(Refused::Empty),
        ("", written) => Ok(written.to_owned()),
        (fixed, "") => Ok(fixed.to_owned()),
        (fixed, written) => Ok(format!("{fixed}\n\n{written}")),
    }
}

/// An address somebody typed, as it is compared and written to.
///
/// # Errors
/// [`Refused::Address`] for none, for one nobody can be reached at, and for one of the desk's own.
pub fn typed_address(typed: &str, own: &[String]) -> Result<String, Refused> {
    let address = typed.trim().to_lowercase();
    let ours = own.contains(&address);
    if is_address(&address) && !ours { Ok(address) } else { Err(Refused::Address) }
}

/// Whether one more post is taken after `before` within the last hour.
///
/// # Errors
/// [`Refused::TooOften`].
pub fn may_post(before: i64, limit: i64) -> Result<(), Refused> {
    if before < limit { Ok(()) } else { Err(Refused::TooOften) }
}

/// Where a ticket stands when its requester says that it is done; none where that changes nothing.
#[must_use]
pub const fn closed_by_requester(status: Status) -> Option<Status> {
    match status {
        Status::New | Status::Open | Status::Pending | Status::OnHold => Some(Status::Solved),
        Status::Solved | Status::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk;

    #[test]
    fn a_button_stands_for_fixed_words_and_nothing_is_refused() {
        assert_eq!(words(Wish::Reply, " \n ", false), Err(Refused::Empty));
        assert_eq!(words(Wish::Reply, " Still\u{0}\u{8} red.\r\n", false).as_deref(), Ok("Still red."));
        assert_eq!(words(Wish::Reopen, "", true).as_deref(), Ok("Das ist nicht gelöst."));
        assert_eq!(
            words(Wish::Person, "By phone.", false).as_deref(),
            Ok("I would like to talk to a person.\n\nBy phone.")
        );
        let long = "ä".repeat(TEXT_CHARS_MAX);
        assert!(words(Wish::Reply, &long, false).is_ok());
        assert_eq!(words(Wish::Reply, &format!("{long}ä"), false), Err(Refused::TooLong));
    }

    #[test]
    fn asking_for_a_person_raises_the_flag_that_brings_one() {
        for german in [false, true] {
            let text = words(Wish::Person, "", german).expect("words");
            let found = risk::raised(&text);
            assert!(found.iter().any(|f| f.flag == risk::Flag::PersonRequested), "{text}: {found:?}");
        }
    }

    #[test]
    fn only_an_address_that_can_be_answered_is_taken() {
        let own = ["support@fernhill.example".to_owned()];
        assert_eq!(typed_address(" Ana@Orchard.example ", &own).as_deref(), Ok("ana@orchard.example"));
        for bad in ["", "ana", "ana@", "a b@c.example", "a@b.example\r\nBcc: c@d.example", "Support@fernhill.example"] {
            assert_eq!(typed_address(bad, &own), Err(Refused::Address), "{bad}");
        }
        assert_eq!((may_post(19, 20), may_post(20, 20)), (Ok(()), Err(Refused::TooOften)));
    }
}
