//! An envelope as the exact bytes of a mail, and those bytes read back for a person's eyes.
//!
//! Only what survives the round trip unchanged leaves: the bytes are parsed again with another
//! library than the one that wrote them, and compared with what they were made from.

use std::time::{Duration, SystemTime};

use desk::{Digest, Refusal, Timestamp, envelope::Envelope};
use lettre::{
    Address, Message,
    message::{
        Mailbox, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use mail_parser::MessageParser;
use serde::Serialize;

/// Longest line of a mail, in bytes without its end (RFC 5322, 2.1.1).
const LINE_BYTES_MAX: usize = 998;

/// Header that names the machine's part; absent when it had none.
pub(crate) const AI_HEADER: &str = "AI-Assisted";

/// A mail as its reader's program will understand it, read from the frozen bytes.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Sender, with name.
    pub from: String,
    /// Recipients' addresses.
    pub to: Vec<String>,
    /// Addresses that get a copy.
    pub cc: Vec<String>,
    /// Subject, decoded.
    pub subject: String,
    /// Plain text, decoded, LF line ends, no empty lines at its end.
    pub body: String,
    /// Every header as written, unfolded.
    pub headers: Vec<(String, String)>,
}

impl Letter {
    /// The first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What kind of mail it is, as far as headers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Approved by a person. No Auto-Submitted: its absence says that a person sent it (RFC 3834, 5).
    Reply,
    /// Fixed and automatic: says so twice, so that no other machine answers.
    Notice,
}

/// What else goes into the headers.
pub(crate) struct Marks<'a> {
    pub kind: Kind,
    pub ticket_number: i64,
    pub domain: &'a str,
    pub at: Timestamp,
}

/// The exact bytes that would leave.
///
/// # Errors
/// Whatever [`Envelope::check`] finds, and [`Refusal::Unsendable`] when the bytes would not read
/// back as they were meant.
pub(crate) fn render(envelope: &Envelope, marks: &Marks<'_>) -> Result<Vec<u8>, Refusal> {
    envelope.check()?;
    if !envelope.enclosures.is_empty() {
        return Err(unsendable("replies with files are not possible yet"));
    }
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(marks.at.micros()).unwrap_or(0));
    let from = Mailbox::new(Some(envelope.from_name.clone()), address(&envelope.from_address)?);
    let mut mail = Message::builder().date(at).from(from).subject(envelope.subject.clone());
    for to in &envelope.to {
        mail = mail.to(Mailbox::new(None, address(to)?));
    }
    for cc in &envelope.cc {
        mail = mail.cc(Mailbox::new(None, address(cc)?));
    }
    mail = mail.message_id(Some(format!("<{}>", envelope.message_id)));
    if let Some(parent) = &envelope.in_reply_to {
        mail = mail.in_reply_to(format!("<{parent}>"));
    }
    if !envelope.references.is_empty() {
        let ids: Vec<String> = envelope.references.iter().map(|id| format!("<{id}>")).collect();
        mail = mail.references(ids.join(" "));
    }
    for (name, value) in own_headers(envelope, marks) {
        mail = mail.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    let part = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(envelope.body.clone());
    let mime = mail.singlepart(part).map_err(|_| unsendable("the mail could not be put together"))?.formatted();
    let letter = read(&mime).ok_or_else(|| unsendable("it would not read back as a mail"))?;
    if !is_clean(&mime) || !says_the_same(envelope, &letter) {
        return Err(unsendable("it would arrive different from what you see here"));
    }
    Ok(mime)
}

/// List-Id names the ticket, so that people can file by it and vacation responders keep still
/// (RFC 5230, 4.6); X-Loop is our own mark, which our intake knows.
fn own_headers(envelope: &Envelope, marks: &Marks<'_>) -> Vec<(&'static str, String)> {
    let number = marks.ticket_number;
    let mut headers = vec![
        ("List-Id", format!("Ticket {number} <ticket-{number}.{}>", marks.domain)),
        ("X-Loop", envelope.from_address.clone()),
        ("X-Countersign-Ticket", number.to_string()),
    ];
    if marks.kind == Kind::Notice {
        headers.push(("Auto-Submitted", "auto-replied".to_owned()));
        headers.push(("X-Auto-Response-Suppress", "All".to_owned()));
    }
    if envelope.ai != desk::envelope::AiPart::None {
        headers.push((AI_HEADER, envelope.ai.word().to_owned()));
    }
    headers
}

