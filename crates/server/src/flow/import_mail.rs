//! Mails from files become tickets. The same files twice change nothing, and nothing is ever sent:
//! an import has no session, and without one the door stays shut.
//!
//! Some mails share a transaction, which is most of what makes an import fast. When one of them cannot
//! be stored, each goes alone, so that it takes no other down.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
};
use serde::Serialize;
use store::{MailSource, ServiceIdentity, Taken};

use crate::{
    App, FlowError,
    flow::{
        INTAKE,
        receive_mail::{self, Incoming},
    },
};

/// Mails in one transaction, at most.
const TOGETHER: usize = 32;
/// Bytes of mail after which a transaction takes no more.
const TOGETHER_BYTES: usize = 8 << 20;

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Mails that were new.
    pub taken: i64,
    /// Mails that were here before.
    pub repeated: i64,
    /// New mails that wait for a person in quarantine.
    pub quarantined: i64,
    /// New mails whose bytes are safe and which the running desk tries to read again.
    pub waiting: i64,
}

impl Imported {
    const fn count(&mut self, event: &AuditEvent) {
        match event {
            AuditEvent::MailRepeated { .. } => self.repeated += 1,
            AuditEvent::MailQuarantined { .. } => {
                self.taken += 1;
                self.quarantined += 1;
            }
            _ => self.taken += 1,
        }
    }
}

/// An import under way.
pub struct Import<'a> {
    app: &'a App,
    mailbox: String,
    next: Vec<Incoming>,
    bytes: usize,
    done: Imported,
}

impl<'a> Import<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        let mailbox = app.config.mail.address.to_lowercase();
        Self { app, mailbox, next: Vec::new(), bytes: 0, done: Imported::default() }
    }

    /// Takes one more mail. It is durable, and on a ticket, at the latest when the import has finished.
    ///
    /// # Errors
    /// When mails could not be made durable; those before them are safe, and the whole import may be repeated.
    pub async fn add(&mut self, incoming: Incoming) -> Result<(), FlowError> {
        self.bytes = self.bytes.saturating_add(incoming.raw.len());
        self.next.push(incoming);
        if self.next.len() >= TOGETHER || self.bytes >= TOGETHER_BYTES { self.flush().await } else { Ok(()) }
    }

    /// Takes in what is left and writes into the record that the import ended.
    ///
    /// # Errors
    /// As [`Import::add`].
    pub async fn finish(mut self) -> Result<Imported, FlowError> {
        self.flush().await?;
        let (app, done) = (self.app, self.done);
        let tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
        tx.commit(AuditEvent::ImportFinished { taken: done.taken, repeated: done.repeated }).await?;
        app.live.committed();
        Ok(done)
    }

    async fn flush(&mut self) -> Result<(), FlowError> {
        let batch = std::mem::take(&mut self.next);
        self.bytes = 0;
        let Err(error) = self.together(&batch).await else { return Ok(()) };
        tracing::warn!(%error, mails = batch.len(), "mails could not be imported together; each goes alone");
        for one in &batch {
            if let Err(error) = self.together(std::slice::from_ref(one)).await {
                tracing::error!(%error, "a mail could not be put on a ticket; its bytes are kept and read again later");
                self.keep(one).await?;
            }
        }
        Ok(())
    }

    /// All of them on tickets, or none.
    async fn together(&mut self, batch: &[Incoming]) -> Result<(), FlowError> {
        let Some((last, before)) = batch.split_last() else { return Ok(()) };
        let app = self.app;
        let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
        let mut done = self.done;
        for incoming in before {
            let event = self.arrive(&mut tx, incoming).await?;
            done.count(&event);
            tx.record(event).await?;
        }
        let event = self.arrive(&mut tx, last).await?;
        done.count(&event);
        outbox::crash::point("import-before-commit");
        tx.commit(event).await?;
        outbox::crash::point("import-committed");
        self.done = done;
        app.live.committed();
        Ok(())
    }

    async fn arrive(&self, tx: &mut store::Tx, incoming: &Incoming) -> Result<AuditEvent, FlowError> {
        let at = written_at(incoming, tx.now());
        receive_mail::arrive(self.app, tx, &self.mailbox, MailSource::Import, incoming, at).await
    }

    /// The bytes alone, and the job that reads them.
    async fn keep(&mut self, incoming: &Incoming) -> Result<(), FlowError> {
        let at = written_at(incoming, self.app.clock.now());
        match receive_mail::take(self.app, &self.mailbox, MailSource::Import, &incoming.raw, at).await? {
            Taken::New(_) => {
                self.done.taken += 1;
                self.done.waiting += 1;
            }
            Taken::Repeated(_) => self.done.repeated += 1,
        }
        Ok(())
    }
}

/// When the mail says it was written; now, when it says nothing or lies about the future.
fn written_at(incoming: &Incoming, now: Timestamp) -> Timestamp {
    match incoming.read.as_ref().ok().and_then(|mail| mail.date) {
        Some(micros) if micros > 0 && micros < now.micros() => Timestamp::from_micros(micros),
        _ => now,
    }
}
