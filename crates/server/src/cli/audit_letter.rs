//! Checks one letter's document offline: every entry is in the record that the key signed, and the letter in it is the
//! one that was approved and left.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::{
    Digest,
    audit::{AuditEvent, Entry},
};
use tlog::{ProofFile, VerifyingKey};

use crate::flow::trace_letter::{FORMAT, Provenance};

/// What a check found.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether everything holds.
    pub holds: bool,
    /// What was found, in a sentence.
    pub detail: String,
}

/// The document, when this text is one.
#[must_use]
pub fn read(text: &str) -> Option<Provenance> {
    serde_json::from_str::<Provenance>(text).ok().filter(|p| p.format == FORMAT)
}

/// Checks it with nothing but the public key.
#[must_use]
pub fn check(letter: &Provenance, key: &VerifyingKey) -> Checked {
    match holds(letter, key) {
        Ok(detail) => Checked { holds: true, detail },
        Err(detail) => Checked { holds: false, detail },
    }
}

fn holds(letter: &Provenance, key: &VerifyingKey) -> Result<String, String> {
    let mut events = Vec::new();
    for (n, told) in letter.record.iter().enumerate() {
        let Some(proof) = &told.proof else {
            return Err(format!("Step {} ({}) has no proof yet; export it again in a moment.", n + 1, told.kind));
        };
        ProofFile::parse(proof)
            .and_then(|proof| proof.verify(told.entry.as_bytes(), key))
            .map_err(|e| format!("Step {} ({}) is not in the record of this key: {e}.", n + 1, told.kind))?;
        let entry: Entry = serde_json::from_str(&told.entry)
            .map_err(|e| format!("Step {} ({}) does not read: {e}.", n + 1, told.kind))?;
        events.push(entry);
    }
    let approved = events.iter().find_map(|entry| match &entry.event {
        AuditEvent::ReplyApproved { approval, outbox, digest, .. }
            if approval.to_string() == letter.approval.id && outbox.to_string() == letter.letter.outbox =>
        {
            Some((*digest, entry.at))
        }
        _ => None,
    });
    let (approved, at) = approved.ok_or("The record tells of no approval of this letter.")?;
    let shown = digest(letter)?;
    if shown != approved {
        return Err("The letter in this file is not the one that was approved: its digest differs.".to_owned());
    }
    let left = events.iter().find_map(|entry| match &entry.event {
        AuditEvent::ReplySent { outbox, digest, .. } if outbox.to_string() == letter.letter.outbox => {
            Some((*digest, entry.at))
        }
        _ => None,
    });
    let steps = events.len();
    match left {
        Some((digest, _)) if digest != approved => {
            Err("What left is not what was approved: the two digests differ.".to_owned())
        }
        Some((_, left)) => Ok(format!(
            "{steps} steps are in the record; these bytes were approved at {at} and left at {left}, unchanged"
        )),
        None => Ok(format!("{steps} steps are in the record; these bytes were approved at {at} and have not left")),
    }
}

fn digest(letter: &Provenance) -> Result<Digest, String> {
    let sent = &letter.letter;
    if sent.mime.is_empty() {
        return Err("The letter's bytes were erased; the record still tells that it was approved and left.".to_owned());
    }
    let mime = STANDARD.decode(&sent.mime).map_err(|e| format!("The letter's bytes do not read: {e}."))?;
    Ok(outbox::letter_digest(&sent.mail_from, &sent.recipients, &mime))
}