fn address(text: &str) -> Result<Address, Refusal> {
    text.parse().map_err(|_| Refusal::NoRecipient { detail: "the mail library does not take this address".to_owned() })
}

fn unsendable(detail: &str) -> Refusal {
    Refusal::Unsendable { detail: detail.to_owned() }
}

/// Reads a mail of ours. None when it is not exactly one plain text.
pub(crate) fn read(mime: &[u8]) -> Option<Letter> {
    let mail = MessageParser::default().parse(mime)?;
    if mail.parts.len() != 1 || mail.attachment_count() != 0 || mail.bcc().is_some() {
        return None;
    }
    let list = |found: Option<&mail_parser::Address<'_>>| -> Vec<String> {
        found.map(|a| a.iter().filter_map(|one| one.address().map(str::to_owned)).collect()).unwrap_or_default()
    };
    let from = mail.from()?.first()?;
    let body = mail.body_text(0)?.replace("\r\n", "\n");
    Some(Letter {
        from: match from.name() {
            Some(name) => format!("{name} <{}>", from.address()?),
            None => from.address()?.to_owned(),
        },
        to: list(mail.to()),
        cc: list(mail.cc()),
        subject: mail.subject()?.to_owned(),
        body: body.trim_end_matches('\n').to_owned(),
        headers: mail.headers_raw().map(|(name, value)| (name.to_owned(), one_line(value))).collect(),
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says_the_same(envelope: &Envelope, letter: &Letter) -> bool {
    let sender = format!("{} <{}>", one_line(&envelope.from_name), envelope.from_address);
    one_line(&letter.from) == sender
        && letter.to == envelope.to
        && letter.cc == envelope.cc
        && letter.subject == envelope.subject
        && letter.body == envelope.body.trim_end_matches('\n')
}

/// ASCII, CRLF line ends and nothing else, no overlong line: bytes that no mail server can read
/// in two ways (the "SMTP smuggling" family of faults).
pub(crate) fn is_clean(mime: &[u8]) -> bool {
    let Some(lines) = mime.strip_suffix(b"\r\n") else { return false };
    let mut length = 0_usize;
    let mut bytes = lines.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' if bytes.next() != Some(&b'\n') => return false,
            b'\r' => length = 0,
            b'\n' | 0 | 128.. => return false,
            _ => length += 1,
        }
        if length > LINE_BYTES_MAX {
            return false;
        }
    }
    true
}

