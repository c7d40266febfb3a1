//! A raw mail becomes safe, then a message on a ticket. First the bytes, then the meaning: whatever
//! goes wrong while reading, the mail is there and a person can see it.

use connect::mail::{self, Content, MachineKind, Oddity, ParsedMail, Verdict};
use desk::{
    Timestamp,
    audit::AuditEvent,
    ids::{MailId, TicketId},
    notice::Notice,
    thread::{Placement, place},
    ticket::Status,
};
use store::{MailSource, MailState, NewAttachment, NewInbound, NewJob, NewTicket, Taken, Tx};

use crate::{App, FlowError, flow::INTAKE, library::compute};

/// Name of the job that reads a mail.
pub const ACCEPT: &str = "accept";
/// Address of senders whose `From` cannot be read.
const NO_SENDER: &str = "unverifiable@sender.invalid";

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
    let Some(parsed) = read(app, &raw) else {
        return set_aside(app, id, "this program could not read it").await;
    };
    outbox::crash::point("accept-parsed");
    let from = parsed.from.as_ref().map(|a| a.address.to_lowercase()).filter(|a| desk::envelope::is_address(a));
    let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
    if tx.mail(id).await?.state != MailState::Received {
        // Another worker was faster between the two looks.
        return Ok(tx.abandon().await?);
    }
    let behind = tx.tickets_behind(&pointers(&parsed)).await?;
    let placement = place(from.as_deref(), &app.mail.own_addresses, &behind);
    let placement = match (&placement, &parsed.machine, behind.first()) {
        // A bounce of one of our letters belongs beside that letter: mail servers sign it, not the customer.
        (Placement::Open { .. }, Some(m), Some(found)) if returns_ours(app, &m.kind) => {
            Placement::Join { ticket: found.ticket }
        }
        _ => placement,
    };
    if placement == Placement::OwnAddress {
        tx.abandon().await?;
        return set_aside(app, id, "it says that it comes from our own address").await;
    }
    let letter = Letter {
        id,
        source: row.source,
        from: from.as_deref().unwrap_or(NO_SENDER),
        parsed: &parsed,
        at: row.received_at,
    };
    let (ticket, message) = letter.place(app, &mut tx, &placement, &fallback_queue(app).await?).await?;
    tx.accept_mail(id, ticket, message).await?;
    outbox::crash::point("accept-before-commit");
    tx.commit(AuditEvent::MailAccepted { mail: id, ticket, message }).await?;
    outbox::crash::point("accept-committed");
    app.live.committed();
    Ok(())
}

/// Reads raw bytes; none when this program fails at it, which must never take anything else down.
#[must_use]
pub fn read(app: &App, raw: &[u8]) -> Option<ParsedMail> {
    compute(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mail::parse(raw, &app.mail)))).ok()
}

