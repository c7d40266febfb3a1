//! What requesters sent, and what they were sent. Outbound rows are written by `outbox` alone.

use desk::{
    Digest, Timestamp,
    ids::{AgentId, ApprovalId, AttachmentId, MailId, MessageId, RequesterId, TicketId},
    ticket::Status,
};

use crate::{Conn, Grant, StoreError, Tx, columns::params, grant::queue_visible, new_id};

/// A message as stored.
#[derive(Debug, Clone)]
pub struct Message {
    /// Id.
    pub id: MessageId,
    /// True for what a requester sent.
    pub inbound: bool,
    /// The requester, for inbound.
    pub requester: Option<RequesterId>,
    /// The approver, for outbound replies.
    pub agent: Option<AgentId>,
    /// Shown name.
    pub author: String,
    /// Sender's address.
    pub from: String,
    /// Recipients.
    pub to: Vec<String>,
    /// Copies.
    pub cc: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Whole text.
    pub text: String,
    /// Newest part, without quotes and signature.
    pub latest: String,
    /// Quoted part.
    pub quoted: Option<String>,
    /// Whether there is HTML.
    pub has_html: bool,
    /// Message-ID header.
    pub message_id: String,
    /// References, oldest first.
    pub refs: Vec<String>,
    /// Why we think a machine sent it.
    pub machine: Option<String>,
    /// Oddities fit to show.
    pub warnings: Vec<String>,
    /// The raw mail.
    pub mail: Option<MailId>,
    /// The outbox row's state, for outbound.
    pub delivery: Option<String>,
    /// Its approval, for outbound replies.
    pub approval: Option<ApprovalId>,
    /// When it was approved, for outbound replies.
    pub approved_at: Option<Timestamp>,
    /// `none`, `unchanged`, `edited`.
    pub ai_part: String,
    /// When it came or left.
    pub at: Timestamp,
}

/// An inbound message to be written.
#[derive(Debug, Clone)]
pub struct NewInbound<'a> {
    /// The ticket it belongs to.
    pub ticket: TicketId,
    /// Who sent it.
    pub requester: RequesterId,
    /// Shown name.
    pub author: &'a str,
    /// Sender's address, lower case.
    pub from: &'a str,
    /// Recipients.
    pub to: &'a [String],
    /// Copies.
    pub cc: &'a [String],
    /// Cleaned subject.
    pub subject: &'a str,
    /// Whole text.
    pub text: &'a str,
    /// Newest part.
    pub latest: &'a str,
    /// Quoted part.
    pub quoted: Option<&'a str>,
    /// Sanitised HTML.
    pub html: Option<&'a str>,
    /// Message-ID header.
    pub message_id: &'a str,
    /// References, oldest first.
    pub refs: &'a [String],
    /// Why we think a machine sent it.
    pub machine: Option<&'a str>,
    /// Oddities fit to show.
    pub warnings: &'a [String],
    /// The raw mail.
    pub mail: Option<MailId>,
    /// When it came.
    pub at: Timestamp,
}

/// A file to be kept with a message.
#[derive(Debug, Clone, Copy)]
pub struct NewAttachment<'a> {
    /// Cleaned name.
    pub name: &'a str,
    /// Detected type.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A file as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Id.
    pub id: AttachmentId,
    /// Its message.
    pub message: MessageId,
    /// Cleaned name.
    pub name: String,
    /// Detected type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256.
    pub blob: Digest,
}

impl Tx {
    /// Writes an inbound message and lets its sender take part.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_inbound(&mut self, new: &NewInbound<'_>) -> Result<MessageId, StoreError> {
        let id = new_id();
        self.add_inbound_as(id, new).await?;
        Ok(id)
    }

    /// Writes an inbound message under an id that its ticket knows already.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_inbound_as(&mut self, id: MessageId, new: &NewInbound<'_>) -> Result<(), StoreError> {
        let json = |list: &[String]| serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned());
        self.execute(
            "insert into messages (id, ticket_id, direction, requester_id, author_name, from_address, recipients, copies, subject, text, latest, quoted, html,
             message_id, refs, machine, warnings, mail_id, ai_part, at)
             values ($1,$2,'inbound',$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,'none',$18)",
            params![
                id, new.ticket, new.requester, new.author, new.from, json(new.to), json(new.cc), new.subject, new.text, new.latest, new.quoted, new.html,
                new.message_id, json(new.refs), new.machine, json(new.warnings), new.mail, new.at
            ],
        )
        .await?;
        Ok(())
    }

    /// Keeps a file with a message.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_attachment(
        &mut self,
        message: MessageId,
        new: NewAttachment<'_>,
    ) -> Result<AttachmentId, StoreError> {
        let blob = self.put_blob(new.bytes).await?;
        let id = new_id();
        self.execute(
            "insert into attachments (id, message_id, name, media_type, size, blob) values ($1,$2,$3,$4,$5,$6)",
            params![
                id,
                message,
                new.name,
                new.media_type,
                i64::try_from(new.bytes.len()).unwrap_or(i64::MAX),
                blob.to_string()
            ],
        )
        .await?;
        Ok(id)
    }
}

