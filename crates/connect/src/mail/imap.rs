//! Mail from an IMAP mailbox.
//!
//! Nothing is marked as seen by fetching; [`Mailbox::mark_seen`] is for the caller after its commit. A
//! message is handed over whole or not at all: every response is read to its tagged end, and a
//! connection that ends before is an error. After any error the connection is to be dropped.

mod connection;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_imap::Session;
use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{AttributeValue, MailboxDatum, Response, Status};
use tokio::time::timeout;

use crate::Secret;
use connection::Stream;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (port 993).
    Implicit,
    /// STARTTLS before anything else (port 143).
    StartTls,
    /// None; only to a loopback address.
    Plaintext,
}

/// Where mail comes from.
#[derive(Debug, Clone)]
pub struct ImapConfig {
    /// Host name or address; also the name the certificate must have.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: Tls,
    /// Trusted certificates (PEM) instead of the public web's.
    pub ca_file: Option<PathBuf>,
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// Folder, such as `INBOX`.
    pub folder: String,
    /// Bounds.
    pub limits: ImapLimits,
}

/// Bounds of one connection.
#[derive(Debug, Clone)]
pub struct ImapLimits {
    /// For each command to be answered, and to connect.
    pub answer: Duration,
    /// For one message to arrive.
    pub message: Duration,
    /// Bytes of a message that is fetched whole; of a larger one the first `cut_bytes` are.
    pub message_bytes: u32,
    /// Bytes fetched of a message that is too large: headers and, mostly, the text.
    pub cut_bytes: u32,
    /// Messages in one batch.
    pub batch: usize,
    /// Bytes after which a batch ends.
    pub batch_bytes: usize,
}

impl Default for ImapLimits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            message: Duration::from_secs(300),
            message_bytes: 36 << 20,
            cut_bytes: 1 << 20,
            batch: 50,
            batch_bytes: 32 << 20,
        }
    }
}

/// Why mail could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// Plaintext beyond this machine.
    #[error("Plaintext IMAP is allowed to a loopback address only, not to {0}. Use TLS.")]
    PlaintextAway(String),
    /// TLS could not be set up or the certificate is wrong.
    #[error("The TLS connection to the mail server failed: {0}.")]
    Tls(String),
    /// No connection.
    #[error("The mail server cannot be reached: {0}.")]
    Unreachable(String),
    /// Nothing arrived in time.
    #[error("The mail server did not answer in time.")]
    TimedOut,
    /// The server ended the connection.
    #[error("The mail server closed the connection.")]
    Closed,
    /// User or password are wrong.
    #[error("The mail server refused user or password: {0}.")]
    Login(String),
    /// The folder cannot be used.
    #[error("The folder {folder} cannot be opened: {reason}.")]
    Folder {
        /// As configured.
        folder: String,
        /// What the server said.
        reason: String,
    },
    /// The server said no.
    #[error("The mail server refused a command: {0}.")]
    Refused(String),
    /// One message cannot be read from this server. To be set aside when it happens again, so that
    /// the others get through.
    #[error("The message with UID {uid} cannot be fetched: {reason}.")]
    Message {
        /// Which one.
        uid: u32,
        /// What went wrong.
        reason: String,
    },
    /// What the server sent is not IMAP.
    #[error("The mail server sent something that is not IMAP: {0}.")]
    Protocol(String),
}

/// Whether all of a message is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its beginning; the message has `size` bytes.
    Cut {
        /// As the server says.
        size: u32,
    },
}

/// A message as it lies in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Identity within the mailbox, as long as its UIDVALIDITY stays.
    pub uid: u32,
    /// Raw bytes.
    pub raw: Vec<u8>,
    /// Whether that is all.
    pub extent: Extent,
}

/// What came since the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Messages by ascending UID; none means that there are no more.
    Batch(Vec<Fetched>),
    /// UIDVALIDITY changed: all UIDs known so far mean nothing. To be answered by reading everything
    /// again from UID 0 under the new value and recognising known messages by their content.
    ValidityChanged {
        /// The new value.
        uid_validity: u32,
    },
}

/// Why [`Mailbox::idle`] returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The mailbox changed.
    Change,
    /// The time is up; look anyway.
    Timeout,
}

/// Whether the server can wake us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    Idle,
    Polling,
}

/// An open folder.
#[derive(Debug)]
pub struct Mailbox {
    session: Option<Session<Stream>>,
    uid_validity: u32,
    wake: Wake,
    limits: ImapLimits,
}