/// Puts a mail into quarantine, where people see it with its raw bytes.
///
/// # Errors
/// Whatever the database says.
pub async fn set_aside(app: &App, mail: MailId, why: &str) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&INTAKE, app.clock.now()).await?;
    tx.quarantine_mail(mail, why).await?;
    tx.commit(AuditEvent::MailQuarantined { mail, why: "unreadable-or-own".to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// The queue of the first category: where a mail waits until it is sorted.
async fn fallback_queue(app: &App) -> Result<String, FlowError> {
    let mut conn = app.store.read().await?;
    match conn.categories().await?.into_iter().next() {
        Some(first) => Ok(first.queue),
        None => conn
            .queues()
            .await?
            .into_iter()
            .next()
            .map(|(key, _)| key)
            .ok_or_else(|| FlowError::Unavailable("This desk has no queue yet. Load categories first.".to_owned())),
    }
}

/// Message-IDs the mail points at, nearest first.
fn pointers(parsed: &ParsedMail) -> Vec<String> {
    let mut ids: Vec<String> = parsed.in_reply_to.clone();
    ids.extend(parsed.references.iter().rev().cloned());
    if let Some(MachineKind::Bounce { original_message_id: Some(id), .. }) = parsed.machine.as_ref().map(|m| &m.kind) {
        ids.insert(0, id.clone());
    }
    ids
}

/// Whether it reports on a letter that only we can have named.
fn returns_ours(app: &App, kind: &MachineKind) -> bool {
    matches!(kind, MachineKind::Bounce { original_message_id: Some(id), .. } if app.door.made(id))
}

/// A mail on its way onto a ticket.
struct Letter<'a> {
    id: MailId,
    source: MailSource,
    from: &'a str,
    parsed: &'a ParsedMail,
    at: Timestamp,
}

impl Letter<'_> {
    async fn place(
        &self,
        app: &App,
        tx: &mut Tx,
        placement: &Placement,
        fallback: &str,
    ) -> Result<(TicketId, desk::ids::MessageId), FlowError> {
        let parsed = self.parsed;
        let name = parsed.from.as_ref().and_then(|a| a.name.clone()).unwrap_or_default();
        let requester = tx.requester_for(self.from, &name).await?;
        let mut warnings = warnings(parsed);
        let (ticket, status) = match placement {
            Placement::Join { ticket } => (*ticket, self.joined(tx, *ticket).await?),
            Placement::Open { refers_to } => {
                if let Some(number) = refers_to {
                    warnings.push(format!("Refers to ticket #{number}, which this sender does not take part in."));
                }
                let subject = subject(parsed);
                let new = NewTicket {
                    requester: requester.id,
                    organization: requester.organization,
                    queue: fallback,
                    subject: &subject,
                    at: self.at,
                    status: Status::New,
                };
                let (ticket, _number) = tx.open_ticket(new).await?;
                tx.add_participant(ticket, self.from).await?;
                (ticket, Some(Status::New))
            }
            Placement::OwnAddress => {
                return Err(FlowError::Internal("a mail of our own reached the tickets".to_owned()));
            }
        };
        let message = self.write(tx, ticket, requester.id, &name, &warnings).await?;
        let opened = matches!(placement, Placement::Open { .. });
        match status {
            Some(status) => {
                let excerpt: String =
                    parsed.latest.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
                tx.inbound_arrived(ticket, message, &excerpt, status, self.at).await?;
                tx.supersede_untouched_drafts(ticket).await?;
                outbox::withdraw_stale(&app.door, tx, ticket).await?;
                let now = tx.now();
                tx.queue_job(NewJob { kind: super::triage_ticket::TRIAGE, subject: &ticket.to_string(), run_at: now })
                    .await?;
                // Only mail that came by mail is acknowledged by mail: imports and programs never cause one.
                if opened && app.config.mail.acknowledge && self.source == MailSource::Imap {
                    let number = tx
                        .ticket(&store::Grant::for_service(INTAKE, store::Purpose::Work)?, ticket)
                        .await?
                        .ticket
                        .number;
                    outbox::queue_notice(&app.door, tx, ticket, &Notice::Received { number }).await?;
                }
            }
            None => tx.touch_ticket(ticket).await?,
        }
        Ok((ticket, message))
    }

    /// What a joined ticket's status becomes; none when a machine wrote and nothing is to change.
    async fn joined(&self, tx: &mut Tx, ticket: TicketId) -> Result<Option<Status>, FlowError> {
        // Mass mail that answers us from somebody who takes part went through a list: a person wrote it.
        if self.parsed.machine.as_ref().is_some_and(|m| m.kind != MachineKind::Bulk) {
            return Ok(None);
        }
        let grant = store::Grant::for_service(INTAKE, store::Purpose::Work)?;
        let status = tx.ticket(&grant, ticket).await?.ticket.status;
        Ok(Some(status.after_inbound()))
    }

    async fn write(
        &self,
        tx: &mut Tx,
        ticket: TicketId,
        requester: desk::ids::RequesterId,
        name: &str,
        warnings: &[String],
    ) -> Result<desk::ids::MessageId, FlowError> {
        let parsed = self.parsed;
        let addresses = |list: &[mail::Address]| list.iter().map(|a| a.address.clone()).collect::<Vec<_>>();
        let mut refs = parsed.references.clone();
        refs.extend(
            parsed.in_reply_to.iter().filter(|id| !parsed.references.contains(id)).cloned().collect::<Vec<_>>(),
        );
        let machine = parsed.machine.as_ref().map(|m| format!("{}: {}", machine_word(&m.kind), m.because));
        let message = tx
            .add_inbound(&NewInbound {
                ticket,
                requester,
                author: if name.is_empty() { self.from } else { name },
                from: self.from,
                to: &addresses(&parsed.to),
                cc: &addresses(&parsed.cc),
                subject: &subject(parsed),
                text: &parsed.text,
                latest: if parsed.latest.trim().is_empty() { &parsed.text } else { &parsed.latest },
                quoted: parsed.quoted.as_deref(),
                html: parsed.html.as_deref(),
                message_id: parsed.message_id.as_str(),
                refs: &refs,
                machine: machine.as_deref(),
                warnings,
                mail: Some(self.id),
                at: self.at,
            })
            .await?;
        for attachment in &parsed.attachments {
            if let Content::Kept(bytes) = &attachment.content {
                tx.add_attachment(
                    message,
                    NewAttachment { name: &attachment.name, media_type: &attachment.media_type, bytes },
                )
                .await?;
            }
        }
        Ok(message)
    }
}

