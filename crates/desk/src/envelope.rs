//! Exactly what would leave: every header a requester's mail program would act on, and the body.

use serde::{Deserialize, Serialize};

use crate::{closed_list, digest::Digest, refusal::Refusal};

/// Longest body, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Most recipients of one reply.
pub const RECIPIENTS_MAX: usize = 20;
/// Longest References header, in characters: first and last ids are kept (T027).
pub const REFERENCES_CHARS_MAX: usize = 1_500;

closed_list! {
    /// How much the machine had to do with a text; travels in a header of the mail.
    pub enum AiPart ("part of the machine") {
        /// Nothing.
        None = "none",
        /// A person sent the machine's words unchanged.
        Unchanged = "drafted; reviewed unchanged by a person",
        /// A person changed them.
        Edited = "drafted; edited by a person",
    }
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Name shown.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

/// A letter before it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Sender's display name: the approver's, with the desk's.
    pub from_name: String,
    /// The mailbox we answer from.
    pub from_address: String,
    /// Recipients.
    pub to: Vec<String>,
    /// Copies.
    pub cc: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Plain text, LF line ends.
    pub body: String,
    /// Files.
    pub enclosures: Vec<Enclosure>,
    /// Own id, without angle brackets.
    pub message_id: String,
    /// The message this answers.
    pub in_reply_to: Option<String>,
    /// The thread, oldest first.
    pub references: Vec<String>,
    /// The machine's part.
    pub ai: AiPart,
}

impl Envelope {
    /// Everything that can be wrong with a letter before it is shown for approval.
    ///
    /// # Errors
    /// [`Refusal::NoRecipient`] or [`Refusal::Unsendable`].
    pub fn check(&self) -> Result<(), Refusal> {
        if self.to.is_empty() {
            return Err(Refusal::NoRecipient { detail: "the ticket has no requester address".into() });
        }
        if self.to.len() + self.cc.len() > RECIPIENTS_MAX {
            return Err(Refusal::NoRecipient { detail: format!("a reply goes to at most {RECIPIENTS_MAX} addresses") });
        }
        if let Some(bad) = self.to.iter().chain(&self.cc).chain([&self.from_address]).find(|a| !is_address(a)) {
            return Err(Refusal::NoRecipient {
                detail: format!("“{}” is not an address mail can go to", bad.chars().take(80).collect::<String>()),
            });
        }
        let ids = self.in_reply_to.iter().chain(&self.references).chain([&self.message_id]);
        let headers =
            [&self.from_name, &self.subject].into_iter().chain(ids).chain(self.enclosures.iter().map(|e| &e.name));
        for header in headers {
            if header.chars().any(char::is_control) {
                return Err(Refusal::Unsendable {
                    detail: "subject, name or file name holds a line break or control character".into(),
                });
            }
        }
        if self.subject.chars().count() > 500 {
            return Err(Refusal::Unsendable { detail: "the subject is longer than 500 characters".into() });
        }
        check_body(&self.body)
    }
}

fn check_body(body: &str) -> Result<(), Refusal> {
    let no = |detail: &str| Err(Refusal::Unsendable { detail: detail.to_owned() });
    if body.trim().is_empty() {
        return no("it is empty");
    }
    if body.len() > BODY_BYTES_MAX {
        return no("it is longer than 256 kB");
    }
    if body.contains('\r') || body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return no("it holds a control character");
    }
    if let Some(hidden) = body.chars().find(|c| is_hidden(*c)) {
        return no(&format!("it holds an invisible character (U+{:04X}) that you could not see here", hidden as u32));
    }
    if body.contains("\n\n\n\n\n\n\n\n\n\n") {
        return no("it holds more than eight empty lines in a row, which could hide text below");
    }
    Ok(())
}

/// Characters that a reader cannot see or that turn the reading direction (T037).
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A plain ASCII `local@domain` that no header or SMTP command can be smuggled through.
#[must_use]
pub fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let domain_ok = domain.len() <= 253
        && domain.contains('.') | (domain == "localhost")
        && domain.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    local_ok && domain_ok && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..")
}