impl Conn {
    /// A ticket's messages, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn messages(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<Message>, StoreError> {
        let rows = self
            .rows(
                concat!("select m.id, m.direction, m.requester_id, m.agent_id, m.author_name, m.from_address, m.recipients, m.copies, m.subject, m.text, m.latest, m.quoted,
                 case when m.html is null then 'no' else 'yes' end, m.message_id, m.refs, m.machine, m.warnings, m.mail_id, x.state, p.id, p.approved_at, m.ai_part, m.at
                 from messages m join tickets t on t.id = m.ticket_id left join outbox x on x.id = m.outbox_id left join approvals p on p.id = x.approval_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 order by m.at, m.id"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Message {
                    id: c.take()?,
                    inbound: c.take::<String>()? == "inbound",
                    requester: c.take()?,
                    agent: c.take()?,
                    author: c.take()?,
                    from: c.take()?,
                    to: c.json()?,
                    cc: c.json()?,
                    subject: c.take()?,
                    text: c.take()?,
                    latest: c.take()?,
                    quoted: c.take()?,
                    has_html: c.take::<String>()? == "yes",
                    message_id: c.take()?,
                    refs: c.json()?,
                    machine: c.take()?,
                    warnings: c.json()?,
                    mail: c.take()?,
                    delivery: c.take()?,
                    approval: c.take()?,
                    approved_at: c.take()?,
                    ai_part: c.take()?,
                    at: c.take()?,
                })
            })
            .collect()
    }

    /// A message's sanitised HTML.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn message_html(&mut self, grant: &Grant, id: MessageId) -> Result<String, StoreError> {
        let row = self
            .one(
                concat!(
                    "select m.html from messages m join tickets t on t.id = m.ticket_id where ",
                    queue_visible!("t.queue", "$1"),
                    " and m.id = $2 and m.html is not null"
                ),
                params![grant.queues(), id],
            )
            .await?;
        row.columns().take()
    }

    /// The raw mail behind a message.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn message_raw(&mut self, grant: &Grant, id: MessageId) -> Result<Vec<u8>, StoreError> {
        let row = self
            .one(
                concat!("select b.bytes from messages m join tickets t on t.id = m.ticket_id join mails l on l.id = m.mail_id join blobs b on b.digest = l.blob
                 where ", queue_visible!("t.queue", "$1"), " and m.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        row.columns().take()
    }

    /// Files of a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn attachments(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<AttachmentRow>, StoreError> {
        let rows = self
            .rows(
                concat!("select a.id, a.message_id, a.name, a.media_type, a.size, a.blob from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 order by a.id"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter().map(|row| attachment(row.columns())).collect()
    }

    /// One file with its bytes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn attachment(
        &mut self,
        grant: &Grant,
        id: AttachmentId,
    ) -> Result<(AttachmentRow, Vec<u8>), StoreError> {
        let row = self
            .one(
                concat!("select a.id, a.message_id, a.name, a.media_type, a.size, a.blob from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and a.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        let found = attachment(row.columns())?;
        let bytes = self.blob(found.blob).await?;
        Ok((found, bytes))
    }

    /// Tickets that these Message-IDs belong to, in their order: number, status, participants. One that was merged is what
    /// it was merged into.
    /// For threading, which decides where a mail goes before anybody reads it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tickets_behind(&mut self, message_ids: &[String]) -> Result<Vec<desk::thread::Found>, StoreError> {
        let mut found: Vec<desk::thread::Found> = Vec::new();
        for header in message_ids.iter().take(50) {
            for row in self.rows("select ticket_id from messages where message_id = $1", params![header]).await? {
                let ticket: TicketId = row.columns().take()?;
                let ticket = self.goes_on_as(ticket).await?;
                if !found.iter().any(|f| f.ticket == ticket) {
                    let row = self.one("select number, status from tickets where id = $1", params![ticket]).await?;
                    let mut c = row.columns();
                    let (number, status): (i64, Status) = (c.take()?, c.take()?);
                    let participants = self.participants(ticket).await?;
                    found.push(desk::thread::Found { ticket, number, status, participants });
                }
            }
        }
        Ok(found)
    }
}

fn attachment(mut c: crate::columns::Columns<'_>) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        id: c.take()?,
        message: c.take()?,
        name: c.take()?,
        media_type: c.take()?,
        size: c.take()?,
        blob: c.take()?,
    })
}