fn subject(parsed: &ParsedMail) -> String {
    let cut: String = parsed.subject.chars().take(300).collect();
    if cut.trim().is_empty() { "(no subject)".to_owned() } else { cut }
}

/// A word for the kind of machine mail.
const fn machine_word(kind: &MachineKind) -> &'static str {
    match kind {
        MachineKind::AutoReply => "automatic reply",
        MachineKind::Bounce { .. } => "delivery report",
        MachineKind::ReadReceipt => "read receipt",
        MachineKind::Complaint => "spam complaint",
        MachineKind::Bulk => "mass mail",
        MachineKind::OwnLoop => "our own mail",
    }
}

/// Oddities in sentences an agent can use; what only an operator would care about is left out.
fn warnings(parsed: &ParsedMail) -> Vec<String> {
    let mut all = Vec::new();
    for oddity in &parsed.oddities {
        let sentence = match oddity {
            Oddity::SenderUnverifiable => "The sender's address cannot be read; do not trust who it claims to be.",
            Oddity::SeveralSenders => "It names more than one sender.",
            Oddity::MessageCut | Oddity::TextCut => "It was too long to show whole; the original holds the rest.",
            Oddity::NestedTooDeep | Oddity::PartsCut => {
                "It has more parts than can be shown; the original holds the rest."
            }
            Oddity::AttachmentWithheld => {
                "An attachment is too large to keep beside the message; the original holds it."
            }
            Oddity::CharsetUnknown | Oddity::CharactersReplaced | Oddity::EncodingBroken => {
                "Some characters could not be read; the original holds them."
            }
            Oddity::HiddenText => {
                "It holds text that was hidden from view. Hidden words were taken out before anything read them."
            }
            Oddity::ReplyToDiffers => {
                "Replies are asked to go to another address than the sender's; ours go to the sender."
            }
            _ => continue,
        };
        if !all.iter().any(|known| known == sentence) {
            all.push(sentence.to_owned());
        }
    }
    for hidden in parsed.hidden_text.iter().take(3) {
        all.push(format!("Hidden text: “{}”", hidden.chars().take(160).collect::<String>()));
    }
    if parsed.authentication.dmarc == Verdict::Fail {
        all.push("The sender's domain says that it did not send this (DMARC failed).".to_owned());
    }
    all
}