/// Of everything the mail server is told: sender, each recipient, the bytes.
pub(crate) fn digest(mail_from: &str, recipients: &[String], mime: &[u8]) -> Digest {
    let mut fields: Vec<&[u8]> = vec![mail_from.as_bytes()];
    fields.extend(recipients.iter().map(String::as_bytes));
    fields.push(mime);
    Digest::of_fields("countersign/outbound/1", &fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::envelope::AiPart;

    fn envelope(subject: &str, body: &str) -> Envelope {
        Envelope {
            from_name: "Mara Lindqvist (Fernhill)".into(),
            from_address: "support@fernhill.example".into(),
            to: vec!["ana@x.example".into()],
            cc: vec![],
            subject: subject.into(),
            body: body.into(),
            enclosures: vec![],
            message_id: "1.ab@support.fernhill.example".into(),
            in_reply_to: Some("q@x.example".into()),
            references: (0..20).map(|n| format!("message-{n}-{}@x.example", "y".repeat(50))).collect(),
            ai: AiPart::Edited,
        }
    }

    fn bytes(envelope: &Envelope, kind: Kind) -> Result<Vec<u8>, Refusal> {
        let at = Timestamp::from_secs(1_795_000_000);
        render(envelope, &Marks { kind, ticket_number: 1002, domain: "support.fernhill.example", at })
    }

    #[test]
    fn headers_say_what_it_is() {
        let reply = read(&bytes(&envelope("Re: VAT", "Hello"), Kind::Reply).expect("renders")).expect("reads");
        assert_eq!(reply.header("message-id"), Some("<1.ab@support.fernhill.example>"));
        assert_eq!(reply.header("In-Reply-To"), Some("<q@x.example>"));
        assert_eq!(reply.header("References").map(|r| r.split(' ').count()), Some(20));
        assert_eq!(reply.header("List-Id"), Some("Ticket 1002 <ticket-1002.support.fernhill.example>"));
        assert_eq!(reply.header("X-Loop"), Some("support@fernhill.example"));
        assert_eq!(reply.header("AI-Assisted"), Some("drafted; edited by a person"));
        assert_eq!((reply.header("Auto-Submitted"), reply.header("Bcc")), (None, None));
        assert!(reply.header("Date").is_some_and(|d| d.contains("2026")));
        let notice = read(&bytes(&envelope("Re: VAT", "Hello"), Kind::Notice).expect("renders")).expect("reads");
        assert_eq!(notice.header("Auto-Submitted"), Some("auto-replied"));
        assert_eq!(notice.header("X-Auto-Response-Suppress"), Some("All"));
    }

    #[test]
    fn difficult_texts_arrive_as_written_or_not_at_all() {
        let bodies = [
            ".",
            "a\n.\nb",
            "..\n.\n..",
            "Grüße aus Köln 🙂",
            "trailing space \nand tab\t",
            "From here",
            "=3D =20 =",
            "--\nsignature",
            &"x".repeat(5000),
            &"ü".repeat(3000),
            "\u{a0}",
            "a\n\n\n\nb",
            "  indented",
        ];
        for body in bodies {
            let mime = bytes(&envelope("Re: VAT", body), Kind::Reply);
            let Ok(mime) = mime else {
                assert_eq!(body, "\u{a0}", "only the empty-looking one is refused");
                continue;
            };
            assert!(is_clean(&mime));
            assert_eq!(read(&mime).expect("reads").body, body, "{body:?}");
        }
        for subject in [
            "Re: Größe",
            "Re: \"quoted\" <x>",
            "Re: C:\\temp\\x",
            &format!("Re: {}", "long word ".repeat(40).trim_end()),
        ] {
            let mime = bytes(&envelope(subject, "x"), Kind::Reply).expect("renders");
            assert_eq!(read(&mime).expect("reads").subject, *subject);
        }
    }

    #[test]
    fn a_mail_that_two_readers_could_read_differently_is_unclean() {
        assert!(is_clean(b"A: b\r\n\r\nc\r\n"));
        for bad in [&b"a\nb\r\n"[..], b"a\rb\r\n", b"a\r\r\n", b"a", b"a\r", b"\xffa\r\n", b"a\0\r\n", b"\n.\r\n", b""]
        {
            assert!(!is_clean(bad), "{bad:?}");
        }
        assert!(!is_clean(&[vec![b'x'; 999], b"\r\n".to_vec()].concat()));
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_person_can_type_reads_back(subject in "Re: [a-zA-Zäß]{1,8}( [^\\p{C}\\p{Z}]{1,12}){0,6}", body in "[^\\p{C}]{1,40}(\n[^\\p{C}]{0,90}){0,6}") {
            if let Ok(mime) = bytes(&envelope(&subject, &body), Kind::Reply) {
                proptest::prop_assert!(is_clean(&mime));
                let letter = read(&mime).expect("reads");
                proptest::prop_assert_eq!(letter.body.as_str(), body.trim_end_matches('\n'));
                proptest::prop_assert_eq!(letter.subject, subject);
                proptest::prop_assert_eq!(letter.to, ["ana@x.example"]);
            }
        }
    }
}
