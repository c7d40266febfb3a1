//! What somebody wrote on a page of the desk, as the bytes of a mail: so that it is kept, read and placed as every mail is.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// Characters of a line of base64.
const LINE: usize = 76;
/// Bytes of text in one encoded word; with its frame it stays under 75 characters (RFC 2047, 2).
const WORD_BYTES: usize = 42;
/// Characters of a header's text that are kept.
const TEXT_CHARS: usize = 300;

/// What was written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Shown name; may be empty.
    pub name: &'a str,
    /// Sender: a plain address.
    pub from: &'a str,
    /// The desk's mailbox: a plain address.
    pub to: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Text.
    pub text: &'a str,
    /// What tells this form from every other; letters, digits, `-` and `_` count.
    pub nonce: &'a str,
    /// Message-ID it answers, without angle brackets.
    pub answers: Option<&'a str>,
    /// Files.
    pub files: &'a [WrittenFile],
}

/// A file that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Name, as the browser told it.
    pub name: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// The bytes. The same form with the same words gives the same bytes.
#[must_use]
pub fn compose(written: &Written<'_>) -> Vec<u8> {
    let mark = fingerprint(written);
    let nonce: String = written.nonce.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let domain = written.to.rsplit('@').next().unwrap_or_default();
    let mut head = String::new();
    // Writing into a string cannot fail.
    let _ = write!(head, "From: {}<{}>\r\nTo: <{}>\r\n", named(written.name), written.from, written.to);
    let _ = write!(head, "Subject: {}\r\nMessage-ID: <page.{nonce}.{mark}@{domain}>\r\n", encoded(written.subject));
    if let Some(id) = written.answers.filter(|id| is_plain_id(id)) {
        let _ = write!(head, "In-Reply-To: <{id}>\r\n");
    }
    let boundary = format!("page-{mark}");
    let _ = write!(head, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n");
    let mut raw = head.into_bytes();
    let plain = "Content-Type: text/plain; charset=utf-8\r\n".to_owned();
    part(&mut raw, &boundary, &plain, written.text.replace('\n', "\r\n").as_bytes());
    for file in written.files {
        let name = parameter(&file.name);
        let fields = format!(
            "Content-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*=UTF-8''{name}\r\n"
        );
        part(&mut raw, &boundary, &fields, &file.bytes);
    }
    raw.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    raw
}

fn part(raw: &mut Vec<u8>, boundary: &str, fields: &str, bytes: &[u8]) {
    raw.extend_from_slice(format!("--{boundary}\r\n{fields}Content-Transfer-Encoding: base64\r\n\r\n").as_bytes());
    let text = STANDARD.encode(bytes);
    for line in text.as_bytes().chunks(LINE) {
        raw.extend_from_slice(line);
        raw.extend_from_slice(b"\r\n");
    }
}

/// Of everything that was written, so that another text is another message.
fn fingerprint(written: &Written<'_>) -> String {
    let mut hash = Sha256::new();
    for field in [written.from, written.subject, written.text, written.nonce] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    for file in written.files {
        hash.update((file.name.len() as u64).to_be_bytes());
        hash.update(&file.name);
        hash.update((file.bytes.len() as u64).to_be_bytes());
        hash.update(&file.bytes);
    }
    hash.finalize().iter().take(12).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn named(name: &str) -> String {
    let name = encoded(name);
    if name.is_empty() { name } else { format!("{name} ") }
}

/// One line of text as encoded words, whatever is in it.
fn encoded(text: &str) -> String {
    let line = super::display_line(text, TEXT_CHARS);
    let mut words: Vec<String> = Vec::new();
    let mut next = String::new();
    for c in line.chars() {
        if next.len() + c.len_utf8() > WORD_BYTES {
            words.push(std::mem::take(&mut next));
        }
        next.push(c);
    }
    if !next.is_empty() {
        words.push(next);
    }
    words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join("\r\n ")
}

/// A file's name in the form of RFC 2231, its last part only.
fn parameter(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let short: String = last.chars().filter(|c| !c.is_control()).take(100).collect();
    let short = if short.trim().is_empty() { "file".to_owned() } else { short };
    short.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn is_plain_id(id: &str) -> bool {
    id.contains('@') && id.len() <= 250 && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::{Content, Settings, parse};

    const PLAIN: Written<'_> = Written {
        name: "Ana",
        from: "ana@orchard.example",
        to: "support@fernhill.example",
        subject: "Hello",
        text: "Hello.",
        nonce: "n",
        answers: Some("a.b@fernhill.example"),
        files: &[],
    };

    #[test]
    fn the_same_form_is_the_same_mail_and_other_words_are_another() {
        let once = compose(&PLAIN);
        assert_eq!(once, compose(&PLAIN));
        let other = compose(&Written { text: "Other.", ..PLAIN });
        let id = |raw: &[u8]| parse(raw, &Settings::default()).message_id.as_str().to_owned();
        assert_ne!(id(&once), id(&other));
        assert_eq!(parse(&once, &Settings::default()).in_reply_to, ["a.b@fernhill.example"]);
        let odd = compose(&Written { answers: Some("a>\r\nBcc: <x@y.example"), ..PLAIN });
        assert!(!String::from_utf8_lossy(&odd).contains("Bcc"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn whatever_is_written_reads_back_as_one_mail_of_its_sender(
            name in "\\PC{0,40}", subject in ".{0,80}", text in "[^\r\u{0}]{1,200}", file in ".{0,60}", bytes in proptest::collection::vec(any::<u8>(), 1..400),
        ) {
            let files = [WrittenFile { name: file, bytes: bytes.clone() }];
            let raw = compose(&Written { name: &name, subject: &subject, text: &text, files: &files, ..PLAIN });
            let read = parse(&raw, &Settings::default());
            prop_assert_eq!(read.from.as_ref().map(|a| a.address.as_str()), Some("ana@orchard.example"));
            prop_assert_eq!(read.to.len(), 1);
            prop_assert!(read.cc.is_empty() && read.machine.is_none());
            prop_assert_eq!(read.attachments.len(), 1);
            let kept = matches!(&read.attachments[0].content, Content::Kept(kept) if *kept == bytes);
            prop_assert!(kept);
        }
    }
}
