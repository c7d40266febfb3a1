//! Where one letter comes from: what was asked, what the machine was given and said, who changed and approved what,
//! how it left, and for each step the entry of the record with its proof. One document, which a stranger can check.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::{
    ids::{ApprovalId, DraftId},
    knowledge::{Origin, Retrieval},
};
use outbox::Behind;
use serde::{Deserialize, Serialize};
use store::{Conn, DraftVersion, Grant};
use utoipa::ToSchema;

use super::keep_record;
use crate::{App, FlowError};

/// The format's name and version.
pub const FORMAT: &str = "countersign-letter@v1";

/// One letter with everything behind it. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// `countersign-letter@v1`.
    pub format: String,
    /// The record's public key. A convenience: whoever checks brings the key from elsewhere.
    pub key: String,
    /// The ticket's number.
    pub ticket: i64,
    /// What was asked; null after an erasure.
    pub request: Option<Asked>,
    /// What the machine was given and wrote.
    pub machine: MachinePart,
    /// Every saved version, oldest first.
    pub versions: Vec<SavedText>,
    /// Who approved, and how.
    pub approval: Yes,
    /// What left, to the byte.
    pub letter: ExactLetter,
    /// Every attempt to hand it over.
    pub attempts: Vec<Attempt>,
    /// Entries of the record that tell of it, oldest first.
    pub record: Vec<Proved>,
}

/// The message it answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// Whose.
    pub from: String,
    /// When.
    pub at: String,
    /// Its subject.
    pub subject: String,
    /// The words.
    pub text: String,
}

/// What the machine was given and wrote.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MachinePart {
    /// `assembled`, `model` or `agent`.
    pub origin: String,
    /// The words.
    pub text: Option<String>,
    /// What the drafter was unsure of.
    pub doubts: Vec<String>,
    /// What was put before the drafter.
    pub sources: Vec<CitedText>,
    /// Exactly what a language model was sent, with placeholders for personal data.
    pub request: Option<String>,
    /// What it answered.
    pub answer: Option<String>,
    /// Which model.
    pub endpoint: Option<String>,
}

/// A source that was put before the drafter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CitedText {
    /// The number that sentences cite.
    pub citation: u32,
    /// Its title.
    pub title: String,
    /// The article's version; null for a past reply.
    pub version: Option<String>,
    /// The words.
    pub text: String,
}

/// One saved version of the text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SavedText {
    /// The draft's revision.
    pub revision: i64,
    /// Null for the machine.
    pub by: Option<String>,
    /// When.
    pub at: String,
    /// The words.
    pub text: String,
    /// What rewrote words of it at that person's wish; left out where they typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewritten_by: Option<String>,
}

/// Who approved, and how.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Yes {
    /// Its id.
    pub id: String,
    /// Their name.
    pub by: String,
    /// When.
    pub at: String,
    /// `session`, `password` or `passkey`.
    pub confirmed: String,
    /// The draft's revision.
    pub revision: i64,
    /// The first of two, where two were asked for.
    pub first_by: Option<String>,
    /// When the first was given.
    pub first_at: Option<String>,
    /// The hour it was put off to.
    pub send_at: Option<String>,
    /// The versions of policies it was shown under.
    pub policies: String,
    /// What was confirmed.
    pub checks: Vec<CheckedOff>,
    /// Whether the stored rows carry the marks of the key that is not in the database.
    pub marks_hold: bool,
}

/// A check that was confirmed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckedOff {
    /// What it asks.
    pub label: String,
    /// What the person wrote down.
    pub note: String,
}

/// What left, to the byte. Empty after an erasure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExactLetter {
    /// Envelope sender.
    pub mail_from: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// The exact bytes, in base64.
    pub mime: String,
    /// Of sender, recipients and bytes.
    pub digest: String,
    /// Its place in the outbox.
    pub outbox: String,
    /// Where it is.
    pub state: String,
}

/// One attempt to hand it over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// How, as a word.
    pub outcome: Option<String>,
    /// The mail server's words.
    pub reply: Option<String>,
}

/// An entry of the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Proved {
    /// When.
    pub at: String,
    /// What happened, as a word.
    pub kind: String,
    /// The exact entry.
    pub entry: String,
    /// Its proof in the record (c2sp.org/tlog-proof@v1); null while it waits for its place.
    pub proof: Option<String>,
}