impl Mailbox {
    /// Connects, signs in and opens the folder.
    ///
    /// # Errors
    /// [`ImapError`]; the password is in none of them.
    pub async fn connect(config: &ImapConfig) -> Result<Self, ImapError> {
        let limit = config.limits.answer;
        let session = connection::open(config).await?;
        let mut mailbox =
            Self { session: Some(session), uid_validity: 0, wake: Wake::Polling, limits: config.limits.clone() };
        let session = mailbox.session()?;
        let capabilities = within(limit, session.capabilities()).await?;
        let selected = within(limit, session.select(&config.folder)).await.map_err(|e| match e {
            ImapError::Refused(reason) => ImapError::Folder { folder: config.folder.clone(), reason },
            other => other,
        })?;
        mailbox.uid_validity = selected.uid_validity.ok_or_else(|| ImapError::Folder {
            folder: config.folder.clone(),
            reason: "the server gives no UIDVALIDITY".to_owned(),
        })?;
        mailbox.wake = if capabilities.has_str("IDLE") { Wake::Idle } else { Wake::Polling };
        Ok(mailbox)
    }

    /// The folder's UIDVALIDITY.
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// The next messages with a UID above `last_uid`, if `uid_validity` still holds. Every message is
    /// looked at by UID, never by date or flags, so that an outage or a backdated message loses none.
    ///
    /// # Errors
    /// [`ImapError::Message`] when the first message of the batch cannot be read; any other error when
    /// the connection is of no more use. A batch that was begun is returned before an error is.
    pub async fn fetch_since(&mut self, uid_validity: u32, last_uid: u32) -> Result<Arrived, ImapError> {
        if uid_validity != self.uid_validity {
            return Ok(Arrived::ValidityChanged { uid_validity: self.uid_validity });
        }
        let waiting = self.waiting(last_uid).await?;
        let mut batch = Vec::new();
        let mut bytes = 0usize;
        for uid in waiting.into_iter().take(self.limits.batch) {
            match self.fetch(uid).await {
                Ok(Some(message)) => {
                    bytes = bytes.saturating_add(message.raw.len());
                    batch.push(message);
                }
                // Deleted meanwhile.
                Ok(None) => {}
                Err(_) if !batch.is_empty() => break,
                Err(error) => return Err(error),
            }
            if bytes >= self.limits.batch_bytes {
                break;
            }
        }
        Ok(Arrived::Batch(batch))
    }

