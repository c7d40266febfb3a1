//! Raw mails as they arrived. They are durable before anything else happens to them, and stay.

use desk::{
    Digest, Timestamp, closed_list,
    ids::{MailId, MessageId, TicketId},
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params},
    new_id,
};

closed_list! {
    /// Where a mail came from.
    pub enum MailSource ("mail source") {
        /// Fetched from a mailbox.
        Imap = "imap",
        /// Posted by a program, or written on one of the desk's own pages.
        Api = "api",
        /// Imported from files.
        Import = "import",
        /// Written in the demo's letter tray.
        Tray = "tray",
    }
}

closed_list! {
    /// What became of a mail.
    pub enum MailState ("mail state") {
        /// Safe, not yet read.
        Received = "received",
        /// A message on a ticket.
        Accepted = "accepted",
        /// Waits for a person.
        Quarantined = "quarantined",
    }
}

/// Whether a mail was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Yes.
    New(MailId),
    /// The same bytes came to this mailbox before.
    Repeated(MailId),
}

/// A mail's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id.
    pub id: MailId,
    /// Address it came to.
    pub mailbox: String,
    /// Where it came from.
    pub source: MailSource,
    /// SHA-256 of the raw bytes.
    pub blob: Digest,
    /// What became of it.
    pub state: MailState,
    /// Why it waits.
    pub reason: Option<String>,
    /// Its message.
    pub message: Option<MessageId>,
    /// Its ticket.
    pub ticket: Option<TicketId>,
    /// Times reading was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: Timestamp,
}

fn mail(mut c: Columns<'_>) -> Result<Mail, StoreError> {
    Ok(Mail {
        id: c.take()?,
        mailbox: c.take()?,
        source: c.take()?,
        blob: c.take()?,
        state: c.take()?,
        reason: c.take()?,
        message: c.take()?,
        ticket: c.take()?,
        attempts: c.take()?,
        received_at: c.take()?,
    })
}

impl Tx {
    /// Keeps bytes under their digest.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_blob(&mut self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        self.execute(
            "insert into blobs (digest, size, bytes) values ($1,$2,$3) on conflict (digest) do nothing",
            params![digest.to_string(), i64::try_from(bytes.len()).unwrap_or(i64::MAX), bytes],
        )
        .await?;
        Ok(digest)
    }

    /// Takes a raw mail in. The same bytes to the same mailbox are one mail.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn take_mail(
        &mut self,
        mailbox: &str,
        source: MailSource,
        raw: &[u8],
        received_at: Timestamp,
    ) -> Result<Taken, StoreError> {
        let digest = self.put_blob(raw).await?;
        let id: MailId = new_id();
        let inserted = self
            .execute(
                "insert into mails (id, mailbox, source, blob, state, attempts, received_at) values ($1,$2,$3,$4,'received',0,$5) on conflict (mailbox, blob) do nothing",
                params![id, mailbox, source, digest.to_string(), received_at],
            )
            .await?;
        if inserted == 1 {
            return Ok(Taken::New(id));
        }
        let row = self
            .one("select id from mails where mailbox = $1 and blob = $2", params![mailbox, digest.to_string()])
            .await?;
        Ok(Taken::Repeated(row.columns().take()?))
    }

    /// Notes what became of a mail.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not in state `from` any more.
    pub async fn accept_mail(&mut self, id: MailId, ticket: TicketId, message: MessageId) -> Result<(), StoreError> {
        let touched = self
            .execute(
                "update mails set state = 'accepted', reason = null, message_id = $2, ticket_id = $3 where id = $1 and state <> 'accepted'",
                params![id, message, ticket],
            )
            .await?;
        if touched == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Sets a mail aside for a person.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn quarantine_mail(&mut self, id: MailId, reason: &str) -> Result<(), StoreError> {
        self.execute(
            "update mails set state = 'quarantined', reason = $2 where id = $1 and state <> 'accepted'",
            params![id, reason],
        )
        .await?;
        Ok(())
    }

    /// Puts a quarantined mail back in line.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn retry_mail(&mut self, id: MailId) -> Result<(), StoreError> {
        match self
            .execute(
                "update mails set state = 'received', reason = null where id = $1 and state = 'quarantined'",
                params![id],
            )
            .await?
        {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Counts an attempt to read a mail; returns the number so far.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn count_attempt(&mut self, id: MailId) -> Result<i64, StoreError> {
        self.one("update mails set attempts = attempts + 1 where id = $1 returning attempts", params![id])
            .await?
            .columns()
            .take()
    }
}

impl Conn {
    /// A mail.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn mail(&mut self, id: MailId) -> Result<Mail, StoreError> {
        let row = self.one("select id, mailbox, source, blob, state, reason, message_id, ticket_id, attempts, received_at from mails where id = $1", params![id]).await?;
        mail(row.columns())
    }

    /// Mails in one state, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mails_in(&mut self, state: MailState, limit: i64) -> Result<Vec<Mail>, StoreError> {
        let rows = self
            .rows(
                "select id, mailbox, source, blob, state, reason, message_id, ticket_id, attempts, received_at from mails where state = $1 order by received_at desc limit $2",
                params![state, limit],
            )
            .await?;
        rows.iter().map(|row| mail(row.columns())).collect()
    }

    /// Bytes by digest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn blob(&mut self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        self.one("select bytes from blobs where digest = $1", params![digest.to_string()]).await?.columns().take()
    }
}