/// Everything behind the letter of an approval that `grant` reaches.
///
/// # Errors
/// [`FlowError::NotFound`]; whatever the database says.
pub async fn of(app: &App, grant: &Grant, id: ApprovalId) -> Result<Provenance, FlowError> {
    let mut conn = app.store.read().await?;
    let behind = outbox::behind(&app.door, &mut conn, grant, id).await?;
    let line = conn.ticket(grant, behind.ticket).await?;
    let messages = conn.messages(grant, behind.ticket).await?;
    let asked = messages.into_iter().find(|m| Some(m.id) == behind.answered && m.inbound);
    let attempts = behind.attempts.iter().map(|a| Attempt {
        started_at: a.started_at.rfc3339(),
        ended_at: a.ended_at.map(|at| at.rfc3339()),
        outcome: a.outcome.clone(),
        reply: a.reply.clone(),
    });
    Ok(Provenance {
        format: FORMAT.to_owned(),
        key: app.keys.checkpoint.verifying_key().to_string(),
        ticket: line.ticket.number,
        request: asked.map(|m| Asked { from: m.from, at: m.at.rfc3339(), subject: m.subject, text: m.text }),
        machine: machine(&mut conn, grant, behind.draft).await?,
        versions: versions(&mut conn, grant, &behind).await?,
        attempts: attempts.collect(),
        record: record(&mut conn, grant, &behind).await?,
        approval: yes(&behind),
        letter: ExactLetter {
            mime: STANDARD.encode(&behind.mime),
            mail_from: behind.mail_from,
            recipients: behind.recipients,
            digest: behind.digest.to_string(),
            outbox: behind.outbox.to_string(),
            state: behind.state,
        },
    })
}

async fn machine(conn: &mut Conn, grant: &Grant, draft: DraftId) -> Result<MachinePart, FlowError> {
    let draft = conn.draft(grant, draft).await?;
    let cited = match draft.retrieval {
        Some(id) => conn.suggestion::<Retrieval>(grant, id).await?.suggestion.value.cited,
        None => Vec::new(),
    };
    let exchange = match draft.exchange {
        Some(id) => Some(conn.exchange(grant, id).await?),
        None => None,
    };
    let sources = cited.into_iter().map(|c| CitedText {
        citation: c.citation,
        title: c.title,
        version: match c.origin {
            Origin::Passage { version, .. } => Some(version.to_string()),
            Origin::Reply { .. } => None,
        },
        text: c.text,
    });
    Ok(MachinePart {
        origin: draft.origin.word().to_owned(),
        text: draft.machine_body,
        doubts: draft.doubts,
        sources: sources.collect(),
        request: exchange.as_ref().map(|e| String::from_utf8_lossy(&e.request).into_owned()),
        answer: exchange.as_ref().and_then(|e| e.response.clone()),
        endpoint: exchange.map(|e| e.endpoint),
    })
}

async fn versions(conn: &mut Conn, grant: &Grant, behind: &Behind) -> Result<Vec<SavedText>, FlowError> {
    let saved = conn.draft_versions(grant, behind.draft).await?;
    let told = saved.into_iter().filter(|v| v.revision <= behind.revision);
    let shown = |v: DraftVersion| SavedText {
        revision: v.revision,
        by: v.by,
        at: v.at.rfc3339(),
        text: v.body,
        rewritten_by: v.rewritten_by,
    };
    Ok(told.map(shown).collect())
}

fn yes(behind: &Behind) -> Yes {
    Yes {
        id: behind.approval.to_string(),
        by: behind.by.clone(),
        at: behind.approved_at.rfc3339(),
        confirmed: behind.confirmed.word().to_owned(),
        revision: behind.revision,
        first_by: behind.first.as_ref().map(|f| f.by.clone()),
        first_at: behind.first.as_ref().map(|f| f.at.rfc3339()),
        send_at: behind.send_at.map(|at| at.rfc3339()),
        policies: behind.policies.clone(),
        checks: behind
            .confirmed_checks
            .iter()
            .map(|(label, note)| CheckedOff { label: label.clone(), note: note.clone() })
            .collect(),
        marks_hold: behind.marks_hold,
    }
}

/// The entries that name the draft, its page, its approval, its letter or the message it answers.
async fn record(conn: &mut Conn, grant: &Grant, behind: &Behind) -> Result<Vec<Proved>, FlowError> {
    let mut names =
        vec![behind.draft.to_string(), behind.seal.to_string(), behind.approval.to_string(), behind.outbox.to_string()];
    names.extend(behind.answered.map(|id| id.to_string()));
    let mut told = Vec::new();
    for entry in conn.trail(grant, behind.ticket).await? {
        if !names.iter().any(|name| entry.leaf.contains(name)) {
            continue;
        }
        let proof = match entry.seq {
            Some(seq) => keep_record::proof_at(conn, seq).await?,
            None => None,
        };
        told.push(Proved { at: entry.at.rfc3339(), kind: entry.kind, entry: entry.leaf, proof });
    }
    Ok(told)
}