    async fn waiting(&mut self, last_uid: u32) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        let from = last_uid.saturating_add(1);
        let limit = self.limits.answer;
        self.run(&format!("UID SEARCH UID {from}:*"), limit, |response| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                uids.extend(found.iter().copied());
            }
        })
        .await?;
        // `n:*` names the last message even when its UID is below n (RFC 3501 6.4.8).
        uids.retain(|uid| *uid > last_uid);
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    async fn fetch(&mut self, uid: u32) -> Result<Option<Fetched>, ImapError> {
        let limit = self.limits.answer;
        let mut size = None;
        self.run(&format!("UID FETCH {uid} (UID RFC822.SIZE)"), limit, |response| {
            if let Some((found, _)) = message(response, uid) {
                size = found;
            }
        })
        .await
        .map_err(|e| about(uid, e))?;
        let Some(size) = size else { return Ok(None) };
        let (section, extent) = match size > self.limits.message_bytes {
            true => (format!("BODY.PEEK[]<0.{}>", self.limits.cut_bytes), Extent::Cut { size }),
            false => ("BODY.PEEK[]".to_owned(), Extent::Whole),
        };
        let mut raw = None;
        let limit = self.limits.message;
        self.run(&format!("UID FETCH {uid} (UID {section})"), limit, |response| {
            if let Some((_, Some(body))) = message(response, uid) {
                raw = Some(body.to_vec());
            }
        })
        .await
        .map_err(|e| about(uid, e))?;
        Ok(raw.map(|raw| Fetched { uid, raw, extent }))
    }

    /// Marks a message as seen. Only after it is safely stored.
    ///
    /// # Errors
    /// [`ImapError`]; marking again later is harmless.
    pub async fn mark_seen(&mut self, uid: u32) -> Result<(), ImapError> {
        let limit = self.limits.answer;
        self.run(&format!("UID STORE {uid} +FLAGS.SILENT (\\Seen)"), limit, |_| {}).await
    }

    /// Waits until the mailbox changes or `longest` is over (at most 29 minutes, RFC 2177). Without
    /// IDLE it just waits; the caller looks either way.
    ///
    /// # Errors
    /// [`ImapError`] when the connection is gone.
    pub async fn idle(&mut self, longest: Duration) -> Result<Woken, ImapError> {
        let longest = longest.min(Duration::from_secs(29 * 60));
        let limit = self.limits.answer;
        if self.wake == Wake::Polling {
            tokio::time::sleep(longest).await;
            self.run("NOOP", limit, |_| {}).await?;
            return Ok(Woken::Timeout);
        }
        let session = self.session.take().ok_or(ImapError::Closed)?;
        let mut handle = session.idle();
        within(limit, handle.init()).await?;
        let woken = {
            let (waiting, _stop) = handle.wait_with_timeout(longest);
            // Keep-alive lines restart the wait within; the outer bound does not move.
            match timeout(longest, waiting).await {
                Err(_) | Ok(Ok(IdleResponse::Timeout)) => Woken::Timeout,
                Ok(Ok(IdleResponse::NewData(_))) => Woken::Change,
                // Nobody interrupts by hand: the stream ended.
                Ok(Ok(IdleResponse::ManualInterrupt)) => return Err(ImapError::Closed),
                Ok(Err(error)) => return Err(ImapError::from(error)),
            }
        };
        self.session = Some(within(limit, handle.done()).await?);
        Ok(woken)
    }

    /// Signs out. Dropping does as well, only less politely.
    ///
    /// # Errors
    /// [`ImapError`], of no consequence.
    pub async fn close(mut self) -> Result<(), ImapError> {
        let limit = self.limits.answer;
        within(limit, self.session()?.logout()).await
    }

    fn session(&mut self) -> Result<&mut Session<Stream>, ImapError> {
        self.session.as_mut().ok_or(ImapError::Closed)
    }

    /// Runs a command to its tagged end. The library's own streams end quietly when the connection
    /// does, and do not look at the tagged status; here both are errors.
    async fn run(
        &mut self,
        command: &str,
        limit: Duration,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<(), ImapError> {
        let session = self.session()?;
        let work = async {
            let id = session.run_command(command).await?;
            loop {
                let response = session.read_response().await.map_err(ImapError::from)?;
                let response = response.ok_or(ImapError::Closed)?;
                match response.parsed() {
                    Response::Done { tag, status, outcome } if *tag == id => {
                        let said = outcome.information.as_deref().unwrap_or("no reason given");
                        return match status {
                            Status::Ok => Ok(()),
                            _ => Err(ImapError::Refused(said.to_owned())),
                        };
                    }
                    Response::Data { status: Status::Bye, .. } => return Err(ImapError::Closed),
                    other => each(other),
                }
            }
        };
        match timeout(limit, work).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(ImapError::Refused(reason))) => Err(ImapError::Refused(reason)),
            // Whatever else went wrong, the rest of this connection belongs to an unfinished response.
            Ok(Err(error)) => {
                self.session = None;
                Err(error)
            }
            Err(_) => {
                self.session = None;
                Err(ImapError::TimedOut)
            }
        }
    }
}

/// Size and body of a FETCH response, if it is about this message.
fn message<'a>(response: &'a Response<'_>, wanted: u32) -> Option<(Option<u32>, Option<&'a [u8]>)> {
    let Response::Fetch(_, attributes) = response else { return None };
    let (mut uid, mut size, mut body) = (None, None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(found) => uid = Some(*found),
            AttributeValue::Rfc822Size(found) => size = Some(*found),
            AttributeValue::BodySection { section: None, data: Some(data), .. } => body = Some(data.as_ref()),
            _ => {}
        }
    }
    (uid == Some(wanted)).then_some((size, body))
}

/// A response that cannot be read, or that the parser waits to see the end of, is about the message;
/// a lost connection is not.
fn about(uid: u32, error: ImapError) -> ImapError {
    match error {
        ImapError::Protocol(reason) | ImapError::Refused(reason) => ImapError::Message { uid, reason },
        ImapError::TimedOut => ImapError::Message { uid, reason: "it did not arrive in time".to_owned() },
        other => other,
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = async_imap::error::Result<T>>) -> Result<T, ImapError> {
    match timeout(limit, work).await {
        Err(_) => Err(ImapError::TimedOut),
        Ok(result) => result.map_err(ImapError::from),
    }
}

impl From<async_imap::error::Error> for ImapError {
    fn from(error: async_imap::error::Error) -> Self {
        use async_imap::error::Error;
        match error {
            Error::Io(error) => Self::from(error),
            Error::Bad(reason) | Error::No(reason) => Self::Refused(short(&reason)),
            Error::ConnectionLost => Self::Closed,
            other => Self::Protocol(short(&other.to_string())),
        }
    }
}

impl From<std::io::Error> for ImapError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Self::Closed,
            // The library reports what it cannot parse as an error of no kind, with the bytes in it.
            _ => Self::Protocol(short(&error.to_string())),
        }
    }
}

fn short(text: &str) -> String {
    super::display_line(text, 120)
}

/// Whether plaintext may be spoken to this peer.
fn is_here(address: IpAddr) -> bool {
    address.is_loopback()
}
