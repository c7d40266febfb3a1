//! Mails from files become tickets. The same files twice change nothing, and nothing is ever sent:
//! an import has no session, and without one the door stays shut.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
};
use serde::Serialize;
use store::{MailSource, MailState, ServiceIdentity, StoreError, Taken};

use crate::{App, FlowError, flow::receive_mail};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Mails that were new.
    pub taken: i64,
    /// Mails that were here before.
    pub repeated: i64,
    /// New mails that wait for a person in quarantine.
    pub quarantined: i64,
}

impl Imported {
    /// Takes one mail in and puts it on a ticket.
    ///
    /// # Errors
    /// When it could not be made durable or read; the mails before it are safe, and the whole import may be repeated.
    pub async fn add(&mut self, app: &App, raw: &[u8]) -> Result<(), FlowError> {
        let mailbox = app.config.mail.address.to_lowercase();
        let id = match receive_mail::take(app, &mailbox, MailSource::Import, raw, written_at(app, raw)).await? {
            Taken::Repeated(_) => {
                self.repeated += 1;
                return Ok(());
            }
            Taken::New(id) => id,
        };
        self.taken += 1;
        let accepted = receive_mail::accept(app, id).await;
        match app.store.read().await?.mail(id).await?.state {
            // Whatever accepting said: a server beside us may have had the job first.
            MailState::Accepted => {}
            MailState::Quarantined => self.quarantined += 1,
            MailState::Received => accepted?,
        }
        Ok(())
    }

    /// Writes into the record that the import ended.
    ///
    /// # Errors
    /// Whatever the database says; the mails are safe all the same.
    pub async fn finish(self, app: &App) -> Result<Self, FlowError> {
        let tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
        let ended: Result<_, StoreError> =
            tx.commit(AuditEvent::ImportFinished { taken: self.taken, repeated: self.repeated }).await;
        ended?;
        app.live.committed();
        Ok(self)
    }
}

/// When the mail says it was written; now, when it says nothing or lies about the future.
fn written_at(app: &App, raw: &[u8]) -> Timestamp {
    let now = app.clock.now();
    match super::receive_mail::read(app, raw).and_then(|mail| mail.date) {
        Some(micros) if micros > 0 && micros < now.micros() => Timestamp::from_micros(micros),
        _ => now,
    }
}
