//! A mail whose bytes are safe becomes a message: on the ticket it answers, or on a new one. What
//! cannot be read, or claims to come from us, waits for a person in quarantine.

use connect::mail::{self, Content, MachineKind, Oddity, ParsedMail, Verdict};
use desk::{
    Timestamp,
    audit::AuditEvent,
    ids::{MailId, MessageId, TicketId},
    notice::Notice,
    people::Requester,
    thread::{Placement, place},
    ticket::Status,
};
use store::{FirstMessage, MailSource, NewAttachment, NewInbound, NewJob, NewTicket, Tx};

use crate::{
    App, FlowError,
    flow::{INTAKE, count_clocks, snooze},
};

/// Address of senders whose `From` cannot be read.
const NO_SENDER: &str = "unverifiable@sender.invalid";

/// A mail whose row is there.
pub(super) struct Safe {
    pub(super) id: MailId,
    pub(super) source: MailSource,
    pub(super) at: Timestamp,
}

/// How a message came, which says what is known of its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// As a mail.
    Mail,
    /// Through the signed link to a ticket.
    Link(TicketId),
    /// Through a form where anybody types any address.
    Form,
}

impl Came {
    /// What agents have to know of it.
    const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Mail => None,
            Self::Link(_) => Some(
                "Written on the requester's page, by the link in a mail of ours: whoever holds that mail can write there.",
            ),
            Self::Form => Some("Written into a form; nobody proved that the sender's address is theirs."),
        }
    }
}

/// Puts a mail where it belongs. The event, which the caller records, tells where that was.
pub(super) async fn settle(
    app: &App,
    tx: &mut Tx,
    safe: &Safe,
    read: &Result<ParsedMail, String>,
    came: Came,
) -> Result<AuditEvent, FlowError> {
    let parsed = match read {
        Ok(parsed) => parsed,
        Err(why) => return set_aside(tx, safe.id, why).await,
    };
    let from = parsed.from.as_ref().map(|a| a.address.to_lowercase()).filter(|a| desk::envelope::is_address(a));
    let from = from.as_deref();
    let behind = tx.tickets_behind(&pointers(parsed)).await?;
    let placement = match (place(from, &app.mail.own_addresses, &behind), &parsed.machine, behind.first()) {
        // A bounce of one of our letters belongs beside that letter: mail servers sign it, not the customer.
        (Placement::Open { .. }, Some(m), Some(found)) if returns_ours(app, &m.kind) => {
            Placement::Join { ticket: found.ticket }
        }
        (placement, ..) => placement,
    };
    let placement = match came {
        Came::Link(ticket) => linked(tx, ticket).await?,
        Came::Mail | Came::Form => placement,
    };
    let letter = |requester| Letter { safe, from: from.unwrap_or(NO_SENDER), parsed, requester, came };
    let (ticket, message) = match placement {
        Placement::OwnAddress => {
            return set_aside(tx, safe.id, "it says that it comes from our own address").await;
        }
        Placement::Join { ticket } => {
            // Whoever merges it holds it too: after this it stays where it is until the letter is on it.
            tx.hold_drafts(ticket).await?;
            let ticket = tx.goes_on_as(ticket).await?;
            let letter = letter(sender(tx, from, parsed).await?);
            (ticket, letter.join(app, tx, ticket).await?)
        }
        Placement::Open { refers_to } => {
            let letter = letter(sender(tx, from, parsed).await?);
            letter.open(app, tx, refers_to).await?
        }
    };
    tx.accept_mail(safe.id, ticket, message).await?;
    Ok(AuditEvent::MailAccepted { mail: safe.id, ticket, message })
}

/// The link says which ticket; what is closed stays so, and what follows is a ticket of its own.
async fn linked(tx: &mut Tx, ticket: TicketId) -> Result<Placement, FlowError> {
    let grant = store::Grant::for_service(INTAKE, store::Purpose::Work)?;
    let found = tx.ticket(&grant, ticket).await?.ticket;
    Ok(match found.status {
        Status::Closed => Placement::Open { refers_to: Some(found.number) },
        _ => Placement::Join { ticket },
    })
}

/// Puts a mail into quarantine; the caller records the event.
pub(super) async fn set_aside(tx: &mut Tx, mail: MailId, why: &str) -> Result<AuditEvent, FlowError> {
    tx.quarantine_mail(mail, why).await?;
    Ok(AuditEvent::MailQuarantined { mail, why: "unreadable-or-own".to_owned() })
}

async fn sender(tx: &mut Tx, from: Option<&str>, parsed: &ParsedMail) -> Result<Requester, FlowError> {
    Ok(tx.requester_for(from.unwrap_or(NO_SENDER), shown_name(parsed)).await?)
}

