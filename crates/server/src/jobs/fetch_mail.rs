//! Fetches mail from the IMAP mailbox, for ever. First the bytes are ours, then the server is told:
//! a crash at any line costs a second look, never a mail and never a double.
//!
//! The cursor is the highest UID that is safe here. When the server renumbers its folder everything
//! is looked at again, and known mails are recognised by their bytes.

use std::{sync::Arc, time::Duration};

use connect::{
    Secret,
    mail::imap::{Arrived, Extent, Fetched, ImapConfig, ImapError, ImapLimits, Mailbox, Tls},
};
use desk::audit::AuditEvent;
use outbox::crash;
use store::MailSource;

use crate::{
    App, FlowError, clock,
    config::Imap,
    flow::{INTAKE, receive_mail},
};

/// First and longest wait before connecting again.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// First wait after a refused sign-in: trying fast locks accounts.
const WAIT_LOGIN: Duration = Duration::from_secs(60);
/// How often one mail may fail to be read before it is set aside.
const READS_MAX: u32 = 2;

/// Why a visit to the mailbox ended.
#[derive(Debug, thiserror::Error)]
enum Setback {
    #[error(transparent)]
    Imap(#[from] ImapError),
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<store::StoreError> for Setback {
    fn from(error: store::StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// The one mail that could not be read, and how often.
#[derive(Debug, Clone, Copy, Default)]
struct Stubborn {
    uid: u32,
    times: u32,
}

/// Fetches for ever; returns only when no mailbox is configured.
pub async fn run(app: Arc<App>) {
    let Some(imap) = &app.config.mail.imap else { return };
    let config = imap_config(imap);
    let (mut wait, mut stubborn) = (WAIT.0, Stubborn::default());
    loop {
        let mut worked = false;
        // A visit ends only by a setback.
        let Err(setback) = visit(&app, &config, &mut stubborn, &mut worked).await;
        if worked {
            wait = WAIT.0;
        }
        if matches!(setback, Setback::Imap(ImapError::Login(_))) {
            wait = wait.max(WAIT_LOGIN);
        }
        tracing::warn!(%setback, again_in = ?wait, "the mailbox");
        if let Err(error) = note(&app, Note { state: "failing", detail: &setback.to_string(), ..Note::default() }).await
        {
            tracing::error!(%error, "the mailbox's state could not be kept");
        }
        tokio::time::sleep(wait + jitter(&app, wait)).await;
        wait = (wait * 2).min(WAIT.1);
    }
}

/// The connection as configured. The words were checked at the start.
#[must_use]
pub fn imap_config(imap: &Imap) -> ImapConfig {
    ImapConfig {
        host: imap.host.clone(),
        port: imap.port,
        tls: match imap.tls.as_str() {
            "starttls" => Tls::StartTls,
            "plaintext" => Tls::Plaintext,
            _ => Tls::Implicit,
        },
        ca_file: imap.ca_file.clone(),
        user: imap.user.clone(),
        password: Secret::new(imap.password.clone()),
        folder: imap.folder.clone(),
        limits: ImapLimits::default(),
    }
}

/// One connection: everything that waits, then whatever comes.
async fn visit(
    app: &App,
    config: &ImapConfig,
    stubborn: &mut Stubborn,
    worked: &mut bool,
) -> Result<std::convert::Infallible, Setback> {
    let mut mailbox = Mailbox::connect(config).await?;
    loop {
        drain(app, &mut mailbox, stubborn).await?;
        *worked = true;
        mailbox.idle(clock::FETCH_EVERY).await?;
    }
}

/// Takes in everything above the cursor.
async fn drain(app: &App, mailbox: &mut Mailbox, stubborn: &mut Stubborn) -> Result<(), Setback> {
    loop {
        let (known, last_uid) = cursor(app).await?;
        let validity = known.unwrap_or(mailbox.uid_validity());
        match mailbox.fetch_since(validity, last_uid).await {
            Ok(Arrived::ValidityChanged { uid_validity }) => {
                let detail = "the server renumbered the folder; everything in it is looked at again";
                note(app, Note { uid_validity: Some(uid_validity), last_uid: Some(0), state: "ok", detail }).await?;
            }
            Ok(Arrived::Batch(batch)) if batch.is_empty() => {
                note(app, Note { uid_validity: Some(validity), last_uid: None, state: "ok", detail: "" }).await?;
                return Ok(());
            }
            Ok(Arrived::Batch(batch)) => {
                for mail in &batch {
                    keep(app, mailbox, validity, mail).await?;
                }
            }
            Err(ImapError::Message { uid, reason }) => {
                if !stubborn.again(uid) {
                    return Err(ImapError::Message { uid, reason }.into());
                }
                set_aside(app, validity, uid, &reason).await?;
                // What follows on this connection cannot be trusted.
                return Err(ImapError::Message { uid, reason }.into());
            }
            Err(other) => return Err(other.into()),
        }
    }
}

impl Stubborn {
    /// Counts a failure; true when it was the last that is allowed.
    fn again(&mut self, uid: u32) -> bool {
        *self = if self.uid == uid { Self { uid, times: self.times + 1 } } else { Self { uid, times: 1 } };
        self.times >= READS_MAX
    }
}

/// One mail: its bytes are committed, then it is marked as seen, then the cursor moves.
async fn keep(app: &App, mailbox: &mut Mailbox, validity: u32, mail: &Fetched) -> Result<(), Setback> {
    crash::point("fetch-got-bytes");
    receive_mail::take(app, &address(app), MailSource::Imap, &mail.raw, app.clock.now()).await?;
    crash::point("fetch-committed");
    match mail.extent {
        Extent::Whole => {
            crash::point("fetch-before-seen");
            match mailbox.mark_seen(mail.uid).await {
                // A folder that may not be written to; the cursor is what counts.
                Ok(()) | Err(ImapError::Refused(_)) => {}
                Err(other) => return Err(other.into()),
            }
            crash::point("fetch-seen");
        }
        // The whole of it is in the mailbox only, so there it stays unread.
        Extent::Cut { size } => {
            tracing::warn!(uid = mail.uid, size, "only the beginning of a very large mail was fetched")
        }
    }
    note(app, Note { uid_validity: Some(validity), last_uid: Some(mail.uid), state: "ok", detail: "" }).await?;
    crash::point("fetch-cursor-moved");
    Ok(())
}

/// A mail that the server cannot hand over becomes an entry people see; the others get through.
async fn set_aside(app: &App, validity: u32, uid: u32, reason: &str) -> Result<(), Setback> {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(200).collect();
    let raw = format!(
        "Subject: A mail could not be fetched\r\n\r\nThe mail server could not hand over the mail with UID {uid} (UIDVALIDITY {validity}): {reason}\r\n"
    );
    let why = format!("the mail server could not hand it over: {reason}");
    receive_mail::take_aside(app, &address(app), MailSource::Imap, raw.into_bytes(), why).await?;
    note(app, Note { uid_validity: Some(validity), last_uid: Some(uid), state: "ok", detail: "" }).await?;
    Ok(())
}

fn address(app: &App) -> String {
    app.config.mail.address.to_lowercase()
}

/// UIDVALIDITY and highest UID so far; adds the mailbox when it is new.
async fn cursor(app: &App) -> Result<(Option<u32>, u32), Setback> {
    let address = address(app);
    let rows = app.store.read().await?.mailboxes().await?;
    let Some(row) = rows.into_iter().find(|m| m.address == address) else {
        let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
        tx.put_mailbox(&address).await?;
        tx.commit(AuditEvent::MailboxWatched { commitment: app.keys.commit_to("mailbox", address.as_bytes()) }).await?;
        return Ok((None, 0));
    };
    Ok((row.uid_validity.and_then(|v| u32::try_from(v).ok()), u32::try_from(row.last_uid).unwrap_or(0)))
}

/// What is kept of a fetch; `None` leaves a value as it is.
#[derive(Debug, Clone, Copy, Default)]
struct Note<'a> {
    uid_validity: Option<u32>,
    last_uid: Option<u32>,
    state: &'static str,
    detail: &'a str,
}

async fn note(app: &App, note: Note<'_>) -> Result<(), Setback> {
    let last_uid = match note.last_uid {
        Some(uid) => uid,
        None => cursor(app).await?.1,
    };
    let validity = note.uid_validity.map(i64::from);
    app.store
        .mailbox_fetched(&address(app), validity, i64::from(last_uid), note.state, note.detail, app.clock.now())
        .await?;
    Ok(())
}

/// Up to a quarter more, so that many desks do not come back at the same instant.
fn jitter(app: &App, wait: Duration) -> Duration {
    let [byte] = app.keys.random::<1>().unwrap_or([0]);
    wait.mul_f64(f64::from(byte) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_set_aside_only_when_it_fails_again() {
        let mut stubborn = Stubborn::default();
        let cases = [(7, false), (7, true), (8, false), (7, false), (7, true)];
        for (step, (uid, expected)) in cases.into_iter().enumerate() {
            assert_eq!(stubborn.again(uid), expected, "step {step}");
        }
    }
}