/// `Re: subject`, once, without a prefix pile.
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once(':') {
        if !["re", "aw", "sv", "antw", "rv", "res"].contains(&head.trim().to_lowercase().as_str()) {
            break;
        }
        rest = tail.trim();
    }
    let cleaned: String =
        rest.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_hidden(*c)).take(480).collect();
    format!("Re: {}", if cleaned.trim().is_empty() { "your message" } else { cleaned.trim() })
}

/// The References of an answer: first and newest ids, within [`REFERENCES_CHARS_MAX`].
#[must_use]
pub fn references(thread: &[String], newest: Option<&str>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in thread.iter().map(String::as_str).chain(newest) {
        // `.invalid` ends the ids we make up for mails that came without one: no other program knows them.
        let sane = !id.is_empty()
            && !id.ends_with(".invalid")
            && id.len() <= 250
            && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
        if sane && !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    while ids.len() > 2 && (ids.len() > 20 || ids.iter().map(|id| id.len() + 3).sum::<usize>() > REFERENCES_CHARS_MAX) {
        ids.remove(1);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Envelope {
        Envelope {
            from_name: "Mara (Fernhill)".into(),
            from_address: "support@fernhill.example".into(),
            to: vec!["ana@x.example".into()],
            cc: vec![],
            subject: "Re: VAT".into(),
            body: "Hello\n".into(),
            enclosures: vec![],
            message_id: "a@b.example".into(),
            in_reply_to: None,
            references: vec![],
            ai: AiPart::None,
        }
    }

    #[test]
    fn what_a_person_cannot_see_or_a_server_would_misread_is_refused() {
        assert_eq!(letter().check(), Ok(()));
        type Spoil = fn(&mut Envelope);
        let spoil: [(&str, Spoil); 12] = [
            ("no recipient", |e| e.to.clear()),
            ("recipient with line break", |e| e.to = vec!["a@x.example\r\nBcc: b@y.example".into()]),
            ("recipient with space", |e| e.cc = vec!["a b@x.example".into()]),
            ("subject with line break", |e| e.subject.push_str("\nBcc: x@y.example")),
            ("name with NUL", |e| e.from_name.push('\0')),
            ("message id with CR", |e| e.in_reply_to = Some("a\r@b".into())),
            ("empty body", |e| e.body = " \n".into()),
            ("bare CR", |e| e.body.push('\r')),
            ("right-to-left override", |e| e.body.push('\u{202e}')),
            ("zero width", |e| e.body.push('\u{200b}')),
            ("three hundred empty lines", |e| e.body = format!("hi{}bye", "\n".repeat(300))),
            ("too many", |e| e.cc = vec!["a@x.example".into(); 30]),
        ];
        for (what, spoil) in spoil {
            let mut e = letter();
            spoil(&mut e);
            assert!(e.check().is_err(), "{what}");
        }
    }

    #[test]
    fn prefixes_do_not_pile_up() {
        for (subject, expected) in [
            ("VAT", "Re: VAT"),
            ("AW: Re: VAT", "Re: VAT"),
            ("", "Re: your message"),
            ("Error: SIG-401", "Re: Error: SIG-401"),
            ("a\r\nBcc: x", "Re: a  Bcc: x"),
        ] {
            assert_eq!(reply_subject(subject), expected);
        }
    }

    #[test]
    fn made_up_ids_stay_here() {
        assert!(references(&["sha256.abc@raw.invalid".to_owned()], Some("x@made.invalid")).is_empty());
    }

    #[test]
    fn long_threads_keep_both_ends() {
        let thread: Vec<String> = (0..200).map(|n| format!("message-{n}@host.example")).collect();
        let refs = references(&thread, Some("newest@host.example"));
        assert_eq!(refs.first().map(String::as_str), Some("message-0@host.example"));
        assert_eq!(refs.last().map(String::as_str), Some("newest@host.example"));
        assert!(refs.iter().map(|r| r.len() + 3).sum::<usize>() <= REFERENCES_CHARS_MAX && refs.len() <= 20);
    }
}