fn shown_name(parsed: &ParsedMail) -> &str {
    parsed.from.as_ref().and_then(|a| a.name.as_deref()).unwrap_or_default()
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
    safe: &'a Safe,
    from: &'a str,
    parsed: &'a ParsedMail,
    requester: Requester,
    came: Came,
}

impl Letter<'_> {
    async fn open(&self, app: &App, tx: &mut Tx, refers_to: Option<i64>) -> Result<(TicketId, MessageId), FlowError> {
        let Some(queue) = tx.first_queue().await? else {
            return Err(FlowError::Unavailable("This desk has no queue yet. Load categories first.".to_owned()));
        };
        let mut warnings = self.warnings();
        match (refers_to, self.came) {
            (None, _) => {}
            (Some(number), Came::Link(_)) => warnings.push(format!("Goes on from ticket #{number}, which is closed.")),
            (Some(number), _) => {
                warnings.push(format!("Refers to ticket #{number}, which this sender does not take part in."));
            }
        }
        let message = store::new_id();
        let new = NewTicket {
            requester: self.requester.id,
            organization: self.requester.organization,
            queue: &queue,
            subject: &subject(self.parsed),
            at: self.safe.at,
            status: Status::New,
        };
        let first = FirstMessage { id: message, excerpt: &excerpt(self.parsed) };
        let (ticket, number) = tx.open_ticket_with(new, first).await?;
        tx.add_participant(ticket, self.from).await?;
        self.write(tx, ticket, message, &warnings).await?;
        sort_next(tx, ticket).await?;
        // Only mail that came by mail is acknowledged by mail: imports and programs never cause one.
        if app.config.mail.acknowledge && self.safe.source == MailSource::Imap {
            let told = count_clocks::told(app, tx, &count_clocks::grant(app)?, ticket).await?;
            let notice = match told.open {
                true => Notice::Received { number },
                false => Notice::Person { number, answer: told.answer() },
            };
            outbox::queue_notice(&app.door, tx, ticket, &notice).await?;
        }
        Ok((ticket, message))
    }

    async fn join(&self, app: &App, tx: &mut Tx, ticket: TicketId) -> Result<MessageId, FlowError> {
        let status = self.joined(tx, ticket).await?;
        let message = store::new_id();
        self.write(tx, ticket, message, &self.warnings()).await?;
        match status {
            Some(status) => {
                tx.inbound_arrived(ticket, message, &excerpt(self.parsed), status, self.safe.at).await?;
                snooze::woken_by_reply(tx, ticket).await?;
                tx.supersede_untouched_drafts(ticket).await?;
                outbox::withdraw_stale(&app.door, tx, ticket).await?;
                sort_next(tx, ticket).await?;
            }
            None => tx.touch_ticket(ticket).await?,
        }
        Ok(message)
    }

    fn warnings(&self) -> Vec<String> {
        self.came.warning().map(str::to_owned).into_iter().chain(warnings(self.parsed)).collect()
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
        message: MessageId,
        warnings: &[String],
    ) -> Result<(), FlowError> {
        let parsed = self.parsed;
        let addresses = |list: &[mail::Address]| list.iter().map(|a| a.address.clone()).collect::<Vec<_>>();
        let mut refs = parsed.references.clone();
        refs.extend(parsed.in_reply_to.iter().filter(|id| !parsed.references.contains(id)).cloned());
        let machine = parsed.machine.as_ref().map(|m| format!("{}: {}", machine_word(&m.kind), m.because));
        let name = shown_name(parsed);
        let new = NewInbound {
            ticket,
            requester: self.requester.id,
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
            mail: Some(self.safe.id),
            at: self.safe.at,
        };
        tx.add_inbound_as(message, &new).await?;
        if let (Some(minutes), None) = (parsed.utc_offset, &parsed.machine) {
            tx.set_utc_offset(self.requester.id, minutes).await?;
        }
        for attachment in &parsed.attachments {
            if let Content::Kept(bytes) = &attachment.content {
                let new = NewAttachment { name: &attachment.name, media_type: &attachment.media_type, bytes };
                tx.add_attachment(message, new).await?;
            }
        }
        Ok(())
    }
}

async fn sort_next(tx: &mut Tx, ticket: TicketId) -> Result<(), FlowError> {
    let run_at = tx.now();
    Ok(tx.queue_job(NewJob { kind: super::triage_ticket::TRIAGE, subject: &ticket.to_string(), run_at }).await?)
}

fn excerpt(parsed: &ParsedMail) -> String {
    parsed.latest.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
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
