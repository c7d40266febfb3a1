//! A raw mail becomes safe, then a message on a ticket. First the bytes, then the meaning: whatever
//! goes wrong while reading, the mail is there and a person can see it.

use connect::mail::{self, ParsedMail};
use desk::{Timestamp, audit::AuditEvent, ids::MailId};
use store::{MailSource, MailState, NewJob, Taken, Tx};

use super::place_mail::{self, Came, Safe};
use crate::{App, FlowError, flow::INTAKE, library::compute};

/// Name of the job that reads a mail.
pub const ACCEPT: &str = "accept";

/// A raw mail and what reading it gave.
#[derive(Debug)]
pub struct Incoming {
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// What they say, or why a person has to look, as a quarantine entry shows it.
    pub read: Result<ParsedMail, String>,
}

impl Incoming {
    /// Reads raw bytes.
    #[must_use]
    pub fn new(app: &App, raw: Vec<u8>) -> Self {
        let read = read(app, &raw);
        Self { raw, read }
    }
}

/// Reads raw bytes. That this program fails at it must never take anything else down.
fn read(app: &App, raw: &[u8]) -> Result<ParsedMail, String> {
    compute(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mail::parse(raw, &app.mail))))
        .map_err(|_| "this program could not read it".to_owned())
}

/// Makes a raw mail durable. The same bytes to the same mailbox are one mail.
///
/// # Errors
/// When it could not be made durable: then nothing was kept and the sender's side still has it.
pub async fn take(
    app: &App,
    mailbox: &str,
    source: MailSource,
    raw: &[u8],
    received_at: Timestamp,
) -> Result<Taken, FlowError> {
    let now = app.clock.now();
    let mut tx = app.store.begin(&INTAKE, now).await?;
    let taken = tx.take_mail(mailbox, source, raw, received_at).await?;
    let event = match taken {
        Taken::New(mail) => {
            tx.queue_job(NewJob { kind: ACCEPT, subject: &mail.to_string(), run_at: now }).await?;
            AuditEvent::MailReceived { mail, commitment: app.keys.commit_to("mail", raw) }
        }
        Taken::Repeated(mail) => AuditEvent::MailRepeated { mail },
    };
    outbox::crash::point("take-before-commit");
    tx.commit(event).await?;
    outbox::crash::point("take-committed");
    app.live.committed();
    Ok(taken)
}

/// Reads a mail that is safe, and puts it on a ticket. Running it again does nothing.
///
/// # Errors
/// Whatever the database says; a mail that cannot be read is set aside, which is no error.
pub async fn accept(app: &App, id: MailId) -> Result<(), FlowError> {
    let mut conn = app.store.read().await?;
    let row = conn.mail(id).await?;
    if row.state != MailState::Received {
        // Accepted already, or set aside for a person, who alone sends it round again.
        return Ok(());
    }
    let raw = conn.blob(row.blob).await?;
    drop(conn);
    let read = read(app, &raw);
    outbox::crash::point("accept-parsed");
    let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
    if tx.mail(id).await?.state != MailState::Received {
        // Another worker was faster between the two looks.
        return Ok(tx.abandon().await?);
    }
    let safe = Safe { id, source: row.source, at: row.received_at };
    let event = place_mail::settle(app, &mut tx, &safe, &read, Came::Mail).await?;
    outbox::crash::point("accept-before-commit");
    tx.commit(event).await?;
    outbox::crash::point("accept-committed");
    app.live.committed();
    Ok(())
}

/// Makes a mail that was read durable and puts it where it belongs, within the caller's transaction and
/// without a job: the same as [`take`], then [`accept`]. The event that remains to be recorded tells what
/// became of it.
///
/// # Errors
/// Whatever the database says.
pub async fn arrive(
    app: &App,
    tx: &mut Tx,
    mailbox: &str,
    source: MailSource,
    incoming: &Incoming,
    received_at: Timestamp,
) -> Result<AuditEvent, FlowError> {
    arrive_as(app, tx, mailbox, (source, Came::Mail), incoming, received_at).await
}

/// The same for what came another way.
pub(super) async fn arrive_as(
    app: &App,
    tx: &mut Tx,
    mailbox: &str,
    (source, came): (MailSource, Came),
    incoming: &Incoming,
    received_at: Timestamp,
) -> Result<AuditEvent, FlowError> {
    let id = match tx.take_mail(mailbox, source, &incoming.raw, received_at).await? {
        Taken::Repeated(mail) => return Ok(AuditEvent::MailRepeated { mail }),
        Taken::New(id) => id,
    };
    let commitment = app.keys.commit_to("mail", &incoming.raw);
    tx.record(AuditEvent::MailReceived { mail: id, commitment }).await?;
    place_mail::settle(app, tx, &Safe { id, source, at: received_at }, &incoming.read, came).await
}

/// Keeps what there is of a mail that nobody can read: bytes and quarantine entry at once.
///
/// # Errors
/// Whatever the database says.
pub async fn take_aside(
    app: &App,
    mailbox: &str,
    source: MailSource,
    raw: Vec<u8>,
    why: String,
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let mut tx = app.store.begin(&INTAKE, now).await?;
    let event = arrive(app, &mut tx, mailbox, source, &Incoming { raw, read: Err(why) }, now).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}

/// Puts a mail into quarantine, where people see it with its raw bytes.
///
/// # Errors
/// Whatever the database says.
pub async fn set_aside(app: &App, mail: MailId, why: &str) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
    let event = place_mail::set_aside(&mut tx, mail, why).await?;
    tx.commit(event).await?;
    app.live.committed();
    Ok(())
}
