//! What the holder of a link is shown: what its requester wrote and what was sent to them, nothing else. Notes, drafts and
//! suggestions stand in other tables, which nothing here names.

use desk::{
    Timestamp, closed_list,
    disclosure::without_footer,
    ids::{AttachmentId, MessageId, TicketId},
    portal::Reach,
    ticket::Status,
};
use store::{Conn, StoreError};

use crate::{
    DoorError, PortalLink,
    sql::{params, sql},
};

/// Requests listed at most.
const REQUESTS: i64 = 200;

closed_list! {
    /// Who speaks in a message.
    pub enum Speaker ("speaker") {
        /// The requester.
        Requester = "requester",
        /// The desk.
        Desk = "desk",
    }
}

/// A file's name and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFile {
    /// The file.
    pub id: AttachmentId,
    /// Cleaned name.
    pub name: String,
    /// Bytes.
    pub size: i64,
}

/// A message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    /// Who speaks.
    pub speaker: Speaker,
    /// Their shown name.
    pub author: String,
    /// The newest part of what they said, without quotes and without the lines under a mail.
    pub text: String,
    /// Files they sent.
    pub files: Vec<ShownFile>,
    /// When.
    pub at: Timestamp,
}

/// A ticket with its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownTicket {
    /// The ticket.
    pub id: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// Where it is.
    pub status: Status,
    /// The language it is in, as triage guessed it.
    pub language: Option<String>,
    /// The requester's address: what they write goes on as theirs.
    pub address: String,
    /// The requester's name.
    pub name: String,
    /// Message-ID of the first message, which whatever is written on the page answers.
    pub first_id: Option<String>,
    /// Messages, oldest first.
    pub messages: Vec<ShownMessage>,
}

/// A ticket of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    /// The ticket.
    pub id: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// Where it is.
    pub status: Status,
    /// When it was opened.
    pub at: Timestamp,
}

impl PortalLink {
    /// The same link, to the ticket that goes on where its own was merged into another. Only tickets of one requester are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn followed(self, conn: &mut Conn) -> Result<Self, DoorError> {
        let ticket = conn.goes_on_as(self.ticket()).await?;
        Ok(self.to(ticket))
    }

    /// Its ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ticket is not, or no longer, its requester's, or when they were erased.
    pub async fn shown(&self, conn: &mut Conn) -> Result<ShownTicket, DoorError> {
        let (ticket, requester) = (self.ticket(), self.requester());
        let row = conn
            .one(
                sql!(
                    "select t.number, t.subject, t.status, t.language, r.email, r.name from tickets t join requesters r on r.id = t.requester_id
                     where t.id = $1 and t.requester_id = $2 and r.email like '%@%'"
                ),
                params![ticket, requester],
            )
            .await?;
        let mut c = row.columns();
        let (number, subject, status, language) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let (address, name): (String, String) = (c.take()?, c.take()?);
        let files = self.files(conn).await?;
        let rows = conn
            .rows(
                sql!(
                    "select m.id, m.direction, m.author_name, m.recipients, m.latest, m.message_id, m.at from messages m join tickets t on t.id = m.ticket_id
                     where t.id = $1 and t.requester_id = $2 and (m.direction = 'outbound' or (m.requester_id = $2 and m.machine is null))
                     order by m.at, m.id"
                ),
                params![ticket, requester],
            )
            .await?;
        let (mut messages, mut first_id) = (Vec::new(), None);
        for row in &rows {
            let mut c = row.columns();
            let id: MessageId = c.take()?;
            let speaker = if c.take::<String>()? == "inbound" { Speaker::Requester } else { Speaker::Desk };
            let author: String = c.take()?;
            let to: Vec<String> = c.json()?;
            let latest: String = c.take()?;
            // What went to somebody else is not theirs to see.
            if speaker == Speaker::Desk && !to.iter().any(|one| is_to(one, &address)) {
                continue;
            }
            let message_id: String = c.take()?;
            first_id.get_or_insert(message_id);
            let own = files.iter().filter(|(of, _)| *of == id).map(|(_, file)| file.clone());
            messages.push(ShownMessage {
                speaker,
                author,
                text: without_footer(&latest).trim().to_owned(),
                files: own.collect(),
                at: c.take()?,
            });
        }
        Ok(ShownTicket { id: ticket, number, subject, status, language, address, name, first_id, messages })
    }

    async fn files(&self, conn: &mut Conn) -> Result<Vec<(MessageId, ShownFile)>, StoreError> {
        let rows = conn
            .rows(
                sql!(
                    "select a.message_id, a.id, a.name, a.size from attachments a join messages m on m.id = a.message_id
                     where m.ticket_id = $1 and m.requester_id = $2 and m.direction = 'inbound' order by a.id"
                ),
                params![self.ticket(), self.requester()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, ShownFile { id: c.take()?, name: c.take()?, size: c.take()? }))
            })
            .collect()
    }

    /// A file that its page lists, by name and bytes: one they sent themselves, with a letter on its ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for every other file, and when they were erased.
    pub async fn file(&self, conn: &mut Conn, id: AttachmentId) -> Result<(String, Vec<u8>), DoorError> {
        let row = conn
            .one(
                sql!(
                    "select a.name, b.bytes from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id
                     join requesters r on r.id = t.requester_id join blobs b on b.digest = a.blob
                     where a.id = $1 and t.id = $2 and t.requester_id = $3 and m.requester_id = $3 and m.direction = 'inbound' and m.machine is null
                     and r.email like '%@%'"
                ),
                params![id, self.ticket(), self.requester()],
            )
            .await?;
        let mut c = row.columns();
        Ok((c.take()?, c.take()?))
    }

    /// Everything its requester asked, newest first; only a link that reaches so far opens it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link to one ticket, and when they were erased.
    pub async fn requests(&self, conn: &mut Conn) -> Result<Vec<ShownRequest>, DoorError> {
        if self.reach() != Reach::Requests {
            return Err(StoreError::NotFound.into());
        }
        let rows = conn
            .rows(
                sql!(
                    "select t.id, t.number, t.subject, t.status, t.created_at from tickets t join requesters r on r.id = t.requester_id
                     where t.requester_id = $1 and r.email like '%@%'
                     and not exists (select 1 from relocations l where l.from_ticket = t.id and l.kind = 'merge' and l.undone_at is null) order by t.created_at desc, t.id desc limit $2"
                ),
                params![self.requester(), REQUESTS],
            )
            .await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound.into());
        }
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (id, number, subject, status) = (c.take()?, c.take()?, c.take()?, c.take()?);
                Ok(ShownRequest { id, number, subject, status, at: c.take()? })
            })
            .collect()
    }
}

/// Whether a stored recipient, plain or as `Name <address>`, is this address.
fn is_to(recipient: &str, address: &str) -> bool {
    let plain = recipient.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
    plain.eq_ignore_ascii_case(address)
}
