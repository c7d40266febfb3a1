//! Addresses we receive and send with, and how far each has been read.

use desk::{Timestamp, ids::MailboxId};

use crate::{Conn, StoreError, Tx, columns::params, new_id};

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Id.
    pub id: MailboxId,
    /// Address, lower case.
    pub address: String,
    /// The IMAP folder's UIDVALIDITY when it was last read.
    pub uid_validity: Option<i64>,
    /// Highest UID that is safe here.
    pub last_uid: i64,
    /// `idle`, `ok` or `failing`.
    pub state: String,
    /// What happened last, in words.
    pub detail: String,
    /// When it was last read.
    pub last_fetch_at: Option<Timestamp>,
}

impl Conn {
    /// Every mailbox, by address.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mailboxes(&mut self) -> Result<Vec<Mailbox>, StoreError> {
        let rows = self.rows("select id, address, uid_validity, last_uid, state, detail, last_fetch_at from mailboxes order by address", params![]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Mailbox {
                    id: c.take()?,
                    address: c.take()?,
                    uid_validity: c.take()?,
                    last_uid: c.take()?,
                    state: c.take()?,
                    detail: c.take()?,
                    last_fetch_at: c.take()?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a mailbox unless it is known.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_mailbox(&mut self, address: &str) -> Result<(), StoreError> {
        self.execute(
            "insert into mailboxes (id, address, last_uid, state, detail) values ($1,$2,0,'idle','') on conflict (address) do nothing",
            params![new_id::<MailboxId>(), address],
        )
        .await?;
        Ok(())
    }
}
