//! What stands behind one letter, read back from the door's own tables: the exact bytes, who approved them and how,
//! what was confirmed, and every attempt to hand it over.

use desk::{
    Digest, Timestamp,
    ids::{AgentId, ApprovalId, DraftId, MessageId, OutboxId, SealId, TicketId},
    terms::Confirmation,
};
use store::{Conn, Grant, StoreError};

use crate::{
    Door, DoorError,
    first::{FirstApproval, FirstShown},
    give_back, letter,
    lookup::reach,
    rows::{Approval, OutboxRow},
    sql::{params, sql},
    world::{self, Source},
};

/// Everything the door knows of one approved letter.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The approval.
    pub approval: ApprovalId,
    /// The page it was given on.
    pub seal: SealId,
    /// The draft.
    pub draft: DraftId,
    /// Its revision.
    pub revision: i64,
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it answers.
    pub answered: Option<MessageId>,
    /// Who approved.
    pub agent: AgentId,
    /// Their name.
    pub by: String,
    /// When.
    pub approved_at: Timestamp,
    /// How they proved to be there.
    pub confirmed: Confirmation,
    /// The first yes, where two were asked for.
    pub first: Option<FirstShown>,
    /// The hour it was put off to.
    pub send_at: Option<Timestamp>,
    /// The versions of policies it was shown under.
    pub policies: String,
    /// What was confirmed, as label and note.
    pub confirmed_checks: Vec<(String, String)>,
    /// Its place in the outbox.
    pub outbox: OutboxId,
    /// Envelope sender.
    pub mail_from: String,
    /// Envelope recipients; none after an erasure.
    pub recipients: Vec<String>,
    /// The exact bytes; none after an erasure.
    pub mime: Vec<u8>,
    /// Of sender, recipients and bytes, as approved.
    pub digest: Digest,
    /// Where it is.
    pub state: String,
    /// Attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// Whether both rows carry the marks of the key that is not in the database.
    pub marks_hold: bool,
}

/// One attempt to hand it over.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How, as a word.
    pub outcome: Option<String>,
    /// The mail server's words.
    pub reply: Option<String>,
}

/// Of sender, recipients and bytes: what an approval names and what is computed again before a letter leaves.
#[must_use]
pub fn letter_digest(mail_from: &str, recipients: &[String], mime: &[u8]) -> Digest {
    letter::digest(mail_from, recipients, mime)
}

/// What stands behind the letter of an approval.
///
/// # Errors
/// [`StoreError::NotFound`] for an approval outside the grant, or what the database says.
pub async fn behind(door: &Door, conn: &mut Conn, grant: &Grant, id: ApprovalId) -> Result<Behind, DoorError> {
    let seen = conn
        .maybe(
            sql!(
                "select a.id from approvals a join tickets t on t.id = a.ticket_id where ($1 = '*' or $1 like '%,' || t.queue || ',%') and a.id = $2"
            ),
            params![reach(grant), id],
        )
        .await?;
    if seen.is_none() {
        return Err(StoreError::NotFound.into());
    }
    let (approval, mac) = Approval::load(conn, id).await?;
    let (outbox, state) = give_back::row_of(conn, &approval).await?;
    let (row, progress) = OutboxRow::load(conn, outbox).await?;
    let sources = Source::of_seal(conn, approval.seal, approval.approved_at).await?;
    let versions: Vec<_> = sources.iter().map(|s| s.version).collect();
    let policies = world::pins_of_seal(conn, approval.seal).await?;
    let marks_hold = approval.holds(door, outbox, &versions, &policies, &mac) && row.holds(door, &progress.mac);
    let first = match approval.first {
        None => None,
        Some(first) => {
            let first = FirstApproval::load(conn, first).await?;
            let by = conn.agent(first.agent).await?.name;
            Some(FirstShown { agent: first.agent, by, at: first.at })
        }
    };
    Ok(Behind {
        by: conn.agent(approval.agent).await?.name,
        confirmed_checks: answers(conn, approval.seal).await?,
        attempts: attempts(conn, outbox).await?,
        approval: approval.id,
        seal: approval.seal,
        draft: approval.draft,
        revision: approval.revision,
        ticket: approval.ticket,
        answered: approval.answered,
        agent: approval.agent,
        approved_at: approval.approved_at,
        confirmed: approval.confirmed,
        send_at: approval.send_at,
        digest: approval.digest,
        first,
        policies,
        outbox,
        mail_from: row.mail_from,
        recipients: row.recipients,
        mime: row.mime,
        state,
        marks_hold,
    })
}

async fn answers(conn: &mut Conn, seal: SealId) -> Result<Vec<(String, String)>, StoreError> {
    let rows = conn
        .rows(sql!("select label, note from approval_answers where seal_id = $1 order by key"), params![seal])
        .await?;
    rows.iter()
        .map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .collect()
}

async fn attempts(conn: &mut Conn, outbox: OutboxId) -> Result<Vec<Attempt>, StoreError> {
    let rows = conn
        .rows(
            sql!("select started_at, ended_at, outcome, reply from deliveries where outbox_id = $1 order by attempt"),
            params![outbox],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut c = row.columns();
            Ok(Attempt { started_at: c.take()?, ended_at: c.take()?, outcome: c.take()?, reply: c.take()? })
        })
        .collect()
}
